import json
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from light import SAMPLE, library_of

from rag.embedding import open_embedder
from rag.errors import UsageError
from rag.library import Library
from rag.reranking import Stretch
from rag.retrieval import LONGEST, RERANKED, HybridRetriever, Retrieved
from rag.schema import Filters, Hit
from rag.store.view import LibraryView

PEOPLE = ("Ada Brook", "Ben Østby", "Chloé Marsh", "Dan Brookes", "Eva 李")
VENUES = ("Journal of Moss", "Proc. Tides", "Bells and Kites", None)
ABSTRACTS = {
    "Quill: writing tidal records by machine": "Quill reads a tide gauge and writes the record. "
    "It was tried at 14 harbours. The error is 3 cm.",
    "Bread that rises in the cold": "Cold yeast works slowly. Dough left for two days tastes sour.",
    "Salt and the growth of yeast": "Salt slows yeast. At 5% salt hardly any bread rises.",
    "A map of moss on north walls": "Moss likes shade. We mapped 420 walls in one city.",
    "MossNet finds moss in photographs": "MossNet is a small network that marks moss in pictures. "
    "It was trained on 9,000 photographs of walls.",
    "Why bells crack": "A bell cracks where tin gathers. Slow cooling helps.",
    "Bronze, tin and the sound of bells": "More tin makes a bell sound brighter and break sooner.",
    "Kites for weak wind": "Paper kites fly in winds too weak for silk. We flew 60 kites.",
    "Steering a kite with one line": "One line is enough to steer when the tail is heavy.",
    "Lanterns of rice paper": "Rice paper glows evenly. It burns at low heat, so LEDs are used.",
    "LED lanterns for night markets": "Markets lit by LED lanterns use a tenth of the power.",
    "Dunes that sing": "Some dunes hum when sand slides. Grains of one size hum loudest.",
    "How far a dune walks in a year": "A dune moves 12 metres a year. Wind from one side moves it.",
    "Looms driven by water": "Water wheels drove looms before steam. One wheel served 8 looms.",
    "Punched cards and patterns": "Cards told the loom which threads to lift.",
    "Tides in shallow bays": "Shallow bays delay the tide. The delay grows with the length.",
    "TideBench: a test of tidal forecasts": "TideBench holds 31 years of gauges from 200 harbours. "
    "Forecasts are scored by their error at high water.",
    "Forecasting tides without the moon": "A forecast from last year's gauges alone errs by 9 cm.",
    "A lexicon of knots": "We describe 85 knots and who tied them.",
    "Ropes that do not twist": "Braided ropes do not twist, laid ropes do.",
    "Honey that does not set": "Honey with much fructose stays liquid for years.",
    "Bees and blue flowers": "Bees visited blue flowers twice as often as red ones.",
    "Counting swifts by sound": "Screams of swifts were counted by microphones on 12 roofs.",
    "SwiftNet hears swifts": "SwiftNet separates swifts from martins with 93% accuracy.",
    "Ice on canals": "Canals freeze later than ponds because their water moves.",
    "The colour of old maps": "Green pigments fade first, so forests vanish from maps.",
    "Paper from nettles": "Nettle fibres make strong, grey paper.",
    "Clocks without pendulums": "A clock driven by tides loses an hour a month.",
    "Title alone": "",
    "Stone bridges of one arch": "An arch stands if its line of thrust stays inside the stone.",
}


class Backwards:
    """A reranker that likes what stands last best."""

    name = "backwards"

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[Stretch]]] = []

    def scores(self, question: str, stretches: Sequence[Stretch]) -> Sequence[float]:
        self.asked.append((question, list(stretches)))
        return [float(place) for place in range(len(stretches))]


