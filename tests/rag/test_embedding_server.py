"""The embedder behind an OpenAI-compatible server, against a real server on loopback."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from rag.embedding import open_embedder
from rag.embedding.hosted import HostedEmbedder, Server
from rag.errors import ModelUnavailable, UsageError

Reply = Callable[[dict[str, object]], tuple[int, bytes]]


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of callers that hang up."""


class Endpoint:
    """An embeddings server on loopback whose reply a test chooses."""

    def __init__(self) -> None:
        self.reply: Reply = honest
        self.requests: list[tuple[str, str | None, dict[str, object]]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.requests.append((self.path, self.headers["Authorization"], body))
                status, content = endpoint.reply(body)
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", f"{endpoint.url}/elsewhere")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Keep quiet."""

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def honest(body: dict[str, object]) -> tuple[int, bytes]:
    texts = body["input"]
    assert isinstance(texts, list)
    # Out of order, not of length 1, as real servers may answer.
    rows = [
        {"index": n, "embedding": [float(len(text)), 1.0, n * 0.0, 3.0]}
        for n, text in reversed(list(enumerate(texts)))
    ]
    return 200, json.dumps({"data": rows}).encode()


def constant(status: int, content: bytes) -> Reply:
    return lambda _: (status, content)


def rows_of(*vectors: list[float]) -> Reply:
    rows = [{"index": n, "embedding": vector} for n, vector in enumerate(vectors)]
    return constant(200, json.dumps({"data": rows}).encode())


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    running = Endpoint()
    yield running
    running.close()


def test_a_server_is_asked_in_groups_of_64(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATTEST_EMBEDDING_KEY", "secret")
    embedder = open_embedder(f"openai:org/model@v2@{endpoint.url}/v1")
    texts = ["x" * n for n in range(1, 131)]
    seen: list[int] = []
    vectors = embedder.embed(texts, progress=seen.append)
    assert vectors.shape == (130, 4)
    assert seen == [64, 128, 130]
    expected = np.array([[n, 1, 0, 3] for n in range(1, 131)], float)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.allclose(vectors, expected, atol=1e-3)
    paths, keys, bodies = zip(*endpoint.requests, strict=True)
    assert set(paths) == {"/v1/embeddings"}
    assert set(keys) == {"Bearer secret"}
    assert [len(body["input"]) for body in bodies] == [1, 64, 64, 2]
    assert {body["model"] for body in bodies} == {"org/model@v2"}
    assert "secret" not in embedder.model_id


def test_a_server_gets_text_it_can_read_and_no_key_by_default(endpoint: Endpoint):
    embedder = HostedEmbedder("m", Server(endpoint.url + "/v1/embeddings"))
    assert np.linalg.norm(embedder.embed_query("a \ud800 b")) == pytest.approx(1)
    path, key, body = endpoint.requests[0]
    assert (path, key, body["input"]) == ("/v1/embeddings", None, ["a \ufffd b"])
    embedder.embed_query("é" * 5000)
    assert endpoint.requests[1][2]["input"] == ["é" * 768]
    with pytest.raises(UsageError, match="text 2"):
        embedder.embed(["short", "x" * 2000])


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (constant(500, b"{}"), "status 500"),
        (constant(401, b"{}"), "status 401"),
        (constant(302, b""), "status 302"),
        (constant(200, b"<html>"), "no list of embeddings"),
        (constant(200, b"[]"), "no list of embeddings"),
        (constant(200, b'{"data": [{"index": 0}]}'), "no list of embeddings"),
        (constant(200, b'{"data": []}'), "numbers for 1 texts"),
        (rows_of([1.0, 2.0], [3.0, 4.0]), "numbers for 1 texts"),
        (rows_of([]), "numbers for 1 texts"),
        (rows_of([0.0, 0.0]), "zeros"),
        (rows_of([float("nan"), 1.0]), "not finite"),
    ],
)
def test_a_servers_failure_is_one_line_and_names_the_server(
    endpoint: Endpoint, reply: Reply, what: str
):
    endpoint.reply = reply
    with pytest.raises(ModelUnavailable, match=what) as caught:
        HostedEmbedder("m", Server(endpoint.url)).embed_query("text")
    assert "\n" not in str(caught.value)
    assert endpoint.url in str(caught.value)
    assert len(endpoint.requests) == 1


def test_a_server_that_changes_its_dimension_is_refused(endpoint: Endpoint):
    embedder = HostedEmbedder("m", Server(endpoint.url))
    assert embedder.dim == 4
    endpoint.reply = rows_of([1.0, 2.0])
    with pytest.raises(ModelUnavailable, match="vectors of 2 numbers, earlier of 4"):
        embedder.embed(["text"])


def test_a_slow_server_is_given_up(endpoint: Endpoint):
    def slow(body: dict[str, object]) -> tuple[int, bytes]:
        time.sleep(0.3)
        return honest(body)

    endpoint.reply = slow
    with pytest.raises(ModelUnavailable, match=r"no answer .*timed out"):
        HostedEmbedder("m", Server(endpoint.url, timeout=0.05)).embed_query("text")


def test_an_absent_server_is_named():
    with pytest.raises(ModelUnavailable, match="no answer"):
        HostedEmbedder("m", Server("http://127.0.0.1:1", timeout=1)).embed_query("text")


def test_a_busy_server_is_asked_again(endpoint: Endpoint):
    def busy_once(body: dict[str, object]) -> tuple[int, bytes]:
        return honest(body) if len(endpoint.requests) > 1 else (429, b"{}")

    endpoint.reply = busy_once
    patient = HostedEmbedder("m", Server(endpoint.url, waits=(0.0,)))
    assert patient.embed_query("text").shape == (4,)
    endpoint.reply = constant(503, b"{}")
    with pytest.raises(ModelUnavailable, match="status 503"):
        patient.embed_query("text")
    assert len(endpoint.requests) == 4
