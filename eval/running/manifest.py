"""What decided the outcome of a run: code, versions, library, settings, machine."""

import hashlib
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from eval.schema import Case, Dataset, Machine, Run, norm

COUNTED = ("attest-rag", "chromadb", "numpy", "onnxruntime", "openvino", "tantivy", "tokenizers")
"""Distributions whose versions can change an answer."""
ANSWERING = ("rag", "eval.running")
"""What an answer depends on."""
SCORING = (
    "eval.judging", "eval.metrics", "eval.schema", "eval.scoring", "rag.sentences", "rag.terms",
    "rag.verification",
)  # fmt: skip
"""What a score depends on, given an answer."""
_SOURCES = (".py", ".json", ".npy", ".onnx", ".j2")


def foreign(data: Dataset, *, system: str, depth: int) -> Run:
    """Return the manifest of answers that were made elsewhere."""
    return Run(
        system=system,
        data=data.name,
        data_digest=data.digest,
        planned=tuple(case.id for case in data.cases),
        kind=data.kind,
        depth=depth,
        library="",
        papers=0,
        settings={},
        checker="",
        versions=versions(),
        code=code_digest(ANSWERING),
        machine=machine(),
        started=now(),
    )


def missing_gold(
    cases: Sequence[Case], ids: Iterable[str], titles: Iterable[str]
) -> tuple[str, ...]:
    """Return the ids of cases with a gold paper that a library does not hold."""
    held, named = set(ids), {norm(title) for title in titles}
    return tuple(
        case.id
        for case in cases
        if any(
            gold.paper_id not in held if gold.paper_id else norm(gold.title or "") not in named
            for gold in case.gold
            if gold.grade > 0
        )
    )


@cache
def code_digest(names: tuple[str, ...]) -> str:
    """Return a SHA-256 over the sources, weights and models of packages and modules."""
    total = hashlib.sha256()
    for name in names:
        for place, path in _sources(name):
            total.update(f"{name}/{place}\n".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _sources(name: str) -> list[tuple[str, Path]]:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    if not spec.submodule_search_locations:
        return [("", Path(spec.origin))]
    root = Path(spec.origin).parent
    return [
        (path.relative_to(root).as_posix(), path)
        for path in sorted(root.rglob("*"))
        if path.suffix in _SOURCES
    ]


def versions() -> dict[str, str]:
    """Return the versions of what is installed of the distributions that count."""
    found: dict[str, str] = {}
    for name in COUNTED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def machine() -> Machine:
    """Return what the run is made on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return Machine(
        system=f"{platform.system()} {platform.release()}",
        processor=_processor(),
        cores=_cores(),
        memory_gib=round(memory, 1),
        python=platform.python_version(),
    )


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _cores() -> int:
    """Return the cores that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
