"""Hugging Face pages saved as text and as HTML, and pages with citation metadata."""

import json
from pathlib import Path

import pytest

from rag.schema import Record, Rejection
from rag.sources import read_papers

BANNER = "Get trending papers in your email inbox!\n"
TEXT = "We ask how far a short text carries, and measure it on many pages of our own making. " * 5
OTHER = "A second study, of other things, says much the same in rather different words again. " * 5


def saved(folder: Path, content: str) -> Path:
    path = folder / "page"
    path.write_text(content, encoding="utf-8")
    return path


def entries(path: Path) -> list[tuple[str, str]]:
    return [(one.title, one.abstract) for one in records(path)]


def records(path: Path) -> list[Record]:
    return [one for one in read_papers(path) if isinstance(one, Record)]


BOTH = [("A First Title", TEXT.strip()), ("3 Second Titles?", OTHER.strip())]


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n \n\n"])
@pytest.mark.parametrize(
    "top",
    [
        BANNER,
        "new\n\n" + BANNER + "\nSubscribe\n\nbyAK and the research community\n\nMar 11\n\n",
        "Get trending papers in your email inbox once a day!\n" + BANNER + "Subscribe",
        "",
    ],
)
def test_entries_are_found_under_every_kind_of_top(tmp_path: Path, gap: str, top: str):
    lines = [part for entry in BOTH for part in entry]
    if not top:
        lines += lines  # without its banner a page must show a pattern

    found = entries(saved(tmp_path, top + gap.join(lines)))

    assert found == (BOTH if top else BOTH * 2)


def test_a_second_paragraph_continues_the_abstract(tmp_path: Path):
    page = saved(tmp_path, f"{BANNER}A Title\n{TEXT}\n{OTHER}\nAnother Title\n{TEXT}\n")

    assert entries(page) == [
        ("A Title", f"{TEXT.strip()} {OTHER.strip()}"),
        ("Another Title", TEXT.strip()),
    ]


def test_a_title_without_abstract_is_kept(tmp_path: Path):
    page = saved(tmp_path, f"{BANNER}A Title\nAnother Title\n{TEXT}\nLast Title")

    assert [one for one, _ in entries(page)] == ["A Title", "Another Title", "Last Title"]


def test_latex_remains_stay_as_stored(tmp_path: Path):
    page = saved(tmp_path, BANNER + 'T\\"ulu\n' + TEXT.replace("far", "95\\% of $x$"))

    ((title, abstract),) = entries(page)
    assert title == 'T\\"ulu'
    assert "95\\% of $x$" in abstract


def test_an_article_is_no_page(tmp_path: Path):
    page = saved(tmp_path, f"Heading\n{TEXT}\n{OTHER}\nHeading\n{TEXT}\nshort\nshort\n")

    with pytest.raises(Exception, match="unknown format"):
        read_papers(page)


def test_the_four_pages_agree_with_an_independent_reading(shared_data: Path):
    expected: dict[str, set[str]] = {}
    corpus = shared_data / "page-questions" / "corpus.jsonl"
    for line in corpus.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        expected[row["title"]] = {row["text"], row.get("variant", row["text"])}
    found: dict[str, set[str]] = {}
    count = 0
    for page in sorted((shared_data / "pages").iterdir()):
        for one in read_papers(page):
            assert isinstance(one, Record)
            found.setdefault(one.title, set()).add(one.abstract)
            count += 1

    assert (count, len(found)) == (375, 316)
    assert found == expected


CARDS = """<!DOCTYPE html><html><head><title>Daily Papers</title>
<script>var a = "<article><h3>Not a paper</h3><p>x</p></article>";</script>
<!-- <article><h3><a href="/papers/1">No</a></h3></article> --></head><body>
<h1>Daily Papers</h1>
<article><div><a href="/papers/2401.01234"><img src="x.png"></a>
 <h3><a href="/papers/2401.01234">A &amp; B:\n   on Titles</a></h3>
 <p>3 authors</p><p>The abstract, which <b>is</b> longer.</p></div></article>
<article><h3><a href="https://huggingface.co/papers/2402.00002v2">Title Only</a></h3></article>
<article><h3>News</h3></article>
<p>A footer that is longer than any abstract on this page, and belongs to no paper at all.</p>
</body></html>"""


