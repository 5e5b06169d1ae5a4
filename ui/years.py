"""The evidence of an answer by year."""

from collections import Counter
from typing import NamedTuple

from rag.schema import Answer


class Year(NamedTuple):
    """How many papers of a year were cited."""

    year: int
    cited: int


def by_year(answer: Answer) -> tuple[Year, ...]:
    """Return the years of the papers that an answer cites, ascending, without gaps.

    Papers whose year is unknown are left out; a gap of more than thirty years stays one.
    """
    cited = {each.paper_id: each.year for each in answer.citations if each.year is not None}
    counts = Counter(cited.values())
    if not counts:
        return ()
    first, last = min(counts), max(counts)
    years = range(first, last + 1) if last - first <= 30 else sorted(counts)
    return tuple(Year(year, counts[year]) for year in years)
