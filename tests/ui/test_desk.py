"""What sessions share, without a browser; and an answer that grows, with one."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from browser import Visitor
from playwright.sync_api import expect
from scripted import Scripted

from rag.answering.brake import Brake
from rag.answering.model import Message, Piece
from rag.assistant import Assistant
from rag.build import assistant_with
from rag.conversations import Conversations
from rag.errors import UsageError
from rag.schema import Answer, Filters
from rag.settings import Settings
from ui import adding, asking
from ui.desk import Desk
from ui.visit import Visit


def answer(name: str) -> Answer:
    return Answer(id=name, question="q", standalone="q", answerer="x", library="", settings="")


def test_only_listed_models_and_libraries_are_opened(sample: Path) -> None:
    desk = Desk(Settings(library=sample))
    assert desk.models()[0] == "extractive"
    assert desk.assistant("library", "extractive") is desk.assistant("library", "extractive")
    for llm in ("openai:gpt-4", "hf:/etc", "", "server:m@http://evil.example"):
        with pytest.raises(UsageError):
            desk.assistant("library", llm)
    with pytest.raises(UsageError):
        desk.library("../other")


def test_where_texts_go_is_told(sample: Path) -> None:
    desk = Desk(Settings(library=sample, llm="server:m@http://models.example:8000/v1"))
    assert desk.hosts("extractive") == ()
    assert desk.hosts(desk.settings.llm) == ("models.example:8000",)
    local = Desk(Settings(library=sample, llm="server:m@http://127.0.0.1:8000/v1"))
    assert local.hosts(local.settings.llm) == ()


def test_a_growing_answer_is_its_owners_and_is_let_go(sample: Path) -> None:
    desk = Desk(Settings(library=sample))
    desk.hold(answer("a1"), owner="ada")
    assert desk.answer("library", "a1", owner="ada") == answer("a1")
    assert desk.answer("library", "a1", owner="") is None
    for number in range(300):
        desk.hold(answer(f"b{number}"), owner="")
    assert desk.answer("library", "a1", owner="ada") is None
    assert desk.answer("library", "b299", owner="") is not None


def test_a_new_question_ends_the_old_one_of_its_session(sample: Path) -> None:
    desk = Desk(Settings(library=sample))
    first, other = desk.brake("one"), desk.brake("two")
    second = desk.brake("one")
    assert (first.pressed, second.pressed, other.pressed) == (True, False, False)
    desk.stop("two")
    assert other.pressed
    desk.stop("nobody")


def test_a_conversation_grows_by_moments(sample: Path) -> None:
    desk = Desk(Settings(library=sample))
    visit = Visit("library")

    def ask(question: str, visit: Visit) -> list[asking.Moment]:
        return list(
            asking.ask(desk, visit, question, Filters(), llm="extractive", owner="", session="s")
        )

    first = ask("What does BERT mask?", visit)
    assert [each.answer.complete for each in first] == [False] * (len(first) - 1) + [True]
    assert first[0].doing.startswith("Reading ")
    assert first[-1].doing == ""
    visit = first[-1].visit
    assert visit.conversation
    again = ask("What does BERT mask?", visit._replace(replacing=first[-1].answer.id))
    kept = Conversations(sample).conversation(visit.conversation)
    assert [each.answer.id for each in kept] == [again[-1].answer.id]


def test_an_add_tells_its_progress_and_then_its_report(tmp_path: Path) -> None:
    desk = Desk(Settings(library=tmp_path / "library"))
    papers = tmp_path / "x.jsonl"
    papers.write_text('{"id": "x", "title": "A title", "abstract": "A sentence."}')
    *said, report = adding.add(desk.library("library"), {papers: "mine.jsonl"})
    assert all(isinstance(each, str) for each in said)
    assert not isinstance(report, str)
    assert (report.new, report.files[0].file) == (1, "mine.jsonl")
    with pytest.raises(UsageError):
        list(adding.add(desk.library("no"), {}))


class Slow(Scripted):
    """Writes a sentence in a quarter of a second."""

    def write(self, messages: Sequence[Message], *, brake: Brake, **rest: Any) -> Iterator[Piece]:
        for piece in super().write(messages, brake=brake, **rest):
            if not brake.wait(0.05):
                return
            yield piece


LLM = "server:slow@http://127.0.0.1:9/v1"
SENTENCE = "BERT hides 15% of the tokens and asks the network to recover them. "


@pytest.fixture
def slow(
    serving: Any, visitor: Callable[..., Visitor], sample: Path, monkeypatch: pytest.MonkeyPatch
) -> Visitor:
    model = Slow(SENTENCE * 30)

    def opened(settings: Settings) -> Assistant:
        return assistant_with(settings, model if settings.llm == LLM else None)

    monkeypatch.setattr("ui.desk.open_assistant", opened)
    tab = visitor(serving(sample, settings={"llm": LLM}))
    tab.go()
    return tab


def test_stop_ends_a_model_that_writes(slow: Visitor) -> None:
    page = slow.page
    page.fill("#question textarea", "What does BERT mask?")
    page.press("#question textarea", "Enter")
    expect(page.locator("#status .spinner")).to_be_visible()
    page.wait_for_selector("#current .writing, #current .claim")
    begun = time.monotonic()
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("#current .turn .tools")
    assert time.monotonic() - begun < 5
    expect(page.get_by_role("button", name="Stop")).to_be_disabled()
    expect(page.locator("#current")).to_contain_text("Note:")


def test_an_answer_is_written_sentence_by_sentence(slow: Visitor) -> None:
    page = slow.page
    page.fill("#question textarea", "What does BERT mask?")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#current .writing")
    said = set()
    for _ in range(40):
        said.add(page.locator("#current .writing").all_inner_texts().__str__())
        page.wait_for_timeout(50)
    assert len(said) > 3
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("#current .turn .tools")


def test_a_question_sent_while_one_is_answered_is_asked_after_it(slow: Visitor) -> None:
    page = slow.page
    page.fill("#question textarea", "What does BERT mask?")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#current .writing")
    page.fill("#question textarea", "What does GloVe count?")
    for _ in range(2):
        page.press("#question textarea", "Enter")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#past .turn .question")).to_have_text(["What does BERT mask?"])
    expect(page.locator("#current .turn .question")).to_have_text("What does GloVe count?")
    page.wait_for_selector("#current .writing")
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("#current .turn .tools")
    expect(page.locator("#status .failed")).to_have_count(0)
