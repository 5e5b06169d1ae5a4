"""Which papers answer a case, and whether a paper is one of them."""

from collections.abc import Iterable, Sequence

from eval.schema import Case, Gold, norm


def relevant(case: Case) -> tuple[Gold, ...]:
    """Return the gold papers of grade 1 and above, each paper once.

    Two records of one paper (the same id, else the same title) are one: the
    higher grade counts, and the evidence of both.
    """
    found: dict[tuple[str, str], Gold] = {}
    for gold in case.gold:
        if gold.grade >= 1:
            key = _key(gold.paper_id, gold.title)
            found[key] = _joined(found[key], gold) if key in found else gold
    return tuple(found.values())


def evidence_runs(case: Case) -> tuple[str, ...]:
    """Return the evidence of all relevant gold papers that is not blank, each run once."""
    runs = (run for gold in relevant(case) for run in gold.evidence)
    return tuple(dict.fromkeys(run for run in runs if run.strip()))


class Shelf:
    """Gold papers, to be found by what a system calls a paper.

    A paper is a gold paper if both have an id and these are equal. Where either
    has none, normalised titles decide; titles without a word never match.
    """

    def __init__(self, golds: Sequence[Gold]) -> None:
        """Index golds; a place is a position in them."""
        self._by_id = {gold.paper_id: place for place, gold in enumerate(golds) if gold.paper_id}
        self._by_title = _titles((place, g) for place, g in enumerate(golds) if not g.paper_id)
        self._by_any_title = _titles(enumerate(golds))

    def place(self, paper_id: str, title: str) -> int | None:
        """Return which of the golds a paper is; None where it is none of them."""
        if paper_id in self._by_id:
            return self._by_id[paper_id]
        titles = self._by_title if paper_id else self._by_any_title
        return titles.get(norm(title)) if titles else None


def matches(gold: Gold, paper_id: str, title: str) -> bool:
    """Tell whether a paper is a certain gold paper."""
    return Shelf((gold,)).place(paper_id, title) is not None


def places(golds: Sequence[Gold], papers: Iterable[tuple[str, str]]) -> list[int | None]:
    """Return which gold each (id, title) is, in order; each gold is found at most once.

    A second paper under the title of a gold is not that gold, so that no
    share of golds found can pass 1.
    """
    shelf = Shelf(golds)
    seen = set[int]()
    found: list[int | None] = []
    for paper_id, title in papers:
        place = shelf.place(paper_id, title)
        found.append(None if place in seen else place)
        if place is not None:
            seen.add(place)
    return found


def distinct(papers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each paper once, in order of first use; one without an id is known by its title."""
    kept: dict[tuple[str, str], tuple[str, str]] = {}
    for paper_id, title in papers:
        kept.setdefault(_key(paper_id, title), (paper_id, title))
    return list(kept.values())


def _key(paper_id: str | None, title: str | None) -> tuple[str, str]:
    return ("id", paper_id) if paper_id else ("title", norm(title or "") or (title or ""))


def _joined(first: Gold, second: Gold) -> Gold:
    return first.model_copy(
        update={
            "grade": max(first.grade, second.grade),
            "title": first.title or second.title,
            "evidence": first.evidence + second.evidence,
        }
    )


def _titles(golds: Iterable[tuple[int, Gold]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, gold in golds:
        if name := norm(gold.title or ""):
            found.setdefault(name, place)
    return found
