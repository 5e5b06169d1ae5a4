"""Sentence splitting with offsets, by rules.

One pass finds every place where a sentence could end; each is decided by the words around
it. Linear time: every look backwards or forwards is bounded or never repeated.

Known abbreviations, initials, numbers, URLs and formulas do not end a sentence; a missing
blank (``data.We``) does not hide an end; colons and semicolons never end one. A list
number or a stock section label belongs to the sentence after it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rag.schema import Field, Paper, Sentence

SPLITTER = "attest-sentences-1"
"""Version of the rules; stored with a library, whose offsets depend on it."""

_TAG = r"</?[a-zA-Z][^<>]{0,200}>"
_URL = r"""(?:(?:https?|ftp)[:;]//|www\.)[^\s<>。！？，、；]*[^\s<>。！？，、；.?!,:"'”’»)\]}]"""
_CANDIDATE = re.compile(
    rf"""
    (?P<skip>{_URL}|{_TAG})
  | (?P<math>(?<!\\)\$\$?(?!\s)[^$]{{1,1000}}(?<!\s)\$\$?(?!\d))
  | (?P<wide>(?:[。！？｡؟۔।॥]|．(?!\d))++(?![」』）][ぁ-ん]))
  | (?P<stop>[.!?…‼⁇⁈⁉]++(?![a-z]))
  | (?P<gap>\n[^\S\n]*\n\s*)
    """,
    re.VERBOSE,
)
_CLOSERS = re.compile(
    r"""(?:["'](?!\w)|[”’»›)\]}」』）】》〉］]|</[a-zA-Z][^<>]{0,40}>|\[\d[\d,–-]{0,20}\]"""
    r"""|(?<=[a-z]{3}\.)\d{1,2}(?:,\d{1,2}){0,9}(?=\s[A-Z]))*"""
)
_BLANKS = re.compile(rf"(?:\s|{_TAG}(?!\d))*")
_OPENERS = re.compile(rf"""(?:["'“‘«‹„¿¡(\[{{`*_「『（【《•–—-]|{_TAG}|\s)*""")
_TOKEN = re.compile(r"[^\W_][\w'’-]{0,40}|")
_GLUED = re.compile(
    r"[(“‘]?((?:Background|Objective|Methods|Results|Conclusions?)(?=[A-Z][a-z])"
    r"|(?:[A-Z][a-z]+|A(?= )|[A-Z]{4,}(?=:| TRUNC))(?![\w(/=]|\.[a-z]))"
)
_PROSE = re.compile(r"[.?!]\s+[A-Z][a-z]+\s")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,2}")
_LIST_NUMBER = re.compile(r"[(\[]?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})[)\]]?")
_NUMBER_AFTER_COLON = re.compile(r"[:;]\s+(?:and\s+)?\(?\d{1,2}\)?$")
_LISTED = re.compile(r"\d{1,2}\. +[A-Z]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})\) ")
_REFERENCE = re.compile(r"[(\[#§\\$]|['’A-Z]?\d|[IVX]+\b")
_NUMBER_UNFINISHED = re.compile(r"(?:^|[\s(=<>])0$|[<>=≤≥±]\s*$")
_PLAIN_END = re.compile(r"[^\W\d]{3}$|[)\]}%$\"”]$")
_WORD_BREAK = re.compile(r"[\s(\[{<\"'“”‘’,;:/=~–—]")
_MIXED = re.compile(r"[\w'’-]*[A-Z]|(?![a-z]{1,3}-?\d$)[\w'’-]*\d")
_NEVER_FIRST = frozenset(",;:)]}.!?…%=+/&>±×")
_CLOSING = "\"'”’»›)]}"
_LOOKBACK = 60


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ABBREVIATIONS = {
    "followed": "eg ie e.g i.e cf vs v.s viz ca approx fig figs eq eqs eqn eqns ref refs incl esp "
    "aka a.k.a Dr Drs Mr Mrs Ms Messrs Prof St Mt",
    "numbered": "no nos nr num vol vols ch chap sec secs sect tab tabs alg def prop thm lem p pp v "
    "c al ver jan feb mar apr jun jul aug sep sept oct nov dec",
    "either": "inc ltd co corp jr sr dept univ assn bros gmbh llc et.al resp proc conf int",
    "dose": "b.d b.i.d t.d.s t.i.d q.i.d o.d a.m p.m i.m i.p i.v p.o s.c",
    "etc": "etc",
}
"""Words before a full stop that need not end a sentence, by what to expect.

``followed``: something always follows. ``numbered``: an abbreviation only before a number or
bracket. ``either``: may end a sentence or stand inside a name. ``dose``: a name hardly ever
follows. Doses and forms of address are taken as written: ``5 ms.`` and ``A.M. Turing``.
"""
_KINDS = {word: kind for kind, words in _ABBREVIATIONS.items() for word in words.split()}
_CAPITALS = _words("NO NOS FIG FIGS EQ VOL VS AL")
"""Abbreviations believed in capitals; any other word in capitals is an acronym (``SR``)."""
_LETTERED = _words(
    "vitamin vitamins hepatitis type types group groups class classes grade grades appendix phase "
    "phases step stage part section table figure system arm arms cohort model models category "
    "influenza protein factor than site case set degrees task subtask track syndrome variable "
    "matrix node company"
)
"""Words after which a single capital letter is a name of its own, not an initial."""
_FIRST_WORDS = _words(
    "a about according across additionally after all also although among an and another any are as "
    "at based because before besides between both building but by can compared consequently "
    "conversely currently code data despite did do does due during each either empirical even "
    "existing experimental experiments extensive few finally first firstly following for from "
    "further furthermore given hence here how however i if important in indeed inspired instead is "
    "it its last lastly many more moreover most motivated much my nevertheless next no none "
    "notably of on once one only or other our overall patients previous recent recently results "
    "second secondly several she similarly since some specifically subjects such surprisingly "
    "than that the their then there therefore these they this those though three through thus to "
    "together two under unfortunately unlike until using via was we were what when where whereas "
    "whether which while who why with within without yet you your"
)
"""Words that open a sentence far more often than they are a name."""
_SMALL_FIRST_WORDS = _words("we this these our it the however moreover furthermore therefore https")
"""First words that are believed even without a capital."""
_LABELS = _words(
    "abstract aim aims objective objectives background conclusion conclusions design discussion "
    "findings interpretation introduction materials method methods motivation purpose results "
    "result setting settings significance summary context importance evidence limitations "
    "limitation measurements participants patients subjects interventions intervention"
)
"""Section labels, which may be joined by ``and``."""


