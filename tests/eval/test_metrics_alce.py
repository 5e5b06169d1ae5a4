import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.alce import Document, Entails, Score, alce, harmonic, strict
from eval.metrics.claims import cited_sentences, is_fragment, written
from eval.schema import Statement

# Every sentence below names the letters of the documents it is true of.
DOCUMENTS = {
    n: Document(title=f"Paper {letter}", text=f"It states {letter}.")
    for n, letter in enumerate("abcd", start=1)
}


def holds(premise: str, hypothesis: str) -> bool:
    """Entail a hypothesis if the premise states every single letter that it names."""
    letters = [word.strip(".") for word in hypothesis.split() if len(word.strip(".")) == 1]
    return bool(letters) and all(f"It states {letter}." in premise for letter in letters)


def both(text: str, entails: Entails = holds) -> tuple[Score, Score]:
    reference = alce(text, DOCUMENTS, entails, mode="alce")
    ours = alce(text, DOCUMENTS, entails, mode="strict")
    assert reference is not None
    assert ours is not None
    return reference, ours


def test_without_a_trap_both_modes_agree_with_the_hand_count() -> None:
    # 1: right. 2: true of both, each needed. 3: b does nothing. 4: uncited. 5: wrong.
    text = "Has a [1]. Has a b [1][2]. Has c [2][3]. Has d. Has d [1]."
    reference, ours = both(text)
    assert reference == ours
    assert reference.recall == 3 / 5
    assert reference.precision == (1 + 2 + 1) / (1 + 2 + 2 + 1)
    assert reference.coverage == 4 / 5
    assert reference.phantom == 0
    assert reference.f1 == pytest.approx(2 * 0.6 * (4 / 6) / (0.6 + 4 / 6))


def test_a_citation_is_superfluous_only_if_the_others_do_without_it() -> None:
    both_alone, _ = both("Has a [1][1].")
    needed_together, _ = both("Has a b [1][2].")
    idle, _ = both("Has a [1][2].")
    assert (both_alone.precision, needed_together.precision, idle.precision) == (1, 1, 0.5)


def test_three_citations_of_which_any_two_do_are_all_superfluous() -> None:
    def two_of_three(premise: str, hypothesis: str) -> bool:
        return premise.count("Title:") >= 2

    reference, ours = both("Has a [1][2][3].", two_of_three)
    assert reference == ours
    assert (ours.recall, ours.precision) == (1, 0)


def test_the_premise_is_title_and_text_of_the_cited_documents_in_order_of_citation() -> None:
    asked: list[tuple[str, str]] = []

    def listen(premise: str, hypothesis: str) -> bool:
        asked.append((premise, hypothesis))
        return False

    alce("It has a b | [2][1] indeed.", DOCUMENTS, listen, mode="alce")
    premise = "Title: Paper b\nIt states b.\nTitle: Paper a\nIt states a."
    assert asked == [(premise, "It has a b indeed.")]


def test_trap_the_reference_stops_at_the_first_line_break() -> None:
    reference, ours = both("Has a [1].\nHas b [1].")
    assert (reference.recall, reference.precision) == (1, 1)
    assert (ours.recall, ours.precision) == (0.5, 0.5)


def test_trap_the_reference_reads_three_citations_for_recall_too() -> None:
    reference, ours = both("Has a b c d [1][2][3][4].")
    assert (reference.recall, reference.precision) == (0, 0)
    assert (ours.recall, ours.precision) == (1, 1)
    reference, ours = both("Has a [1][2][3][4].")
    assert (reference.precision, ours.precision) == (1 / 3, 1 / 4)


def test_trap_a_phantom_makes_recall_zero_and_is_free_in_precision() -> None:
    reference, ours = both("Has a [1]. Has b [2][9].")
    assert (reference.recall, reference.precision) == (1 / 2, 1)
    assert (ours.recall, ours.precision) == (1, 2 / 3)
    assert reference.phantom == ours.phantom == 1 / 3


