"""Windows of sentences: what is embedded and indexed.

A passage is a run of whole sentences of one abstract that, together with the
title, fits the embedder. An abstract that does not fit as a whole is cut into
the fewest windows that do, of about equal length: on the development pages
balanced windows found the right paper slightly more often than filling each
window to the brim (which leaves a last window of one sentence), and smaller
or overlapping windows cost up to five times the vectors for no gain.
Nothing is ever cut off: a sentence too long for a window is divided between
words.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rag.schema import Paper, Passage, Sentence

WINDOW = "balanced-256-1"
"""Version of the rules below; a library made with another one is not mixed with this."""

LIMIT = 256
"""Tokens of title and window together, without those that a model adds."""

_TITLE = 96
"""Most tokens that a title may take from a window; a longer one is shortened there."""

CountTokens = Callable[[Sequence[str]], list[int]]


class _Piece(NamedTuple):
    start: int
    end: int
    tokens: int


def passages_of(
    paper: Paper, sentences: Sequence[Sentence], count_tokens: CountTokens
) -> tuple[Passage, ...]:
    """Return the passages of a paper in order; a paper without abstract has one, of its title.

    Args:
        paper: The paper.
        sentences: Its sentences; those of the title are passed over.
        count_tokens: The embedder's count, additive over sentences.
    """
    body = [each for each in sentences if each.field == "abstract"]
    title_tokens, *counts = count_tokens([paper.title, *(each.text for each in body)])
    title = paper.title
    if title_tokens > _TITLE:
        title = _shortened(title, count_tokens)
        title_tokens = _TITLE
    room = LIMIT - title_tokens
    pieces: list[_Piece] = []
    for sentence, tokens in zip(body, counts, strict=True):
        pieces += _fitting(
            paper.abstract, _Piece(sentence.start, sentence.end, tokens), room, count_tokens
        )
    windows = balanced([piece.tokens for piece in pieces], room) or [(0, 0)]
    return tuple(
        _passage(paper, title, ordinal, pieces[first:last])
        for ordinal, (first, last) in enumerate(windows)
    )


def balanced(lengths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Cut a sequence into the fewest runs of sum <= room whose longest is as short as can be.

    Every length must be <= room. Returns (first, last) pairs, last exclusive.
    """
    if not lengths:
        return []
    fewest = len(_filled(lengths, room))
    low, high = max(lengths), room
    while low < high:
        middle = (low + high) // 2
        if len(_filled(lengths, middle)) <= fewest:
            high = middle
        else:
            low = middle + 1
    return _filled(lengths, high)


def _filled(lengths: Sequence[int], room: int) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    first = total = 0
    for place, length in enumerate(lengths):
        if place > first and total + length > room:
            runs.append((first, place))
            first, total = place, 0
        total += length
    return [*runs, (first, len(lengths))]


def _fitting(text: str, piece: _Piece, room: int, count_tokens: CountTokens) -> list[_Piece]:
    """Divide a piece between words, or inside one where it has none, until each part fits."""
    if piece.tokens <= room:
        return [piece]
    start, end, _ = piece
    middle = (start + end) // 2
    blank = text.rfind(" ", start + 1, middle)
    left_end = blank if blank > start else middle
    right_start = left_end + 1 if blank > start else middle
    left, right = count_tokens([text[start:left_end], text[right_start:end]])
    return [
        *_fitting(text, _Piece(start, left_end, left), room, count_tokens),
        *_fitting(text, _Piece(right_start, end, right), room, count_tokens),
    ]


def _shortened(title: str, count_tokens: CountTokens) -> str:
    low, high = 1, len(title)
    while low < high:
        middle = (low + high + 1) // 2
        if count_tokens([title[:middle]])[0] <= _TITLE:
            low = middle
        else:
            high = middle - 1
    return title[:low]


def _passage(paper: Paper, title: str, ordinal: int, pieces: Sequence[_Piece]) -> Passage:
    start, end = (pieces[0].start, pieces[-1].end) if pieces else (0, 0)
    return Passage(
        id=f"{paper.id}#{ordinal}",
        paper_id=paper.id,
        ordinal=ordinal,
        start=start,
        end=end,
        title=title,
        text=paper.abstract[start:end],
    )
