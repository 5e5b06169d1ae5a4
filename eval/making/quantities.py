"""Numbers of a sentence with what they count, where a question can ask for them."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from eval.making.verbs import only_a_verb
from rag.terms import numbers

Sort = Literal["count", "percent", "times"]

APPROXIMATE = (
    r"(?:(?:over|more than|about|around|nearly|almost|approximately|roughly|at least|only|just|"
    r"merely|a mere|a total of|an average of|as many as|as much as|some|fewer than|less than|"
    r"exceeding|close to|an additional|a further|another|the|all|up to)\s+)*"
)
_BEFORE = re.compile(APPROXIMATE + r"[~≈]?$")
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?(?:\s(?:thousand|million|billion|trillion)\b)?")
_NOT_ALONE = re.compile(
    r"(?:[A-Z][\w.+-]*|\b(?:and|or|to|from|between|top|table|figure|section|level|version|v|p|n|"
    r"track|task|phase|stage|step|type|k|rank|=|versus|vs\.?|than|in|since|until|by|year|×)|[(/,–-])"
    r"\s?$"
)
_OPENING = re.compile(r"(?:Overall|In total|Finally), ")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TOKEN = re.compile(r"\s+([A-Za-z][\w'-]*)")
_FUNCTION = frozenset(
    "and or of in on for to with from by at per as than that which who whose where when while but "
    "is are was were be been has have had do does did can could may might will would should not a "
    "an the this these those its their our we it they each respectively using under over across "
    "through between within among without via into onto after before during including compared "
    "relative such show shows demonstrate demonstrates reveal indicate confirm verify validate "
    "prove suggest establish because so if then also both either instead against about out up "
    "along".split()
)
BOUNDARY = _FUNCTION
"""Words that end a noun phrase."""
_NOT_PLURAL = re.compile(r".*(?:ss|us|is|ous|ics|series|species|less)$")
_OTHER_PLURALS = frozenset("people children participants data women men criteria".split())
_COMPARED = re.compile(
    r"\s*(?:times|x|×|-fold)?\s?(?P<more>faster|smaller|larger|fewer|lower|higher|slower|cheaper|"
    r"more|less|longer|shorter)\b(?P<of>(?: [a-z-]+){0,2}?)(?= than | compared |[,.;]|$)"
)


class Quantity(NamedTuple):
    """A number that stands for itself in a sentence."""

    sort: Sort
    start: int
    """Of the phrase, words such as ``more than`` included."""
    number: tuple[int, int]
    """Offsets of the number alone, without unit: what a right answer has."""
    end: int
    """Of the number with its unit or with what it counts."""
    counted: str
    """``sentence pairs``; ``times faster``; for a percentage what stands after it, or nothing."""


def quantities(sentence: str) -> Iterator[Quantity]:
    """Yield the numbers in digits that are no part of a name, a list or a range."""
    for found in numbers(sentence):
        digits = _DIGITS.match(sentence, found.start)
        if digits is None or not digits.group()[0].isdigit():
            continue
        before = sentence[: found.start]
        opened = _BEFORE.search(before)
        start = opened.start() if opened else found.start
        written = sentence[found.start : found.end] if found.unit == "%" else digits.group()
        if not _alone(sentence, start, found.end) or _vague(written):
            continue
        quantity = _sorted(sentence, (start, digits.end(), found.end), found.unit)
        if quantity is not None:
            short = digits.end() - found.start < 2
            last = found.end if short else digits.end()
            yield quantity._replace(number=(found.start, last))


def _vague(written: str) -> bool:
    """Tell whether a number is so short that it stands in any text, or is a year."""
    return len(written) < 2 or "\\" in written[:3] or _YEAR.fullmatch(written) is not None


def _alone(sentence: str, start: int, end: int) -> bool:
    before, after = sentence[:start], sentence[end : end + 12]
    lone_by = re.search(r"\b(?:by|in|than|to)\s?$", before)
    if re.search(r"\bfrom [^,;]{1,30} to\s?$|\bbetween [^,;]{1,30} and\s?$", before):
        return False
    if _OPENING.fullmatch(before):
        return True
    if _NOT_ALONE.search(before) and not (lone_by and not before.rstrip().endswith("to")):
        return False
    return not re.match(r"[-–/+±\w]|\s?(?:and|or|to|vs\.?|±)\s\d|,\s?\d|\s?\(|\s?[±=<>|]", after)


def _sorted(sentence: str, offsets: tuple[int, int, int], unit: str) -> Quantity | None:
    start, bare, end = offsets
    blank = (0, 0)
    compared = _COMPARED.match(sentence, bare)
    if unit == "%":
        return Quantity("percent", start, blank, end, "")
    if compared is not None and compared.group().strip().startswith(("times", "x", "×", "-fold")):
        words = f"times {compared.group('more')}{compared.group('of')}"
        return Quantity("times", start, blank, compared.end(), words)
    if unit == "x":
        return None
    counted = _counted(sentence, bare)
    return counted and Quantity("count", start, blank, counted[1], counted[0])


def _counted(sentence: str, at: int) -> tuple[str, int] | None:
    """Return the noun phrase after a number, up to its first plural."""
    found: list[str] = []
    position = at
    for _ in range(5):
        match = _TOKEN.match(sentence, position)
        if match is None or match.group(1).lower() in BOUNDARY or only_a_verb(match.group(1)):
            return None
        found.append(match.group(1))
        position = match.end()
        if _plural(match.group(1)):
            return (" ".join(found), position) if _ends_here(sentence, position) else None
    return None


def _plural(word: str) -> bool:
    if word in _OTHER_PLURALS:
        return True
    return len(word) > 3 and word.endswith("s") and not _NOT_PLURAL.match(word)


def _ends_here(sentence: str, at: int) -> bool:
    match = _TOKEN.match(sentence, at)
    if match is None:
        return sentence[at : at + 1] != "-"
    word = match.group(1)
    return word in BOUNDARY or word.endswith(("ing", "ed", "ly")) or only_a_verb(word)