def split(text: str) -> tuple[tuple[int, int], ...]:
    """Find the sentences of a text.

    Args:
        text: Any string.

    Returns:
        ``(start, end)`` character spans, ordered and disjoint, each from its first non-blank
        character to just after its final punctuation and closing quotes or brackets. Every
        non-blank character is inside exactly one span; a blank text has none.
    """
    spans = (_trimmed(text, piece) for piece in _pieces(text))
    return tuple((start, end) for start, end in spans if start < end)


def sentences_of(paper: Paper) -> tuple[Sentence, ...]:
    """Split a paper into its title, always one sentence, and its abstract's sentences.

    A blank title gives no sentence: there is nothing in it to cite.
    """
    whole = _trimmed(paper.title, (0, len(paper.title)))
    title = _sentences(paper, "title", spans=[whole] if whole[0] < whole[1] else [])
    return (*title, *_sentences(paper, "abstract", spans=split(paper.abstract)))


def _sentences(
    paper: Paper, field: Field, *, spans: Iterable[tuple[int, int]]
) -> Iterator[Sentence]:
    text = paper.title if field == "title" else paper.abstract
    for n, (start, end) in enumerate(spans):
        quote = text[start:end]
        yield Sentence(paper_id=paper.id, field=field, ordinal=n, start=start, end=end, text=quote)


