"""Finding the labelled sets below a folder."""

from collections.abc import Iterator
from pathlib import Path

from eval.validation.item import Labelled, LabelledSet, Seen, Span
from eval.validation.ragtruth import RESPONSES, SOURCES, is_ragtruth, read_ragtruth
from eval.validation.shared_form import is_shared_form, read_shared_form
from rag.errors import SourceError

__all__ = ["Labelled", "LabelledSet", "Span", "labelled_sets"]


def labelled_sets(folder: Path) -> tuple[LabelledSet, ...]:
    """Return every split of every data set at or below a folder.

    A split of which the shipped judges saw a part is two sets, the part that
    they saw and the part held out.

    Args:
        folder: A folder, or one JSONL file; files of another form are passed over.

    Raises:
        SourceError: There is nothing here, no file holds labels, or a labelled file has a fault.
    """
    if not folder.exists():
        raise SourceError(f"{folder}: no such file or folder; name one that holds labelled texts")
    items = [item for path in _paths(folder) for item in _read(path)]
    if not items:
        raise SourceError(
            f"{folder}: no labelled texts; records need context, response and label"
            f" (or RAGTruth's {RESPONSES} and {SOURCES})"
        )
    return tuple(_sets(items))


def _paths(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _read(path: Path) -> Iterator[Labelled]:
    if path.name == RESPONSES and is_ragtruth(path.parent):
        yield from read_ragtruth(path.parent)
    elif path.name.endswith((".jsonl", ".jsonl.gz")) and is_shared_form(path):
        yield from read_shared_form(path)


def _sets(items: list[Labelled]) -> Iterator[LabelledSet]:
    by_data: dict[str, list[Labelled]] = {}
    for item in items:
        by_data.setdefault(item.data, []).append(item)
    for data, all_of_it in by_data.items():
        parts: dict[tuple[str, Seen], list[Labelled]] = {}
        for item in all_of_it:
            parts.setdefault((item.split, item.seen), []).append(item)
        for (split, seen), part in sorted(parts.items()):
            divided = sum(other == split for other, _ in parts) > 1
            name = f"{data} {split}" + ("" if seen or not divided else " (held-out part)")
            others = [item for item in all_of_it if (item.split, item.seen) != (split, seen)]
            yield LabelledSet(name, tuple(part), tuple(others), seen)
