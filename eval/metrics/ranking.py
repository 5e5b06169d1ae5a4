"""Measures of a ranking against graded gold papers, as trec_eval computes them.

The formulas are trec_eval's, through ir_measures and its pytrec_eval provider.
A ranking comes as distinct papers, best first; scores are made from the ranks, so
that no tie can reorder it. A gold paper of grade 1 and above is relevant. A ranking
shallower than a cut-off is scored as it stands, and an empty one scores 0.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from eval.metrics.golds import places, relevant
from eval.metrics.metric import Metric, NotApplicable, Subject, Summary, mean_of
from rag.errors import UsageError

HIGHEST_GRADE = 10_000
"""trec_eval counts per grade, so that its memory grows with the highest one."""

NO_GOLD = NotApplicable("no gold paper is known")


def grades(subject: Subject) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return the grades of the ranked papers, 0 where not relevant, and of the golds not ranked.

    Returns:
        None where the case has no relevant gold paper.

    Raises:
        UsageError: A grade is too high to be one.
    """
    golds = relevant(subject.case)
    if not golds:
        return None
    if (highest := max(gold.grade for gold in golds)) > HIGHEST_GRADE:
        raise UsageError(
            f"case {subject.case.id} grades a paper {highest}: grade with at most {HIGHEST_GRADE}"
        )
    found = places(golds, ((each.paper_id, each.title) for each in subject.response.ranking))
    missed = set(range(len(golds))).difference(place for place in found if place is not None)
    return (
        tuple(0 if place is None else golds[place].grade for place in found),
        tuple(golds[place].grade for place in sorted(missed)),
    )


@lru_cache(maxsize=4096)
def measured(ranked: tuple[int, ...], missed: tuple[int, ...]) -> dict[str, float]:
    """Return all of trec_eval's measures of one ranking, by the names of `METRICS`.

    Args:
        ranked: Grades of the ranked papers, best first.
        missed: Grades of the gold papers that were not ranked.
    """
    import ir_measures
    from ir_measures import AP, RR, P, R, Success, nDCG

    wanted = (RR, P @ 1, P @ 5, R @ 5, R @ 100, AP @ 100, Success @ 1, Success @ 5, nDCG @ 10)
    gold = {str(rank): grade for rank, grade in enumerate(ranked) if grade}
    gold.update({f"missed {number}": grade for number, grade in enumerate(missed)})
    run = {str(rank): float(len(ranked) - rank) for rank in range(len(ranked))}
    found = ir_measures.pytrec_eval.iter_calc(  # pyright: ignore[reportUnknownMemberType]
        wanted, {"q": gold}, {"q": run}
    )
    values = {str(each.measure).replace("Success", "hit"): float(each.value) for each in found}
    # The provider takes RR@10 and gives RR: it has no cut-off, so that it is made here.
    first = values.pop("RR")
    return values | {"RR@10": first if first >= 1 / 10 else 0.0}


def right_papers(ranked: Sequence[int], missed: Sequence[int], *, cut: int = 5) -> float:
    """Return |gold in the first `cut`| / min(cut, |gold|): a recall that 1 can be reached in.

    Source: the capped recall@k of BEIR (Thakur et al. 2021, section 4, R_cap@k).
    """
    gold = sum(grade > 0 for grade in ranked) + len(missed)
    return sum(grade > 0 for grade in ranked[:cut]) / min(cut, gold)


def _by_trec_eval(measure: str) -> Callable[[Subject], float | NotApplicable]:
    def measure_case(subject: Subject) -> float | NotApplicable:
        found = grades(subject)
        return NO_GOLD if found is None else measured(*found)[measure]

    return measure_case


def _right_papers(subject: Subject) -> float | NotApplicable:
    found = grades(subject)
    return NO_GOLD if found is None else right_papers(*found)


def _metric(name: str, formula: str, measure: Callable[[Subject], float | NotApplicable]) -> Metric:
    return Metric(
        name=name,
        family="retrieval",
        better="higher",
        worst=0.0,
        formula=formula,
        measure=measure,
    )


_BY_TREC_EVAL = {
    "nDCG@10": "sum of grade / log2(rank + 1) to rank 10, over that of the ideal ranking",
    "RR@10": "1 / rank of the first relevant paper; 0 beyond rank 10",
    "AP@100": "sum of P@rank at relevant papers to rank 100, over all relevant papers",
    "P@1": "relevant papers at rank 1",
    "P@5": "relevant papers to rank 5, over 5",
    "R@5": "relevant papers to rank 5, over all relevant papers",
    "R@100": "relevant papers to rank 100, over all relevant papers",
    "hit@1": "1 if the paper at rank 1 is relevant",
    "hit@5": "1 if a paper at ranks 1 to 5 is relevant",
}
"""nDCG: Järvelin & Kekäläinen 2002 (TOIS 20(4)), with trec_eval's linear gain, not 2^grade - 1;
RR: Voorhees 1999 (TREC-8 QA); AP: Buckley & Voorhees 2000 (SIGIR), over all relevant papers,
found or not; the others: trec_eval's P, recall and success. Measured with pytrec_eval."""

METRICS: tuple[Metric, ...] = (
    *(_metric(name, formula, _by_trec_eval(name)) for name, formula in _BY_TREC_EVAL.items()),
    _metric(
        "right papers@5",
        "relevant papers to rank 5, over the smaller of 5 and all relevant papers",
        _right_papers,
    ),
)
SUMMARIES: tuple[Summary, ...] = tuple(mean_of(metric) for metric in METRICS)
