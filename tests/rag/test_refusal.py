import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from light import library_of

from rag.answering.answerer import NEAREST, ExtractiveAnswerer, Found, Reply
from rag.answering.evidence import FEATURES, Weights
from rag.answering.fitted import Fitted
from rag.answering.question import read_question
from rag.answering.refusal import SIGNS, Signs, probability, reason, signs
from rag.embedding import open_embedder
from rag.retrieval import HybridRetriever, Retrieved
from rag.schema import Filters
from rag.store.view import LibraryView

PAPERS = {
    "QuietBell: bells that last": "We cast QuietBell in 3 steps. It rings 40 years. Tin is rare.",
    "Kites for weak wind": "Paper kites fly in weak wind. We flew 60 kites over 4 beaches.",
    "Salt and yeast": "Salt slows yeast. Hardly any bread rises in the cold.",
    "Visual Harbour Reasoning": "A harbour test asks why boats wait. Boats wait for the tide.",
    "A title alone": "",
}
NOTHING = Signs((0.0,) * len(SIGNS), (), False, False)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibraryView]:
    folder = tmp_path_factory.mktemp("small")
    lines = [
        json.dumps({"_id": f"p{n}", "title": title, "text": text, "year": 2000 + n})
        for n, (title, text) in enumerate(PAPERS.items())
    ]
    (folder / "papers.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with library_of(folder / "library", folder / "papers.jsonl").open() as opened:
        yield opened


def fitted(*, words: float = 1.0, threshold: float = 0.5) -> Fitted:
    """Weigh the words of a question alone, so that a sentence with all of them comes first."""
    weights = tuple(words * (name == "words") for name in FEATURES)
    return Fitted(Weights(weights, 0.0), Weights((0.0,) * len(SIGNS), 0.0), threshold)


def found_for(view: LibraryView, question: str, filters: Filters | None = None) -> Found:
    retrieved = HybridRetriever(open_embedder("hash")).retrieve(view, question, filters)
    return Found(question, question, retrieved, filters)


def refused(view: LibraryView, question: str, filters: Filters | None = None) -> Reply:
    answerer = ExtractiveAnswerer(fitted(), refuse_below=1.0)
    return answerer.answer(view, found_for(view, question, filters))


def only(year: int) -> Filters:
    return Filters(year_from=year, year_to=year)


def signs_of(view: LibraryView, question: str, filters: Filters | None = None) -> dict[str, float]:
    _, _, found = ExtractiveAnswerer(fitted()).read(view, found_for(view, question, filters))
    return dict(zip(SIGNS, found.values, strict=True))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How long does BrassHorn ring?", "no paper found for this question mentions BrassHorn."),
        (
            "Do BrassHorn and TinFlute differ?",
            "no paper found for this question mentions BrassHorn, TinFlute.",
        ),
        ("How many dragons are there?", "the nearest papers give no number of dragons."),
        (
            "Why do violins squeak?",
            "nothing in it is close enough to the question to be evidence.",
        ),
    ],
)
def test_a_refusal_says_what_is_missing(view, question, expected):
    reply = refused(view, question)
    assert reply.drafts == ()
    assert reply.refusal is not None
    assert reply.refusal.reason == expected


def test_a_refusal_says_that_no_number_is_given(view):
    refusal = refused(view, "How much salt does yeast bear?", only(2002)).refusal
    assert refusal is not None
    assert refusal.reason == "the nearest papers give no such number."


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(year_from=2900), "it holds no paper that the filters allow on this."),
        (Filters(author="nobody"), "it holds no paper that the filters allow on this."),
    ],
)
def test_filters_that_allow_nothing_are_the_reason(view, filters, expected):
    refusal = refused(view, "Do kites fly?", filters).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.nearest, refusal.probability) == (expected, (), 0)


def test_papers_without_abstracts_cannot_answer(view):
    refusal = refused(view, "A title alone?", Filters(year_from=2004)).refusal
    assert refusal is not None
    assert refusal.nearest == ()


def test_a_refusal_shows_the_nearest_sentences_word_by_word(view):
    refusal = refused(view, "How many dragons fly kites in weak wind?").refusal
    assert refusal is not None
    assert [each.n for each in refusal.nearest] == list(range(1, NEAREST + 1))
    assert refusal.nearest[0].quote == "Paper kites fly in weak wind."
    for each in refusal.nearest:
        assert PAPERS[each.title][each.start : each.end] == each.quote
        assert each.passage_id.startswith(each.paper_id)


