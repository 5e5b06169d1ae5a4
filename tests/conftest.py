"""What every test stands on: no network, no telemetry, and no silent skip in CI."""

import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import netguard
import pytest

if TYPE_CHECKING:
    from eval.bench.chromaserver import RunningChroma
    from rag.library import Library

ROOT = Path(__file__).parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}

# Before any vendor is imported: several read these once, at import.
os.environ.update(
    ANONYMIZED_TELEMETRY="False",
    DO_NOT_TRACK="1",
    GRADIO_ANALYTICS_ENABLED="False",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_OFFLINE="1",
    OTEL_SDK_DISABLED="true",
    TRANSFORMERS_OFFLINE="1",
)


class NetworkGuard:
    """What was refused on its way off loopback, by this process or one it started."""

    def __init__(self, log: Path) -> None:
        self._log = log
        """One line per refusal, written by ``netguard``."""

    def take(self) -> list[str]:
        """Return the refusals since the last call and forget them."""
        refused = self._log.read_text(encoding="utf-8").splitlines()
        self._log.write_text("", encoding="utf-8")
        return refused


def _guard_this_session() -> NetworkGuard:
    handle, name = tempfile.mkstemp(prefix="attest-guard-")
    os.close(handle)
    os.environ[netguard.LOG] = name
    paths = [str(ROOT / "tests" / "guard"), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    netguard.install()
    return NetworkGuard(Path(name))


GUARD = _guard_this_session()


def pytest_unconfigure() -> None:
    """Remove the session's log of refusals."""
    Path(os.environ[netguard.LOG]).unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def network_guard() -> Iterator[NetworkGuard]:
    """Fail the test if anything tried to leave loopback, even if the error was swallowed."""
    yield GUARD
    refused = GUARD.take()
    if refused:
        pytest.fail("tried to leave loopback: " + "; ".join(refused), pytrace=False)


@pytest.fixture
def shared_data() -> Path:
    """Return the folder of shared corpora beside the checkout; skip where there is none."""
    data = ROOT.parent / "shared" / "data"
    if not data.is_dir():
        pytest.skip("needs the shared data beside the checkout (../shared/data)")
    return data


@pytest.fixture(scope="session")
def sample_library(tmp_path_factory: pytest.TempPathFactory) -> "Library":
    """Return a library of the bundled papers, made with the bundled model; read it only."""
    from light import SAMPLE, library_of

    folder = tmp_path_factory.mktemp("sample") / "library"
    return library_of(folder, SAMPLE / "papers.jsonl", embedder="minilm")


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[RunningChroma]":
    """Run a Chroma server for tests that neither kill it nor look at others' collections."""
    from eval.bench.chromaserver import RunningChroma

    with RunningChroma(tmp_path_factory.mktemp("chroma")) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure in CI, unless the test is marked ``may_skip``."""
    report = yield
    allowed = item.get_closest_marker("may_skip") is not None or hasattr(report, "wasxfail")
    if IN_CI and report.skipped and not allowed:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where every test must run: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole file into a failure in CI."""
    report = yield
    if IN_CI and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where every test must run: {report.longrepr}"
    return report
