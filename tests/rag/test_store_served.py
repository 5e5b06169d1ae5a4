"""A server that is killed, cut off, slow, gone, altered or none at all."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fakechroma import LIMITS, FakeChroma, Reply
from forms import held, held_of, library_in
from light import library_of
from typer.testing import CliRunner

from eval.bench.chromaserver import RunningChroma
from eval.bench.cutting import CuttingProxy
from rag.backups import back_up, restore
from rag.cli.app import app
from rag.embedding import open_embedder
from rag.errors import LibraryDamaged, LibraryError, LibraryMismatch, StoreUnavailable, UsageError
from rag.library import Library
from rag.store.remote import ChromaServer
from rag.store.space import needed
from rag.store.tables import CATALOGUE

QUESTION = open_embedder("hash").embed_query("clay of region 10")
COLLECTIONS = "/tenants/default_tenant/databases/default_database/collections"


def write(path: Path, numbers: Sequence[int]) -> Path:
    rows = (
        {"_id": f"made:{n}", "title": f"Kiln {n}", "text": f"Clay of region {n} held {n} days."}
        for n in numbers
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a call be made again without a pause."""
    monkeypatch.setattr("rag.store.remote._PAUSE", 0.0)


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return write(tmp_path / "papers.jsonl", range(24))


@pytest.fixture
def more(tmp_path: Path) -> Path:
    return write(tmp_path / "more.jsonl", range(20, 40))


@pytest.fixture
def library(tmp_path: Path, chroma: RunningChroma, papers: Path) -> Library:
    made = library_in(tmp_path / "library", chroma.url)
    made.add([papers])
    return made


@pytest.fixture
def expected(tmp_path: Path, papers: Path, more: Path) -> str:
    """Return the fingerprint of all papers."""
    return library_of(tmp_path / "expected", papers, more).status().fingerprint


@pytest.fixture
def proxy(chroma: RunningChroma) -> Iterator[CuttingProxy]:
    with CuttingProxy(chroma.port) as running:
        yield running


def name_in(library: Library, store: str) -> str:
    (name,) = held_of(library, store)
    return name


def refusal(error: BaseException, host: str) -> str:
    """Return an error's text, having seen that it is one line that names the host."""
    said = str(error)
    assert "\n" not in said
    assert host in said
    return said


def test_a_server_killed_during_a_publish_loses_nothing(
    tmp_path: Path, papers: Path, more: Path, expected: str
):
    with RunningChroma(tmp_path) as running:
        library = library_in(tmp_path / "library", running.url)
        before = library.add([papers])

        def kill(stage: str, done: int, total: int) -> None:
            if stage == "index":
                running.kill()

        with pytest.raises(StoreUnavailable) as first:
            library.add([more], progress=kill)
        assert "nothing stored here is lost" in refusal(first.value, running.url[7:])
        with pytest.raises(StoreUnavailable):
            library.add([more])
        assert library.reachable() is False
        assert library.status().fingerprint == before.fingerprint
        with library.open() as view:
            assert len(view.vectors.search(QUESTION, 5)) == 5
        running.start()
        assert library.reachable() is True
        assert library.verify() == before.fingerprint
        report = library.add([more])
        assert report.fingerprint == expected == library.verify()
        assert report.embedded < 16
        assert len(held_of(library, running.url)) == 1


def test_a_connection_that_is_cut_once_is_made_again(
    tmp_path: Path, proxy: CuttingProxy, papers: Path, more: Path, expected: str
):
    library = library_in(tmp_path / "library", proxy.url)
    library.add([papers])

    def cut(stage: str, done: int, total: int) -> None:
        if stage == "words" and done:
            proxy.cut_after(9_000)

    assert library.add([more], progress=cut).fingerprint == expected == library.verify()
    assert proxy.cuts == 1


@pytest.mark.parametrize("after", [0, 400, 5_000, 20_000])
def test_connections_that_are_cut_again_and_again_lose_nothing(
    after: int, tmp_path: Path, proxy: CuttingProxy, papers: Path, more: Path, expected: str
):
    library = library_in(tmp_path / "library", proxy.url)
    before = library.add([papers]).fingerprint
    proxy.cut_after(after, times=1_000)
    with pytest.raises(StoreUnavailable) as broken:
        library.add([more])
    refusal(broken.value, proxy.url[7:])
    assert library.status().fingerprint == before
    proxy.mend()
    assert library.verify() == before
    assert library.add([more]).fingerprint == expected == library.verify()
    assert len(held_of(library, proxy.url)) == 1


