"""A report as canonical JSON, which reads back equal."""

import json

from pydantic import ValidationError

from eval.reporting.report import Report
from rag.errors import SourceError


def to_json(report: Report) -> str:
    """Return a report as JSON: sorted keys, no blanks, ASCII only; equal reports, equal text."""
    content = report.model_dump(mode="python")
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n"


def from_json(text: str, *, file: str = "report") -> Report:
    """Read a report back.

    Args:
        text: What ``to_json`` returned.
        file: Where it was found, for messages.

    Raises:
        SourceError: It is not a report.
    """
    try:
        return Report.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise SourceError(
            f"{file}, line {error.lineno}: not JSON ({error.msg}); write the report again"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise SourceError(
            f"{file}, {where}: {first['msg']}; it is no report, or one of another version"
        ) from error
