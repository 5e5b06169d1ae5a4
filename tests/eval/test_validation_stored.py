import json
from pathlib import Path

import pytest

from eval.judging import open_judge
from eval.schema import Interval
from eval.validation import (
    Finding,
    LabelShare,
    agree,
    keep,
    known,
    labelled_sets,
    markdown,
    quote,
    statement,
    terminal,
)
from eval.validation.published import AGGREFACT_SETS, beside, orientation
from eval.validation.stored import BUNDLED, own_folder
from rag.errors import SourceError, UsageError


def interval(value: float, half: float = 0.02) -> Interval:
    return Interval(value=value, low=value - half, high=value + half)


def finding(
    data: str = "WiCE test",
    *,
    reached: float = 0.72,
    overlap: float = 0.6,
    judge: str = "told-1",
    labels: tuple[LabelShare, ...] = (),
) -> Finding:
    return Finding(
        judge=judge,
        data=data,
        n=100,
        share_supported=0.4,
        balanced_accuracy=interval(reached),
        f1=interval(0.61),
        f1_unsupported=interval(0.7),
        auroc=interval(0.75),
        ece=interval(0.1),
        kappa=interval(-0.004),
        baselines={
            "always yes": {"balanced_accuracy": 0.5},
            "word overlap": {"balanced_accuracy": overlap},
        },
        labels=labels,
        clusters=90,
        errors=3,
        seed=13,
        resamples=1000,
    )


def test_what_was_kept_is_known_again(tmp_path: Path):
    kept = (finding("A test"), finding("B test"))
    path = keep(kept, tmp_path)
    assert path == tmp_path / "told-1.json"
    assert known("told-1", [tmp_path]) == kept
    assert list(tmp_path.iterdir()) == [path]


def test_a_set_measured_again_replaces_the_old_number_and_leaves_the_others(tmp_path: Path):
    keep([finding("A test"), finding("B test")], tmp_path)
    keep([finding("B test", reached=0.8)], tmp_path)
    found = {each.data: each.balanced_accuracy.value for each in known("told-1", [tmp_path])}
    assert found == {"A test": 0.72, "B test": 0.8}


def test_another_version_of_a_judge_is_not_quoted(tmp_path: Path):
    path = keep([finding()], tmp_path)
    assert known("told-2", [tmp_path]) == ()
    path.rename(tmp_path / "told-2.json")
    assert known("told-2", [tmp_path]) == ()


