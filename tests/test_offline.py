"""The guard that keeps tests on loopback can itself fail a test."""

import _socket
import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from netguard import NetworkUse, is_local

ROOT = Path(__file__).parent.parent
OUTSIDE = ("192.0.2.1", 80)  # TEST-NET-1: documentation only, routed nowhere
PLANTED = '''
import contextlib, socket, subprocess, sys

SWALLOWING = """
import socket
try:
    socket.create_connection(("192.0.2.2", 80), timeout=1)
except Exception:
    pass
"""

def test_swallows_a_refusal():
    with contextlib.suppress(Exception):
        socket.create_connection(("192.0.2.1", 80), timeout=1)

def test_starts_a_process_that_swallows_a_refusal():
    subprocess.run([sys.executable, "-c", SWALLOWING], check=True)

def test_stays_here():
    pass
'''
SKIPPING = """
import pytest

def test_skips():
    pytest.skip("for no good reason")

@pytest.mark.may_skip("needs a GPU")
def test_may_skip():
    pytest.skip("no GPU")

@pytest.mark.xfail(reason="known")
def test_fails_as_expected():
    assert False

"""


def _tcp() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def _udp() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def _connect() -> None:
    with _tcp() as sock:
        sock.connect(OUTSIDE)


def _connect_ex() -> None:
    with _tcp() as sock:
        sock.connect_ex(OUTSIDE)


def _connect_below_the_module() -> None:
    sock = _socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.connect(OUTSIDE)
    finally:
        sock.close()


def _connect_six() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
        sock.connect(("2001:db8::1", 80))


def _sendto() -> None:
    with _udp() as sock:
        sock.sendto(b"x", OUTSIDE)


def _sendmsg() -> None:
    with _udp() as sock:
        sock.sendmsg([b"x"], [], 0, OUTSIDE)


def _resolve() -> None:
    socket.getaddrinfo("example.invalid", 443)


def _resolve_the_old_way() -> None:
    socket.gethostbyname("example.invalid")


def _open_in_asyncio() -> None:
    asyncio.run(asyncio.open_connection(*OUTSIDE))


@pytest.mark.parametrize(
    "leave",
    [
        _connect,
        _connect_ex,
        _connect_below_the_module,
        _connect_six,
        _sendto,
        _sendmsg,
        _resolve,
        _resolve_the_old_way,
        _open_in_asyncio,
    ],
)
def test_a_way_off_loopback_is_refused_and_recorded(leave: Callable[[], None], network_guard):
    with pytest.raises(NetworkUse, match="refused to leave loopback"):
        leave()

    assert len(network_guard.take()) == 1


def test_a_swallowed_refusal_is_still_recorded(network_guard):
    with contextlib.suppress(NetworkUse):
        _connect()

    assert network_guard.take() == [f"connect 192.0.2.1:80 (process {os.getpid()})"]


def test_a_subprocess_is_guarded(network_guard):
    code = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.returncode != 0
    assert "NetworkUse" in done.stderr
    assert len(network_guard.take()) == 1


def test_loopback_is_allowed():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("localhost", port)) as near:
            far, _ = server.accept()
            with far:
                near.sendall(b"here")
                assert far.recv(4) == b"here"


def test_unix_sockets_are_allowed():
    near, far = socket.socketpair(socket.AF_UNIX)
    with near, far:
        near.sendall(b"here")
        assert far.recv(4) == b"here"


@pytest.mark.parametrize(
    "host", [None, "", "localhost", "127.0.0.1", b"127.8.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0"]
)
def test_this_machine_is_local(host: object):
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1", "localhost.example", 7]
)
def test_other_machines_are_not_local(host: object):
    assert not is_local(host)


def _run_pytest(source: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    planted = folder / "test_planted.py"
    planted.write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir", "."]
    return subprocess.run(
        [*command, "-p", "tests.conftest", "-p", "no:cacheprovider", "-rA", str(planted)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def test_a_test_that_swallows_a_refusal_fails(tmp_path: Path):
    done = _run_pytest(PLANTED, tmp_path)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "3 passed, 2 errors" in done.stdout
    assert "tried to leave loopback: getaddrinfo 192.0.2.1" in done.stdout
    assert "tried to leave loopback: getaddrinfo 192.0.2.2" in done.stdout


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_a_skip_is_a_failure_in_ci_only(ci: str, status: int, tmp_path: Path):
    done = _run_pytest(SKIPPING, tmp_path, CI=ci)

    assert done.returncode == status, done.stdout + done.stderr
    assert ("skipped in CI, where every test must run" in done.stdout) is (ci == "true")
    assert "1 xfailed" in done.stdout
