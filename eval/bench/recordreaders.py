"""Bibliographies as others' tools read them: one record per cited paper.

Names are compared by their words, because each format orders and parts them otherwise;
a title, an abstract or a venue by every character.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from re import findall, sub
from typing import Any, NamedTuple, cast

from eval.bench.comparing import Seen, Tally, compared
from eval.bench.programs import NotInstalled, output
from rag.citations import link
from rag.exports.exported import Exported, shown
from rag.exports.quotes import quotes
from rag.exports.safe import address

Record = dict[str, str]
FIELDS = ("authors", "title", "venue", "year", "doi", "url", "abstract", "quotes")


class Reader(NamedTuple):
    """A tool that reads a format, and the fields that it keeps of it."""

    form: str
    tool: str
    read: Callable[[Path], list[Record]]
    fields: tuple[str, ...] = FIELDS


def written(exported: Exported) -> list[Record]:
    """Return what each record should say, as the library has it."""
    cited = quotes(exported)
    rows: list[Record] = []
    for paper in map(shown, exported.papers):
        rows.append(
            {
                "authors": _names(paper.authors),
                "title": paper.title,
                "venue": paper.venue or "",
                "year": str(paper.year or ""),
                "doi": address(paper.identifiers.doi or ""),
                "url": address(link(paper) or ""),
                "abstract": paper.abstract,
                "quotes": " ".join(f"“{text}”" for text in cited[paper.id]),
            }
        )
    return rows


def tally(reader: Reader, exports: Sequence[tuple[Exported, Path]]) -> Tally:
    """Return what a tool read of some exports of its format."""
    seen: list[Seen] = []
    try:
        for exported, path in exports:
            rows = [{name: row[name] for name in reader.fields} for row in written(exported)]
            seen += compared(rows, reader.read(path))
    except NotInstalled as missing:
        return Tally(reader.form, reader.tool, remarks=(str(missing),))
    lost = [name for name in FIELDS if name not in reader.fields]
    remarks = (f"it keeps no {' and no '.join(lost)}",) if lost else ()
    # A document of no kind has no place for a venue in BibTeX: equal, because both are empty.
    return Tally(reader.form, reader.tool, tuple(seen), remarks)


def _names(names: Sequence[str]) -> str:
    return "; ".join(" ".join(sorted(sub(r"[,{}]", " ", name).split())) for name in names)


def _rispy(path: Path) -> list[Record]:
    rispy: Any = import_module("rispy")
    with path.open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = rispy.load(file)
    return [
        {
            "authors": _names(row.get("authors", [])),
            "title": row.get("title", ""),
            "venue": row.get("secondary_title", ""),
            "year": row.get("year", ""),
            "doi": row.get("doi", ""),
            "url": " ".join(row.get("urls", [])),
            "abstract": row.get("abstract", ""),
            "quotes": " ".join(row.get("notes", [])),
        }
        for row in rows
    ]


def _bibtexparser(path: Path) -> list[Record]:
    parser: Any = import_module("bibtexparser")
    middlewares: Any = import_module("bibtexparser.middlewares")
    plain = _decoder()
    stack = [middlewares.SeparateCoAuthors()]
    library = parser.parse_file(str(path), append_middleware=stack)
    rows: list[Record] = []
    for entry in library.entries:
        row = {field.key: field.value for field in entry.fields}
        told = {name: plain(value) for name, value in row.items() if isinstance(value, str)}
        rows.append(
            {
                "authors": _names([plain(name) for name in row.get("author", [])]),
                "title": told.get("title", ""),
                "venue": next(filter(None, map(told.get, _VENUES)), ""),
                "year": told.get("year", ""),
                "doi": row.get("doi", ""),
                "url": row.get("url", ""),
                "abstract": told.get("abstract", ""),
                "quotes": told.get("annote", ""),
            }
        )
    return rows


_VENUES = ("journal", "booktitle", "howpublished")


def _decoder() -> Callable[[str], str]:
    tables: Any = import_module("pylatexenc.latex2text")
    known = tables.get_default_latex_context_db()
    # Names that pylatexenc does not know, or takes for a look-alike.
    signs = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^"}
    own = [tables.MacroTextSpec(*each) for each in signs.items()]
    known.add_context_category("braces", prepend=True, macros=own)
    made = tables.LatexNodes2Text(
        math_mode="verbatim", latex_context=known, strict_latex_spaces=True
    )
    return cast(Callable[[str], str], made.latex_to_text)


def _pandoc(form: str) -> Callable[[Path], list[Record]]:
    def read(path: Path) -> list[Record]:
        items: list[Mapping[str, Any]] = json.loads(
            output("pandoc", "-f", form, "-t", "csljson", str(path))
        )
        return list(map(_csl, items))

    return read


def _csl(item: Mapping[str, Any]) -> Record:
    dates = item.get("issued", {}).get("date-parts", [[""]])
    return {
        "authors": _names([" ".join(each.values()) for each in item.get("author", [])]),
        "title": _unmarked(item.get("title", "")),
        "venue": _unmarked(item.get("container-title", item.get("publisher", ""))),
        "year": str(dates[0][0]),
        "doi": item.get("DOI", ""),
        "url": item.get("URL", ""),
        "abstract": _unmarked(item.get("abstract", "")),
        "quotes": _unmarked(item.get("annote", item.get("note", ""))),
    }


def _unmarked(text: str) -> str:
    """Return a text of CSL-JSON without the tags that pandoc adds for braces and scripts."""
    return sub(r'</?(?:span|i|b|sub|sup)(?: class="nocase")?>', "", text)


def _citeproc(path: Path) -> list[Record]:
    reader: Any = import_module("citeproc.source.json")
    items = json.loads(path.read_text(encoding="utf-8"))
    source = reader.CiteProcJSON(items)
    return [_reference(source[item["id"].lower()]) for item in items]


def _reference(item: Any) -> Record:  # noqa: ANN401
    def told(name: str) -> str:
        return str(item[name]) if name in item else ""

    return {
        "authors": _names([" ".join(map(str, each.values())) for each in item.get("author", [])]),
        "title": told("title"),
        "venue": told("container_title"),
        "year": "".join(findall(r"-?\d+", str(item["issued"].year))) if "issued" in item else "",
        "doi": told("DOI"),
        "url": told("URL"),
        "abstract": told("abstract"),
        "quotes": told("annote"),
    }


READERS = (
    Reader("bibtex", "bibtexparser, pylatexenc", _bibtexparser),
    Reader("bibtex", "pandoc", _pandoc("bibtex")),
    Reader("ris", "rispy", _rispy),
    Reader("csl", "pandoc", _pandoc("csljson")),
    Reader("csl", "citeproc-py", _citeproc),
)
