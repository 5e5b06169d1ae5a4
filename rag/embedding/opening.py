"""Which embedder a setting names."""

import os
from pathlib import Path

from rag.embedding.port import Embedder
from rag.errors import ModelUnavailable, UsageError

SPECS = "minilm, minilm:int8, hash, folder:PATH, hub:ORG/NAME or openai:MODEL@URL"


def open_embedder(spec: str = "minilm", *, threads: int | None = None) -> Embedder:
    """Return the embedder that a setting names; models are loaded on first use.

    ======================  ================================================================
    ``minilm``              the bundled all-MiniLM-L6-v2 (default)
    ``minilm:int8``         the same in 8 bits: smaller, quicker, less exact
    ``hash``                hashed words: a test double that sees no meaning
    ``folder:PATH``         an ONNX model and its tokenizer.json, or a sentence-transformers
                            folder (extra ``local``)
    ``hub:ORG/NAME``        a sentence-transformers model (extra ``local``)
    ``openai:MODEL@URL``    an OpenAI-compatible server; key in ``ATTEST_EMBEDDING_KEY``
    ======================  ================================================================

    Raises:
        UsageError: if the setting names nothing.
        ModelUnavailable: if what it names is not there or not installed.
    """
    kind, _, rest = spec.partition(":")
    if spec in ("minilm", "minilm:int8"):
        from rag.embedding.minilm import MiniLM

        return MiniLM(precision="int8" if rest else "fp32", threads=threads)
    if spec == "hash":
        from rag.embedding.hashing import HashEmbedder

        return HashEmbedder()
    if kind == "folder" and rest:
        return _folder(Path(rest).expanduser(), threads)
    if kind == "hub" and rest:
        from rag.embedding.sentence_transformer import SentenceTransformerEmbedder

        return SentenceTransformerEmbedder(rest, spec=spec)
    if kind == "openai":
        return _hosted(rest, spec)
    raise UsageError(f"no embedder is called {spec!r}: use {SPECS}")


def _folder(folder: Path, threads: int | None) -> Embedder:
    from rag.embedding.folder import OnnxFolder, digest, onnx_file
    from rag.embedding.minilm import cores

    if not folder.is_dir():
        raise ModelUnavailable(f"there is no folder {folder}: name one that holds a model")
    if onnx_file(folder) is None and (folder / "config.json").is_file():
        from rag.embedding.sentence_transformer import SentenceTransformerEmbedder

        weights = sorted([*folder.rglob("*.safetensors"), *folder.rglob("*.bin")])
        name = f"folder:{folder.name}@{digest(*weights)}"
        return SentenceTransformerEmbedder(str(folder), spec=name)
    return OnnxFolder(folder, threads=threads or cores())


def _hosted(rest: str, spec: str) -> Embedder:
    from rag.embedding.hosted import HostedEmbedder, Server

    model, _, url = rest.rpartition("@")
    if not model or not url.startswith(("http://", "https://")):
        raise UsageError(f"{spec!r} is not openai:MODEL@URL with an http or https address")
    return HostedEmbedder(model, Server(url, os.environ.get("ATTEST_EMBEDDING_KEY")))
