"""What becomes of answers, papers and conversations, by way of the page."""

import csv
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser import Visitor
from playwright.sync_api import expect

from eval.datasets import read_dataset
from rag.conversations import Conversations
from rag.exports.formats import FORMATS
from rag.store.listing import Facets
from ui.desk import Desk

QUESTION = "What does BERT mask?"


@pytest.fixture
def tab(serving: Any, visitor: Callable[..., Visitor], sample: Path) -> Visitor:
    opened = visitor(serving(sample), accept_downloads=True)
    opened.go()
    return opened


def test_feedback_is_stored_with_the_answer(tab: Visitor, sample: Path) -> None:
    turn = tab.ask(QUESTION)
    turn.locator("summary", has_text="Feedback").click()
    turn.locator(".feedback .note").fill("the second number")
    turn.get_by_role("button", name="Wrong citation").click()
    expect(tab.page.locator("#status")).to_contain_text("stored")
    expect(tab.page.locator("#current summary", has_text="Wrong citation")).to_be_visible()
    answer = Conversations(sample).recent(1)[0].answer
    kept = Conversations(sample).feedback([answer.id])[answer.id]
    assert (kept.kind, kept.note) == ("wrong citation", "the second number")


def test_an_answer_becomes_a_case_that_the_evaluation_reads(tab: Visitor, sample: Path) -> None:
    turn = tab.ask(QUESTION)
    turn.locator("summary", has_text="Save as a test").click()
    boxes = turn.locator(".case input[data-n]")
    assert boxes.count() > 1
    boxes.last.uncheck()
    turn.get_by_role("button", name="Save", exact=True).click()
    expect(tab.page.locator("#status")).to_contain_text("1 test case")
    (case,) = read_dataset(sample / "cases.jsonl").cases
    answer = Conversations(sample).recent(1)[0].answer
    assert case.question == QUESTION
    assert case.answerable is True
    chosen = {text for gold in case.gold for text in gold.evidence}
    assert chosen == {each.quote for each in answer.citations[:-1]}


def test_a_refusal_becomes_a_case_too(tab: Visitor, sample: Path) -> None:
    turn = tab.ask("What is the boiling point of tungsten hexafluoride?")
    turn.locator("summary", has_text="Save as a test").click()
    turn.get_by_role("button", name="Save", exact=True).click()
    expect(tab.page.locator("#status")).to_contain_text("1 test case")
    (case,) = read_dataset(sample / "cases.jsonl").cases
    assert (case.answerable, case.gold) == (False, ())


@pytest.mark.parametrize("form", FORMATS)
def test_every_export_has_a_button(tab: Visitor, form: str) -> None:
    turn = tab.ask(QUESTION)
    turn.locator("summary", has_text="Export").click()
    with tab.page.expect_download() as started:
        turn.locator(f"button[data-form={form}]").click()
    content = Path(started.value.path()).read_bytes()
    assert started.value.suggested_filename.endswith(FORMATS[form].suffixes[0])
    if FORMATS[form].binary:
        assert content[:2] == b"PK"
    elif form == "csv":
        assert len(list(csv.reader(content.decode("utf-8-sig").splitlines()))) > 1
    else:
        assert "BERT" in content.decode("utf-8")


def test_asking_again_and_editing_replace_the_answer(tab: Visitor, sample: Path) -> None:
    tab.ask(QUESTION)
    before = Conversations(sample).recent(5)
    tab.page.get_by_role("button", name="Ask again").click()
    tab.page.wait_for_function(
        "id => { const t = document.querySelector('#current .turn');"
        " return t.id && t.id !== id && t.querySelector('.tools') }",
        arg=f"turn-{before[0].answer.id}",
    )
    again = Conversations(sample).recent(5)
    assert len(again) == 1
    assert again[0].conversation == before[0].conversation
    tab.page.get_by_role("button", name="Edit question").click()
    expect(tab.page.locator("#question textarea")).to_have_value(QUESTION)
    tab.ask("What is masked by BERT in pre-training?")
    edited = Conversations(sample).recent(5)
    assert [each.answer.question for each in edited] == ["What is masked by BERT in pre-training?"]
    assert edited[0].conversation == before[0].conversation


def test_conversations_are_found_renamed_opened_and_deleted(tab: Visitor, sample: Path) -> None:
    page = tab.page
    tab.ask(QUESTION)
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector("#talk .welcome")
    tab.ask("How many claims does SciFact provide?")
    tab.tab("Conversations")
    expect(page.locator("#threads .thread")).to_have_count(2)
    page.fill("#sought input, #sought textarea", "scifact")
    expect(page.locator("#threads .thread")).to_have_count(1)
    page.fill("#sought input, #sought textarea", "")
    expect(page.locator("#threads .thread")).to_have_count(2)

    entry = page.locator("#threads li", has_text=QUESTION)
    entry.locator("summary").click()
    entry.locator(".name").fill("Masking")
    entry.get_by_role("button", name="Rename").click()
    expect(page.locator("#threads .thread", has_text="Masking")).to_be_visible()

    page.locator("#threads .thread", has_text="Masking").click()
    expect(page.locator("#current .question")).to_have_text(QUESTION)
    tab.tab("Conversations")
    entry = page.locator("#threads li", has_text="Masking")
    entry.locator("summary").click()
    entry.get_by_role("button", name="Delete", exact=True).click()
    entry.get_by_role("button", name="Delete for good").click()
    expect(page.locator("#threads .thread")).to_have_count(1)
    assert [each.answer.question for each in Conversations(sample).recent(5)] == [
        "How many claims does SciFact provide?"
    ]
    tab.tab("Ask")
    expect(page.locator("#talk .welcome")).to_be_visible()


