"""Is everything in its place? Installation, model, library, settings and hosts."""

import hashlib
import json
import os
import sqlite3
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from rag.build import (
    embedder,
    interaction,
    models_of,
    open_library,
    open_server,
    pair_reader,
    second,
)
from rag.cases import FILE as CASES
from rag.conversations import FILE as CONVERSATIONS
from rag.errors import AttestError, LibraryMissing, UsageError
from rag.hosts import contacts, mixture, refuse_mixture
from rag.settings import PROJECT_FILE, Settings, user_file

OLDEST = (3, 11)
PACKAGES = (
    *("beautifulsoup4", "bibtexparser", "chromadb", "numpy", "onnxruntime", "openvino"),
    *("platformdirs", "pydantic", "pydantic-settings", "pylatexenc", "pystemmer", "rich"),
    *("tantivy", "tokenizers", "typer"),
)
EXTRAS = {"llm": "llama_index", "local": "torch", "ui": "gradio"}
MODELS = tuple(
    Path(str(files("rag"))) / "models" / name
    for name in ("all-MiniLM-L6-v2", "multilingual-e5-small-en", "attest-reader")
)


class Finding(NamedTuple):
    """What one check found."""

    name: str
    ok: bool
    text: str


def places(settings: Settings) -> dict[str, Path]:
    """Return where things lie, by name; some may not be there yet."""
    from rag.demo import demo_folder

    return {
        "library": settings.library.absolute(),
        "conversations": settings.library.absolute() / CONVERSATIONS,
        "test cases": settings.library.absolute() / CASES,
        "settings of this folder": PROJECT_FILE.absolute(),
        "settings of the user": user_file(),
        "models": MODELS[0].parent,
        "demo library": demo_folder(settings.embedder),
    }


def origins(
    settings: Settings, flags: Mapping[str, object]
) -> tuple[tuple[str, str | None, str], ...]:
    """Return name, value and origin of every setting."""
    environment = {name.lower(): name for name in os.environ}
    tables = {str(path): _table(path) for path in (PROJECT_FILE, user_file())}

    def origin(name: str) -> str:
        if name in flags:
            return f"--{name}"
        variable = environment.get(f"attest_{name}")
        if variable:
            return variable
        return next((path for path, table in tables.items() if name in table), "default")

    return tuple(
        (name, None if value is None else str(value), origin(name)) for name, value in settings
    )


def examine(settings: Settings) -> Iterator[Finding]:
    """Check one thing after the other."""
    yield Finding(
        "python",
        sys.version_info >= OLDEST,
        f"{sys.version.split()[0]} with SQLite {sqlite3.sqlite_version}",
    )
    yield _packages()
    yield _model()
    checks: dict[str, Callable[[Settings], str]] = {
        "privacy": _privacy,
        "embedder": _embedder,
        "interaction": _interaction,
        "second": _second,
        "reader": _reader,
        "answerer": _answerer,
        "store": _store,
        "library": _library,
        "folder": _folder,
    }
    for name, check in checks.items():
        try:
            yield Finding(name, ok=True, text=check(settings))
        except (AttestError, OSError, sqlite3.DatabaseError, ValueError) as error:
            yield Finding(name, ok=False, text=str(error))


def _packages() -> Finding:
    found: list[str] = []
    missing: list[str] = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        text = f"missing: {', '.join(missing)}; pip install attest-rag again"
        return Finding("packages", ok=False, text=text)
    extras = ", ".join(name for name, module in EXTRAS.items() if find_spec(module)) or "none"
    return Finding("packages", ok=True, text=f"{', '.join(found)}; extras: {extras}")


def _model() -> Finding:
    """Compare the bundled models' files to the hashes that came with them."""
    found: list[str] = []
    wrong: list[str] = []
    for folder in MODELS:
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        files = {name: each["sha256"] for name, each in about["files"].items()}
        wrong += [f"{folder / name}" for name in files if _sha256(folder / name) != files[name]]
        found.append(f"{about['name']}, {len(files)} files")
    if wrong:
        text = f"{', '.join(wrong)} not as published: pip install attest-rag again"
        return Finding("model", ok=False, text=text)
    return Finding("model", ok=True, text=f"{'; '.join(found)} as published")


def _sha256(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _embedder(settings: Settings) -> str:
    # To try it would already send a text away.
    refuse_mixture(settings)
    started = time.perf_counter()
    model = embedder(settings.embedder)
    size = len(model.embed_query("Does this embedder load?"))
    return f"{model.model_id} gives {size} numbers, ready in {time.perf_counter() - started:.1f} s"


def _interaction(settings: Settings) -> str:
    if not settings.interaction:
        return "off: papers are compared with the question as a whole"
    started = time.perf_counter()
    pieces = len(interaction().asked("Does late interaction load?", {}).rarity)
    return f"compares {pieces} word pieces, ready in {time.perf_counter() - started:.1f} s"


def _second(settings: Settings) -> str:
    if not models_of(settings).second:
        return "off: one encoder alone ranks"
    started = time.perf_counter()
    pieces = len(second().asked("Does the second encoder load?", {}).rarity)
    return f"reads {pieces} word pieces, ready in {time.perf_counter() - started:.1f} s"


def _reader(settings: Settings) -> str:
    model = pair_reader(settings.reader)
    if model is None:
        return "none: the checker sees words alone"
    started = time.perf_counter()
    model.read("Does this reader load?", ["This reader loads."])
    return f"{model.name} {settings.reader}, ready in {time.perf_counter() - started:.1f} s"


def _privacy(settings: Settings) -> str:
    """Tell where texts go.

    Raises:
        UsageError: Local and hosted models are mixed.
    """
    mixed = mixture(settings)
    if mixed:
        raise UsageError(mixed)
    away = [f"{each.setting} sends {each.sends} to {each.host}" for each in contacts(settings)]
    return "; ".join(away) or "no text leaves this machine"


def _answerer(settings: Settings) -> str:
    from rag.adapters.opening import open_model
    from rag.answering.extractive import NAME
    from rag.answering.fitted import load

    model = open_model(settings.llm)
    writes = f"{model.name} writes, {NAME} stands in" if model else NAME
    floor = load(models_of(settings)).threshold
    return f"{writes}, refuses below a probability of {floor:.2f}"


def _store(settings: Settings) -> str:
    server = open_server(settings)
    if server is None:
        return "embedded"
    greeting = server.greet(within=2.0)
    clear = settings.store.startswith("http://") and any(
        each.setting == "store" and not each.local for each in contacts(settings)
    )
    said = f"Chroma's interface {greeting.version} at {server.host}"
    return f"{said}; whoever carries the traffic can read it: use https" if clear else said


def _library(settings: Settings) -> str:
    library = open_library(settings)
    try:
        with library.open() as view:
            counts = view.snapshot.counts()
    except LibraryMissing as error:
        return str(error)
    return (
        f"{counts['papers']:,} papers in {counts['passages']:,} passages; 'attest verify' reads all"
    )


def _folder(settings: Settings) -> str:
    place = settings.library.absolute()
    there = next(each for each in (place, *place.parents) if each.exists())
    if os.access(there, os.W_OK):
        return f"{place} can be written"
    return f"{place} can be read only; asking works, adding does not"


def _table(path: Path) -> Mapping[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
