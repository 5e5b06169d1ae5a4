import json
import random
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.making import ALL, Made, make
from eval.making.library import Library, absent
from eval.schema import Case
from rag.errors import UsageError
from rag.schema import Paper
from rag.terms import terms

SAMPLE = Path(__file__).parents[2] / "rag" / "sample" / "papers.jsonl"
SEED = 11


def read(path: Path) -> list[Paper]:
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Paper(id=each["_id"], title=each["title"], abstract=each["text"]) for each in records]


@cache
def sample() -> tuple[Paper, ...]:
    return tuple(read(SAMPLE))


@cache
def made() -> Made:
    return make(sample(), seed=SEED, per_kind=8)


def of(*types: str) -> list[Case]:
    found = [case for case in made().cases if case.type in types]
    assert found, f"no case of {types} was made"
    return found


def derived() -> dict[str, Paper]:
    return {paper.id: paper for paper in made().papers}


def original() -> dict[str, Paper]:
    return {paper.id: paper for paper in sample()}


def test_the_same_arguments_make_the_same():
    assert make(sample(), seed=SEED, per_kind=8) == made()


def test_the_order_of_papers_does_not_count():
    shuffled = list(sample())
    random.Random(1).shuffle(shuffled)
    assert make(shuffled, seed=SEED, per_kind=8) == made()


def test_another_seed_makes_other_cases():
    other = make(sample(), seed=SEED + 1, per_kind=8)
    assert {case.question for case in other.cases} != {case.question for case in made().cases}


@pytest.mark.parametrize("kind", ["known-item", "numeric", "comparison", "paraphrase"])
def test_a_kind_alone_leaves_the_papers_as_they_were(kind):
    alone = make(sample(), seed=SEED, per_kind=3, kinds=[kind])
    assert alone.cases
    assert alone.papers == tuple(sorted(sample(), key=lambda paper: paper.id))


def test_kinds_without_a_claim_on_papers_do_not_disturb_each_other():
    both = make(sample(), seed=SEED, per_kind=5, kinds=["numeric", "known-item"])
    alone = make(sample(), seed=SEED, per_kind=5, kinds=["numeric"])
    assert [case for case in both.cases if case.type == "numeric"] == list(alone.cases)


def test_every_kind_is_made_of_the_sample_or_says_why_not():
    told = " ".join(made().notes)
    types = {case.type for case in made().cases}
    for kind in {*ALL, "noise-1", "noise-2", "noise-4"} - {"noise"}:
        assert kind in types or f"{kind}: 0 of 8" in told


def test_ids_are_unique_and_pairs_resolve():
    every = [*made().cases, *made().originals]
    ids = {case.id for case in every}
    assert len(ids) == len(every)
    assert all(case.pair in ids for case in every if case.pair is not None)


def test_every_case_says_that_it_was_made_and_of_which_paper():
    for case in (*made().cases, *made().originals):
        kind = case.origin.split(":")[1]
        assert case.origin == f"made:{kind}:{SEED}"
        assert kind in ALL
        assert case.group in original()
        assert re.fullmatch(r"[A-Z].+\?", case.question)


def test_evidence_is_an_exact_run_of_the_derived_abstract():
    for case in made().cases:
        assert bool(case.gold) == (case.answerable is True)
        for gold in case.gold:
            assert gold.evidence
            assert all(text in derived()[gold.paper_id or ""].abstract for text in gold.evidence)


def test_evidence_of_originals_is_an_exact_run_of_the_abstract_as_it_was():
    assert made().originals
    for case in made().originals:
        assert case.gold[0].evidence[0] in original()[case.gold[0].paper_id or ""].abstract


def test_what_an_answer_must_have_stands_in_the_evidence_and_not_in_the_question():
    for case in (*made().cases, *made().originals):
        evidence = " ".join(text for gold in case.gold for text in gold.evidence).lower()
        for part in case.must_include:
            assert part.lower() in evidence
            assert part.lower() not in case.question.lower()


