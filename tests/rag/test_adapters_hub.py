"""Fetching a model, which happens only where the user allows it, from a hub on loopback."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub")

REVISION = "1" * 40
FILES = {
    "config.json": b"{}",
    "model.safetensors": b"weights",
    "tokenizer.json": b"{}",
    "pytorch_model.bin": b"a pickle",
    "modeling_evil.py": b"evil = True",
}
SNAPSHOT = """
import sys
from rag.adapters.hf import hub
from rag.errors import ModelUnavailable
try:
    print(*sorted(path.name for path in hub.snapshot("attest/model").iterdir()))
except ModelUnavailable as error:
    sys.exit(str(error))
"""


class Hub(BaseHTTPRequestHandler):
    """Speaks as much of the hub's protocol as fetching a model takes."""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def _answer(self, *, with_body: bool) -> None:
        name = self.path.rpartition("/")[2]
        if "/tree/" in self.path:
            entries = [
                {"type": "file", "path": each, "size": len(body), "oid": "0" * 40}
                for each, body in FILES.items()
            ]
            self._send(json.dumps(entries).encode(), {}, with_body)
        elif self.path.startswith("/api/"):
            listed = [{"rfilename": each} for each in FILES]
            about = {"id": "attest/model", "sha": REVISION, "siblings": listed}
            self._send(json.dumps(about).encode(), {}, with_body)
        else:
            tags = {"X-Repo-Commit": REVISION, "ETag": f'"{name}"'}
            self._send(FILES[name], tags, with_body)

    def _send(self, body: bytes, headers: dict[str, str], with_body: bool) -> None:
        self.send_response(200)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def snapshot(home: Path, endpoint: str, offline: str) -> subprocess.CompletedProcess[str]:
    """Ask for a model in a process of its own: the vendor reads its settings at import."""
    told = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_OFFLINE": offline}
    return subprocess.run(
        [sys.executable, "-c", SNAPSHOT],
        env=os.environ | told | {"TRANSFORMERS_OFFLINE": "0"},
        capture_output=True,
        text=True,
    )


def test_neither_code_nor_pickles_are_fetched(hub: str, tmp_path: Path):
    done = snapshot(tmp_path, hub, "0")

    assert done.stdout.split() == ["config.json", "model.safetensors", "tokenizer.json"]
    assert not [*tmp_path.rglob("*.py"), *tmp_path.rglob("*.bin")]
    assert snapshot(tmp_path, "http://127.0.0.1:9", "1").stdout == done.stdout


def test_nothing_is_fetched_by_default(hub: str, tmp_path: Path):
    done = snapshot(tmp_path, hub, "")

    assert done.returncode == 1
    assert "in the local cache: set HF_HUB_OFFLINE=0 to fetch it" in done.stderr


def test_a_hub_out_of_reach_is_named_in_one_line(tmp_path: Path):
    done = snapshot(tmp_path, "http://127.0.0.1:9", "0")

    assert done.stderr == "hf:attest/model is not to be had: check name and network\n"
