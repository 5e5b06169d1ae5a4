"""Tables: whose columns are known, whose are guessed, and what a broken row costs."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import grows_linearly

from rag.errors import SourceError
from rag.schema import Record, Rejection, Source
from rag.sources import read_papers, tables
from rag.sources.cellnames import apart, names
from rag.sources.cells import told
from rag.sources.cleaning import clean
from rag.sources.rows import FAULT, Form, rows

PROSE = (
    "We ask whether small gardens keep more bees than large fields do, and count them for "
    "two summers in nine villages. The gardens keep more of them, and of more kinds, than the "
    "fields, which holds for every village but one."
)
OTHER = PROSE.replace("bees", "beetles").replace("nine", "eleven")


def lines_of(text: str) -> list[str]:
    return [f"{line}\n" for line in text.split("\n")]


def found_in(text: str | Iterable[str]) -> list[Record | Rejection]:
    lines = lines_of(text) if isinstance(text, str) else text
    return list(tables.read(lines, lambda at: Source(file="t.csv", position=at, format="tables")))


def records_of(text: str) -> list[Record]:
    found = found_in(text)
    assert all(isinstance(one, Record) for one in found), found
    return [one for one in found if isinstance(one, Record)]


def one_of(header: str, row: str) -> Record:
    (record,) = records_of(f"{header}\n{row}")
    return record


def written(table: Iterable[Iterable[str]], separator: str = ",") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator="\n").writerows(table)
    return buffer.getvalue()


def test_scopus_names_its_columns_and_turns_its_authors_round():
    record = one_of(
        "\ufeffAuthors,Author full names,Author(s) ID,Title,Year,Source title,Volume,DOI,Link,"
        "Abstract,Author Keywords,PubMed ID,Source,EID",
        '"Roe J.A.; De Wit P.","Roe, Jane A. (5720); De Wit, Piet (57189)","5720;57189","Bees, and'
        ' gardens",2021,"J. Gardens","4",10.1234/Bees.1,"https://example.org/r?eid=2",'
        f'"{PROSE}","bee; garden",31415926,Scopus,2-s2.0-1',
    )
    assert record.title == "Bees, and gardens"
    assert record.authors == ("Jane A. Roe", "Piet De Wit")
    assert (record.year, record.venue) == (2021, "J. Gardens")
    assert record.abstract == PROSE
    assert record.url == "https://example.org/r?eid=2"
    assert (record.identifiers.doi, record.identifiers.pmid) == ("10.1234/bees.1", "31415926")
    assert record.key is None


def test_what_scopus_writes_for_nothing_is_nothing():
    record = one_of(
        "Authors,Title,Year,Source title,Abstract,Source",
        "[No author name available],Gardens of 2021,2021,,[No abstract available],Scopus",
    )
    assert (record.authors, record.abstract, record.venue) == ((), "", None)


def test_ieee_xplore_has_a_document_title_and_a_publication_title():
    banner = '"https://xplore.example/search?q=bees, Created on Jan 2, 2022"\n'
    (record,) = records_of(
        banner + '"Document Title","Authors","Author Affiliations","Publication Title",'
        '"Date Added To Xplore","Publication Year","Abstract","DOI","PDF Link"\n'
        f'"Counting bees","J. Roe; P. de Wit","Univ. A; Univ. B","Proc. Garden Conf.",'
        f'"3 Jan 2020","2019","{PROSE}","10.1109/G.2019.1","https://x.example/stamp?arnumber=1"'
    )
    assert (record.title, record.venue, record.year) == (
        "Counting bees",
        "Proc. Garden Conf.",
        2019,
    )
    assert record.authors == ("J. Roe", "P. de Wit")
    assert record.abstract == PROSE


def test_embase_gives_journal_year_and_doi_in_places_of_its_own():
    record = one_of(
        "Title,Original Title,Author Names,Source,Abstract,Original Abstract,Open URL Link",
        f'Bees,,"Roe J.A., De Wit P.",Garden Medicine (2014) 3:3 (152-160). Date: 2015,,"{PROSE}",'
        "http://sfx.example/x?sid=E&id=doi:10.1234%2Fab-1&atitle=Bees",
    )
    assert record.authors == ("J.A. Roe", "P. De Wit")
    assert (record.venue, record.year) == ("Garden Medicine", 2014)
    assert record.abstract == PROSE
    assert record.identifiers.doi == "10.1234/ab-1"


def test_springerlink_runs_its_authors_together():
    record = one_of(
        "Item Title,Publication Title,Item DOI,Authors,Publication Year,URL,Content Type",
        "Bees,Gardens,10.1007/1-2,Prof. Jane A. RoePiet McWitDr. Ána Øst,2020,http://l.example/1,C",
    )
    assert record.authors == ("Jane A. Roe", "Piet McWit", "Ána Øst")
    assert (record.abstract, record.venue) == ("", "Gardens")


TAGGED = "PT\tAU\tAF\tTI\tSO\tAB\tFX\tDI\tPY\tUT\tPM\n"


def test_web_of_science_tabs_have_two_letter_names_and_quotation_marks_of_their_own():
    first, second = records_of(
        f"\ufeff{TAGGED}"
        f'J\tRoe, J; Wit, P\tRoe, Jane; de Wit, Piet\t"Bees" in gardens\tJ GARD\t{PROSE}\t'
        "Paid by many.\t10.1234/a\t2021\tWOS:1\t1234567\n"
        'J\tRoe, J\t\t"All of it\tJ GARD\t\tPaid by few.\t\t2020\tMEDLINE:7654321\t\n'
    )
    assert first.title == '"Bees" in gardens'
    assert first.authors == ("Jane Roe", "Piet de Wit")
    assert (first.venue, first.year, first.abstract) == ("J GARD", 2021, PROSE)
    assert first.identifiers.pmid == "1234567"
    assert second.title == '"All of it'
    assert second.authors == ("J Roe",)
    assert second.identifiers.pmid == "7654321"


def test_a_funding_text_is_no_abstract_where_there_is_none():
    header = TAGGED.replace("\tAB", "")
    assert "abstract" not in tables.mapping(header + f"J\tA\tA\tT\tS\t{PROSE}\t\t2020\tW\t\n")
    header = "Title,Affiliations,Funding Text\n"
    assert "abstract" not in tables.mapping(header + f'T,"{PROSE}","{PROSE}"\n' * 3)


def test_asreview_writes_lists_and_odd_dates():
    record = one_of(
        "abstract,authors,id,keywords,title,publication_year,label_included,url",
        f'"{PROSE}","[\'Roe, Jane\', ""O\'Wit, Piet""]",12,[\'a\'],Bees,2014//,1,http://b.example',
    )
    assert record.authors == ("Jane Roe", "Piet O'Wit")
    assert record.year == 2014


def test_a_review_set_of_pubmed_has_years_as_decimals():
    record = one_of(
        "record_id,pubmedID,title,authors,abstract,year,label_included",
        f'7,10051933.0,Bees.,J A Roe; P de Wit,"{PROSE}",1999.0,0',
    )
    assert (record.year, record.identifiers.pmid) == (1999, "10051933")
    assert record.authors == ("J A Roe", "P de Wit")


@pytest.mark.parametrize(
    ("header", "row", "authors", "year"),
    [
        # ACM Digital Library
        ("type,id,author,title,doi,year", 'a,1,"Jane Roe and Piet Wit",Bees,,2001', 2, 2001),
        # APA PsycInfo
        ("Title,Authors,Abstract,Source,Publication Year,Digital Object Identifier",
         f'Bees,"Roe, J. A., & Wit, P.","{PROSE}",J,20010200,10.1/x', 2, None),
        # Covidence
        ("Title,Authors,Abstract,Published Year,Journal,DOI,Covidence #",
         f'Bees,"Roe, Jane; Wit, P.","{PROSE}",2001,J,,#1', 2, 2001),
        # Lens
        ("Lens ID,Title,Date Published,Author/s,Abstract", "1,Bees,2001-03-04,A B; C D,x", 2, 2001),
        # OpenAlex
        ("id,display_name,publication_year,authorships.author.display_name,abstract",
         "https://openalex.org/W123,Bees,2001,Jane Roe|Piet Wit,", 2, 2001),
        # PubMed
        ("PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,PMCID,DOI",
         '123,Bees,"Roe JA, Wit P.",J. 2001,Roe JA,J,2001,PMC12,', 2, 2001),
        # German, French, Chinese
        ("Titel;Autoren;Zusammenfassung;Jahr", "Bienen;Jana Roe and Piet Wit;Wir;2001", 2, 2001),
        ("Titre;Auteurs;Résumé;Année", "Abeilles;Roe, Jeanne; ;2001", 1, 2001),
        ("题名,作者,摘要,年", "蜜蜂,张三;李四,我们,2001", 2, 2001),
    ],
)  # fmt: skip
def test_other_makers_names_are_known(header: str, row: str, authors: int, year: int | None):
    record = one_of(header, row)
    assert record.title
    assert len(record.authors) == authors
    assert year in (None, record.year)


def test_an_id_counts_only_where_it_looks_like_one():
    assert "arxiv" not in tables.mapping("id,title\n17,Bees\n18,Ants\n")
    assert one_of("id,title", "https://openalex.org/W123,Bees").identifiers.openalex == "W123"
    assert one_of("id,title", "2101.00001v2,Bees").identifiers.arxiv == "2101.00001"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_is_found_by_what_it_makes_of_the_header(separator: str):
    table = [["Title", "Abstract"], ["Bees; ants, wasps | more\tor less", PROSE], ["Ants", OTHER]]
    first, second = records_of("\ufeff" + written(table, separator))
    assert first.title == "Bees; ants, wasps | more or less"
    assert second.abstract == OTHER


def test_a_spreadsheet_may_name_its_separator():
    assert one_of("sep=;\ntitle;abstract", "Bees, ants;Some").title == "Bees, ants"


def test_a_table_without_telling_names_is_guessed_from_its_cells():
    table = [
        ["c1", "c2", "c3", "c4", "c5"],
        ["7", "Roe, Jane; Wit, Piet", PROSE, "Bees in small gardens", "10.1234/a.1"],
        ["8", "Ost, Ann; Roe, Jane", OTHER, "Beetles in large fields", "10.1234/a.2"],
        ["9", "Roe, Jane; Ost, Ann", OTHER + PROSE, "What lives in villages", "10.1234/a.3"],
    ]
    text = written(table)
    assert tables.mapping(text) == {
        "doi": "c5",
        "abstract": "c3",
        "authors": "c2",
        "title": "c4",
    }
    assert [one.title for one in records_of(text)] == [row[3] for row in table[1:]]
    assert [one.title for one in records_of(written(table[1:]))] == [row[3] for row in table[1:]]
    assert tables.mapping(written(table[1:]))["title"] == "column 4"


def test_an_abstract_with_a_name_of_its_own_is_found_beside_known_names():
    text = written([["Title", "What they say"], ["Bees", PROSE], ["Ants", OTHER]])
    assert tables.mapping(text) == {"title": "Title", "abstract": "What they say"}


def test_what_is_read_from_where_is_told_where_there_is_no_title():
    (found,) = found_in("Item Title,Abstract,Item DOI,Notes\n,,10.1234/x,more\n")
    assert isinstance(found, Rejection)
    assert found.reason == (
        "line 2: neither title nor abstract; columns read: "
        "title = Item Title, abstract = Abstract, doi = Item DOI"
    )


def test_cells_may_hold_line_ends_and_doubled_marks():
    first, second = records_of('title,abstract\n"Bees ""and""\nants","One,\n\ntwo"\nWasps,Three\n')
    assert (first.title, first.abstract) == ('Bees "and" ants', "One, two")
    assert second.title == "Wasps"


def test_short_and_long_rows_are_read_as_far_as_they_go():
    long = "Ants,Some,2001,10.1234/a,,,\nWasps,More,,,x,2002,10.1234/b\n"
    text = f"title,abstract,year,doi\nBees\n{long}"
    bees, ants, wasps = records_of(text)
    assert (bees.title, bees.year) == ("Bees", None)
    assert (ants.year, ants.identifiers.doi) == (2001, "10.1234/a")
    assert (wasps.abstract, wasps.identifiers.doi) == ("More", "10.1234/b")


def test_prose_that_is_cut_at_its_commas_is_joined_again():
    record = one_of("title,abstract,year", "Bees,We count bees, ants, and wasps.,2001")
    assert (record.abstract, record.year) == ("We count bees, ants, and wasps.", 2001)


def test_blanks_may_follow_every_separator():
    record = one_of("title, abstract, year", 'Bees, "Some, more", 2001')
    assert (record.abstract, record.year) == ("Some, more", 2001)


def test_names_that_come_twice_are_both_used():
    first, second = records_of("Title,Abstract,Abstract\nBees,,Some\nAnts,More,Other\n")
    assert (first.abstract, second.abstract) == ("Some", "More")


def test_an_empty_row_is_no_entry_and_a_second_header_neither():
    text = "title,abstract\n\n,\nBees,Some\n , \ntitle,abstract\nAnts,More\n"
    found = records_of(text)
    assert [one.title for one in found] == ["Bees", "Ants"]
    assert [one.source.position for one in found] == [1, 2]


def test_zero_bytes_are_left_out():
    assert one_of("title,abs\0tract\0", "Be\0es,So\0me").title == "Bees"


def test_a_description_does_not_stand_in_for_a_missing_abstract():
    assert one_of("title,abstract,description", "Bees,,A jar").abstract == ""
    assert one_of("title,description", "Bees,A jar").abstract == "A jar"


def test_a_stray_mark_costs_no_other_row():
    text = (
        'title,abstract\n"Bees, some\n"Ants","More"\n"Wasps "and" so","Less"\nFlies,"Never closed'
    )
    assert [one.title for one in records_of(text)] == ["Bees", "Ants", 'Wasps "and" so', "Flies"]


def test_a_row_whose_marks_do_not_add_up_is_rejected_with_its_line():
    (bees, broken, ants) = found_in('title,abstract\nBees,Some\n"x" y\nz "q\n\nAnts,More\n')
    assert isinstance(bees, Record)
    assert isinstance(broken, Rejection)
    assert broken.reason == f"line 3: {FAULT}"
    assert isinstance(ants, Record)


def test_a_row_of_prose_with_marks_on_several_lines_is_one_row():
    text = 'title,abstract\n"Bees","We say\nthat "bees" fly,\nand end."\nAnts,More\n'
    bees, ants = records_of(text)
    assert bees.abstract == 'We say that "bees" fly, and end.'
    assert ants.title == "Ants"


def test_a_very_long_cell_is_one_cell():
    long = "Bees fly. " * 400_000
    text = written([["title", "abstract"], ["Bees", f"{long}\n{long}"], ["Ants", "x"]])
    bees, ants = records_of(text)
    assert len(bees.abstract) == 2 * len(long) - 1
    assert ants.title == "Ants"


def test_formulas_are_text_like_any_other(shared_data: Path):
    payloads = (shared_data / "adversarial/csv-injection/csv-payload.txt").read_text().split("\n")
    payloads = [line for line in payloads if line]
    assert len(payloads) == 6
    text = written([["title", "abstract"], *([line, line] for line in payloads)])
    found = records_of(text)
    assert [one.title for one in found] == [clean(line) for line in payloads]
    assert [one.abstract for one in found] == [clean(line) for line in payloads]


def test_what_is_no_table_of_papers_is_left_to_others():
    for text in [
        "",
        "\n\n",
        "just some words, and more\n" * 9,
        "query-id\tcorpus-id\tscore\n1\t2\t3\n1\t3\t3\n",
        '{"title": "x", "abstract": "y"}\n',
        "<table>title, abstract</table>\n",
        "@misc{a,\n title = {x},\n abstract = {y}\n}\n",
        "Notes\n\nEach line has `title`, `abstract`, `year`.\n" + "Words, as ever.\n" * 5,
        "title, abstract, and authors are what we want\nfrom all of you\nin the end\n",
        "| title | abstract |\n|---|---|\n| a | b |\n",
        "PT J\nAU Roe, J\nTI Bees\nER\n",
    ]:
        assert tables.sniff(text) == 0.0, text
        assert tables.mapping(text) == {}


def test_what_names_its_columns_is_surer_than_what_is_guessed():
    named = tables.sniff("title,abstract\nBees,Some\n")
    guessed = tables.sniff(
        written([[f"{kind} in small gardens", PROSE] for kind in ("Bees", "Ants", "Wasps")])
    )
    assert named > 0.9
    assert 0 < guessed < 0.5


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp1252", "gbk"])
def test_spreadsheets_write_many_encodings(tmp_path: Path, codec: str):
    title = "蜜蜂与花园的研究" if codec == "gbk" else "Größe der Bienen – ein Maß"
    path = tmp_path / "a.csv"
    path.write_bytes(f"Title,Abstract\r\n{title},Text\r\nAnts,Text\r\n".encode(codec))
    first, second = read_papers(path)
    assert isinstance(first, Record)
    assert (first.title, first.source.format) == (title, "tables")
    assert isinstance(second, Record)


def test_a_line_separator_inside_a_cell_ends_no_row(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes("Title,Abstract\r\nBees\u2028and\x0bants,Text\x85more\r\n".encode())
    (found,) = read_papers(path)
    assert isinstance(found, Record)
    assert found.title == "Bees andants"


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("Roe, J. A., Wit, P.", ("J. A. Roe", "P. Wit")),
        ("Roe JA, Wit P", ("Roe JA", "Wit P")),
        ("Roe, Jane", ("Jane Roe",)),
        ("Jane Roe, Piet Wit and Ann Ost", ("Jane Roe", "Piet Wit", "Ann Ost")),
        ("Roe, Jane\nWit, Piet", ("Jane Roe", "Piet Wit")),
        ('["Jane Roe", "Piet Wit"]', ("Jane Roe", "Piet Wit")),
        ('[{"name": "Jane Roe"}]', ("Jane Roe",)),
        ("['Jane Roe' 'Piet Wit']", ("Jane Roe", "Piet Wit")),
        ("[No author name available]", ()),
        ("nan", ()),
        ("Wei D.-Q.; 'T Hooft G.", ("D.-Q. Wei", "G. 'T Hooft")),
        ("World Garden Group", ("World Garden Group",)),
        ("Roe, Jane, Jr.; et al.", ("Jane Roe Jr.",)),
    ],
)
def test_names_are_told_apart(cell: str, found: tuple[str, ...]):
    assert names(cell) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Jane RoePiet Wit", ("Jane Roe", "Piet Wit")),
        (
            "John McDonaldMary O'BrienJean MacArthur",
            ("John McDonald", "Mary O'Brien", "Jean MacArthur"),
        ),
        ("Leonardo DiCaprioAnh LeBinh Tran", ("Leonardo DiCaprio", "Anh Le", "Binh Tran")),
        ("LeBron James", ("LeBron James",)),
        ("", ("",)),
    ],
)
def test_names_run_together_are_cut(text: str, found: tuple[str, ...]):
    assert apart(text) == found


@pytest.mark.parametrize(
    ("field", "cell", "found"),
    [
        ("year", "43830", "2019"),
        ("year", "20190501", "2019"),
        ("year", "in press", ""),
        ("pmid", "MEDLINE:123", "123"),
        ("pmid", "WOS:000123", ""),
        ("arxiv", "1234.56789", ""),
        ("arxiv", "http://arxiv.org/abs/cs/0112017v1", "cs/0112017"),
        ("url", "https://a.example/x; https://b.example", "https://a.example/x"),
        ("url", "doi:10.1/2", ""),
        ("venue", "Scopus", ""),
        ("venue", "Journal of 1999 (2000) 4:1", "Journal of 1999"),
        ("title", "N/A", ""),
    ],
)
def test_a_cell_tells_only_what_fits(field: str, cell: str, found: str):
    assert told(field, cell) == found


CELLS = st.text(alphabet="abY \",;\t|\n'[]9\u00e9\ufeff", max_size=30)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8),
    st.sampled_from(",;\t|"),
    st.booleans(),
)
def test_what_a_writer_writes_comes_back_row_by_row(table, separator: str, quoted: bool):
    buffer = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\n", quoting=quoting)
    writer.writerows([("Title", "Abstract", "Authors"), *table])

    found = found_in(buffer.getvalue())

    full = [row for row in table if any(cell.strip() for cell in row)]
    assert [one.source.position for one in found] == list(range(1, len(full) + 1))
    for one, (title, abstract, _) in zip(found, full, strict=True):
        if isinstance(one, Record):
            assert (one.title, one.abstract) == (clean(title), clean(abstract))
        else:
            assert not clean(title)
            assert not clean(abstract)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(
        ["", "title,abstract\n", "Title;Year;DOI\n", "TI\tAB\n", "sep=,\nItem Title,Authors\n"]
    ),
    st.text(alphabet="ab \",;\t|\n\r\0\x85\u2028'[]{}1.@é", max_size=200),
)
def test_anything_comes_out_as_records_and_rejections(head: str, rest: str):
    found = found_in(head + rest)
    assert all(isinstance(one, Record | Rejection) for one in found)
    assert [one.source.position for one in found] == list(range(1, len(found) + 1))
    assert 0.0 <= tables.sniff(head + rest) <= 1.0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet='ab",\n', max_size=12), max_size=20), st.integers(0, 4))
def test_no_line_is_lost_between_rows(parts: list[str], width: int):
    lines = [f"{part.replace(chr(10), '')}\n" for part in parts]
    found = list(rows(lines, Form(",", width=width)))
    starts = [row.line for row in found]
    assert starts == sorted(set(starts))
    assert all(1 <= start <= len(lines) for start in starts)


@pytest.mark.parametrize(
    "line", ["Bees,Some,2001\n", 'x","\n', '"a" b "c",d\n', ',"""\n', 'a,"b\n', 'a,"b,c\nd,"e",f\n']
)
def test_reading_takes_linear_time_however_marks_are_strewn(line: str):
    def work(count: int) -> None:
        for _ in tables.read(
            ["title,abstract,year\n", *lines_of(line * count)],
            lambda at: Source(file="t", position=at, format="tables"),
        ):
            pass

    assert grows_linearly(work, size=800)


