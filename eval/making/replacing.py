"""Other numbers and other names of the same look."""

import random
import re

from rag.terms import numbers

_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
_LISTED = re.compile(r"(?:\(|\s)$")
_FIRST = "Bel Cor Dax Fen Gal Hul Jor Kel Lum Mir Nov Pex Quil Ras Sol Tor Ulm Vex Wyn Zan".split()
_LAST = (
    "bren cast dorf dune fell gard hawk line mont nix pole quist rock stad tide vale wick".split()
)


def other_number(written: str, draw: random.Random) -> str | None:
    """Return another number in the same form, between half and twice as large.

    Args:
        written: Digits with what may surround them: ``4.7 million``, ``1,024``, ``8%``.
        draw: Decides which.

    Returns:
        As many digits, separators and decimals; a percentage stays below 100. None where
        no other number fits.
    """
    found = _DIGITS.search(written)
    if found is None:
        return None
    digits = found.group()
    for _ in range(40):
        other = _like(digits, draw)
        fits = len(other) == len(digits) and other not in digits and digits not in other
        if fits and other.strip("0,.") and not (_hundred(digits) and float(other) >= 100):
            return written[: found.start()] + other + written[found.end() :]
    return None


def _like(digits: str, draw: random.Random) -> str:
    value = float(digits.replace(",", ""))
    decimals = len(digits.partition(".")[2])
    changed = value * draw.uniform(0.55, 1.8)
    if value >= 100 and not decimals and value % 10 == 0:
        changed = round(changed, -1)
    return f"{changed:,.{decimals}f}" if "," in digits else f"{changed:.{decimals}f}"


def _hundred(digits: str) -> bool:
    return "," not in digits and float(digits) < 100


def other_numbers(text: str, draw: random.Random) -> str:
    """Return a text with every number in digits changed that is no part of a name."""
    for found in reversed(numbers(text)):
        written = text[found.start : found.end]
        if _LISTED.search(text[: found.start]) and text[found.end : found.end + 1] == ")":
            continue
        other = other_number(written, draw) if written[:1].isdigit() else None
        if other is not None:
            text = text[: found.start] + other + text[found.end :]
    return text


def invented(taken: frozenset[str], draw: random.Random) -> str:
    """Return a name that nothing bears.

    Args:
        taken: Lower-case words that it must not be.
        draw: Decides which.
    """
    while True:
        name = draw.choice(_FIRST) + draw.choice(_LAST).capitalize()
        if draw.random() < 0.5:
            name += f"-{draw.randint(2, 9)}"
        if name.lower() not in taken:
            return name


def renamed(text: str, old: str, new: str) -> str:
    """Return a text with a name replaced wherever it stands for itself or before a hyphen.

    Capitals do not count in names of five characters and more: ``Skill-It``, ``Skill-it``.
    """
    flags = re.IGNORECASE if len(old) >= 5 else re.NOFLAG
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, text, flags=flags)
