"""Papers for other programs, abstracts and all, one by one: a library need not fit in memory.

Each record is written as `rag.exports.bibtex`, `ris` and `csl` write the cited ones, but with
no web address that only repeats an identifier: read again, it tells what the library holds.
"""

import json
from collections.abc import Callable, Iterable, Iterator

from rag.errors import UsageError
from rag.exports import bibtex, csl, ris
from rag.exports.keys import keys
from rag.schema import Paper

Write = Callable[[Paper, str], str]


def _bibtex(paper: Paper, key: str) -> str:
    return bibtex.record(paper, key, resolve=False)


def _ris(paper: Paper, key: str) -> str:
    return ris.record(paper, key, resolve=False)


def _csl(paper: Paper, key: str) -> str:
    return json.dumps(csl.item(paper, key, resolve=False), ensure_ascii=False, indent=2)


WRITERS: dict[str, tuple[Write, str, str, str]] = {
    "bibtex": (_bibtex, "", "\n", ""),
    "ris": (_ris, "", "\r\n", ""),
    "csl": (_csl, "[\n", ",\n", "\n]\n"),
}
"""By format what writes a record, and what stands before, between and after the records."""


def listed(papers: Callable[[], Iterable[Paper]], form: str) -> Iterator[bytes]:
    """Yield a file of papers, in UTF-8, piece by piece.

    Args:
        papers: Gives the papers afresh; called twice, since a key depends on all of them.
        form: One of `WRITERS`.

    Raises:
        UsageError: There is no such format.
    """
    if form not in WRITERS:
        raise UsageError(f"no format {form!r} for papers; choose one of {', '.join(WRITERS)}")
    return _pieces(papers, form)


def _pieces(papers: Callable[[], Iterable[Paper]], form: str) -> Iterator[bytes]:
    write, before, between, after = WRITERS[form]
    names = keys(papers())
    apart = before
    for paper in papers():
        yield f"{apart}{write(paper, names[paper.id])}".encode()
        apart = between
    yield ((before if not names else "") + after).encode()