def test_a_question_for_a_number_has_its_number_as_written():
    for case in of("numeric"):
        assert re.search(r"\d", case.must_include[0])
        assert case.must_include[0] in case.answers[0]


def test_a_described_paper_is_told_by_a_term_of_its_own():
    library = Library(sample())
    for case in of("known-item"):
        assert any(library.papers_with(term) == 1 for term in terms(case.question))


def test_a_comparison_has_two_gold_papers_that_share_its_topic():
    for case in of("comparison"):
        first, second = case.gold
        assert first.paper_id != second.paper_id


def test_papers_left_out_are_gone_and_nothing_left_has_the_words_of_the_question():
    readings = list(Library(made().papers).readings)
    for case in of("unanswerable"):
        assert case.answerable is False
        assert case.group not in derived()
        lacking = absent(case.question, readings)
        assert lacking
        for term in lacking:
            assert all(term not in terms(f"{p.title} {p.abstract}") for p in made().papers)


def test_a_near_miss_asks_a_paper_that_is_there_for_what_it_does_not_say():
    for case in of("near-miss"):
        paper = derived()[case.group]
        assert case.answerable is False
        assert set(terms(case.question)) - set(terms(f"{paper.title} {paper.abstract}"))


def differing(old: str, new: str) -> tuple[str, str]:
    start = next(n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return old[start : len(old) - end], new[start : len(new) - end]


def test_an_edited_abstract_differs_in_one_place_and_has_lost_the_old_answer():
    for case in of("counterfactual-number", "counterfactual-negation"):
        old, new = original()[case.group].abstract, derived()[case.group].abstract
        removed, added = differing(old, new)
        assert (removed, added) != ("", "")
        assert len(removed) < 20
        assert len(added) < 40
        assert case.must_include[0].lower() in new.lower()
        assert case.must_exclude[0].lower() in old.lower()
        assert case.must_exclude[0].lower() not in new.lower()
        assert derived()[case.group].title == original()[case.group].title


def test_a_changed_number_keeps_its_form():
    for case in of("counterfactual-number"):
        old, new = case.must_exclude[0], case.must_include[0]
        assert re.sub(r"\d", "0", old) == re.sub(r"\d", "0", new)


def test_a_counterpart_asks_the_same_and_expects_the_opposite():
    originals = {case.id: case for case in made().originals}
    for case in of("counterfactual-number", "counterfactual-negation"):
        counterpart = originals[case.pair or ""]
        assert counterpart.question == case.question
        assert counterpart.must_include == case.must_exclude


def test_noise_adds_as_many_papers_as_it_says_and_none_of_them_answers():
    extra = [paper for paper in made().papers if paper.id.startswith("noise:")]
    counts = {level: len(of(f"noise-{level}")) for level in (1, 2, 4)}
    assert len(extra) == sum(level * count for level, count in counts.items())
    for case in of("noise-1", "noise-2", "noise-4"):
        for paper in extra:
            assert case.gold[0].evidence[0] not in paper.abstract
        assert derived()[case.group] == original()[case.group]
    titles = [paper.title.casefold() for paper in made().papers]
    assert len(set(titles)) == len(titles), "papers of one title would be taken for one"


def test_a_changed_paper_is_gold_of_one_kind_only():
    changing = {"counterfactual-number", "counterfactual-negation", "unanswerable", "noise"}
    users: dict[str, set[str]] = {}
    for case in made().cases:
        kind = case.origin.split(":")[1]
        for paper in {case.group, *(gold.paper_id or "" for gold in case.gold)}:
            users.setdefault(paper, set()).add(kind)
    for kinds in users.values():
        assert not kinds & changing or len(kinds) == 1


def test_a_paraphrase_shares_at_most_half_of_its_words_and_keeps_its_gold():
    cases = {case.id: case for case in made().cases}
    for case in of("paraphrase"):
        source = cases[case.pair or ""]
        assert source.gold == case.gold
        assert source.question != case.question


def test_unknown_kinds_and_negative_counts_are_refused():
    with pytest.raises(UsageError, match="no kind 'riddle'"):
        make(sample(), seed=1, per_kind=1, kinds=["riddle"])  # pyright: ignore
    with pytest.raises(UsageError, match="per_kind is -1"):
        make(sample(), seed=1, per_kind=-1)


def test_an_empty_library_makes_nothing_and_says_so():
    nothing = make([], seed=1, per_kind=2)
    assert nothing.cases == ()
    assert nothing.papers == ()
    assert any(note.startswith("known-item: 0 of 2") for note in nothing.notes)


def test_papers_without_english_abstracts_make_no_cases():
    papers = [
        Paper(id="a", title="Only a title: of 12 words"),
        Paper(
            id="b", title="検索", abstract="我々は 185,445 件の質問を含むデータセットを提案する。"
        ),
        Paper(id="c", title="Suche", abstract="Wir stellen SUCHE vor. SUCHE enthält 20 Fragen."),
    ]
    nothing = make(papers, seed=1, per_kind=2)
    assert nothing.cases == ()
    assert nothing.papers == tuple(papers)


def test_of_two_papers_with_one_id_one_is_kept_whatever_the_order():
    twins = [Paper(id="a", title="One"), Paper(id="a", title="Two")]
    forth, back = make(twins, seed=1, per_kind=1), make(twins[::-1], seed=1, per_kind=1)
    assert forth == back
    assert len(forth.papers) == 1
    assert "1 papers left aside: their id had come before" in forth.notes


NAMES = st.sampled_from(["Zorbex", "GlimNet", "QuavBERT", "Trell-2", "MIRQ", "Vantor"])
COUNTS = st.one_of(st.integers(2, 99), st.integers(100, 10**7)).map(lambda n: f"{n:,}")
THINGS = st.sampled_from(
    ["glacier photographs", "court rulings", "spoken questions", "soil samples"]
)
SENTENCES = st.one_of(
    st.builds("We introduce {0}, a collection of {1} for rare dialects.".format, NAMES, THINGS),
    st.builds("{0} contains {1} {2} from remote regions.".format, NAMES, COUNTS, THINGS),
    st.builds("{0} requires labelled data for {2} and {1} {2}.".format, NAMES, COUNTS, THINGS),
    st.builds("The method does not rely on {0} in any way at all.".format, THINGS),
    st.builds("{0} reduces the cost of training by {1}% on average.".format, NAMES, COUNTS),
    st.text(max_size=60),
)
PAPERS = st.builds(
    lambda key, name, sentences: Paper(
        id=key, title=f"{name}: A Study of Things", abstract=" ".join(sentences)
    ),
    st.text("abcdef ", max_size=3),
    NAMES,
    st.lists(SENTENCES, max_size=6),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PAPERS, max_size=8), st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_laws_hold_on_any_library(papers, seed, shuffler):
    result = make(papers, seed=seed, per_kind=3)
    shuffled = list(papers)
    shuffler.shuffle(shuffled)
    assert make(shuffled, seed=seed, per_kind=3) == result
    held = {paper.id: paper for paper in result.papers}
    every = [*result.cases, *result.originals]
    assert len({case.id for case in every}) == len(every)
    assert {case.pair for case in every} - {None} <= {case.id for case in every}
    for case in result.cases:
        for gold in case.gold:
            assert all(text in held[gold.paper_id or ""].abstract for text in gold.evidence)
        evidence = " ".join(text for gold in case.gold for text in gold.evidence)
        assert all(part in evidence for part in case.must_include)
        if case.type == "unanswerable":
            assert absent(case.question, list(Library(result.papers).readings))


def test_the_page_papers_make_every_kind(shared_data):
    papers = read(shared_data / "page-questions" / "corpus.jsonl")
    types = {case.type for case in make(papers, seed=1, per_kind=10).cases}
    assert types >= {*ALL, "noise-1", "noise-2", "noise-4"} - {"noise"}
