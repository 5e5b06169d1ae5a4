"""A person's way through the page, from an empty library to a restart, in a real browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from browser import Visitor
from playwright.sync_api import expect

QUESTION = "What is the motion dataset behind the Large Motion Model called?"


def test_from_an_empty_library_to_a_restart(
    serving: Any,
    visitor: Callable[..., Visitor],
    shared_data: Path,
    tmp_path: Path,
) -> None:
    library = tmp_path / "shelf" / "reading"
    origin = serving(library)
    tab = visitor(origin, accept_downloads=True)
    page = tab.page

    tab.go()
    expect(page.locator("#talk")).to_contain_text("This library is empty")

    tab.tab("Library")
    pages = sorted((shared_data / "pages").glob("*.txt"))
    page.set_input_files("#files input[type=file]", [str(each) for each in pages])
    page.wait_for_selector("#adding .added", timeout=120_000)
    counts = dict(
        zip(
            page.locator("#adding dt").all_inner_texts(),
            page.locator("#adding dd").all_inner_texts(),
            strict=True,
        )
    )
    assert (counts["read"], counts["new"], counts["merged"]) == ("375", "316", "59")
    expect(page.locator("#adding")).to_contain_text(pages[0].name)
    expect(page.locator("#papers .count")).to_contain_text("316 papers")

    tab.tab("Ask")
    examples = page.locator("#talk .examples button")
    expect(examples.first).to_be_visible()
    turn = tab.ask(QUESTION)
    chips = turn.locator(".answer .chip")
    assert chips.count() >= 1
    for at in range(chips.count()):
        chips.nth(at).click()
        number = chips.nth(at).get_attribute("data-n")
        expect(page.locator("#evidence .bar")).to_contain_text(f"Citation {number} of")
        expect(page.locator("#evidence mark.cited")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(chips.last).to_be_focused()

    turn.locator("summary", has_text="Export").click()
    with page.expect_download() as started:
        turn.locator("button[data-form=markdown]").click()
    saved = Path(started.value.path()).read_text(encoding="utf-8")
    assert started.value.suggested_filename.endswith(".md")
    assert QUESTION in saved
    assert "attest-document:1:" in saved

    tab.ask("and what does it do with them?")
    expect(page.locator("#past .turn")).to_have_count(1)
    refused = tab.ask("What is the boiling point of tungsten hexafluoride?")
    expect(refused.locator(".refusal")).to_be_visible()
    expect(refused).to_contain_text("What could help")

    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From year").fill("2100")
    page.get_by_label("From year").blur()
    expect(page.locator("#left")).to_contain_text("0 papers of 316")
    page.get_by_label("From year").fill("")
    page.get_by_label("From year").blur()
    page.get_by_label("File contains").fill(pages[0].name)
    page.get_by_label("File contains").press("Enter")
    expect(page.locator("#left")).to_contain_text("80 papers of 316")
    filtered = tab.ask(QUESTION)
    expect(filtered.locator(".filters")).to_contain_text(f"source {pages[0].name}")

    page.locator("#past .turn").first.locator(".chip").first.click()
    page.wait_for_selector("#evidence mark.cited")
    shown = page.locator("#evidence mark.cited").inner_text()
    turns = page.locator("#talk .turn .question").all_inner_texts()
    address = page.url.removeprefix(origin)
    assert "cite=" in address

    page.reload()
    assert after(tab) == (turns, shown)
    serving.restart()
    tab.go(address)
    assert after(tab) == (turns, shown)
    tab.errors.clear()  # the connection that the restart cut


def after(tab: Visitor) -> tuple[list[str], str]:
    """Return the questions and the marked words once the page has loaded again."""
    tab.page.wait_for_selector("#talk .turn")
    marked = tab.page.locator("#evidence mark.cited")
    expect(marked).to_be_visible()
    return tab.page.locator("#talk .turn .question").all_inner_texts(), marked.inner_text()
