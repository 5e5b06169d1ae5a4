import hashlib
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import LibraryMissing, PaperNotFound
from rag.schema import Filters, Identifiers, Paper, Passage, Source
from rag.store.catalogue import Batch, Catalogue
from rag.store.fingerprint import fingerprint
from rag.store.snapshot import Snapshot
from rag.store.spans import pack, unpack
from rag.store.storing import Stored, Text, embedded_hash

MODEL = "double-1"
ABSTRACT = "First sentence. Second one. A third, longer sentence."
SPANS = ((0, 15), (16, 27), (28, 53))


def _paper(name: str = "p:1", **fields: object) -> Paper:
    given_fields = {
        "title": "On lanterns",
        "abstract": ABSTRACT,
        "authors": ("Ada Lamp", "Ö. Çelik"),
        "year": 1999,
        "venue": "Journal of Light",
        "url": "https://example.org/1",
        "identifiers": Identifiers(doi="10.1/x"),
        "sources": (Source(file="a.bib", position=3, format="bibtex", batch="b1"),),
        **fields,
    }
    return Paper(id=name, **given_fields)


def _text(paper: Paper, cuts: tuple[tuple[int, int], ...] = ((0, 27), (28, 53))) -> Text:
    if not paper.abstract:
        cuts = ((0, 0),)
    passages = tuple(
        Passage(
            id=f"{paper.id}#{ordinal}",
            paper_id=paper.id,
            ordinal=ordinal,
            start=start,
            end=end,
            title=paper.title,
            text=paper.abstract[start:end],
        )
        for ordinal, (start, end) in enumerate(cuts)
    )
    spans = SPANS if paper.abstract == ABSTRACT else ()
    return Text(paper, ((0, len(paper.title)),), spans, passages)


def _store(catalogue: Catalogue, *texts: Text) -> list[bool]:
    with catalogue.transaction():
        catalogue.store_embeddings(
            MODEL,
            {
                embedded_hash(each): Stored(hashlib.sha256(each.embedded_text.encode()).digest())
                for text in texts
                for each in text.passages
            },
        )
        if not catalogue.sources_of(file=None, batch="b1") and not _batches(catalogue):
            catalogue.store_batch(Batch("b1", "2026-01-01T00:00:00", ("a.bib",), {"new": 1}))
        return [catalogue.upsert(text, MODEL) for text in texts]


def _batches(catalogue: Catalogue) -> int:
    with catalogue.snapshot() as snapshot:
        return snapshot.counts()["batches"]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue(tmp_path / "catalogue.sqlite") as opened:
        yield opened


def test_a_paper_comes_back_as_it_was_stored(catalogue: Catalogue):
    bare = Paper(id="p:2", title="")
    odd = _paper("p:3", title="Nul \0 and 'quotes' 🕯", authors=("", 'A\n"B"', "\x1f"), year=-5)
    _store(catalogue, _text(_paper()), _text(bare), _text(odd))
    with catalogue.snapshot() as snapshot:
        assert snapshot.paper("p:1") == _paper()
        assert snapshot.papers(["p:3", "p:9", "p:2"]) == {"p:3": odd, "p:2": bare}
        assert [paper.id for paper in snapshot.iter_papers()] == ["p:1", "p:2", "p:3"]
        with pytest.raises(PaperNotFound, match="p:9"):
            snapshot.paper("p:9")


def test_sentences_and_passages_are_slices_of_the_stored_text(catalogue: Catalogue):
    paper = _paper()
    _store(catalogue, _text(paper))
    with catalogue.snapshot() as snapshot:
        title, *sentences = snapshot.sentences(["p:1"])["p:1"]
        passages = snapshot.passages_of(["p:1"])
        assert (title.field, title.text) == ("title", "On lanterns")
        assert [(each.start, each.end) for each in sentences] == list(SPANS)
        assert all(each.text == ABSTRACT[each.start : each.end] for each in sentences)
        assert [each.id for each in passages.values()] == ["p:1#0", "p:1#1"]
        assert snapshot.passages(reversed([*passages, 99])) == passages
        assert snapshot.passage_keys() == {each.id: key for key, each in passages.items()}


def test_an_edit_keeps_key_and_vector_of_passages_that_read_the_same(catalogue: Catalogue):
    _store(catalogue, _text(_paper()))
    with catalogue.snapshot() as snapshot:
        before = list(snapshot.passages_of(["p:1"]))
    edited = _paper(abstract=ABSTRACT.replace("third", "fourth"))

    stale = _store(catalogue, _text(edited, ((0, 27), (28, 54))))

    with catalogue.snapshot() as snapshot:
        after = list(snapshot.passages_of(["p:1"]))
        assert snapshot.counts()["passages"] == 2
    assert after[0] == before[0]
    assert stale == [True]


