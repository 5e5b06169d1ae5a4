"""Everything that is known to go wrong between a client and a language model, as a table.

Each row says what a client may make of it, so that a test needs no opinion of its own.
"""

from collections.abc import Callable
from typing import NamedTuple

import modelplaces as place
import modelscripts as does
from modelserver import ModelServer, Script
from modelwords import SSE, Reply, openai_chunk, packed, says, sse

EVERY = frozenset({"openai", "anthropic", "ollama", "google"})
OPENAI = frozenset({"openai"})
EVENTS = EVERY - {"ollama"}
"""Protocols that stream server-sent events."""


class Fault(NamedTuple):
    """One thing that goes wrong."""

    name: str
    expected: frozenset[str]
    """Kinds of ``rag.errors.FAULTS`` that are right; none where a good reply is."""
    script: Script = does.hangs_up
    most_calls: int = 1
    """Requests that a client may send, retries included; more than one only where they help."""
    good: bool = False
    """Whether the whole reply is right too, where it arrives in the end."""
    seconds: float = 30.0
    """The deadline to meet it with: long where it tells by itself, even on a busy machine."""
    dialects: frozenset[str] = EVERY
    serve: Callable[..., place.Served] = ModelServer

    def open(self, seed: int) -> place.Served:
        """Start the server that has the fault."""
        return self.serve(self.script, seed=seed)


def _fault(name: str, expected: str, script: Script = does.hangs_up, **more: object) -> Fault:
    kinds = frozenset(filter(None, expected.split("|")))
    return Fault(name, kinds, script, **more)  # type: ignore[arg-type]


def _slow(name: str, expected: str, script: Script = does.hangs_up, **more: object) -> Fault:
    return _fault(name, expected, script, seconds=1.5, **more)


