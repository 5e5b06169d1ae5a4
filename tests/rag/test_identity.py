"""Which paper is it? The laws: order never shows, adding twice is adding once, counts add up."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import grows_linearly
from shelf import TITLE, Shelf, counts, record, records

from rag.identity import identify, identity_keys
from rag.identity.identifiers import acl, arxiv, doi, identifiers, openalex, pmcid, pmid, s2
from rag.identity.keys import family, normal_title, telling
from rag.schema import Identifiers, Record
from rag.sources import read_papers


def placed(found: Sequence[Record]) -> list[Record]:
    return [
        one.model_copy(update={"source": one.source.model_copy(update={"position": position})})
        for position, one in enumerate(found, start=1)
    ]


batches = st.lists(records, min_size=1, max_size=9).map(placed)


@settings(max_examples=100, deadline=None)
@given(batches, st.randoms(use_true_random=False))
def test_the_order_of_records_never_shows(found: list[Record], chance: random.Random):
    shuffled = chance.sample(found, len(found))

    first, other = identify(found, Shelf()), identify(shuffled, Shelf())

    assert first == other


@settings(max_examples=100, deadline=None)
@given(batches)
def test_adding_twice_is_adding_once(found: list[Record]):
    shelf = Shelf()
    shelf.add(*found)
    papers = dict(shelf.papers)

    again = shelf.add(*found)

    assert counts(again) == (0, 0, len(found), 0)
    assert (again.papers, again.retired) == ((), {})
    assert shelf.papers == papers


@settings(max_examples=100, deadline=None)
@given(st.lists(batches, min_size=1, max_size=3))
def test_counts_add_up_and_nothing_gets_lost_over_several_adds(rounds: list[list[Record]]):
    shelf = Shelf()
    for found in rounds:
        before = set(shelf.papers)

        result = shelf.add(*found)

        assert result.read == len(found)
        assert min(counts(result)) >= 0
        begun = set(shelf.papers) - before - set(result.retired.values())
        assert len(begun) == result.new
        assert before - set(shelf.papers) == set(result.retired)
        assert {one.key for one in found if one.key} <= set(shelf.papers)
        for one in found:
            assert shelf.by_identity(identity_keys(one)), "a record must be found again"


@settings(max_examples=100, deadline=None)
@given(batches)
def test_contradicting_names_are_never_one_paper(found: list[Record]):
    result = identify(found, Shelf())

    by_place = {str(source): paper.id for paper in result.papers for source in paper.sources}
    assert set(by_place) == {str(one.source) for one in found}
    for one in found:
        for other in found:
            if one.key and other.key and one.key != other.key:
                assert by_place[str(one.source)] != by_place[str(other.source)]


@settings(max_examples=100, deadline=None)
@given(batches)
def test_a_paper_is_made_of_its_records_words_only(found: list[Record]):
    for paper in identify(found, Shelf()).papers:
        members = [one for one in found if one.source in paper.sources]
        assert paper.title in {one.title for one in members}
        assert paper.abstract in {one.abstract for one in members}
        assert paper.authors in {one.authors for one in members}


NAMES = {
    "doi": "10.1000/x",
    "arxiv": "2001.00001",
    "pmid": "1",
    "pmcid": "PMC1234",
    "acl": "P19-1001",
    "openalex": "W1234",
    "s2": "a" * 40,
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_shared_name_makes_one_paper_whatever_the_titles(kind: str):
    value = NAMES[kind]
    first = record(1, "One title", **{kind: value})
    other = record(2, "Another title", **{kind: value}, abstract="Text.")

    result = identify([first, other], Shelf())

    assert counts(result) == (1, 0, 0, 1)
    assert result.papers[0].id == f"{kind}:{value}"
    assert result.papers[0].abstract == "Text."


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ({}, {}),
        ({"authors": ("Ada Byron",)}, {"authors": ("Byron, A.",), "year": 1980}),
        ({"year": 1999}, {"year": 2000, "authors": ("Ada Byron",)}),
        ({"year": 1999, "authors": ("Cy Young",)}, {}),
        ({"doi": "10.1000/x"}, {"arxiv": "2001.00001"}),
        ({"doi": "10.1000/x"}, {"doi": "10.48550/arxiv.2001.00001"}),
    ],
)
def test_equal_titles_are_one_paper_where_nothing_speaks_against_it(first: dict, other: dict):
    found = [record(1, **first), record(2, TITLE.upper() + ".", **other)]

    assert counts(identify(found, Shelf())) == (1, 0, 0, 1)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ({"key": "a"}, {"key": "b"}),
        ({"doi": "10.1000/x"}, {"doi": "10.1000/y"}),
        ({"arxiv": "2001.00001"}, {"arxiv": "2001.00002"}),
        ({"pmid": "1"}, {"pmid": "2"}),
        ({"acl": "P19-1001"}, {"acl": "P19-1002"}),
        (
            {"authors": ("Ada Byron",), "year": 1999},
            {"authors": ("Cy Young",), "year": 2001},
        ),
        ({"authors": ("Ada Byron",)}, {"year": 2001}),
    ],
)
def test_equal_titles_are_two_papers_where_something_speaks_against_it(first: dict, other: dict):
    result = identify([record(1, **first), record(2, **other)], Shelf())

    assert counts(result) == (2, 0, 0, 0)
    assert len({paper.id for paper in result.papers}) == 2


def test_a_title_too_short_to_tell_needs_an_equal_abstract():
    one, same = record(1, "Notes", abstract="Text."), record(2, "Notes", abstract="Text.")
    other = record(3, "Notes", abstract="Different.")

    result = identify([one, same, other], Shelf())

    assert counts(result) == (2, 0, 0, 1)


def test_a_shared_doi_does_not_outweigh_a_different_arxiv_id():
    found = [
        record(1, doi="10.1000/x", arxiv="2001.00001"),
        record(2, doi="10.1000/x", arxiv="2001.00002"),
    ]

    result = identify(found, Shelf())

    assert sorted(paper.id for paper in result.papers) == ["arxiv:2001.00002", "doi:10.1000/x"]


def test_the_same_given_id_later_replaces_what_it_sets():
    shelf = Shelf()
    shelf.add(record(1, key="k", abstract="A long first abstract.", venue="Venue"))

    result = shelf.add(record(1, "A New Title Altogether", key="k", abstract="Short."))

    assert counts(result) == (0, 1, 0, 0)
    paper = shelf.papers["k"]
    assert (paper.title, paper.abstract) == ("A New Title Altogether", "Short.")
    assert paper.venue == "Venue"


def test_a_given_id_takes_in_the_paper_that_has_none():
    shelf = Shelf()
    shelf.add(record(1, abstract="From a saved page, and longer."), record(2, "Other Work Of Ours"))
    minted = next(name for name, paper in shelf.papers.items() if paper.title == TITLE)

    result = shelf.add(record(9, key="p1", abstract="From the corpus."))

    assert result.retired == {minted: "p1"}
    assert counts(result) == (0, 1, 0, 0)
    assert shelf.papers["p1"].abstract == "From the corpus."
    assert len(shelf.papers["p1"].sources) == 2
    again = shelf.add(record(1, abstract="From a saved page, and longer."))
    assert counts(again) == (0, 0, 1, 0)


def test_a_record_that_names_both_joins_two_known_papers():
    shelf = Shelf()
    shelf.add(record(1, "Preprint Of Our Work", arxiv="2001.00001"))
    shelf.add(record(2, "Published Version Of It", doi="10.1000/x"))

    result = shelf.add(record(3, "Ours", doi="10.1000/x", arxiv="2001.00001"))

    assert result.retired == {"doi:10.1000/x": "arxiv:2001.00001"}
    assert set(shelf.papers) == {"arxiv:2001.00001"}


def test_a_stored_paper_keeps_its_id_when_a_better_one_turns_up():
    shelf = Shelf()
    (name,) = (paper.id for paper in shelf.add(record(1)).papers)

    result = shelf.add(record(2, doi="10.1000/x", abstract="New."))

    assert counts(result) == (0, 1, 0, 0)
    assert shelf.papers[name].identifiers.doi == "10.1000/x"


def test_only_a_further_source_is_written_but_not_counted_as_an_update():
    shelf = Shelf()
    shelf.add(record(1))

    result = shelf.add(record(2))

    assert counts(result) == (0, 0, 1, 0)
    assert [len(paper.sources) for paper in result.papers] == [2]


def test_a_new_batch_of_the_same_file_changes_nothing():
    shelf = Shelf()
    first = record(1)
    again = first.model_copy(update={"source": first.source.model_copy(update={"batch": "b2"})})
    shelf.add(first.model_copy(update={"source": first.source.model_copy(update={"batch": "b1"})}))

    assert shelf.add(again).papers == ()


def test_a_minted_id_never_collides_with_one_in_use():
    shelf = Shelf()
    shelf.add(record(1, "Some Entirely Different Work", key="doi:10.1000/x", format="jsonl"))

    result = shelf.add(record(2, doi="10.1000/x"))

    assert result.papers[0].id.startswith("t:")


def test_every_id_of_a_corpus_is_kept_though_all_titles_agree():
    found = [record(number, key=str(number)) for number in range(1, 200)]

    result = identify(found, Shelf())

    assert counts(result) == (199, 0, 0, 0)


def test_identity_keys_begin_with_the_given_id_and_end_with_the_title():
    keys = identity_keys(record(key="k", doi="10.1000/x"))

    assert keys[0] == "key:k"
    assert "doi:10.1000/x" in keys
    assert keys[-1] == "title:asurveyofgroundedanswers"


def test_a_record_and_the_paper_made_of_it_share_their_keys():
    one = record(doi="10.1000/x", abstract="Text.")

    (paper,) = identify([one], Shelf()).papers

    assert set(identity_keys(one)) <= set(identity_keys(paper))


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("Pre-training", "Pretraining"),
        ('T\\"ulu 3: {P}ushing', "Tülu 3 Pushing"),
        ("ﬁnding “quotes”", "Finding 'quotes'"),
        ("STRASSE", "straße"),
    ],
)
def test_titles_agree_in_letters_and_digits(written: str, same: str):
    assert normal_title(written) == normal_title(same)


def test_titles_that_differ_in_a_digit_differ():
    assert normal_title("Model 2 of Things") != normal_title("Model 3 of Things")


@pytest.mark.parametrize(
    ("title", "tells"),
    [("One two three", True), ("Electroencephalography", True), ("Short one", False), ("", False)],
)
def test_three_words_or_fifteen_characters_tell_a_work(title: str, tells: bool):
    assert telling(title) is tells


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Ada Byron", "byron"),
        ("Byron, Ada", "byron"),
        ("van der Berg, Jan", "berg"),
        ("Jan van der Berg", "berg"),
        ("Byron AA", "byron"),
        ("Sammy Davis Jr.", "davis"),
        ("José Núñez", "nunez"),
        ("brenckman,m.", "brenckman"),
    ],
)
def test_the_family_name_is_found_in_every_order(name: str, found: str):
    assert family((name,)) == found


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (doi, "https://doi.org/10.1000/ABC.1", "10.1000/abc.1"),
        (doi, "doi:10.1000/x(99)1-2.", "10.1000/x(99)1-2"),
        (doi, "http://dx.doi.org/10.1000%2Fabc", "10.1000/abc"),
        (doi, "(see 10.1000/abc)", "10.1000/abc"),
        (doi, "none", None),
        (arxiv, "arXiv:2001.00001v3", "2001.00001"),
        (arxiv, "https://arxiv.org/pdf/2001.00001v2.pdf", "2001.00001"),
        (arxiv, "http://arxiv.org/abs/math.GT/0309136v1", "math/0309136"),
        (arxiv, "10.48550/arXiv.2001.00001", "2001.00001"),
        (arxiv, "/papers/2401.01234", "2401.01234"),
        (arxiv, "10.1000/2001.1", None),
        (pmid, "PMID: 0123", "123"),
        (pmid, "https://pubmed.ncbi.nlm.nih.gov/12345/", "12345"),
        (pmid, "http://www.ncbi.nlm.nih.gov/pubmed/12345", "12345"),
        (pmid, "abc", None),
        (pmcid, "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC987654/", "PMC987654"),
        (acl, "https://aclanthology.org/P19-1001.pdf", "P19-1001"),
        (acl, "https://www.aclweb.org/anthology/2020.ACL-main.1/", "2020.acl-main.1"),
        (acl, "a paper", None),
        (openalex, "https://openalex.org/W123456", "W123456"),
        (s2, "https://www.semanticscholar.org/paper/Title/" + "a" * 40, "a" * 40),
    ],
)
def test_identifiers_are_cut_out_and_normalised(read, text: str, value: str | None):
    assert read(text) == value


@given(st.text(max_size=60), st.sampled_from([doi, arxiv, pmid, pmcid, acl, openalex, s2]))
def test_normalising_twice_is_normalising_once(text: str, read):
    value = read(text)

    assert value is None or read(value) == value


def test_a_url_fills_the_names_that_no_field_gave():
    assert identifiers({}, "https://arxiv.org/abs/2001.00001").arxiv == "2001.00001"
    assert identifiers({"doi": "10.1000/x"}, "https://doi.org/10.1000/y").doi == "10.1000/x"
    assert identifiers({"doi": "10.18653/v1/P19-1001"}).acl == "P19-1001"
    assert identifiers({}, "https://example.org/2001.00001") == Identifiers()


def test_the_four_pages_hold_316_papers(shared_data):
    pages = sorted((shared_data / "pages").iterdir())
    found = [one for page in pages for one in read_papers(page) if isinstance(one, Record)]
    shelf = Shelf()

    assert counts(shelf.add(*found)) == (316, 0, 0, 59)
    assert counts(shelf.add(*found)) == (0, 0, 375, 0)
    assert len(shelf.papers) == 316


def test_time_grows_with_the_number_of_records_even_where_all_share_a_title():
    def work(count: int) -> None:
        found = [record(n, year=1400 + n % 600, authors=(f"A{n}",)) for n in range(count)]
        identify(found, Shelf())

    assert grows_linearly(work, size=1_000)
