from collections.abc import Sequence
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.judging.port import JudgeError, Judgement
from eval.metrics.citations import METRICS, SUMMARIES, corpus_f1
from eval.metrics.metric import NotApplicable, Subject
from eval.schema import Case, Quote, Response, Statement


class Judge:
    """Says yes where the text without its full stop is part of the evidence taken together."""

    name = "substring"

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[str, ...], str, str | None]] = []

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        self.asked.append((tuple(evidence), text, question))
        entailed = text.rstrip(".").lower() in " ".join(evidence).lower()
        return Judgement(entailed, float(entailed))


class Fixed:
    name = "fixed"

    def __init__(self, probability: float) -> None:
        self._probability = probability

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        return Judgement(self._probability > 0.5, self._probability)


CASE = Case(id="c", question="Which index is used?")
QUOTES = (
    Quote(n=1, paper_id="p", title="Index", quote="The passages are indexed with FAISS."),
    Quote(n=2, paper_id="q", title="Other", quote="Retrieval is dense."),
    Quote(n=3, paper_id="r", title="Empty", quote=" "),
)


def measured(response: Response, judge: object = None) -> dict[str, float | NotApplicable]:
    subject = Subject(CASE, response, judge or Judge())  # type: ignore[arg-type]
    return {metric.name: metric.measure(subject) for metric in METRICS}


def answer(*claims: tuple[str, tuple[int, ...]], text: str = "") -> Response:
    statements = tuple(Statement(text=said, citations=cited) for said, cited in claims)
    return Response(answer=text, claims=statements, citations=QUOTES)


def test_claims_are_held_against_the_quotes_that_each_cites() -> None:
    found = measured(
        answer(
            ("The passages are indexed with FAISS.", (1,)),
            ("Retrieval is dense.", (1, 2)),
            ("Retrieval is dense.", (1,)),
            ("Retrieval is dense.", ()),
        )
    )
    assert found["citation recall"] == 2 / 4
    assert found["citation precision"] == 2 / 4
    assert found["citation F1"] == 0.5
    assert found["sentences cited"] == 3 / 4
    assert found["phantom citations"] == 0


def test_a_phantom_is_a_wrong_citation_here_and_a_free_one_in_alce() -> None:
    found = measured(
        answer(("The passages are indexed with FAISS.", (1,)), ("Retrieval is dense.", (2, 9)))
    )
    assert (found["citation recall"], found["citation precision"]) == (1, 2 / 3)
    assert found["citation F1"] == pytest.approx(0.8)
    assert (found["ALCE recall"], found["ALCE precision"]) == (1 / 2, 1)
    assert found["phantom citations"] == 1 / 3


def test_a_citation_without_words_exists_and_supports_nothing() -> None:
    judge = Judge()
    found = measured(answer(("Anything.", (3,))), judge)
    assert (found["citation recall"], found["sentences cited"]) == (0, 1)
    assert found["phantom citations"] == 0
    assert all(question is None for _, _, question in judge.asked)
    assert {evidence for evidence, _, _ in judge.asked} == {("Title: Empty\n ",)}


def test_of_two_citations_with_one_number_the_first_counts() -> None:
    second = Quote(n=2, paper_id="s", quote="It rains.")
    response = answer(("Retrieval is dense.", (2,)), ("It rains.", (2,)))
    found = measured(response.model_copy(update={"citations": (*QUOTES, second)}))
    assert found["citation recall"] == 1 / 2


def test_a_direct_answer_is_judged_in_the_light_of_the_question_but_not_in_alce() -> None:
    judge = Judge()
    measured(answer(("FAISS", (1,)), ("Retrieval is dense.", (2,))), judge)
    strict = {(text, asked) for evidence, text, asked in judge.asked if "Title" not in evidence[0]}
    alce = {(text, asked) for evidence, text, asked in judge.asked if "Title" in evidence[0]}
    assert strict == {("FAISS", CASE.question), ("Retrieval is dense.", None)}
    assert alce == {("FAISS.", None), ("Retrieval is dense.", None)}