def test_new_metadata_alone_touches_no_passage(catalogue: Catalogue):
    _store(catalogue, _text(_paper()))
    with catalogue.snapshot() as snapshot:
        before = snapshot.passages_of(["p:1"])
    assert _store(catalogue, _text(_paper(venue="Elsewhere"))) == [False]
    with catalogue.snapshot() as snapshot:
        assert snapshot.passages_of(["p:1"]) == before
        assert snapshot.paper("p:1").venue == "Elsewhere"
    assert _store(catalogue, _text(_paper(year=2001))) == [True]


def test_papers_are_found_by_their_identity_keys(catalogue: Catalogue):
    _store(catalogue, _text(_paper())._replace(keys=("doi:10.1/x", "record:old")))
    other = _text(_paper("p:2"))._replace(keys=("doi:10.1/x", "key:p:2"))
    _store(catalogue, other)

    found = catalogue.by_identity(["doi:10.1/x", "record:old", "key:p:2", "title:none"])

    assert {key: paper.id for key, paper in found.items()} == {
        "doi:10.1/x": "p:1",
        "record:old": "p:1",
        "key:p:2": "p:2",
    }


def test_a_retired_paper_leaves_its_keys_to_the_survivor(catalogue: Catalogue):
    _store(catalogue, _text(_paper())._replace(keys=("record:a",)))
    _store(catalogue, _text(_paper("p:2"))._replace(keys=("record:b",)))
    with catalogue.transaction():
        assert catalogue.absorb({"p:1": "p:2"}) == 1
    found = catalogue.by_identity(["record:a", "record:b"])
    assert {paper.id for paper in found.values()} == {"p:2"}
    assert len(found) == 2


def test_removing_leaves_no_byte(catalogue: Catalogue, tmp_path: Path):
    secret = _paper("p:2", abstract="The heron keeps quiet.", venue="Annals of Herons")
    _store(catalogue, _text(_paper()), _text(secret))
    with catalogue.transaction():
        assert catalogue.remove(["p:2", "p:9"]) == 1
        catalogue.drop_unreferenced()
    catalogue.tidy(shrink=True)
    assert catalogue.by_identity(["key:p:2"]) == {}
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"heron" not in stored
    assert b"Annals" not in stored
    assert b"lanterns" in stored


def test_removing_a_file_keeps_papers_that_came_from_elsewhere_too(catalogue: Catalogue):
    places = (
        Source(file="a.bib", position=1, format="bibtex", batch="b1"),
        Source(file="b.ris", position=1, format="ris", batch=None),
    )
    _store(catalogue, _text(_paper()), _text(_paper("p:2", sources=places)))
    with catalogue.transaction():
        assert catalogue.remove_sources(file="a.bib", batch=None) == 1
    with catalogue.snapshot() as snapshot:
        assert [paper.id for paper in snapshot.iter_papers()] == ["p:2"]
        assert [source.file for source in snapshot.paper("p:2").sources] == ["b.ris"]


def test_a_failure_inside_a_transaction_leaves_nothing(catalogue: Catalogue):
    with pytest.raises(ValueError, match="no vector"), catalogue.transaction():
        catalogue.upsert(_text(_paper()), MODEL)
    with catalogue.snapshot() as snapshot:
        assert snapshot.counts()["papers"] == 0


def test_a_snapshot_does_not_see_what_is_written_later(catalogue: Catalogue):
    _store(catalogue, _text(_paper()))
    with catalogue.snapshot() as early:
        _store(catalogue, _text(_paper("p:2")))
        assert early.counts()["papers"] == 1
        with catalogue.snapshot() as late:
            assert late.counts()["papers"] == 2


