"""``validate-scorer``: how well does a judge agree with people?"""

from pathlib import Path

from eval.judging.port import Judge
from eval.validation.agreeing import Progress, concluded, hear
from eval.validation.finding import Finding
from eval.validation.labelled import labelled_sets
from rag.errors import UsageError


def validate(
    judge: Judge, folder: Path, *, progress: Progress | None = None, seed: int = 13
) -> tuple[Finding, ...]:
    """Return how well a judge agrees with people on every labelled set below a folder.

    A set whose labels are all equal tells nothing apart and is left out; progress
    is told of it with zero of zero.

    Raises:
        SourceError: No labels are there, or a file of labels has a fault.
        UsageError: Every set has labels of one kind only.
    """
    findings: list[Finding] = []
    for each in labelled_sets(folder):
        if each.one_sided:
            if progress is not None:
                progress(f"{each.data}: left out, all labels are equal", 0, 0)
            continue
        heard = hear(judge, each, progress=progress)
        findings.append(concluded(judge.name, each, heard, seed=seed))
    if not findings:
        raise UsageError(f"{folder}: every set has labels of one kind; agreement needs both kinds")
    return tuple(findings)