@pytest.mark.parametrize(("floor", "answers"), [(0.0, True), (0.5, True), (0.51, False)])
def test_a_question_is_refused_below_the_threshold_only(view, floor, answers):
    # With these weights every question has a probability of one half.
    found = found_for(view, "Why do kites fly in weak wind?")
    for answerer in (
        ExtractiveAnswerer(fitted(threshold=floor)),
        ExtractiveAnswerer(fitted(threshold=1 - floor), refuse_below=floor),
    ):
        reply = answerer.answer(view, found)
        assert bool(reply.drafts) is answers
        assert (reply.refusal is None) is answers


@pytest.mark.parametrize(
    ("name", "question", "expected"),
    [
        ("names_missing", "What is BrassHorn?", 1),
        ("names_missing", "BrassHorn, TinFlute and IronDrum?", 2),
        ("names_missing", "What is QuietBell?", 0),
        ("names_found", "What is QuietBell?", 1),
        ("names_found", "What is BrassHorn?", 0),
        ("names_found", "Why do kites fly?", 0),
        ("names_missing", "Which harbour test is VHR?", 0),
        ("count_missing", "How many dragons fly?", 1),
        ("count_missing", "How many kites flew in weak wind?", 0),
        ("count_missing", "Why do dragons fly?", 0),
        ("number_missing", "How long does QuietBell ring?", 0),
        ("number_missing", "Why does salt slow yeast?", 0),
        ("words", "salt slows yeast", 1),
        ("words", "quartz violins squeak", 0),
        ("words_unknown", "quartz violins squeak", 1),
        ("words_unknown", "salt slows yeast", 0),
        ("plain", "Why do kites fly?", 1),
        ("plain", "What is QuietBell?", 0),
        ("plain_score", "What is QuietBell?", 0),
    ],
)
def test_a_sign_sees_what_its_name_says(view, name, question, expected):
    assert signs_of(view, question)[name] == expected


@pytest.mark.parametrize(
    ("question", "year", "expected"),
    [
        ("How much salt slows yeast?", 2002, 1),
        ("How long did the kites fly?", 2001, 0),
        ("How long did the 60 kites over 4 beaches fly?", 2001, 1),
        ("Did the 60 kites over 4 beaches fly?", 2001, 0),
    ],
)
def test_a_number_is_missing_where_the_papers_give_none_but_the_questions(
    view, question, year, expected
):
    assert signs_of(view, question, only(year))["number_missing"] == expected


def test_the_best_score_leads_and_the_margin_is_not_negative(view):
    found = signs_of(view, "Paper kites fly in weak wind")
    assert found["score"] > signs_of(view, "quartz violins squeak")["score"]
    assert found["margin"] >= 0


def test_with_nothing_found_all_signs_are_the_worst(view):
    found = found_for(view, "What is QuietBell?", Filters(year_from=2900))
    reading, scored, marks = ExtractiveAnswerer(fitted()).read(view, found)
    assert scored == []
    assert marks.values == (0.0,) * len(SIGNS)
    assert marks == signs(reading, Retrieved(found.retrieved.query, ()), [])


@given(st.lists(st.text(min_size=1, max_size=9), max_size=5), st.booleans(), st.booleans())
def test_every_reason_is_one_sentence(missing, count, number):
    reading_question = read_question("How many bells ring?")
    marks = NOTHING._replace(
        missing_names=tuple(missing), count_missing=count, number_missing=number
    )
    said = reason(marks, _Reading(reading_question))  # pyright: ignore[reportArgumentType]
    assert said.endswith(".")
    if missing:
        assert all(name in said for name in missing[:3])
    elif count:
        assert "number of bells" in said


class _Reading:
    """As much of a reading as a reason needs."""

    def __init__(self, question: object) -> None:
        self.question = question


def test_the_probability_is_that_of_the_fitted_weights():
    weights = Weights((1.0,) * len(SIGNS), -1.0)
    assert probability(NOTHING._replace(values=(0.0,) * len(SIGNS)), weights) < 0.5
    assert probability(NOTHING._replace(values=(0.1,) * len(SIGNS)), weights) > 0.5
