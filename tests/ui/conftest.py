"""A browser for all tests of the page, and servers on loopback."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from browser import MISSING, PATIENCE, Visitor, browser, chromium, visit
from playwright.sync_api import Browser, expect

from rag.library import Library
from rag.settings import Settings
from ui import serving as server
from ui.serving import Serving, serve

# A machine that is busy with other tests needs more than five seconds for some of it.
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def running() -> Generator[Browser]:
    """Return a browser; skip where there is none."""
    if chromium() is None:
        pytest.skip(MISSING)
    with browser() as started:
        yield started


@pytest.fixture(autouse=True, scope="session")
def _ports_of_its_own() -> None:
    """Let every process of tests look for ports where no other one does."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    server.PORT += 50 * int(worker)


class Servers:
    """Pages on loopback, each over a library of its own."""

    def __init__(self) -> None:
        self._running: list[Serving] = []
        self._made: tuple[Path, dict[str, Any]] | None = None

    def __call__(self, library: Path, **options: Any) -> str:
        """Serve a library's page and return its address."""
        self._made = (library, options)
        chosen = {**options}
        settings = Settings(library=library, **chosen.pop("settings", {}))
        self._running.append(serve(settings, **chosen))
        return self._running[-1].url

    def restart(self) -> None:
        """End the last page and start it anew at the same address, with nothing remembered."""
        assert self._made is not None
        last = self._running.pop()
        last.close()
        library, options = self._made
        port = int(last.url.rstrip("/").rpartition(":")[2])
        assert self(library, **{**options, "port": port}) == last.url

    def close(self) -> None:
        """End them all."""
        for each in self._running:
            each.close()


@pytest.fixture
def serving() -> Iterator[Servers]:
    """Return what serves pages; all end with the test."""
    servers = Servers()
    yield servers
    servers.close()


@pytest.fixture
def visitor(running: Browser) -> Iterator[Callable[..., Visitor]]:
    """Return what opens tabs; a fault in any of them fails the test."""
    with ExitStack() as stack:
        tabs: list[Visitor] = []

        def come(origin: str, **context: object) -> Visitor:
            tabs.append(stack.enter_context(visit(running, origin, **context)))
            return tabs[-1]

        yield come
        assert [fault for tab in tabs for fault in tab.faults] == []


@pytest.fixture
def sample(sample_library: Library, tmp_path: Path) -> Path:
    """Return a copy of the sample library, for one test alone; nothing was asked of it yet."""
    # Other tests may have asked the library that all share.
    asked = shutil.ignore_patterns("conversations.sqlite*", "cases.jsonl*")
    folder = tmp_path / "shelf" / "library"
    return Path(shutil.copytree(sample_library.directory, folder, ignore=asked))


@pytest.fixture
def shots() -> Path | None:
    """Return where screenshots go: the folder of ATTEST_SHOTS, or nowhere."""
    folder = os.environ.get("ATTEST_SHOTS")
    return Path(folder) if folder else None
