"""Web of Science and RefWorks tags: folding, names, ends, and that nothing is lost."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import grows_linearly

from rag import sources
from rag.schema import Record, Rejection, Source
from rag.sources import read_papers, wostagged
from rag.sources.cleaning import clean

HEADER = "FN Invented Export Format\nVR 1.0\n"


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    if wostagged not in sources.READERS:
        monkeypatch.setattr(sources, "READERS", (*sources.READERS, wostagged))


def place(position: int) -> Source:
    return Source(file="savedrecs.txt", position=position, format="wostagged")


def read(text: str) -> Iterator[Record | Rejection]:
    return wostagged.read(text.splitlines(keepends=True), place)


def one(*fields: str) -> Record:
    (found,) = read(HEADER + "\n".join(["PT J", *fields, "ER", "", "EF"]))
    assert isinstance(found, Record), found.reason
    return found


def test_every_field_is_taken():
    found = one(
        "AU Byron, A",
        "   Li, B",
        "AF Byron, Ada",
        "   Li, Bo, Jr.",
        "CA Pool, Tide & Sea Grp",
        "TI On tidal",
        "   pools",
        "SO JOURNAL OF POOLS",
        "AB First words.",
        "   AB is no tag here.",
        "JI J. Pools",
        "PD MAY",
        "PY 2019",
        "DI 10.1000/ABC",
        "PM 7",
    )

    assert (found.title, found.abstract) == ("On tidal pools", "First words. AB is no tag here.")
    assert found.authors == ("Ada Byron", "Bo Li Jr.", "Pool, Tide & Sea Grp")
    assert (found.year, found.venue) == (2019, "JOURNAL OF POOLS")
    assert found.identifiers.pairs() == (("doi", "10.1000/abc"), ("pmid", "7"))
    assert found.source == place(1)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        (["AU Byron, A", "AF"], ("A Byron",)),
        (["AU Byron, Ada; Li, Bo"], ("Ada Byron", "Bo Li")),
        (["AU [Anonymous]"], ()),
        (["BA Byron, A", "BF Byron, Ada"], ("Ada Byron",)),
        (["BE Byron, A"], ("A Byron",)),
        (["BE Byron, A", "GP IEEE"], ("IEEE",)),
    ],
)
def test_authors_come_in_many_fields(fields: list[str], names: tuple[str, ...]):
    assert one("TI T", *fields).authors == names


@pytest.mark.parametrize(
    ("fields", "year"), [(["EA JAN 2020"], 2020), (["PD 04 2006"], 2006), (["PY"], None)]
)
def test_a_year_is_taken_from_where_it_is(fields: list[str], year: int | None):
    assert one("TI T", *fields).year == year


def test_a_number_of_medline_is_a_pubmed_id():
    assert one("TI T", "UT MEDLINE:123456").identifiers.pmid == "123456"
    assert one("TI T", "UT WOS:000123456").identifiers.pmid is None


def test_refworks_is_read_along():
    text = """RT Journal Article
SR 1
A1 Byron, Ada;Li Bo
T1 On tidal pools
JF Journal of Pools
YR 2019
vo 7
AB First words.
More words.
LK https://example.org/1