def _trimmed(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """Shrink a span to its first and last non-blank character."""
    piece = text[span[0] : span[1]]
    return span[1] - len(piece.lstrip()), span[0] + len(piece.rstrip())


class _Stop(NamedTuple):
    """Final punctuation ``text[first:last]`` and the closers after it, up to ``after``."""

    text: str
    first: int
    last: int
    after: int
    before: str
    """The end of the sentence before it, at most ``_LOOKBACK`` characters."""


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Cut a text, blanks included, at every end of a sentence."""
    begin = position = 0
    while match := _CANDIDATE.search(text, position):
        if match.lastgroup == "math" and _PROSE.search(match.group()):
            position = match.start() + 1  # two prices, not a formula
            continue
        position = match.end()
        end = _end(match, begin)
        if end is not None:
            yield begin, end
            begin = end
    yield begin, len(text)


def _end(match: re.Match[str], begin: int) -> int | None:
    """Return where the sentence begun at ``begin`` ends, if it ends at this candidate."""
    if match.lastgroup == "skip":
        return None
    if match.lastgroup == "gap":
        return match.start() if _ends_at_gap(match, begin) else None
    stop = _stop(match, begin)
    return stop.after if match.lastgroup == "wide" or _ends(stop) else None


def _stop(match: re.Match[str], begin: int) -> _Stop:
    """Describe a candidate; a formula may have its stop just before its closing dollar."""
    text, (first, last) = match.string, match.span()
    if match.lastgroup == "math":
        body = match.group().rstrip("$")
        first, last = first + len(body.rstrip(".?")), first + len(body)
    before = text[max(begin, first - _LOOKBACK) : first].lstrip()
    return _Stop(text, first, last, _skip(_CLOSERS, text, at=match.end()), before)


def _skip(pattern: re.Pattern[str], text: str, *, at: int) -> int:
    """Return the end of a pattern that also matches nothing."""
    match = pattern.match(text, at)
    return match.end() if match else at


def _ends_at_gap(match: re.Match[str], begin: int) -> bool:
    """Decide at an empty line."""
    text = match.string
    before = text[max(begin, match.start() - _LOOKBACK) : match.start()].strip()
    continues = before.endswith((",", ";", ":")) or text[match.end() : match.end() + 1].islower()
    return not continues and not _leads(before)


def _ends(stop: _Stop) -> bool:
    """Decide at a full stop, question mark, exclamation mark or ellipsis."""
    following = _skip(_BLANKS, stop.text, at=stop.after)
    if following == stop.after or stop.first == stop.last:
        return _ends_without_blank(stop)
    head = _skip(_OPENERS, stop.text, at=following)
    char = stop.text[head : head + 1]
    if not char or char in _NEVER_FIRST or _goes_on(stop.before):
        return False
    ends = _ends_before_small if char.islower() else _ends_before_large
    return ends(stop, stop.text[following : head + _LOOKBACK], head=head - following)


def _goes_on(before: str) -> bool:
    """Whether the text before a stop shows that no sentence ends here, whatever follows."""
    if before.endswith(("(", "[", "\\")) or before.rstrip().endswith(","):
        return True
    return _leads(before) or _NUMBER_AFTER_COLON.search(before[-12:]) is not None


def _leads(text: str) -> bool:
    """Whether this is a list number or a section label, which leads the sentence after it."""
    if len(text) >= _LOOKBACK or _LIST_NUMBER.fullmatch(text):
        return len(text) < _LOOKBACK
    words = text.lower().replace("/", " ").split()
    return 0 < len(words) <= 3 and all(word in _LABELS or word == "and" for word in words)


def _ends_before_small(stop: _Stop, rest: str, *, head: int) -> bool:
    """Decide before a small letter: ``we``, ``ii)``, ``mT5``, ``p53``; not ``kg-1``."""
    token = rest[head : _skip(_TOKEN, rest, at=head)]
    if _kind(stop) != "word" or _LISTED.match(rest):
        return _kind(stop) == "word"
    if token in _SMALL_FIRST_WORDS:
        return stop.after == stop.last and _PLAIN_END.search(stop.before) is not None
    return _MIXED.match(token) is not None


def _ends_before_large(stop: _Stop, rest: str, *, head: int) -> bool:
    """Decide before anything else: a capital, a digit, a formula."""
    token, kind = rest[head : _skip(_TOKEN, rest, at=head)], _kind(stop)
    if kind == "word":
        return not (token[:1].isdigit() and _NUMBER_UNFINISHED.search(stop.before))
    if kind == "followed" or (stop.after > stop.last and not stop.before.startswith("(")):
        return False
    if kind == "numbered":
        return not _REFERENCE.match(rest)
    if kind == "etc" or _LISTED.match(rest):
        return True
    if rest[head + len(token) :].startswith("."):
        return False
    known = token.lower() in _FIRST_WORDS or (token.isupper() and token.lower() in _LABELS)
    return known or (kind == "dose" and head == 0 and token.istitle())


def _kind(stop: _Stop) -> str:
    """Sort the word before a stop: ``word``, or a key of ``_ABBREVIATIONS``."""
    words = stop.before.split()
    if not words or stop.before[-1] in _CLOSING + " " or "//" in words[-1]:
        return "word"
    last = words[-1].lstrip("([{*_")
    word = _WORD_BREAK.split(last)[-1]
    small = word.lower()
    if stop.text[stop.first] != ".":
        return "followed" if small in {"yahoo", "hogwild"} else "word"
    if len(word) == 1 and word.isupper():
        named = last != word or (len(words) > 1 and words[-2].lower() in _LETTERED)
        return "word" if named else "either"
    if word.isupper() and word.isalpha() and word not in _CAPITALS:
        return "word"
    if _DOTTED.fullmatch(word):
        return _KINDS.get(word, "either")
    return _KINDS.get(word) or _KINDS.get(small, "word")


def _ends_without_blank(stop: _Stop) -> bool:
    """Decide where no blank follows: only a plain word before and a capitalised one after."""
    match = _GLUED.match(stop.text, stop.after)
    if match is None or stop.last - stop.first != 1 or stop.before[-1:].strip() == "":
        return False
    if _goes_on(stop.before) or _kind(stop) != "word":
        return False
    word, opens = stop.before.split()[-1], match.group(1).lower() in _FIRST_WORDS | _LABELS
    if any(mark in word.strip("0123456789.%)]") for mark in "./\\_"):
        return opens and word[-1] in _CLOSING + "$%"
    small_follows = stop.text[match.end() : match.end() + 2].strip().islower()
    plain = not word[-1].isdigit() if small_follows else re.search("[a-z]{2}$", word)
    return opens or bool(plain)
