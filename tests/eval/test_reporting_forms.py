"""Every form holds on an empty run, on a run of errors, on many cases, and on hostile text."""

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from eval.reporting import FORMS, annotations, from_json, render, show, specimen, to_json, write
from eval.reporting.case import CaseView
from eval.reporting.inert import for_cell, for_markdown
from eval.reporting.markdown import MOST, markdown
from eval.reporting.report import Report
from eval.schema import Change, Check, Gate, Outcome
from rag.errors import SourceError, UsageError

HOSTILE = (
    "=1+1\r\n::error::pwned\n| cell | <b>bold</b> [link](https://evil.example) @everyone #1 "
    "`code` $x$ www.evil.example ```\n</details>\n# head\u202e\x00\x07\x1b[31m\ufffe\ud800 "
    "[red]markup[/red] :smile: &amp; %0A ]]>"
)
REPORTS = {
    "full": specimen(12),
    "empty": specimen(0),
    "all errors": specimen(12, lost=1.0),
    "hostile": specimen(6, text=HOSTILE),
    "many": specimen(1000),
}
EVERY = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
QUOTED = "balanced accuracy .79 ± .05 on WiCE; no better than word overlap on HealthVer"


def gated_report(outcomes: dict[str, Outcome], *changes: Change) -> Report:
    """Return a report of one case; recall@5, citation recall and faithfulness are gated."""
    base = REPORTS["full"]
    case = CaseView(id="a", type="t", question="?", answerable=True, outcomes=outcomes,
                    said=base.cases[0].said)  # fmt: skip
    assert base.comparison is not None
    compared = base.comparison.model_copy(update={"changes": changes})
    return base.model_copy(
        update={"cases": (case,), "comparison": compared, "gate": Gate(checks=())}
    )


def scored(value: float) -> Outcome:
    return Outcome(state="scored", value=value)


FAILED = Outcome(state="error", reason="the judge gave no verdict")
SILENT = Outcome(state="not applicable", reason="nothing to cite")


@EVERY
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_text_of_numbers_that_can_be_written(form: str, report: Report):
    content = render(report, form)

    content.encode("utf-8", "strict" if form != "json" else "ascii")
    assert content.endswith("\n") or form == "html"
    assert "NaN" not in content
    assert not re.search("[\x00-\x08\x0b-\x0c\x0e-\x1f]", content)


def test_an_unknown_form_is_refused_by_name():
    with pytest.raises(UsageError, match=r"'pdf'.*terminal.*json"):
        render(REPORTS["empty"], "pdf")


@pytest.mark.parametrize("form", ["terminal", "html", "markdown", "junit"])
def test_forms_for_people_quote_the_agreement_with_people(form: str):
    content = render(REPORTS["full"], form)

    plain = re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), content)
    assert QUOTED in plain
    assert "gate red" in plain.lower()
    assert not re.search(r"agreement with people\b.*not measured", plain)


# ---- terminal


def test_the_terminal_form_has_a_line_per_figure_with_interval_and_counts():
    lines = render(REPORTS["full"], "terminal").splitlines()

    figure = REPORTS["full"].figures[0]
    tally = f"n {figure.scored}, n.a. {figure.not_applicable}, err {figure.errors}"
    (line,) = [each for each in lines if each.startswith("  recall@5")]
    assert re.search(rf"\.\d{{3}} \[\.\d{{3}}, \.?\d+.*\]  {tally}", line)


