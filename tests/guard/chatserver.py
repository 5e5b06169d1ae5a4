"""A chat server on loopback whose answers a test chooses."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Body = dict[str, object]
Answer = Callable[[Body], tuple[int, dict[str, str], bytes]]


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of callers that hang up."""


class ChatEndpoint:
    """A chat server on loopback whose answer a test chooses."""

    def __init__(self) -> None:
        self.answer: Answer = said('{"entailed": true, "reason": "it says so"}')
        self.drip = 0.0
        self.requests: list[tuple[str, str | None, Body]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.requests.append((self.path, self.headers["Authorization"], body))
                status, headers, content = endpoint.answer(body)
                if endpoint.drip:
                    self._drip()
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _drip(self) -> None:
                for byte in b"HTTP/1.0 200 OK\r\nX-Slow: " + b"x" * 100:
                    self.wfile.write(bytes([byte]))
                    time.sleep(endpoint.drip)

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


def constant(status: int, content: bytes = b"{}", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: (status, named, content)


def said(text: object, usage: object = None) -> Answer:
    content: Body = {"choices": [{"message": {"role": "assistant", "content": text}}]}
    if usage is not None:
        content["usage"] = usage
    return constant(200, json.dumps(content).encode())