def test_trap_in_the_reference_a_phantom_raises_precision() -> None:
    without = both("Has a [1]. Has b [3].")
    with_phantom = both("Has a [1]. Has b [3][9].")
    assert [score.precision for score in without] == [1 / 2, 1 / 2]
    assert [score.precision for score in with_phantom] == [1, 1 / 3]


def test_trap_an_empty_answer_is_skipped_or_scores_zero() -> None:
    for empty in ("", " \n ", "<|im_end|>"):
        assert alce(empty, DOCUMENTS, holds, mode="alce") is None
    assert alce("", DOCUMENTS, holds, mode="strict") == Score(0, 0, 0, None)
    assert alce((), DOCUMENTS, holds, mode="alce") is None


def test_trap_an_uncited_answer_scores_zero_in_both() -> None:
    reference, ours = both("Has a. Has b.")
    assert reference == ours == Score(0, 0, 0, None)


def test_trap_the_reference_gives_markers_after_a_full_stop_to_the_next_sentence() -> None:
    reference, ours = both("Has a. [1] Has b. [2]")
    assert (reference.recall, reference.precision) == (0, 0)
    assert (ours.recall, ours.precision) == (1, 1)


def test_trap_the_reference_reads_only_the_first_number_of_a_bracket() -> None:
    reference, ours = both("Has a b [1, 2].")
    assert (reference.recall, reference.precision) == (0, 0)
    assert (ours.recall, ours.precision) == (1, 1)
    assert both("Has a b c [1-3].")[1] == Score(1, 1, 1, 0)


def test_trap_the_reference_takes_number_zero_for_the_last_document() -> None:
    reference, ours = both("Has d [0].")
    assert (reference.recall, reference.precision, reference.phantom) == (1, 1, 0)
    assert (ours.recall, ours.coverage, ours.phantom) == (0, 0, None)
    assert alce("Has d [0].", {}, holds, mode="alce") == Score(0, 0, 0, 1)


def test_trap_a_citation_named_twice_counts_twice_in_the_reference() -> None:
    reference, ours = both("Has a [1][1][2].")
    assert (reference.precision, ours.precision) == (2 / 3, 1 / 2)


def test_a_number_too_long_to_read_is_a_phantom() -> None:
    score = alce(f"Has a [{'7' * 5000}].", DOCUMENTS, holds, mode="alce")
    assert score == Score(0, 0, 0, 1)


def test_the_reference_can_have_its_own_splitter() -> None:
    def whole(text: str) -> list[str]:
        return [text]

    score = alce("Has a [1]. Has b [2].", DOCUMENTS, holds, mode="alce", splitter=whole)
    assert score == Score(1, 1, 1, 0)


def test_strict_takes_claims_with_evidence_that_is_not_joined() -> None:
    asked: list[tuple[tuple[str, ...], str]] = []

    def listen(evidence: object, text: str) -> bool:
        asked.append((tuple(evidence), text))  # type: ignore[arg-type]
        return True

    claims = [Statement(text="Two things.", citations=(2, 7, 1))]
    score = strict(claims, {1: "one", 2: "two"}, listen)
    assert asked[0] == (("two", "one"), "Two things.")
    assert score == Score(1, 2 / 3, 1, 1 / 3)


