"""A language model that says what a test tells it, through the port that real ones use."""

from collections.abc import Callable, Iterator, Sequence

from rag.answering.brake import Brake
from rag.answering.model import Finish, Json, Message, Piece, Usage
from rag.errors import FAULTS, ModelFault

Reply = str | Callable[[Sequence[Message]], str]


class Scripted:
    """Says one reply after the other, the last one again and again.

    Args:
        replies: Texts, or functions of what was sent.
        fault: Raised after the text instead of an end.
        finish: Reason told at the end; none is told where None.
        window: Tokens of context; a token is four characters.
        structured: Whether it takes schemas.
    """

    name = "scripted:test"
    host = None

    def __init__(
        self,
        *replies: Reply,
        fault: str | None = None,
        finish: Finish | None = "stop",
        window: int = 8_000,
        structured: bool = False,
    ) -> None:
        self._replies = replies
        self._fault = fault
        self._finish: Finish | None = finish
        self.window = window
        self.structured = structured
        self.sent: list[Sequence[Message]] = []
        self.schemas: list[Json | None] = []
        self.ended = 0
        """Calls that were left, however they ended."""

    def count_tokens(self, text: str) -> int:
        return -(-len(text) // 4)

    def write(
        self,
        messages: Sequence[Message],
        *,
        brake: Brake,
        max_tokens: int,
        schema: Json | None = None,
    ) -> Iterator[Piece]:
        self.schemas.append(schema)
        self.sent.append(messages)
        reply = self._replies[min(len(self.sent), len(self._replies)) - 1]
        text = reply if isinstance(reply, str) else reply(messages)
        try:
            for start in range(0, len(text), 7):
                yield Piece(text[start : start + 7])
            if self._fault:
                raise ModelFault(self._fault, f"{self.name} {FAULTS[self._fault]}")
            yield Piece(finish=self._finish, usage=Usage(100, 20, 0.002))
        finally:
            self.ended += 1
