"""``attest add zotero:``: a running Zotero is read like a file, and nobody else is asked."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from light import library_of

from rag.errors import SourceError
from rag.sources import read_papers
from rag.sources.zoteroplace import address

ITEMS = [
    {
        "key": f"K{number}",
        "data": {
            "itemType": "journalArticle",
            "title": f"Owls of the night, volume {number}",
            "abstractNote": f"Owl {number} hunts.",
            "extra": "Retracted: by the journal" if number == 2 else "",
        },
    }
    for number in range(1_203)
]


class Zotero(BaseHTTPRequestHandler):
    """Answers as the local API does, in pages; what it was asked is kept."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        query = parse_qs(urlsplit(self.path).query)
        start, limit = int(query["start"][0]), int(query["limit"][0])
        known = urlsplit(self.path).path.startswith(("/api/users/0/", "/api/groups/42/"))
        body = json.dumps(ITEMS[start : start + limit]).encode() if known else b"Not found"
        self.send_response(200 if known else 404)
        self.send_header("Total-Results", str(len(ITEMS)))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent."""


@pytest.fixture
def host() -> Iterator[str]:
    Zotero.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Zotero) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_running_zotero_is_added_and_added_again(host: str, tmp_path: Path):
    place = f"zotero:{host}"
    library = library_of(tmp_path / "library")
    first = library.add([place])
    assert (first.new, first.rejected, first.errors) == (len(ITEMS), 0, ())
    assert [path.partition("?")[0] for path in Zotero.asked] == ["/api/users/0/items/top"] * 2
    again = library.add([place])
    assert (again.unchanged, again.batch) == (len(ITEMS), None)
    with library.snapshot() as snapshot:
        told = {paper.title: paper for paper in snapshot.iter_papers()}
    third = told["Owls of the night, volume 2"]
    assert third.retraction == "retracted: by the journal"
    assert [(each.file, each.position, each.format) for each in third.sources] == [
        (place, 3, "zotero")
    ]


def test_a_group_is_asked_for_and_what_is_not_there_is_one_error(host: str, tmp_path: Path):
    library = library_of(tmp_path / "library")
    report = library.add([f"zotero://{host}/groups/42/collections/AB", f"zotero:{host}/groups/7"])
    assert Zotero.asked[0].startswith("/api/groups/42/collections/AB/items/top?")
    assert report.new == len(ITEMS)
    (error,) = report.errors
    assert "answers 404" in error.reason


@pytest.mark.parametrize(
    ("place", "url"),
    [
        ("zotero:", "http://127.0.0.1:23119/api/users/0/items/top?format=json"),
        ("zotero:groups/42", "http://127.0.0.1:23119/api/groups/42/items/top?format=json"),
        (
            "zotero:collections/ABCD",
            "http://127.0.0.1:23119/api/users/0/collections/ABCD/items/top?format=json",
        ),
        ("zotero:/localhost:1/users/0", "http://localhost:1/api/users/0/items/top?format=json"),
        ("zotero:[::1]:99", "http://[::1]:99/api/users/0/items/top?format=json"),
    ],
)
def test_a_place_has_one_address(place: str, url: str):
    assert address(place) == url


@pytest.mark.parametrize(
    "place",
    [
        "zotero:example.org:80",
        "zotero:10.0.0.1:23119/groups/42",
        "zotero:../../etc",
        "zotero:groups/42?format=atom",
        "zotero:127.0.0.1.example.org:80",
    ],
)
def test_no_other_machine_and_no_other_address_is_asked(place: str, network_guard):
    with pytest.raises(SourceError) as told:
        list(read_papers(place))
    assert len(str(told.value).splitlines()) == 1
    assert not network_guard.take()


def test_nobody_there_is_one_line():
    with pytest.raises(SourceError, match="start Zotero"):
        list(read_papers("zotero:127.0.0.1:9"))


def test_a_file_of_that_name_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("zotero:").write_text('{"_id": "a", "title": "Owls"}')
    assert [each.source.format for each in read_papers("zotero:")] == ["jsonl"]
