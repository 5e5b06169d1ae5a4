import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rag.errors import LibraryLocked
from rag.store.lock import Lock

HOLD = """
import sys, time
from pathlib import Path
from rag.store.lock import Lock
with Lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def _holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    return process


def test_a_second_writer_is_told_within_a_second_who_holds_the_lock(tmp_path: Path):
    path = tmp_path / "lock"
    process = _holder(path)
    try:
        started = time.monotonic()
        with pytest.raises(LibraryLocked) as refusal, Lock(path):
            pass
        assert time.monotonic() - started < 1
        assert f"process {process.pid}" in str(refusal.value)
        assert time.strftime("%Y-", time.gmtime()) in str(refusal.value)
        holder = Lock(path).holder()
        assert holder is not None
        assert holder.pid == process.pid
    finally:
        process.kill()
        process.communicate()


def test_the_kernel_frees_the_lock_of_a_killed_holder(tmp_path: Path):
    path = tmp_path / "lock"
    process = _holder(path)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with Lock(path):
        holder = Lock(path).holder()
        assert holder is not None
        assert holder.pid == os.getpid()
    assert Lock(path).holder() is None


def test_a_holder_that_has_yet_to_write_its_name_is_waited_for(tmp_path: Path):
    path = tmp_path / "lock"
    with Lock(path):
        named = path.read_bytes()
        path.write_bytes(b"")
        writing = threading.Timer(0.45, path.write_bytes, [named])
        writing.start()
        with pytest.raises(LibraryLocked, match=f"process {os.getpid()}"), Lock(path, patience=0.3):
            pass
        writing.join()


def test_asking_who_holds_a_lock_that_never_was_names_nobody(tmp_path: Path):
    assert Lock(tmp_path / "lock").holder() is None


def test_a_lock_held_for_a_moment_is_waited_for(tmp_path: Path):
    path = tmp_path / "lock"
    with Lock(path) as first, pytest.raises(LibraryLocked), Lock(path, patience=0):
        pass
    del first
    with Lock(path, patience=0):
        pass
