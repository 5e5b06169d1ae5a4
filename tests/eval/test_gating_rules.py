"""Rules are read, and what no rule says is refused with its place."""

import pytest

from eval.gating import DEFAULT, parse_rules, read_rules
from rag.errors import SourceError, UsageError

NAMES = ("nDCG@10", "right papers@5")


def refused(text, names=NAMES):
    with pytest.raises(UsageError) as caught:
        parse_rules(text, file="gate.toml", names=names)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_example_is_what_the_defaults_are():
    rules = parse_rules(DEFAULT, names=NAMES)

    assert rules.gate == parse_rules('[metrics."nDCG@10"]').gate
    assert rules.limits["nDCG@10"].floor == 0.6
    assert rules.types["paraphrase"].metrics["nDCG@10"].floor == 0.5


def test_rules_are_read_from_a_file(tmp_path):
    path = tmp_path / "gate.toml"
    path.write_text(DEFAULT, encoding="utf-8")

    assert read_rules(path) == parse_rules(DEFAULT)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"none\.toml"):
        read_rules(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        (
            '[gate]\ntolernace = 1\n[metrics."nDCG@10"]',
            "gate.toml:2: ",
            "there is no gate.tolernace",
        ),
        ('[gate]\n\ncoverge = 1\n[metrics."nDCG@10"]', "gate.toml:3: ", "did you mean coverage?"),
        ('# [gates]\n[gates]\n[metrics."nDCG@10"]', "gate.toml:2: ", "did you mean gate?"),
        ('[metrics."ndcg@10"]\nfloor = 1', "gate.toml:1: ", "did you mean nDCG@10?"),
        ('[metrics."nDCG@10"]\n# flor\nflor = 1', "gate.toml:3: ", "did you mean floor?"),
        ('[types.a]\n[types.a.metrics."nDCG@1"]', "gate.toml:2: ", "did you mean nDCG@10?"),
        ('[types.a]\nmetric = 1\n[metrics."nDCG@10"]', "gate.toml:2: ", "did you mean metrics?"),
        ('[types.a.metrics."nDCG@10"]\ntolerance = 1', "gate.toml:2: ", "no types.a.metrics"),
    ],
)
def test_an_unknown_key_is_refused_with_its_line_and_the_nearest(text, place, hint):
    message = refused(text)

    assert message.startswith(place)
    assert hint in message


@pytest.mark.parametrize(
    "line",
    [
        "floor = nan", "floor = inf", "ceiling = -inf", "tolerance = nan", "tolerance = inf",
        "tolerance = -0.1", 'floor = "0.5"', "floor = true", "gate = 1",
    ],
)  # fmt: skip
def test_a_limit_that_could_not_fail_or_is_no_number_is_refused(line):
    assert refused(f'[metrics."nDCG@10"]\n{line}').startswith("gate.toml:2: metrics.nDCG@10.")


@pytest.mark.parametrize(
    "line",
    [
        "coverage = 1.1", "coverage = nan", "errors = -1", "errors = 0.5", "alpha = 0",
        "alpha = nan", "alpha = 0.9", "controls = 2", 'same = ["date"]', "same = 1", "seed = -1",
    ],
)  # fmt: skip
def test_a_term_out_of_range_is_refused(line):
    key = line.partition(" ")[0]

    assert f"gate.{key}" in refused(f'[gate]\n{line}\n[metrics."nDCG@10"]')


@pytest.mark.parametrize(
    "text", ["", "[gate]\nerrors = 0", '[metrics."nDCG@10"]\nfloor = 0.1\ngate = false']
)
def test_rules_that_gate_nothing_are_refused(text):
    assert "no metric is gated" in refused(text)


def test_what_is_no_toml_is_refused_with_its_line():
    assert "line 2" in refused("[gate]\nerrors = = 0")


@pytest.mark.parametrize("text", ["gate = 1", "metrics = 1", 'metrics."nDCG@10" = 1', "types = []"])
def test_a_value_where_a_table_belongs_is_refused(text):
    assert refused(text).startswith("gate.toml:1: ")


def test_a_figure_that_is_not_gated_is_kept_but_not_checked():
    rules = parse_rules(
        '[metrics."a"]\ngate = false\n[metrics."b"]\n[types.t.metrics."c"]\nfloor=1'
    )

    assert list(rules.limits) == ["b"]
    assert rules.named == ("b", "c")
