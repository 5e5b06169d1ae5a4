"""A report as JUnit XML, which every CI server reads: a test per case, a test per gate check."""

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from eval.reporting import wording
from eval.reporting.case import CaseView
from eval.reporting.inert import clipped, for_xml, visible
from eval.reporting.report import Measure, Report
from eval.schema import Change, Check, Outcome

_LONGEST = 2000
"""Characters of one text."""


def junit(report: Report) -> str:
    """Return a report as one test suite.

    A case is an *error* where it or a metric of it has none but an error for an
    outcome; a *failure* where a metric behind a gated figure got worse or is at
    its worst; *skipped* where none of them (without a gate: no metric) applies.
    """
    suite = Xml.Element("testsuite", name=_clean(report.title), timestamp=_stamp(report))
    properties = Xml.SubElement(suite, "properties")
    for name, value in _properties(report):
        Xml.SubElement(properties, "property", name=name, value=_clean(value))
    changes = report.changes
    for case in report.cases:
        suite.append(_case(case, changes.get(case.id, ()), report))
    for check in report.gate.checks if report.gate else ():
        suite.append(_check(check))
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(kind, str(sum(test.find(tag) is not None for test in suite.iter("testcase"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("time", f"{sum(case.seconds for case in report.cases):.3f}")
    root = Xml.Element("testsuites")
    root.append(suite)
    Xml.indent(root)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"
    )


def _properties(report: Report) -> Iterator[tuple[str, str]]:
    yield "verdict", wording.verdict(report)
    yield "cases", wording.tally(report)
    yield "library", report.run.library
    for sentence in wording.trust(report):
        yield "judge", sentence


def _case(case: CaseView, changes: tuple[Change, ...], report: Report) -> Xml.Element:
    test = Xml.Element(
        "testcase",
        classname=_clean(f"{report.run.data}.{case.type}"),
        name=_clean(case.id),
        time=f"{case.seconds:.3f}",
    )
    gated = report.gated_measures
    reasons = _errors(case)
    complaints = [
        *_worst(case, [each for each in report.measures if each.name in gated]),
        *_worsened(report, [each for each in changes if each.name in {*gated, *report.gated}]),
    ]
    if reasons:
        _outcome(test, "error", reasons)
    elif complaints:
        _outcome(test, "failure", complaints)
    elif not any(_applies(name, outcome, gated) for name, outcome in case.outcomes.items()):
        silent = sorted({outcome.reason for outcome in case.outcomes.values() if outcome.reason})
        _outcome(test, "skipped", silent or ["no metric applies"])
    return test


def _applies(name: str, outcome: Outcome, gated: frozenset[str]) -> bool:
    return outcome.state == "scored" and (not gated or name in gated)


def _errors(case: CaseView) -> list[str]:
    own = [case.error] if case.error else []
    return own or [
        f"{name}: {outcome.reason}"
        for name, outcome in case.outcomes.items()
        if outcome.state == "error"
    ]


def _worst(case: CaseView, measures: list[Measure]) -> Iterator[str]:
    for measure in measures:
        outcome = case.outcomes.get(measure.name)
        if outcome is not None and outcome.value is not None and outcome.value == measure.worst:
            yield f"{measure.name} is {wording.outcome(outcome)}, its worst"


def _worsened(report: Report, changes: list[Change]) -> Iterator[str]:
    for change in changes:
        if wording.movement(change, report.directions.get(change.name, "higher")) == "worse":
            before, after = wording.outcome(change.before), wording.outcome(change.after)
            yield f"{change.name} went from {before} to {after}"


def _check(check: Check) -> Xml.Element:
    test = Xml.Element("testcase", classname="gate", name=_clean(check.name), time="0.000")
    if not check.passed:
        _outcome(test, "failure", [check.message])
    return test


def _outcome(test: Xml.Element, tag: str, reasons: list[str]) -> None:
    found = Xml.SubElement(test, tag, message=_clean(reasons[0]))
    if tag != "skipped":
        found.set("type", tag)
    if len(reasons) > 1:
        found.text = _clean("\n".join(reasons))


def _stamp(report: Report) -> str:
    return _clean(report.run.started)


def _clean(text: str) -> str:
    return for_xml(visible(clipped(text, _LONGEST)))
