"""Every view in light and dark, wide and narrow: nothing serious that axe finds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from browser import Visitor
from playwright.sync_api import Page, expect

RUN = """() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
  .filter(v => ['serious', 'critical'].includes(v.impact))
  .map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' +
    n.any.map(a => a.message).join('; ')).join(' | ')))"""
SIZES = {"wide": (1440, 900), "middle": (900, 900), "narrow": (420, 860)}
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_view(
    serving: Any,
    visitor: Callable[..., Visitor],
    sample: Path,
    shots: Path | None,
    size: str,
    scheme: str,
) -> None:
    width, height = SIZES[size]
    viewport = {"width": width, "height": height}
    tab = visitor(serving(sample), viewport=viewport, color_scheme=scheme)
    page = tab.page
    found: dict[str, list[str]] = {}

    def look(view: str) -> None:
        page.wait_for_timeout(250)
        if shots is not None:
            page.screenshot(
                path=shots / f"{view}-{width}-{scheme}.png", full_page=view != "evidence"
            )
        found[view] = serious(page)
        if page.evaluate(OVERFLOW) > 0:
            found[view].append("the page is wider than the window")

    tab.go()
    look("welcome")
    turn = tab.ask("How do BERT and Sentence-BERT differ?")
    look("answer")
    turn.locator("summary", has_text="Feedback").click()
    turn.locator("summary", has_text="Save as a test").click()
    turn.locator(".chip").first.click()
    page.wait_for_selector("#evidence mark.cited")
    look("evidence")
    page.keyboard.press("Escape")
    tab.ask("What is the boiling point of tungsten hexafluoride?")
    look("refusal")
    views(tab, look)
    assert {view: faults for view, faults in found.items() if faults} == {}


def views(tab: Visitor, look: Callable[[str], None]) -> None:
    """Look at the views beside that of asking."""
    page = tab.page
    open_tab(tab, "Compare")
    page.fill("#topic input, #topic textarea", "language model pre-training")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_selector("#comparison table")
    look("compare")
    open_tab(tab, "Agreement")
    page.fill("#claim input, #claim textarea", "BERT is pre-trained with masked language modeling.")
    page.get_by_role("button", name="Who says so?").click()
    page.wait_for_selector("#agreement .tally, #agreement .refusal")
    look("agreement")
    open_tab(tab, "Library")
    page.wait_for_selector("#papers tbody tr")
    look("library")
    open_tab(tab, "Conversations")
    page.wait_for_selector("#threads .thread")
    look("conversations")


def open_tab(tab: Visitor, name: str) -> None:
    """Open a view, from the menu of those that have no room where need be."""
    there = tab.page.get_by_role("tab", name=name, exact=True)
    if there.is_visible():
        there.click()
        return
    tab.page.locator("#views .overflow-menu > button").click()
    tab.page.locator("#views .overflow-dropdown button", has_text=name).click()


def serious(page: Page) -> list[str]:
    """Return what axe calls serious or critical."""
    page.evaluate(f"() => {{ {AXE_SCRIPT} }}")
    return page.evaluate(RUN)


def test_the_keyboard_alone(serving: Any, visitor: Callable[..., Visitor], sample: Path) -> None:
    tab = visitor(serving(sample))
    tab.go()
    page = tab.page
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type("What does BERT mask?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#current .turn .tools")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        seen.add(page.evaluate("() => document.activeElement.dataset.act || ''"))
        if page.evaluate("() => document.activeElement.matches('.turn .chip')"):
            break
    assert {"copy", "retry", "edit"} <= seen
    page.keyboard.press("Enter")
    expect(page.locator("#evidence .title")).to_be_focused()


def test_nothing_jumps_while_an_answer_grows(
    serving: Any, visitor: Callable[..., Visitor], sample: Path
) -> None:
    tab = visitor(serving(sample))
    tab.go()
    tab.ask("What does BERT mask?")
    tab.page.evaluate(
        "() => { window.shift = 0; new PerformanceObserver(list => { for (const e of"
        " list.getEntries()) if (!e.hadRecentInput) window.shift += e.value; })"
        ".observe({type: 'layout-shift', buffered: false}) }"
    )
    tab.ask("How do BERT and Sentence-BERT differ?")
    tab.page.wait_for_timeout(300)
    assert tab.page.evaluate("window.shift") < 0.25
