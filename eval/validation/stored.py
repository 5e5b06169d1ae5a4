"""Findings kept from one validation to the next report.

What ships with Attest lies in ``results/`` beside this file: aggregated numbers,
no text of anyone's data. What a user measures lies in the user's data folder
and goes before it. A file is read only for the very name, version included,
that its judge had: another version has to be measured anew.
"""

import json
import os
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from platformdirs import user_data_path
from pydantic import TypeAdapter, ValidationError

from eval.schema import Agreement
from eval.validation.finding import Finding, held_out
from eval.validation.trivial import OVERLAP
from rag.errors import SourceError, UsageError

BUNDLED = Path(__file__).parent / "results"
_FINDINGS = TypeAdapter(tuple[Finding, ...])


def own_folder() -> Path:
    """Return where the user's own findings lie."""
    return user_data_path("attest") / "scorers"


def keep(findings: Sequence[Finding], folder: Path | None = None) -> Path:
    """Write the findings of one judge; a set measured before is replaced, others stay.

    Args:
        findings: Of one judge.
        folder: Where to; the user's own folder if not given.

    Returns:
        The file.

    Raises:
        UsageError: There are no findings, or they are of several judges.
        SourceError: What is stored already is damaged.
    """
    judges = {finding.judge for finding in findings}
    if len(judges) != 1:
        raise UsageError(f"findings of {len(judges)} judges cannot go into one file; keep each")
    folder, judge = folder or own_folder(), judges.pop()
    merged = {each.data: each for each in (*_read(folder, judge), *findings)}
    rows = [merged[data].model_dump(mode="json") for data in sorted(merged)]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _file(judge)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(rows, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    os.replace(draft, path)
    return path


def known(judge: str, folders: Sequence[Path] | None = None) -> tuple[Finding, ...]:
    """Return what has been measured of a judge, set by set, the user's own before the bundled.

    Args:
        judge: Name and version.
        folders: Where to look, first come first served; the user's own and the bundled one
            if not given.

    Raises:
        SourceError: A stored file is damaged.
    """
    found: dict[str, Finding] = {}
    for folder in folders if folders is not None else (own_folder(), BUNDLED):
        for finding in _read(folder, judge):
            found.setdefault(finding.data, finding)
    return tuple(found.values())


def quote(agreements: Sequence[Agreement]) -> str:
    """Return in one line how far a judge agrees with people, as a report quotes it.

    Only sets that the judge was made without are quoted, and of a data set with
    test splits only those.
    """
    quoted = _tests([each for each in agreements if held_out(each)])
    if not quoted:
        return "faithfulness: agreement of this judge with people has not been measured"
    better = [each for each in quoted if each.better_than_trivial]
    better.sort(key=lambda each: -each.balanced_accuracy.value)
    rest: dict[str, list[str]] = {}
    for each in quoted:
        if not each.better_than_trivial:
            rest.setdefault(rival(each), []).append(each.data)
    numbers = ", ".join(f"{brief(each)} on {each.data}" for each in better)
    parts = [f"balanced accuracy {numbers}"] if better else []
    parts += [f"no better than {name} on {', '.join(sets)}" for name, sets in rest.items()]
    return f"faithfulness by {quoted[0].judge}: " + "; ".join(parts)


def rival(agreement: Agreement) -> str:
    """Return the name of the baseline with the best balanced accuracy; of equals, word overlap."""
    reached = {n: each["balanced_accuracy"] for n, each in agreement.baselines.items()}
    return max(reached, key=lambda name: (reached[name], name == OVERLAP), default="chance")


def brief(agreement: Agreement) -> str:
    """Return the balanced accuracy with half its interval's width, such as ``.72 ± .02``."""
    of = agreement.balanced_accuracy
    return f"{share(of.value)} ± {share((of.high - of.low) / 2)}"


def share(number: float) -> str:
    """Return a number of -1..1 with two decimals and without a leading zero."""
    written = f"{round(number, 2) + 0.0:.2f}"
    return written.replace("0.", ".", 1) if abs(number) < 1 else written


def _tests(agreements: Sequence[Agreement]) -> list[Agreement]:
    """Return the test splits; of a data set without one, all its splits."""
    tested = {_set(each) for each in agreements if _is_test(each)}
    return [each for each in agreements if _is_test(each) or _set(each) not in tested]


def _set(agreement: Agreement) -> str:
    return agreement.data.partition(" ")[0]


def _is_test(agreement: Agreement) -> bool:
    return agreement.data.partition(" ")[2].startswith("test")


def _file(judge: str) -> str:
    """Return a file name; one that had to be cleaned carries a hash of the name as it was."""
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", judge).strip("-.")[:80]
    mark = (
        ""
        if clean == judge
        else f"-{sha256(judge.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    )
    return f"{clean}{mark}.json"


def _read(folder: Path, judge: str) -> tuple[Finding, ...]:
    path = folder / _file(judge)
    if not path.is_file():
        return ()
    try:
        found = _FINDINGS.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        why = type(error).__name__
        raise SourceError(
            f"{path}: stored findings cannot be read ({why}); delete it and validate the judge anew"
        ) from error
    return tuple(finding for finding in found if finding.judge == judge)
