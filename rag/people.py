"""Names of people and groups: their parts, and who stands for a paper.

Pure. A name is stored as its source gave it, most often ``Given Family``. What its
parts are is a guess by these rules: a comma parts family and given name; a collaboration,
a single name and a name in Chinese, Japanese or Korean characters is one whole; small
words before the family name are its particle; ``Smith JA`` is PubMed's way.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
_PARTICLES = frozenset(
    "af al bin da de del della den der di dos du el ibn la le les ten ter van vande vander vom von "
    "zu zum zur".split()
)
_GROUP = re.compile(
    r"\b(?:agency|alliance|association|authors|cent(?:er|re)|collaborat\w*|college|committee|"
    r"community|consortium|corporation|council|foundation|group|inc|initiative|institut\w*|"
    r"investigators|lab(?:s|oratory)?|ltd|ministry|network|organi[sz]ation|project|society|"
    r"stud(?:y|ies)|task force|team|universit\w*|working)\b",
    re.IGNORECASE,
)
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


class Person(NamedTuple):
    """A name in its parts; one that has no parts is all family name, and ``whole``."""

    family: str
    given: str = ""
    particle: str = ""
    """``van den`` of ``Guy van den Broeck``."""
    suffix: str = ""
    """``Jr.``"""
    whole: bool = False
    """A group, a single name or one in East Asian characters: never turned or shortened."""

    @property
    def surname(self) -> str:
        """Particle and family name."""
        return f"{self.particle} {self.family}".strip()

    @property
    def initials(self) -> tuple[str, ...]:
        """First letters of the given names; ``J.-P.`` of ``Jean-Pierre`` is one."""
        given = self.given.replace(".", ". ").split()
        if len(given) == 1 and given[0].isupper() and given[0].isalpha() and len(given[0]) <= 3:
            given = list(given[0])
        return tuple(
            "-".join(f"{part[0]}." for part in name.split("-") if part)
            for name in given
            if name.strip("-.")
        )


def person(name: str) -> Person:
    """Return the parts of a name; blanks around it do not count."""
    name = " ".join(name.split())
    if _GROUP.search(name) or _EAST_ASIAN.search(name):
        return Person(name, whole=True)
    if "," not in name:
        return _spoken(name.split())
    parts = [part for each in name.split(",") if (part := each.strip())]
    if not parts:
        return Person(name, whole=True)
    family, *middle = parts
    given = [part for part in middle if not _generation(part)]
    suffix = " ".join(part for part in middle if _generation(part))
    if not given and not suffix:
        return Person(family, whole=True)
    particle, family = _parted(family.split())
    return Person(family, " ".join(given), particle, suffix)


def family(name: str) -> str:
    """Return the family name of ``Given Family`` or ``Family, Given``, with its particle."""
    return person(name).surname


def byline(authors: Sequence[str], year: int | str | None) -> str:
    """Return ``Devlin et al. 2019``, with what is known of it."""
    families = [person(name).surname for name in authors]
    who = f"{families[0]} et al." if len(families) > 2 else " and ".join(families)
    return " ".join(filter(None, (who, str(year) if year is not None else "")))


def _spoken(words: list[str]) -> Person:
    """Return the parts of a name in reading order."""
    suffix = ""
    if len(words) > 2 and _generation(words[-1]):
        *words, suffix = words
    if len(words) < 2:
        return Person(" ".join(words), suffix=suffix, whole=not suffix)
    if len(words[-1]) <= 3 and words[-1].isalpha() and words[-1].isupper() and _cased(words[-2]):
        particle, family = _parted(words[:-1])
        return Person(family, words[-1], particle, suffix)
    start = len(words) - 1
    while start > 0 and _particle(words, start - 1):
        start -= 1
    particle, family = _parted(words[start:])
    return Person(family, " ".join(words[:start]), particle, suffix)


def _particle(words: list[str], place: int) -> bool:
    word = words[place]
    if word.lower() in _PARTICLES:
        # ``Van`` is a given name in Vietnam; before another particle it is none.
        return word.islower() or (place > 0 and words[place + 1].lower() in _PARTICLES)
    return place > 0 and word.islower()


def _parted(words: list[str]) -> tuple[str, str]:
    """Return particle and family name of a family name's words."""
    start = 0
    while start < len(words) - 1 and (
        words[start].islower() or words[start + 1].lower() in _PARTICLES
    ):
        start += 1
    return " ".join(words[:start]), " ".join(words[start:])


def _generation(word: str) -> bool:
    return word.rstrip(".").lower() in _GENERATIONS


def _cased(word: str) -> bool:
    return len(word) > 1 and not word.isupper() and "." not in word