def test_differences_are_told_in_words():
    content = render(REPORTS["full"], "terminal")

    assert re.search(r"recall@5 .*\+\.062 \[\+\.032, \+\.092\]  better .*\.016 +\.042", content)
    assert re.search(r"citation recall .* worse ", content)
    assert re.search(r"nDCG@10 .* no difference shown ", content)


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("quiet", [True, False])
def test_colour_is_for_terminals_whose_reader_wants_it(
    quiet: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if quiet:
        monkeypatch.setenv("NO_COLOR", "1")
    stream = Tty()

    show(REPORTS["full"], stream)

    assert ("\x1b[" in stream.getvalue()) is not quiet


def test_a_pipe_gets_plain_text_even_where_colour_is_forced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    stream = io.StringIO()

    show(REPORTS["hostile"], stream)

    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue() == render(REPORTS["hostile"], "terminal")


# ---- markdown


def test_markdown_says_the_verdict_first_and_lists_the_gated_figures():
    content = render(REPORTS["full"], "markdown")

    assert content.startswith("**Gate red: 2 of 4 checks failed.**")
    gated, beside = tables(content)
    assert len(gated) == 4
    assert beside[0] == "| figure | attest extractive | bm25 only |"
    assert "| citation recall | .901 | .830 | -.071 [-.101, -.041] | **worse** |" in content


def test_hostile_text_is_only_text_in_markdown():
    content = render(REPORTS["hostile"], "markdown")

    assert content.count("<details>") == content.count("</details>")
    assert not re.search(r"<(?!/?(details|summary)>)", content)
    assert "\n#" not in content
    assert "https://" not in content
    assert "@everyone" not in content
    assert "`" not in content
    for table in tables(content):
        assert len({line.count("|") for line in table}) == 1


def tables(content: str) -> list[list[str]]:
    """Return the rows of every table, without the line under the head."""
    blocks = [block.splitlines() for block in content.split("\n\n")]
    return [
        [line for line in block if line.startswith("| ")]
        for block in blocks
        if any(line.startswith("|--") for line in block)
    ]


def test_mentions_issues_and_addresses_are_broken():
    safe = for_markdown("@everyone #1 GH-1 https://a.b www.a.b a_b")

    joined = "\u2060"
    assert safe == (
        f"&#64;{joined}everyone &#35;{joined}1 GH&#45;{joined}1 https&#58;{joined}//a.b "
        f"www&#46;{joined}a.b a&#95;b"
    )


def test_a_summary_stays_below_what_github_takes():
    base = REPORTS["full"]
    message = "é" * 290
    checks = tuple(Check(name=f"c{n}", passed=False, message=message) for n in range(3000))

    content = markdown(base.model_copy(update={"gate": Gate(checks=checks)}))

    assert MOST - 2000 < len(content.encode()) <= MOST
    assert content.rstrip().endswith("have it._")


@pytest.mark.parametrize("limit", [0, 50, 200, 2000, 4000, 9000])
def test_a_cut_summary_closes_what_it_opened(limit: int):
    content = markdown(REPORTS["many"], limit=limit)

    assert len(content.encode()) <= limit
    assert content.count("<details>") == content.count("</details>")


# ---- annotations


@EVERY
def test_annotations_are_single_commands_and_at_most_ten_of_a_kind(report: Report):
    found = annotations(report)

    for kind in ("error", "warning"):
        assert sum(line.startswith(f"::{kind} title=") for line in found) <= 10
    for line in found:
        assert re.fullmatch(r"::(error|warning) title=[^:,\r\n]*::[^\r\n]*", line)


def test_annotations_escape_as_github_documents():
    checks = (Check(name="a:b,c%", passed=False, message="50% of: this, that"),)
    report = REPORTS["empty"].model_copy(update={"gate": Gate(checks=checks), "comparison": None})

    assert annotations(report) == ("::error title=a%3Ab%2Cc%25::50%25 of: this, that",)


def test_annotations_that_do_not_fit_are_counted():
    report = REPORTS["all errors"]

    assert annotations(report)[9] == "::error title=and more::5 more; see the report"


# ---- junit


def suite_of(report: Report) -> Xml.Element:
    suite = Xml.fromstring(render(report, "junit").encode()).find("testsuite")
    assert suite is not None
    return suite


@EVERY
def test_the_counts_of_a_suite_are_those_of_its_tests(report: Report):
    suite = suite_of(report)
    tests = suite.findall("testcase")

    assert report.gate is not None
    assert len(tests) == report.planned + len(report.gate.checks) == int(suite.get("tests", ""))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(attribute, "")) == sum(len(test.findall(tag)) for test in tests)
    assert int(suite.get("errors", "")) == report.errors


