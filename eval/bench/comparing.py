"""Fields as they were written and as a tool read them, counted, with each kind of difference."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

_PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})


class Seen(NamedTuple):
    """One field of a record or page."""

    field: str
    written: str
    """What the library or the answer holds."""
    read: str
    """What the tool found."""

    @property
    def equal(self) -> bool:
        """Whether both are the same text; blanks are folded and accents composed."""
        return folded(self.written) == folded(self.read)

    @property
    def difference(self) -> str:
        """What sets the two apart, the smallest of kinds that says it all."""
        written, read = folded(self.written), folded(self.read)
        if not read:
            return "missing"
        if written.translate(_PLAIN) == read.translate(_PLAIN):
            return "quotes and dashes"
        if written.casefold() == read.casefold():
            return "letter case"
        if letters(written) == letters(read):
            return "blanks and signs"
        return "other words"


class Tally(NamedTuple):
    """All that a tool read of a format."""

    form: str
    tool: str
    seen: tuple[Seen, ...] = ()
    remarks: tuple[str, ...] = ()
    """What is said besides, such as that the tool is not installed."""

    def lines(self) -> Iterable[str]:
        """Yield the row of the table, then each kind of difference with an example."""
        equal = sum(each.equal for each in self.seen)
        counts = f"{len(self.seen):9,d}{equal:9,d}{len(self.seen) - equal:9,d}"
        yield f"  {self.form:10s}{self.tool:28s}{counts}"
        yield from (f"      {remark}" for remark in self.remarks)
        kinds = Counter((each.field, each.difference) for each in self.seen if not each.equal)
        for (field, kind), number in kinds.most_common():
            example = next(
                each
                for each in self.seen
                if not each.equal and (each.field, each.difference) == (field, kind)
            )
            yield f"      {number:,d} × {field}: {kind}; {_example(example)}"


def compared(written: Sequence[Mapping[str, str]], read: Sequence[Mapping[str, str]]) -> list[Seen]:
    """Return every field of every record; of records that are missing or new, all as missing.

    Args:
        written: Records with their fields, in the order of the file.
        read: The same as the tool found them; fields that it cannot hold are left out by both.
    """
    seen = [
        Seen(field, value, found.get(field, ""))
        for record, found in zip(written, read, strict=False)
        for field, value in record.items()
    ]
    for record in written[len(read) :]:
        seen += [Seen(field, value, "") for field, value in record.items() if value]
    return seen + [Seen("a record", "", str(found)) for found in read[len(written) :]]


def folded(text: str) -> str:
    """Return a text composed (NFC), each run of blanks as one."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def letters(text: str) -> str:
    """Return letters and digits alone, as a text has them that was set as type."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))


def _example(seen: Seen) -> str:
    written, read = folded(seen.written), folded(seen.read)
    start = next((n for n, (a, b) in enumerate(zip(written, read, strict=False)) if a != b), 0)
    cut = slice(max(0, start - 12), start + 28)
    return f"{written[cut]!r} as {read[cut]!r}"
