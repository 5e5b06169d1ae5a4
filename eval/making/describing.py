"""Questions that describe a paper without naming it.

``We introduce X, a routine that …`` becomes ``Which paper introduces a routine that
…?``; ``NAME keeps …`` becomes ``Which paper describes a method that keeps …?``. Names
that give the paper away are put out, or the sentence is not used.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from eval.making.clauses import THING, Clause, clauses
from eval.making.library import Library, Reading, plain
from eval.making.verbs import AUXILIARIES, Verb, finite, past, third
from rag.terms import terms

_GAVE_NAME = re.compile(
    r"(?:, |\s)?(?:called|named|dubbed|termed|namely|which we (?:call|name|term|dub)|denoted as|"
    r"referred to as) $"
)
_DANGLING = re.compile(
    r"\b(?:this|these|such|it|its|them|they|here|above|following|former|latter|same|two-fold|"
    r"below|how|why|whether|we|us|his|her|another|other|also|both)\b",
    re.IGNORECASE,
)
_CUT = re.compile(
    r";|:|\(|—| -- |, (?:and|which|while|where|with|as well|so|but|thus|thereby|showing|including|"
    r"demonstrating|such|resulting|enabling|achieving|leading|outperforming|by|to|in|e\.g)\b|"
    r" and (?:show|demonstrate|find|propose|then|evaluate|conduct|report|achieve)\b"
)
_BRACKETED = re.compile(r"\s*\([^()]*\)")
_SPELLED_NAME = re.compile(r"(?:\b[A-Z][\w-]+(?: (?:of|with|for|and|via|by))? ){3,}[A-Z]")
_HELD = re.compile(r"the (?P<noun>dataset|benchmark|corpus|collection|training set|test set) of ")
_WEAK = frozenset(
    "hope show aim believe argue conduct perform note want begin discuss find demonstrate achieve "
    "have focus be need help make outperform improve take see get reveal observe conclude "
    "suggest".split()
)
_WEAK_END = re.compile(
    r"\b(?:and|or|the|a|an|of|to|in|for|with|by|on|that|which|as|from|is|are|[A-Z]|"
    r"[a-z]+-(?:quality|level|scale|art|based|specific)|various|diverse|several|like|including)$"
)
_LATER_PHRASE = re.compile(r",? (?:by|with|using|through|from|in|on|over|across|under|without) ")
_KIND_OF_THING = (
    (re.compile(r"\b(?:dataset|data set|corpus|collection of)\b"), "a data set"),
    (re.compile(r"\bbenchmark\b"), "a benchmark"),
    (re.compile(r"\b(?:language model|foundation model|transformer|encoder)\b", re.I), "a model"),
)


class Described(NamedTuple):
    """A question for a paper."""

    question: str
    sentence: str
    """Exact run of the abstract that the question describes."""
    rare: tuple[str, ...]
    """Its terms that few papers hold."""


def described(reading: Reading, library: Library) -> list[Described]:
    """Return the questions that describe a paper, the most telling first.

    A question needs two rare terms, one of them in no other paper, and at most half of
    its terms from the title; those that share least with the title come first.
    """
    found = [each for each in _described(reading, library) if _telling(each, reading, library)]
    return sorted(found, key=lambda each: _rank(each, reading))


def _telling(each: Described, reading: Reading, library: Library) -> bool:
    unique = any(library.papers_with(term) == 1 for term in each.rare)
    return unique and len(each.rare) >= 2 and _rank(each, reading)[0] <= 0.5


def _rank(each: Described, reading: Reading) -> tuple[float, int]:
    held = set(terms(each.question))
    return len(held & reading.title_terms) / len(held), -len(each.rare)


def _described(reading: Reading, library: Library) -> Iterator[Described]:
    for sentence in reading.usable:
        for clause in clauses(reading, sentence, library):
            question = _question(reading, clause, library)
            if question is not None and 9 <= len(question.split()) <= 34:
                yield Described(question, sentence, tuple(library.rare(terms(question))))
                break


def _question(reading: Reading, clause: Clause, library: Library) -> str | None:
    if clause.verb.base in _WEAK | AUXILIARIES or (
        clause.verb.form == "base" and not clause.plural
    ):
        return None
    rest = _first_part(plain(_BRACKETED.sub("", clause.rest)))
    rest = _nameless(rest, reading, library)
    if rest is None or _DANGLING.search(rest) or _WEAK_END.search(rest) or rest.count('"') % 2:
        return None
    if (
        _SPELLED_NAME.search(rest)
        or re.search(r"\b(?:our|ours|ourselves)\b", rest)
        or len(rest.split()) < 5
    ):
        return None
    if re.match(r"(?:by|that|to|on|at|for|as|not|when|in|from|with|up|and|or)\b", rest):
        return None
    verb, held = _spoken(clause.verb), _HELD.match(clause.subject)
    if held is not None:
        return f"Which paper describes a {held.group('noun')} that {verb} {rest}?"
    if (
        clause.plural
        or clause.subject.startswith(("the paper", "the approach"))
        or (clause.subject.endswith(" paper"))
    ):
        return f"Which paper {verb} {rest}?"
    return f"Which paper describes {_thing(reading)} that {verb} {rest}?"


def _first_part(text: str) -> str:
    """Return a text up to where a second statement or an aside begins."""
    cut = _CUT.search(text)
    kept = text[: cut.start()] if cut else text
    for joined in re.finditer(r",? (?:and|or) (?P<word>[a-z]+) ", kept):
        verb = finite(joined.group("word"))
        if verb and verb.form == "base" and " to " not in kept[: joined.start()]:
            return kept[: joined.start()].strip(" ,.")
    if cut and cut.group().startswith(", and") and "," in kept:
        kept = kept[: kept.index(",")]  # the list that is cut would end in the middle
    return kept.strip(" ,.")


def _spoken(verb: Verb) -> str:
    return past(verb.base) if verb.form == "past" else third(verb.base)


def _thing(reading: Reading) -> str:
    for pattern, thing in _KIND_OF_THING:
        if pattern.search(reading.paper.title):
            return thing
    return "something"


def _nameless(text: str, reading: Reading, library: Library) -> str | None:
    """Put the paper's own names out of a text; None where it does not stand without them."""
    own = sorted({*library.own_names(reading), *filter(None, [reading.name])}, key=len)[::-1]
    for name in own:
        escaped = re.escape(name)
        apposed = re.compile(rf"^(?:the |our )?{escaped}(?: (?:{THING}))?, (?=an? |the )")
        text = apposed.sub("", text)
        given = re.compile(
            rf"(?:,? (?:called|named|dubbed|termed|namely|denoted as|referred to as)|,)? {escaped}$"
        )
        text = given.sub("", text)
        text = re.sub(rf",? (?:called|named|dubbed|termed|namely) {escaped}(?:,|(?= ))", "", text)
        if re.search(rf"(?<![\w-]){escaped}(?![\w-])", text):
            return None
    return text.strip(" ,")


def shorter(question: str) -> Iterator[str]:
    """Yield a question and what is left of it before each of its later phrases, longest first."""
    yield question
    body = question.removesuffix("?")
    for match in reversed(list(_LATER_PHRASE.finditer(body))):
        cut = body[: match.start()].rstrip(" ,")
        if len(cut.split()) >= 9 and cut.count('"') % 2 == 0 and not _WEAK_END.search(cut):
            yield cut + "?"
