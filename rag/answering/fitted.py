"""The fitted numbers of the answerer, read from the files beside this one."""

import json
from importlib.resources import files
from typing import Any, NamedTuple

from rag.answering.evidence import FEATURES, Weights
from rag.answering.refusal import SIGNS


class Models(NamedTuple):
    """What reads sentences beside the search, and so which numbers fit."""

    interaction: bool = False
    """Late interaction, word piece by word piece."""
    second: bool = False
    """The second encoder, which ranks: gaps and ranks of papers mean another thing then."""
    reader: bool = False
    """The reader of pairs, where it weighs sentences."""

    @classmethod
    def using(cls, *, interaction: bool, second: bool, reader: bool) -> "Models":
        """Return what is in use of what is wanted: no second encoder without late interaction."""
        return cls(interaction, interaction and second, reader)

    @property
    def file(self) -> str:
        """Return the file of the numbers."""
        named = zip(("tokens", "second", "reader"), self, strict=True)
        return "-".join(["weights", *(name for name, used in named if used)]) + ".json"


class Fitted(NamedTuple):
    """Everything that ``eval.calibration.answering`` fits."""

    evidence: Weights
    """Probability that a sentence is evidence."""
    refusal: Weights
    """Probability that the library answers."""
    threshold: float
    """Probability below which a question is refused."""


ALONE = Models()
"""None: the search and the plain features."""


def load(models: Models = ALONE) -> Fitted:
    """Read the weights that ship with Attest for some models, or for none.

    Raises:
        ValueError: The file was fitted for other features; fit it again.
    """
    name = models.file
    content = json.loads((files("rag.answering") / name).read_text(encoding="utf-8"))
    return Fitted(
        _weights(name, content["evidence"], FEATURES),
        _weights(name, content["refusal"], SIGNS),
        float(content["threshold"]),
    )


def _weights(name: str, content: dict[str, Any], names: tuple[str, ...]) -> Weights:
    weights: dict[str, float] = content["weights"]
    if tuple(weights) != names:
        raise ValueError(f"{name} does not fit the features; run eval.calibration.answering")
    return Weights(tuple(weights.values()), float(content["bias"]))
