"""The same question in other words, by a table of rewrites.

Names and quoted titles stay as they are. A question counts as reworded only where at
most half of its other content terms still stand in the abstract it asks about.
"""

import re
from collections.abc import Iterator
from functools import cache

from eval.making.library import Reading, plain
from eval.making.rewrites import NOUNS, PHRASES, VERBS
from eval.making.verbs import finite, gerund, only_a_verb, past, third
from rag.terms import is_name, terms, words

MOST_SHARED = 0.5
_TOKEN = re.compile(r'"[^"]*"|[^\W_]+(?:[-\'’.+][^\W_]+)*\+*|.', re.DOTALL)
_TO_BASE = frozenset("to can could will would may might must".split())
_TO_FINITE = frozenset("that which paper and who or".split())
_TO_NOUN = frozenset(
    "a an the of in on for with from by its their many more new each every some these those this "
    "most all no what".split()
)
_AFTER_HEAD = frozenset(
    "and or of in on for with from by to at over across that which is are was were does do did can "
    "as via through between without when while than into using".split()
)
_AN = re.compile(r"\b(?P<a>[Aa])n?(?= (?P<next>[\w-]+))")
_AN_SOUND = re.compile(
    r"(?!uni|use|usu|eu|one\b|once)[aeiouAEIO]|8|11\b|hour|honest|[FLMNRSX][A-Z]"
)
_NO_PLURAL = frozenset(
    "data information evidence knowledge proof software research results correctness QA "
    "lack".split()
)


def reworded(question: str, reading: Reading) -> str | None:
    """Return a question in other words; None where too many of the old ones remain."""
    for asked in dict.fromkeys([_without_name(question, reading), question]):
        text = _articles("".join(_rewritten(_phrases(_spelled_out(asked, reading)))))
        if text != question and shared_with(text, reading) <= MOST_SHARED:
            return text[:1].upper() + text[1:]
    return None


def shared_with(question: str, reading: Reading) -> float:
    """Return the share of a question's content terms that stand in the abstract, 0..1.

    Names, quoted titles and numbers are left aside: they have no other words.
    """
    spoken = [word.text for word in words(re.sub(r'"[^"]*"', "", question))]
    kept = " ".join(word for word in spoken if not is_name(word) and not word[0].isdigit())
    asked = set(terms(re.sub(rf"\b{re.escape(reading.name or chr(0))}\b", "", kept)))
    return len(asked & set(terms(reading.paper.abstract))) / len(asked) if asked else 1.0


@cache
def _table(entries: str) -> dict[str, str]:
    pairs = (entry.split("=") for entry in entries.replace("\n", "").split("|"))
    return {old: new for old, new in pairs}


@cache
def _verb_forms() -> dict[str, tuple[str, str]]:
    """Return the form and replacement of every form of every verb of the table."""
    forms: dict[str, tuple[str, str]] = {}
    for old, new in _table(VERBS).items():
        first, _, others = new.partition(" ")
        for name, inflect in (("base", str), ("third", third), ("past", past), ("ing", gerund)):
            forms.setdefault(inflect(old), (name, f"{inflect(first)} {others}".strip()))
    return forms


@cache
def _noun_forms() -> dict[str, str]:
    plurals = {_plural(old): _plural(new) for old, new in _table(NOUNS).items()}
    return plurals | _table(NOUNS)


def _plural(phrase: str) -> str:
    """Return the plural of a noun phrase: of its last word before ``of`` and the like."""
    head = re.match(r"(?P<head>.*?)(?P<rest> (?:of|that|who|in|for)\b.*)?$", phrase)
    front, rest = (head.group("head"), head.group("rest") or "") if head else (phrase, "")
    last = front.rsplit(" ", 1)[-1]
    if last in _NO_PLURAL:
        return phrase
    irregular = {"person": "people", "analysis": "analyses", "half": "halves", "hypothesis":
                 "hypotheses", "corpus": "corpora"}.get(last)  # fmt: skip
    return front.removesuffix(last) + (irregular or third(last)) + rest


