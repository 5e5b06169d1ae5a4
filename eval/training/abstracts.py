"""Abstracts as teachers: sentences as questions of their own paper, and sentences made false.

No label of people is needed. A sentence, with most of the words that it shares with a stretch
of its abstract taken out, belongs to that stretch and not to the nearest of other papers; so
the reader learns to see one subject behind different words. A sentence with a number, a name, a
direction or a negation changed is no longer what its abstract says.
"""

import random
import re
from collections.abc import Iterator, Sequence
from math import log
from pathlib import Path
from typing import NamedTuple

from eval.calibration.corruptions import misnamed, negated, shortened
from eval.calibration.sets import read_lines
from eval.making.replacing import other_number
from eval.training.example import CONTRADICTS, SUPPORTS, UNDECIDED, Example
from eval.training.questions import nearest, windows
from eval.training.sets import shipped
from rag.pairs import titled
from rag.sentences import split
from rag.terms import numbers, terms
from rag.tuning.asking import stripped

_OPEN_SINCE = 2016
_FEWEST, _MOST = 8, 45
_TURNS = {
    "increase": "decrease", "increases": "decreases", "increased": "decreased",
    "improve": "worsen", "improves": "worsens", "improved": "worsened",
    "higher": "lower", "lower": "higher", "more": "less", "fewer": "more", "larger": "smaller",
    "smaller": "larger", "better": "worse", "worse": "better", "faster": "slower",
    "slower": "faster", "outperforms": "falls behind", "outperform": "fall behind",
    "reduces": "increases", "reduce": "increase", "reduced": "increased", "before": "after",
    "after": "before", "best": "worst", "high": "low", "low": "high", "easy": "hard",
    "strong": "weak", "weak": "strong", "without": "with", "positive": "negative",
    "supervised": "unsupervised", "unsupervised": "supervised", "first": "last", "all": "none of",
    "most": "few", "always": "never", "significantly": "hardly", "cannot": "can",
}  # fmt: skip
_TURN = re.compile(rf"\b(?:{'|'.join(sorted(_TURNS, key=len, reverse=True))})\b")
_CLAUSE = re.compile(
    r", ((?:which|while|and|with|but|where|although|because|so that) [^,;:]{20,90})"
)
_REPORTED = (
    (r"\b[Ww]e\b", "the authors"),
    (r"\b[Oo]ur\b", "their"),
    (r"\b[Tt]his paper\b", "the paper"),
    (r"\b[Tt]he proposed\b", "the presented"),
    (r"\bIn this (?:paper|work),? ", ""),
    (r"\b(?:Furthermore|Moreover|However|In addition|Additionally|Specifically), ", ""),
    (r"\b(?:demonstrate|find|observe)\b", "show"),
    (r"\bachieves\b", "reaches"),
    (r"\butilizes?\b", "use"),
    (r"\bdatasets\b", "data sets"),
    (r"\bnovel\b", "new"),
)


class Abstract(NamedTuple):
    """An abstract in sentences."""

    source: str
    title: str
    sentences: tuple[str, ...]


