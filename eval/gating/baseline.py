"""What a later run is held against, in a file that a person can read and a diff can show.

Only the gated outcomes, one case to a line, sorted, and numbers of six decimals. A
digest over the content stands in the file: a baseline is renewed by the command that
makes it, never by hand.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter, ValidationError, model_validator

from eval.running.journal import write_atomically
from eval.schema import Outcome, Row, Run, Scorecard, digest
from eval.statistics.comparing import Scored
from rag.errors import SourceError, UsageError
from rag.schema import Noun

DECIMALS = 6
_RENEW = "renew it with 'attest eval baseline'"
_TEXT = TypeAdapter(dict[str, object])


class Baseline(Noun):
    """The gated outcomes of a run, and what they depend on."""

    system: str
    data: str
    data_digest: str
    library: str
    judge: str
    scorer: str
    settings: dict[str, str]
    gold_missing: tuple[str, ...] = ()
    """Ids of cases with a gold paper that the library did not hold."""
    rows: tuple[Row, ...]
    """By id of case; one per planned case."""

    @model_validator(mode="after")
    def _distinct(self) -> "Baseline":
        if len(set(self.planned)) < len(self.rows) or not self.rows:
            raise ValueError("a baseline has cases, and each of them once")
        return self

    @property
    def planned(self) -> tuple[str, ...]:
        """Ids of all cases, sorted."""
        return tuple(row.case for row in self.rows)

    @property
    def digest(self) -> str:
        """SHA-256 of all of it."""
        return digest(self.model_dump(mode="json"))

    def scored(self) -> Scored:
        """Return it as a run that is compared."""
        return Scored(
            name=f"the baseline ({self.system})",
            rows=self.rows,
            judge=self.judge,
            scorer=self.scorer,
            library=self.library,
            data_digest=self.data_digest,
        )

    def write(self, path: Path) -> None:
        """Write it to a file, whole or not at all; equal baselines give equal bytes."""
        head = self.model_dump(mode="json", exclude={"rows"})
        lines = [f"  {_json(name)}: {_json(value)}," for name, value in head.items()]
        rows = ",\n".join(f"    {_json(_short(row))}" for row in self.rows)
        text = "\n".join(["{", f'  "digest": "{self.digest}",', *lines, '  "cases": ['])
        write_atomically(path, f"{text}\n{rows}\n  ]\n}}\n")

    @classmethod
    def read(cls, path: Path) -> "Baseline":
        """Return the baseline in a file.

        Raises:
            SourceError: There is no such file, or it is not text.
            UsageError: It is not a baseline, or was changed since it was made.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{path}: no baseline can be read ({error}); {_RENEW}") from error
        try:
            content = _TEXT.validate_python(json.loads(text))
            signed = content.pop("digest", None)
            rows = [_long(row) for row in cast(list[object], content.pop("cases", []))]
            baseline = cls.model_validate({**content, "rows": rows})
        except (TypeError, ValueError) as error:
            raise UsageError(f"{path}: not a baseline ({_first(error)}); {_RENEW}") from error
        if signed != baseline.digest:
            raise UsageError(f"{path}: changed since it was made, its digest differs; {_RENEW}")
        return baseline


def baseline_of(run: Run, card: Scorecard, *, metrics: Sequence[str]) -> Baseline:
    """Return a run as a baseline.

    Args:
        run: The manifest.
        card: Its scorecard.
        metrics: Names of those that gated figures read; the others are not kept.

    Raises:
        UsageError: The scorecard does not cover the plan, or has an error: what it would be
            held against later would be too easy.
    """
    if tuple(row.case for row in card.rows) != run.planned:
        raise UsageError(
            f"{run.system} on {run.data}: the scorecard does not cover the plan; score it anew"
        )
    for row in card.rows:
        failed = [name for name, each in row.outcomes.items() if each.state == "error"]
        failed += [name for name in metrics if name not in row.outcomes]
        if failed:
            raise UsageError(
                f"{run.system} on {run.data}: {row.case} has an error in {failed[0]}; "
                "a baseline has none, so mend it and run anew"
            )
    return Baseline(
        system=run.system,
        data=run.data,
        data_digest=run.data_digest,
        library=run.library,
        judge=card.judge,
        scorer=card.scorer,
        settings=run.settings,
        gold_missing=tuple(sorted(run.gold_missing)),
        rows=tuple(sorted(rounded(card.rows, metrics), key=lambda row: row.case)),
    )


def rounded(rows: Iterable[Row], metrics: Sequence[str]) -> list[Row]:
    """Return rows with some metrics only, as a baseline holds them.

    A run is rounded like its baseline before the two are compared: what repeats is then
    equal, not nearly so.
    """
    return [
        row.model_copy(
            update={
                "outcomes": {
                    name: _rounded(row.outcomes[name])
                    for name in sorted(metrics)
                    if name in row.outcomes
                }
            }
        )
        for row in rows
    ]


def _rounded(outcome: Outcome) -> Outcome:
    if outcome.value is None:
        return outcome
    return outcome.model_copy(update={"value": round(outcome.value, DECIMALS) + 0.0})


def _short(row: Row) -> dict[str, object]:
    """Return a row in which a number stands for itself and only its absence is explained."""
    return {
        **row.model_dump(mode="json", exclude={"outcomes"}),
        "outcomes": {
            name: outcome.value if outcome.value is not None else [outcome.state, outcome.reason]
            for name, outcome in row.outcomes.items()
        },
    }


def _long(short: object) -> dict[str, object]:
    row = _TEXT.validate_python(short)
    outcomes = _TEXT.validate_python(row.get("outcomes"))
    return {**row, "outcomes": {name: _outcome(each) for name, each in outcomes.items()}}


def _outcome(short: object) -> dict[str, object]:
    if isinstance(short, list):
        state, reason = cast(list[object], short)
        return {"state": state, "reason": reason}
    return {"state": "scored", "value": short}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, allow_nan=False)


def _first(error: Exception) -> str:
    """Return the first thing that is wrong, in one line."""
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, found['loc']))}: {found['msg']}"
    return (str(error) or type(error).__name__).splitlines()[0]
