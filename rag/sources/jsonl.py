"""JSON Lines, one paper an object (BEIR's ``corpus.jsonl``), or a JSON array of them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import cast

from rag.schema import Record, Rejection, Source
from rag.sources.draft import Draft
from rag.sources.names import listed
from rag.sources.reader import WHOLE, Place, whole

name = "jsonl"

NAMES = {
    "doi": ("doi", "DOI"),
    "arxiv": ("arxiv", "arxiv_id", "arxivId"),
    "pmid": ("pmid", "pubmed_id", "PMID"),
    "pmcid": ("pmcid", "pmc_id", "PMCID"),
    "acl": ("acl", "acl_id"),
    "openalex": ("openalex", "openalex_id"),
    "s2": ("s2", "s2_id", "paperId"),
}
"""Keys that hold an identifier of each kind, first come first served."""

_SEPARATOR = re.compile(r"[\s,]*")
_URL = re.compile(r"https?://[^\s;]+")

Fields = Mapping[str, object]


@dataclass(frozen=True)
class Unreadable:
    """A stretch of the file that is not JSON."""

    reason: str


def sniff(head: str) -> float:
    """Recognise objects with a title or text, one a line or in an array."""
    if head.lstrip()[:1] not in ("{", "["):
        return 0.0
    return 0.5 if any(f'"{field}"' in head for field in ("title", "text", "abstract")) else 0.1


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per object; what is not one becomes a rejection that says where."""
    for position, (where, value) in enumerate(_values(lines), start=1):
        yield _settled(value, where, place(position))


def _settled(value: object, where: str, source: Source) -> Record | Rejection:
    if isinstance(value, Unreadable):
        return Rejection(source=source, reason=f"{where}: {value.reason}")
    if not isinstance(value, dict):
        return Rejection(source=source, reason=f"{where}: not a JSON object")
    settled = _draft(cast(Fields, value)).settle(source)
    if isinstance(settled, Rejection):
        return settled.model_copy(update={"reason": f"{where}: {settled.reason}"})
    return settled


def _values(lines: Iterable[str]) -> Iterator[tuple[str, object]]:
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    first = next(numbered, None)
    if first is None:
        return
    # An array or an indented object spreads over lines; everything else is one value a line.
    if first[1].lstrip().startswith("[") or first[1].strip() == "{":
        yield from _run(line for _, line in chain([first], numbered))
        return
    for number, line in chain([first], numbered):
        yield f"line {number}", _value(line)


def _value(text: str) -> object:
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return Unreadable(_why(error))


def _run(lines: Iterable[str]) -> Iterator[tuple[str, object]]:
    """Yield the items of an array or the values of a sequence up to the first that is broken."""
    text = whole(lines)
    if text is None:
        limit = f"over {WHOLE // 2**20} MiB in one JSON value; store one object a line instead"
        yield "file", Unreadable(limit)
        return
    in_array = text.lstrip().startswith("[")
    at = text.index("[") + 1 if in_array else 0
    while True:
        at = cast(re.Match[str], _SEPARATOR.match(text, at)).end()
        if text.startswith("]", at) if in_array else at == len(text):
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            yield f"character {at}", Unreadable(f"{_why(error)}; what follows was not read")
            return
        yield f"character {at}", value
        at = end


def _integer(text: str) -> int | str:
    # Python refuses to convert integers of thousands of digits; no field of ours needs them.
    return int(text) if len(text) <= 18 else text


_DECODER = json.JSONDecoder(parse_int=_integer, strict=False)


def _why(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg} at column {error.colno})"
    return "not JSON (nested too deeply)"


def _draft(fields: Fields) -> Draft:
    extra = fields.get("metadata")
    if isinstance(extra, dict):
        told = {key: value for key, value in fields.items() if value not in (None, "")}
        fields = {**cast(Fields, extra), **told}
    url = _URL.search(_first(fields, "url", "URL", "link"))
    return Draft(
        title=_first(fields, "title"),
        abstract=_first(fields, "text", "abstract"),
        key=_first(fields, "_id", "id") or None,
        authors=listed(fields.get("authors") or fields.get("author")),
        year=next((fields[key] for key in ("year", "date", "published") if fields.get(key)), None),
        venue=_first(fields, "venue", "journal"),
        url=url.group() if url else "",
        names={kind: _first(fields, *keys) for kind, keys in NAMES.items()},
    )


def _first(fields: Fields, *keys: str) -> str:
    return next((text for text in (_text(fields.get(key)) for key in keys) if text), "")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return " ".join(map(_text, cast(list[object], value)))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
