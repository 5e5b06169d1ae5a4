import json
from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from light import SAMPLE, library_of

from rag.answering.answerer import ExtractiveAnswerer, Found, Reply
from rag.answering.brake import Brake
from rag.answering.candidates import PAPERS, Scored
from rag.answering.fitted import load
from rag.answering.standing import NOTHING
from rag.assistant import Assistant
from rag.citations import Draft, Evidence
from rag.embedding import open_embedder
from rag.errors import LibraryMissing, UsageError
from rag.library import Library
from rag.retrieval import HybridRetriever
from rag.schema import Answer, Filters, Label, Turn, Verdict
from rag.store.view import LibraryView
from rag.verification import LexicalChecker

QUESTION = "How does LoRA change the weights of a model?"


class Saying:
    """An answerer that says these things of the first paper found, citing its first sentence."""

    name = "saying"

    def __init__(self, *claims: str) -> None:
        self._claims = claims
        self.asked: list[Found] = []

    def replies(self, view: LibraryView, found: Found, brake: Brake) -> Iterator[Reply]:
        self.asked.append(found)
        first = found.retrieved.candidates[0].paper_id
        paper = view.snapshot.paper(first)
        body = [
            each for each in view.snapshot.sentences([first])[first] if each.field == "abstract"
        ]
        evidence = [Evidence(paper=paper, sentence=one, passage_id=f"{first}#0") for one in body]
        drafts = [Draft(text, (one,)) for text, one in zip(self._claims, evidence, strict=False)]
        yield Reply(tuple(drafts))


_BAD: tuple[Label, ...] = ("partial", "unsupported", "contradicted")


class Judging:
    """A checker that reads its verdict out of the claim."""

    name = "judging"

    def check(self, claim: str, evidence: Sequence[str], *, question: str | None = None) -> Verdict:
        label: Label = "supported"
        for bad in _BAD:
            label = bad if bad in claim else label
        return Verdict(label=label, probability=0.5, checker=self.name)


@pytest.fixture(scope="module")
def library(sample_library: Library) -> Library:
    return sample_library


@pytest.fixture(scope="module")
def retriever() -> HybridRetriever:
    return HybridRetriever(open_embedder("minilm"))


@pytest.fixture(scope="module")
def assistant(library: Library, retriever: HybridRetriever) -> Assistant:
    return Assistant(
        library,
        retriever,
        ExtractiveAnswerer(load()),
        LexicalChecker(),
        settings="0123",
        hits=7,
    )


