"""Ovid's text: names and values, counters, both forms, and what is packed into values."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import grows_linearly

from rag import sources
from rag.schema import Record, Rejection, Source
from rag.sources import ovid, read_papers
from rag.sources.cleaning import clean
from rag.sources.ovidvalues import authors, journal, untyped, year_of


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    if ovid not in sources.READERS:
        monkeypatch.setattr(sources, "READERS", (*sources.READERS, ovid))


def place(position: int) -> Source:
    return Source(file="citation.txt", position=position, format="ovid")


def read(text: str) -> Iterator[Record | Rejection]:
    return ovid.read(text.splitlines(keepends=True), place)


def one(text: str) -> Record:
    (found,) = read(text)
    assert isinstance(found, Record), found.reason
    return found


WRITTEN = """<8>
Unique Identifier
  123456
Database
  Ovid MEDLINE(R) 2019
Title
  On tidal pools.[Article]
Author
  Byron, Ada MD, PhD *;  Li, Bo 1,2
Source
  Journal of Pools.   8(6):1501-1510, May 2019.
Abstract
  First words.

  (C) 2019 by the society
Author Keywords
  tide
DOI Number
  10.1000/ABC
URL
  https://example.org/1
"""

DASHED = """<8. >
VN  - Ovid Technologies
DB  - Embase
UI  - 123456
TI  - On tidal pools.
SO  - Journal of Pools. Conference: A. Spain. 8 (6) (no pagination), 2019.
AU  - Byron A.
AU  - Li B.
AB  - First words.
Method(s): More words.
      Last words.