def test_threads_share_a_snapshot(catalogue: Catalogue):
    _store(catalogue, *(_text(_paper(f"p:{number}")) for number in range(30)))
    names = [f"p:{number}" for number in range(30)]
    wrong: list[str] = []

    def read() -> None:
        for _ in range(30):
            if list(snapshot.papers(names)) != names or len(snapshot.sentences(names)) != 30:
                wrong.append("papers")

    with catalogue.snapshot() as snapshot:
        threads = [Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_there_is_no_snapshot_of_nothing(tmp_path: Path):
    with pytest.raises(LibraryMissing, match="attest add"):
        Snapshot(tmp_path / "catalogue.sqlite")


def test_metadata_in_the_fingerprint_is_that_of_the_paper(catalogue: Catalogue):
    papers = {paper.id: paper for paper in (_paper(), Paper(id="p:2", title="Ü"))}
    _store(catalogue, *map(_text, papers.values()))
    entries = list(catalogue.entries())
    assert all(entry.metadata == papers[entry.paper_id].metadata for entry in entries)
    assert fingerprint(entries) == fingerprint(reversed(entries))
    assert fingerprint(entries) != fingerprint(entries[1:])


def test_a_text_is_embedded_once_and_forgotten_with_its_last_passage(catalogue: Catalogue):
    text = _text(_paper())
    hashes = [embedded_hash(each) for each in text.passages]
    assert catalogue.embedded(MODEL, hashes) == set()
    _store(catalogue, text)
    assert catalogue.embedded(MODEL, hashes) == set(hashes)
    assert catalogue.embedded("another", hashes) == set()
    with catalogue.transaction():
        catalogue.remove(["p:1"])
        catalogue.drop_unreferenced()
    assert catalogue.embedded(MODEL, hashes) == set()


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 20_000)), max_size=12))
def test_spans_survive_packing(gaps: list[tuple[int, int]]):
    spans, last = [], 0
    for gap, length in gaps:
        spans.append((last + gap, last + gap + length))
        last += gap + length
    assert unpack(pack(spans)) == tuple(spans)


def test_spans_that_overlap_are_refused():
    with pytest.raises(ValueError, match="overlap"):
        pack([(0, 5), (3, 9)])


NAMES = ("Ada Lamp", "Ö. Çelik", "Straße, B", "100% Wool", "O'Hara", "a_b", "İnce")
VENUES = ("Journal of Light", "Ü-Conf", "proc. light", None)
FILES = ("Lib/a.bib", "lib/b.ris")


@pytest.fixture(scope="module")
def filtered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    rng = np.random.default_rng(3)
    texts = []
    for number in range(60):
        sources = tuple(
            Source(file=str(file), position=number, format="x")
            for file in rng.choice(FILES, int(rng.integers(1, 3)), replace=False)
        )
        paper = _paper(
            f"p:{number}",
            authors=tuple(map(str, rng.choice(NAMES, int(rng.integers(0, 3))))),
            venue=VENUES[int(rng.integers(4))],
            year=None if rng.random() < 0.2 else int(rng.integers(1990, 2000)),
            sources=sources,
        )
        texts.append(_text(paper))
    with Catalogue(tmp_path_factory.mktemp("filters") / "catalogue.sqlite") as opened:
        _store(opened, *texts)
        yield opened


def _passes(paper: Paper, filters: Filters) -> bool:
    def has(part: str | None, texts: list[str]) -> bool:
        return part is None or any(part.casefold() in text.casefold() for text in texts)

    low, high = filters.year_from, filters.year_to
    return (
        (low is None or (paper.year is not None and paper.year >= low))
        and (high is None or (paper.year is not None and paper.year <= high))
        and has(filters.venue, [paper.venue] if paper.venue is not None else [])
        and has(filters.author, list(paper.authors))
        and has(filters.source, [source.file for source in paper.sources])
    )


def _maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


@settings(max_examples=150, deadline=None)
@given(
    filters=st.builds(
        Filters,
        year_from=_maybe(st.integers(1988, 2001)),
        year_to=_maybe(st.integers(1988, 2001)),
        venue=_maybe(st.sampled_from(["LIGHT", "ü", "%", "journal of light", ""])),
        author=_maybe(st.sampled_from(["ada", "ÇELIK", "STRASSE", "%", "_", "'", '","', "l"])),
        source=_maybe(st.sampled_from(["lib", "B.RIS", "a.bib", "?"])),
    )
)
def test_filters_choose_what_a_loop_over_all_papers_chooses(filtered: Catalogue, filters):
    with filtered.snapshot() as snapshot:
        allowed = snapshot.allowed_keys(filters)
        papers = snapshot.iter_papers()
        wanted = [paper.id for paper in papers if _passes(paper, filters)]
        if not filters.active:
            assert allowed is None
            return
        assert allowed is not None
        assert allowed.dtype == np.int64
        assert allowed.tolist() == sorted(snapshot.passages_of(wanted))


def test_a_damaged_file_is_noticed(catalogue: Catalogue, tmp_path: Path):
    _store(catalogue, *(_text(_paper(f"p:{number}")) for number in range(200)))
    catalogue.tidy(shrink=False)
    catalogue.close()
    path = tmp_path / "catalogue.sqlite"
    content = bytearray(path.read_bytes())
    content[-16384:-8192] = bytes(8192)
    path.write_bytes(content)
    with Snapshot(path) as snapshot:
        assert snapshot.check() != "ok"