RT Conference Proceedings
T1 Two
DO 10.1000/x
"""
    first, second = read(text)

    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.title, first.abstract) == ("On tidal pools", "First words. More words.")
    assert first.authors == ("Ada Byron", "Li Bo")
    assert (first.year, first.venue) == (2019, "Journal of Pools")
    assert first.url == "https://example.org/1"
    assert (second.title, second.identifiers.doi) == ("Two", "10.1000/x")
    assert wostagged.sniff(text) > 0.5


def test_missing_ends_and_joined_files_cost_nothing():
    text = f"{HEADER}PT J\nTI One\nPT J\nTI Two\nER\nEF\n\ufeff{HEADER}PT B\nTI Three"

    assert [found.title for found in read(text) if isinstance(found, Record)] == [
        "One",
        "Two",
        "Three",
    ]


def test_an_empty_export_has_no_record():
    assert list(read(HEADER + "EF\n")) == []


def test_a_record_without_title_and_abstract_is_rejected_with_its_line():
    first, second = read(HEADER + "PT J\nPY 2019\nER\n\nPT J\nTI Two\nER\n\nEF")

    assert isinstance(first, Rejection)
    assert (first.source.position, first.reason) == (1, "line 3: neither title nor abstract")
    assert isinstance(second, Record)


def test_real_exports_are_whole(shared_data: Path):
    name = "web-of-science-two-letter-tags.ris"

    first, second = read_papers(shared_data / "formats" / "ris" / name)

    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.source.format == "wostagged"
    assert first.title.startswith("Interactions stabilizing the structure of the core light")
    assert first.title.endswith("bacteria and its subunit (B820)")
    assert first.authors == ("PS Parkes-Loach", "AP Majeed", "CJ Law", "PA Loach")
    assert first.abstract.startswith("Reconstitution experiments with a chemically")
    assert first.abstract.endswith("significantly to stabilizing the complex.")
    assert second.title == (
        "Proximal and distal influences on ligand binding kinetics in"
        " microperoxidase and heme model compounds"
    )
    assert (second.authors[0], len(second.authors)) == ("WX Cao", 9)
    assert (second.year, second.venue) == (2004, "BIOCHEMISTRY")
    assert dict(second.identifiers.pairs()) == {"doi": "10.1021/bi0497291", "pmid": "15170339"}
    assert second.abstract.startswith("We use laser flash photolysis")
    assert second.abstract.endswith("found in the cellular milieu.")


def test_no_record_of_the_torture_files_is_lost_in_silence(shared_data: Path):
    folder = shared_data / "adversarial"
    files = [*(folder / "jabref-importers").rglob("*.isi"), folder / "rispy" / "example_wos.ris"]
    full = [file for file in files if file.name != "IsiImporterTestEmpty.isi"]
    assert len(full) == 6
    for file in full:
        entries = re.findall(r"^PT [A-Z]$", file.read_text("utf-8"), re.MULTILINE)

        found = list(read_papers(file))

        assert len(found) == len(entries) > 0, file.name
        assert {one.source.format for one in found} == {"wostagged"}, file.name


texts = st.text(max_size=40).map(clean)
row = st.tuples(texts.filter(bool), texts, st.lists(texts.filter(bool), max_size=3))


@settings(max_examples=120, deadline=None)
@given(st.lists(row, max_size=5), st.booleans())
def test_what_is_written_reads_back_equal(rows: list[tuple[str, str, list[str]]], ended: bool):
    text = HEADER + "".join(
        f"PT J\nTI {title}\nAB\n   {abstract}\n"
        + "".join(f"CA {name}\n" for name in names)
        + ("ER\n\n" if ended else "")
        for title, abstract, names in rows
    )

    back = [found for found in read(text) if isinstance(found, Record)]

    assert [(one.title, one.abstract, list(one.authors)) for one in back] == rows


pieces = st.sampled_from(["PT J", "ER", "EF", "FN a", "TI a", "AB", " ", "   ", "\n", "RT J", "é"])


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces | st.text(max_size=8), max_size=60).map("".join))
def test_anything_in_gives_records_and_rejections_in_order(text: str):
    found = list(read(text))

    assert [one.source.position for one in found] == list(range(1, len(found) + 1))
    assert 0.0 <= wostagged.sniff(text) <= 1.0


@pytest.mark.parametrize(
    ("part", "size"),
    [
        ("PT J\nTI a\nER\n", 1_000),
        ("PT J\n", 1_000),
        ("   Byron, A\n", 5_000),
        ("AU Byron, A; b\n", 5_000),
        ("RT A ", 10_000),
        ("FN a\n", 10_000),
        ("\n", 10_000),
        (" ", 10_000),
        ("word\n", 10_000),
    ],
)
def test_time_grows_with_size_only(part: str, size: int):
    def work(count: int) -> None:
        text = "RT A" + part * count + "\nPT J\nAU a\n" + part * count
        wostagged.sniff(text[: sources.HEAD])
        for _ in read(text):
            pass

    assert grows_linearly(work, size=size)
