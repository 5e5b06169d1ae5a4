"""The rules of a gate, as a TOML file says them."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, cast

from pydantic import Field, TypeAdapter, ValidationError

from rag.errors import SourceError, UsageError
from rag.schema import Noun

DEFAULT = """\
# What turns the gate red. Every line may be left out except the tables of metrics.

[gate]
coverage = 1.0              # least share of planned cases with an outcome other than an error
errors = 0                  # most cases with an error in any metric
gold_missing = 0            # most cases whose gold is not in the library, where no baseline says
coverage_loss = 0.0         # by how much the share of scored cases may fall below the baseline's
same = ["data", "judge"]    # what must equal the baseline's: data, judge, library, scorer, settings
controls = 0.9              # least balanced accuracy of the judge on its controls; 0: not checked
alpha = 0.05                # of all tests together (Holm)
seed = 0

# One table per gated figure. A regression is a paired difference whose interval excludes
# zero on the bad side, beyond the tolerance, with an adjusted p of at most alpha.
[metrics."nDCG@10"]
tolerance = 0.01            # a difference up to this is nobody's concern
floor = 0.6                 # least value; 'ceiling' is the greatest

# Floors and ceilings among the cases of one type.
[types.paraphrase.metrics."nDCG@10"]
floor = 0.5
"""

Same = Literal["data", "judge", "library", "scorer", "settings"]
Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Part = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0)]


class Bounds(Noun):
    """What a figure must keep to, whatever it was before."""

    floor: Real | None = None
    """Least value."""
    ceiling: Real | None = None
    """Greatest value."""

    @property
    def bounded(self) -> bool:
        """Whether there is anything to keep to."""
        return self.floor is not None or self.ceiling is not None


class Limit(Bounds):
    """What a gated figure must keep to."""

    tolerance: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] = 0.01
    """Difference that is nobody's concern."""
    gate: Annotated[bool, Field(strict=True)] = True
    """False: kept in the file, not checked."""


class Terms(Noun):
    """What holds for the whole gate."""

    coverage: Part = 1.0
    errors: Count = 0
    gold_missing: Count = 0
    coverage_loss: Part = 0.0
    same: tuple[Same, ...] = ("data", "judge")
    controls: Part = 0.9
    alpha: Annotated[float, Field(strict=True, gt=0, le=0.5)] = 0.05
    seed: Count = 0


class Type(Noun):
    """What the cases of one type must keep to."""

    metrics: dict[str, Bounds]


class Rules(Noun):
    """What turns a gate red."""

    gate: Terms = Terms()
    metrics: dict[str, Limit] = Field(default_factory=dict[str, Limit])
    types: dict[str, Type] = Field(default_factory=dict[str, Type])

    @property
    def limits(self) -> dict[str, Limit]:
        """The figures that are gated, by name."""
        return {name: limit for name, limit in self.metrics.items() if limit.gate}

    @property
    def named(self) -> tuple[str, ...]:
        """Names of all figures that are checked, over all cases or those of a type."""
        inside = [name for kind in self.types.values() for name in kind.metrics]
        return tuple(dict.fromkeys([*self.limits, *inside]))


def read_rules(path: Path, *, names: Sequence[str] | None = None) -> Rules:
    """Return the rules in a file.

    Args:
        path: A TOML file such as `DEFAULT`.
        names: Of the figures there are; None takes any.

    Raises:
        SourceError: There is no such file, or it is not text.
        UsageError: It is no TOML, or says what no rule can.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: rules cannot be read ({error}); name a TOML file") from error
    return parse_rules(text, file=str(path), names=names)


def parse_rules(text: str, *, file: str = "rules", names: Sequence[str] | None = None) -> Rules:
    """Return the rules that a text says.

    Args:
        text: TOML such as `DEFAULT`.
        file: For messages.
        names: Of the figures there are; None takes any.

    Raises:
        UsageError: It is no TOML, has an unknown key or a value out of range, or gates nothing.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: not TOML: {error}") from error
    source = _Source(text, file)
    _known(content, source, names)
    try:
        rules = _RULES.validate_python(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        keys = [str(part) for part in first["loc"]]
        raise source.error(keys, f"{'.'.join(keys)}: {first['msg']}") from error
    if not rules.named:
        raise source.error([], 'no metric is gated; add a table such as [metrics."nDCG@10"]')
    return rules


_RULES = TypeAdapter(Rules)
_COMMENT = re.compile(r"#[^\n]*")


class _Source(NamedTuple):
    """The text that rules are read from, for messages."""

    text: str
    file: str

    def error(self, keys: Sequence[str], message: str) -> UsageError:
        """Return an error at the line where the last of nested keys stands."""
        text = _COMMENT.sub(lambda match: " " * len(match.group()), self.text)
        at = 0
        for key in keys:
            at = max(at, text.find(key, at))
        return UsageError(f"{self.file}:{text.count(chr(10), 0, at) + 1}: {message}")


def _known(content: Mapping[str, object], source: _Source, names: Sequence[str] | None) -> None:
    """Refuse the first key that no rule has."""
    _among(content, list(Rules.model_fields), (), source)
    _among(_table(content, "gate"), list(Terms.model_fields), ("gate",), source)
    _figures(content, (), list(Limit.model_fields), source, names)
    types = _table(content, "types")
    for kind in types:
        inside = _table(types, kind)
        _among(inside, list(Type.model_fields), ("types", kind), source)
        _figures(inside, ("types", kind), list(Bounds.model_fields), source, names)


def _figures(
    content: Mapping[str, object],
    above: tuple[str, ...],
    keys: Sequence[str],
    source: _Source,
    names: Sequence[str] | None,
) -> None:
    tables = _table(content, "metrics")
    if names is not None:
        _among(tables, names, (*above, "metrics"), source)
    for name in tables:
        _among(_table(tables, name), keys, (*above, "metrics", name), source)


def _among(
    table: Mapping[str, object], known: Sequence[str], above: tuple[str, ...], source: _Source
) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise source.error([*above, key], f"there is no {'.'.join([*above, key])}{hint}")


def _table(content: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Return a table inside a table; what is none is left to the types of the nouns."""
    found = content.get(name)
    return cast(Mapping[str, object], found) if isinstance(found, dict) else {}
