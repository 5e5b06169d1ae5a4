"""Every write to a library may fail: the version before it is served, and the error is told."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rag.embedding import open_embedder
from rag.library import Library

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "tests" / "guard" / "failing_writes.c"
TRIED = 5
"""Writes that fail, one run each, spread over all of an ``add``."""


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the library that is preloaded; skip where nothing compiles it."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs Linux and a C compiler, to let writes fail below Python")
    target = tmp_path_factory.mktemp("shim") / "failing_writes.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", target, SOURCE, "-ldl"],
        check=True,
        timeout=60,
    )
    return target


def papers(path: Path, numbers: range) -> Path:
    rows = (
        {"_id": f"n{n}", "title": f"Note {n}", "text": f"Kiln {n} was fired {n} times. It held."}
        for n in numbers
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def opened(folder: Path) -> Library:
    return Library(folder, lambda: open_embedder("hash"))


def add(
    folder: Path, file: Path, shim: Path, *, fail_from: int, count: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``attest add`` in a process whose writes below the library fail from the nth on."""
    return subprocess.run(
        [sys.executable, "-m", "rag", "--library", folder, "add", file],
        env={
            **os.environ,
            "ATTEST_EMBEDDER": "hash",
            "LD_PRELOAD": str(shim),
            "FAIL_BELOW": f"{folder}/",
            "FAIL_FROM": str(fail_from),
            **({"FAIL_COUNT": str(count)} if count else {}),
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_whichever_write_fails_the_old_version_is_served_and_the_next_add_is_whole(
    shim: Path, tmp_path: Path
):
    first, more = (
        papers(tmp_path / "first.jsonl", range(30)),
        papers(tmp_path / "more.jsonl", range(20, 60)),
    )
    built = tmp_path / "built"
    opened(built).add([first])
    before = opened(built).status().fingerprint

    counts, undisturbed = tmp_path / "counts", tmp_path / "undisturbed"
    shutil.copytree(built, undisturbed)
    whole = add(undisturbed, more, shim, fail_from=10**9, count=counts)
    assert whole.returncode == 0, whole.stderr
    after = opened(undisturbed).status().fingerprint
    assert after != before
    writes = max(map(int, counts.read_text().split()))
    assert writes > 4 * TRIED

    told = 0
    for nth in sorted({1, 2, *range(3, writes, writes // (TRIED - 2))}):
        folder = tmp_path / f"at-{nth}"
        shutil.copytree(built, folder)
        failed = add(folder, more, shim, fail_from=nth)
        held = opened(folder).status().fingerprint
        assert held in {before, after}, nth
        if failed.returncode:
            told += 1
            assert failed.returncode == 1, failed.stderr
            assert "Traceback" not in failed.stderr
            assert held == before or "published" in failed.stderr, failed.stderr
        else:
            assert held == after, nth
        with opened(folder).open() as view:
            assert len(view.vectors) == view.lexical.size
        opened(folder).add([more])
        assert opened(folder).verify() == after, nth
        shutil.rmtree(folder)
    assert told >= TRIED // 2
