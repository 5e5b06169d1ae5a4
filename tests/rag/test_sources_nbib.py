"""MEDLINE text: folding, full names, identifiers, and where a record begins."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import grows_linearly

from rag import sources
from rag.schema import Record, Rejection, Source
from rag.sources import nbib, read_papers
from rag.sources.cleaning import clean


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    if nbib not in sources.READERS:
        monkeypatch.setattr(sources, "READERS", (*sources.READERS, nbib))


def place(position: int) -> Source:
    return Source(file="papers.nbib", position=position, format="nbib")


def read(text: str) -> Iterator[Record | Rejection]:
    return nbib.read(text.splitlines(keepends=True), place)


def one(*fields: str) -> Record:
    (found,) = read("\n".join(["PMID- 7", "OWN - NLM", *fields]))
    assert isinstance(found, Record), found.reason
    return found


def titles(text: str) -> list[str]:
    return [found.title for found in read(text) if isinstance(found, Record)]


def test_every_field_is_taken():
    found = one(
        "DP  - 2019 May-Jun",
        "TI  - On tidal pools: a",
        "      second look.",
        "LID - 10.1000/ABC [doi]",
        "LID - e12 [pii]",
        "AB  - BACKGROUND: First ",
        "      words. IL-6 - as ever",
        "      AB  - not a tag.",
        "FAU - Byron, Ada Jr",
        "AU  - Byron A Jr",
        "AD  - Somewhere.",
        "CN  - Pool, Tide and Sea Group",
        "FAU - Li, Bo",
        "PT  - Journal Article",
        "TA  - J Pools",
        "JT  - Journal of pools",
        "PMC - PMC7654321",
    )

    assert found.title == "On tidal pools: a second look."
    assert found.abstract == "BACKGROUND: First words. IL-6 - as ever AB - not a tag."
    assert found.authors == ("Ada Byron Jr", "Pool, Tide and Sea Group", "Bo Li")
    assert (found.year, found.venue, found.url) == (2019, "Journal of pools", None)
    assert found.identifiers.pairs() == (
        ("doi", "10.1000/abc"),
        ("pmid", "7"),
        ("pmcid", "PMC7654321"),
    )
    assert found.source == place(1)


def test_short_names_stand_in_for_full_ones_and_editors_for_authors():
    assert one("TI  - T", "AU  - Byron A", "CN  - Group").authors == ("Byron A", "Group")
    assert one("BTI - Book", "FED - Byron, Ada", "ED  - Byron A").authors == ("Ada Byron",)


@pytest.mark.parametrize(
    ("fields", "title", "venue"),
    [
        (["TI  - One", "TI  - and more", "TA  - J"], "One and more", "J"),
        (["TI  - Chapter", "BTI - Book"], "Chapter", "Book"),
        (["BTI - Book"], "Book", None),
        (["TI  -", "TT  - Titel"], "Titel", None),
    ],
)
def test_a_title_is_taken_from_where_it_is(fields: list[str], title: str, venue: str | None):
    found = one(*fields)

    assert (found.title, found.venue) == (title, venue)


@pytest.mark.parametrize(
    ("fields", "doi"),
    [
        (["AID - S1 [pii]", "AID - 10.1000/x [doi]"], "10.1000/x"),
        (["AID - doi:10.1000/x"], "10.1000/x"),
        (["SO  - J. 2019;1:2. doi: 10.1000/x. Epub", "      2019."], "10.1000/x"),
        (["AID - S1 [pii]", "SO  - J. 2019;1:2."], None),
    ],
)
def test_the_doi_is_found_where_it_is(fields: list[str], doi: str | None):
    assert one("TI  - T", *fields).identifiers.doi == doi


def test_another_abstract_is_taken_but_not_the_word_that_there_is_one():
    assert one("TI  - T", "AB  -", "OAB - Words.").abstract == "Words."
    publisher = "OAB - Publisher: Abstract available from the publisher."
    assert one("TI  - T", "AB  -", publisher).abstract == ""


def test_records_begin_at_their_numbers_after_a_blank_line():
    text = """
PMC - PMC1001
PMID- 1
TI  - One

PMC - PMC1002
PMID- 2
TI  - Two
PMC - PMC9999

A line that is nobody's.

PMCR- 3
TI  - Three

