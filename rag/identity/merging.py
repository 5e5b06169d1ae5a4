"""What a paper made of several records looks like.

Every field is the best of its candidates under one total order, so merging is
commutative, associative and idempotent: the order in which records arrive
never shows.
"""

from collections.abc import Iterable, Sequence
from functools import reduce

from rag.identity.identifiers import is_arxiv_doi, names
from rag.lean import lean
from rag.retractions import gravest
from rag.schema import Identifiers, Paper, Record, Source


def paper(record: Record, name: str) -> Paper:
    """Return a record as a paper of that id."""
    fields = {field: value for field, value in vars(record).items() if field in Paper.model_fields}
    return lean(Paper, {**fields, "id": name, "sources": (record.source,)})


def merge(first: Paper, other: Paper) -> Paper:
    """Return the first paper with the better of both in every field but the sources."""
    years = [year for year in (first.year, other.year) if year is not None]
    return _with(
        first,
        title=min(first.title, other.title, key=_title_rank),
        abstract=min(first.abstract, other.abstract, key=_length_rank),
        authors=min(first.authors, other.authors, key=_authors_rank),
        year=min(years, default=None),
        venue=min(first.venue or "", other.venue or "", key=_length_rank) or None,
        url=min(filter(None, (first.url, other.url)), key=_url_rank, default=None),
        identifiers=_identifiers(first.identifiers, other.identifiers),
        retraction=gravest(first.retraction, other.retraction),
    )


def overlay(first: Paper, other: Paper) -> Paper:
    """Return the first paper, its empty fields (and only these) filled from the other."""
    return _with(
        first,
        title=first.title or other.title,
        abstract=first.abstract or other.abstract,
        authors=first.authors or other.authors,
        year=other.year if first.year is None else first.year,
        venue=first.venue or other.venue,
        url=first.url or other.url,
        identifiers=_filled(first.identifiers, other.identifiers),
        # That a paper was taken back must not be lost, whoever fails to tell it.
        retraction=gravest(first.retraction, other.retraction),
    )


def layered(layers: Iterable[Sequence[Paper]]) -> Paper:
    """Merge the papers of each layer, then fill each layer's gaps from the next.

    Args:
        layers: What outranks comes first; at least one paper in all. The first's id stays.
    """
    filled = [layer for layer in layers if layer]
    result = reduce(overlay, [reduce(merge, layer) for layer in filled])
    # Sources are joined once: carried along, they would cost the square of their number.
    places = sources(place for layer in filled for member in layer for place in member.sources)
    return _with(result, sources=places)


def same_content(paper: Paper, other: Paper) -> bool:
    """Tell whether two papers agree in everything but their sources."""
    return paper is other or _with(paper, **{**vars(other), "sources": paper.sources}) is paper


def _with(paper: Paper, **fields: object) -> Paper:
    told = vars(paper)
    if all(told[field] == value for field, value in fields.items()):
        return paper
    return paper.model_copy(update=fields)


def sources(found: Iterable[Source]) -> tuple[Source, ...]:
    """Return the different places in order; a place seen in two batches keeps the first."""
    places: dict[tuple[str, int, str], Source] = {}
    for source in found:
        place = (source.file, source.position, source.format)
        kept = places.get(place)
        if kept is None or _batch_rank(source) < _batch_rank(kept):
            places[place] = source
    return tuple(places[place] for place in sorted(places))


def _identifiers(first: Identifiers, other: Identifiers) -> Identifiers:
    kinds = names(first)
    for kind, value in names(other).items():
        kinds[kind] = min(kinds.get(kind, value), value, key=_identifier_rank)
    return _named(first, kinds)


def _filled(first: Identifiers, other: Identifiers) -> Identifiers:
    kinds = names(other) | names(first)
    if first.doi and other.doi and is_arxiv_doi(first.doi):
        kinds["doi"] = min(first.doi, other.doi, key=_identifier_rank)
    return _named(first, kinds)


def _named(first: Identifiers, kinds: dict[str, str]) -> Identifiers:
    return first if names(first) == kinds else Identifiers(**kinds)


def _title_rank(title: str) -> tuple[bool, bool, bool, int, str]:
    # Clean type first: LaTeX remains and shouting lose, then the longer wording wins.
    return (not title, "\\" in title or "{" in title, title.isupper(), -len(title), title)


def _length_rank(text: str) -> tuple[int, str]:
    return (-len(text), text)


def _authors_rank(authors: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
    return (-len(authors), -sum(map(len, authors)), authors)


def _url_rank(url: str) -> tuple[bool, int, str]:
    return (not url.startswith("https:"), len(url), url)


def _identifier_rank(value: str) -> tuple[bool, str]:
    return (is_arxiv_doi(value), value)


def _batch_rank(source: Source) -> tuple[bool, str]:
    return (source.batch is None, source.batch or "")
