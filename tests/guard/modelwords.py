"""What the bodies of the four protocols of language models look like, whole and streamed."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from modelline import Asked, Json, Line
from modelserver import Script

SSE = "text/event-stream; charset=utf-8"


class Reply(NamedTuple):
    """What a model says."""

    text: str = (
        "BERT masks fifteen percent of the tokens [S1]. It predicts them from both sides [S2]."
    )
    finish: str | None = "stop"
    """``stop``, ``length``, ``filtered`` or ``refusal``; None where the stream just ends."""
    read: int = 42
    """Tokens of the prompt, as the provider counts them."""
    written: int = 17
    """Tokens of the reply."""


class Dialect(NamedTuple):
    """A protocol."""

    name: str
    kind: str
    """Media type of a stream."""
    streams: Callable[[Asked], bool]
    """Whether a request wants a stream."""
    whole: Callable[[Reply], Json]
    events: Callable[[Reply, Sequence[str], Asked], Iterator[bytes]]
    """The parts of a stream, the text cut as given."""
    error: Callable[[int, str, str], Json]
    """The body of an error: status, code, message."""


def cut(text: str, chance: random.Random) -> list[str]:
    """Cut a text into deltas of one to twelve characters."""
    cuts, at = [], 0
    while at < len(text):
        size = chance.randint(1, 12)
        cuts.append(text[at : at + size])
        at += size
    return cuts


def dialect_of(path: str) -> Dialect:
    """Return the protocol that a path belongs to."""
    if path.endswith("/v1/messages"):
        return ANTHROPIC
    if path.startswith("/api/"):
        return OLLAMA
    return GOOGLE if "enerateContent" in path else OPENAI


def says(reply: Reply | Callable[[Json], Reply], *, pause: float = 0.0) -> Script:
    """Return a script that answers well, in whichever protocol it is asked.

    Args:
        reply: The reply, or how it is made of the request's body.
        pause: Seconds after each part of a stream.
    """

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        if asked.method == "GET" or asked.path == "/api/show":
            line.whole(200, packed(LISTS.get(asked.path.partition("?")[0], {})))
            return
        said = reply(asked.json) if callable(reply) else reply
        dialect = dialect_of(asked.path)
        if not dialect.streams(asked):
            line.whole(200, packed(dialect.whole(said)))
            return
        line.begin(dialect.kind)
        for event in dialect.events(said, cut(said.text, chance), asked):
            line.chunk(event)
            if pause:
                line.wait(pause)
        line.end()

    return script


def packed(body: object) -> bytes:
    """Return JSON as it goes over the wire."""
    return json.dumps(body, separators=(",", ":")).encode()


def sse(data: object, event: str | None = None) -> bytes:
    """Return a server-sent event."""
    named = f"event: {event}\n".encode() if event else b""
    return named + b"data: " + packed(data) + b"\n\n"


def _asks_stream(asked: Asked) -> bool:
    return bool(asked.json.get("stream"))


# OpenAI, and the many servers that speak its protocol

_OPENAI_ENDS = {"filtered": "content_filter", "refusal": "content_filter"}


def _openai_usage(reply: Reply) -> Json:
    total = reply.read + reply.written
    return {
        "prompt_tokens": reply.read, "completion_tokens": reply.written, "total_tokens": total,
    }  # fmt: skip


def _openai_whole(reply: Reply) -> Json:
    finish = _OPENAI_ENDS.get(reply.finish or "", reply.finish)
    message = {"role": "assistant", "content": reply.text}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    about = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "m"}
    return {**about, "choices": [choice], "usage": _openai_usage(reply)}


def openai_chunk(delta: Json, finish: str | None = None) -> Json:
    """Return one chunk of OpenAI's stream."""
    about = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return {**about, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _openai_events(reply: Reply, cuts: Sequence[str], asked: Asked) -> Iterator[bytes]:
    yield sse(openai_chunk({"role": "assistant", "content": ""}))
    for text in cuts:
        yield sse(openai_chunk({"content": text}))
    if reply.finish is None:
        return
    yield sse(openai_chunk({}, _OPENAI_ENDS.get(reply.finish, reply.finish)))
    if (asked.json.get("stream_options") or {}).get("include_usage"):
        yield sse({**openai_chunk({}), "choices": [], "usage": _openai_usage(reply)})
    yield b"data: [DONE]\n\n"


def _openai_error(status: int, code: str, message: str) -> Json:
    return {"error": {"message": message, "type": "error", "param": None, "code": code}}


OPENAI = Dialect("openai", SSE, _asks_stream, _openai_whole, _openai_events, _openai_error)


# Anthropic

_ANTHROPIC_ENDS = {"stop": "end_turn", "length": "max_tokens", "filtered": "refusal"}


def _anthropic_message(reply: Reply, content: list[Json], finish: str | None) -> Json:
    about = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m"}
    usage = {"input_tokens": reply.read, "output_tokens": reply.written if finish else 1}
    ends = {"stop_reason": finish, "stop_sequence": None}
    return {**about, "content": content, **ends, "usage": usage}


def _anthropic_whole(reply: Reply) -> Json:
    finish = _ANTHROPIC_ENDS.get(reply.finish or "", reply.finish)
    return _anthropic_message(reply, [{"type": "text", "text": reply.text}], finish)


def _anthropic_events(reply: Reply, cuts: Sequence[str], asked: Asked) -> Iterator[bytes]:
    def event(kind: str, **fields: object) -> bytes:
        return sse({"type": kind, **fields}, kind)

    yield event("message_start", message=_anthropic_message(reply, [], None))
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    yield event("ping")
    for text in cuts:
        yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})
    if reply.finish is None:
        return
    yield event("content_block_stop", index=0)
    finish = _ANTHROPIC_ENDS.get(reply.finish, reply.finish)
    delta = {"stop_reason": finish, "stop_sequence": None}
    yield event("message_delta", delta=delta, usage={"output_tokens": reply.written})
    yield event("message_stop")