def record(number: int) -> dict[str, object]:
    title, text = list(ABSTRACTS.items())[number]
    return {
        "_id": f"p{number:02}",
        "title": title,
        "text": text,
        "authors": [PEOPLE[number % 5], PEOPLE[(number // 5) % 5]],
        "year": None if number % 7 == 6 else 2000 + number % 9,
        "venue": VENUES[number % 4],
    }


RECORDS = [record(number) for number in range(len(ABSTRACTS))]


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibraryView]:
    folder = tmp_path_factory.mktemp("small")
    papers = folder / "papers.jsonl"
    lines = [json.dumps(each) for each in RECORDS]
    papers.write_text("\n".join(lines), encoding="utf-8")
    with library_of(folder / "library", papers).open() as opened:
        yield opened


@pytest.fixture(scope="module")
def retriever() -> HybridRetriever:
    return HybridRetriever(open_embedder("hash"))


@pytest.fixture(scope="module")
def sample(sample_library: Library) -> Iterator[LibraryView]:
    with sample_library.open() as opened:
        yield opened


@pytest.fixture(scope="module")
def by_meaning() -> HybridRetriever:
    return HybridRetriever(open_embedder("minilm"))


def ids(found: Retrieved, k: int = 99) -> list[str]:
    return [hit.passage.paper_id for hit in found.hits(k)]


def titles(hits: Sequence[Hit]) -> list[str]:
    return [hit.passage.title for hit in hits]


QUESTIONS = (
    "How large is the error of Quill?",
    "Does salt slow yeast?",
    "moss",
    "What is it?",
    "unheard-of xylophones",
    "ﷺ 機械 \ud800 \x00",
    "tides " * 600,
)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda text: ascii(text[:12]))
def test_papers_come_once_each_by_falling_score_with_ranks_from_one(view, retriever, question):
    found = retriever.retrieve(view, question)
    hits = found.hits(99)
    assert hits
    assert len(set(ids(found))) == len(hits)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert ABSTRACTS[hit.passage.title][hit.passage.start : hit.passage.end] == hit.passage.text


def test_every_hit_tells_where_its_score_came_from(view, retriever):
    for hit in retriever.retrieve(view, "Salt slows yeast in bread").hits(99):
        assert -1.001 <= hit.dense <= 1.001
        assert 0 <= hit.lexical < 1
        assert hit.score == pytest.approx(hit.dense + 0.8 * hit.lexical, abs=1e-5)


@pytest.mark.parametrize("k", [0, 1, 3, 10, 1_000])
def test_k_cuts_the_hits(view, retriever, k):
    found = retriever.retrieve(view, "tides and moss")
    assert found.hits(k) == found.hits(1_000)[:k]
    assert len(found.hits(k)) == min(k, len(found.candidates))


@pytest.mark.parametrize("question", QUESTIONS[:5])
def test_the_same_question_finds_the_same(view, retriever, question):
    again = HybridRetriever(open_embedder("hash"))
    assert retriever.retrieve(view, question).hits(99) == again.retrieve(view, question).hits(99)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("MossNet", "MossNet finds moss in photographs"),
        ("TideBench", "TideBench: a test of tidal forecasts"),
        ("SwiftNet", "SwiftNet hears swifts"),
        ("Quill", "Quill: writing tidal records by machine"),
    ],
)
def test_the_paper_of_a_named_thing_is_first(view, retriever, name, title):
    for question in (f"What is {name}?", f"Who made {name} and how was {name} tried?"):
        assert titles(retriever.retrieve(view, question).hits(1)) == [title]


@pytest.mark.parametrize(
    "name", ["ELECTRA", "SPLADE", "LoRA", "FEVER", "HotpotQA", "MTEB", "LLaMA"]
)
def test_a_named_thing_is_first_by_meaning_too(sample, by_meaning, name):
    found = by_meaning.retrieve(sample, f"What was new about {name} when it came out?")
    assert name in titles(found.hits(1))[0]


def test_a_paper_without_an_abstract_is_found_by_its_title(view, retriever):
    assert titles(retriever.retrieve(view, "title alone").hits(1)) == ["Title alone"]


