"""Questions for a number, made from the sentence that states it.

Each template reads one structure and none guesses: a clause with a known subject and
verb is turned around its number, ``NAME …, comprising 187 tasks`` asks for the
tasks that NAME comprises, ``experiments on 11 datasets`` asks on how many the thing
was tested. Where no template fits, there is no question.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from eval.making.clauses import Clause, clauses, until_stop
from eval.making.library import Library, Reading, plain
from eval.making.quantities import Quantity, quantities
from eval.making.verbs import AUXILIARIES
from rag.terms import names

_PREPOSITION = re.compile(
    r"(?:^|^(?P<head>.*) )(?P<word>of|in|on|for|to|with|from|by|at|over|across|into|through|within|"
    r"among|using|under|between|against)$"
)
_BROKEN = re.compile(
    r"[,;:()\"“”]|\b(?:which|that|whose|who|while|where|when|but|and (?:is|are|we|it)|than|"
    r"this|these|such|it|them)\b|(?<![\w.-])\d"
)
_METRIC = (
    r"accuracy|precision|recall|F1|F-score|F1-score|AUC|AUROC|BLEU|success rate|score|win rate|"
    r"exact match|mIoU|mAP|reduction|improvement|gain|increase|decrease|speedup|error rate"
)
_A_METRIC_OF = re.compile(rf"^(?:an?|the) (?P<what>(?:[\w-]+ ){{0,3}}(?:{_METRIC})) of$")
_METRIC_AFTER = re.compile(
    rf"^ (?P<what>(?:[\w-]+ ){{0,3}}(?:{_METRIC}))(?= (?:on|in|for|over)\b|[,.]|$)"
)
_OF_WHAT = re.compile(
    r"^ of (?P<what>(?:the |its |all |these )?(?:[A-Za-z'-]+ ){0,5}?[A-Za-z'-]+)"
    r"(?=[,;]|\.(?:\s|$)|$| (?:to|in|on|at|while|and|with|for|by|from|after|when|without)\b)"
)
_A_SET_OF = re.compile(
    r"(?:^|(?<= ))(?:an?|the) (?:[\w-]+ ){0,2}"
    r"(?:suite|set|collection|range|pool|group|family|variety) of$"
)
_HOLDING = re.compile(
    r"(?P<verb>comprising|containing|consisting of|covering|spanning|including|featuring|totaling|"
    r"encompassing|composed of|comprised of|with|built from|derived from|collected from) $"
)
_BASE_OF = {
    "comprising": "does {} comprise",
    "containing": "does {} contain",
    "consisting of": "does {} consist of",
    "covering": "does {} cover",
    "spanning": "does {} span",
    "including": "does {} include",
    "featuring": "does {} feature",
    "totaling": "does {} hold",
    "encompassing": "does {} encompass",
    "composed of": "is {} composed of",
    "comprised of": "is {} made of",
    "with": "does {} have",
    "built from": "is {} built from",
    "derived from": "is {} derived from",
    "collected from": "is {} collected from",
}
_TESTED = re.compile(
    r"\b(?:[Ee]xperiments?|[Ee]xperimental results|[Ee]mpirical results|[Ee]valuations?|evaluated|"
    r"tested|validated|experimented)(?: conducted| performed| carried out)? "
    r"(?P<prep>on|across|over) $"
)
_OPENS = re.compile(
    r"(?:^|^(?:Overall|In total|Finally), )(?:A total of |In total, )?$", re.IGNORECASE
)
_DONE = re.compile(r"(?: [a-z]+){0,3}? (?P<what>(?:were|are) (?:\w+ed|found))\b")
_COLLECTION = "dataset|data set|benchmark|corpus|collection|suite|testbed|resource|library"


class Asked(NamedTuple):
    """A question for a number."""

    question: str
    sentence: str
    """Exact run of the abstract."""
    number: str
    """As written."""
    at: int
    """Offset of the number in the sentence."""
    answer: str
    """The number with its unit or with what it counts."""
    counted: str
    """What it counts, or an empty string."""


def asked(reading: Reading, library: Library) -> Iterator[Asked]:
    """Yield the questions for numbers that the abstract of a paper allows, in its order."""
    found = list(_asked(reading, library))
    counts = Counter(each.question for each in found)
    yield from (each for each in found if counts[each.question] == 1)


def _asked(reading: Reading, library: Library) -> Iterator[Asked]:
    for sentence in reading.usable:
        for quantity in quantities(sentence):
            question = _question(reading, sentence, quantity, library)
            start, end = quantity.number
            if question is None or not 5 <= len(question.split()) <= 32:
                continue
            if sentence[start:end] in question or question.count('"') % 2:
                continue
            answer = plain(sentence[start : quantity.end])
            yield Asked(question, sentence, sentence[start:end], start, answer, quantity.counted)


def _question(reading: Reading, sentence: str, quantity: Quantity, library: Library) -> str | None:
    for clause in reversed(list(clauses(reading, sentence, library))):
        if clause.end <= quantity.start:
            return _turned(clause, sentence, quantity)
    counted = _subject(reading, sentence, quantity, library)
    if counted is not None:
        return counted
    name = library.name_of(reading)
    if name is None or quantity.sort != "count":
        return None
    return _held(name, sentence, quantity) or _tested(name, sentence, quantity)


def _turned(clause: Clause, sentence: str, quantity: Quantity) -> str | None:
    """Turn a clause around its number."""
    middle = plain(sentence[clause.end : quantity.start])
    if _BROKEN.search(middle) or len(middle.split()) > 12:
        return None
    after = sentence[quantity.end :]
    if quantity.sort == "percent":
        return _percentage(clause, middle, plain_keeping(after))
    tail = _tail(after)
    if quantity.sort == "times":
        return _times(clause, middle, quantity, tail)
    lead = f"how many {quantity.counted}"
    split = _PREPOSITION.match(_A_SET_OF.sub("", middle).strip())
    if split is None and _A_SET_OF.search(middle):
        return clause.asked(lead, tail)
    if split is not None and split.group("word") == "with" and clause.verb.base == "be":
        had = re.match(r"(?:an?|the) (?!.*ed$)", split.group("head") or "")
        return f"How many {quantity.counted} does {clause.subject} have?" if had else None
    if split is not None:
        if split.group("word") == "of" or "parameters" in lead:
            return None
        return clause.asked(f"{split.group('word')} {lead}", f"{split.group('head') or ''} {tail}")
    if (
        middle
        or clause.verb.base in {"be", "map", "convert", "transform"}
        or clause.verb.base in AUXILIARIES
    ):
        return None
    return clause.asked(lead, tail)


def plain_keeping(text: str) -> str:
    """Return a text on one line with its first blank kept."""
    return (" " if text[:1].isspace() else "") + plain(text)


def _percentage(clause: Clause, middle: str, after: str) -> str | None:
    of_metric, metric, share = (
        _A_METRIC_OF.match(middle), _METRIC_AFTER.match(after), _OF_WHAT.match(after),
    )  # fmt: skip
    if of_metric is not None:
        return clause.asked(f"what {of_metric.group('what')}", _tail(after))
    if metric is not None and middle in {"", "a", "an"}:
        return clause.asked(f"what {metric.group('what')}", _tail(after[metric.end() :]))
    split = _PREPOSITION.match(middle)
    lead = f"what percentage of {share.group('what')}" if share else "what percentage"
    if split is not None and (share or split.group("word") == "by"):
        if not (split.group("head") or clause.verb.base == "increase"):
            return None
        return clause.asked(f"{split.group('word')} {lead}", split.group("head") or "")
    return clause.asked(lead, "") if share and not middle else None


def _times(clause: Clause, middle: str, quantity: Quantity, tail: str) -> str | None:
    if middle or clause.verb.base not in {"be", "run", "achieve", "use", "require", "have"}:
        return None
    if clause.verb.base in {"be", "run"}:
        return clause.asked(f"how many {quantity.counted}", tail)
    return (
        clause.asked(f"how many {quantity.counted}", tail) if " " in quantity.counted[6:] else None
    )


def _tail(after: str) -> str:
    """Return the short phrase after what is counted, where it is one that can stand last."""
    text = until_stop(plain(after))
    text = re.split(
        r" (?:and|while|resulting|demonstrating|showing|with only|to (?!\w+s\b))\b", text
    )[0]
    opens = re.match(r"(?:in|for|on|across|per|than|over|into)\b", text)
    loose = re.search(r"\b(?:between|both|that|which|we|is|are|was|were|has|have)\b|\d", text)
    if opens is None or loose or len(text.split()) > 9:
        return ""
    return text


def _held(name: str, sentence: str, quantity: Quantity) -> str | None:
    """Ask for the parts of a collection: ``a corpus, NAME, comprising 10 tasks``."""
    before = sentence[: quantity.start]
    verb = _HOLDING.search(before)
    if verb is None or name not in before[-70:]:
        return None
    noun = re.search(rf"\b({_COLLECTION})\b[^.;]{{0,40}}$", before[: verb.start()])
    between = before[before.rfind(name) + len(name) : verb.start()]
    loose = re.search(r"\b(?:that|which|and|on|from|while)\b", between) or names(between)
    if noun is None or loose:
        return None
    phrase = _BASE_OF[verb.group("verb")].format(name)
    return f"How many {quantity.counted} {phrase}?"


def _tested(name: str, sentence: str, quantity: Quantity) -> str | None:
    found = _TESTED.search(sentence[: quantity.start])
    if found is None:
        return None
    return f"{found.group('prep').capitalize()} how many {quantity.counted} was {name} tested?"


def _subject(reading: Reading, sentence: str, quantity: Quantity, library: Library) -> str | None:
    """Ask for what a sentence opens with: ``65 publications were reviewed``."""
    name, title = library.name_of(reading), plain(reading.paper.title).rstrip(".?! ")
    found = _DONE.match(sentence, quantity.end)
    if found is None or quantity.sort != "count" or not _OPENS.search(sentence[: quantity.start]):
        return None
    holder = f"the {name} paper" if name else f'the paper "{title}"'
    if name is None and ('"' in title or len(title.split()) > 16):
        return None
    return f"How many {quantity.counted} {found.group('what')} in {holder}?"
