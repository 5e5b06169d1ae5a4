"""RIS: dialects, faults, and that each entry comes out once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import grows_linearly

from rag import sources
from rag.schema import Record, Rejection, Source
from rag.sources import read_papers, ris
from rag.sources.cleaning import clean


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    if ris not in sources.READERS:
        monkeypatch.setattr(sources, "READERS", (*sources.READERS, ris))


def place(position: int) -> Source:
    return Source(file="library.ris", position=position, format="ris")


def read(text: str) -> Iterator[Record | Rejection]:
    return ris.read(text.splitlines(keepends=True), place)


def one(*fields: str) -> Record:
    (found,) = read("\n".join(["TY  - JOUR", *fields, "ER  - "]))
    assert isinstance(found, Record), found.reason
    return found


def titles(text: str) -> list[str]:
    return [found.title for found in read(text) if isinstance(found, Record)]


def test_every_field_is_taken():
    found = one(
        "TI  - On Tidal",
        "  Pools",
        "AU  - Byron, Ada",
        "AU  - Li, Bo, Jr.",
        "AU  - The Pool Group",
        "PY  - 2019/05//",
        "T2  - Journal of Pools",
        "AB  - First words.",
        "More words.",
        "DO  - https://doi.org/10.1000/ABC",
        "UR  - https://example.org/a;https://example.org/b",
        "ZZ  - unknown",
    )

    assert (found.title, found.abstract) == ("On Tidal Pools", "First words. More words.")
    assert found.authors == ("Ada Byron", "Bo Li Jr.", "The Pool Group")
    assert (found.year, found.venue, found.key) == (2019, "Journal of Pools", None)
    assert (found.url, found.identifiers.doi) == ("https://example.org/a", "10.1000/abc")
    assert found.source == place(1)


def test_old_tags_stand_in_for_new_ones():
    found = one("T1  - A", "A1  - Byron, Ada", "Y1  - 1 Jan.-Feb. 2019", "N2  - Words.", "JF  - J")

    assert (found.title, found.authors, found.year) == ("A", ("Ada Byron",), 2019)
    assert (found.abstract, found.venue) == ("Words.", "J")


def test_the_abstract_field_goes_before_notes_and_is_told_once():
    assert one("N2  - Notes.", "AB  - Words.").abstract == "Words."
    assert one("N2  - Words.", "AB  - ").abstract == "Words."
    assert one("AB  - Aims.", "AB  - Results.", "AB  - Aims.").abstract == "Aims. Results."


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        (["ST  - Short", "TI  - Long"], "Long"),
        (["ST  - Short"], "Short"),
        (["BT  - Book"], "Book"),
        (["TI  -", "T1  - One"], "One"),
    ],
)
def test_a_title_is_taken_from_where_it_is(fields: list[str], title: str):
    assert one("AB  - Words.", *fields).title == title


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        (["PY  - 10 15"], None),
        (["PY  - 10 15", "Y1  - 2015/10//"], 2015),
        (["DA  - 2014/12/12"], 2014),
        (["Y2  - 2014/12/12"], None),
        (["PY  - 2020///nan"], 2020),
    ],
)
def test_a_year_is_one_of_publication(fields: list[str], year: int | None):
    assert one("TI  - T", *fields).year == year


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        (["AU  - Byron,Ada ", "AU  - Byron,Ada "], ("Ada Byron",)),
        (["A2  - Editor, Ed", "AU  - Byron, A."], ("A. Byron",)),
        (["A2  - Editor, Ed"], ("Ed Editor",)),
        (["ED  - Editor, Ed"], ("Ed Editor",)),
        (["AU  - Byron, Ada; Li, Bo"], ("Ada Byron", "Bo Li")),
        (["AU  - Byron A."], ("Byron A.",)),
        (["AU  - Ministry of Ponds, Lakes, Rivers"], ("Ministry of Ponds, Lakes, Rivers",)),
        (["AU  - Byron, Jr., Ada", "AU  - et al."], ("Ada Byron Jr.",)),
        (["AU  - ,", "AU  -"], ()),
    ],
)
def test_authors_come_in_many_shapes(fields: list[str], names: tuple[str, ...]):
    assert one("TI  - T", *fields).authors == names


@pytest.mark.parametrize(
    ("fields", "pairs"),
    [
        (["M3  - doi: 10.1000/x"], {"doi": "10.1000/x"}),
        (["N1  - see doi: 10.1000/x"], {}),
        (["L2  - http://dx.doi.org/10.1000/x"], {"doi": "10.1000/x"}),
        (["AN  - 123456", "DP  - NLM"], {"pmid": "123456"}),
        (["AN  - 123456", "DB  - PsycINFO"], {}),
        (["C2  - 123456", "DB  - Scopus"], {"pmid": "123456"}),
        (["C2  - 123456"], {}),
        (["C5  - 123456", "DB  - Embase", "DB  - Medline"], {"pmid": "123456"}),
        (["U1  - 123456[pmid]", "U2  - PMC7654321[pmcid]"], {"pmid": "123456"}),
        (["N1  - PMID: 123456"], {"pmid": "123456"}),
        (["L2  - https://pubmed.ncbi.nlm.nih.gov/123456/"], {"pmid": "123456"}),
        (["L2  - https://www.ncbi.nlm.nih.gov/pubmed/1", "L2  - https://x.gov/pubmed/2"], {}),
        (["JO  - arXiv preprint arXiv:2001.00001"], {"arxiv": "2001.00001"}),
        (
            ["UR  - https://a.org", "UR  - https://arxiv.org/abs/2001.00001"],
            {"arxiv": "2001.00001"},
        ),
    ],
)
def test_identifiers_are_found_where_exporters_put_them(fields: list[str], pairs: dict[str, str]):
    found = dict(one("TI  - T", *fields).identifiers.pairs())

    assert found.pop("pmcid", "PMC7654321") == "PMC7654321"
    assert found == pairs


def test_banners_and_counters_around_entries_are_passed_over():
    text = """Record #1 of 2
