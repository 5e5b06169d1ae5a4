"""What a server of language models may do wrong, as scripts; each works in every protocol."""

import gzip
import random
import time
from collections.abc import Callable, Sequence
from email.utils import formatdate

from modelline import Asked, Line
from modelserver import Script
from modelwords import Reply, cut, dialect_of, packed, says, sse

SPOKEN = Reply()
HALF = SPOKEN._replace(finish=None)
"""The text of a reply without what ends it."""
JSON = "application/json"


def refuses(
    status: int, code: str = "error", message: str = "No.", *headers: tuple[str, str]
) -> Script:
    """Answer with an error in the words of the protocol."""

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        body = dialect_of(asked.path).error(status, code, message)
        line.whole(status, packed(body), JSON, *headers)

    return script


def busy(retry_after: str | None, status: int = 429) -> Script:
    """Answer that there is too much to do, and when to come back."""
    named = [] if retry_after is None else [("Retry-After", retry_after)]
    return refuses(status, "rate_limit_exceeded", "Slow down.", *named)


def busy_until(seconds: float) -> Script:
    """Answer that there is too much to do until a date, some seconds from the request."""

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        busy(formatdate(time.time() + seconds, usegmt=True))(line, asked, chance)

    return script


def then(*scripts: Script) -> Script:
    """Answer each request by the next script; the last one stays."""

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        scripts[min(asked.number, len(scripts) - 1)](line, asked, chance)

    return script


def echoes_key(line: Line, asked: Asked, chance: random.Random) -> None:
    """Answer that the key is wrong, and repeat it, as some do."""
    keys = [asked.headers.get(name, "") for name in ("authorization", "x-api-key")]
    keys.append(asked.headers.get("x-goog-api-key", ""))
    said = f"Incorrect API key provided: {' '.join(keys)}. Path {asked.path}"
    more = ("WWW-Authenticate", f"Bearer {keys[0]}")
    refuses(401, "invalid_api_key", said, more)(line, asked, chance)


def body(content: bytes, kind: str = JSON, *headers: tuple[str, str]) -> Script:
    """Answer 200 with a whole body, whatever was asked."""
    return lambda line, asked, chance: line.whole(200, content, kind, *headers)


def stalls(line: Line, asked: Asked, chance: random.Random) -> None:
    """Never answer."""
    line.stall()


def hangs_up(line: Line, asked: Asked, chance: random.Random) -> None:
    """Close the connection without a byte."""


def raw(*parts: bytes, end: Callable[[Line], object] = lambda line: None) -> Script:
    """Send bytes as they are."""

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        for part in parts:
            line.send(part)
        end(line)

    return script


def drips(head: bytes, drop: bytes, seconds: float) -> Script:
    """Send some bytes again and again, for ever."""

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        line.send(head)
        while True:
            line.send(drop)
            line.wait(seconds)

    return script


def floods(head: bytes, part: bytes) -> Script:
    """Send bytes for ever, as fast as they are taken."""

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        line.send(head)
        while True:
            line.send(part)

    return script


def parts(asked: Asked, chance: random.Random, reply: Reply = HALF) -> list[bytes]:
    """Return the parts of a stream."""
    return list(dialect_of(asked.path).events(reply, cut(reply.text, chance), asked))


def breaks(end: Callable[[Line], object], reply: Reply = HALF) -> Script:
    """Stream some parts of a reply, then end in a way of one's own.

    The last part is cut anywhere, within a character too; what is sent is never all.
    """

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        line.begin(dialect_of(asked.path).kind)
        said = b"".join(parts(asked, chance, reply))
        line.chunk(said[: chance.randrange(1, len(said) - 1)])
        end(line)

    return script


def streams(*events: bytes, after: Reply | None = HALF, end: bool = True) -> Script:
    """Stream a reply, if any, then events of one's own, and end well."""

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        line.begin(dialect_of(asked.path).kind)
        for part in parts(asked, chance, after) if after else []:
            line.chunk(part)
        for event in events:
            line.chunk(event)
        if end:
            line.end()

    return script


def spoils(spoil: Callable[[bytes, random.Random], bytes]) -> Script:
    """Stream a whole reply with one part, neither the first nor the last, spoilt."""

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        said = parts(asked, chance, SPOKEN)
        texts = len(parts(asked, chance))
        at = chance.randrange(1, texts - 1)
        said[at] = spoil(said[at], chance)
        line.begin(dialect_of(asked.path).kind)
        for part in said:
            line.chunk(part)
        line.end()

    return script


def one_of(scripts: Sequence[Script]) -> Script:
    """Answer by a script that the seed chooses."""
    return lambda line, asked, chance: chance.choice(scripts)(line, asked, chance)


def whole(change: Callable[[bytes], bytes] = bytes) -> Script:
    """Answer with a whole reply in JSON, whether or not a stream was asked for."""

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        line.whole(200, change(packed(dialect_of(asked.path).whole(SPOKEN))))

    return script


def compressed_bomb(line: Line, asked: Asked, chance: random.Random) -> None:
    """Send a gigabyte of blanks as a megabyte, though nothing compressed was asked for."""
    zeros = gzip.compress(b" " * (1 << 20), 1)
    kind = dialect_of(asked.path).kind
    line.head(200, ("Content-Type", kind), ("Content-Encoding", "gzip"), ("Connection", "close"))
    for _ in range(1024):
        line.send(zeros)


def moves(status: int, elsewhere: str) -> Script:
    """Answer that the model lives elsewhere now."""

    def script(line: Line, asked: Asked, chance: random.Random) -> None:
        line.whole(status, b"", JSON, ("Location", elsewhere + asked.path))

    return script


def says_text(text: str) -> Script:
    """Answer well with a text."""
    return says(SPOKEN._replace(text=text))


def event(data: object) -> Script:
    """Stream half of a reply, then an event of any shape."""
    return streams(sse(data))