def test_a_pair_is_asked_once_in_a_measure() -> None:
    judge = Judge()
    same = ("Retrieval is dense.", (2,))
    METRICS[0].measure(Subject(CASE, answer(same, same, same), judge))
    assert len(judge.asked) == 1


def test_an_answer_without_claims_is_read_sentence_by_sentence() -> None:
    text = "The passages are indexed with FAISS. [1] Retrieval is dense [2, 8]."
    found = measured(Response(answer=text, citations=QUOTES))
    assert (found["citation recall"], found["citation precision"]) == (1, 2 / 3)
    assert found["phantom citations"] == 1 / 3


def test_a_refusal_is_not_scored() -> None:
    refusal = Response(answer="The library does not answer this.", refused=True)
    assert all(isinstance(value, NotApplicable) for value in measured(refusal).values())


def test_an_empty_answer_scores_zero_and_alce_skips_it() -> None:
    found = measured(Response())
    assert found["citation recall"] == found["citation precision"] == found["citation F1"] == 0
    assert found["sentences cited"] == 0
    assert isinstance(found["phantom citations"], NotApplicable)
    assert isinstance(found["ALCE recall"], NotApplicable)


@pytest.mark.parametrize(("probability", "expected"), [(1.0, 1.0), (0.0, 0.0)])
def test_a_judge_of_one_word_decides_all(probability: float, expected: float) -> None:
    found = measured(answer(("So.", (1,)), ("And so.", (2, 1))), Fixed(probability))
    names = ["citation recall", "citation precision", "citation F1", "ALCE recall"]
    assert [found[name] for name in names] == [expected] * 4
    assert found["sentences cited"] == 1


def test_a_judge_that_gives_no_number_is_an_error_where_it_is_asked() -> None:
    subject = Subject(CASE, answer(("So.", (1,))), Fixed(nan))
    for metric in METRICS:
        if metric.name in {"sentences cited", "phantom citations"}:
            assert isinstance(metric.measure(subject), float)
        else:
            with pytest.raises(JudgeError):
                metric.measure(subject)


def test_worst_values_are_at_the_bad_end() -> None:
    assert {metric.name for metric in METRICS if metric.better == "lower"} == {"phantom citations"}
    for metric in METRICS:
        assert metric.worst == (1 if metric.better == "lower" else 0)


def test_names_of_summaries_are_distinct_and_read_known_metrics() -> None:
    names = [summary.name for summary in SUMMARIES]
    assert len(set(names)) == len(names)
    known = {metric.name for metric in METRICS}
    assert all(set(summary.reads) <= known for summary in SUMMARIES)


def test_corpus_f1_is_of_the_means_not_the_mean_of_f1() -> None:
    columns = {
        "citation recall": np.array([1.0, 0.0, nan]),
        "citation precision": np.array([0.0, 1.0, nan]),
    }
    weights = np.array([[1.0, 1, 1], [1, 0, 5], [0, 0, 1], [3, 1, 0]])
    found = corpus_f1(columns, weights)
    assert found.shape == (4,)
    assert (found[0], found[1]) == (0.5, 0)
    assert isnan(found[2])
    assert found[3] == pytest.approx(2 * 0.75 * 0.25)
    assert float(corpus_f1(columns, weights[0])) == 0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6), st.data())
def test_corpus_f1_of_all_resamples_at_once_is_that_of_each(
    pairs: list[tuple[float, float]], data: st.DataObject
) -> None:
    columns = {
        "citation recall": np.array([recall for recall, _ in pairs]),
        "citation precision": np.array([precision for _, precision in pairs]),
    }
    counts = st.lists(st.integers(0, 3), min_size=len(pairs), max_size=len(pairs))
    weights = np.array(data.draw(st.lists(counts, min_size=1, max_size=4)), dtype=float)
    every = corpus_f1(columns, weights)
    alone = [float(corpus_f1(columns, row)) for row in weights]
    assert np.allclose(every, alone, equal_nan=True)
