"""The made-up cases of the specimen, what was said to them, and what came of it."""

import random
from typing import NamedTuple

from eval.metrics.metric import Family, Metric, NotApplicable, Subject, Summary, mean_of
from eval.schema import (
    Better,
    Case,
    Gold,
    Outcome,
    Quote,
    Ranked,
    Response,
    Row,
    Statement,
    Trial,
)


class Spec(NamedTuple):
    """A metric and how its made-up numbers lie."""

    name: str
    family: Family
    better: Better
    worst: float | None
    typical: float
    formula: str


TYPES = ("single fact", "comparison", "number", "follow-up", "unanswerable")
SPECS = (
    Spec("recall@5", "retrieval", "higher", 0, 0.86, "gold papers among the first 5, of all gold"),
    Spec("nDCG@10", "retrieval", "higher", 0, 0.79, "gain of the first 10, of the ideal gain"),
    Spec("evidence recall", "evidence", "higher", 0, 0.71, "gold evidence that is quoted"),
    Spec("citation recall", "citations", "higher", 0, 0.83, "sentences their citations entail"),
    Spec("citation precision", "citations", "higher", 0, 0.77, "citations a sentence needs"),
    Spec("faithfulness", "faithfulness", "higher", 0, 0.91, "claims that the passages entail"),
    Spec("must include", "correctness", "higher", 0, 0.64, "required parts that the answer has"),
    Spec("refusal accuracy", "refusal", "higher", 0, 0.88, "1 where it refuses as it should"),
    Spec("phantom citations", "integrity", "lower", 1, 0.01, "markers without a citation"),
    Spec("milliseconds", "cost", "lower", None, 184.0, "wall time of an answer"),
)
_TOPICS = ("retrieval heads", "sparse attention", "abstract screening", "query rewriting", "tables")


def metrics() -> tuple[Metric, ...]:
    """Return the metrics that the specimen pretends to have measured."""
    return tuple(
        Metric(each.name, each.family, each.better, each.worst, each.formula, _unmeasured)
        for each in SPECS
    )


def summaries() -> tuple[Summary, ...]:
    """Return their means."""
    return tuple(mean_of(metric) for metric in metrics())


def made_case(number: int, text: str) -> Case:
    """Return a case."""
    kind, topic = TYPES[number % len(TYPES)], _TOPICS[number // 5 % len(_TOPICS)]
    evidence = f"On {topic} we observe a gain of {number} points over the strongest baseline."
    return Case(
        id=f"q{number:03}{text}",
        question=f"What does the library report about {topic} in setting {number}?{text}",
        type=kind + text,
        answerable=kind != "unanswerable",
        gold=() if kind == "unanswerable" else (
            Gold(paper_id=f"p{number}", title=f"A study of {topic}{text}", evidence=(evidence,)),
        ),
        answers=() if kind == "unanswerable" else (f"A gain of {number} points.{text}",),
    )  # fmt: skip


def made_trial(case: Case, dice: random.Random, text: str, *, lost: float) -> Trial:
    """Return what was said to it; an error in a share ``lost`` of all cases."""
    seconds = round(dice.uniform(0.1, 0.6), 3)
    if dice.random() < lost:
        reason = f"model went away after 30 s{text}"
        return Trial(case=case.id, asked=case.digest, error=reason, seconds=seconds)
    response = _refusal() if dice.random() < 0.2 else _answer(case, dice, text)
    return Trial(case=case.id, asked=case.digest, response=response, seconds=seconds)


def _refusal() -> Response:
    said = "The library does not answer this: nothing in it comes close enough."
    return Response(answer=said, refused=True, confidence=0.12)


def _answer(case: Case, dice: random.Random, text: str) -> Response:
    gold = case.gold[0] if case.gold else Gold(paper_id="p0", title="Another study")
    points = dice.choice(("clear", "small", "consistent"))
    quote = (gold.evidence or ("No such setting was tried.",))[0]
    claims = (
        Statement(text=f"The gain is {points}.{text}", citations=(1,), verdict="supported"),
        Statement(
            text="It shrinks where the passages are long.", citations=(1, 2), verdict="partial"
        ),
    )
    second = "Longer passages dilute the effect, which we attribute to the fixed window."
    return Response(
        answer=f"The gain is {points}.{text} [1] It shrinks where the passages are long. [1] [2]",
        claims=claims,
        citations=(
            Quote(n=1, paper_id=gold.paper_id or "", title=gold.title or "", quote=quote + text),
            Quote(n=2, paper_id="p9", title=f"On windows{text}", quote=second, verbatim=True),
        ),
        ranking=(
            Ranked(paper_id=gold.paper_id or "", title=gold.title or "", score=0.9),
            Ranked(paper_id="p9", title=f"On windows{text}", score=0.7),
        ),
        confidence=round(dice.uniform(0.4, 0.99), 2),
    )


def made_row(case: Case, trial: Trial, dice: random.Random) -> Row:
    """Return its outcomes."""
    outcomes = {spec.name: _outcome(spec, case, trial, dice) for spec in SPECS}
    return Row(
        case=case.id,
        type=case.type,
        cluster=case.cluster,
        answerable=case.answerable,
        outcomes=outcomes,
    )


def _outcome(spec: Spec, case: Case, trial: Trial, dice: random.Random) -> Outcome:
    if trial.error is not None:
        return Outcome(state="error", reason=trial.error)
    if not case.answerable and spec.name not in {"refusal accuracy", "milliseconds"}:
        return Outcome(state="not applicable", reason="the library does not answer it")
    if spec.typical > 1:
        return Outcome(state="scored", value=round(dice.uniform(0.5, 1.6) * spec.typical, 1))
    return Outcome(state="scored", value=float(dice.random() < spec.typical))


def _unmeasured(_: Subject) -> float | NotApplicable:
    return NotApplicable("a specimen measures nothing")
