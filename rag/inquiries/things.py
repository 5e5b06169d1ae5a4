"""Which paper speaks for a thing that the user names."""

from collections.abc import Sequence
from typing import NamedTuple

from rag.retrieval import Candidate, HybridRetriever
from rag.schema import Filters
from rag.store.view import LibraryView
from rag.terms import mentions, terms

_SUBJECT = 2.0
"""For a name in the title, beside one in the abstract."""
_SHARE = 0.75
"""Of a description's words that a paper about it has in its title and best passage."""


class Thing(NamedTuple):
    """A row to be: its name, and the paper about it, if there is one."""

    name: str
    candidate: Candidate | None


def named(
    view: LibraryView,
    retriever: HybridRetriever,
    names: Sequence[str],
    question: str,
    filters: Filters | None,
) -> list[Thing]:
    """Return each named thing with its paper; no paper speaks for two of them."""
    found: list[Thing] = []
    taken: set[str] = set()
    for name in names:
        candidate = _by_id(view, name) or _about(view, retriever, name, question, filters, taken)
        if candidate is not None:
            taken.add(candidate.paper_id)
        found.append(Thing(name, candidate))
    return found


def _by_id(view: LibraryView, name: str) -> Candidate | None:
    if not view.snapshot.papers([name]):
        return None
    passages = view.snapshot.passages_of([name])
    key, passage = next(iter(passages.items()))
    return Candidate(name, passage, key, 0.0, 0.0, 0.0, 0.0, tuple(passages))


def _about(
    view: LibraryView,
    retriever: HybridRetriever,
    name: str,
    question: str,
    filters: Filters | None,
    taken: set[str],
) -> Candidate | None:
    """Return the paper that is most about a thing: by its title, by how early it names it."""
    both = retriever.retrieve(view, f"{name} {question}".strip(), filters).candidates
    alone = retriever.retrieve(view, name, filters).candidates
    candidates = {each.paper_id: each for each in (*both[:_READ], *alone[:_READ])}
    papers = view.snapshot.papers(candidates)
    ranked = [
        (fit, candidates[paper_id].score, candidates[paper_id])
        for paper_id, paper in papers.items()
        if paper_id not in taken and paper.abstract
        for fit in [_fit(name, paper.title, paper.abstract)]
        if fit > 0
    ]
    return max(ranked, key=lambda each: each[:2])[2] if ranked else None


_READ = 40


def _fit(name: str, title: str, abstract: str) -> float:
    """Return how much a paper is about a thing; 0 where it does not speak of it."""
    heading, body = frozenset(terms(title)), frozenset(terms(abstract))
    wanted = set(terms(name))
    if not wanted:
        return 0.0
    if mentions(name, title, heading):
        return _SUBJECT + _leads(name, title)
    if mentions(name, abstract, body):
        return 1.0 + min(1.0, _times(name, abstract) / 4)
    share = len(wanted & (heading | body)) / len(wanted)
    return share if len(wanted) > 1 and share >= _SHARE else 0.0


def _leads(name: str, title: str) -> float:
    """Return 1 for a title that opens with the name, as papers do that bring the thing."""
    return float(terms(title)[: len(terms(name))] == terms(name))


def _times(name: str, text: str) -> int:
    first = terms(name)[-1]
    return sum(term == first for term in terms(text))
