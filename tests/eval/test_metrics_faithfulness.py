from collections.abc import Sequence
from math import nan

import pytest

from eval.judging.port import JudgeError, Judgement
from eval.metrics.faithfulness import METRICS, SUMMARIES
from eval.metrics.metric import NotApplicable, Subject
from eval.schema import Case, Context, Quote, Response, Statement


class Judge:
    """Says yes where the text without its full stop is part of the evidence taken together."""

    name = "substring"

    def __init__(self, probability: float | None = None) -> None:
        self._probability = probability
        self.asked: list[tuple[tuple[str, ...], str, str | None]] = []

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        self.asked.append((tuple(evidence), text, question))
        entailed = text.rstrip(".").lower() in " ".join(evidence).lower()
        value = float(entailed) if self._probability is None else self._probability
        return Judgement(value > 0.5, value)


CASE = Case(id="c", question="How many passages?")
RESPONSE = Response(
    answer="about 21 million [1] The index is FAISS. [1] Retrieval is dense. [2] It rains.",
    claims=(
        Statement(text="about 21 million", citations=(1,), verdict="supported"),
        Statement(text="The index is FAISS.", citations=(1,), verdict="supported"),
        Statement(text="Retrieval is dense.", citations=(2,), verdict="partial"),
        Statement(text="It rains.", verdict="supported"),
    ),
    citations=(
        Quote(n=1, paper_id="p", title="On passages", quote="There are about 21 million."),
        Quote(n=2, paper_id="q", title="The index is FAISS", quote="We split Wikipedia."),
    ),
    contexts=(Context(paper_id="q", text="In it, retrieval is dense."),),
)


def measured(response: Response, judge: Judge | None = None) -> dict[str, float | NotApplicable]:
    subject = Subject(CASE, response, judge or Judge())
    return {metric.name: metric.measure(subject) for metric in METRICS}


def test_claims_are_held_against_quotes_and_against_what_was_retrieved() -> None:
    found = measured(RESPONSE)
    assert found["faithfulness to citations"] == 1 / 4
    assert found["faithfulness to context"] == 2 / 4


def test_any_quote_of_the_answer_counts_whichever_claim_cites_it() -> None:
    claim = Statement(text="We split Wikipedia.", citations=(1,))
    found = measured(RESPONSE.model_copy(update={"claims": (claim,)}))
    assert found["faithfulness to citations"] == 1


def test_overconfidence_counts_what_the_answer_path_called_supported_and_the_judge_denies() -> None:
    judge = Judge()
    assert measured(RESPONSE, judge)["answer path overconfidence"] == 2 / 3
    own = ("There are about 21 million.", "On passages")
    assert (own, "about 21 million", CASE.question) in judge.asked


def test_titles_count_for_overconfidence_because_the_answer_path_had_them() -> None:
    claim = Statement(text="The index is FAISS.", citations=(2,), verdict="supported")
    found = measured(RESPONSE.model_copy(update={"claims": (claim,)}))
    assert found["answer path overconfidence"] == 0
    assert found["faithfulness to citations"] == 0


def test_without_verdicts_there_is_no_overconfidence() -> None:
    text = "There are about 21 million. [1]"
    found = measured(RESPONSE.model_copy(update={"claims": (), "answer": text}))
    assert isinstance(found["answer path overconfidence"], NotApplicable)
    assert found["faithfulness to citations"] == 1


def test_only_direct_answers_are_judged_in_the_light_of_the_question() -> None:
    judge = Judge()
    METRICS[0].measure(Subject(CASE, RESPONSE, judge))
    asked = {text: question for _, text, question in judge.asked}
    assert asked.pop("about 21 million") == CASE.question
    assert set(asked.values()) == {None}


@pytest.mark.parametrize("response", [Response(), Response(answer=" \n"), Response(refused=True)])
def test_no_claims_is_not_applicable_and_never_one(response: Response) -> None:
    for value in measured(response, Judge(1.0)).values():
        assert isinstance(value, NotApplicable)


def test_a_refusal_makes_no_claims_even_if_some_are_given() -> None:
    refused = RESPONSE.model_copy(update={"refused": True})
    assert all(isinstance(value, NotApplicable) for value in measured(refused).values())


def test_claims_without_any_evidence_are_not_faithful_and_no_judge_is_asked() -> None:
    judge = Judge(1.0)
    found = measured(
        Response(answer="It is so.", contexts=(Context(paper_id="p", text=" "),)), judge
    )
    assert found["faithfulness to citations"] == found["faithfulness to context"] == 0
    assert judge.asked == []


@pytest.mark.parametrize(("probability", "faithful"), [(1.0, 1.0), (0.0, 0.0)])
def test_a_judge_of_one_word_decides_all(probability: float, faithful: float) -> None:
    found = measured(RESPONSE, Judge(probability))
    assert found["faithfulness to citations"] == found["faithfulness to context"] == faithful
    # The claim that cites nothing is denied whatever the judge says.
    assert found["answer path overconfidence"] == (1 / 3 if faithful else 1)


@pytest.mark.parametrize("probability", [nan, -0.1, 1.5])
def test_a_judge_that_gives_no_probability_is_an_error(probability: float) -> None:
    for metric in METRICS:
        with pytest.raises(JudgeError):
            metric.measure(Subject(CASE, RESPONSE, Judge(probability)))


def test_worst_values_are_at_the_bad_end_and_each_metric_has_its_mean() -> None:
    assert [metric.worst for metric in METRICS] == [0, 0, 1]
    assert [metric.better for metric in METRICS] == ["higher", "higher", "lower"]
    assert [summary.name for summary in SUMMARIES] == [metric.name for metric in METRICS]
