"""The door to the forms of a report."""

from collections.abc import Callable
from pathlib import Path

from eval.reporting.html import html
from eval.reporting.json import to_json
from eval.reporting.junit import junit
from eval.reporting.markdown import markdown
from eval.reporting.report import Report
from eval.reporting.tables import cases_csv, figures_csv
from eval.reporting.terminal import terminal
from rag.errors import UsageError
from rag.replacing import replace

FORMS: dict[str, Callable[[Report], str]] = {
    "terminal": terminal,
    "html": html,
    "markdown": markdown,
    "junit": junit,
    "csv": cases_csv,
    "figures": figures_csv,
    "json": to_json,
}


def render(report: Report, form: str) -> str:
    """Return a report in a form.

    Args:
        report: What to write.
        form: ``terminal``, ``html``, ``markdown``, ``junit``, ``csv`` (a row per case),
            ``figures`` (CSV, a row per figure) or ``json``.

    Raises:
        UsageError: There is no such form.
    """
    if form not in FORMS:
        raise UsageError(f"no form of report is called {form!r}; use one of {', '.join(FORMS)}")
    return FORMS[form](report)


def write(report: Report, form: str, path: Path) -> None:
    """Write a report to a file, as a whole or not at all; what stood there is replaced.

    Raises:
        UsageError: There is no such form, or the file cannot be written.
    """
    replace(path, render(report, form).encode("utf-8", "replace"))
