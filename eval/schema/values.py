"""Numbers that are numbers, and the digest of a value."""

import hashlib
import json
from typing import Annotated, Literal

from pydantic import Field

Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Better = Literal["higher", "lower"]
State = Literal["scored", "not applicable", "error"]


def digest(value: object) -> str:
    """Return the SHA-256 of a JSON value in canonical form, as 64 hex digits."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