DO  - http://dx.doi.org/10.1000/ABC
YR  - 2019
"""


def test_every_field_is_taken_below_its_name():
    found = one(WRITTEN)

    assert found.title == "On tidal pools."
    assert found.abstract == "First words. (C) 2019 by the society"
    assert found.authors == ("Ada Byron", "Bo Li")
    assert (found.year, found.venue) == (2019, "Journal of Pools")
    assert found.url == "https://example.org/1"
    assert found.identifiers.pairs() == (("doi", "10.1000/abc"), ("pmid", "123456"))
    assert found.source == place(1)


def test_every_field_is_taken_beside_its_tag():
    found = one(DASHED)

    assert found.title == "On tidal pools."
    assert found.abstract == "First words. Method(s): More words. Last words."
    assert found.authors == ("Byron A.", "Li B.")
    assert (found.year, found.venue) == (2019, "Journal of Pools")
    assert found.identifiers.pairs() == (("doi", "10.1000/abc"),)


def test_names_may_be_short():
    found = one("<1>\nTI\n  One\nAU\n  Byron, Ada\nAB\n  Words.\n")

    assert (found.title, found.authors, found.abstract) == ("One", ("Ada Byron",), "Words.")


def test_the_search_history_before_the_first_record_is_passed_over():
    text = "Database: Invented <1990 to 2019>\nSearch Strategy:\n1 tide.mp. (7)\n\n" + WRITTEN

    assert one(text).source.position == 1


def test_records_without_counters_are_told_apart_by_their_first_field():
    body = WRITTEN.removeprefix("<8>\n")

    found = list(read(f"{body}\n\n{body}"))

    assert [type(one) for one in found] == [Record, Record]
    assert ovid.sniff(body) > 0


def test_a_record_without_title_and_abstract_is_rejected_with_its_line():
    first, second, third = read("<1>\nAuthor\n  Byron\n\n<2>\nTitle\n  Two\n<3>\n")

    assert isinstance(first, Rejection)
    assert (first.source.position, first.reason) == (1, "line 1: neither title nor abstract")
    assert isinstance(second, Record)
    assert isinstance(third, Rejection)


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Byron, Ada MD *;  van Li, Bo MD, PhD +", ["Ada Byron", "Bo van Li"]),
        ("Byron, Ada Claire RN; PhD; FAAN 1", ["Ada Claire Byron"]),
        ("Byron, Ada S. 1;  Li, Bo 2", ["Ada S. Byron", "Bo Li"]),
        ("Byron, MA; Li, B. M.", ["MA Byron", "B. M. Li"]),
        ("Byron  Ada [Ed]", ["Byron Ada"]),
        ("Byron, Ada (1); Li, Claire.", ["Ada Byron", "Claire Li"]),
        (" ; 1;", []),
    ],
)
def test_names_lose_marks_and_degrees(value: str, names: list[str]):
    assert authors([value]) == names


@pytest.mark.parametrize(
    ("source", "title", "year"),
    [
        ("J. of Pools.   8(6):1501-1510, May 2019.", "J. of Pools", "2019"),
        ("Pools. Vol 28(2) April 2015, 103-106.", "Pools", "2015"),
        ("Pools. ", "Pools", ""),
        ("Pools", "Pools", ""),
        ("", "", ""),
    ],
)
def test_a_source_holds_journal_and_year(source: str, title: str, year: str):
    assert (journal(source), year_of(source)) == (title, year)


def test_only_the_kind_of_work_is_cut_from_a_title():
    assert untyped("On pools.[Review]") == "On pools."
    assert untyped("On pools? [Miscellaneous]") == "On pools?"
    assert untyped("On [3H]pools [new]") == "On [3H]pools [new]"


def test_the_real_export_is_whole(shared_data: Path):
    (found,) = read_papers(shared_data / "formats" / "ovid" / "ovid-tagged.txt")

    assert isinstance(found, Record)
    assert found.source.format == "ovid"
    assert found.title.startswith("Cloud water interception and element deposition")
    assert found.title.endswith("in Harz Mountains, Germany.")
    assert found.authors == (
        "Lars Kohler",
        "Christoph Leuschner",
        "Markus Hauck",
        "Dietrich Hertel",
    )
    assert (found.year, found.venue) == (2015, "Ecohydrology")
    assert found.identifiers.pairs() == (("doi", "10.1002/eco.1563"),)
    assert found.abstract == "Lorem ipsum abstract"


def test_an_importers_sample_is_whole(shared_data: Path):
    folder = shared_data / "adversarial" / "jabref-importers" / "fileformat"

    _, found = read_papers(folder / "OvidImporterTest2Invalid.txt")

    assert isinstance(found, Record)
    assert found.title.endswith("Measures of Math in Progress Monitoring.")
    assert found.authors == ("Edward S. Shapiro", "Minyi Shih Dennis", "Qiong Fu")
    assert (found.year, found.venue) == (2015, "School Psychology Quarterly")
    assert found.identifiers.doi == "10.1037/spq0000116"
    assert found.abstract.endswith("by the American Psychological Association")


def test_no_record_of_the_torture_files_is_lost_in_silence(shared_data: Path):
    folder = shared_data / "adversarial" / "jabref-importers" / "fileformat"
    files = sorted(folder.glob("OvidImporterTest*.txt"))
    assert len(files) == 7
    for file in files:
        text = file.read_text("utf-8")
        entries = re.findall(r"^<\d+>", text, re.M) or re.findall(r"^Score$", text, re.M)

        found = list(read_papers(file))

        assert len(found) == len(entries) > 0, file.name
        assert {one.source.format for one in found} == {"ovid"}, file.name


texts = st.text(max_size=40).map(clean).filter(lambda text: not re.search(r"[<\]]|  -", text))
row = st.tuples(texts.filter(bool), texts)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(row, max_size=5),
    st.sampled_from(["Title\n  %s\nAbstract\n  %s\n", "TI  - %s\nAB  - %s\n"]),
)
def test_what_is_written_reads_back_equal(rows: list[tuple[str, str]], form: str):
    text = "".join(f"<{number}>\n" + form % row for number, row in enumerate(rows, start=1))

    back = [found for found in read(text) if isinstance(found, Record)]

    assert [(one.title, one.abstract) for one in back] == rows


pieces = st.sampled_from(
    ["<1>", "<2. >", "Title", "Score", "TI  - a", "  ", "\n", "\n\n", "é", ";"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces | st.text(max_size=8), max_size=60).map("".join))
def test_anything_in_gives_records_and_rejections_in_order(text: str):
    found = list(read(text))

    assert [one.source.position for one in found] == list(range(1, len(found) + 1))
    assert 0.0 <= ovid.sniff(text) <= 1.0


@pytest.mark.parametrize(
    ("part", "size"),
    [
        ("<1>\nTitle\n  a\n", 1_000),
        ("<1>\n", 1_000),
        ("<1 ", 10_000),
        ("<", 10_000),
        ("  Byron, Ada MD 1;  Li, Bo *;\n", 2_000),
        ("Author\n  a\n", 5_000),
        ("(", 10_000),
        (" [", 10_000),
        (". ", 10_000),
        ("MD ", 10_000),
        (" ", 10_000),
        ("word\n", 10_000),
        ("\n", 10_000),
    ],
)
@pytest.mark.parametrize("field", ["Author", "Title", "Source"])
def test_time_grows_with_size_only(field: str, part: str, size: int):
    def work(count: int) -> None:
        text = f"<1>\nTitle\n  a.\n{field}\n  a" + part * count
        ovid.sniff(text[: sources.HEAD])
        for _ in read(text):
            pass

    assert grows_linearly(work, size=size)