@cache
def sample(name: str) -> list[dict]:
    lines = (SAMPLE / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def abstracts() -> dict[str, str]:
    return {paper["_id"]: paper["text"] for paper in sample("papers.jsonl")}


@pytest.fixture(scope="module")
def walked(assistant: Assistant) -> list[tuple[dict, Answer]]:
    """Return every question of the sample with its answer."""
    return [
        (each, assistant.ask(each["question"], history=[Turn(**turn) for turn in each["history"]]))
        for each in sample("questions.jsonl")
    ]


def quotes_gold(answer: Answer, gold: Sequence[dict]) -> bool:
    """Tell whether a cited quote shares characters with a gold evidence of its paper."""
    for citation in answer.citations:
        text = abstracts()[citation.paper_id]
        for piece in (
            each for one in gold if one["title"] == citation.title for each in one["evidence"]
        ):
            start = text.find(piece)
            if start >= 0 and citation.start < start + len(piece) and start < citation.end:
                return True
    return False


def test_the_right_paper_is_among_the_first_five(walked):
    found = [
        {gold["title"] for gold in each["gold"]} & {hit.passage.title for hit in answer.hits[:5]}
        != set()
        for each, answer in walked
        if each["answerable"]
    ]
    # Measured: 35 of 35.
    assert len(found) == 35
    assert sum(found) >= 34


def test_the_marked_evidence_is_cited(walked):
    found = [quotes_gold(answer, each["gold"]) for each, answer in walked if each["answerable"]]
    # Measured: 29 of 35.
    assert sum(found) >= 28


def test_what_the_sample_does_not_tell_is_refused_and_little_else(walked):
    refused = {each["id"] for each, answer in walked if answer.refusal}
    unanswerable = {each["id"] for each, _ in walked if not each["answerable"]}
    # Measured: 4 of 5, and 1 of 35 wrongly.
    assert len(refused & unanswerable) >= 3
    assert len(refused - unanswerable) <= 2


def test_every_quote_is_an_exact_run_of_its_stored_abstract(walked):
    cited = [
        citation
        for _, answer in walked
        for citation in (*answer.citations, *(answer.refusal.nearest if answer.refusal else ()))
    ]
    assert len(cited) > 80
    for each in cited:
        assert each.quote.strip()
        assert abstracts()[each.paper_id][each.start : each.end] == each.quote


def test_markers_run_from_one_by_first_use_and_all_resolve(walked):
    for _, answer in walked:
        used = [n for claim in answer.claims for n in claim.citations]
        assert list(dict.fromkeys(used)) == list(range(1, len(answer.citations) + 1))
        assert [each.n for each in answer.citations] == list(range(1, len(answer.citations) + 1))
        assert all(claim.citations for claim in answer.claims)


def test_every_claim_is_in_the_words_of_what_it_cites(walked):
    for _, answer in walked:
        quotes = {each.n: each.quote for each in answer.citations}
        for claim in answer.claims:
            assert any(claim.text in quotes[n] for n in claim.citations)
            assert claim.verdict.label in {"supported", "partial"}


def test_an_answer_and_a_refusal_both_tell_how_sure_they_are(walked):
    floor = load().threshold
    for _, answer in walked:
        assert answer.confidence is not None
        assert (answer.confidence >= floor) is (answer.refusal is None)


def test_an_answer_has_either_claims_or_a_refusal(walked):
    for _, answer in walked:
        assert answer.complete
        assert bool(answer.claims) is (answer.refusal is None)
        assert answer.text
        assert answer.notices == ()


def test_an_answer_tells_what_made_it(walked, library):
    _, answer = walked[0]
    assert answer.answerer == "extractive-1"
    assert answer.settings == "0123"
    assert answer.library == library.status().fingerprint
    assert len(answer.hits) == 7


def read(library: Library, retriever: HybridRetriever, question: str) -> list[Scored]:
    with library.open() as view:
        found = Found(question, question, retriever.retrieve(view, question))
        return ExtractiveAnswerer(load()).read(view, found)[1]


def test_all_sentences_of_the_best_papers_are_weighed_the_likeliest_first(library, retriever):
    scored = read(library, retriever, "Which papers study dense retrieval?")
    ranks = {one.place.rank: one.paper.id for one in scored}
    assert sorted(ranks) == list(range(1, PAPERS + 1))
    likely = [one.probability for one in scored]
    assert likely == sorted(likely, reverse=True)
    with library.open() as view:
        stored = view.snapshot.sentences(ranks.values())
    abstracts_only = [one for own in stored.values() for one in own if one.field == "abstract"]
    assert sorted(map(repr, abstracts_only)) == sorted(repr(one.sentence) for one in scored)


def test_a_sentence_lies_in_its_passage_and_has_a_cosine(library, retriever):
    scored = read(library, retriever, QUESTION)
    with library.open() as view:
        passages = {
            each.id: each
            for each in view.snapshot.passages_of({one.paper.id for one in scored}).values()
        }
    for one in scored:
        passage = passages[one.passage_id]
        assert passage.paper_id == one.paper.id
        assert passage.start <= one.sentence.start < passage.end
        assert -1 <= one.place.cosine <= 1
        assert one.place.gap <= 0
    best = max(scored, key=lambda one: one.place.cosine)
    assert best.paper.title.startswith("LoRA")


def test_a_paper_that_alone_holds_a_name_is_heard_however_deep_it_lies(library, retriever):
    question = (
        "Which dense passage retrieval, ColBERT late interaction, contrastive hard negatives, open"
        " domain question answering over Wikipedia, or zero-shot ranking papers go with SQuAD,"
        " TriviaQA, BM25 and ELMo?"
    )
    with library.open() as view:
        retrieved = retriever.retrieve(view, question)
    deep = [each.paper_id for each in retrieved.candidates].index("peters2018elmo")
    assert deep >= PAPERS
    assert "peters2018elmo" in {one.paper.id for one in read(library, retriever, question)}


def test_a_stream_grows_to_the_answer_that_ask_gives(assistant):
    first, *_, last = answers = list(assistant.stream(QUESTION))
    assert first.hits
    assert (first.complete, first.claims, first.refusal) == (False, (), None)
    assert last.complete
    assert {each.id for each in answers} == {last.id}
    assert {each.hits for each in answers} == {last.hits}
    own = {"id", "timings_ms"}
    asked = assistant.ask(QUESTION)
    assert asked.id != last.id
    assert asked.model_dump(exclude=own) == last.model_dump(exclude=own)


def test_a_stream_may_be_left_early(assistant, library):
    stream = assistant.stream(QUESTION)
    next(stream)
    stream.close()
    assert library.status().papers == 79


def test_a_refusal_is_streamed_too(assistant):
    first, last = assistant.stream("What is XYLOTRON-7?")
    assert not first.complete
    assert last.complete
    assert last.refusal is not None
    assert "XYLOTRON-7" in last.text


def test_stages_are_timed(assistant):
    first, *_, last = assistant.stream(QUESTION)
    assert set(first.timings_ms) == {"retrieve"}
    assert set(last.timings_ms) == {"retrieve", "answer", "check", "total"}
    assert all(value >= 0 for value in last.timings_ms.values())
    stages = last.timings_ms["retrieve"] + last.timings_ms["answer"] + last.timings_ms["check"]
    assert last.timings_ms["total"] >= stages - 0.1


def test_what_does_not_stand_up_is_dropped_and_its_going_is_said(library, retriever):
    claims = ("A plain claim.", "An unsupported one.", "A partial one.", "A contradicted one.")
    answer = Assistant(library, retriever, Saying(*claims), Judging()).ask(QUESTION)
    assert [claim.text for claim in answer.claims] == ["A plain claim.", "A partial one."]
    assert [each.n for each in answer.citations] == [1, 2]
    assert [claim.citations for claim in answer.claims] == [(1,), (2,)]
    assert len(answer.notices) == 1
    assert answer.notices[0].startswith("2 sentences")
    assert answer.refusal is None


def test_one_dropped_sentence_is_spoken_of_as_one(library, retriever):
    claims = ("A plain claim.", "An unsupported one.")
    answer = Assistant(library, retriever, Saying(*claims), Judging()).ask(QUESTION)
    assert answer.notices[0].startswith("1 sentence ")


@pytest.mark.parametrize("claims", [("An unsupported one.",), ()])
def test_where_nothing_stands_the_question_is_refused(library, retriever, claims):
    answer = Assistant(library, retriever, Saying(*claims), Judging()).ask(QUESTION)
    assert answer.refusal is not None
    assert answer.refusal.reason == NOTHING
    assert (answer.claims, answer.citations) == ((), ())
    assert answer.complete
    assert bool(answer.notices) is bool(claims)


def test_a_follow_up_is_searched_with_what_it_leans_on(library, retriever):
    answerer = Saying("A claim.")
    history = (Turn(question="Which adaptation freezes the pre-trained weights?", answer="LoRA."),)
    assistant = Assistant(library, retriever, answerer, Judging())
    answer = assistant.ask("How many parameters does it train?", history=history)
    assert answer.question == "How many parameters does it train?"
    assert answer.standalone == f"{history[0].question} {answer.question}"
    assert answer.hits[0].passage.title.startswith("LoRA")
    assert (answerer.asked[0].question, answerer.asked[0].standalone) == (
        answer.question,
        answer.standalone,
    )


def test_without_a_history_a_question_is_searched_as_asked(assistant):
    assert assistant.ask(QUESTION).standalone == QUESTION


def test_a_new_topic_in_a_conversation_is_answered(assistant):
    history = (Turn(question="Which dataset tests whether a reader can hold back?", answer="It."),)
    answer = assistant.ask("How does LoRA work?", history=history)
    assert answer.refusal is None
    assert answer.citations[0].title.startswith("LoRA")


def test_a_question_that_opens_with_or_is_answered_or_refused(assistant):
    assert assistant.ask("or GPT-3?").complete


def test_a_question_with_half_a_comparison_is_answered_or_refused(assistant):
    assert assistant.ask("... or GPT-3?").complete


def test_filters_hold_for_hits_and_citations(assistant):
    answer = assistant.ask("Which papers study dense retrieval?", filters=Filters(year_to=2020))
    years = {paper["_id"]: paper["year"] for paper in sample("papers.jsonl")}
    used = {hit.passage.paper_id for hit in answer.hits} | {
        one.paper_id for one in answer.citations
    }
    assert used
    assert all(years[each] <= 2020 for each in used)


def test_filters_that_allow_nothing_are_the_reason_of_the_refusal(assistant):
    answer = assistant.ask(QUESTION, filters=Filters(venue="no such venue"))
    assert answer.hits == ()
    assert answer.text.endswith("it holds no paper that the filters allow on this.")


def test_a_search_gives_the_best_passages(assistant):
    assert assistant.search(QUESTION, k=3) == assistant.search(QUESTION)[:3]
    assert len(assistant.search(QUESTION)) == 7
    assert assistant.search(QUESTION, k=1)[0].passage.title.startswith("LoRA")


@pytest.mark.parametrize("question", ["", "  ", "x" * 4_001])
def test_a_question_that_cannot_be_served_is_an_error(assistant, question):
    with pytest.raises(UsageError):
        assistant.ask(question)
    with pytest.raises(UsageError):
        assistant.search(question)


def test_a_missing_library_is_an_error(tmp_path, retriever):
    library = library_of(tmp_path / "none")
    with pytest.raises(LibraryMissing):
        Assistant(library, retriever, Saying("A claim."), Judging()).ask(QUESTION)
