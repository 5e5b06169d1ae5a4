"""What a question asks for, read from its words.

Rules over wording only; they know no topic. A question is read once, and
retrieval, the answerer and the refusal all use the same reading.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from rag.terms import Number, Word, fold, is_name, names, numbers, stem, terms, word_terms, words


class Kind(StrEnum):
    """The shape of the answer that a question wants."""

    NUMBER = "number"
    NAME = "name"
    YES_NO = "yes-no"
    COMPARISON = "comparison"
    SURVEY = "survey"
    """Several papers, each with its part."""
    EXPLANATION = "explanation"


class Question(NamedTuple):
    """A question as read."""

    text: str
    kind: Kind
    terms: tuple[str, ...]
    """Different content terms in order."""
    names: tuple[str, ...]
    """Words that look like names of systems, data sets or methods, as written."""
    asked: tuple[tuple[str, ...], ...]
    """Terms of each thing asked for: "how many *hours*", "which *license*"; may be empty."""
    counted: tuple[tuple[str, ...], ...]
    """Those of them whose number is asked for."""
    sides: tuple[str, ...]
    """The texts of the two things compared, for a comparison that names them."""
    numbers: tuple[Number, ...]


_QUANTITY = re.compile(
    r"\b(how (?:many|much|big|large|small|long|fast|often|far|deep|old|few)\b"
    r"|by how much\b|number of\b|what (?:percentage|percent|share|fraction|proportion|number"
    r"|size)\b"
    r"|percentage of\b|how \w+er\b)",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"\bwhat(?:'s| is| was| are| were)?\b.{0,40}\b(score|accuracy|rate|speedup|speed-up"
    r"|ratio|cost|perplexity"
    r"|budget|total|size|f1|bleu|auc|auroc)\b|\bscores?\b.{0,30}\b(?:get|reach|achieve|on)\b"
    r"|\b(?:total|overall) vs\b|\bwhat does .{1,40} (?:score|get|reach|achieve) on\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\b(called|named|what(?:'s| is) (?:the|its) name|name of|(?:what|which) (?:\w+[ -]){0,3}?"
    r"(?:data ?sets?|corpus|corpora|benchmarks?|models?|languages?|technique|method|architecture"
    r"|tasks?|metrics?|tool|system|structure|algorithm|encoder|optimi[sz]er|framework"
    r"|library|loss|ones?)"
    r"|(?:^|[.?!]\s|, |\band )(?:who(?:se)?|where|when)\b)",
    re.IGNORECASE,
)
_SURVEY = re.compile(
    r"\b((?:which|what) (?:\w+ ){0,2}(?:papers|studies|works|approaches|methods|authors"
    r"|groups|people)"
    r"|any (?:work|papers?|research|studies)|papers (?:on|about|that)|who (?:\w+ )?(?:makes?"
    r"|uses?|stud\w+|propos\w+)"
    r"|what (?:do|have) (?:different )?(?:papers|people|researchers|authors)"
    r"|how do (?:people|researchers|papers|authors)"
    r"|ways (?:to|of)|list (?:of|all|the)|what .{1,40}(?:have|has) been (?:proposed|designed"
    r"|developed|used|tried|studied)"
    r"|have people|(?:which|what) (?:\w+ )?(?:fields|domains|areas|kinds"
    r"|types)\b.{0,60}\b(?:people|papers|have)"
    r"|survey|overview|state of the art|literature)",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"\b(vs\.?|versus|compared? (?:to|with)|comparison|differ(?:s|ence|ences|ent)?"
    r"|contradict\w*|agree"
    r"|better or worse|or worse than|faster .{0,30}than|better than|worse than)\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|can|could|has|have|had|should|will|would|may|might)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^[^?]{0,200}?[.!:;]\s+(?=\S)")
_ASKED = re.compile(
    r"\b(?:how (?:many|much)|number of|(?:what|which|whose)(?:'s| is| was| are"
    r"| were)?(?: the| its)?)"
    r"\s+(?=((?:[^\W\d_][\w'-]*\s*){1,4}))",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(?:how many|number of)\s+(?=((?:[^\W\d_][\w'-]*\s*){1,4}))", re.IGNORECASE
)
_NEITHER = frozenset(
    """is are was were do does did can could has have had should will would may might s re about
    exactly the a an of and or for in on to by with from that it its they them their be kind
    kinds sort sorts type types one ones thing things part parts else people happen happens
    much many make makes get gets need needs take takes took did not""".split()
)


def read_question(text: str) -> Question:
    """Read a question.

    Args:
        text: One question, standing alone; anything before it may be context.
    """
    kind, sides = _kind(text)
    return Question(
        text=text,
        kind=kind,
        terms=tuple(dict.fromkeys(terms(text))),
        names=tuple(dict.fromkeys(_proper(text))),
        asked=_things(_ASKED, text),
        counted=_things(_COUNTED, text),
        sides=sides,
        numbers=tuple(numbers(text)),
    )


def keywords(text: str) -> str:
    """Return the content words of a text as written: a question without its politeness."""
    return " ".join(word.text for word in words(text) if word_terms(word.text))


def _kind(text: str) -> tuple[Kind, tuple[str, ...]]:
    sides = _listed(text) or _sides(text)
    if sides:
        return Kind.COMPARISON, sides
    if _SURVEY.search(text):
        return Kind.SURVEY, ()
    if _QUANTITY.search(text) or _MEASURE.search(text):
        return Kind.NUMBER, ()
    if _COMPARE.search(text) and len(_proper(text)) > 1:
        return Kind.COMPARISON, ()
    if _NAME.search(text):
        return Kind.NAME, ()
    if _YES_NO.search(_LEAD.sub("", text)):
        return Kind.YES_NO, ()
    return Kind.EXPLANATION, ()


_ENUMERATED = 3
_LINKS = frozenset({",", "and", ", and", "or", ", or", "/", "&"})
_OPENERS = frozenset(
    ["which", "what", "how", "is", "are", "do", "does", "compare", "in", "for", "between", "who"]
)
_SIDE = r"((?:[\w.+-]{1,40}\s+){0,3}[\w.+-]{1,40})"
# Bounded, so that a text full of dots is read in linear time.
_TWO = (
    re.compile(rf"\bbetween\s+{_SIDE}?\s+and\s+{_SIDE}", re.IGNORECASE),
    re.compile(rf"\b{_SIDE}\s+(?:vs\.?|versus)\s+{_SIDE}", re.IGNORECASE),
    re.compile(rf"\bcompare\s+{_SIDE}?\s+(?:and|with|to)\s+{_SIDE}", re.IGNORECASE),
    re.compile(rf"^\W*(?:is\s+|are\s+)?{_SIDE}?\s+or\s+{_SIDE}\s*[,:?]", re.IGNORECASE),
    re.compile(rf"\bdo(?:es)?\s+{_SIDE}?\s+and\s+{_SIDE}\s+(?:each|differ|compare)", re.IGNORECASE),
)


def _sides(text: str) -> tuple[str, ...]:
    for pattern in _TWO:
        match = pattern.search(text)
        if match is None:
            continue
        sides = tuple(_trimmed(side) for side in match.groups(""))
        if all(terms(side) for side in sides) and any(_looks_named(side) for side in sides):
            return sides
    return ()


def _listed(text: str) -> tuple[str, ...]:
    """Return the names of an enumeration of at least three: "DPR, Contriever and BEIR"."""
    run: list[Word] = []
    for word in [each for each in words(text) if is_name(each.text) or each.text[0].isupper()]:
        if run and text[run[-1].end : word.start].strip() not in _LINKS:
            if len(run) >= _ENUMERATED:
                break
            run = []
        run.append(word)
    return tuple(word.text for word in run) if len(run) >= _ENUMERATED else ()


def _trimmed(side: str) -> str:
    """Drop the words around a side that belong to the question."""
    kept = [word for word in side.split() if fold(word) not in _NEITHER]
    named = [word for word in kept if is_name(word) or word[:1].isupper()]
    if named and len(named) < len(kept):
        first = kept.index(named[0])
        kept = kept[first : kept.index(named[-1]) + 2 if len(named) > 1 else len(kept)]
    return " ".join(kept)


def _looks_named(side: str) -> bool:
    parts = side.split()
    return any(
        is_name(word) or (word[:1].isupper() and fold(word) not in _OPENERS) for word in parts
    )


_LIKE = re.compile(r"-(?:like|style|based|type|level|family|sized?)$", re.IGNORECASE)


def _proper(text: str) -> list[str]:
    """Return names, also those that show by a capital inside a sentence only."""
    found = [_LIKE.sub("", word.text) for word in names(text)]
    for previous, word in zip(list(words(text)), list(words(text))[1:], strict=False):
        opens = text[previous.end : word.start].strip() not in {"", ",", '"', "'", "(", "“"}
        if word.text[0].isupper() and not opens and len(word.text) > 1 and word_terms(word.text):
            found.append(word.text)
    return found


def _things(pattern: re.Pattern[str], text: str) -> tuple[tuple[str, ...], ...]:
    things: list[tuple[str, ...]] = []
    for match in pattern.finditer(text):
        noun: list[str] = []
        for word in match.group(1).split():
            if fold(word) in _NEITHER or is_name(word):
                break
            noun.append(stem(fold(word)))
        if noun:
            things.append(tuple(noun))
    return tuple(things)
