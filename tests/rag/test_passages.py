import re
from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.passages import LIMIT, balanced, passages_of
from rag.schema import Paper, Passage, Sentence

TITLE_SHARE = 96
LENGTHS = st.lists(st.integers(0, 9), max_size=9)


def count(texts: Sequence[str]) -> list[int]:
    """Count words, and one more for every ten letters inside one: additive over sentences."""
    return [sum(1 + len(word) // 10 for word in text.split()) for text in texts]


def paper_of(sentences: Sequence[str], title: str = "On tides") -> tuple[Paper, list[Sentence]]:
    paper = Paper(id="p", title=title, abstract=" ".join(sentences))
    found = [Sentence(paper_id="p", field="title", ordinal=0, start=0, end=len(title), text=title)]
    start = 0
    for ordinal, text in enumerate(sentences):
        end = start + len(text)
        found.append(
            Sentence(
                paper_id="p", field="abstract", ordinal=ordinal, start=start, end=end, text=text
            )
        )
        start = end + 1
    return paper, found


def cut(sentences: Sequence[str], title: str = "On tides") -> tuple[Paper, tuple[Passage, ...]]:
    paper, found = paper_of(sentences, title)
    return paper, passages_of(paper, found, count)


def sums(lengths: Sequence[int], runs: Sequence[tuple[int, int]]) -> list[int]:
    return [sum(lengths[first:last]) for first, last in runs]


def every_cut(size: int) -> list[list[tuple[int, int]]]:
    return [
        list(pairwise([0, *places, size]))
        for amount in range(size)
        for places in combinations(range(1, size), amount)
    ]


SENTENCES = st.lists(
    st.integers(1, 400).map(lambda size: " ".join(["tide"] * size) + "."), max_size=8
)


@settings(deadline=None)
@given(SENTENCES, st.integers(0, 300))
def test_passages_cover_all_in_order_and_fit_the_embedder(sentences, title_words):
    title = " ".join(["moon"] * title_words)
    paper, found = cut(sentences, title)
    assert [each.ordinal for each in found] == list(range(len(found)))
    assert [each.id for each in found] == [f"p#{each.ordinal}" for each in found]
    assert all(each.text == paper.abstract[each.start : each.end] for each in found)
    assert all(count([each.embedded_text])[0] <= LIMIT for each in found)
    edges = [0, *(edge for each in found for edge in (each.start, each.end)), len(paper.abstract)]
    gaps = [paper.abstract[end:start] for end, start in list(pairwise(edges))[::2]]
    assert not "".join(gaps).strip()
    assert edges == sorted(edges)


@settings(deadline=None)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=8))
def test_a_sentence_that_fits_is_never_divided(sizes):
    sentences = [" ".join(["kite"] * size) + "." for size in sizes]
    _, found = cut(sentences)
    assert " ".join(each.text for each in found) == " ".join(sentences)
    inside = [len(re.findall(r"\.", each.text)) for each in found]
    assert sum(inside) == len(sizes)
    assert all(each.text.endswith(".") for each in found)


@given(LENGTHS, st.integers(9, 30))
def test_there_are_as_few_windows_as_can_be_and_the_longest_is_short(lengths, room):
    runs = balanced(lengths, room)
    if not lengths:
        assert runs == []
        return
    assert [place for run in runs for place in range(*run)] == list(range(len(lengths)))
    assert max(sums(lengths, runs)) <= room
    fitting = [each for each in every_cut(len(lengths)) if max(sums(lengths, each)) <= room]
    fewest = min(len(each) for each in fitting)
    assert len(runs) == fewest
    best = min(max(sums(lengths, each)) for each in fitting if len(each) == fewest)
    assert max(sums(lengths, runs)) == best


def test_two_windows_are_about_equally_long():
    _, found = cut([" ".join(["moss"] * 50) + "."] * 6)
    assert [count([each.text])[0] for each in found] == [150, 150]


@settings(deadline=None)
@given(st.integers(255, 900), st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_a_sentence_too_long_is_divided_between_words_without_loss(amount, sizes):
    words = ["b" * sizes[place % len(sizes)] for place in range(amount)]
    paper, found = cut([" ".join(words)])
    assert len(found) > 1
    assert " ".join(each.text for each in found).split() == words
    assert all(count([each.embedded_text])[0] <= LIMIT for each in found)
    assert all(each.text == paper.abstract[each.start : each.end] for each in found)


def test_a_word_too_long_is_divided_without_loss():
    _, found = cut(["x" * 9_000])
    assert "".join(each.text for each in found) == "x" * 9_000
    assert all(count([each.embedded_text])[0] <= LIMIT for each in found)


def test_a_long_title_is_shortened_in_the_passage_only():
    title = " ".join(["lantern"] * 500)
    paper, found = cut(["It glows."], title)
    assert paper.title == title
    assert title.startswith(found[0].title)
    assert count([found[0].title]) == [TITLE_SHARE]
    assert found[0].text == "It glows."


def test_a_title_that_fits_stays_whole():
    title = " ".join(["lantern"] * TITLE_SHARE)
    _, found = cut([" ".join(["wick"] * 300) + "."], title)
    assert {each.title for each in found} == {title}
    assert all(count([each.embedded_text])[0] <= LIMIT for each in found)


@pytest.mark.parametrize("title", ["", "On tides", "word " * 400])
def test_a_paper_without_abstract_has_one_passage_of_its_title(title):
    _, found = cut([], title)
    assert [(each.start, each.end, each.text) for each in found] == [(0, 0, "")]
    assert title.startswith(found[0].title)
    assert found[0].embedded_text == found[0].title


def test_sentences_of_the_title_are_passed_over():
    _, found = cut(["It rises.", "It falls."], "A title. Of two sentences.")
    assert [each.text for each in found] == ["It rises. It falls."]