Provider: X
1.
TY  - JOUR
TI  - One
ER  - kept
NL  - Short J
Link: https://example.org
2.
TY  - JOUR
TI  - Two
ER  -
"""
    first, second = read(text)

    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (second.title, second.source.position) == ("Two", 2)


def test_a_missing_end_costs_nothing():
    assert titles("TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two") == ["One", "Two"]
    assert titles("TY  - BOOK\nTY  - JOUR\nTI  - One") == ["One"]


def test_a_missing_top_costs_that_field_only():
    assert titles("TI  - One\nER  - \nTY  - JOUR\nTI  - Two\nER  - \n") == ["One", "Two"]


def test_marks_at_joints_hide_no_tag():
    text = "\ufeffTY  - JOUR\nTI  - One\nER  - \n\ufeffTY  - JOUR\nTI  - Two\nER  - \n"

    assert titles(text) == ["One", "Two"]


def test_one_blank_before_the_hyphen_is_enough_for_known_tags_only():
    (found,) = read("TY - JOUR\nTI - One\nAB - Ratio 2 (95%\nCI - 1.2 to 3)\nIL-6 rose\nER -\n")

    assert isinstance(found, Record)
    assert found.abstract == "Ratio 2 (95% CI - 1.2 to 3) IL-6 rose"


def test_an_entry_without_title_and_abstract_is_rejected_with_its_line():
    first, second = read("TY  - JOUR\nDO  - 10.1/x\nER  - \n\nTY  - JOUR\nTI  - Two\nER  - \n")

    assert isinstance(first, Rejection)
    assert (first.source.position, first.reason) == (1, "line 1: neither title nor abstract")
    assert isinstance(second, Record)


def test_line_ends_of_every_kind_are_one(tmp_path: Path):
    path = tmp_path / "mixed.ris"
    path.write_bytes(
        b"TY  - JOUR\r\nTI  - One\r\nER  - \r\n\n\rTY  - JOUR\rTI  - Two\rER  - \r\n\r"
    )

    found = list(read_papers(path))

    assert [one.title for one in found if isinstance(one, Record)] == ["One", "Two"]
    assert {one.source.format for one in found} == {"ris"}


@pytest.mark.parametrize(
    ("name", "records", "abstracts"),
    [
        ("zotero-export.ris", 84, 82),
        ("lens-org-export.ris", 69, 67),
        ("scopus-export.ris", 6, 6),
        ("ovid-psycinfo-export.ris", 6, 6),
        ("embase-export.ris", 6, 6),
        ("endnote-export-of-pubmed.txt", 6, 6),
        ("web-of-science-export.txt", 10, 10),
        ("faulty-year.ris", 1, 1),
        ("ieee-xplore-export.ris", 25, 25),
        ("non-ascii.ris", 1, 1),
        ("lines-without-tag.ris", 2, 2),
    ],
)
def test_real_exports_give_the_counts_they_should(
    shared_data: Path, name: str, records: int, abstracts: int
):
    found = list(read_papers(shared_data / "formats" / "ris" / name))

    kept = [one for one in found if isinstance(one, Record)]
    assert (len(kept), sum(bool(one.abstract) for one in kept)) == (records, abstracts)
    assert len(found) == len(kept)
    assert {one.source.format for one in found} == {"ris"}


@pytest.mark.parametrize(
    ("name", "position", "told"),
    [
        (
            "zotero-export.ris",
            5,
            (
                "A Systematic Review of Field Experiments in Public Administration",
                ("Jesper Asring Hansen", "Lars Tummers"),
                2020,
                "Public Administration Review",
                {"doi": "10.1111/puar.13181"},
            ),
        ),
        (
            "embase-export.ris",
            5,
            (
                "Foregut duplication cysts: A report of two cases with emphasis on embryogenesis",
                ("Khoury T.", "Rivera L."),
                2011,
                "World Journal of Gastroenterology",
                {"doi": "10.3748/wjg.v17.i1.130", "pmid": "21218094"},
            ),
        ),
        (
            "ovid-psycinfo-export.ris",
            2,
            (
                "Gender differences in inflammatory bowel disease:"
                " Explaining body image dissatisfaction.",
                ("Ines A Trindade", "Claudia Ferreira", "Cristiana Duarte", "Jose Pinto-Gouveia"),
                2019,
                "Journal of Health Psychology",
                {"doi": "10.1177/1359105317742958"},
            ),
        ),
        (
            "web-of-science-export.txt",
            9,
            (
                "On the Road (to Admission): Engaging Suspects With Minimization",
                ("CE Kelly", "MB Russano", "JC Miller", "AD Redlich"),
                2019,
                "PSYCHOLOGY PUBLIC POLICY AND LAW",
                {"doi": "10.1037/law0000199"},
            ),
        ),
        (
            "endnote-export-of-pubmed.txt",
            1,
            (
                "Boswellia serrata: an overall assessment of in vitro, preclinical,"
                " pharmacokinetic and clinical data",
                ("M. Abdel-Tawab", "O. Werz", "M. Schubert-Zsilavecz"),
                2011,
                "Clin Pharmacokinet",
                {"doi": "10.2165/11586800-000000000-00000", "pmid": "21553931"},
            ),
        ),
    ],
)
def test_records_of_real_exports_are_whole(
    shared_data: Path,
    name: str,
    position: int,
    told: tuple[str, tuple[str, ...], int, str, dict[str, str]],
):
    found = list(read_papers(shared_data / "formats" / "ris" / name))[position - 1]

    assert isinstance(found, Record)
    names = dict(found.identifiers.pairs())
    assert (found.title, found.authors, found.year, found.venue, names) == told


@pytest.mark.parametrize(
    ("name", "position", "first", "last"),
    [
        (
            "zotero-export.ris",
            5,
            "Field experiments have become",
            "public administration field experiments.",
        ),
        ("embase-export.ris", 1, "Gastrointestinal tract duplication", "regards to these lesions."),
        ("scopus-export.ris", 6, "Imaging of the living human brain", "© 2019 Author(s)."),
        ("lens-org-export.ris", 2, "Electrochemotherapy (ECT) is", "standard local treatment."),
        ("ieee-xplore-export.ris", 1, "An integrated European exascale", "HPC technologies."),
        ("non-ascii.ris", 1, "Состояние", "in the late reproductive period"),
    ],
)
def test_abstracts_begin_and_end_where_they_should(
    shared_data: Path, name: str, position: int, first: str, last: str
):
    found = list(read_papers(shared_data / "formats" / "ris" / name))[position - 1]

    assert isinstance(found, Record)
    assert found.abstract.startswith(first)
    assert found.abstract.endswith(last)


def counted(text: str) -> int:
    """Count runs of opening lines, or the ends where nothing was opened."""
    opened = re.findall(r"^TY  -[^\n]*\n(?!TY  -)", text, re.MULTILINE)
    return len(opened) or len(re.findall(r"^ER  -", text, re.MULTILINE))


def test_no_entry_of_the_torture_files_is_lost_in_silence(shared_data: Path):
    folder = shared_data / "adversarial"
    files = [*(folder / "rispy").glob("*.ris"), *(folder / "jabref-importers").rglob("*.ris")]
    mine = [file for file in files if file.name != "example_wos.ris"]
    assert len(mine) == 14 + 19
    for file in mine:
        text = file.read_text("utf-8-sig").replace("\r", "\n")

        found = list(read_papers(file))

        assert len(found) == counted(text) > 0, file.name
        assert {one.source.format for one in found} == {"ris"}, file.name


texts = st.text(max_size=40).map(clean).filter(lambda text: not re.search(r"-|^et al|;|,", text))
row = st.tuples(texts.filter(bool), texts, st.lists(texts.filter(bool), max_size=3, unique=True))


@settings(max_examples=120, deadline=None)
@given(st.lists(row, max_size=5), st.booleans())
def test_what_is_written_reads_back_equal(rows: list[tuple[str, str, list[str]]], ended: bool):
    text = "".join(
        f"TY  - JOUR\nTI  - {title}\nAB  - {abstract}\n"
        + "".join(f"AU  - {name}, Ada\n" for name in names)
        + ("ER  - \n" if ended else "")
        for title, abstract, names in rows
    )

    back = [found for found in read(text) if isinstance(found, Record)]

    assert [(one.title, one.abstract) for one in back] == [row[:2] for row in rows]
    assert [list(one.authors) for one in back] == [[f"Ada {n}" for n in row[2]] for row in rows]


pieces = st.sampled_from(["TY  - JOUR", "ER  - ", "TI  - a", "AB", "  - ", "\n", "\r", " ", "é;,"])


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces | st.text(max_size=8), max_size=60).map("".join))
def test_anything_in_gives_records_and_rejections_in_order(text: str):
    found = list(read(text))

    assert [one.source.position for one in found] == list(range(1, len(found) + 1))
    assert 0.0 <= ris.sniff(text) <= 1.0


def test_an_endless_entry_is_refused_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rag.sources.entry.WHOLE", 5_000)
    text = "TY  - JOUR\nAB  - a\n" + "words\n" * 100 + "ER  - \nTY  - JOUR\nTI  - Two\nER  - \n"

    first, second = read(text)

    assert isinstance(first, Rejection)
    assert first.reason == "line 1: entry over 64 MiB"
    assert isinstance(second, Record)


@pytest.mark.parametrize(
    "part",
    [
        "TY  - JOUR\nTI  - a\nER  - \n",
        "TY  - JOUR\n",
        "TI  - a\nTY  - \n",
        "AU  - a, b; c\n",
        "AU  - a, b; c",
        "UR  - https://a.org;https://b.org\n",
        "UR  - https://;   ",
        "L2  - https://pubmed.ncbi.nlm.nih.gov/1/\n",
        "N1  - PMID: 1\n",
        "PY  - 10 15\n",
        "\n",
        "  ",
        "word\n",
    ],
)
def test_time_grows_with_size_only(part: str):
    def work(count: int) -> None:
        text = "TY  - JOUR\nTI  - a\n" + part * count
        ris.sniff(text[: sources.HEAD])
        for _ in read(text):
            pass

    assert grows_linearly(work, size=1_000 if "TY" in part else 10_000)
