"""What a library is made with, and whether that is what we have."""

from collections.abc import Mapping
from pathlib import Path

from rag.embedding.port import Embedder
from rag.errors import LibraryMismatch
from rag.store.ingest import Reading
from rag.store.manifest import Manifest
from rag.store.publishing import releases
from rag.store.tables import FORMAT
from rag.terms import RULES

FORMAT_ONLY = {"format": FORMAT}
CHROMA = "chromadb"
"""The release that wrote a version's collection: no setting of the catalogue, but as binding."""
_NAMES = {
    "format": "layout",
    "model": "embedding model",
    "dim": "vectors of length",
    "splitter": "sentence rules",
    "window": "passage rules",
    "words": "word rules",
    CHROMA: "Chroma",
}


def made_with(embedder: Embedder, reading: Reading) -> dict[str, str]:
    """Return the settings that stored offsets and vectors depend on."""
    return {
        "format": FORMAT,
        "model": embedder.model_id,
        "dim": str(embedder.dim),
        "splitter": reading.splitter,
        "window": reading.window,
        "words": RULES,
    }


def settings_in(meta: Mapping[str, str]) -> dict[str, str]:
    """Return the settings among a catalogue's values."""
    return {name: meta[name] for name in _NAMES if name in meta}


def require_chroma(manifest: Manifest, directory: Path) -> None:
    """Compare the Chroma that wrote a collection to ours, before that collection is opened.

    Raises:
        LibraryMismatch: They differ; names both sides.
    """
    require(manifest.versions, {CHROMA: releases()[CHROMA]}, directory)


def require(meta: Mapping[str, str], present: Mapping[str, str], directory: Path) -> None:
    """Compare what a library was made with to what we have.

    Raises:
        LibraryMismatch: They differ; names both sides.
    """
    differing = [name for name in present if name in meta and meta[name] != present[name]]
    if not differing:
        return
    sides = "; ".join(f"{_NAMES[name]} {meta[name]}, now {present[name]}" for name in differing)
    if "format" in differing:
        remedy = "open it with the release that made it, or add its files to a new library"
    elif differing == [CHROMA]:
        remedy = "run 'attest rebuild'"
    else:
        remedy = "run 'attest rebuild --remake' or choose what it was made with"
    raise LibraryMismatch(f"{directory} was made with {sides}; {remedy}")
