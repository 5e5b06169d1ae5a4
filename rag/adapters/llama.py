"""Any llama-index LLM behind our port of a language model."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple, cast

from rag.adapters.call import Call, SchemaRefused, Translated, steps
from rag.adapters.raw import finish_of, usage_of
from rag.answering.brake import Brake
from rag.answering.model import Json, Message, Piece
from rag.embedding.port import estimated_tokens

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage, ChatResponse
    from llama_index.core.llms import LLM

WINDOW = 8_192
"""Tokens of context where a model does not tell."""

Options = Callable[[int, Json | None], dict[str, object]]
"""Keyword arguments of a call, from the reply's most tokens and its schema."""


class Seat(NamedTuple):
    """What is known of a model beside the object that talks to it."""

    name: str
    """Its spec."""
    host: str | None = None
    window: int | None = None
    """Tokens; what the llama-index object tells where None."""
    structured: bool = False
    tells_finish: bool = True
    """Whether a reply without a reason for its end was cut."""


def _no_options(max_tokens: int, schema: Json | None) -> dict[str, object]:
    """Return nothing: a foreign object takes no argument that we could know."""
    return {}


class LlamaModel:
    """A language model that a llama-index object connects to.

    Args:
        llm: Makes the object, once, when it is first used.
        seat: What else is known.
        options: Makes the arguments of a call.
    """

    def __init__(
        self, llm: Callable[[], "LLM"], seat: Seat, options: Options = _no_options
    ) -> None:
        self._make = llm
        self._made: LLM | None = None
        self._seat = seat
        self._options = options
        self._structured = seat.structured

    @property
    def name(self) -> str:
        """The spec."""
        return self._seat.name

    @property
    def host(self) -> str | None:
        """The host that texts are sent to, where it is known."""
        return self._seat.host

    @property
    def window(self) -> int:
        """Tokens that prompt and reply may have together."""
        if self._seat.window is not None:
            return self._seat.window
        try:
            return self._llm.metadata.context_window or WINDOW
        except (ValueError, AttributeError, KeyError):
            return WINDOW  # llama-index knows some models by name only

    @property
    def structured(self) -> bool:
        """Whether replies are held to a schema; False once the server has refused one."""
        return self._structured

    def count_tokens(self, text: str) -> int:
        """Count from above: three bytes a token."""
        return estimated_tokens(text)

    def write(
        self,
        messages: Sequence[Message],
        *,
        brake: Brake,
        max_tokens: int,
        schema: Json | None = None,
    ) -> Iterator[Piece]:
        """Yield a reply as it is written.

        A server that does not know schemas is asked again without, and from then on always.

        Raises:
            ModelFault: There is no reply, or only a part of one.
            ModelUnavailable: The connector is not installed.
        """
        if schema is not None and self._structured:
            try:
                yield from self._written(messages, brake, self._options(max_tokens, schema))
            except SchemaRefused:
                self._structured = False
            else:
                return
        yield from self._written(messages, brake, self._options(max_tokens, None))

    @property
    def _llm(self) -> "LLM":
        if self._made is None:
            self._made = self._make()
        return self._made

    def _written(
        self, messages: Sequence[Message], brake: Brake, options: Mapping[str, object]
    ) -> Iterator[Piece]:
        call = Call(self.name, brake)
        llm = self._llm
        # The stream is asked for within a step, since some connectors send their request there.
        stream = _stream(llm, [_chat(each) for each in messages], options)
        ended = False
        with closing(call), Translated(call):
            for response in steps(stream, call):
                piece = _piece(response)
                ended = ended or piece.finish is not None
                yield piece
        if not ended:
            if self._seat.tells_finish:
                raise call.fault("cut")
            yield Piece(finish="stop")


def from_llama(llm: "LLM", *, name: str | None = None, host: str | None = None) -> LlamaModel:
    """Return any llama-index ``LLM`` as a language model of ours.

    Its own timeouts and retries hold beside our deadline. Where its replies tell no reason
    for their end, the end is taken for a good one.

    Args:
        llm: The object.
        name: What to call it; its class and model where none is given.
        host: Where it sends texts, for the badge and ``attest doctor``; None hides nothing
            that could be known.
    """
    metadata = llm.metadata
    called = name or f"llama-index:{llm.class_name()}/{metadata.model_name}"
    return LlamaModel(lambda: llm, Seat(called, host, tells_finish=False))


def _stream(
    llm: "LLM", messages: list["ChatMessage"], options: Mapping[str, object]
) -> Iterator["ChatResponse"]:
    yield from llm.stream_chat(messages, **options)


def _chat(message: Message) -> "ChatMessage":
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    return ChatMessage(role=MessageRole(message.role), content=message.content)


def _piece(response: "ChatResponse") -> Piece:
    seen: tuple[object, ...] = (
        response.raw,
        cast("object", response.additional_kwargs),  # pyright: ignore[reportUnknownMemberType]
        cast("object", response.message.additional_kwargs),
    )
    return Piece(response.delta or "", finish_of(seen), usage_of(seen))