def abstracts(data: Path, *, count: int, seed: int) -> list[Abstract]:
    """Return abstracts of the open corpora, drawn evenly, each of at least four sentences."""
    draw = random.Random(seed)
    found: list[Abstract] = []
    for name in ("acl", "mla"):
        own: list[tuple[str, str]] = []
        for record in read_lines(data / shipped(name).file):
            open_ = name != "acl" or int(record.get("year") or 0) >= _OPEN_SINCE
            if open_ and 400 < len(record.get("abstract") or "") < 2400 and draw.random() < 0.5:
                own.append((record["title"], record["abstract"]))
        for title, text in draw.sample(own, min(count // 2, len(own))):
            sentences = tuple(text[start:end] for start, end in split(text))
            if len(sentences) >= 4:
                found.append(Abstract(name, title, sentences))
    return found


def pseudo_questions(pool: Sequence[Abstract], *, count: int, seed: int) -> Iterator[Example]:
    """Yield sentences stripped of shared words, with their own abstract and with a near other."""
    draw = random.Random(seed)
    alike = Neighbours(pool)
    for one in draw.sample(pool, min(count, len(pool))):
        place = draw.randrange(len(one.sentences))
        rest = " ".join(s for at, s in enumerate(one.sentences) if at != place)
        parts = windows(rest)
        whole = one.title if draw.random() < 0.25 else one.sentences[place]
        if not parts or not _FEWEST <= len(whole.split()) <= _MOST:
            continue
        own = draw.choice(parts)
        asked = stripped(whole, own, draw)
        if len(asked.split()) < _FEWEST // 2:
            continue
        # No titles: the sentence's own would give it away.
        yield Example("answers", one.source, asked, own, about=1)
        for other in alike.nearest(asked, apart=one)[:2]:
            text = nearest(asked, windows(" ".join(other.sentences)))[0]
            yield Example("answers", one.source, asked, text, about=0, answers=0)


class Neighbours:
    """Abstracts by the rare words that they share with a text."""

    def __init__(self, pool: Sequence[Abstract]) -> None:
        """Index the terms of a pool, but for those that one abstract in fifteen holds."""
        self._pool = pool
        postings: dict[str, list[int]] = {}
        for at, one in enumerate(pool):
            for term in frozenset(terms(" ".join(one.sentences))):
                postings.setdefault(term, []).append(at)
        self._postings = {t: own for t, own in postings.items() if len(own) * 15 <= len(pool)}

    def nearest(self, text: str, *, apart: Abstract) -> list[Abstract]:
        """Return the abstracts nearest to a text, best first, without one."""
        scores: dict[int, float] = {}
        for term in frozenset(terms(text)):
            own = self._postings.get(term, [])
            for at in own:
                scores[at] = scores.get(at, 0.0) + log(len(self._pool) / len(own))
        best = sorted(scores, key=lambda at: (-scores[at], at))[:8]
        return [self._pool[at] for at in best if self._pool[at] is not apart]


def falsified(pool: Sequence[Abstract], *, count: int, seed: int) -> Iterator[Example]:
    """Yield sentences on their own evidence: as they are, reworded, and made false."""
    draw = random.Random(seed)
    ways = ("clean", "clean", "clean", "clean", "number", "number", "name", "negation", "turn",
            "turn", "added", "added", "other", "other", "other")  # fmt: skip
    for one in draw.sample(pool, min(count, len(pool))):
        places = [at for at, s in enumerate(one.sentences) if _FEWEST <= len(s.split()) <= _MOST]
        if not places:
            continue
        for place in draw.sample(places, min(2, len(places))):
            other = draw.choice(pool)
            said = one.sentences[place]
            claim = reworded(said, draw)
            evidence = _evidence(one, place, draw)
            made = _made(draw.choice(ways), claim, said, other, one, draw)
            if made is None:
                made = (claim, SUPPORTS)
            claim, label = made
            if label == UNDECIDED and claim in evidence:
                continue
            yield Example("supports", one.source, claim, evidence, support=label)


def reworded(sentence: str, draw: random.Random) -> str:
    """Return a sentence as an answer might say it, or, one time in three, as it stands."""
    if draw.random() < 0.33:
        return sentence
    said = shortened(sentence) if draw.random() < 0.5 else sentence
    for pattern, word in _REPORTED:
        if draw.random() < 0.7:
            said = re.sub(pattern, word, said)
    return said[:1].upper() + said[1:]


def turned(claim: str, draw: random.Random) -> str | None:
    """Return a claim with one word of direction turned round; None where there is none."""
    found = list(_TURN.finditer(claim))
    if not found:
        return None
    chosen = draw.choice(found)
    return claim[: chosen.start()] + _TURNS[chosen.group()] + claim[chosen.end() :]


def _made(
    way: str, claim: str, said: str, other: Abstract, own: Abstract, draw: random.Random
) -> tuple[str, int] | None:
    if way == "number":
        found = list(numbers(claim))
        if not found:
            return None
        chosen = draw.choice(found)
        value = other_number(claim[chosen.start : chosen.end], draw)
        wrong = claim[: chosen.start] + value + claim[chosen.end :] if value else None
        return (wrong, CONTRADICTS) if wrong and wrong != claim else None
    if way == "name":
        wrong = misnamed(claim, other.sentences, draw)
        return (wrong, UNDECIDED) if wrong else None
    if way == "negation":
        wrong = negated(claim, [], draw)
        return (wrong, CONTRADICTS) if wrong and wrong != claim else None
    if way == "turn":
        wrong = turned(claim, draw)
        return (wrong, CONTRADICTS) if wrong and wrong != claim else None
    if way == "added":
        clauses = [m.group(1) for s in other.sentences for m in _CLAUSE.finditer(s)]
        if not clauses:
            return None
        joint = ", " if draw.random() < 0.5 else " "
        return f"{claim.rstrip(' .')}{joint}{draw.choice(clauses).rstrip(' .')}.", UNDECIDED
    if way == "other":
        # A sentence of the same abstract that the evidence does not hold, or of another paper.
        texts = [s for s in own.sentences if s != said] if draw.random() < 0.5 else other.sentences
        return draw.choice(list(texts)), UNDECIDED
    return None


def _evidence(one: Abstract, place: int, draw: random.Random) -> str:
    if draw.random() < 0.4:
        return one.sentences[place]
    before = one.sentences[max(0, place - draw.randint(0, 2)) : place]
    after = one.sentences[place + 1 : place + 1 + draw.randint(0, 2)]
    text = " ".join([*before, one.sentences[place], *after])
    return titled(one.title, text) if draw.random() < 0.3 else text