def test_half_an_answer_is_no_answer(chroma: RunningChroma, proxy: CuttingProxy):
    whole = ChromaServer(chroma.url).wire.ask("GET", "/pre-flight-checks", within=5)
    assert whole.content["max_batch_size"] > 0
    server = ChromaServer(proxy.url)
    sizes = range(1, 500, 7)
    broken = 0
    for size in sizes:
        proxy.cut_after(size)
        try:
            assert server.wire.ask("GET", "/pre-flight-checks", within=5) == whole
        except StoreUnavailable:
            broken += 1
        proxy.mend()
    assert 10 < broken < len(sizes)


def test_a_server_that_drips_is_not_waited_for():
    def drip() -> None:
        with suppress(OSError):
            caller, _ = listener.accept()
            with caller:
                for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 2_000:
                    caller.sendall(bytes([byte]))
                    time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip)
        thread.start()
        port = listener.getsockname()[1]
        with pytest.raises(StoreUnavailable, match=r"did not answer within 0\.3 s"):
            ChromaServer(f"http://127.0.0.1:{port}").greet(within=0.3)
        thread.join()


def test_an_answer_that_is_deep_or_no_text_is_none(tmp_path: Path):
    for body in (b"[" * 100_000, b"\xff\xfe", b"{", b'"1.0.0\nforged line"', b"[1]"):
        with FakeChroma(lambda *_, body=body: (200, body)) as fake:
            with pytest.raises((StoreUnavailable, LibraryMismatch)) as refused:
                ChromaServer(fake.url).greet()
            refusal(refused.value, fake.url[7:])


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every library be large enough for the graph."""
    monkeypatch.setattr("rag.store.index.EXACT_LIMIT", 10)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("fault", ["hangs", "cut", "gone", "unnamed"])
def test_a_search_without_the_server_scans_and_says_so(
    fault: str, library: Library, proxy: CuttingProxy, chroma: RunningChroma
):
    with library.open() as view:
        served = view.vectors.search(QUESTION, 5)
        assert view.vectors.notice is None
    store = "embedded" if fault == "unnamed" else proxy.url
    reader = library_in(library.directory, store, patience=0.3)
    if fault == "hangs":
        proxy.mute = True
    elif fault == "cut":
        proxy.cut_after(100, times=1_000)
    elif fault == "gone":
        ChromaServer(chroma.url).delete(name_in(library, chroma.url))
    for _ in range(2):
        with reader.open() as view:
            found = view.vectors.search(QUESTION, 5)
            assert [score for _, score in found] == [score for _, score in served]
            assert "nothing is missed" in (view.vectors.notice or "")
        assert reader.notice == view.vectors.notice


@pytest.mark.usefixtures("_small")
def test_an_answer_tells_that_the_server_did_not_answer(library: Library, proxy: CuttingProxy):
    from rag.build import open_assistant
    from rag.settings import Settings

    proxy.cut_after(0, times=1_000)
    settings = Settings(library=library.directory, store=proxy.url, embedder="hash")
    answer = open_assistant(settings).ask("How long did the clay of region 10 hold?")
    assert any(proxy.url[7:] in notice for notice in answer.notices)
    assert answer.hits[0].passage.paper_id == "made:10"


@pytest.mark.usefixtures("_small")
def test_a_reader_keeps_its_version_though_its_collection_goes(library: Library, more: Path):
    with library.open() as view:
        before = view.vectors.search(QUESTION, 24)
        library_in(library.directory, library.status().store).add([more])
        assert view.vectors.search(QUESTION, 24) == before
        with view.refresh() as newest:
            assert len(newest.vectors.search(QUESTION, 40)) == 40
            assert newest.vectors.notice is None


def test_the_disk_needs_no_room_for_what_the_server_keeps(
    tmp_path: Path, library: Library, papers: Path, more: Path, monkeypatch: pytest.MonkeyPatch
):
    embedded = library_of(tmp_path / "embedded", papers)
    sizes = [(made.directory / CATALOGUE).stat().st_size for made in (library, embedded)]
    free = needed(44, 384, max(sizes), apart=True)
    assert free < needed(40, 384, min(sizes))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    assert library.add([more]).new == 16
    with pytest.raises(LibraryError, match="are free"):
        embedded.add([more])


def test_below_the_limit_no_server_is_asked(library: Library):
    with FakeChroma(lambda *_: (500, {})) as fake:
        with library_in(library.directory, fake.url).open() as view:
            assert view.vectors.search(QUESTION, 5)
            assert view.vectors.notice is None
        assert fake.asked == []


class Damages:
    """Changes that somebody else makes to a collection."""

    @staticmethod
    def record(server: ChromaServer, path: str) -> None:
        server.wire.ask("POST", f"{path}/delete", {"ids": ["made:3#0"]}, within=5)

    @staticmethod
    def vector(server: ChromaServer, path: str) -> None:
        changed = {"ids": ["made:3#0"], "embeddings": [np.ones(384).tolist()]}
        server.wire.ask("POST", f"{path}/update", changed, within=5)

    @staticmethod
    def title(server: ChromaServer, path: str) -> None:
        changed = {"ids": ["made:3#0"], "embeddings": [None], "metadatas": [{"title": "Forged"}]}
        assert server.wire.ask("POST", f"{path}/update", changed, within=5).status == 200

    @staticmethod
    def more(server: ChromaServer, path: str) -> None:
        added = {"ids": ["x#0"], "embeddings": [np.ones(384).tolist()]}
        server.wire.ask("POST", f"{path}/add", added, within=5)

    @staticmethod
    def all(server: ChromaServer, path: str) -> None:
        for name, number in held(server.url).items():
            if path.endswith(number):
                server.delete(name)


@pytest.mark.parametrize("damage", ["record", "vector", "title", "more", "all"])
def test_damage_to_a_collection_is_found_and_mended(
    damage: str, library: Library, chroma: RunningChroma
):
    server = ChromaServer(chroma.url)
    number = held(chroma.url)[name_in(library, chroma.url)]
    getattr(Damages, damage)(server, f"{COLLECTIONS}/{number}")
    with pytest.raises(LibraryDamaged, match="attest rebuild") as found:
        library.verify()
    refusal(found.value, chroma.url[7:])
    assert library.rebuild() == library.status().fingerprint == library.verify()


def test_a_token_is_sent_and_no_proxy_of_the_environment_is_asked(
    proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    from rag.build import open_library
    from rag.settings import Settings

    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("ATTEST_STORE_TOKEN", "sesame-321")
    settings = Settings(library=tmp_path / "library", store=proxy.url, embedder="hash")
    assert open_library(settings).reachable() is True
    assert b"x-chroma-token: sesame-321\r\n" in proxy.head
    assert "sesame" not in repr(settings)
    monkeypatch.setenv("ATTEST_STORE_TOKEN", "two\nlines")
    with pytest.raises(UsageError, match="ATTEST_STORE_TOKEN"):
        open_library(settings)


REFUSED = {
    "0.6.3": LibraryMismatch,
    "2.0.0": LibraryMismatch,
    "page": StoreUnavailable,
    "denied": StoreUnavailable,
    "elsewhere": StoreUnavailable,
    "limits": StoreUnavailable,
    "function": LibraryDamaged,
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_server_of_ours_is_refused_before_any_write(
    kind: str, tmp_path: Path, papers: Path
):
    named = {"embedding_function": {"type": "known", "name": "evil", "config": {}}}
    pages: dict[str, Reply] = {"page": (200, b"<html>"), "denied": (401, {"token": "sesame"})}
    pages["elsewhere"] = (302, {})

    def answer(method: str, path: str) -> Reply:
        if kind in pages:
            return pages[kind]
        if path == "/version":
            return 200, kind if kind[0].isdigit() else "1.0.0"
        if path == "/pre-flight-checks":
            return 200, LIMITS if kind != "limits" else [1]
        if method == "POST" and path == COLLECTIONS:
            return 200, {"name": "n", "id": "i", "metadata": None, "configuration_json": named}
        return 200, []

    with FakeChroma(answer) as fake:
        library = library_in(tmp_path / "library", fake.url)
        with pytest.raises(REFUSED[kind]) as refused:
            library.add([papers])
        said = refusal(refused.value, fake.url[7:])
        assert "sesame" not in said
        assert not any(path.endswith(("/upsert", "/elsewhere")) for _, path in fake.asked)
    assert library.status().version == ""


@pytest.mark.usefixtures("_small")
def test_other_passages_than_the_version_has_are_not_taken(library: Library):
    wrong: list[Reply] = [
        (200, {"ids": [["made:1#0", "stranger#0", "made:2#0"]]}),
        (200, {"ids": [["made:1#0"] * 3]}),
        (200, {"ids": [[]]}),
        (200, {"ids": []}),
        (200, {"ids": 3}),
        (200, [1]),
        (200, {"ids": [[["made:1#0"], None, 3]]}),
    ]
    with library.open() as view:
        exact = [score for _, score in view.vectors.search(QUESTION, 3)]
    for each in wrong:
        with (
            FakeChroma(lambda *_, each=each: each) as fake,
            library_in(library.directory, fake.url).open() as view,
        ):
            assert [score for _, score in view.vectors.search(QUESTION, 3)] == exact
            assert "nothing is missed" in (view.vectors.notice or "")


def test_a_library_moves_to_a_server_and_back(tmp_path: Path, chroma: RunningChroma, papers: Path):
    embedded = library_in(tmp_path / "library")
    served = library_in(tmp_path / "library", chroma.url)
    before = embedded.add([papers]).fingerprint
    assert served.verify() == before
    assert served.rebuild() == before == served.verify()
    assert not (served.directory / "versions" / served.status().version / "chroma").exists()
    assert embedded.status().published == chroma.url
    with pytest.raises(LibraryMismatch, match=f"{chroma.url}.*now embedded"):
        embedded.verify()
    with embedded.open() as view:
        assert view.vectors.search(QUESTION, 3)

    embedded.add([write(tmp_path / "one.jsonl", [90])])
    assert embedded.verify() == embedded.status().fingerprint
    assert embedded.status().left == (chroma.url,)
    assert len(held_of(served, chroma.url)) == 1
    served.compact()
    assert held_of(served, chroma.url) == []
    assert embedded.status().left == ()
    assert embedded.verify() == embedded.status().fingerprint


def test_what_was_removed_while_the_server_was_gone_goes_with_the_next_compact(
    library: Library, proxy: CuttingProxy, chroma: RunningChroma, monkeypatch: pytest.MonkeyPatch
):
    from rag.store import served

    through = library_in(library.directory, proxy.url)
    swept = served.sweep

    def cut(*asked: Any, **named: Any) -> None:
        if library.status().papers < 24:
            proxy.cut_after(0, times=1_000)
        swept(*asked, **named)

    monkeypatch.setattr(served, "sweep", cut)
    with pytest.raises(StoreUnavailable, match=r"published.*attest compact"):
        through.remove(["made:3"])
    assert library.status().papers == 23
    assert len(held_of(library, chroma.url)) == 2
    proxy.mend()
    library.compact()
    assert len(held_of(library, chroma.url)) == 1
    assert library.verify() == library.status().fingerprint


def test_a_restored_library_leaves_the_first_ones_collection_alone(
    library: Library, tmp_path: Path, chroma: RunningChroma, more: Path
):
    first = name_in(library, chroma.url)
    back_up(library, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored")
    second = library_in(tmp_path / "restored", chroma.url)
    assert second.verify() == library.verify()
    second.add([more])
    assert first in held(chroma.url)
    assert library.verify() == library.status().fingerprint
    assert second.verify() == second.status().fingerprint != library.status().fingerprint


def test_a_collection_says_what_it_is(library: Library, chroma: RunningChroma):
    status = library.status()
    found = ChromaServer(chroma.url).find(name_in(library, chroma.url))
    assert found is not None
    told = found.metadata
    assert (told["version"], told["fingerprint"]) == (status.version, status.fingerprint)
    assert (told["generation"], told["dim"], told["model"]) == (1, 384, status.model)


def test_any_chroma_client_can_read_a_served_version(library: Library, chroma: RunningChroma):
    import subprocess
    import sys

    code = """