@pytest.mark.parametrize("row", ["a,b{}", 'a,"{}', 'a,b,"{}"'])
@pytest.mark.parametrize("part", [",", ", c", '"', "\n", "; ", "aA", "\\'", " "])
def test_one_long_row_takes_linear_time(row: str, part: str):
    def work(count: int) -> None:
        found_in("Item Title,Abstract,Authors\n" + row.format(part * count))

    assert grows_linearly(work, size=8_000)


COUNTS = [
    # file, entries, records, with abstract
    ("scopus-export", 11, 11, 11),
    ("springer-link-export", 18, 18, 0),
    ("embase-export", 6, 6, 6),
    ("asreview-labels", 6, 6, 6),
    ("semicolon-separated", 2, 2, 2),
    ("missing-values", 4, 4, 2),
    ("systematic-review-pubmed", 114, 112, 110),
]


@pytest.mark.parametrize(("name", "entries", "records", "abstracts"), COUNTS)
def test_real_exports_come_out_whole(
    shared_data: Path, name: str, entries: int, records: int, abstracts: int
):
    found = list(read_papers(shared_data / "formats/csv" / f"{name}.csv"))
    kept = [one for one in found if isinstance(one, Record)]
    assert {one.source.format for one in found} == {"tables"}
    assert [one.source.position for one in found] == list(range(1, entries + 1))
    assert len(kept) == records
    assert sum(bool(one.abstract) for one in kept) == abstracts