PMID-4
TI  - Four
"""
    found = list(read(text))

    assert [one.title for one in found if isinstance(one, Record)] == [
        "One",
        "Two",
        "Three",
        "Four",
    ]
    assert [one.identifiers.pmid for one in found if isinstance(one, Record)] == [
        "1",
        "2",
        None,
        "4",
    ]


def test_records_without_blank_lines_or_numbers_are_told_apart():
    assert titles("PMID- 1\nTI  - One\nPMID- 2\nTI  - Two\n") == ["One", "Two"]
    assert titles("OWN - X\nTI  - One\n\nOWN - X\nTI  - Two\n") == ["One", "Two"]


def test_blank_lines_everywhere_part_nothing():
    text = "PMID- 1\nOWN - NLM\nTI  - One\nPMC - PMC1001\nPMID- 2\nTI  - Two\nPMC - PMC1002\n"

    assert titles(text.replace("\n", "\n\n")) == ["One", "Two"]


def test_a_record_without_title_and_abstract_is_rejected_with_its_line():
    first, second = read("PMID- 1\nDP  - 2019\n\nPMID- 2\nTI  - Two\n")

    assert isinstance(first, Rejection)
    assert (first.source.position, first.reason) == (1, "line 1: neither title nor abstract")
    assert isinstance(second, Record)


@pytest.mark.parametrize(
    ("name", "records", "abstracts"),
    [
        ("pubmed-export.nbib", 39, 34),
        # One of the five has an empty abstract and a note that the publisher has one.
        ("pmc-medlars.txt", 5, 4),
        ("jabref-one-record.nbib", 1, 1),
    ],
)
def test_real_exports_give_the_counts_they_should(
    shared_data: Path, name: str, records: int, abstracts: int
):
    found = list(read_papers(shared_data / "formats" / "nbib" / name))

    kept = [one for one in found if isinstance(one, Record)]
    assert (len(kept), sum(bool(one.abstract) for one in kept)) == (records, abstracts)
    assert len(found) == len(kept)
    assert {one.source.format for one in found} == {"nbib"}


def test_records_of_real_exports_are_whole(shared_data: Path):
    folder = shared_data / "formats" / "nbib"
    pubmed = {
        one.identifiers.pmid: one
        for one in read_papers(folder / "pubmed-export.nbib")
        if isinstance(one, Record)
    }

    letter = pubmed["24627111"]
    assert letter.title.startswith('Response to letter regarding article, "Balloon guide catheter')
    assert letter.title.endswith('the North American Solitaire Acute Stroke Registry".')
    assert letter.authors == (
        "Thanh N Nguyen",
        "Timothy W Malisch",
        "Osama O Zaidat",
        "North American Solitaire Acute Stroke Registry",
    )
    assert (letter.year, letter.venue, letter.abstract) == (2014, "Stroke", "")
    assert letter.identifiers.doi == "10.1161/strokeaha.114.004828"

    first = pubmed["30776994"]
    assert first.authors[10] == "Frank R Hellinger Jr"
    assert first.authors[-1] == "STRATIS Investigators"
    assert first.abstract.startswith("Background and Purpose- Mechanical thrombectomy")
    assert first.abstract.endswith("Unique identifier: NCT02239640.")


def test_a_record_of_pmc_is_whole(shared_data: Path):
    found = list(read_papers(shared_data / "formats" / "nbib" / "pmc-medlars.txt"))[2]

    assert isinstance(found, Record)
    assert found.title == "Phonological coding during reading."
    assert found.authors == ("Mallorie Leinenger",)
    assert (found.year, found.venue) == (2014, "Psychological bulletin")
    assert dict(found.identifiers.pairs()) == {
        "doi": "10.1037/a0037830",
        "pmid": "25150679",
        "pmcid": "PMC4211933",
    }
    assert found.abstract.startswith("The exact role that phonological coding")
    assert found.abstract.endswith("McClelland, 1989)) are discussed.")


def counted(text: str) -> int:
    """Count the paragraphs that hold a tag."""
    return sum(bool(re.search(r"^[A-Z]{2,4} *-", part, re.M)) for part in text.split("\n\n"))


def test_no_record_of_the_torture_files_is_lost_in_silence(shared_data: Path):
    folder = shared_data / "adversarial" / "jabref-importers" / "fileformat"
    files = [*folder.glob("MedlinePlain*.txt"), *folder.glob("*.nbib")]
    assert len(files) == 8
    for file in files:
        found = list(read_papers(file))

        assert len(found) == counted(file.read_text("utf-8")) > 0, file.name
        assert {one.source.format for one in found} == {"nbib"}, file.name


texts = st.text(max_size=40).map(clean).filter(lambda text: "-" not in text)
row = st.tuples(texts.filter(bool), texts, st.lists(texts.filter(bool), max_size=3))


def folded(text: str) -> str:
    return text.replace(" ", "\n      ")


@settings(max_examples=120, deadline=None)
@given(st.lists(row, max_size=5), st.sampled_from(["", "\n"]))
def test_what_is_written_reads_back_equal(rows: list[tuple[str, str, list[str]]], gap: str):
    text = gap.join(
        f"PMID- {number}\nTI  - {folded(title)}\nAB  - {folded(abstract)}\n"
        + "".join(f"CN  - {folded(name)}\n" for name in names)
        for number, (title, abstract, names) in enumerate(rows, start=1)
    )

    back = [found for found in read(text) if isinstance(found, Record)]

    told = [(one.title, one.abstract, list(one.authors)) for one in back]
    wanted = [(title, abstract, names) for title, abstract, names in rows]
    assert [one[::2] for one in told] == [one[::2] for one in wanted]
    assert [one[1] for one in told] == [one[1] for one in wanted]


pieces = st.sampled_from(
    ["PMID- 1", "PMC - ", "TI  - a", "AB  ", "- ", "\n", "\n\n", "      ", "é"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces | st.text(max_size=8), max_size=60).map("".join))
def test_anything_in_gives_records_and_rejections_in_order(text: str):
    found = list(read(text))

    assert [one.source.position for one in found] == list(range(1, len(found) + 1))
    assert 0.0 <= nbib.sniff(text) <= 1.0


@pytest.mark.parametrize(
    ("part", "size"),
    [
        ("PMID- 1\nTI  - a\n", 1_000),
        ("\nPMC - 1\nTI  - a\n", 1_000),
        ("PMCR- 1\n", 10_000),
        ("FAU - a, b\nAU  - a\n", 5_000),
        ("LID - 1\n", 10_000),
        ("SO  - doi: \n", 10_000),
        ("      word\n", 10_000),
        ("\n", 10_000),
        ("word", 10_000),
        (" ", 10_000),
    ],
)
def test_time_grows_with_size_only(part: str, size: int):
    def work(count: int) -> None:
        text = "PMID- 1\nTI  - a\nAB  - " + part * count
        nbib.sniff(text[: sources.HEAD])
        for _ in read(text):
            pass

    assert grows_linearly(work, size=size)
