"""Ask through the chat page: many sessions at once, each a conversation of its own.

    python -m eval.bench.page [--sessions 50] [--questions 10] [--rounds 4] [--library DIR]

Starts ``attest ui`` in a process of its own over the sample papers, or a copy of another
library, and speaks to it as browsers do, each session after its own load of the page. Each
second question of a session has a word that no other session uses, and stands in its
conversation from then on, so that a text of another session would be seen. The table gives
errors, foreign texts, seconds to the first sentence and to the whole answer, and the server's
memory before the sessions and after each round of them.
"""

import argparse
import asyncio
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from importlib.resources import as_file, files
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

import httpx

from rag.build import open_library
from rag.settings import Settings

WORDS = ("BERT", "SQuAD", "RoBERTa", "ELECTRA", "DPR", "ColBERT", "T5", "GLUE", "BART", "REALM")
PATIENCE = 300.0


class Asked(NamedTuple):
    """How one question went."""

    first: float
    """Seconds to the first sentence of its answer."""
    whole: float
    """Seconds to the end."""
    errors: int
    foreign: int
    """Whether a text of another session was seen."""


class Page(NamedTuple):
    """What a session needs to know of the page."""

    load: int
    ask: int
    fields: int
    """How many fields the filters have."""
    model: str


def known(config: dict[str, Any]) -> Page:
    """Return the numbers of the events in a page's configuration."""
    names = {each["id"]: each["props"].get("elem_id") for each in config["components"]}
    values = {each["props"].get("elem_id"): each["props"] for each in config["components"]}

    def number(part: str | None, event: str) -> dict[str, Any]:
        return next(
            each
            for each in config["dependencies"]
            for target, name in each["targets"]
            if name == event and (part is None or names.get(target) == part)
        )

    ask = number("ask", "click")
    load = number(None, "load")
    return Page(load["id"], ask["id"], len(ask["inputs"]) - 3, values["model"]["value"])


async def said(client: httpx.AsyncClient, session: str, call: dict[str, Any]) -> AsyncIterator[Any]:
    """Send an event of a session and yield the messages that come of it."""
    joined = await client.post("gradio_api/queue/join", json={**call, "session_hash": session})
    joined.raise_for_status()
    event = joined.json()["event_id"]
    async with client.stream(
        "GET", "gradio_api/queue/data", params={"session_hash": session}
    ) as stream:
        async for line in stream.aiter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line[5:])
            if message.get("event_id") not in {event, None}:
                continue
            yield message
            if message["msg"] == "process_completed":
                return


async def ask(client: httpx.AsyncClient, page: Page, session: str, number: int, at: int) -> Asked:
    """Ask one question and look at what came."""
    mark = f"zx{number:03d}"
    word = WORDS[at % len(WORDS)]
    answerable = at % 2 == 0
    question = f"What is known about {word}?" if answerable else f"Does {word} know {mark} q{at}?"
    data = [question, None, page.model, *[None] * page.fields]
    call = {"data": data, "fn_index": page.ask, "trigger_id": None}
    begun, first, errors, seen = time.monotonic(), 0.0, 0, ""
    async for message in said(client, session, call):
        text = json.dumps(message.get("output", {}))
        seen += text
        if not first and ("claim" in text or "refusal" in text):
            first = time.monotonic() - begun
        if message["msg"] == "process_completed" and not message["success"]:
            errors += 1
    marks = {word for word in seen.replace("-", " ").split() if word.startswith("zx")}
    foreign = any(not word.startswith(mark) for word in marks)
    whole = time.monotonic() - begun
    lost = "claim" not in seen if answerable else mark not in seen
    return Asked(first or whole, whole, errors + lost, int(foreign))


async def converse(origin: str, page: Page, number: int, questions: int) -> list[Asked]:
    """Open the page as one session and ask one question after the other."""
    async with httpx.AsyncClient(base_url=origin, timeout=PATIENCE) as client:
        session = uuid.uuid4().hex[:12]
        (await client.get("")).raise_for_status()
        load: dict[str, Any] = {"data": [], "fn_index": page.load, "session_hash": session}
        (await client.post("gradio_api/run/predict", json=load)).raise_for_status()
        return [await ask(client, page, session, number, at) for at in range(questions)]


async def converse_all(origin: str, sessions: int, questions: int) -> list[Asked]:
    """Let all sessions ask at once."""
    async with httpx.AsyncClient(base_url=origin, timeout=PATIENCE) as client:
        page = known((await client.get("config")).json())
    runs = [converse(origin, page, number, questions) for number in range(sessions)]
    return [asked for run in await asyncio.gather(*runs) for asked in run]


def memory(process: int) -> float:
    """Return the MiB that a process holds."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(each.split()[1]) for each in lines if each.startswith("VmRSS")) / 1024


def measure(library: Path, sessions: int, questions: int, rounds: int) -> list[tuple[str, str]]:
    """Serve the page, run the sessions round by round, and return the rows of the table."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "rag", "--library", str(library), "-q", "ui", "--no-browser"]
    with subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            origin = server.stdout.readline().split()[3]
            asyncio.run(converse_all(origin, 2, 2))  # what is loaded once
            asked, held = list[Asked](), [memory(server.pid)]
            for _ in range(rounds):
                asked += asyncio.run(converse_all(origin, sessions, questions))
                time.sleep(1)
                held.append(memory(server.pid))
        finally:
            server.terminate()
    first = quantiles([each.first for each in asked], n=20)
    whole = quantiles([each.whole for each in asked], n=20)
    return [
        ("questions", f"{len(asked)}"),
        ("errors", f"{sum(each.errors for each in asked)}"),
        ("foreign texts", f"{sum(each.foreign for each in asked)}"),
        ("first sentence, p50 and p95", f"{first[9]:.2f} s, {first[18]:.2f} s"),
        ("whole answer, p50 and p95", f"{whole[9]:.2f} s, {whole[18]:.2f} s"),
        ("memory before and by round", ", ".join(f"{each:.0f}" for each in held) + " MiB"),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--library", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "shelf" / "library"
        if given.library:
            shutil.copytree(given.library, library)
        else:
            with as_file(files("rag") / "sample" / "papers.jsonl") as sample:
                open_library(Settings(library=library)).add([sample])
        for name, value in measure(library, given.sessions, given.questions, given.rounds):
            print(f"{name:32} {value}")


if __name__ == "__main__":
    main()
