"""Is the claim a quotation of the evidence, with its meaning still on?"""

import re

from rag.sentences import split
from rag.terms import words
from rag.verification.polarity import is_unasserted

_BLANKS = re.compile(r"\s+")
_ENDING = " .;:,!?…"
_ASIDE = re.compile(r",\s+[\w-]+(?:\s+[\w-]+)?,")
_CLAUSE = re.compile(r"[;:()]|,(?=\s)|\s[–—-]\s")
_NUMBER_GOES_ON = re.compile(
    r"[.,]\d|\s?(?:\\?%|percent|per cent|x\b|×|[kKMB]\b|\w+illion|thousand)"
)
_LOOK_BACK = 6
"""Words before a quotation in which a ``not`` would reach into it."""


def is_verbatim(claim: str, evidence: str) -> bool:
    """Tell whether a claim stands word for word in a text.

    Blanks, closing punctuation and the case of the first letter may differ. A
    part of a sentence that a word just before it denies or leaves open (``does
    not …``, ``whether …``) does not count.
    """
    wanted = _normal(claim).rstrip(_ENDING)
    text = _normal(evidence)
    return any(
        _stands_free(text, start, wanted) and not _denied(text, start, wanted)
        for start in _places(text, wanted)
    )


def _normal(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _places(text: str, wanted: str) -> list[int]:
    if not wanted:
        return []
    first, rest = re.escape(wanted[0]), re.escape(wanted[1:])
    return [match.start() for match in re.finditer(f"(?i:{first}){rest}", text)]


def _stands_free(text: str, start: int, wanted: str) -> bool:
    before, after = text[:start][-1:], text[start + len(wanted) :]
    if before.isalnum() or before in {"-", "."} or after[:1].isalnum() or after[:1] == "-":
        return False
    return not (wanted[-1].isdigit() and _NUMBER_GOES_ON.match(after))


def _denied(text: str, start: int, wanted: str) -> bool:
    sentence = max((begin for begin, _ in split(text) if begin <= start), default=0)
    before = _CLAUSE.split(_ASIDE.sub(" ", text[sentence:start]))[-1]
    within = {word.text.lower() for word in words(wanted)}
    return any(
        is_unasserted(word.text) and word.text.lower() not in within
        for word in list(words(before))[-_LOOK_BACK:]
    )
