"""Embeddings from a server that speaks the OpenAI protocol (``POST /v1/embeddings``)."""

import http.client
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import numpy as np

from rag.embedding.port import (
    Progress,
    Vector,
    Vectors,
    embed_parts,
    estimated_tokens,
    refuse_long,
    unit,
)
from rag.embedding.wordpieces import whole
from rag.errors import ModelUnavailable

BUSY = (429, 503)


@dataclass(frozen=True)
class Server:
    """Where to send texts and how long to wait."""

    url: str
    """Base such as ``http://127.0.0.1:8000/v1``, or the whole address of the call."""
    key: str | None = None
    timeout: float = 60.0
    """Seconds for one call."""
    waits: tuple[float, ...] = (1.0, 4.0)
    """Seconds before each further try when the server says that it is busy."""

    @property
    def address(self) -> str:
        """The whole address of the call."""
        base = self.url.rstrip("/")
        if base.endswith("/embeddings"):
            return base
        return f"{base}/embeddings" if base.endswith("/v1") else f"{base}/v1/embeddings"


class HostedEmbedder:
    """A model behind an OpenAI-compatible server.

    The server's tokenizer is not known: tokens are estimated from above. Whether a text's
    vector depends on its neighbours is up to the server.
    """

    max_tokens = 512

    def __init__(self, model: str, server: Server) -> None:
        """Name the model and its server; nothing is sent yet."""
        self._model = model
        self._server = server
        self._opener = build_opener(_StayHere)
        self.model_id = f"openai:{model}@{server.url}"

    @property
    def dim(self) -> int:
        """Numbers per vector, found by embedding one word."""
        return self._dim

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Estimate each text's tokens: one for every three bytes of UTF-8."""
        return [estimated_tokens(text) for text in texts]

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one vector per text [n, dim], sent in groups of 64.

        Raises:
            UsageError: if a text is estimated at more than ``max_tokens``.
            ModelUnavailable: if the server fails or its answer is not what was asked for.
        """
        refuse_long(self.count_tokens(texts), self.max_tokens)
        return embed_parts(texts, self._documents, dim=self.dim, progress=progress)

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question [dim], cut at about 512 tokens."""
        kept = whole(text).encode()[: 3 * self.max_tokens]
        return self._ask([kept.decode("utf-8", "ignore")])[0]

    @cached_property
    def _dim(self) -> int:
        return len(self.embed_query("dimension"))

    def _documents(self, texts: Sequence[str]) -> Vector:
        vectors = self._ask(texts)
        if vectors.shape[1] != self.dim:
            raise self._failure(f"vectors of {vectors.shape[1]} numbers, earlier of {self.dim}")
        return vectors

    def _ask(self, texts: Sequence[str]) -> Vector:
        inputs = [whole(text) for text in texts]
        body = json.dumps({"model": self._model, "input": inputs, "encoding_format": "float"})
        answer = self._send(body.encode("ascii"))
        try:
            rows = sorted(json.loads(answer)["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise self._failure(f"no list of embeddings ({error!r})") from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not vectors.shape[1]:
            raise self._failure(f"{vectors.shape} numbers for {len(texts)} texts")
        if not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
            raise self._failure("a vector of zeros, or numbers that are not finite")
        return unit(vectors)

    def _send(self, body: bytes) -> bytes:
        for wait in (*self._server.waits, None):
            try:
                with self._opener.open(self._request(body), timeout=self._server.timeout) as reply:
                    return reply.read()
            except HTTPError as error:
                error.close()
                if error.code not in BUSY or wait is None:
                    raise self._failure(f"status {error.code}") from error
                time.sleep(wait)
            except (OSError, http.client.HTTPException) as error:
                raise self._failure(f"no answer ({error})") from error
        raise AssertionError

    def _request(self, body: bytes) -> Request:
        headers = {"Content-Type": "application/json"}
        if self._server.key:
            headers["Authorization"] = f"Bearer {self._server.key}"
        return Request(self._server.address, body, headers)

    def _failure(self, what: str) -> ModelUnavailable:
        advice = "check that the server runs and serves this model"
        where = f"{self._server.address}, model {self._model}"
        return ModelUnavailable(f"embedding failed at {where}: {what}: {advice}")


class _StayHere(HTTPRedirectHandler):
    """Follow no redirects: they would take texts and key to another place."""

    def redirect_request(self, *args: object) -> None:  # pyright: ignore
        """Refuse; the redirect then ends as an HTTP error."""
        return