def test_claims_are_written_as_the_reference_wants_them() -> None:
    claims = [
        Statement(text="FAISS", citations=(1,)),
        Statement(text="We use\nFAISS.", citations=(1, 2)),
        Statement(text="No source!"),
    ]
    assert written(claims) == "FAISS [1]. We use FAISS [1][2]. No source!"
    assert alce([Statement(text="Has a.", citations=(1,))], DOCUMENTS, holds, mode="alce") == Score(
        1, 1, 1, 0
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("One [1]. Two.[2] Three. [3] [4]", [("One.", (1,)), ("Two.", (2,)), ("Three.", (3, 4))]),
        ("- item [1]\n* other [2, 3]", [("item", (1,)), ("other", (2, 3))]),
        ("In [0, 1] it lies [2–4].", [("In [0, 1] it lies.", (2, 3, 4))]),
        ("As in et al. [3] it is so.", [("As in et al. it is so.", (3,))]),
        ("So.\n\n[5]", [("So.", (5,))]),
        ("[6]", [("", (6,))]),
        ("[1-900]", [("", (1, 900))]),
        (" \n--\n", []),
    ],
)
def test_the_sentences_of_a_text_know_their_markers(
    text: str, read: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert [(each.text, each.citations) for each in cited_sentences(text)] == read


def test_a_direct_answer_is_told_from_a_sentence() -> None:
    assert is_fragment("about 21 million passages")
    assert not is_fragment("It has 21 million passages.")
    assert not is_fragment('It says "so."')
    assert not is_fragment("word " * 13)


# ------------------------------------------------------------------------ laws

TABLE = Callable[[object, str], bool]

claim = st.builds(
    Statement,
    text=st.sampled_from(["Has a.", "Has b.", "Has c."]),
    citations=st.lists(st.integers(1, 7), max_size=4, unique=True).map(tuple),
)
claims = st.lists(claim, max_size=5)
EVIDENCE = {n: f"text {n}" for n in range(1, 5)}


def table(seed: int, yes: int) -> TABLE:
    """Answer yes to `yes` of 256 pairs; what is a yes stays one as `yes` grows."""

    def follows(evidence: object, text: str) -> bool:
        return hashlib.sha256(repr((seed, evidence, text)).encode()).digest()[0] < yes

    return follows


@given(claims, st.integers(), st.integers(0, 256), st.integers(0, 256))
def test_recall_grows_with_what_is_entailed(
    said: list[Statement], seed: int, first: int, second: int
) -> None:
    fewer, more = sorted((first, second))
    low = strict(said, EVIDENCE, table(seed, fewer)).recall
    assert low <= strict(said, EVIDENCE, table(seed, more)).recall


@given(st.data(), claims, st.integers())
def test_the_order_of_claims_does_not_matter(
    data: st.DataObject, said: list[Statement], seed: int
) -> None:
    shuffled = data.draw(st.permutations(said))
    follows = table(seed, 150)
    assert strict(shuffled, EVIDENCE, follows) == strict(said, EVIDENCE, follows)


@given(st.data(), claims.filter(bool), st.integers())
def test_a_phantom_never_raises_strict_precision_and_leaves_recall(
    data: st.DataObject, said: list[Statement], seed: int
) -> None:
    place = data.draw(st.integers(0, len(said) - 1))
    worse = list(said)
    worse[place] = Statement(text=said[place].text, citations=(*said[place].citations, 99))
    follows = table(seed, 150)
    before, after = strict(said, EVIDENCE, follows), strict(worse, EVIDENCE, follows)
    assert after.precision < before.precision or after.precision == before.precision == 0
    assert after.recall == before.recall


@given(st.lists(claim.filter(lambda each: len(each.citations) <= 3)), st.integers())
def test_where_phantoms_stand_alone_strict_precision_is_below_the_references(
    said: list[Statement], seed: int
) -> None:
    documents = {n: Document(title="T", text=text) for n, text in EVIDENCE.items()}
    known = [each for each in said if all(n in EVIDENCE for n in each.citations)]
    lone = [*known, Statement(text="Has a.", citations=(8,))]
    follows = table(seed, 150)
    reference = alce(lone, documents, follows, mode="alce")
    ours = alce(lone, documents, follows, mode="strict")
    assert reference is not None
    assert ours is not None
    assert ours.recall == reference.recall
    assert ours.precision < reference.precision or ours.precision == reference.precision == 0


@given(claims, st.integers())
def test_without_phantoms_and_repeats_both_modes_agree(said: list[Statement], seed: int) -> None:
    documents = {n: Document(title="T", text=f"text {n}") for n in range(1, 8)}
    short = [Statement(text=each.text, citations=each.citations[:3]) for each in said]
    follows = table(seed, 150)
    reference = alce(short, documents, follows, mode="alce")
    assert (reference or Score(0, 0, 0, None)) == alce(short, documents, follows, mode="strict")


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_harmonic_mean_lies_between(first: float, second: float) -> None:
    assert min(first, second) - 1e-12 <= harmonic(first, second) <= max(first, second) + 1e-12