FILTERS = st.builds(
    Filters,
    year_from=st.none() | st.integers(1998, 2010),
    year_to=st.none() | st.integers(1998, 2010),
    venue=st.none() | st.sampled_from(["moss", "TIDES", "Bells and", "o", "none such", "%", "_"]),
    author=st.none()
    | st.sampled_from(["Brook", "brookes", "østby", "CHLOÉ", "李", "a B", '"', "[", "nobody"]),
)


def allows(filters: Filters, paper: dict) -> bool:
    year, venue = paper["year"], paper["venue"]
    checks = (
        filters.year_from is None or (year is not None and year >= filters.year_from),
        filters.year_to is None or (year is not None and year <= filters.year_to),
        filters.venue is None or filters.venue.casefold() in (venue or "").casefold(),
        filters.author is None
        or any(filters.author.casefold() in name.casefold() for name in paper["authors"]),
    )
    return all(checks)


@settings(deadline=None, max_examples=150)
@given(FILTERS, st.sampled_from(QUESTIONS[:5]))
def test_filters_let_through_exactly_what_they_say(view, retriever, filters, question):
    # The depth is above the size of the library, so that nothing else leaves a paper out.
    found = retriever.retrieve(view, question, filters)
    allowed = {str(paper["_id"]) for paper in RECORDS if allows(filters, paper)}
    assert set(ids(found)) == allowed


def test_filters_do_not_change_the_score_of_a_paper(view, retriever):
    everywhere = {hit.passage.id: hit for hit in retriever.retrieve(view, "moss walls").hits(99)}
    for hit in retriever.retrieve(view, "moss walls", Filters(year_from=2003)).hits(99):
        assert hit.score == everywhere[hit.passage.id].score


def test_a_filter_that_allows_nothing_finds_nothing(view, retriever):
    assert retriever.retrieve(view, "moss", Filters(year_from=2900)).hits(10) == ()


def test_filters_without_a_field_set_allow_all(view, retriever):
    assert retriever.retrieve(view, "moss", Filters()) is not None
    assert ids(retriever.retrieve(view, "moss", Filters())) == ids(retriever.retrieve(view, "moss"))


@pytest.mark.parametrize("question", ["", "   ", "\n\t\u3000"])
def test_a_blank_question_is_refused(view, retriever, question):
    with pytest.raises(UsageError, match="blank"):
        retriever.retrieve(view, question)


def test_a_question_is_refused_beyond_its_greatest_length_only(view, retriever):
    assert retriever.retrieve(view, "m" * LONGEST).candidates
    with pytest.raises(UsageError, match=r"4,001 characters; 4,000"):
        retriever.retrieve(view, "m" * (LONGEST + 1))


def test_a_shallow_search_takes_that_many_from_each_index(view):
    found = HybridRetriever(open_embedder("hash"), depth=2).retrieve(view, "moss tides bells")
    assert 2 <= len(found.candidates) <= 4


def test_a_reranker_has_the_last_word(view, retriever):
    reranker = Backwards()
    plain = retriever.retrieve(view, "moss and tides")
    turned = HybridRetriever(open_embedder("hash"), reranker=reranker)
    found = turned.retrieve(view, "moss and tides")
    assert ids(found) == ids(plain)[:RERANKED][::-1] + ids(plain)[RERANKED:]
    texts = [
        Stretch((each.passage.embedded_text,), each.score, each.lexical)
        for each in plain.candidates[:RERANKED]
    ]
    assert reranker.asked == [("moss and tides", texts)]
    assert [hit.rank for hit in found.hits(3)] == [1, 2, 3]
    assert [hit.score for hit in found.hits(2)] == [len(texts) - 1, len(texts) - 2]


def test_a_reranker_is_not_asked_about_nothing(view):
    reranker = Backwards()
    retriever = HybridRetriever(open_embedder("hash"), reranker=reranker)
    assert retriever.retrieve(view, "moss", Filters(venue="none such")).candidates == ()
    assert reranker.asked == []


