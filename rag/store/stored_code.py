"""Whether a Chroma folder would make Chroma run code of its own choosing."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from rag.errors import LibraryDamaged


def refuse_code(folder: Path) -> None:
    """Refuse a Chroma folder that names an embedding function.

    Chroma would build that function, with whatever arguments the folder gives, when
    records are added: an index folder could run code (CVE-2026-45829).

    Raises:
        LibraryDamaged: A collection has a stored embedding function.
    """
    place = f"{(folder / 'chroma.sqlite3').absolute().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(place, uri=True)
    try:
        rows = connection.execute("SELECT config_json_str, schema_str FROM collections").fetchall()
    finally:
        connection.close()
    for stored in (json.loads(text) for row in rows for text in row if text):
        if names_code(stored):
            raise LibraryDamaged(
                f"{folder} names an embedding function, which Attest never stores; "
                "run 'attest rebuild'"
            )


def names_code(stored: object) -> bool:
    """Tell whether what Chroma stores about a collection names an embedding function."""
    return any(_is_code(each) for each in _functions(stored))


def _functions(stored: object) -> Iterator[object]:
    """Yield whatever is stored under ``embedding_function`` at any depth."""
    if isinstance(stored, dict):
        for name, content in cast(dict[str, object], stored).items():
            if name == "embedding_function":
                yield content
            yield from _functions(content)


def _is_code(function: object) -> bool:
    return function is not None and not (
        isinstance(function, dict)
        and cast(dict[str, object], function).get("type") in ("legacy", "unknown")
    )
