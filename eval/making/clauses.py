"""Clauses whose subject and verb can be told without a parser, and questions out of them.

Only subjects that hardly mislead are taken: ``we``, the paper's own name, ``our
method`` and the like, ``it`` after a sentence about the named thing. In a question
they become what a person would say who has not got the abstract at hand.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from eval.making.library import Library, Reading, plain
from eval.making.verbs import AUXILIARIES, Verb, base_of_gerund, finite, only_a_verb

THING = (
    "method|approach|model|framework|dataset|benchmark|corpus|system|technique|algorithm|scheme|"
    "strategy|pipeline|architecture|procedure|toolkit|library|module|network|metric"
)
"""Nouns for what a paper presents."""
TEXT = "paper|work|study|article|survey|review|report|note"
_START = re.compile(
    r"(?:^|, (?:and )?|; |\b(?:that|and|while|where|Then|then|Finally,|Specifically,) )"
    r"(?=[A-Za-z])"
)
_ADVERB = r"(?:(?P<adverb>[a-z]+ly|also|further|then|thus|now|even|still|hence|often|first) )?"
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)?(?=[ ,])")
_PARTICIPLE = re.compile(r"(?:not )?(?:\w+ly )?(?:been|\w+ed|built|shown|made|found|given)\b")
_KEPT_ADVERB = re.compile(
    r"(?!.*(?:final|specifical|additional|surprising|notab|remarkab|^on)).*ly$"
)
_CAPITAL = r"[A-Z][\w+.-]*[\w+]"
_OURS = re.compile(r"\b[Oo]ur\b")
_LOOSE = re.compile(r"^(?:(?:then|also|only|still|thus|now|even|further|first|already|\w+ly) )+")
_SETTING = re.compile(
    r"(?:^|, )(?P<how>On|In|For|At|Under|on|in|for|at|under) "
    r"(?!(?:this|our|these|particular|addition|fact|contrast|general|total|summary|example|instance|"
    r"the experiments|experiments|terms|comparison|conclusion|order|most|all|many)\b)"
    r"(?P<what>[^,.;:()\d]{4,60}), $"
)
_LATER = re.compile(
    r"(?:,|\band\b|,? while|,? thereby|, thus) (?:further |also |significantly )?"
    r"(?P<verb>[a-z]+(?:-[a-z]+)?) "
)
_OF_A_NOUN = frozenset(
    "comprise contain consist include cover span encompass feature total".split()
)
"""Verbs whose ``-ing`` mostly tells of the noun before it, not of the subject."""
_STOP = re.compile(r"[;:()—–]|, |\.$|\.\s| -- ")


class Clause(NamedTuple):
    """A subject, its verb and all that follows in the sentence."""

    subject: str
    """As a question says it."""
    plural: bool
    verb: Verb
    adverb: str
    """One that a question keeps, or an empty string."""
    start: int
    """Offset of the verb in the sentence, its adverb left out."""
    end: int
    rest: str
    """What follows the verb, on one line."""
    setting: str = ""
    """A phrase that opens the sentence and limits what it says: ``on the VQAv2 test set``."""

    def asked(self, lead: str, remainder: str) -> str:
        """Return a question: ``lead`` does the subject do the ``remainder``?"""
        if self.verb.base == "be" or (self.verb.form == "base" and self.verb.base in AUXILIARIES):
            words = [lead, self.written, self.subject, self.adverb]
        else:
            words = [lead, self.helper, self.subject, self.adverb, self.verb.base]
        theirs = _OURS.sub("their", _LOOSE.sub("", remainder.strip()))
        text = " ".join(" ".join([*words, theirs, self.setting]).split()).rstrip(" ,.;:")
        return text[:1].upper() + text[1:] + "?"

    def doing(self, verb: str, start: int, end: int) -> "Clause":
        """Return the same subject doing something else later in the sentence."""
        found = Verb(verb, "past" if self.verb.form == "past" else "third")
        return Clause(self.subject, False, found, "", start, end, "", self.setting)

    @property
    def written(self) -> str:
        """The auxiliary as it stands in a question, fitted to the subject's number."""
        word = self.verb.base if self.verb.base != "be" else self.verb.form
        pairs = {"base": "are" if self.plural else "is", "past": "were" if self.plural else "was"}
        return pairs.get(word, "are" if self.plural else "is") if self.verb.base == "be" else word

    @property
    def helper(self) -> str:
        """The form of ``do`` that a question needs."""
        if self.verb.form == "past":
            return "did"
        return "do" if self.plural else "does"


def clauses(reading: Reading, sentence: str, library: Library) -> Iterator[Clause]:
    """Yield the clauses of a sentence of a paper that can be told, in order."""
    patterns = list(_patterns(reading, sentence, library))
    for start in _START.finditer(sentence):
        for pattern, subject, plural in patterns:
            match = re.compile(pattern + " " + _ADVERB).match(sentence, start.end())
            if match is None:
                continue
            clause = _clause(sentence, match, subject or match.group("subject"), plural)
            if clause is not None:
                clause = clause._replace(setting=_setting(sentence[: start.end()]))
                yield clause
                yield from _later(clause, sentence)
            break


