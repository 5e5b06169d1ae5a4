"""Works of OpenAlex: one, a page ``{"results": [...]}``, or one a line as in its snapshot.

Abstracts come as an inverted index, each word with its positions; the text is the words in
the order of their positions. A position that is missing leaves no gap, and of words that
claim the same one each is kept.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from rag.schema import Record, Rejection
from rag.sources import jats, objects
from rag.sources.draft import Draft
from rag.sources.objects import Fields, first, keys, listing, text, within
from rag.sources.reader import Place

name = "openalex"

_WORK = re.compile(r'"id"\s*:\s*"https://openalex\.org/W\d')
_OWN = frozenset({"authorships", "display_name", "publication_year", "referenced_works", "doi"})
_FOREIGN = frozenset({"_id", "authors", "text"})


def sniff(head: str) -> float:
    """Recognise an inverted abstract, or the address of a work beside fields of works."""
    told = keys(head)
    if "abstract_inverted_index" in told:
        return 1.0  # its words are keys too, of any format
    ours = told & _OWN and not told & _FOREIGN and _WORK.search(head)
    return 0.9 if ours else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per work."""
    return objects.read(lines, place, form=_draft, inside=("results",))


def _draft(work: Fields) -> Draft:
    index = work.get("abstract_inverted_index")
    landing = text(within(work, "primary_location", "landing_page_url"))
    return Draft(
        title=jats.plain(first(work, "title", "display_name")),
        abstract=jats.plain(rebuilt(index) or first(work, "abstract")),
        authors=[_author(one) for one in listing(work.get("authorships"))],
        year=work.get("publication_year") or work.get("publication_date"),
        venue=_venue(work),
        url=first(work, "doi") or landing or first(work, "id"),
        names=_names(work),
        retraction="retracted" if work.get("is_retracted") is True else None,
    )


def rebuilt(index: object) -> str:
    """Return the text of an inverted index."""
    words = within(index, "InvertedIndex") or index  # as Microsoft Academic had it
    if not isinstance(words, dict):
        return ""
    placed = [
        (position, order, word)
        for order, (word, positions) in enumerate(cast(dict[str, object], words).items())
        for position in sorted({one for one in listing(positions) if type(one) is int})
    ]
    return " ".join(word for _, _, word in sorted(placed))


def _author(authorship: object) -> str:
    known = text(within(authorship, "author", "display_name"))
    return known or text(within(authorship, "raw_author_name"))


def _venue(work: Fields) -> str:
    journal = within(work, "primary_location", "source", "display_name")
    return text(journal) or text(within(work, "host_venue", "display_name"))


def _names(work: Fields) -> Mapping[str, str]:
    ids = work.get("ids")
    addresses = (text(within(one, "landing_page_url")) for one in listing(work.get("locations")))
    return {
        "doi": first(work, "doi") or text(within(ids, "doi")),
        "openalex": first(work, "id") or text(within(ids, "openalex")),
        "pmid": text(within(ids, "pmid")),
        "pmcid": text(within(ids, "pmcid")).rstrip("/").rpartition("/")[2],
        "arxiv": next((one for one in addresses if "arxiv.org/" in one), ""),
    }
