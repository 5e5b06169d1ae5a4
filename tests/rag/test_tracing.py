import json
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from light import library_of

from rag.errors import UsageError
from rag.inquiries.marks import Mark, anchors, marks
from rag.inquiries.rare import compacted, windows
from rag.inquiries.runs import CONTENT, is_told, may_close, may_open, outermost, runs, seeds
from rag.inquiries.trace import Trace
from rag.inquiries.tracing import LEAST, LONGEST, PAPERS, trace
from rag.library import Library
from rag.schema import Filters
from rag.store.lexical import LexicalIndex, build
from rag.terms import terms

SQUAD = (
    "it joins the original SQuAD data with over 50,000 new questions that have no answer in "
    "their paragraph"
)


def _trace(library: Library, text: str, *, least: int = LEAST, papers: int = PAPERS) -> Trace:
    with library.open() as view:
        return trace(view, text, least=least, papers=papers)


def _one_library(folder: Path, abstracts: Sequence[str]) -> Library:
    rows = [
        {"_id": f"p{n}", "title": f"Paper number {n}", "text": text, "year": 2000 + n}
        for n, text in enumerate(abstracts)
    ]
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return library_of(folder / "library", file)


def test_a_copied_run_is_found_with_its_offsets_in_text_and_abstract(sample_library: Library):
    text = f"As the authors write, {SQUAD}. We doubt that."

    found = _trace(sample_library, text)

    span = found.spans[0]
    assert text[span.start : span.end] == span.text == f"{SQUAD}."
    assert span.words == 18
    citation = found.citations[span.citations[0] - 1]
    with sample_library.snapshot() as snapshot:
        paper = snapshot.paper(citation.paper_id)
    assert paper.abstract[citation.start : citation.end] == citation.quote == f"{SQUAD}."
    assert citation.paper_id == "rajpurkar2018squad2"
    assert found.covered == pytest.approx(18 / found.words, abs=1e-4)


@pytest.mark.parametrize(
    "written",
    [
        SQUAD.upper(),
        SQUAD.replace(" ", "\n   "),
        SQUAD.replace("original SQuAD data", "**original SQuAD\u00ad** data"),
        "> " + SQUAD.replace(" questions", "\n> questions"),
    ],
    ids=["case", "blanks", "markdown", "quoted lines"],
)
def test_typography_hides_no_copy(sample_library: Library, written: str):
    (span,) = _trace(sample_library, written).spans
    assert span.words == 18


def test_quotes_dashes_and_accents_match_whatever_their_form(tmp_path: Path):
    library = _one_library(
        tmp_path, ["The so–called “naïve Bayes” model — isn’t it a state-of-the-art classifier?"]
    )
    (span,) = _trace(
        library, 'the so-called "naive Bayes" model - isn\'t it a state—of–the‑art classifier?'
    ).spans
    assert span.words == 10


@pytest.mark.parametrize(
    "changed",
    [
        ("50,000 new", "50,001 new"),
        ("SQuAD data", "SQuADs data"),
        ("no answer", "an answer"),
        ("new questions", "new, questions"),
    ],
)
def test_a_changed_word_or_sign_ends_a_span(sample_library: Library, changed: tuple[str, str]):
    found = _trace(sample_library, SQUAD.replace(*changed), least=4)
    assert found.spans
    assert all(span.words < 18 for span in found.spans)
    for span in found.spans:
        assert changed[1] not in span.text


def test_whole_words_only(tmp_path: Path):
    library = _one_library(tmp_path, ["Our parser reaches an accuracy of 84.5% on trees."])
    assert _trace(library, "Our parser reaches an accuracy of 84").spans[0].text.endswith("of")
    assert not _trace(library, "Sour parser reaches an accuracy on trees").spans


def test_spans_without_content_are_not_told(tmp_path: Path):
    library = _one_library(tmp_path, ["It is as if there had been no more of them than this."])
    assert not _trace(library, "It is as if there had been no more of them than this.").spans


def test_the_longest_come_first_and_none_lies_in_another(tmp_path: Path):
    long = "Barn owls locate a moving mouse by hearing alone in complete darkness."
    library = _one_library(
        tmp_path,
        [long, "Barn owls locate a moving mouse quickly.", "Bats eat moths over calm water."],
    )
    found = _trace(library, f"Bats eat moths over calm water. {long}")
    assert [span.text for span in found.spans] == [long, "Bats eat moths over calm water."]


def test_every_paper_that_has_a_span_is_counted_and_some_are_listed(tmp_path: Path):
    same = "Barn owls locate a moving mouse by hearing alone."
    library = _one_library(tmp_path, [f"{'And ' * n}{same}" for n in range(5)])
    (span,) = _trace(library, same, papers=2).spans
    assert (span.papers, len(span.citations)) == (5, 2)


def test_filters_narrow_what_is_searched(tmp_path: Path):
    same = "Barn owls locate a moving mouse by hearing alone."
    library = _one_library(tmp_path, [same, same + " So do we."])
    with library.open() as view:
        found = trace(view, same, filters=Filters(year_from=2001))
    assert [citation.paper_id for citation in found.citations] == ["p1"]


def test_an_untold_text_has_no_spans(sample_library: Library):
    found = _trace(sample_library, "Nothing of this was written by anybody whom we know of here.")
    assert (found.spans, found.citations, found.covered) == ((), (), 0.0)


