"""What a number opens, read back from the page, against what is stored."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from browser import Visitor
from playwright.sync_api import Page, expect

from rag.build import open_assistant, open_library
from rag.conversations import Conversations
from rag.schema import Answer
from rag.settings import Settings
from rag.terminal.plain import plain

ANSWERS = 100
PANEL = """() => { const panel = document.querySelector('#evidence');
  const text = (selector) => [...panel.querySelectorAll(selector)].map(e => e.textContent).join('');
  return {title: text('.title'), marked: text('mark.cited'), abstract: text('.abstract')} }"""
MARKED = (
    "() => [...document.querySelectorAll('#evidence mark.cited')].map(m => m.textContent).join('')"
)


def test_every_number_of_a_hundred_answers_opens_its_sentence(
    serving: Any, visitor: Callable[..., Visitor], sample: Path
) -> None:
    settings = Settings(library=sample)
    answers = asked(settings, ANSWERS)
    conversation = Conversations(sample).keep(answers[0])
    for answer in answers[1:]:
        Conversations(sample).keep(answer, conversation=conversation)
    with open_library(settings).snapshot() as snapshot:
        ids = {c.paper_id for answer in answers for c in answer.citations}
        papers = snapshot.papers(ids)

    tab = visitor(serving(sample))
    tab.go(f"?library=library&conversation={conversation}")
    page = tab.page
    expect(page.locator("#talk .turn")).to_have_count(ANSWERS)
    opened = 0
    for answer in answers:
        chips = page.locator(f"#turn-{answer.id} .answer .chip")
        numbers = [int(each) for each in chips.evaluate_all("all => all.map(c => c.dataset.n)")]
        assert numbers == [n for claim in answer.claims for n in claim.citations]
        for n in dict.fromkeys(numbers):
            citation = answer.citations[n - 1]
            chip = page.locator(f"#turn-{answer.id} .answer .chip[data-n='{n}']").first
            chip.dispatch_event("click")
            shown = opened_panel(page, answer.id, n)
            paper = papers[citation.paper_id]
            assert shown["title"] == plain(paper.title)
            assert shown["marked"] == plain(citation.quote)
            assert shown["abstract"] == plain(paper.abstract)
            assert citation.quote == paper.abstract[citation.start : citation.end]
            opened += 1
    assert opened >= ANSWERS


def asked(settings: Settings, count: int) -> list[Answer]:
    """Return so many answers of a library to questions about each of its papers."""
    assistant = open_assistant(settings)
    with open_library(settings).snapshot() as snapshot:
        titles = [paper.title for paper in snapshot.iter_papers()]
    names = [title.partition(":")[0] for title in titles]
    questions = [f"What is known about {title}?" for title in titles]
    questions += [f"How does {name} work?" for name in names]
    answers: list[Answer] = []
    for question in questions:
        answer = assistant.ask(question)
        if answer.refusal is None:
            answers.append(answer)
        if len(answers) == count:
            return answers
    raise AssertionError(f"only {len(answers)} questions were answered")


def opened_panel(page: Page, answer: str, n: int) -> dict[str, str]:
    """Wait until the panel shows a citation and return its texts."""
    page.wait_for_selector(f"#evidence [data-shown*='answer={answer}'][data-shown$='cite={n}']")
    return page.evaluate(PANEL)


def test_previous_next_and_the_way_back(
    serving: Any, visitor: Callable[..., Visitor], sample: Path
) -> None:
    tab = visitor(serving(sample))
    tab.go()
    page = tab.page
    turn = tab.ask("What does BERT mask?")
    count = turn.locator(".answer .chip").count()
    assert count > 1
    first = turn.locator(".answer .chip").first
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#evidence .title")).to_be_focused()
    page.get_by_role("button", name="Next citation").click()
    expect(page.locator("#evidence .bar")).to_contain_text("Citation 2 of")
    page.get_by_role("button", name="Previous citation").click()
    expect(page.locator("#evidence .bar")).to_contain_text("Citation 1 of")
    page.keyboard.press("Escape")
    expect(first).to_be_focused()


def test_copy_and_more_like_this(
    serving: Any, visitor: Callable[..., Visitor], sample: Path
) -> None:
    tab = visitor(serving(sample), permissions=["clipboard-read", "clipboard-write"])
    tab.go()
    page = tab.page
    tab.ask("What does BERT mask?").locator(".chip").first.click()
    page.wait_for_selector("#evidence mark.cited")
    quote = page.evaluate(MARKED)
    page.get_by_role("button", name="Copy quote").click()
    expect(page.locator("#said")).to_have_text("Copied")
    assert quote in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="More like this").click()
    page.wait_for_selector("#evidence .alike li")
    title = page.locator("#evidence .alike .link").first.inner_text()
    page.locator("#evidence .alike .link").first.click()
    expect(page.locator("#evidence .title")).to_have_text(title)
    expect(page.locator("#evidence mark.cited")).not_to_be_empty()


def test_a_removed_paper_is_said_to_be_gone(
    serving: Any, visitor: Callable[..., Visitor], sample: Path
) -> None:
    tab = visitor(serving(sample))
    tab.go()
    turn = tab.ask("What does BERT mask?")
    settings = Settings(library=sample)
    kept = Conversations(sample).recent(1)[0].answer
    open_library(settings).remove([kept.citations[0].paper_id])
    turn.locator(".chip").first.click()
    expect(tab.page.locator("#evidence")).to_contain_text("no longer in the library")
    assert tab.page.evaluate(MARKED) == plain(kept.citations[0].quote)


def test_an_address_leads_to_an_answer_of_a_long_conversation(
    serving: Any, visitor: Callable[..., Visitor], sample: Path
) -> None:
    answers = asked(Settings(library=sample), 12)
    conversation = Conversations(sample).keep(answers[0])
    for answer in answers[1:]:
        Conversations(sample).keep(answer, conversation=conversation)
    origin = serving(sample)
    tab = visitor(origin)
    tab.go(f"?library=library&conversation={conversation}")
    link = tab.page.locator(f"#turn-{answers[8].id} .here").get_attribute("href")
    other = visitor(origin)
    other.go(str(link))
    expect(other.page.locator(f"#turn-{answers[8].id} .question")).to_be_in_viewport()
    assert other.page.evaluate("window.scrollY") > 0
