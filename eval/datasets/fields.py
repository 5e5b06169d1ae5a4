"""The fields of a JSON object, each asked for by name and type."""

import math
import re
from collections.abc import Callable, Collection
from difflib import get_close_matches
from typing import cast

from eval.datasets.ledger import shown
from eval.datasets.lines import Json
from rag.sources.cleaning import visible

_UNFIT = re.compile("[\0\ud800-\udfff]")
_KINDS: dict[type[object], str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}


class Fields:
    """An object of a file; what does not fit is told to ``note`` and read as absent.

    ``null`` is absent too.

    Attributes:
        faulty: Names of the fields that had a fault.
    """

    def __init__(self, values: Json, note: Callable[[str], None], *, where: str = "") -> None:
        """Read an object.

        Args:
            values: The object.
            note: Takes what is wrong.
            where: Path of the object in its line, such as ``gold[1].``.
        """
        self.faulty: set[str] = set()
        self._values = values
        self._note = note
        self._where = where

    def fault(self, name: str, message: str) -> None:
        """Note a fault of one field."""
        self.faulty.add(name)
        self._note(message)

    def only(self, known: Collection[str]) -> None:
        """Note every field that is not among the known ones."""
        for name in self._values:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
                self.fault(name, f"unknown field {shown(self._where + name)}; {hint}")

    def has(self, name: str) -> bool:
        """Say whether the object has a field that is not null."""
        return self._values.get(name) is not None

    def raw(self, name: str) -> object:
        """Return a field of whatever type, None where it is absent."""
        return self._values.get(name)

    def text(self, name: str) -> str | None:
        """Return a text, which may be blank."""
        value = self._values.get(name)
        if value is None:
            return None
        return self._text(name, value, self._where + name)

    def needed(self, name: str, say: str) -> str:
        """Return a text that must be there and not be blank, else note ``say``."""
        if not self.has(name):
            self.fault(name, f"no '{self._where}{name}'; {say}")
            return ""
        text = self.text(name)
        if text is not None and not visible(text).strip():
            self.fault(name, f"blank '{self._where}{name}'; {say}")
        return text or ""

    def key(self, *names: str) -> str | None:
        """Return an id, a text or a whole number, under the first of the names that is there."""
        name = next(filter(self.has, names), None)
        if name is None:
            return None
        value = self._values[name]
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        text = self._text(name, value, self._where + name)
        if text is not None and not visible(text).strip():
            self.fault(name, f"blank '{self._where}{name}'; fill it in or leave it out")
            return None
        return text

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, none of them blank."""
        found: list[str] = []
        for number, value in enumerate(self._list(name), start=1):
            where = f"{self._where}{name}[{number}]"
            text = self._text(name, value, where)
            if text is not None and not visible(text).strip():
                self.fault(name, f"blank '{where}'; write a text or take it out")
            elif text is not None:
                found.append(text)
        return tuple(found)

    def objects(self, name: str) -> "list[Fields]":
        """Return a list of objects."""
        found: list[Fields] = []
        for number, value in enumerate(self._list(name), start=1):
            where = f"{self._where}{name}[{number}]"
            if isinstance(value, dict):
                found.append(self._inner(name, cast(Json, value), f"{where}."))
            else:
                self._wrong(name, where, value, "an object")
        return found

    def nested(self, name: str) -> "Fields | None":
        """Return an object."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, dict):
            return self._inner(name, cast(Json, value), f"{self._where}{name}.")
        self._wrong(name, self._where + name, value, "an object")
        return None

    def flag(self, name: str) -> bool | None:
        """Return true, false, or None where the field is absent."""
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return value
        self._wrong(name, self._where + name, value, "true or false")
        return None

    def whole(self, name: str) -> int | None:
        """Return a whole number; ``2.0`` is one."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, float) and math.isfinite(value) and value.is_integer():
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float):
            self.fault(name, f"'{self._where}{name}' is {value}; give a whole number")
        else:
            self._wrong(name, self._where + name, value, "a whole number")
        return None

    def _inner(self, name: str, value: Json, where: str) -> "Fields":
        return Fields(value, lambda message: self.fault(name, message), where=where)

    def _list(self, name: str) -> list[object]:
        value = self._values.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return cast(list[object], value)
        self._wrong(name, self._where + name, value, "a list")
        return []

    def _text(self, name: str, value: object, where: str) -> str | None:
        if not isinstance(value, str):
            self._wrong(name, where, value, "a text")
            return None
        if _UNFIT.search(value):
            self.fault(name, f"'{where}' holds a NUL or half a character; take it out")
            return None
        return value

    def _wrong(self, name: str, where: str, value: object, want: str) -> None:
        self.fault(name, f"'{where}' is {_KINDS.get(type(value), 'null')}; give {want}")
