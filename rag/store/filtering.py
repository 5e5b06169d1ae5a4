"""Filters as SQL over the papers table."""

import json
from typing import NamedTuple

from rag.schema import Filters

FUNCTION = "contains"
"""Name under which a connection must know `contains`."""

_CONDITIONS = {
    "year_from": "p.year >= :year_from",
    "year_to": "p.year <= :year_to",
    "venue": f"p.venue IN (SELECT key FROM venues WHERE {FUNCTION}(name, :venue))",
    # The whole list is looked through first: taking it apart costs four times as much.
    "author": f"""{FUNCTION}(p.authors, :author_inside) AND
        EXISTS (SELECT 1 FROM json_each(p.authors) a WHERE {FUNCTION}(a.value, :author))""",
    "source": f"""p.key IN (SELECT s.paper FROM sources s
        WHERE s.file IN (SELECT key FROM files WHERE {FUNCTION}(path, :source)))""",
}


_WORDS = {
    "title": f"{FUNCTION}(p.title, :title)",
    "text": f"""({FUNCTION}(p.title, :text) OR EXISTS (SELECT 1 FROM abstracts a
        WHERE a.paper = p.key AND {FUNCTION}(CAST(plain(a.text) AS TEXT), :text)))""",
}


class Selection(NamedTuple):
    """Which papers are listed; what is unset allows all."""

    filters: Filters = Filters()
    title: str | None = None
    """Part of the title, whatever the case."""
    text: str | None = None
    """Part of title or abstract, whatever the case."""
    retracted: bool = False
    """Only those that were retracted or withdrawn."""


def contains(text: str, part: str) -> bool:
    """Tell whether a text contains a part, whatever the case of either.

    SQLite's own ``LIKE`` knows the case of ASCII letters only and has wildcards.
    """
    return part.casefold() in text.casefold()


def where(filters: Filters) -> tuple[str, dict[str, str | int]]:
    """Return a WHERE clause over papers ``p`` and its values; active filters only."""
    values = {name: value for name, value in filters if value is not None}
    clause = " AND ".join(_CONDITIONS[name] for name in values)
    if filters.author is not None:
        values["author_inside"] = json.dumps(filters.author, ensure_ascii=False)[1:-1]
    return f"WHERE {clause}", values


def chosen(selection: Selection) -> tuple[str, dict[str, str | int]]:
    """Return a WHERE clause over papers ``p``, empty where all are chosen, and its values."""
    clause, values = where(selection.filters) if selection.filters.active else ("", {})
    parts = [clause.removeprefix("WHERE ")] if clause else []
    for name, condition in _WORDS.items():
        wanted = getattr(selection, name)
        if wanted is not None:
            parts.append(condition)
            values[name] = wanted
    if selection.retracted:
        parts.append("p.retraction IS NOT NULL")
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), values