def test_names_that_clean_to_the_same_file_name_stay_apart(tmp_path: Path):
    for judge in ("a/b 1", "a:b 1", "a-b-1"):
        keep([finding(judge=judge)], tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    assert [each.judge for each in known("a:b 1", [tmp_path])] == ["a:b 1"]


def test_the_users_own_findings_go_before_the_bundled(tmp_path: Path):
    own, bundled = tmp_path / "own", tmp_path / "bundled"
    keep([finding("A test", reached=0.8)], own)
    keep([finding("A test", reached=0.6), finding("B test")], bundled)
    found = {e.data: e.balanced_accuracy.value for e in known("told-1", [own, bundled])}
    assert found == {"A test": 0.8, "B test": 0.72}


def test_findings_go_to_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("eval.validation.stored.user_data_path", lambda _: tmp_path)
    assert keep([finding()]) == own_folder() / "told-1.json" == tmp_path / "scorers" / "told-1.json"
    assert known("told-1") == (finding(),)


def test_damage_is_told_in_one_line(tmp_path: Path):
    path = keep([finding()], tmp_path)
    path.write_text(path.read_text(encoding="utf-8")[:-30], encoding="utf-8")
    with pytest.raises(SourceError, match="delete it and validate the judge anew") as caught:
        known("told-1", [tmp_path])
    assert "\n" not in str(caught.value)


def test_findings_of_two_judges_do_not_share_a_file(tmp_path: Path):
    with pytest.raises(UsageError, match="2 judges"):
        keep([finding(), finding(judge="other")], tmp_path)


def test_a_quotation_says_where_a_judge_is_no_better_than_a_rule():
    line = quote([finding(), finding("HealthVer test", reached=0.59, overlap=0.58)])
    assert line == (
        "faithfulness by told-1: balanced accuracy .72 ± .02 on WiCE test;"
        " no better than word overlap on HealthVer test"
    )


def test_only_held_out_sets_are_quoted_and_test_splits_before_others():
    line = quote(
        [
            finding("WiCE dev (seen in calibration)", reached=0.9),
            finding("HealthVer dev", reached=0.8),
            finding("HealthVer test", reached=0.7),
            finding("QAGS xsum", reached=0.66),
        ]
    )
    assert line.endswith("balanced accuracy .70 ± .02 on HealthVer test, .66 ± .02 on QAGS xsum")
    nothing = "faithfulness: agreement of this judge with people has not been measured"
    assert quote([]) == quote([finding("WiCE dev (seen in calibration)")]) == nothing


def test_a_statement_names_the_rule_that_does_as_well():
    assert statement(finding(overlap=0.69)) == "better than trivial"
    assert statement(finding(overlap=0.7)) == "no better than word overlap (.70)"
    assert statement(finding(overlap=0.8)) == "worse than word overlap (.80)"
    assert statement(finding(reached=0.5, overlap=0.5)) == "no better than word overlap (.50)"


def test_tables_have_a_line_per_set_and_label_and_escape_bars():
    labels = tuple(LabelShare(label=name, n=5, entailed=0.4, auroc=0.5) for name in
                   ("A|B", "REFUTE", "SUPPORT"))  # fmt: skip
    text = markdown([finding("x dev (seen in calibration)"), finding(labels=labels)])
    first, second = text.splitlines()[2:4]
    assert first.startswith("| WiCE test | 100 (90) | 40 | .72 [.70, .74] |")
    assert second.startswith("| x dev (seen in calibration) |")
    assert "| WiCE test | A\\|B | 5 | 40 % | .50 |" in text
    assert "| WiCE test | REFUTE (contradicted) | 5 |" in text
    assert "-.00" not in text
    assert terminal([finding()]).row_count == 1


def test_published_figures_stand_beside_the_same_set_only():
    wice = {each.method: each.value for each in beside("WiCE test")}
    assert wice["HHEM-2.1-open"] == 0.759
    assert wice["SummaC-ZS"] == 0.628
    assert len(wice) == 12
    assert beside("WiCE dev") == beside("HealthVer test") == ()
    assert {each.measure for each in beside("RAGTruth test")} == {"f1_unsupported"}
    assert {each.data for each in orientation("QAGS xsum")} == {"CNN", "XSum", "AggreFact-SOTA"}
    assert "WiCE test" in AGGREFACT_SETS
    assert all(each.source for each in (*beside("WiCE test"), *orientation("QAGS xsum")))


def test_orientation_is_never_printed_as_a_figure_of_our_set():
    text = markdown([finding("QAGS xsum")])
    assert "same set" not in text
    assert "for orientation only" in text


def test_bundled_results_are_of_judges_and_hold_numbers_only():
    files = sorted(BUNDLED.glob("*.json"))
    assert files
    for path in files:
        rows = json.loads(path.read_text(encoding="utf-8"))
        (judge,) = {row["judge"] for row in rows}
        assert len(known(judge, [BUNDLED])) == len(rows) > 10
        assert all(len(text) < 80 for text in _texts(rows))


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("spec", ["lexical", "overlap"])
def test_bundled_numbers_are_what_the_bundled_judges_reach(spec: str, shared_data: Path):
    judge = open_judge(spec)
    stored = {each.data: each for each in known(judge.name, [BUNDLED])}
    assert stored, f"run python -m eval.validation --judge {spec} --write"
    (dev,) = (
        each
        for each in labelled_sets(shared_data / "faithfulness" / "check-covid")
        if each.data == "Check-COVID dev"
    )
    reached = agree(judge, dev, seed=13)
    assert _rounded(reached.model_dump()) == _rounded(stored["Check-COVID dev"].model_dump())


def _rounded(value: object) -> object:
    """Return numbers to twelve digits: the last ones depend on how a processor adds."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return round(value, 12) if isinstance(value, float) else value