def _anthropic_error(status: int, code: str, message: str) -> Json:
    return {"type": "error", "error": {"type": code, "message": message}}


ANTHROPIC = Dialect(
    "anthropic", SSE, _asks_stream, _anthropic_whole, _anthropic_events, _anthropic_error
)


# Ollama, one JSON object a line

_OLLAMA_ENDS = {"filtered": "content_filter", "refusal": "content_filter"}


def _ollama_part(text: str) -> Json:
    message = {"role": "assistant", "content": text}
    return {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": False}


def _ollama_end(reply: Reply, text: str) -> Json:
    finish = _OLLAMA_ENDS.get(reply.finish or "", reply.finish)
    counts = {"prompt_eval_count": reply.read, "eval_count": reply.written, "total_duration": 1}
    return {**_ollama_part(text), "done": True, "done_reason": finish, **counts}


def _ollama_events(reply: Reply, cuts: Sequence[str], asked: Asked) -> Iterator[bytes]:
    for text in cuts:
        yield packed(_ollama_part(text)) + b"\n"
    if reply.finish is not None:
        yield packed(_ollama_end(reply, "")) + b"\n"


OLLAMA = Dialect(
    "ollama",
    "application/x-ndjson",
    lambda asked: asked.json.get("stream", True),
    lambda reply: _ollama_end(reply, reply.text),
    _ollama_events,
    lambda status, code, message: {"error": message},
)


# Google

_GOOGLE_ENDS = {
    "stop": "STOP", "length": "MAX_TOKENS", "filtered": "SAFETY", "refusal": "PROHIBITED_CONTENT",
}  # fmt: skip


def _google_part(reply: Reply, text: str, finish: str | None) -> Json:
    content = {"role": "model", "parts": [{"text": text}]}
    candidate: Json = {"content": content, "index": 0}
    if finish:
        candidate["finishReason"] = _GOOGLE_ENDS.get(finish, finish)
    written = reply.written if finish else 1
    counts = {"promptTokenCount": reply.read, "candidatesTokenCount": written}
    counts["totalTokenCount"] = reply.read + written
    about = {"modelVersion": "m", "responseId": "r"}
    return {"candidates": [candidate], "usageMetadata": counts, **about}


def _google_events(reply: Reply, cuts: Sequence[str], asked: Asked) -> Iterator[bytes]:
    for text in cuts:
        yield sse(_google_part(reply, text, None))
    if reply.finish is not None:
        yield sse(_google_part(reply, "", reply.finish))


def _google_error(status: int, code: str, message: str) -> Json:
    return {"error": {"code": status, "message": message, "status": code.upper()}}


GOOGLE = Dialect(
    "google",
    SSE,
    lambda asked: "streamGenerateContent" in asked.path,
    lambda reply: _google_part(reply, reply.text, reply.finish),
    _google_events,
    _google_error,
)

LISTS: dict[str, Json] = {
    "/v1/models": {"object": "list", "data": [{"id": "m", "object": "model", "created": 0}]},
    "/api/tags": {"models": [{"name": "m", "model": "m"}]},
    "/v1beta/models": {"models": [{"name": "models/m"}]},
}
"""What a server answers when it is asked for its models, by path."""
