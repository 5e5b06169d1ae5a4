"""The papers of an ``add`` split for the index, held as a few bytes each.

A large ``add`` goes over its texts twice: to embed what is new, then to store all in one
transaction. Split, they would take twice the memory of the papers themselves; kept are the
offsets alone, and one text at a time is made of them again.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from rag.schema import Paper, Passage, Record
from rag.store.spans import Span, pack, unpack
from rag.store.storing import Text


class _Folded(NamedTuple):
    paper: Paper
    title_sentences: bytes
    sentences: bytes
    windows: bytes
    """Starts and ends of the passages in turn."""
    title: str
    """As the passages have it: a long one is shortened there."""


class Texts:
    """Texts by number, in the order of their papers.

    Args:
        texts: Each is folded as it comes; its keys and records are not kept.
        keys: Identity keys of a paper, by its id, besides its own.
        records: The records of a paper, by its id, where there are several.
    """

    def __init__(
        self,
        texts: Iterable[Text],
        keys: Callable[[str], tuple[str, ...]],
        records: Callable[[str], tuple[Record, ...]],
    ) -> None:
        self._folded = list(map(_folded, texts))
        self._keys = keys
        self._records = records

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._folded)

    def __iter__(self) -> Iterator[Text]:
        """Yield every text, as often as asked."""
        return map(self._unfolded, self._folded)

    def __getitem__(self, number: int) -> Text:
        """Return one text."""
        return self._unfolded(self._folded[number])

    def _unfolded(self, folded: _Folded) -> Text:
        paper = folded.paper
        numbers = iter(array("Q", folded.windows))
        spans = enumerate(zip(numbers, numbers, strict=True))
        return Text(
            paper,
            unpack(folded.title_sentences),
            unpack(folded.sentences),
            tuple(_passage(folded, ordinal, span) for ordinal, span in spans),
            self._keys(paper.id),
            self._records(paper.id),
        )


def _folded(text: Text) -> _Folded:
    windows = array("Q", chain.from_iterable((each.start, each.end) for each in text.passages))
    title = next((each.title for each in text.passages), text.paper.title)
    if title == text.paper.title:
        title = text.paper.title
    spans = pack(text.title_sentences), pack(text.sentences)
    return _Folded(text.paper, *spans, windows.tobytes(), title)


def _passage(folded: _Folded, ordinal: int, span: Span) -> Passage:
    paper, (start, end) = folded.paper, span
    return Passage(
        id=f"{paper.id}#{ordinal}",
        paper_id=paper.id,
        ordinal=ordinal,
        start=start,
        end=end,
        title=folded.title,
        text=paper.abstract[start:end],
    )