@pytest.mark.parametrize(
    ("text", "least", "why"),
    [(" \n", 6, "blank"), ("x" * (LONGEST + 1), 6, "characters"), ("a b", 2, "fewest")],
)
def test_what_cannot_be_traced_is_said(sample_library: Library, text: str, least: int, why: str):
    with pytest.raises(UsageError, match=why):
        _trace(sample_library, text, least=least)


# Exactness: against a search that knows nothing of indexes, seeds or windows.

VOCABULARY = (
    "model the of GPUs gpus GPUS state-of-the-art state–of–the–art naïve naive 84% 84 3.5 don't "
    'don’t LLMs llms “quoted” "quoted" pre-training pre—training has , . ( ) 50,000 研究 моdель '
    "results is show colour ﬁne fine Straße STRASSE \\% * > c++ U.S. data_set İstanbul ½"
).split()
TEXT = st.lists(st.sampled_from(VOCABULARY), min_size=0, max_size=30).map(" ".join)


def _brute(text: Sequence[Mark], abstracts: Sequence[Sequence[Mark]], least: int):
    """Return every told span that an abstract has, without those inside another."""
    keys = [mark.key for mark in text]
    whole = [[mark.key for mark in each] for each in abstracts]
    found = [
        (start, end)
        for start in range(len(keys))
        for end in range(start + least, len(keys) + 1)
        if may_open(text[start])
        and may_close(text[end - 1])
        and is_told(text[start:end], least)
        and any(keys[start:end] in _slices(each, end - start) for each in whole)
    ]
    return [
        (start, end)
        for start, end in found
        if not any(
            other != (start, end) and other[0] <= start and end <= other[1] for other in found
        )
    ]


def _slices(keys: Sequence[str], length: int) -> Iterator[list[str]]:
    return (list(keys[at : at + length]) for at in range(len(keys) - length + 1))


@settings(deadline=None)
@given(TEXT, st.lists(TEXT, max_size=4), st.integers(3, 6))
def test_runs_are_those_of_a_search_by_trying_everything(
    text: str, abstracts: list[str], least: int
):
    own, others = marks(text), [marks(each) for each in abstracts]
    known = seeds(own, least)
    found = outermost(
        (run.start, run.end) for other in others for run in runs(own, known, other, least)
    )
    assert found == _brute(own, others, least)


@settings(deadline=None)
@given(TEXT, TEXT, st.integers(3, 6))
def test_an_abstract_with_a_told_span_has_all_terms_of_some_window(
    text: str, abstract: str, least: int
):
    own = marks(text)
    if _brute(own, [marks(abstract)], least):
        held, compact = set(terms(abstract)), compacted(abstract)
        assert any(
            window.terms <= held and window.compact in compact for window in windows(own, least)
        )


DASHES = "-‐‑–—−"
ODD = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("aAsSsuıſßéﬁ-–—'’ .,1½研")),
    max_size=40,
)


@settings(deadline=None)
@given(ODD, st.sampled_from([str.upper, str.lower, str.swapcase, str.title]), st.randoms())
def test_an_anchor_is_a_term_of_every_text_that_compares_equal(
    text: str, cased: Callable[[str], str], chance: random.Random
):
    other = "".join(chance.choice(DASHES) if sign in DASHES else sign for sign in cased(text))
    own, theirs = marks(text), marks(other)
    if [mark.key for mark in own] == [mark.key for mark in theirs]:
        held = set(terms(other))
        assert all(term in held for mark in own for term in anchors(mark.key))
        assert compacted("".join(mark.key for mark in own)) in compacted(other)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_marks_stand_at_their_offsets_and_cover_what_is_written(text: str):
    found = marks(text)
    assert all(0 <= mark.start < mark.end <= len(text) for mark in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


def test_a_traced_library_gives_what_trying_everything_gives(tmp_path: Path):
    chance = random.Random(5)
    abstracts = [" ".join(chance.choices(VOCABULARY, k=25)) for _ in range(40)]
    pieces = [chance.choice(abstracts).split()[at : at + 9] for at in range(12)]
    text = " ".join(word for piece in pieces for word in piece)
    library = _one_library(tmp_path, abstracts)
    with library.snapshot() as snapshot:
        stored = [paper.abstract for paper in snapshot.iter_papers()]

    found = _trace(library, text, least=5)

    own = marks(text)
    wanted = _brute(own, [marks(each) for each in stored], 5)
    assert sorted((span.start, span.end) for span in found.spans) == [
        (own[start].start, own[end - 1].end) for start, end in wanted
    ]
    assert len(wanted) > 5


def test_the_index_names_every_paper_that_holds_all_terms(tmp_path: Path):
    papers = [
        (1, "Owls", "Owls hear mice."),
        (4, "Bats", "Bats hear moths."),
        (7, "", "Mice hear."),
    ]
    build(tmp_path / "words", papers)
    index = LexicalIndex(tmp_path / "words")
    assert sorted(index.holding(terms("hear"))) == [1, 4, 7]
    assert sorted(index.holding(terms("mice hear"))) == [1, 7]
    assert index.holding(terms("owls moths")) == []
    assert index.holding([]) == []


def test_a_span_needs_words_of_content():
    assert not is_told(marks("and the model of"), 3)
    assert is_told(marks("and the model of owls"), 3)
    assert CONTENT == 2