def _setting(opening: str) -> str:
    found = _SETTING.search(opening)
    return f"{found.group('how').lower()} {found.group('what')}" if found else ""


def _later(clause: Clause, sentence: str) -> Iterator[Clause]:
    """Yield what else the subject does: ``… and reduces``, ``…, reducing``."""
    if clause.plural or clause.subject.startswith("the paper") or clause.subject.endswith(" paper"):
        return
    for match in _LATER.finditer(sentence, clause.end):
        word = match.group("verb")
        base = base_of_gerund(word) if word.endswith("ing") else None
        if base in _OF_A_NOUN:
            base = None
        verb = finite(word)
        relative = re.search(r"\b(?:that|which|who)\b", sentence[clause.end : match.start()])
        if verb and only_a_verb(word) and match.group().startswith("and") and not relative:
            base = verb.base
        if base is not None:
            yield clause.doing(base, match.start("verb"), match.end("verb"))


def _patterns(
    reading: Reading, sentence: str, library: Library
) -> Iterator[tuple[str, str | None, bool]]:
    """Yield a pattern of a subject, how a question says it (None: as written), and its number."""
    name = library.name_of(reading)
    title = plain(reading.paper.title).rstrip(".?! ")
    called = name or (f'"{title}"' if 3 <= len(title.split()) <= 16 and '"' not in title else None)
    if called is None:
        return
    of_text = f"the {name} paper" if name else f"the paper {called}"
    for other in library.own_names(reading):
        yield rf"(?:[Tt]he |[Oo]ur )?(?P<subject>{re.escape(other)})(?: (?:{THING}))?", None, False
    yield r"(?:[Ww]e|[Tt]he authors)", f"the authors of {of_text if name else called}", True
    yield rf"(?:[Tt]his|[Tt]he|[Oo]ur) (?:{TEXT})", of_text, False
    for noun in ("dataset", "benchmark", "corpus", "collection", "training set", "test set"):
        holder = f"the {name} paper" if name else called
        yield (
            rf"(?:[Tt]he|[Tt]his) (?:resulting |final |new |full )?{noun}",
            f"the {noun} of {holder}",
            False,
        )
    if name is None:
        yield (
            rf"(?:[Oo]ur|[Tt]he proposed|[Tt]his) (?:proposed )?(?:{THING})",
            f"the approach of {called}",
            False,
        )
        return
    yield rf"(?P<subject>(?:the )?{re.escape(name)}(?: (?:{THING}))?)", None, False
    yield rf"(?:[Oo]ur|[Tt]he) {re.escape(name)}(?: (?:{THING}))?", name, False
    yield rf"(?:[Oo]ur|[Tt]he proposed|[Tt]his) (?:proposed )?(?:{THING})", name, False
    if _opens_with(name, _before(reading, sentence)):
        yield r"It", name, False


def _before(reading: Reading, sentence: str) -> str:
    at = reading.sentences.index(sentence) if sentence in reading.sentences else 0
    return reading.sentences[at - 1] if at else ""


def _opens_with(name: str, sentence: str) -> bool:
    return sentence.startswith((f"{name} ", f"The {name} "))


def _clause(sentence: str, match: re.Match[str], subject: str, plural: bool) -> Clause | None:
    word = _WORD.match(sentence, match.end())
    if word is None:
        return None
    rest = plain(sentence[word.end() :])
    verb = _verb(word.group(), rest)
    if verb is None or not _agrees(verb, plural=plural):
        return None
    adverb = match.group("adverb") or ""
    kept = adverb if _KEPT_ADVERB.match(adverb) else ""
    return Clause(subject, plural, verb, kept, word.start(), word.end(), rest)


def _verb(word: str, rest: str) -> Verb | None:
    if word in {"is", "are"}:
        return Verb("be", "base")
    if word in {"was", "were"}:
        return Verb("be", "past")
    if word in {"has", "have", "had"} and _PARTICIPLE.match(rest):
        return None
    if word in AUXILIARIES:
        return Verb(word, "base")
    following = finite(rest.split(" ")[0])
    if following is not None and following.form == "base" and not only_a_verb(word):
        return None  # ``KILT scores combine``: a noun before the true verb
    return finite(word)


def _agrees(verb: Verb, *, plural: bool) -> bool:
    """Tell whether a form fits a subject; a past form can be a participle after a noun."""
    if verb.base == "be" or verb.base in AUXILIARIES or verb.form == "past":
        return True
    return verb.form == ("base" if plural else "third")


def until_stop(text: str) -> str:
    """Return a text up to its first mark that ends or interrupts a clause."""
    found = _STOP.search(text)
    return (text[: found.start()] if found else text).strip(" .,")
