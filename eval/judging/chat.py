"""What a chat model is."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

Message = Mapping[str, str]
"""``role`` and ``content``."""


class Reply(NamedTuple):
    """What a chat model said, and how much was read and written for it."""

    text: str
    prompt_tokens: int
    completion_tokens: int


class Chat(Protocol):
    """A chat model."""

    @property
    def name(self) -> str:
        """Model, where it runs, and every setting that decides what it says; no secret."""
        ...

    def complete(self, messages: Sequence[Message], *, seed: int, max_tokens: int) -> Reply:
        """Return the model's reply to messages of ``role`` and ``content``.

        Raises:
            JudgeError: There is no reply.
        """
        ...
