"""A running Zotero: its pages, its refusals, and that nobody else is asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from rag.errors import SourceError
from rag.schema import Record, Source
from rag.sources import bibtex, csljson, zotero, zoterolocal
from rag.sources.zoterolocal import fetch

TITLES = [f"Paper {number}" for number in range(7)]


def csl(titles: list[str]) -> str:
    return json.dumps([{"id": one, "type": "book", "title": one} for one in titles], indent=2)


def items(titles: list[str]) -> str:
    return json.dumps([{"data": {"itemType": "book", "title": one}} for one in titles])


def entries(titles: list[str]) -> str:
    return "\r\n".join(f"@book{{k{one[-1]},\r\n title = {{{one}}}\r\n}}" for one in titles)


FORMATS = {"csljson": csl, "json": items, "bibtex": entries}


class Zotero(BaseHTTPRequestHandler):
    """Answers as the local API does; what it was asked is kept."""

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        status = int(asked.get("status", ["200"])[0])
        start = int(asked.get("start", ["0"])[0])
        limit = int(asked.get("limit", [str(len(TITLES))])[0])
        body = FORMATS[asked.get("format", ["csljson"])[0]](TITLES[start : start + limit])
        self.send_response(status)
        self.send_header("Total-Results", str(len(TITLES)))
        self.send_header("Location", "http://example.org/")
        self.send_header("Content-Length", str(len(body) + int(asked.get("short", ["0"])[0])))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent."""


@contextmanager
def running() -> Iterator[tuple[str, list[str]]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Zotero) as server:
        server.asked = []  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", server.asked  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


def place(position: int) -> Source:
    return Source(file="f", position=position, format="x")


@pytest.mark.parametrize("page", [1, 3, 7, 100])
@pytest.mark.parametrize(
    ("form", "reader"), [("csljson", csljson), ("json", zotero), ("bibtex", bibtex)]
)
def test_a_library_is_read_page_by_page_in_every_format(page: int, form: str, reader):
    with running() as (host, asked):
        lines = fetch(f"{host}/api/users/0/items?format={form}&tag=a&tag=b", page=page)
        found = list(reader.read(lines, place))

    assert [one.title for one in found if isinstance(one, Record)] == TITLES
    assert [one.source.position for one in found] == list(range(1, 8))
    assert len(asked) == -(-7 // page)
    wanted = f"format={form}&tag=a&tag=b&sort=dateAdded&direction=asc&start=0&limit={page}"
    assert asked[0] == f"/api/users/0/items?{wanted}"


def test_pages_are_asked_for_as_they_are_read():
    with running() as (host, asked):
        lines = fetch(f"{host}/api/users/0/items", page=2)
        assert asked == []
        next(lines)
        assert len(asked) == 1


@pytest.mark.parametrize(
    "address",
    ["/api/users/0/items?start=2&limit=3", "/better-bibtex/export/library?/1/library.json"],
)
def test_an_address_with_a_range_or_outside_of_the_api_is_asked_as_it_is(address: str):
    with running() as (host, asked):
        list(fetch(host.replace("127.0.0.1", "localhost") + address, page=2))

    assert asked == [address]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/api/users/0/items",
        "http://127.0.0.1.example.org/api",
        "http://127.0.0.1@example.org/",
        "http://localhost.example.org:23119/",
        "http://192.168.0.1/api",
        "http://0.0.0.0/api",
        "http://127.1/api",
        "http://[::2]/api",
        "http://[broken/api",
        "http://127.0.0.1:port/",
        "https://127.0.0.1/api",
        "file:///etc/hosts",
        "//127.0.0.1/api",
        "127.0.0.1",
        "",
        "http://example.org/" + "x" * 9_999,
    ],
)
def test_no_other_machine_is_ever_asked(url: str):
    with pytest.raises(SourceError, match=r"^not an address of this machine: .{,300}$"):
        fetch(url)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("status=403", "Zotero answers 403 .*; allow other applications"),
        ("status=404", "Zotero answers 404 .*; check the address"),
        ("status=302", "Zotero answers 302"),
        ("status=500", "Zotero answers 500"),
        ("short=9", "answer of http://127.0.0.1:.* ends early"),
    ],
)
def test_a_refusal_is_one_line_and_no_redirection_is_followed(query: str, words: str):
    with running() as (host, asked), pytest.raises(SourceError, match=words) as caught:
        list(fetch(f"{host}/api/users/0/items?{query}", timeout=5))

    assert "\n" not in str(caught.value)
    assert len(asked) == 1


def test_a_zotero_that_does_not_run_is_told(monkeypatch: pytest.MonkeyPatch):
    with running() as (host, _):
        pass
    monkeypatch.setenv("http_proxy", "http://example.org:1")

    with pytest.raises(SourceError, match=f"^no answer from {host}/a.*; start Zotero$"):
        list(fetch(f"{host}/a b\ud800ü?ö"))


def test_a_page_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zoterolocal, "WHOLE", 100)

    with running() as (host, _), pytest.raises(SourceError, match=r"^over 0 MiB in one page of"):
        list(fetch(f"{host}/api/users/0/items"))
