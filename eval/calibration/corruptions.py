"""True sentences of abstracts, and what becomes of them when one thing is made false."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from eval.calibration.sets import read_lines
from rag.terms import names, numbers
from rag.verification.polarity import is_cue

_AUXILIARY = re.compile(r"\b(is|are|can|was|were|has|have|does|do|will)\b(?! not| no\b)")
_VERB = re.compile(
    r"\b(outperform|achieve|improve|propose|show|introduce|present|demonstrate|provide|use"
    r"|require|enable|reduce|contain|include|combine|generate|support|find|develop|contribute)"
    r"(s|d|es)?\b"
)
_OPENING = re.compile(r"^[^,;:]{8,80}, (?=[a-z])")
_SPLIT_NEGATION = re.compile(r"\b(?:not|never)\s+|n't\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim with the evidence it is checked against."""

    claim: str
    evidence: str


def sentences(data: Path) -> list[tuple[str, str]]:
    """Return (paper title, gold evidence sentence) pairs of the development questions."""
    found: dict[tuple[str, str], None] = {}
    for record in read_lines(data / "page-questions" / "questions.jsonl"):
        for gold in record["gold"]:
            found |= {(gold["title"], text): None for text in gold["evidence"]}
    return list(found)


def shortened(sentence: str) -> str:
    """Return a sentence without its opening clause, where it has one."""
    cut = _OPENING.sub("", sentence, count=1)
    return cut[0].upper() + cut[1:] if cut != sentence else sentence


def clean(gold: Sequence[tuple[str, str]]) -> list[Pair]:
    """Return the sentences as claims on themselves, whole and shortened."""
    pairs = [Pair(text, text) for _, text in gold]
    return pairs + [Pair(s, text) for _, text in gold if (s := shortened(text)) != text]


Corruption = Callable[[str, Sequence[str], random.Random], str | None]


def _number(claim: str, others: Sequence[str], draw: random.Random) -> str | None:
    found = [n for n in numbers(claim) if claim[n.start : n.end].strip(" -")[:1].isdigit()]
    if not found:
        return None
    chosen = draw.choice(found)
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", claim[chosen.start : chosen.end])
    if digits is None:
        return None
    value = float(digits.group().replace(",", ""))
    changed = value + draw.choice([1, 2, 3, 7, 11])
    at = chosen.start + digits.start()
    return f"{claim[:at]}{changed:g}{claim[at + len(digits.group()) :]}"


@cache
def _named(text: str) -> tuple[str, ...]:
    return tuple(word.text for word in names(text))


def misnamed(claim: str, others: Sequence[str], draw: random.Random) -> str | None:
    """Return a claim with one name changed for one of other texts; None where there is none."""
    mine = names(claim)
    known = {word.text.lower() for word in mine}
    pool = [name for other in others for name in _named(other) if name.lower() not in known]
    if not mine or not pool:
        return None
    chosen = draw.choice(mine)
    return claim[: chosen.start] + draw.choice(pool) + claim[chosen.end :]


def negated(claim: str, others: Sequence[str], draw: random.Random) -> str | None:
    """Return a claim with a negation put in or taken out; None where neither can be done."""
    if any(is_cue(word) for word in claim.split()):
        removed = _SPLIT_NEGATION.sub("", claim, count=1)
        return removed if removed != claim else None
    auxiliary = _AUXILIARY.search(claim)
    if auxiliary is not None:
        return f"{claim[: auxiliary.end()]} not{claim[auxiliary.end() :]}"
    verb = _VERB.search(claim)
    if verb is None:
        return None
    return f"{claim[: verb.start()]}do not {verb.group(1)}{claim[verb.end() :]}"


def _added(claim: str, others: Sequence[str], draw: random.Random) -> str | None:
    added = shortened(draw.choice(others))
    return f"{claim.rstrip(' .')}, and {added[0].lower()}{added[1:]}"


_IN_CLAIM: dict[str, Corruption] = {
    "number changed": _number,
    "name swapped": misnamed,
    "negation put in or out": negated,
    "claim of another paper added": _added,
}


def corrupted(gold: Sequence[tuple[str, str]], *, seed: int) -> dict[str, list[Pair]]:
    """Return false pairs by kind, made from whole and from shortened sentences."""
    draw = random.Random(seed)
    made: dict[str, list[Pair]] = {kind: [] for kind in (*_IN_CLAIM, "evidence of another paper")}
    for title, text in gold:
        others = [other for paper, other in gold if paper != title]
        for claim in dict.fromkeys([text, shortened(text)]):
            for kind, corrupt in _IN_CLAIM.items():
                wrong = corrupt(claim, others, draw)
                if wrong is not None and wrong != claim:
                    made[kind].append(Pair(wrong, text))
            made["evidence of another paper"].append(Pair(claim, draw.choice(others)))
    return made
