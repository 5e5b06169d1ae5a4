"""Which judge a setting names, how judges are controlled, and how votes agree."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.judging import (
    JudgeError,
    Judgement,
    LexicalJudge,
    LlmJudge,
    OverlapJudge,
    Prices,
    Terms,
    controls,
    hosts,
    krippendorff_alpha,
    open_judge,
)
from eval.schema import Controls
from rag.errors import ModelUnavailable, UsageError

ROOT = Path(__file__).parents[2]


def test_a_setting_names_a_judge():
    assert isinstance(open_judge(), LexicalJudge)
    assert isinstance(open_judge("overlap"), OverlapJudge)
    server = open_judge("server:org/m@v2@http://127.0.0.1:9/v1", terms=Terms(votes=5))
    assert isinstance(server, LlmJudge)
    assert server.name.startswith("llm:org/m@v2@http://127.0.0.1:9/v1/chat/completions/t0/votes5/")


def test_terms_reach_the_judge(tmp_path: Path):
    terms = Terms(temperature=0.5, budget_usd=0.0, prices=Prices(1, 1))
    judge = open_judge("server:m@http://127.0.0.1:9", terms=terms, cache=tmp_path / "c.sqlite")
    assert "/t0.5/" in judge.name
    with pytest.raises(JudgeError, match="budget"):
        judge.judge(["a"], "b")
    assert (tmp_path / "c.sqlite").exists()


def test_the_key_comes_from_the_environment_and_shows_nowhere(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATTEST_JUDGE_KEY", " sesame\n")
    judge = open_judge("server:m@http://127.0.0.1:1/v1")
    assert "sesame" not in judge.name
    with pytest.raises(JudgeError) as caught:
        judge.judge(["a"], "b")
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("ask", [open_judge, hosts])
@pytest.mark.parametrize("spec", ["", "gpt", "lexical:2", "overlap:", "entailment:", "entailment"])
def test_an_unknown_judge_names_the_choices(ask: object, spec: str):
    with pytest.raises(
        UsageError, match=r"lexical, overlap, entailment:FOLDER or server:MODEL@URL"
    ):
        ask(spec)  # pyright: ignore


@pytest.mark.parametrize("ask", [open_judge, hosts])
@pytest.mark.parametrize(
    "spec",
    [
        "server:",
        "server:m",
        "server:http://host",
        "server:m@host",
        "server:@http://host",
        "server:m@http://me:sesame@host/v1",
        "server:m@http://host/v1?key=sesame",
    ],
)
def test_a_server_that_is_none_is_refused_without_repeating_it(ask: object, spec: str):
    with pytest.raises(UsageError) as caught:
        ask(spec)  # pyright: ignore
    assert "sesame" not in str(caught.value)


def test_a_folder_without_a_model_is_refused(tmp_path: Path):
    with pytest.raises(ModelUnavailable, match=r"model\.onnx"):
        open_judge(f"entailment:{tmp_path}")


@pytest.mark.parametrize(
    ("spec", "asked"),
    [
        ("lexical", ()),
        ("overlap", ()),
        ("entailment:folder@http://host", ()),
        ("server:m@http://127.0.0.1:9/v1", ("127.0.0.1:9",)),
        ("server:m@v@https://judge.example/v1", ("judge.example",)),
    ],
)
def test_the_hosts_of_a_judge_are_told(spec: str, asked: tuple[str, ...]):
    assert hosts(spec) == asked


def test_importing_and_the_default_judge_load_no_runtime():
    code = (
        "import json, sys, eval.judging\n"
        "eval.judging.open_judge().judge(['a cat sat'], 'a cat sat')\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout))
    assert "eval" in loaded
    assert (
        loaded & {"onnxruntime", "openvino", "tokenizers", "tantivy", "chromadb", "onnx"} == set()
    )


# ------------------------------------------------------------------ controls

QUOTES = [
    ("p1", "The red cat sat on a woollen mat."),
    ("p1", "It purred for seven hours."),
    ("p2", "Blue whales sing across oceans."),
    ("p3", "A neural parser reaches 91% accuracy."),
    ("p4", "Training takes three days on one machine."),
]


class Fixed:
    """A judge that says the same to everything, or nothing."""

    def __init__(self, name: str, verdict: Judgement | None) -> None:
        self.name = name
        self._verdict = verdict
        self.seen: list[tuple[str, str]] = []

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        self.seen.append((evidence[0], text))
        if self._verdict is None:
            raise JudgeError("nothing")
        return self._verdict


@pytest.mark.parametrize("judge", [LexicalJudge(), OverlapJudge()])
def test_the_bundled_judges_pass_their_controls(judge: LexicalJudge | OverlapJudge):
    assert controls(judge, QUOTES, seed=3) == Controls(
        judge=judge.name, entailed=5, said_entailed=5, foreign=5, said_foreign=5
    )


@pytest.mark.parametrize(
    ("verdict", "right"),
    [
        (Judgement(True, 1.0), (5, 0)),
        (Judgement(False, 0.0), (0, 5)),
        (Judgement(True, float("nan")), (0, 0)),
        (None, (0, 0)),
    ],
)
def test_a_judge_that_always_says_the_same_is_found_out(
    verdict: Judgement | None, right: tuple[int, int]
):
    found = controls(Fixed("fixed", verdict), QUOTES, seed=3)
    assert (found.said_entailed, found.said_foreign) == right
    assert found.balanced_accuracy is not None
    assert found.balanced_accuracy <= 0.5


def test_no_quote_is_put_against_its_own_paper_or_one_like_it():
    alike = [("a", "The red cat sat on a mat."), ("b", "A red cat sat on the mat yesterday.")]
    for seed in range(5):
        judge = Fixed("fixed", Judgement(True, 1.0))
        controls(judge, QUOTES, seed=seed)
        papers = {quote: paper for paper, quote in QUOTES}
        assert all(e == t or papers[e] != papers[t] for e, t in judge.seen)
        found = controls(judge, alike, seed=seed)
        assert (found.entailed, found.foreign, found.balanced_accuracy) == (2, 0, None)


def test_controls_are_the_same_in_any_order_and_other_under_another_seed():
    many = [(f"p{n}", f"Subject{n} verb{n} object{n}.") for n in range(40)]

    def seen(pairs: Sequence[tuple[str, str]], seed: int) -> list[tuple[str, str]]:
        judge = Fixed("fixed", Judgement(True, 1.0))
        found = controls(judge, pairs, seed=seed, most=10)
        assert (found.entailed, found.foreign) == (10, 10)
        return judge.seen

    assert seen(many, 1) == seen([*reversed(many), *many], 1)
    assert seen(many, 1) != seen(many, 2)


def test_without_quotes_there_is_nothing_to_control():
    for pairs in ([], [("p", "  ")], [("p", "and so it is")]):
        found = controls(LexicalJudge(), pairs, seed=1)
        assert (found.entailed, found.foreign, found.balanced_accuracy) == (0, 0, None)


# ----------------------------------------------------------------- agreement


def test_alpha_is_krippendorffs_example():
    # Krippendorff 2011, section A: ten units, two observers, alpha = 0.095.
    meg = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    owen = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    votes = [(bool(a), bool(b)) for a, b in zip(meg, owen, strict=True)]
    assert krippendorff_alpha(votes) == pytest.approx(1 - 19 * 8 / (2 * 14 * 6))
    assert krippendorff_alpha(votes) == pytest.approx(0.095, abs=5e-4)


def test_alpha_by_hand_with_missing_votes():
    # Yes/no/yes has 2 * 2 * 1 / (3 - 1) = 2 disagreements, the others none; the lone vote
    # and the empty unit do not count. 5 yes and 3 no: 1 - 7 * 2 / (2 * 15).
    votes = [(True, False, True), (True, True, True), (False, None, False), (None, True, None), ()]
    assert krippendorff_alpha(votes) == pytest.approx(1 - 7 * 2 / 30)


def test_alpha_at_its_ends():
    assert krippendorff_alpha([(True, True), (False, False)]) == 1
    assert krippendorff_alpha([(True, False), (False, True)]) == pytest.approx(-0.5)
    for nothing in ([], [(True,)], [(None, None)], [(True, True), (True, True)]):
        assert krippendorff_alpha(nothing) is None


VOTES = st.lists(
    st.lists(st.one_of(st.none(), st.booleans()), min_size=3, max_size=3), min_size=1, max_size=8
)


@given(VOTES, st.randoms(use_true_random=False))
def test_alpha_does_not_depend_on_order_or_on_which_value_is_which(votes, random):
    alpha = krippendorff_alpha(votes)
    assert alpha is None or alpha <= 1
    shuffled = [random.sample(unit, len(unit)) for unit in random.sample(votes, len(votes))]
    turned = [[None if vote is None else not vote for vote in unit] for unit in shuffled]
    assert krippendorff_alpha(turned) == (None if alpha is None else pytest.approx(alpha))
