"""The fitted numbers of the answerer, read from the files beside this one."""

import json
from importlib.resources import files
from typing import Any, NamedTuple

from rag.answering.evidence import FEATURES, Weights
from rag.answering.refusal import SIGNS

FILE = "weights.json"
WITH_READER = "weights-reader.json"


class Fitted(NamedTuple):
    """Everything that ``eval.calibration.answering`` fits."""

    evidence: Weights
    """Probability that a sentence is evidence."""
    refusal: Weights
    """Probability that the library answers."""
    threshold: float
    """Probability below which a question is refused."""


def load(*, reader: bool = False) -> Fitted:
    """Read the weights that ship with Attest, those fitted with a reader or without.

    Raises:
        ValueError: The file was fitted for other features; fit it again.
    """
    name = WITH_READER if reader else FILE
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