def test_a_library_of_ones_own_and_a_paper_less(
    serving: Any, visitor: Callable[..., Visitor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facets = Desk.facets

    def late(desk: Desk, name: str) -> Facets:
        time.sleep(0.5)
        return facets(desk, name)

    # Also on a slow machine, files that are sent at once go to the library that was just made.
    monkeypatch.setattr(Desk, "facets", late)
    papers = tmp_path / "two.jsonl"
    records = [
        {"id": "a", "title": "On apples", "abstract": "Apples hold malic acid.", "year": 2001},
        {"id": "b", "title": "On pears", "abstract": "Pears hold less malic acid.", "year": 2003},
        {"title": ""},
    ]
    papers.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    tab = visitor(serving(tmp_path / "shelf" / "library"))
    page = tab.page
    tab.go()
    tab.tab("Library")
    page.get_by_role("button", name="Another library").click()
    page.fill("#name input, #name textarea", "Fruit")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#adding")).to_contain_text("Made Fruit")
    page.set_input_files("#files input[type=file]", str(papers))
    page.wait_for_selector("#adding .added")
    expect(page.locator("#adding")).to_contain_text("Rejected, and why")
    expect(page.locator("#papers tbody tr")).to_have_count(2)
    assert (tmp_path / "shelf" / "Fruit" / "catalogue.sqlite").exists()
    assert not (tmp_path / "shelf" / "library").exists()

    page.fill("#find input, #find textarea", "PEARS")
    expect(page.locator("#papers tbody tr")).to_have_count(1)
    page.locator("#papers tbody tr button", has_text="Remove").first.click()
    page.locator("#papers .sure").first.click()
    expect(page.locator("#adding")).to_contain_text("Removed 1 paper")
    page.fill("#find input, #find textarea", "")
    expect(page.locator("#papers tbody tr")).to_have_count(1)
    expect(page.locator("#papers")).to_contain_text("On apples")


def test_another_library_shows_its_own_papers(tab: Visitor) -> None:
    page = tab.page
    tab.tab("Library")
    expect(page.locator("#papers tbody tr")).not_to_have_count(0)
    page.get_by_role("button", name="Another library").click()
    page.fill("#name input, #name textarea", "Empty")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#papers")).to_contain_text("0 papers")
    expect(page.locator("#papers tbody tr")).to_have_count(0)
    page.locator("#library input").click()
    page.get_by_role("option", name="library", exact=True).click()
    expect(page.locator("#papers tbody tr")).not_to_have_count(0)


def test_compare_and_agreement_open_their_words(tab: Visitor) -> None:
    page = tab.page
    tab.tab("Compare")
    page.fill("#topic input, #topic textarea", "language model pre-training")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_selector("#comparison td .chip")
    cell = page.locator("#comparison td", has=page.locator(".chip")).first
    said = cell.evaluate("each => each.firstChild.textContent.trim()")
    cell.locator(".chip").first.click()
    page.wait_for_selector("#evidence mark.cited")
    assert said.rstrip(".") in page.locator("#evidence mark.cited").inner_text()
    tab.tab("Agreement")
    page.fill("#claim input, #claim textarea", "BERT is pre-trained with masked language modeling.")
    page.get_by_role("button", name="Who says so?").click()
    page.wait_for_selector("#agreement .tally")
    quote = page.locator("#agreement td q").first.inner_text()
    page.locator("#agreement td .chip").first.click()
    expect(page.locator("#evidence mark.cited").first).to_have_text(quote.strip("“”"))


def test_what_is_wrong_is_said_in_a_line(tab: Visitor) -> None:
    page = tab.page
    tab.ask("   ")
    expect(page.locator("#status .failed")).to_contain_text("question")
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From year").fill("2020")
    page.get_by_label("To year").fill("2010")
    page.get_by_label("To year").blur()
    expect(page.locator("#left")).to_contain_text("turn them round")
    tab.ask(QUESTION)
    expect(page.locator("#status .failed")).to_contain_text("turn them round")


def test_a_damaged_library_is_said_where_the_answers_would_be(
    serving: Any, visitor: Callable[..., Visitor], sample: Path
) -> None:
    catalogue = sample / "catalogue.sqlite"
    catalogue.write_bytes(b"no database" * 500)
    tab = visitor(serving(sample))
    tab.page.goto(tab.origin)
    expect(tab.page.locator("#current .failed")).to_contain_text("cannot be read")