def test_a_reranker_is_shown_every_passage_the_nearest_first(sample, by_meaning):
    reranker = Backwards()
    retriever = HybridRetriever(open_embedder("minilm"), reranker=reranker)
    retriever.retrieve(sample, "How does BERT read text?")
    plain = by_meaning.retrieve(sample, "How does BERT read text?")
    ((_, shown),) = reranker.asked
    for each, stretch in zip(plain.candidates, shown, strict=False):
        held = sample.snapshot.passages(each.keys).values()
        assert stretch.passages[0] == each.passage.embedded_text
        assert sorted(stretch.passages) == sorted(one.embedded_text for one in held)
        assert (stretch.score, stretch.lexical) == (each.score, each.lexical)


def test_a_reranked_paper_keeps_the_score_that_the_search_gave_it(sample, by_meaning):
    question = "How does BERT read text?"
    retriever = HybridRetriever(open_embedder("minilm"), reranker=Backwards())
    plain = {one.paper_id: one.score for one in by_meaning.retrieve(sample, question).candidates}
    found = retriever.retrieve(sample, question).candidates
    assert {one.paper_id: one.found for one in found} == plain


class Content:
    """A reranker that leaves every score as it is."""

    name = "content"

    def scores(self, question: str, stretches: Sequence[Stretch]) -> Sequence[float]:
        return [each.score for each in stretches]


def test_a_reranker_that_changes_nothing_leaves_all_papers_their_scores(sample, by_meaning):
    question = "How does BERT read text?"
    retriever = HybridRetriever(open_embedder("minilm"), reranker=Content())
    plain = by_meaning.retrieve(sample, question).candidates
    assert len(plain) > RERANKED
    assert retriever.retrieve(sample, question).candidates == plain


def test_the_plain_retriever_has_no_reranker(sample, by_meaning):
    retriever = HybridRetriever(open_embedder("minilm"), reranker=Backwards())
    question = "How does BERT read text?"
    found, plain = (each.retrieve(sample, question) for each in (retriever.plain, by_meaning))
    assert found.candidates == plain.candidates


def test_papers_beyond_the_reranked_stay_behind_them_in_their_order(sample, by_meaning):
    plain = ids(by_meaning.retrieve(sample, "How does BERT read text?"))
    retriever = HybridRetriever(open_embedder("minilm"), reranker=Backwards())
    found = retriever.retrieve(sample, "How does BERT read text?")
    assert len(plain) > RERANKED
    assert ids(found) == plain[:RERANKED][::-1] + plain[RERANKED:]
    scores = [hit.score for hit in found.hits(99)]
    assert scores == sorted(scores, reverse=True)


def test_every_question_of_the_sample_finds_its_papers(sample, by_meaning):
    lines = (SAMPLE / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [each for each in map(json.loads, lines) if each["answerable"]]
    alone = [each for each in questions if not each["history"]]
    missed = [
        (each["id"], gold["title"])
        for each in alone
        for gold in each["gold"]
        if gold["title"] not in titles(by_meaning.retrieve(sample, each["question"]).hits(5))
    ]
    # Measured: none of 32 is missed.
    assert len(alone) == 32
    assert len(missed) <= 1


def test_meaning_finds_what_shares_no_word(sample, by_meaning):
    found = by_meaning.retrieve(sample, "condensing a huge net into a little one by imitation")
    assert any("istil" in title for title in titles(found.hits(3)))


def test_sentence_vectors_are_read_with_the_bundled_model_only(sample, view, by_meaning, retriever):
    part = by_meaning.query(sample, "What is BERT?").part
    assert part is not None
    assert part.shape == (128,)
    assert retriever.query(view, "What is BERT?").part is None


def test_a_rarer_word_of_a_question_weighs_more(sample, by_meaning):
    weights = by_meaning.query(sample, "Which model is ELECTRA?").weights
    assert weights["electra"] > weights["model"] > 0
    assert "which" not in weights
