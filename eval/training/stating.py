"""A yes-no question as the statement that it asks about."""

import re
from typing import NamedTuple

_DOES = frozenset({"do", "does", "did"})
_AUXILIARIES = _DOES | frozenset(
    "is are was were can could has have had will would should must may might".split()
)
_ALONE = frozenset("there it they you he she we i this that these those".split())
"""Subjects of one word."""
_DETERMINERS = frozenset("a an the any all some most".split())
_LONGEST = 7
"""Words of a subject that is looked for in the text."""


class Statement(NamedTuple):
    """What a yes and what a no would say."""

    yes: str
    no: str | None
    """None where the verb stands where it stood in the question: nothing was moved."""


def stated(question: str, context: str) -> Statement | None:
    """Return a yes-no question as statements, or None where it is none or cannot be turned round.

    ``do`` is left out. Any other auxiliary goes behind the subject, which is the longest run of
    words that the context holds too: a passage that answers a question names what it is about,
    and where it says the same, the auxiliary stands between.

    Args:
        question: One that begins with an auxiliary verb, with or without a question mark.
        context: The text that answers it.
    """
    tokens = question.strip().rstrip("?").split()
    if len(tokens) < 3 or tokens[0].lower() not in _AUXILIARIES:
        return None
    auxiliary, rest = tokens[0].lower(), tokens[1:]
    if auxiliary in _DOES:
        return Statement(" ".join(rest), None)
    at = _subject(rest, context)
    if at is None:
        return None
    subject, told = " ".join(rest[:at]), " ".join(rest[at:])
    return Statement(f"{subject} {auxiliary} {told}", f"{subject} {auxiliary} not {told}")


def _subject(words: list[str], context: str) -> int | None:
    """Return how many words the subject has."""
    if words[0].lower() in _ALONE:
        return 1
    known = _plain(context)
    for count in range(min(_LONGEST, len(words) - 1), 0, -1):
        if words[count - 1].lower() in _DETERMINERS:
            continue
        if _plain(" ".join(words[:count])) in known:
            return count
    return 2 if words[0].lower() in _DETERMINERS and len(words) > 2 else None


def _plain(text: str) -> str:
    return f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "
