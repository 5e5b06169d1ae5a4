"""The harness on one page: put a data set to a system, score it, and make a report.

A run is a folder: ``run.json`` and ``trials.jsonl`` (`eval.running.journal`),
``data.json``, the cases as they were put, and ``scores.json``, the scorecard. It is
whole: it can be scored anew, compared and reported without the library or the data.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pydantic import ValidationError

from eval.conditions import conditions
from eval.judging import Judge, Rehearsal, open_judge
from eval.judging.llm import Asked
from eval.making import paired
from eval.metrics import metrics_of, summaries_of
from eval.metrics.areas import Point, risk_coverage
from eval.metrics.calibration import Bin, reliability
from eval.metrics.metric import Metric, Subject, Summary, Vector
from eval.metrics.selective import ANSWERABLE, RIGHT, apart
from eval.reporting import Group, Report, build
from eval.running.journal import MANIFEST, Journal, run_digest, trial_of, write_atomically
from eval.running.manifest import SCORING, code_digest
from eval.running.runner import Progress, System, run
from eval.running.systems import attest
from eval.schema import Case, Comparison, Dataset, Gate, Outcome, Run, Scorecard, Trial
from eval.scoring import outcome, score
from eval.statistics import columns, compare, figures, scored
from eval.validation import known
from rag.errors import UsageError
from rag.schema import Noun

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library import Library

DATA = "data.json"
SCORES = "scores.json"
REFUSED = "right to answer or refuse"
SEED = 20_260
"""Of every interval and test; a report repeats to the last digit."""


_Kept = TypeVar("_Kept", bound=Noun)


class Evaluated(NamedTuple):
    """A run with its cases, what was answered, and the scores."""

    name: str
    run: Run
    cases: tuple[Case, ...]
    trials: tuple[Trial, ...]
    card: Scorecard

    @property
    def digest(self) -> str:
        """What the scorecard must have been made of."""
        return run_digest(self.run, self.trials)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What its cases were measured by."""
        return metrics_of(self.run.kind)

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """The figures that it has."""
        return summaries_of(self.run.kind)


def put(
    data: Dataset, manifest: Run, system: System, folder: Path, *, jobs: int, progress: Progress
) -> int:
    """Put what is left of a data set to a system; return how many cases were put.

    Raises:
        UsageError: The folder holds another run or cases of no run, or another process is
            writing it.
        LibraryError: The library cannot be read.
    """
    with Journal(folder) as journal:
        if (folder / DATA).exists() and not (folder / MANIFEST).exists():
            raise UsageError(f"{folder / DATA} is there and of no run; choose another --out")
        if not journal.begin(manifest):
            write_atomically(folder / DATA, data.model_dump_json() + "\n")
        return run(journal, manifest, data.cases, system, jobs=jobs, progress=progress)


def outcomes_of(
    case: Case, assistant: "Assistant", library: "Library", *, judge: Judge | None = None
) -> Mapping[str, Outcome]:
    """Put one case and return the outcome of every metric by name; for tests of one's own."""
    row = {"case": case.id, "asked": case.digest, **attest(assistant, library)(case)}
    response = trial_of(row, case.id).response
    assert response is not None
    subject = Subject(case, response, judge or open_judge())
    return {metric.name: outcome(metric, subject) for metric in metrics_of("answers")}


def rescored(folder: Path, judge: Judge) -> Evaluated:
    """Score a run anew and keep its scorecard.

    Raises:
        UsageError: The folder holds no run, or its cases were changed.
    """
    manifest, cases, trials = _read(folder)
    card = score(manifest, trials, cases, metrics=metrics_of(manifest.kind), judge=judge)
    write_atomically(folder / SCORES, card.model_dump_json() + "\n")
    return Evaluated(folder.name, manifest, cases, trials, card)


def rehearsed(folder: Path) -> list[Asked]:
    """Return all that a judge would be asked about a run, at most.

    Raises:
        UsageError: The folder holds no run, or its cases were changed.
    """
    manifest, cases, trials = _read(folder)
    judge = Rehearsal()
    score(manifest, trials, cases, metrics=metrics_of(manifest.kind), judge=judge)
    return judge.asked


def opened(folder: Path) -> Evaluated:
    """Return a run that was scored.

    Raises:
        UsageError: It was not, or its scores are of other trials or of another scorer.
    """
    manifest, cases, trials = _read(folder)
    path, advice = folder / SCORES, f"run 'attest eval score {folder}'"
    found = Evaluated(folder.name, manifest, cases, trials, _kept(path, Scorecard, advice))
    if found.card.run != found.digest:
        raise UsageError(f"{path} is of other trials; {advice}")
    if found.card.scorer != code_digest(SCORING):
        raise UsageError(f"{path} was made by another version of the scorer; {advice}")
    return found


