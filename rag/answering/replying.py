"""From what a model wrote to sentences with the numbers of their evidence. Pure.

Nothing here is believed: numbers may be wrong or made up, and texts may say anything.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.answering.ids import Mark, bare_marks, marks, numbers_of, strange_marks, without
from rag.answering.markdown import bare, plain, prose
from rag.answering.structured import read_structured
from rag.sentences import split
from rag.sources.cleaning import visible

DECLINES = "The papers do not answer this."
"""What a model is told to say when the evidence holds no answer."""
_DECLINES = DECLINES.rstrip(".").lower()
_LEADS = re.compile(
    r"^(?:according to|as (?:stated|shown|reported|noted|described|seen) (?:in|by)|in|from|per|see"
    r"|source|evidence|sentence)?\s*[,:;–-]\s*(?=\S)",
    re.IGNORECASE,
)
_TRAILS = re.compile(
    r",?\s*\b(?:as (?:stated|shown|reported|noted|described|seen) (?:in|by)|according to|see|per)"
    r"\s*(?=[.!?…]*$)",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"[(\[{<]\s*[,;]*\s*[)\]}>]")
_BEGUN_ID = re.compile(r"\W*(?:[^\W\d_]?\W?\d{0,4}\W*){1,3}")
"""What may become ids of the sentence before it, once it is whole."""
_WORD = re.compile(r"\w")


class Written(NamedTuple):
    """A sentence as a model wrote it."""

    text: str
    """Without ids and dress."""
    numbers: tuple[int, ...]
    """Of the evidence it names, in order; any number at all may stand here."""
    strange: tuple[str, ...] = ()
    """What looks like ids of another kind than was given out."""


class Said(NamedTuple):
    """A reply, as far as it goes."""

    sentences: tuple[Written, ...] = ()
    tail: str = ""
    """A sentence that may still go on, or whose ids may still come."""
    declined: bool = False
    """The model says that the evidence holds no answer."""


def read_reply(text: str, letter: str, *, done: bool) -> Said:
    """Read a reply, whole or in the middle of being written.

    Args:
        text: All of it so far.
        letter: Of the ids that were given out.
        done: Whether it is whole; else its last sentence is left in the tail.
    """
    text = visible(text)
    structured = read_structured(text)
    if structured is not None and (structured.parts or not done or not structured.answerable):
        sentences = [
            one._replace(numbers=tuple(dict.fromkeys((*one.numbers, *named))))
            for part in structured.parts
            for named in [numbers_of(part.ids, letter)]
            for one in _sentences(plain(bare(part.text)), letter, alone=False)
        ]
        tail = "" if done else plain(bare(structured.tail))
        return _said(sentences, tail, declined=not structured.answerable)
    lines = prose(text)
    alone = not any(marks(line, letter) for line in lines)
    found = [one for line in lines for one in _sentences(line, letter, alone=alone)]
    if done or not found:
        return _said(found, "")
    while len(found) > 1 and _BEGUN_ID.fullmatch(found[-1].text):
        found.pop()
    return _said(found[:-1], found[-1].text)


def _said(sentences: Sequence[Written], tail: str, *, declined: bool = False) -> Said:
    kept = tuple(one for one in sentences if not one.text.lower().startswith(_DECLINES))
    declined = declined or len(kept) < len(sentences)
    return Said(kept, tail, declined and not kept)


def _sentences(line: str, letter: str, *, alone: bool) -> list[Written]:
    """Return the sentences of a line, each with the numbers that stand at it."""
    odd = strange_marks(line, letter)
    strange = tuple(line[each.start : each.end].strip("[]【】 ") for each in odd)
    line, _ = without(line, odd)
    places = bare_marks(line) if alone else marks(line, letter)
    leading = _leading(line, places)
    text, stood = without(line, places)
    spans = split(text)
    named: list[list[int]] = [[] for _ in spans]
    for place, at in zip(places, stood, strict=True):
        owner = _owner(spans, at, leading=leading)
        if owner is not None:
            named[owner] += place.numbers
    written = [
        Written(_tidy(text[start:end]), tuple(dict.fromkeys(numbers)), strange)
        for (start, end), numbers in zip(spans, named, strict=True)
    ]
    return [one for one in written if _WORD.search(one.text)]


def _leading(line: str, places: Sequence[Mark]) -> bool:
    """Tell whether ids stand before their sentences here, not behind them."""
    if not places or line[: places[0].start].strip():
        return False
    # One at both ends: the rest of the line decides.
    return not (len(places) > 1 and not line[places[-1].end :].strip(" .!?…"))


def _owner(spans: Sequence[tuple[int, int]], at: int, *, leading: bool) -> int | None:
    """Return the sentence that ids at a place belong to."""
    if leading:
        after = [n for n, (_, end) in enumerate(spans) if end > at]
        return after[0] if after else (len(spans) - 1 if spans else None)
    before = [n for n, (start, _) in enumerate(spans) if start < at]
    return before[-1] if before else (0 if spans else None)


def _tidy(text: str) -> str:
    text = _EMPTY.sub("", text)
    text = re.sub(r"\s+([.,;:!?…])", r"\1", " ".join(text.split()))
    text = re.sub(r",([.!?…])", r"\1", re.sub(r"[,;]{2,}", ",", text)).strip()
    text = _TRAILS.sub("", text)
    led = _LEADS.sub("", text)
    return text if led == text else led[:1].upper() + led[1:]