import sys, chromadb
client = chromadb.HttpClient("127.0.0.1", int(sys.argv[1]))
collection = client.get_collection(sys.argv[2])
first = collection.get(ids=["made:7#0"], include=["embeddings", "metadatas"])
nearest = collection.query(query_embeddings=first["embeddings"], n_results=1)
print(collection.count(), nearest["ids"][0][0], first["metadatas"][0]["title"])
"""
    arguments = [str(chroma.port), name_in(library, chroma.url)]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
    )
    assert done.stdout == "24 made:7#0 Kiln 7\n"


@pytest.mark.usefixtures("_small")
def test_a_search_at_the_command_line_says_so_on_stderr(library: Library, proxy: CuttingProxy):
    place = ["--library", str(library.directory), "--embedder", "hash", "--store", proxy.url]
    asked = [*place, "search", "clay of region 10", "-k", "1"]
    well = CliRunner().invoke(app, asked, env={"COLUMNS": "300"})
    assert (well.exit_code, well.stderr) == (0, "")
    proxy.cut_after(0, times=1_000)
    cut = CliRunner().invoke(app, asked, env={"COLUMNS": "300"})
    assert (cut.exit_code, cut.stdout) == (0, well.stdout)
    assert "nothing is missed" in " ".join(cut.stderr.split())
    assert "Traceback" not in cut.stderr
    questions = library.directory.parent / "questions.jsonl"
    lines = (json.dumps({"id": n, "question": f"clay of region {n}"}) for n in (9, 10))
    questions.write_text("\n".join(lines), encoding="utf-8")
    batch = [*place, "search", "--batch", str(questions)]
    told = CliRunner().invoke(app, batch, env={"COLUMNS": "300"})
    assert (told.exit_code, len(told.stdout.splitlines())) == (0, 2)
    assert told.stderr.count("nothing is missed") == 1
    more = CliRunner().invoke(app, [*place, "rebuild"], env={"COLUMNS": "300"})
    assert more.exit_code == 1
    assert "nothing stored here is lost" in more.stderr
    assert len(more.stderr.strip().splitlines()) == 1