def compared(before: Evaluated, after: Evaluated) -> Comparison:
    """Return how two runs of the same cases differ, in rankings alone where one has no more."""
    kinds = {before.run.kind, after.run.kind}
    kind = "retrieval" if "retrieval" in kinds else "answers"
    return compare(
        scored(before.run, before.card, name=before.name),
        scored(after.run, after.card, name=after.name),
        summaries=summaries_of(kind),
        metrics=metrics_of(kind),
        gated=None,
        seed=SEED,
    )


def report_of(
    found: Evaluated,
    *,
    before: Evaluated | None = None,
    gate: Gate | None = None,
    rivals: Sequence[Evaluated] = (),
    originals: Evaluated | None = None,
) -> Report:
    """Return the report of a run, beside others where given.

    Args:
        found: The run.
        before: An earlier run of the same cases.
        gate: What a gate said of the run.
        rivals: Other systems on the same cases.
        originals: The unchanged counterparts of made cases, put to the unchanged library.
    """
    rows = found.card.rows
    measured = columns(rows, found.metrics)
    return build(
        run=found.run,
        scorecard=found.card,
        summaries=found.summaries,
        metrics=found.metrics,
        figures=figures(rows, found.summaries, found.metrics, seed=SEED),
        cases=found.cases,
        trials=found.trials,
        same_method=found.card.judge.rpartition(":")[2] == found.run.checker,
        by_type=_by_type(found),
        agreements=known(found.card.judge),
        risk_coverage=_risks(measured),
        reliability=_bins(measured),
        robustness=_conditions(found, originals),
        comparison=compared(before, found) if before else None,
        before=before.trials if before else (),
        gate=gate,
        rivals=[_group(each.run.system, each) for each in (found, *rivals)] if rivals else (),
    )


def _read(folder: Path) -> tuple[Run, tuple[Case, ...], tuple[Trial, ...]]:
    journal = Journal(folder)
    manifest, trials = journal.manifest(), journal.trials()
    data = _kept(folder / DATA, Dataset, "run its cases anew")
    if data.digest != manifest.data_digest:
        raise UsageError(
            f"{folder / DATA} was changed since the run was begun; put it back, or run anew"
        )
    return manifest, data.cases, trials


def _kept(path: Path, kind: type[_Kept], advice: str) -> _Kept:
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"{path} is missing; {advice}") from None
    except ValidationError as error:
        raise UsageError(f"{path} is damaged ({error.errors()[0]['msg']}); {advice}") from error


def _by_type(found: Evaluated) -> list[Group]:
    kinds = sorted({row.type for row in found.card.rows})
    if len(kinds) < 2:
        return []
    return [_group(kind, found, kind=kind) for kind in kinds]


def _group(name: str, found: Evaluated, *, kind: str | None = None) -> Group:
    rows = [row for row in found.card.rows if kind in (None, row.type)]
    return Group(
        name=name,
        n=len(rows),
        figures=figures(rows, found.summaries, found.metrics, seed=SEED),
    )


def _risks(measured: Mapping[str, Vector]) -> Sequence[Point]:
    if RIGHT not in measured:
        return ()
    sure = apart(measured[RIGHT])
    return risk_coverage(sure.confidence[sure.there], sure.label[sure.there])


def _bins(measured: Mapping[str, Vector]) -> Sequence[Bin]:
    if ANSWERABLE not in measured:
        return ()
    sure = apart(measured[ANSWERABLE])
    told = sure.there & ~sure.failed
    return reliability(sure.confidence[told], sure.label[told])


def _conditions(found: Evaluated, originals: Evaluated | None) -> list[Group]:
    if found.run.kind != "answers":
        return []
    correct, cases = _correct(found), found.cases
    if originals is not None:
        correct = {**correct, **_correct(originals)}
        cases = paired(cases, originals.cases)
    return conditions(cases, correct, seed=SEED)


def _correct(found: Evaluated) -> dict[str, float | None]:
    """Return how right each answer is: to answer rightly, or to refuse where nothing answers."""
    rows = {row.case: row.outcomes for row in found.card.rows}
    return {
        case.id: _value(rows[case.id].get("right answer" if case.answerable else REFUSED))
        for case in found.cases
    }


def _value(outcome: Outcome | None) -> float | None:
    """Return a number, 0 for an error, None for what does not apply."""
    if outcome is None or outcome.state == "not applicable":
        return None
    return outcome.value or 0.0
