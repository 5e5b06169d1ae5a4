"""Rules that make questions of titles and abstracts. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise, permutations
from typing import NamedTuple

from rag.schema import Paper
from rag.terms import STOP_WORDS, is_name, terms


class Candidate(NamedTuple):
    """A question, and whether an answer to it is one is told by what it cites."""

    question: str
    papers: frozenset[str]
    """Ids of the papers from which it was made."""
    least: int = 1
    """How many of them an answer must cite."""
    subject: str = ""
    """What a quote must name to count."""


_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-zÀ-ÿ0-9 .+/'’&-]*")
_BASES = {
    "has": "have",
    "contains": "contain",
    "comprises": "comprise",
    "includes": "include",
    "covers": "cover",
    "provides": "provide",
    "offers": "offer",
    "holds": "hold",
    "uses": "use",
    "spans": "span",
    "supports": "support",
    "gathers": "gather",
    "supplies": "supply",
}
_QUANTITY = (
    r"(?:about |more than |over |roughly |around |nearly |almost |some |approximately |up to |"
    r"at least |a total of )?\d[\d,.]*(?:k|K|M|B)?\+?(?: (?:thousand|million|billion|trillion))?"
)
# What is counted: up to two describing words and a plural, then something that ends the phrase.
_COUNTED = (
    r"(?P<what>(?:[a-z][a-z-]+ ){0,2}[a-z]{2,}[a-rt-z]s)"
    r"(?=[.,;:)]| (?:and|from|of|in|with|across|that|which|on|for|to|covering|drawn|taken|written)"
    r"\b)"
)
_HOLDS = re.compile(
    rf"(?:^|[.!?] )(?:The )?(?P<name>[A-Z0-9][\w.+-]*(?: [A-Z0-9][\w.+-]*){{0,2}}) "
    rf"(?P<verb>{'|'.join(_BASES)}) {_QUANTITY} {_COUNTED}"
)
_IS_OF = re.compile(
    rf"(?P<name>[A-Z0-9][\w.+-]*(?: [A-Z0-9][\w.+-]*){{0,2}}),? (?:is )?an? (?:[\w-]+ ){{0,6}}"
    rf"(?:data ?set|corpus|benchmark|collection)(?: [\w-]+)? (?:of|with|containing|comprising|"
    rf"that contains|consisting of) {_QUANTITY} {_COUNTED}"
)
# Measures and vague words: nobody asks how many of them there are.
_UNCOUNTED = frozenset(
    "times points percent days hours years months weeks minutes seconds others ways terms cases "
    "us parts steps gpus bits tokens epochs sizes scores".split()
)
_ASKS = re.compile(
    r"(?:What|How|Why|When|Which|Where|Who|Do|Does|Did|Is|Are|Can|Could|Should|Will|Has|Have)\b"
    r"[^?:!.]*\?"
)
_SMALL = re.compile(r"(?<![\w-])[a-z]+(?![\w])|(?<=-)[a-z]+(?!\w)")
_PREPOSITION = r"\b(?:in|of|for|with|on|to|between|about|from|against|during|through|by|via|as)"
_ENDING = r"(?:[.,;:)?]|\s(?:and|or|is|are|has|have|with|in|for|from|by|on|to|that|which|as|was)\b)"
_DATA = re.compile(
    r"\b(?:data ?sets?|benchmark\w*|corpus|corpora|collections?|challenge|questions|tests?)\b"
    r"|[a-z]QA\b",
    re.IGNORECASE,
)
# Terms of so many titles that two papers are not related by them.
_EVERYWHERE = frozenset(
    terms("""language model models learning deep neural network data large
    efficient effective method approach analysis based training system""")
)
_COMMON = 12
"""Topics tried at the most; each costs a look at every abstract."""
_SEVERAL = 3
"""Titles in which a topic must stand."""


def named(paper: Paper) -> str:
    """Return the name that a title such as ``NAME: what it is`` gives, empty where none."""
    name, colon, rest = paper.title.partition(":")
    name = name.strip()
    words = name.split()
    if not colon or not rest.strip() or not 1 <= len(words) <= 3 or not _PLAIN.fullmatch(name):
        return ""
    count = _mentions(name, paper.abstract)
    if all(is_name(word) or word.isdigit() for word in words):
        return name if count and any(each.isalpha() for each in name) else ""
    # An ordinary word can be a name too, where it is always written as one.
    single = len(words) == 1 and name[0].isupper() and len(name) > 3
    return name if single and count > 1 and not _mentions(name.lower(), paper.abstract) else ""


def definitions(papers: tuple[Paper, ...]) -> Iterator[Candidate]:
    """Yield ``What is NAME?`` for papers that name what they bring."""
    for paper in papers:
        if name := named(paper):
            yield Candidate(f"What is {name}?", frozenset({paper.id}), subject=name)


def quantities(papers: tuple[Paper, ...]) -> Iterator[Candidate]:
    """Yield ``How many … does NAME have?`` for counts that an abstract gives of a name."""
    for paper in papers:
        for pattern in (_HOLDS, _IS_OF):
            for match in pattern.finditer(paper.abstract):
                name, what = match["name"], match["what"]
                known = name == named(paper) or all(is_name(word) for word in name.split())
                if known and what.split()[-1] not in _UNCOUNTED:
                    verb = _BASES[match["verb"]] if pattern is _HOLDS else "contain"
                    question = f"How many {what} does {name} {verb}?"
                    yield Candidate(question, frozenset({paper.id}))


def comparisons(papers: tuple[Paper, ...]) -> Iterator[Candidate]:
    """Yield ``How do A and B differ?`` for two things of one kind, by their titles and names.

    One's abstract must tell of the other, so that somebody found them worth comparing.
    """
    known = {name: paper for paper in papers if (name := named(paper))}
    for (one, first), (other, second) in permutations(known.items(), 2):
        if _mentions(one, second.abstract) and _alike(first, second):
            both = frozenset({first.id, second.id})
            yield Candidate(f"How do {one} and {other} differ?", both, 2)


def topics(papers: tuple[Paper, ...]) -> Iterator[Candidate]:
    """Yield ``What is known about …?`` for two words that stand together in several titles."""
    by_id = {paper.id: paper for paper in papers}
    texts = {paper.id: f"{paper.title}. {paper.abstract}".lower() for paper in papers}
    titles = Counter(
        pair
        for paper in papers
        for pair in {f"{a} {b}" for a, b in pairwise(re.findall(r"[\w-]+", paper.title.lower()))}
    )
    fit = [pair for pair, count in titles.items() if count >= _SEVERAL and _content(pair)]
    for pair in sorted(fit, key=lambda pair: (-titles[pair], pair))[:_COMMON]:
        holding = {name: text for name, text in texts.items() if pair in text}
        if _stands_alone(pair, holding.values()):
            written = _usual(pair, (by_id[name].abstract for name in holding))
            yield Candidate(f"What is known about {written}?", frozenset(holding), 2, written)


def _usual(words: str, texts: Iterable[str]) -> str:
    """Return words in the capitals in which texts have them most often: ``Bayes factors``."""
    pattern = re.compile(re.escape(words), re.IGNORECASE)
    forms = Counter(each for text in texts for each in pattern.findall(text))
    return min(forms, key=lambda form: (-forms[form], form), default=words)


def questions(papers: tuple[Paper, ...]) -> Iterator[Candidate]:
    """Yield titles that are questions, written as one writes a sentence."""
    asking = [each for each in papers if _ASKS.fullmatch(each.title) and " " in each.title]
    usual = {word for each in papers if asking for word in _SMALL.findall(each.abstract)}
    for paper in asking:
        yield Candidate(_sentence(paper.title, usual), frozenset({paper.id}))


def _sentence(title: str, usual: set[str]) -> str:
    """Return a title in small letters but for names; as it is where that is not sure."""
    first, *rest = title.split()
    written = [each if _capital(each) else each.lower() for each in rest]
    small = {word for each in written if not _capital(each) for word in _SMALL.findall(each)}
    return " ".join([first, *written]) if small <= usual else title


def _capital(word: str) -> bool:
    return any(is_name(each) for each in re.split(r"[^\w+]", word))


def _alike(one: Paper, other: Paper) -> bool:
    """Tell whether two titles are of one kind of thing: both of data or neither, and related."""
    if bool(_DATA.search(one.title)) != bool(_DATA.search(other.title)):
        return False
    first, second = named(one), named(other)
    if _kin(first, second) or _kin(second, first):
        return True
    shared = _subject(one.title) & _subject(other.title)
    return len(shared) > 1


def _kin(part: str, name: str) -> bool:
    """Tell whether a name was made of another: ``SciBERT`` of ``BERT``, ``X-2`` of ``X-1``."""
    return len(part) > 3 and part.rstrip("0123456789.-v") in name


def _subject(title: str) -> set[str]:
    return set(terms(title.partition(":")[2])) - _EVERYWHERE


def _mentions(name: str, text: str) -> int:
    if name not in text:
        return 0
    return len(re.findall(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text))


def _content(pair: str) -> bool:
    return all(
        len(word) > 3 and word.replace("-", "").isalpha() and word not in STOP_WORDS
        for word in pair.split()
    )


def _stands_alone(pair: str, texts: Iterable[str]) -> bool:
    """Tell whether two words are a topic that needs no article, as in "of tides and moons"."""
    whole = re.compile(rf"{_PREPOSITION}\s{pair}{_ENDING}")
    one = re.compile(rf"\b(?:an?|each|every|one)\s(?:\w+\s)?{pair}{_ENDING}")
    seen: Counter[str] = Counter()
    for text in texts:
        seen["alone"] += bool(whole.search(text))
        seen["one"] += bool(one.search(text))
    return seen["alone"] >= 2 and seen["alone"] > 2 * seen["one"]
