"""Reports: what a run came to, for a person, a pull request, a CI server, a spreadsheet, a program.

`build` puts a `Report` together from what the other rooms computed, and `render` gives it
a form: text for a terminal, a self-contained HTML page, Markdown for a pull request (with
`annotations` beside it), JUnit XML, CSV by case or by figure, or canonical JSON that
`from_json` reads back. All forms print the same denominators, the same words for a
difference, and how well the judge agrees with people. `specimen` is a made-up report to
look at.
"""

from eval.reporting.case import CaseView, Said, views
from eval.reporting.forms import FORMS, render, write
from eval.reporting.json import from_json, to_json
from eval.reporting.markdown import annotations
from eval.reporting.report import (
    FAMILIES,
    Formula,
    Group,
    Measure,
    Report,
    RiskPoint,
    build,
)
from eval.reporting.specimen import specimen
from eval.reporting.terminal import show
from eval.reporting.wording import effect, trust, verdict

__all__ = [
    "FAMILIES",
    "FORMS",
    "CaseView",
    "Formula",
    "Group",
    "Measure",
    "Report",
    "RiskPoint",
    "Said",
    "annotations",
    "build",
    "effect",
    "from_json",
    "render",
    "show",
    "specimen",
    "to_json",
    "trust",
    "verdict",
    "views",
    "write",
]