def real(shared_data: Path, name: str) -> dict[int, Record]:
    found = read_papers(shared_data / "formats/csv" / f"{name}.csv")
    return {one.source.position: one for one in found if isinstance(one, Record)}


def test_a_real_scopus_export_reads_as_a_person_reads_it(shared_data: Path):
    papers = real(shared_data, "scopus-export")
    first, third = papers[1], papers[3]
    assert first.title == "Scalable molecular dynamics with NAMD"
    assert first.authors[:2] == ("J.C. Phillips", "R. Braun")
    assert first.authors[-1] == "K. Schulten"
    assert len(first.authors) == 10
    assert (first.year, first.venue) == (2005, "Journal of Computational Chemistry")
    assert first.identifiers.doi == "10.1002/jcc.20289"
    assert first.abstract.startswith("NAMD is a parallel")
    assert first.abstract.endswith("Wiley Periodicals, Inc.")
    # Rows from the third on have a cell that the header does not name.
    assert third.venue == "Scientific Reports"
    assert (third.identifiers.doi, third.identifiers.pmid) == (
        "10.1038/s41598-022-04849-0",
        "35064163",
    )
    assert papers[9].authors == ()


def test_a_real_embase_export_reads_as_a_person_reads_it(shared_data: Path):
    papers = real(shared_data, "embase-export")
    assert papers[1].authors == ("R. Liu", "D.G. Adler")
    assert (papers[1].venue, papers[1].year) == ("Endoscopic Ultrasound", 2014)
    assert papers[1].identifiers.doi == "10.4103/2303-9027.138783"
    assert papers[4].title == "Congenital Neck Masses"
    assert papers[4].authors == ("L. Quintanilla-Dieck", "E.B. Penn")
    assert (papers[4].venue, papers[4].year) == ("Clinics in Perinatology", 2018)
    assert papers[1].abstract.startswith("Gastrointestinal tract duplication")
    assert papers[1].abstract.endswith("with regards to these lesions.")


