"""Filters as SQL over the papers table."""

import json

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