_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
_TEXT = sse(openai_chunk({"content": "Half a "}))
_SHAPES = [
    [], 7, "text", True, {"choices": "none"}, {"choices": {"0": {}}}, {"choices": [7]},
    {"choices": [None]}, {"choices": [[]]}, {"choices": [{"delta": "text"}]},
    {"choices": [{"index": 0, "delta": {"content": 7}}]}, {"choices": 7},
    {"choices": [{"index": 0, "delta": {"content": ["a", "b"]}}]},
    {"choices": [{"index": 0, "delta": {"content": {"text": "a"}}}]},
    {"choices": [{"index": 0, "delta": {"tool_calls": 1}}]},
]  # fmt: skip
_BROKEN = [
    b"{", b"[", b"{]", b'{"a":}', b"nul", b'"open', b'{"a" 1}', b"[1,,2]", b"{'a': 1}", b"\x00",
    b'{"choices":[{"delta":{"content":"half', b"[" * 100_000, b'"\\ud8', b"0x1F", b"+1", b"--",
    b'{"a":1}{"b":2}', b"\xef\xbb\xbf{", b'["\t', b"<html>", b"data: data: {}",
]  # fmt: skip
_TOO_LONG = [
    (400, "context_length_exceeded", "This model's maximum context length is 8192 tokens."),
    (400, "invalid_request_error", "prompt is too long: 214567 tokens > 200000 maximum"),
    (400, "BadRequestError", "Requested 9001 tokens exceeds the maximum context length 8192"),
    (400, "exceed_context_size_error", "the request exceeds the available context size"),
    (413, "request_too_large", "Request exceeds the maximum size"),
    (400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens"),
    (422, "validation", "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000"),
]


def _bad_utf8(part: bytes, chance: object) -> bytes:
    return part.replace(b'"content":"', b'"content":"\xc3\x28\xff').replace(
        b'"text":"', b'"text":"\xc3\x28\xff'
    )


CONNECTIONS = [
    _fault("connection refused", "unreachable", most_calls=0, serve=place.nowhere),
    _fault("name that does not resolve", "unreachable", most_calls=0, serve=place.unknown),
    _slow("full queue, never accepted", "timeout|unreachable", most_calls=0, serve=place.full),
    _fault("plain HTTP where TLS is expected", "unreachable", place.no_tls, serve=place.Secured),
    _slow("TLS handshake never answered", "timeout", does.stalls, serve=place.Secured),
    _fault("TLS where plain HTTP is expected", "cut|garbled", does.raw(b"\x15\3\1\0\2\2\x46")),
    _fault("hangs up without a byte", "cut"),
    _fault("reset before a byte", "cut", lambda line, asked, chance: line.reset()),
    _fault("redirect to another host", "rejected|failed", serve=place.Moved),
]
SLOW = [
    _slow("stall before the headers", "timeout", does.stalls),
    _slow("headers a byte at a time", "timeout", does.drips(_OK + b"X-Slow: ", b"x", 0.05)),
    _slow("stall within the headers", "timeout", does.raw(_OK, end=lambda line: line.stall())),
    _slow("stall in the middle of the body", "timeout", does.breaks(lambda line: line.stall())),
    _slow("a byte a second for ever", "timeout", does.drips(_OK + b"\r\ndata: {", b"x", 1.0)),
    _slow("comments for ever", "timeout", does.drips(_OK + b"\r\n", b": ping\n\n", 0.05)),
    _slow("deltas for ever", "timeout", does.drips(_OK + b"\r\n", _TEXT, 0.05), dialects=OPENAI),
    _slow("blank lines for ever", "timeout", does.drips(_OK + b"\r\n", b"\n", 0.05)),
    _slow(
        "interim answers for ever", "timeout|cut|garbled",
        does.drips(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.05),
    ),
    _slow("stall after the end", "timeout", does.streams(after=Reply(), end=False), good=True),
]  # fmt: skip
STATUSES = [
    *(
        _fault(f"status {status}", "busy", does.refuses(status), most_calls=3)
        for status in (408, 409, 429, 500, 502, 503, 504, 529)
    ),
    _fault("retry after 0 s", "busy", does.busy("0"), most_calls=3),
    _fault("retry after 1 s", "busy", does.busy("1"), most_calls=3),
    _fault("retry after half a second", "busy", does.busy("0.5"), most_calls=3),
    _fault("retry after 3600 s", "busy", does.busy("3600")),
    _fault("retry after -1", "busy", does.busy("-1"), most_calls=3),
    _fault("retry after words", "busy", does.busy("when it rains"), most_calls=3),
    _fault("retry after nothing", "busy", does.busy(""), most_calls=3),
    _fault("retry after infinity", "busy", does.busy("inf"), most_calls=3),
    _fault("retry after a date gone by", "busy", does.busy_until(-60), most_calls=3),
    _fault("retry after a date to come", "busy", does.busy_until(3600)),
    _fault(
        "503 then good", "", does.then(does.busy(None, 503), says(Reply())), most_calls=2,
        good=True,
    ),
    _fault("429 then good", "", does.then(does.busy("0"), says(Reply())), most_calls=2, good=True),
    _fault(
        "busy twice then good", "", does.then(does.busy("0"), does.busy("0", 529), says(Reply())),
        most_calls=3, good=True,
    ),
    _fault("400", "rejected", does.refuses(400, "invalid_request_error", "temperature?")),
    _fault("prompt too long", "too long", does.one_of([does.refuses(*s) for s in _TOO_LONG])),
    _fault("401 with the key in it", "denied", does.echoes_key),
    _fault("402", "denied", does.refuses(402, "insufficient_quota")),
    _fault("403", "denied", does.refuses(403, "permission_denied")),
    _fault("404", "missing", does.refuses(404, "model_not_found")),
    _fault("405", "rejected|missing", does.refuses(405)),
    _fault("422", "rejected", does.refuses(422)),
    _fault("501", "rejected|failed", does.refuses(501)),
    _fault("204", "empty|cut|garbled", does.raw(b"HTTP/1.1 204 No Content\r\n\r\n")),
    _slow("error whose body stalls", "rejected|timeout", does.raw(
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 99\r\n\r\n{", end=lambda line: line.stall())),
    _fault("error whose body never ends", "rejected", does.floods(
        b"HTTP/1.1 400 Bad Request\r\n\r\n", b"x" * 65536)),
]  # fmt: skip
BODIES = [
    _fault("web page", "garbled", does.body(b"<html>Sign in</html>", "text/html; charset=utf-8")),
    _fault("web page called JSON", "garbled|cut", does.body(b"<html>Sign in</html>")),
    _fault("web page called a stream", "garbled|cut", does.body(b"<html>Sign in</html>", SSE)),
    _fault("empty body", "empty|cut|garbled", does.body(b"")),
    _fault("empty stream", "empty|cut", does.body(b"", SSE)),
    _fault("broken JSON", "garbled|cut", does.one_of([does.body(each) for each in _BROKEN])),
    _fault("broken JSON in an event", "garbled|cut", does.one_of(
        [does.streams(b"data: " + each + b"\n\n") for each in _BROKEN]), dialects=EVENTS),
    _fault("JSON of another shape", "garbled|cut|empty", does.one_of(
        [does.body(packed(each)) for each in _SHAPES])),
    _fault("an event of another shape", "garbled|cut|failed", does.one_of(
        [does.event(each) for each in _SHAPES]), dialects=OPENAI),
    _fault("whole reply where a stream was asked for", "garbled|cut", does.whole(), good=True),
    _fault("an error with status 200", "failed|cut|garbled", does.body(
        b'{"error":{"message":"out of memory","code":500}}')),
    _fault("gzip bomb", "garbled", does.compressed_bomb),
    _fault("100 MB body", "garbled", does.floods(_OK + b"\r\n", b": " + b"x" * 65533 + b"\n")),
    _fault("100 MB line", "garbled", does.floods(_OK + b"\r\ndata: ", b"x" * 65536)),
    _fault("headers without end", "cut|garbled|timeout", does.floods(_OK, b"X: y\r\n" * 500)),
    _fault("reset in the middle", "cut", does.breaks(lambda line: line.reset())),
    _fault("hang-up in the middle", "cut", does.breaks(lambda line: None)),
    _fault("Content-Length longer than the body", "cut", does.raw(
        _OK + b"Content-Length: 9999\r\n\r\n" + _TEXT)),
    _fault("Content-Length shorter than the body", "cut|garbled|empty", does.raw(
        _OK + b"Content-Length: 9\r\n\r\n" + _TEXT * 3)),
    _fault("two lengths", "cut|garbled", does.raw(
        _OK + b"Content-Length: 9\r\nContent-Length: 8\r\n\r\n" + _TEXT)),
    _fault("chunk of no size", "cut|garbled", does.raw(
        _OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + _TEXT)),
    _fault("chunk shorter than it says", "cut|garbled", does.raw(
        _OK + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n" + _TEXT + b"\r\n0\r\n\r\n")),
    _fault("status line of nonsense", "cut|garbled", does.raw(b"HELLO 200\r\n\r\n" + _TEXT)),
    _fault("header with a NUL", "cut|garbled", does.raw(_OK + b"X: a\0b\r\n\r\n" + _TEXT)),
]  # fmt: skip
_NOBODY = "Nobody has shown this [S99]. Nor this [S0] [S-1] [paper 7]."
REPLIES = [
    _fault("stream cut without an end", "cut", does.streams()),
    _fault("stream cut within an event", "cut|garbled", does.breaks(lambda line: line.end())),
    _fault("error event at once", "failed|cut|garbled", does.streams(
        sse({"error": {"message": "overloaded", "type": "overloaded_error"}}, "error"), after=None),
        dialects=EVENTS),
    _fault("error event in the middle", "failed|cut|garbled", does.streams(
        sse({"type": "error", "error": {"message": "down", "type": "api_error"}}, "error")),
        dialects=EVENTS),
    _fault("error line in the middle", "failed|cut|garbled", does.streams(
        b'{"error":"an error was encountered while running the model"}\n'),
        dialects=frozenset({"ollama"})),
    _fault("bad UTF-8 in a delta", "garbled", does.spoils(_bad_utf8)),
    _fault("end and no text", "empty", says(Reply(""))),
    _fault("end and blank text", "empty", says(Reply(" \n\t\n "))),
    _fault("[DONE] and no text", "cut|empty", does.streams(b"data: [DONE]\n\n", after=None),
           dialects=OPENAI),
    _fault("text and [DONE] without an end", "cut", does.streams(b"data: [DONE]\n\n"),
           dialects=OPENAI),
    _fault("null content", "empty", does.streams(
        sse(openai_chunk({"content": None}, "stop")), after=None), dialects=OPENAI),
    _fault("no choices", "cut|empty", does.streams(sse({"choices": []}), after=None),
           dialects=OPENAI),
    _fault("null choices", "cut|empty|garbled", does.streams(sse({"choices": None}), after=None),
           dialects=OPENAI),
    _fault("ran out of tokens", "length", says(Reply(finish="length"))),
    _fault("filtered", "filtered", says(Reply(finish="filtered"))),
    _fault("refusal", "filtered", says(Reply(finish="refusal"))),
    _fault("filtered before a word", "filtered", says(Reply("", "filtered"))),
    _fault("an end that nobody knows", "filtered|failed|cut", says(Reply(finish="abort"))),
    _fault("calls a tool", "filtered|failed|cut|empty", says(Reply("", "tool_calls")),
           dialects=OPENAI),
    _fault("ids that do not exist", "", says(Reply(_NOBODY)), good=True),
]  # fmt: skip
FAULTS = [*CONNECTIONS, *SLOW, *STATUSES, *BODIES, *REPLIES]
"""The whole table."""