@cache
def _phrase_pattern() -> re.Pattern[str]:
    phrases = sorted(_table(PHRASES), key=len, reverse=True)
    alternatives = "|".join(re.escape(phrase) for phrase in phrases)
    return re.compile(rf'"[^"]*"|(?<![\w-])(?P<old>{alternatives})(?![\w-])')


def _phrases(text: str) -> str:
    """Replace fixed phrases; what was put in is marked so that it is not rewritten again."""

    def swap(match: re.Match[str]) -> str:
        old = match.group("old")
        return f"\0{_table(PHRASES)[old]}\0" if old else match.group()

    return _phrase_pattern().sub(swap, text)


def _rewritten(text: str) -> Iterator[str]:
    for n, piece in enumerate(text.split("\0")):
        if n % 2:
            yield piece
        else:
            before = text.split("\0")[n - 1].split(" ")[-1] if n else ""
            after = "\0" if n + 1 < len(text.split("\0")) else ""
            yield from _spoken(piece, before=before, after=after)


def _spoken(text: str, *, before: str, after: str) -> Iterator[str]:
    tokens: list[str] = _TOKEN.findall(text)
    spoken = [token for token in tokens if token[0].isalnum()]
    at = -1
    for token in tokens:
        if not token[0].isalnum():
            yield token
            continue
        at += 1
        last = spoken[at - 1].lower() if at else before
        following = spoken[at + 1] if at + 1 < len(spoken) else after
        yield token if is_name(token) or token[0].isupper() else _word(token, last, following)


def _word(word: str, last: str, following: str) -> str:
    verb, noun = _verb_forms().get(word), _noun_forms().get(word)
    if verb is not None and _is_verb(word, verb, last, following):
        return verb[1]
    if noun is None or last in _TO_BASE or (finite(word) is not None and last in _TO_FINITE):
        return word
    heads = following in _AFTER_HEAD or not following
    return noun if heads or (" " not in noun and following != "\0") else word


def _is_verb(word: str, verb: tuple[str, str], last: str, following: str) -> bool:
    form, new = verb
    if form == "base":
        bare = only_a_verb(third(word)) and last not in _TO_NOUN
        return (
            bare or last in _TO_BASE or (last not in _TO_NOUN and following in {"a", "an", "the"})
        )
    if form == "third":
        return last in _TO_FINITE
    if form == "ing":
        return last not in _TO_NOUN and following in _TO_NOUN - {"of", "in", "for", "on"}
    return last in {"that", "which", "paper"} or (" " not in new and following in _AFTER_HEAD)


def _articles(text: str) -> str:
    """Set ``a`` and ``an`` right."""

    def fit(match: re.Match[str]) -> str:
        return match.group("a") + ("n" if _AN_SOUND.match(match.group("next")) else "")

    return _AN.sub(fit, text)


def _spelled_out(question: str, reading: Reading) -> str:
    """Put abbreviations in words where the abstract does: ``… network (CNN)``."""
    for match in re.finditer(r"\((?P<short>[A-Z][A-Za-z]{1,6})\)", reading.paper.abstract):
        short = match.group("short")
        letters = short.removesuffix("s").lower()
        defining = plain(reading.paper.abstract[: match.start()]).split()[-len(letters) :]
        if short != reading.name and [word[0].lower() for word in defining] == list(letters):
            question = re.sub(
                rf"(?<![\w\"-]){re.escape(short)}(?![\w-])", " ".join(defining), question
            )
    return question


def _without_name(question: str, reading: Reading) -> str:
    """Say what the named thing is instead of its name, where the abstract says it."""
    name = reading.name
    if name is None or name not in question:
        return question
    said = re.search(
        rf"(?<![\w-]){re.escape(name)}(?: is|,) an? (?P<what>[a-z][^,.;:()\d]{{12,70}}?)"
        r"(?=[,.;:(]| that | which | with | to | consisting | containing | comprising | designed )",
        reading.paper.abstract,
    )
    if said is None:
        return question
    return re.sub(
        rf"(?:the )?{re.escape(name)}(?= (?!paper)|\?)",
        f"the {said.group('what')}",
        question,
        count=1,
    )
