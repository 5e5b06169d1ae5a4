"""What all readers of XML keep to: bad entries, bombs, other formats' files, any nonsense."""

import gzip
import time
import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import grows_linearly

from rag import sources
from rag.schema import Record, Rejection, Source
from rag.sources import aclxml, arxivatom, arxivoai, endnotexml, pubmedxml, read_papers

READERS = (pubmedxml, arxivatom, arxivoai, aclxml, endnotexml)

SHELLS = {
    pubmedxml: (
        "<PubmedArticleSet>{}</PubmedArticleSet>",
        "<PubmedArticle><MedlineCitation><Article><ArticleTitle>{}</ArticleTitle></Article>"
        "</MedlineCitation></PubmedArticle>",
    ),
    arxivatom: (
        "<feed xmlns:arxiv='http://arxiv.org/schemas/atom'>{}</feed>",
        "<entry><id>http://arxiv.org/abs/2101.00001v1</id><title>{}</title></entry>",
    ),
    arxivoai: (
        "<OAI-PMH><ListRecords>{}</ListRecords></OAI-PMH>",
        "<record><metadata><arXiv><title>{}</title></arXiv></metadata></record>",
    ),
    aclxml: (
        "<collection id='2031.moot'><volume id='1'>{}</volume></collection>",
        "<paper id='1'><title>{}</title></paper>",
    ),
    endnotexml: (
        "<xml><records>{}</records></xml>",
        "<record><ref-type>17</ref-type><titles><title>{}</title></titles></record>",
    ),
}
"""What a document of each reader and an entry in it look like."""

ENTITIES = {"cyclic", "external", "external_file", "quadratic", "xmlbomb", "xmlbomb2"}

each_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)


def place(position: int) -> Source:
    return Source(file="papers.xml", position=position, format="xml")


def document(reader: ModuleType, *titles: str, before: str = "") -> str:
    shell, entry = SHELLS[reader]
    return before + shell.format("\n".join(entry.format(title) for title in titles))


def read(reader: ModuleType, text: str) -> list[Record | Rejection]:
    return list(reader.read(text.splitlines(keepends=True), place))


def told(found: Iterable[Record | Rejection]) -> list[str]:
    return [one.title if isinstance(one, Record) else one.reason for one in found]


@pytest.fixture
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    added = [reader for reader in READERS if reader not in sources.READERS]
    monkeypatch.setattr(sources, "READERS", (*sources.READERS, *added))


@each_reader
def test_a_bad_entry_costs_no_other(reader: ModuleType):
    found = read(reader, document(reader, "One", "&bogus;", "", "Two"))

    assert [isinstance(one, Record) for one in found] == [True, False, False, True]
    assert [one.source.position for one in found] == [1, 2, 3, 4]
    assert told(found)[1:3] == [
        "line 2: unknown entity &bogus;",
        "line 3: neither title nor abstract",
    ]


@each_reader
def test_a_bomb_in_any_format_is_refused(reader: ModuleType, tmp_path: Path, wired: None):
    bomb = '<!DOCTYPE x [\n<!ENTITY a "1234567890">\n<!ENTITY b "&a;&a;&a;&a;">]>\n'
    path = tmp_path / "papers.xml"
    path.write_text(document(reader, "One &b;", before=bomb), encoding="utf-8")

    (found,) = read_papers(path)

    assert isinstance(found, Rejection)
    assert (found.source.format, found.source.position) == (reader.name, 1)
    assert found.reason.startswith("line 2: declares the entity a")


@each_reader
def test_a_document_type_on_the_net_is_left_there(reader: ModuleType):
    before = "<?xml version='1.0'?><!DOCTYPE x SYSTEM 'https://dtd.invalid/x.dtd'>"

    assert told(read(reader, document(reader, "Caf&eacute;", before=before))) == ["Café"]