def test_cards_of_a_list_become_papers(tmp_path: Path):
    first, second = records(saved(tmp_path, CARDS))

    assert first.title == "A & B: on Titles"
    assert first.abstract == "The abstract, which is longer."
    assert first.identifiers.arxiv == "2401.01234"
    assert first.url == "https://huggingface.co/papers/2401.01234"
    assert (second.title, second.abstract) == ("Title Only", "")
    assert second.identifiers.arxiv == "2402.00002"


PAPER = """<html><head><meta property="og:title" content="Paper page - The Title">
<link rel="canonical" href="https://huggingface.co/papers/2401.01234"></head>
<body><h1>The Title</h1><h2>Abstract</h2><div><p>First part.</p><p>Second part.</p></div>
<h2>Community</h2><p>A comment.</p></body></html>"""


def test_a_single_paper_page_is_one_paper(tmp_path: Path):
    (found,) = records(saved(tmp_path, PAPER))

    assert (found.title, found.abstract) == ("The Title", "First part. Second part.")
    assert found.identifiers.arxiv == "2401.01234"


HIGHWIRE = """<?xml version="1.0"?><!DOCTYPE html><html><head>
<meta name="citation_title" content="On &quot;Things&quot;">
<meta name="citation_author" content="Byron, Ada"><meta name="citation_author" content="Bo Li">
<meta name="citation_date" content="2001/05/03"><meta name="citation_doi" content="10.1000/X">
<meta name="citation_arxiv_id" content="2401.01234"><meta name="citation_pmid" content="12">
<meta name="citation_journal_title" content="Journal of Things">
<meta name="citation_abstract" content="All about things."></head><body></body></html>"""

DUBLIN = """<html><head><meta name="DC.Title" content="On Things">
<meta name="DC.Creator" content="Byron, Ada"><meta name="DC.Date" content="2001">
<meta name="DC.Identifier" content="https://doi.org/10.1000/x">
<meta name="DC.Description" content="All about things."></head></html>"""


def test_highwire_tags_are_read(tmp_path: Path):
    (found,) = records(saved(tmp_path, HIGHWIRE))

    assert (found.title, found.abstract) == ('On "Things"', "All about things.")
    assert found.authors == ("Ada Byron", "Bo Li")
    assert (found.year, found.venue) == (2001, "Journal of Things")
    assert found.identifiers.pairs() == (
        ("doi", "10.1000/x"),
        ("arxiv", "2401.01234"),
        ("pmid", "12"),
    )


def test_dublin_core_tags_are_read(tmp_path: Path):
    (found,) = records(saved(tmp_path, DUBLIN))

    assert (found.title, found.abstract, found.year) == ("On Things", "All about things.", 2001)
    assert found.identifiers.doi == "10.1000/x"


def test_a_page_without_papers_is_one_rejection(tmp_path: Path):
    (found,) = read_papers(saved(tmp_path, "<html><h1>Hello</h1><p>World</p></html>"))

    assert isinstance(found, Rejection)
    assert found.source.position == 1


@pytest.mark.parametrize("part", ["<article><p>", "<a ", "<h2>A", "<!--", "<div>x", "</a "])
def test_hostile_pages_end_soon(tmp_path: Path, part: str):
    found = list(read_papers(saved(tmp_path, "<html><body>" + part * 5_000)))

    assert len(found) == 1


def test_a_page_of_more_tags_than_a_listing_has_is_refused_before_it_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    head = '<html><meta name="citation_title" content="Clay">'
    full = head + "<br>" * 48
    monkeypatch.setattr("rag.sources.webpages.TAGS", 50)

    (taken,) = read_papers(saved(tmp_path, full))
    (refused,) = read_papers(saved(tmp_path, full + "<br>"))

    assert isinstance(taken, Record)
    assert isinstance(refused, Rejection)
    assert "over 50 tags" in refused.reason
