"""What is kept of a conversation."""

import unicodedata
from typing import Literal, NamedTuple

from pydantic import field_validator

from rag.errors import UsageError
from rag.schema import Answer, Noun

LONGEST_NOTE = 2_000
LONGEST_TITLE = 200


class Kept(NamedTuple):
    """An answer as it was kept."""

    conversation: str
    time: str
    """UTC, ISO 8601."""
    answer: Answer


class Thread(NamedTuple):
    """One conversation in a list."""

    id: str
    title: str
    """The name it was given, else its first question."""
    answers: int
    time: str
    """Of the last answer: UTC, ISO 8601."""


class Feedback(Noun):
    """What a reader says about an answer."""

    kind: Literal["good", "bad", "wrong citation", "missed paper"]
    note: str = ""
    """At most 2,000 characters; a longer one is a `UsageError`."""

    @field_validator("note")
    @classmethod
    def _short(cls, note: str) -> str:
        if len(note) > LONGEST_NOTE:
            raise UsageError(
                f"a note of {len(note):,} characters; say it in {LONGEST_NOTE:,} or fewer"
            )
        if _halved(note):
            raise UsageError("the note holds half a character (a lone surrogate); type it again")
        return note


def title_of(text: str) -> str:
    """Return a title as it is stored: trimmed.

    Raises:
        UsageError: It is blank, longer than 200 characters, or not one line of text.
    """
    title = text.strip()
    if not title:
        raise UsageError("a blank title; name the conversation in a few words")
    if len(title) > LONGEST_TITLE:
        raise UsageError(
            f"a title of {len(title):,} characters; name the conversation in {LONGEST_TITLE} or "
            "fewer"
        )
    broken = any(unicodedata.category(each) in ("Cc", "Zl", "Zp") for each in title)
    if broken or _halved(title):
        raise UsageError(
            "a title is one line of text; leave out line breaks and control characters"
        )
    return title


def _halved(text: str) -> bool:
    return any("\ud800" <= each <= "\udfff" for each in text)
