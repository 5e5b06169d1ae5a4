"""The pytest plugin: cases of a data set as tests, silent unless one of its names is used.

    @pytest.mark.attest_cases("cases.jsonl")
    def test_a_case_is_answered(attest_outcomes):
        assert attest_outcomes["evidence found"].value == 1

Each case becomes a test of its own, named by its id, which ``-k`` and parallel runners
understand. The library is that of the settings in force, or ``--attest-library``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from eval.schema import Case, Outcome
    from rag.assistant import Assistant
    from rag.settings import Settings

MARKER = "attest_cases"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the library."""
    group = parser.getgroup("attest", "cited answers over paper abstracts")
    group.addoption("--attest-library", metavar="DIR", help="library that cases are put to")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", f"{MARKER}(path): run the test once per case of a data set")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a marked test once per case; without a data set the file cannot be collected."""
    marker = metafunc.definition.get_closest_marker(MARKER)
    if marker is None or "attest_case" not in metafunc.fixturenames:
        return
    from eval.datasets import read_dataset
    from rag.errors import AttestError

    if len(marker.args) != 1:
        pytest.fail(f"{MARKER} takes the path of a data set", pytrace=False)
    try:
        # A path that is absolute stays so.
        data = read_dataset(metafunc.definition.path.parent / marker.args[0])
    except AttestError as error:
        pytest.fail(str(error), pytrace=False)
    metafunc.parametrize("attest_case", data.cases, ids=[case.id for case in data.cases])


@pytest.fixture
def attest_case() -> "Case":
    """Return the case of this test; set by the marker."""
    pytest.fail(f"mark the test: @pytest.mark.{MARKER}('cases.jsonl')", pytrace=False)


@pytest.fixture(scope="session")
def attest_settings(request: pytest.FixtureRequest) -> "Settings":
    """Return the settings in force; override it to put cases to another library."""
    from rag.settings import Settings

    named: str | None = request.config.getoption("--attest-library")
    return Settings(library=Path(named)) if named else Settings()


@pytest.fixture(scope="session")
def attest_assistant(attest_settings: "Settings") -> "Assistant":
    """Return the assistant that cases are put to."""
    from rag.build import open_assistant

    return open_assistant(attest_settings)


@pytest.fixture
def attest_outcomes(
    attest_case: "Case", attest_assistant: "Assistant", attest_settings: "Settings"
) -> "Mapping[str, Outcome]":
    """Put the case and return the outcome of every metric by name."""
    from eval.harness import outcomes_of
    from rag.build import open_library

    return outcomes_of(attest_case, attest_assistant, open_library(attest_settings))