def tags(report: Report) -> list[str]:
    (test,) = suite_of(report).findall("testcase")
    return [child.tag for child in test]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ({"recall@5": scored(0.5)}, []),
        ({"recall@5": scored(0.0)}, ["failure"]),
        ({"recall@5": scored(0.5), "faithfulness": FAILED}, ["error"]),
        ({"recall@5": scored(0.0), "faithfulness": FAILED}, ["error"]),
        ({"recall@5": SILENT}, ["skipped"]),
        ({"recall@5": SILENT, "must include": scored(0.0)}, ["skipped"]),
        ({"recall@5": scored(0.5), "must include": scored(0.0)}, []),
        ({}, ["skipped"]),
    ],
)
def test_a_case_ends_as_its_gated_outcomes_say(outcomes: dict[str, Outcome], expected: list[str]):
    assert tags(gated_report(outcomes)) == expected


@pytest.mark.parametrize(
    ("name", "before", "expected"),
    [
        ("recall@5", 0.9, ["failure"]),
        ("recall@5", 0.1, []),
        ("must include", 0.9, []),
    ],
)
def test_a_case_fails_where_a_gated_metric_got_worse(name: str, before: float, expected: list[str]):
    change = Change(case="a", name=name, before=scored(before), after=scored(0.5))

    assert tags(gated_report({"recall@5": scored(0.5)}, change)) == expected


# ---- csv


def test_csv_has_a_row_per_case_whose_numbers_are_numbers():
    report = REPORTS["all errors"].model_copy(update={"cases": gated_report(
        {"recall@5": scored(-0.25), "faithfulness": FAILED, "must include": SILENT}
    ).cases})  # fmt: skip

    (row,) = csv.DictReader(io.StringIO(render(report, "csv")))

    assert (row["recall@5"], row["faithfulness"], row["must include"]) == ("-0.25", "error", "")


@pytest.mark.parametrize("form", ["csv", "figures"])
def test_no_cell_is_a_formula(form: str):
    rows = list(csv.reader(io.StringIO(render(REPORTS["hostile"], form), newline="")))

    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row if cell):
        assert cell[0] not in "=+@\t\r\n"
        assert cell[0] != "-" or float(cell) < 0


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_what_starts_a_formula_gets_an_apostrophe(start: str):
    assert for_cell(f"{start}1") == f"'{start}1"
    assert for_cell(f"1{start}") == f"1{start}"


def test_figures_have_a_row_each_for_all_cases_types_conditions_and_systems():
    rows = list(csv.DictReader(io.StringIO(render(REPORTS["full"], "figures"))))

    report = REPORTS["full"]
    groups = 1 + len(report.by_type) + len(report.robustness) + len(report.rivals)
    assert len(rows) == groups * len(report.figures)
    first = report.figures[0]
    assert first.interval is not None
    assert float(rows[0]["value"]) == first.interval.value


# ---- json


@EVERY
def test_json_reads_back_equal_and_is_written_the_same(report: Report):
    content = to_json(report)

    assert from_json(content) == report
    assert to_json(from_json(content)) == content
    assert json.loads(content, parse_constant=pytest.fail)["title"] == report.title


@pytest.mark.parametrize("report", [REPORTS["full"], REPORTS["all errors"], REPORTS["hostile"]])
def test_a_report_that_was_read_back_renders_the_same(report: Report):
    again = from_json(to_json(report))

    for form in FORMS:
        assert render(again, form) == render(report, form)


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "line 1"), ("{}", "title"), ('{"title": NaN}', "title"), ("[1]", "report")],
)
def test_what_is_no_report_is_refused_with_its_place(content: str, message: str):
    with pytest.raises(SourceError, match=message) as caught:
        from_json(content)

    assert "\n" not in str(caught.value)


# ---- files


def test_a_report_is_written_as_a_whole_and_replaces_what_was_there(tmp_path: Path):
    path = tmp_path / "deep" / "report.json"

    write(REPORTS["full"], "json", path)
    write(REPORTS["empty"], "json", path)

    assert from_json(path.read_text()) == REPORTS["empty"]
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "report.md"
    path.write_text("before")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(UsageError, match="No space left"):
        write(REPORTS["full"], "markdown", path)

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
