"""A headless Chromium that notes whatever a page should not do."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

from rag.terminal.plain import plain

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
MISSING = "needs Chromium: apt-get install chromium, or name one in ATTEST_CHROMIUM"
_SWITCHES = (
    *("--no-sandbox", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--disable-default-apps", "--disable-gpu"),
)
_INSIDE = ("data:", "blob:", "about:")
PATIENCE = 20_000
"""Milliseconds that a page has for anything."""


def chromium() -> str | None:
    """Return the path of a Chromium of this machine."""
    named = os.environ.get("ATTEST_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> Generator[Browser]:
    """Run a browser."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=list(_SWITCHES))
        try:
            yield running
        finally:
            running.close()


@dataclass
class Visitor:
    """A tab and what went wrong in it."""

    page: Page
    origin: str
    dialogs: list[str] = field(default_factory=list[str])
    strayed: list[str] = field(default_factory=list[str])
    """Requests that left the page's own origin."""
    errors: list[str] = field(default_factory=list[str])

    @property
    def faults(self) -> list[str]:
        """All that a page should not do."""
        return [*self.dialogs, *self.strayed, *self.errors]

    def go(self, address: str = "") -> None:
        """Open the page and wait until its program has answered."""
        self.page.goto(self.origin + address)
        self.page.wait_for_selector("#talk .welcome, #talk .turn")

    def ask(self, question: str) -> Any:
        """Ask, wait for the answer or for a line that says why there is none; return the turn."""
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")
        self.page.wait_for_function(
            "q => { const t = document.querySelector('#current .turn');"
            " return document.querySelector('#status .failed') || t && t.querySelector('.tools') &&"
            " t.querySelector('.question').textContent === q }",
            arg=plain(question),
        )
        return self.page.locator("#current .turn")

    def tab(self, name: str) -> None:
        """Open a view by the name of its tab."""
        self.page.get_by_role("tab", name=name, exact=True).click()


@contextmanager
def visit(running: Browser, origin: str, **context: Any) -> Generator[Visitor]:
    """Open a tab of its own session."""
    opened = running.new_context(**{"viewport": {"width": 1440, "height": 900}, **context})
    opened.set_default_timeout(PATIENCE)
    visitor = Visitor(opened.new_page(), origin)

    def dialog(shown: Dialog) -> None:
        visitor.dialogs.append(f"dialog: {shown.message}")
        shown.dismiss()

    def request(sent: Request) -> None:
        if not sent.url.startswith((origin, *_INSIDE)):
            visitor.strayed.append(f"request: {sent.url}")

    def console(said: ConsoleMessage) -> None:
        if said.type == "error":
            visitor.errors.append(f"console: {said.text}")

    visitor.page.on("dialog", dialog)
    opened.on("request", request)
    visitor.page.on("console", console)
    visitor.page.on("pageerror", lambda error: visitor.errors.append(f"script: {error}"))
    try:
        yield visitor
    finally:
        opened.close()
