"""The papers that cases speak of, looked up in a corpus that is read once, as a stream."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from eval.datasets.ledger import Note
from eval.datasets.lines import LENIENT, Json, objects
from eval.schema import norm
from rag.sources.cleaning import clean

Papers = Callable[[], Mapping[str, tuple[str, str]]]
"""Gives title and abstract by paper id, as a library holds them."""


class Entry(NamedTuple):
    """A paper of a corpus, its texts as a library would store them."""

    paper_id: str
    title: str
    abstract: str


@dataclass(frozen=True)
class Wanted:
    """What of a corpus is kept in memory."""

    ids: frozenset[str]
    titles: frozenset[str]
    """As `title_key` gives them."""
    texts: frozenset[str]
    """Those of the ids whose abstract is needed, not only its being there."""


@dataclass
class Shelf:
    """The wanted papers that a corpus holds: their abstracts, or blanks where none was wanted."""

    name: str
    by_id: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    by_title: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def find(self, paper_id: str | None, title: str | None) -> list[str]:
        """Return the abstracts of a paper, by its id, else by its title; empty if unknown."""
        if paper_id and paper_id in self.by_id:
            return self.by_id[paper_id]
        return self.by_title.get(title_key(title), []) if title else []


def title_key(title: str) -> str:
    """Return a title without case and punctuation, by which two spellings are one paper."""
    return norm(title) or title.casefold().strip()


def gather(entries: Iterable[Entry], wanted: Wanted, *, name: str) -> Shelf:
    """Return the wanted papers of a corpus; everything else is forgotten as it passes.

    Args:
        entries: The whole corpus.
        wanted: What to keep.
        name: What to call the corpus in messages.
    """
    shelf = Shelf(name)
    for entry in entries:
        if entry.paper_id in wanted.ids:
            text = entry.abstract if entry.paper_id in wanted.texts else ""
            shelf.by_id.setdefault(entry.paper_id, []).append(text)
        if wanted.titles and (key := title_key(entry.title)) in wanted.titles:
            shelf.by_title.setdefault(key, []).append(entry.abstract)
    return shelf


def corpus_entries(path: Path, note: Note) -> Iterator[Entry]:
    """Yield the papers of a ``corpus.jsonl``, cleaned as the library's reader cleans them."""
    for _, values in objects(path, note, LENIENT):
        title, text = _text(values, "title"), _text(values, "text", "abstract")
        yield Entry(_text(values, "_id", "id"), clean(title), clean(text))


def library_entries(papers: Papers) -> Iterator[Entry]:
    """Yield the papers of a library."""
    for paper_id, (title, abstract) in papers().items():
        yield Entry(paper_id, title, abstract)


def _text(values: Json, *names: str) -> str:
    found = (values.get(name) for name in names)
    value = next((each for each in found if each not in (None, "")), "")
    return str(value) if isinstance(value, str | int) else ""
