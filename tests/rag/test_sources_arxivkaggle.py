r"""The arXiv snapshot: names, LaTeX, years and journals, and the shared files by hand."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.schema import Identifiers, Record, Source
from rag.sources import arxivkaggle
from rag.sources.arxivkaggle import journal, published


def place(position: int) -> Source:
    return Source(file="f", position=position, format="arxivkaggle")


def one(**fields: object) -> Record:
    (found,) = arxivkaggle.read([json.dumps({"title": "A Title", **fields})], place)
    assert isinstance(found, Record)
    return found


def shared(folder: Path, name: str) -> list[Record]:
    text = (folder / "formats/arxiv-kaggle" / name).read_text("utf-8")
    found = list(arxivkaggle.read(text.splitlines(keepends=True), place))
    assert all(isinstance(one, Record) for one in found)
    return [one for one in found if isinstance(one, Record)]


def test_every_field_is_taken():
    found = one(
        id="hep-th/9601001",
        authors="A. Byron and B. Li",
        authors_parsed=[["Byron", "A.", ""], ["Li", "B.", "Jr", "Somewhere"]],
        abstract='  Schr\\"odinger at z~2, \\emph{in situ},\nwith $\\alpha_{s}~x$.\n',
        comments="This paper has been withdrawn",
        categories="hep-th",
        doi="10.1000/ABC",
        versions=[{"version": "v1", "created": "Wed, 3 Jan 1996 00:00:00 GMT"}],
        update_date="2010-11-19",
        **{"journal-ref": "Phys.Test.B1:2-3,1997"},
    )

    assert found == Record(
        source=place(1),
        title="A Title",
        abstract="Schrödinger at z~2, in situ, with $\\alpha_{s}~x$.",
        authors=("A. Byron", "B. Li Jr"),
        year=1997,
        venue="Phys.Test.B",
        url="https://arxiv.org/abs/hep-th/9601001",
        identifiers=Identifiers(doi="10.1000/abc", arxiv="hep-th/9601001"),
        retraction="withdrawn: This paper has been withdrawn",
    )


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("A. Byron, B. Li, and C. Young", ("A. Byron", "B. Li", "C. Young")),
        ("Plato, B. Li", ("Plato", "B. Li")),
        ("A. Byron (Here\n and There), B. Li (There (too))", ("A. Byron", "B. Li")),
        ("A. Byron (1), B. Li (2) ((1) Here, (2) There)", ("A. Byron", "B. Li")),
        ("The Group: A. Byron, B. Li, Jr.", ("The Group", "A. Byron", "B. Li Jr.")),
        ('J. M\\"uller & {\\L}. Go', ("J. Müller", "Ł. Go")),
        ("Andy Anders", ("Andy Anders",)),
        ("", ()),
    ],
)
def test_a_text_of_authors_is_taken_apart(written: str, names: tuple[str, ...]):
    assert one(authors=written).authors == names
    assert one(authors=written, authors_parsed=[["", "", ""], None]).authors == names


@pytest.mark.parametrize(
    ("reference", "submitted", "year"),
    [
        ("Phys.Rev.D76:013009,2007", 2007, 2007),
        ("Astrophys. J. 550:1956-1969,2001", 2000, 2001),
        ("J. Test. 12 (2003) 2010-2020", 2002, 2003),
        ("Test Letters 1999", 2015, 2015),
        ("Test Letters 12, 2001, 2089", 2000, 2001),
        ("to appear", 2015, 2015),
        ("Ann. Test. 1905", None, 1905),
        ("", None, None),
    ],
)
def test_the_year_of_a_journal_reference(reference: str, submitted: int | None, year: int | None):
    assert published(reference, submitted) == year


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ({"versions": [{"created": "Sat, 31 Mar 2007 02:26:18 GMT"}], "id": "0801.0001"}, 2007),
        ({"id": "0801.0001", "update_date": "2015-05-13"}, 2008),
        ({"id": "math/9901001"}, 1999),
        ({"id": "math/0001001"}, 2000),
        ({"id": "x", "update_date": "2015-05-13"}, 2015),
        ({"id": "", "versions": "v1"}, None),
    ],
)
def test_without_one_the_first_version_tells_the_year(fields: dict[str, object], year: int | None):
    assert one(**fields).year == year


@pytest.mark.parametrize(
    ("reference", "venue"),
    [
        ("Phys.Rev.D76:013009,2007", "Phys.Rev.D"),
        ("Phys. Test. D 76 (2007) 013009", "Phys. Test. D"),
        ("Test Letters, vol. 60, no. 6, pp. 84-90, 2017", "Test Letters"),
        ("Proceedings of the 31st Meeting (ABCD 2018), e338", "Proceedings of the 31st Meeting"),
        ("2018 IEEE Meeting", "2018 IEEE Meeting"),
        ("1905", "1905"),
        ("", ""),
    ],
)
def test_a_journal_is_freed_of_its_numbers(reference: str, venue: str):
    assert journal(reference) == venue


@given(st.text(max_size=40), st.none() | st.integers(1990, 2030))
def test_any_reference_gives_a_part_of_it(reference: str, submitted: int | None):
    assert journal(reference) in (reference, " ".join(reference.split())) or all(
        word in reference for word in journal(reference).split()
    )
    assert published(reference, submitted) is None or submitted or reference


@pytest.mark.parametrize(
    ("change", "ours"),
    [({}, True), ({"id": "p1"}, False), ({"submitter": None}, True), ({"title": None}, False)],
)
def test_sniffing_asks_for_an_arxiv_id_and_the_fields_of_the_snapshot(
    change: dict[str, object], ours: bool
):
    row = {"id": "0704.0001", "submitter": "A", "authors": "A", "title": "T", "abstract": "B"}
    told = {"categories": "cs.CL", **row, **change}
    kept = {key: value for key, value in told.items() if value or key != "title"}

    assert (arxivkaggle.sniff(json.dumps(kept)) > 0.5) is ours


def test_the_shared_lines_by_hand(shared_data: Path):
    sparse, states = shared(shared_data, "two-lines.jsonl")

    assert sparse.title == "Sparsity-certifying Graph Decompositions"
    assert (sparse.authors, sparse.year) == (("Ileana Streinu", "Louis Theran"), 2007)
    assert (sparse.venue, sparse.identifiers) == ("arXiv", Identifiers(arxiv="0704.0002"))
    assert sparse.abstract.startswith("We describe a new algorithm, the $(k,\\ell)$-pebble")
    assert sparse.abstract.endswith("by Gabow, Gabow and Westermann and Hendrickson.")
    assert states.title.endswith("Sine-Gordon and Restricted Sine-Gordon Models")
    assert states.authors == ("D. Fioravanti", "A. Mariottini", "E. Quattrini", "F. Ravanini")
    assert (states.year, states.venue) == (1997, "Phys.Lett.B")
    assert states.identifiers.pairs() == (
        ("doi", "10.1016/s0370-2693(96)01409-8"),
        ("arxiv", "hep-th/9608091"),
    )


def test_the_shared_array_by_hand(shared_data: Path):
    photons, _, attention, _ = found = shared(shared_data, "no-versions-array.json")

    assert all(one.abstract for one in found)
    assert photons.authors == ("C. Balázs", "E. L. Berger", "P. M. Nadolsky", "C.-P. Yuan")
    assert (photons.year, photons.identifiers.doi) == (2007, "10.1103/physrevd.76.013009")
    assert "$\\mathcal{O}(\\alpha_s^3)$ corrections to the $q\\bar{q}\\to" in photons.abstract
    assert (attention.authors[6], attention.venue) == ("Łukasz Kaiser", "NeurIPS")
    assert (attention.year, attention.identifiers.arxiv) == (2017, "1706.03762")
