"""Papers that were taken back: what a record tells of it, in one form.

A retraction is ``retracted``, ``withdrawn`` or ``expression of concern``, mostly followed by
a colon and the words in which the source tells it. Pure. A notice that takes *another* paper
back, ``Retraction: …`` or ``Retraction of …``, is a paper like any other.
"""

import re

KINDS = ("retracted", "withdrawn", "expression of concern")
"""What can be told of a paper, the gravest first."""

LONGEST = 300
"""Characters of the source's words that are kept."""

_WORK = (
    r"(?:abstract|article|chapter|letter|manuscript|note|paper|preprint|publication|review|study"
    r"|submission|version|work)"
)
_DONE = r"(?P<kind>retracted|withdrawn)"
_AT_START = re.compile(
    rf"\W*{_DONE}(?:[ -]{_WORK})?(?:\s*[:\])]|\s+[–—-]\s)\W*"
    rf"|\W*(?:this )?{_WORK} (?:has been |was )?(?P<said>retracted|withdrawn)"
    r"(?:\s+(?:by|due|at|on)\b|\W*$).*",
    re.IGNORECASE,
)
_SHOUTED = re.compile(rf"(?P<kind>RETRACTED|WITHDRAWN)(?: {_WORK.upper()})? (?=.*[a-z])")
_AT_END = re.compile(
    rf"\s*[(\[]{_DONE}\b(?:[ -]{_WORK})?(?:[.,:;][^()\[\]]{{0,200}})?[)\]]\W*$", re.IGNORECASE
)
_SAID = re.compile(
    rf"(?:^\W*|[.;,(\[]\s*)(?:(?:this|the|our)\s+)?(?:arxiv\s+)?(?:{_WORK}\s+)?"
    r"(?:(?:has|have|had|is|was|been|being|to|be|now|hereby|temporarily)\s+){0,5}"
    rf"{_DONE}\b(?!\s+(?:from\s+(?!(?:the\s+)?arxiv)|arxiv|sample|students?))",
    re.IGNORECASE,
)
_OPENING = re.compile(
    rf"\W*(?:this|the|our)\s+(?:\w+\s+)?{_WORK}\s+(?:has\s+been|have\s+been|is|was|is\s+being)\s+"
    rf"(?:\w+ly\s+)?{_DONE}\b",
    re.IGNORECASE,
)
_TYPE = re.compile(
    r"(retracted|withdrawn)[ -](?:publication|article|paper)|^\s*(retracted|withdrawn)\s*$",
    re.IGNORECASE,
)
_NOTED = re.compile(
    rf"^[ \t]*(?P<kind>{'|'.join(KINDS)})[ \t]*(?::[ \t]*(?P<words>\S.*)|\.?[ \t]*$)",
    re.IGNORECASE | re.MULTILINE,
)


def told(kind: str, words: str = "") -> str:
    """Return a retraction of one of `KINDS`, with the source's words where there are any."""
    plain = " ".join(words.split())
    if len(plain) > LONGEST:
        plain = plain[:LONGEST].rsplit(" ", 1)[0] + " …"
    return f"{kind}: {plain}" if plain else kind


def in_title(title: str) -> str | None:
    """Return what a title says, such as ``RETRACTED: …`` or ``… (Retracted article. See …)``."""
    start = _AT_START.match(title) or _SHOUTED.match(title)
    found = start or _AT_END.search(title)
    if found is None:
        return None
    kind = found["kind"] or found.groupdict().get("said") or ""
    return told(kind.lower(), "" if start and found["kind"] else found[0].strip(" ()[]"))


def unmarked(title: str) -> str:
    """Return a title without the mark, so that a paper is known again under either."""
    start = _AT_START.match(title) or _SHOUTED.match(title)
    if start is not None and start["kind"]:
        return title[start.end() :] or title
    return _AT_END.sub("", title) or title


def in_abstract(abstract: str) -> str | None:
    """Return what the beginning of an abstract says, ``This paper has been withdrawn …``."""
    found = _OPENING.match(abstract)
    return told(found["kind"].lower(), abstract) if found else None


def in_comment(comment: str) -> str | None:
    """Return what the comment to a preprint says: ``withdrawn by the authors``, and the like."""
    found = _SAID.search(comment)
    return told(found["kind"].lower(), comment) if found else None


def in_types(types: str) -> str | None:
    """Return what types of publication say; ``Retraction of Publication`` says nothing."""
    found = _TYPE.search(types)
    return (found[1] or found[2]).lower() if found else None


def in_note(note: str) -> str | None:
    """Return what a line of a note says that begins with one of `KINDS`."""
    found = _NOTED.search(note)
    return told(found["kind"].lower(), found["words"] or "") if found else None


def gravest(*found: str | None) -> str | None:
    """Return the gravest retraction, of several the one in the most words."""
    return min(filter(None, found), key=_rank, default=None)


def labelled(retraction: str | None) -> str:
    """Return ``[RETRACTED: the source's words]`` to stand beside a paper; nothing for none."""
    kind, colon, words = (retraction or "").partition(":")
    return f"[{kind.upper()}{colon}{words}]" if kind else ""


def _rank(retraction: str) -> tuple[int, int, str]:
    kind = next((at for at, name in enumerate(KINDS) if retraction.startswith(name)), len(KINDS))
    return kind, -len(retraction), retraction
