import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.integrity import METRICS, SUMMARIES
from eval.metrics.metric import NotApplicable, Subject
from eval.schema import Case, Context, Quote, Response, Statement

BY_NAME = {metric.name: metric.measure for metric in METRICS}


class NoJudge:
    name = "none"

    def judge(self, evidence, text, *, question=None):
        raise AssertionError("integrity needs no judge")


def value(name: str, response: Response) -> float | NotApplicable:
    return BY_NAME[name](Subject(Case(id="c", question="?"), response, NoJudge()))


def quotes(*verbatim: bool | None) -> tuple[Quote, ...]:
    return tuple(
        Quote(n=n, paper_id="p", quote="words", verbatim=each) for n, each in enumerate(verbatim, 1)
    )


def test_quotes_that_stand_in_the_abstract():
    assert value("quotes verbatim", Response(citations=quotes(True, False, True))) == (
        pytest.approx(2 / 3)
    )
    assert value("quotes verbatim", Response(citations=quotes(True, None))) == 0.5


@pytest.mark.parametrize("known", [(), (None, None)])
def test_quotes_that_nobody_looked_up_say_nothing(known: tuple[None, ...]):
    assert isinstance(value("quotes verbatim", Response(citations=quotes(*known))), NotApplicable)


@pytest.mark.parametrize(
    ("answer", "cited", "expected"),
    [
        ("One [1]. Two [2].", 2, 1),
        ("One [1]. Again [1].", 1, 1),
        ("One [1]. Two [9].", 1, 1 / 2),  # a phantom citation
        ("One [1].", 2, 1 / 2),  # a citation that no marker names
        ("One [3].", 2, 0),
        ("One.", 2, 0),
        ("One [1].", 0, 0),
    ],
)
def test_markers_and_citations_belong_together(answer: str, cited: int, expected: float):
    response = Response(answer=answer, citations=quotes(*[None] * cited))

    assert value("markers resolve", response) == expected


@pytest.mark.parametrize(
    "response",
    [Response(answer="Nothing is cited."), Response(answer="No [1].", refused=True)],
)
def test_without_citations_or_in_a_refusal_no_marker_has_to_resolve(response: Response):
    assert isinstance(value("markers resolve", response), NotApplicable)


def contexts(*texts: str) -> Response:
    return Response(contexts=tuple(Context(paper_id="p", text=text) for text in texts))


def test_passages_that_repeat_do_not_count():
    assert value("distinct passages", contexts("Red.", "blue", "RED", "red!", "green")) == 3 / 5
    assert isinstance(value("distinct passages", contexts()), NotApplicable)


def test_only_the_first_ten_passages_are_looked_at():
    assert value("distinct passages", contexts(*map(str, range(10)), "0", "0")) == 1


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (Response(answer="It is red."), 1),
        (Response(answer="It [1].", claims=(Statement(text="It"),)), 1),
        (Response(answer=""), 0),
        (Response(answer=" [1] .\n"), 0),
        (Response(answer="It.", claims=(Statement(text=" "),)), 0),
        (Response(answer="", claims=(Statement(text="It is red."),)), 0),
        (Response(answer="", refused=True), 1),
    ],
)
def test_an_answer_that_is_no_refusal_has_to_say_something(response: Response, expected: float):
    assert value("says something", response) == expected


@given(st.text("ab [123].", max_size=30), st.lists(st.integers(1, 4), max_size=4), st.booleans())
def test_values_are_shares(answer: str, cited: list[int], refused: bool):
    citations = tuple(Quote(n=n, paper_id="p", quote="q", verbatim=n > 2) for n in cited)
    response = Response(answer=answer, citations=citations, refused=refused)

    for name in BY_NAME:
        found = value(name, response)
        assert isinstance(found, NotApplicable) or 0 <= found <= 1


def test_each_metric_has_its_mean():
    assert [summary.name for summary in SUMMARIES] == list(BY_NAME)
    columns = {name: np.array([1.0, 0, np.nan]) for name in BY_NAME}

    assert [s.compute(columns, np.array([3.0, 1, 5])) for s in SUMMARIES] == [0.75] * len(SUMMARIES)
