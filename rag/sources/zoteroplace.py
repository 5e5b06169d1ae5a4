"""A Zotero that runs on this machine, as something that can be added: ``zotero:``.

``zotero:`` is the user's own library, ``zotero:groups/42`` that of a group,
``zotero:collections/ABCD2345`` and ``zotero:groups/42/collections/ABCD2345`` one collection.
A host and port may stand first, ``zotero:127.0.0.1:23119/groups/42``; it must be this machine.
"""

import re
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

from rag.errors import SourceError
from rag.schema import Record, Rejection, Source
from rag.sources import zotero
from rag.sources.zoterolocal import LONGEST, fetch

SCHEME = "zotero:"
HOST = "127.0.0.1:23119"
"""Where Zotero listens unless it is told otherwise."""

_PLACE = re.compile(
    r"/*(?:(?P<host>(?:[\w.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}|localhost|\[::1\])(?:/+|$))?"
    r"(?P<shelf>(?:(?:groups|users)/\d+)?)(?P<part>(?:/?collections/\w+)?)/*"
)


def is_place(path: str) -> bool:
    """Tell whether something that was named is a Zotero, and no file."""
    return path.startswith(SCHEME)


def address(place: str) -> str:
    """Return the address of a place's items.

    Raises:
        SourceError: The place is none.
    """
    found = _PLACE.fullmatch(place.removeprefix(SCHEME))
    if found is None:
        raise SourceError(
            f"no part of a Zotero: {place[:LONGEST]!r}; write zotero:, zotero:groups/NUMBER or "
            "zotero:collections/KEY"
        )
    shelf = found["shelf"] or "users/0"
    part = found["part"].lstrip("/")
    path = quote("/".join(filter(None, ("api", shelf, part, "items/top"))))
    return f"http://{found['host'] or HOST}/{path}?format=json"


def read(place: str) -> Iterator[Record | Rejection]:
    """Yield the bibliographic items of a running Zotero in the order in which they were made.

    Raises:
        SourceError: The place is none, or, while reading, nobody answers.
    """
    return zotero.read(fetch(address(place)), partial(_source, place))


def _source(place: str, position: int) -> Source:
    return Source(file=place, position=position, format=zotero.name)
