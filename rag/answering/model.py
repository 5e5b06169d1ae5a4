"""The port of a language model: messages in, pieces of text out."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, Protocol

from rag.answering.brake import Brake

Json = dict[str, object]
Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length", "filtered"]
"""Why a model ended: it was done, ran out of tokens, or its provider held something back."""

REPLY_TOKENS = 1_024
"""The most tokens that an answer may have; five sentences with ids take about 250."""


class Message(NamedTuple):
    """What is said to a model."""

    role: Role
    content: str


class Usage(NamedTuple):
    """Tokens and cost of a call, as the provider counts them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float | None = None

    def plus(self, other: "Usage") -> "Usage":
        """Return both together."""
        known = [each.usd for each in (self, other) if each.usd is not None]
        read = self.prompt_tokens + other.prompt_tokens
        written = self.completion_tokens + other.completion_tokens
        return Usage(read, written, sum(known) if known else None)


class Piece(NamedTuple):
    """Some more text of a reply."""

    text: str = ""
    finish: Finish | None = None
    """Set once, on the last piece; a stream that ends without it was cut."""
    usage: Usage | None = None


class LanguageModel(Protocol):
    """Writes replies, piece by piece."""

    @property
    def name(self) -> str:
        """Its spec, as in ``ollama:llama3.2``; holds no secret."""
        ...

    @property
    def host(self) -> str | None:
        """The host that texts are sent to; None where they stay in this process."""
        ...

    @property
    def window(self) -> int:
        """Tokens that prompt and reply may have together."""
        ...

    @property
    def structured(self) -> bool:
        """Whether a reply can be held to a JSON schema."""
        ...

    def count_tokens(self, text: str) -> int:
        """Count the tokens of a text, exactly or from above."""
        ...

    def write(
        self,
        messages: Sequence[Message],
        *,
        brake: Brake,
        max_tokens: int,
        schema: Json | None = None,
    ) -> Iterator[Piece]:
        """Yield a reply as it is written; closing the iterator ends the call upstream.

        Args:
            messages: A system message first, then turns of user and assistant.
            brake: Ends the call at its deadline, or sooner.
            max_tokens: Of the reply.
            schema: JSON schema that the reply is held to; ignored unless ``structured``.

        Raises:
            ModelFault: There is no reply, or only a part of one.
        """
        ...
