"""Whatever a model's server does wrong, a question ends in time, in a fault of a known kind.

The table of what can go wrong, and of what a client may make of it, is ``modelfaults``.
"""

import io
import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import modelfaults
import modelplaces
import pytest
from modelfaults import FAULTS, Fault
from modelwords import Reply

from rag.adapters.opening import open_model
from rag.answering.brake import Brake
from rag.answering.listening import listen
from rag.answering.model import Message
from rag.errors import ModelFault

SEEDS = range(5)
TRIES = 3
GRACE = 1.0
"""Seconds after the deadline within which a question must have ended."""
KEY = "sk-attest-5f1d3c8e7b"
ASKED = [Message("system", "Answer with ids."), Message("user", "What does BERT mask?")]


class Outcome(NamedTuple):
    """How a call ended."""

    kind: str | None
    """Of the fault; None where the reply is whole."""
    text: str
    seconds: float
    calls: int
    told: str
    """All that the errors say, causes included."""


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv("ATTEST_LLM_KEY", KEY)


@pytest.fixture
def name_server(monkeypatch):
    """Answer for the name server, which tests must not ask."""
    real = socket.getaddrinfo

    def lookup(host, *args, **more):
        if host in {modelplaces.UNKNOWN, modelplaces.UNKNOWN.encode()}:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


def outcome(model, served, seconds):
    """Listen to a model until it has said all or the call has failed."""
    began, said, error = time.monotonic(), [], None
    try:
        for piece in listen(model, ASKED, brake=Brake(seconds), max_tokens=64):
            said.append(piece.text)
    except ModelFault as fault:
        error = fault
    took = time.monotonic() - began
    kind = error.kind if error else None
    return Outcome(kind, "".join(said), took, len(served.requests), _told(error))


def _told(error):
    """Return all that an error and its causes say."""
    told = []
    while error is not None:
        assert len(told) < 50, "causes in a circle"
        told.append(f"{error!s} {error!r}")
        error = error.__cause__ or error.__context__
    return "\n".join(told)


def meets(fault: Fault, seed: int) -> Outcome:
    served = fault.open(seed)
    try:
        return outcome(open_model(f"server:m@{served.url}/v1"), served, fault.seconds)
    finally:
        served.close()


def wrong(fault: Fault, found: Outcome) -> str | None:
    """Return what a client made wrongly of a fault."""
    if found.kind is None:
        if not fault.good:
            return f"taken for a whole reply: {found.text[:60]!r}"
        if fault.name != "ids that do not exist" and found.text != Reply().text:
            return f"another reply: {found.text[:60]!r}"
    elif found.kind not in fault.expected:
        return f"{found.kind}, not {sorted(fault.expected)}: {found.told}"
    if found.calls > fault.most_calls:
        return f"{found.calls} calls, not {fault.most_calls}"
    if found.seconds > fault.seconds + GRACE:
        return f"took {found.seconds:.1f} s"
    if KEY in found.told:
        return "tells the key"
    return None


def tried(case: tuple[Fault, int]) -> str | None:
    """Return what went wrong with a case; one that was late only because others ran, nothing."""
    fault, seed = case
    why = None
    for _ in range(TRIES):
        why = wrong(fault, meets(fault, seed))
        if why is None or not why.startswith("took"):
            break
    return why and f"{fault.name} (seed {seed}): {why}"


@pytest.fixture
def logged(monkeypatch):
    """Return a text that grows with everything that anybody logs."""
    text, level = io.StringIO(), logging.root.level
    # Alone, since a failed test would print tens of thousands of lines.
    monkeypatch.setattr(logging.root, "handlers", [logging.StreamHandler(text)])
    logging.root.setLevel(logging.DEBUG)
    yield text
    logging.root.setLevel(level)


@pytest.mark.usefixtures("key", "name_server")
def test_every_fault_ends_in_time_as_one_of_its_kinds(logged, capfd):
    _warm_up()
    slow = [(fault, seed) for fault in FAULTS for seed in SEEDS if fault.seconds < 5]
    quick = [(fault, seed) for fault in FAULTS for seed in SEEDS if fault.seconds >= 5]
    with ThreadPoolExecutor(12) as pool, ThreadPoolExecutor(12) as other:
        runs = [pool.map(tried, slow), other.map(tried, quick)]
        tries = [why for run in runs for why in run]
    assert [why for why in tries if why is not None] == []
    captured = capfd.readouterr()
    assert "Sending HTTP Request" in logged.getvalue()
    assert KEY not in logged.getvalue() + captured.out + captured.err


def _warm_up():
    """Import the connector: it takes longer than any deadline here."""
    outcome(open_model("server:m@http://127.0.0.1:9/v1"), modelplaces.Nowhere(), seconds=60)


def test_the_table_names_kinds_that_there_are_and_each_fault_once():
    from rag.errors import FAULTS as KINDS

    assert {kind for fault in FAULTS for kind in fault.expected} <= KINDS.keys()
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 36
    assert all(fault.expected or fault.good for fault in modelfaults.FAULTS)