def test_a_real_springerlink_export_reads_as_a_person_reads_it(shared_data: Path):
    papers = real(shared_data, "springer-link-export")
    assert papers[1].authors == ("Araz R. Aliev", "Nigar T. Ismayilova")
    assert papers[2].authors[:2] == ("Rafik A. Aliev", "Janusz Kacprzyk")
    assert len(papers[2].authors) == 6
    assert papers[1].identifiers.doi == "10.1007/978-3-030-92127-9_33"
    assert (papers[3].title, papers[3].year) == ("Fuzzy Information Processing 2020", 2022)
    assert papers[3].venue == "Advances in Intelligent Systems and Computing"


def test_a_real_review_set_reads_as_a_person_reads_it(shared_data: Path):
    papers = real(shared_data, "systematic-review-pubmed")
    assert papers[1].authors[0] == "E J Reimer"
    assert (papers[1].year, papers[1].identifiers.pmid) == (1999, "10051933")
    assert papers[1].abstract.startswith("To compare the analgesic effects")
    assert papers[2].authors[-1] == "T B Baker"
    assert papers[2].year == 2000
    assert papers[29].abstract == ""
    assert 45 not in papers
    assert 83 not in papers


def test_the_real_test_tables_of_asreview_read_as_a_person_reads_them(shared_data: Path):
    for name in ("asreview-labels", "semicolon-separated"):
        papers = real(shared_data, name)
        assert papers[1].authors == ("Karl Marx", "Astrid Lindgren")
        assert (papers[1].title, papers[1].year) == ("Title of reference", 2014)
        assert papers[2].year == 2006
        assert papers[2].url == "http://example_url.com"
    papers = real(shared_data, "missing-values")
    assert [bool(papers[at].title) for at in (1, 2, 3, 4)] == [True, False, True, False]


def test_no_other_shared_file_is_taken_for_a_table(shared_data: Path):
    taken: set[str] = set()
    for path in sorted((shared_data / "formats").rglob("*")) + sorted(
        (shared_data / "pages").iterdir()
    ):
        if path.is_file():
            try:
                formats = {one.source.format for one in read_papers(path)}
            except SourceError:
                continue
            if "tables" in formats:
                taken.add(path.name)
    assert taken == {f"{name}.csv" for name, *_ in COUNTS}
