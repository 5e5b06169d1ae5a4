"""What is exported: answers as they were kept, and the papers that they cite."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from rag.exports.safe import tidy
from rag.schema import Answer, Citation, Identifiers, Noun, Paper

Order = Literal["cited", "author"]
STYLES = ("numeric", "author-year", "vancouver")
"""The bibliography styles written by hand; any other style is a ``.csl`` file."""


class Item(Noun):
    """One answer and when it was given."""

    answer: Answer
    conversation: str | None = None
    time: str | None = None
    """UTC, ISO 8601."""


class Exported(Noun):
    """Answers in order, with every paper that they cite in the order of first use."""

    items: tuple[Item, ...]
    papers: tuple[Paper, ...] = ()


class Options(Noun):
    """How a bibliography looks."""

    style: str = "numeric"
    """One of `STYLES`, or the path of a ``.csl`` file."""
    order: Order = "cited"


def cited_ids(items: Iterable[Item]) -> tuple[str, ...]:
    """Return the ids of all cited papers by first use; what only came near is not cited."""
    found = (each.paper_id for item in items for each in item.answer.citations)
    return tuple(dict.fromkeys(found))


def gathered(items: Sequence[Item], known: Mapping[str, Paper]) -> Exported:
    """Return what is exported of some answers.

    Args:
        items: The answers.
        known: Papers of the library by id; of one that is gone, what its citation tells is used.
    """
    told = {each.paper_id: each for item in items for each in item.answer.citations}
    papers = tuple(known.get(name) or _told(told[name]) for name in cited_ids(items))
    return Exported(items=tuple(items), papers=papers)


def shown(paper: Paper) -> Paper:
    """Return a paper with every text on one line and without control or direction characters."""
    names = {kind: tidy(value) for kind, value in paper.identifiers.pairs()}
    return paper.model_copy(
        update={
            "title": tidy(paper.title),
            "abstract": tidy(paper.abstract),
            "authors": tuple(name for each in paper.authors if (name := tidy(each))),
            "venue": tidy(paper.venue or "") or None,
            "retraction": tidy(paper.retraction or "") or None,
            "identifiers": Identifiers.model_validate({k: v for k, v in names.items() if v}),
        }
    )


def _told(citation: Citation) -> Paper:
    return Paper(
        id=citation.paper_id,
        title=citation.title,
        authors=citation.authors,
        year=citation.year,
        url=citation.url,
        identifiers=Identifiers(doi=citation.doi),
        retraction=citation.retraction,
    )