@pytest.mark.parametrize("codec", ["iso-8859-1", "utf-8", "utf-16", "utf-8-sig"])
@each_reader
def test_files_of_any_encoding_are_read(
    reader: ModuleType, codec: str, tmp_path: Path, wired: None
):
    declared = codec.removesuffix("-sig")
    text = document(reader, "Café", before=f"<?xml version='1.0' encoding = '{declared}'?>\n")
    path = tmp_path / "papers.xml.gz"
    path.write_bytes(gzip.compress(text.encode(codec)))

    (found,) = read_papers(path)

    assert (told([found]), found.source.format) == (["Café"], reader.name)


@each_reader
def test_hostile_files_end_soon_and_small(reader: ModuleType, shared_data: Path):
    bombs = sorted((shared_data / "adversarial/xml-bombs").glob("*.x*"))
    assert len(bombs) == 13
    for bomb in bombs:
        text = bomb.read_text(encoding="utf-8")
        tracemalloc.start()
        start = time.process_time()
        found = read(reader, text)
        seconds = time.process_time() - start
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert not any(isinstance(one, Record) for one in found), bomb.name
        assert bool(found) == (bomb.stem in ENTITIES), bomb.name
        assert seconds < 1
        assert peak < 50_000_000


def test_hostile_files_are_of_no_format_or_rejected(shared_data: Path, wired: None):
    attacks = shared_data / "adversarial/payloads-all-the-things/XXE_Injection/Files"
    for file in [*(shared_data / "adversarial/xml-bombs").glob("*.x*"), *attacks.iterdir()]:
        try:
            found = list(read_papers(file))
        except sources.SourceError:
            continue
        assert all(isinstance(one, Rejection) for one in found), file.name


@each_reader
def test_no_reader_claims_the_file_of_another(reader: ModuleType, shared_data: Path):
    own = {"pubmedxml": "pubmed-xml", "arxivatom": "arxiv-atom", "arxivoai": "arxiv-oai"}
    folder = own.get(reader.name, "endnote" if reader is endnotexml else "none")
    files = [*(shared_data / "formats").rglob("*.*"), *(shared_data / "pages").iterdir()]
    assert len(files) > 60
    for file in files:
        head = file.read_text(encoding="utf-8", errors="replace")[: sources.HEAD].lstrip()

        assert (reader.sniff(head) > 0) == (file.parent.name == folder), file.name


PARTS = st.sampled_from(
    [part for shell in SHELLS.values() for text in shell for part in text.split("{}")]
    + ["<!DOCTYPE x SYSTEM 'y'>", "&eacute;", "&bogus;", "&#0;", "<![CDATA[", "]]>", "\n", "<"]
)


@each_reader
@settings(max_examples=60, deadline=None)
@given(text=st.lists(PARTS | st.text(max_size=8), max_size=30).map("".join))
def test_anything_gives_records_and_rejections_in_order(reader: ModuleType, text: str):
    found = read(reader, text)

    assert [one.source.position for one in found] == list(range(1, len(found) + 1))
    assert all(isinstance(one, Record | Rejection) for one in found)
    assert 0 <= reader.sniff(text) <= 1


@each_reader
@settings(max_examples=40, deadline=None)
@given(
    titles=st.lists(st.text("abc<&;é \n]>", min_size=1, max_size=9), max_size=6),
    cut=st.integers(0, 400),
)
def test_no_entry_is_lost_in_silence(reader: ModuleType, titles: list[str], cut: int):
    escaped = [title.replace("&", "&amp;").replace("<", "&lt;") for title in titles]
    text = document(reader, *escaped).replace("]]>", "]]&gt;")
    closing = SHELLS[reader][1].rpartition("</")[2]

    found = read(reader, text)
    rest = read(reader, text[: len(text) - cut])

    assert len(found) == len(titles)
    whole = text[: len(text) - cut].count(f"</{closing}")
    blank = not text[: len(text) - cut].strip()
    assert len(rest) == whole + (0 if cut == 0 or blank else 1)


@each_reader
def test_time_grows_with_size_only(reader: ModuleType):
    assert grows_linearly(lambda count: read(reader, document(reader, *["x"] * count)), size=500)
