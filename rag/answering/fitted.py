"""The fitted numbers of the answerer, read from the file beside this one."""

import json
from importlib.resources import files
from typing import Any, NamedTuple

from rag.answering.evidence import FEATURES, Weights
from rag.answering.refusal import SIGNS

FILE = "weights.json"


class Fitted(NamedTuple):
    """Everything that ``eval.calibration.answering`` fits."""

    evidence: Weights
    """Probability that a sentence is evidence."""
    refusal: Weights
    """Probability that the library answers."""
    threshold: float
    """Probability below which a question is refused."""


def load() -> Fitted:
    """Read the weights that ship with Attest.

    Raises:
        ValueError: The file was fitted for other features; fit it again.
    """
    content = json.loads((files("rag.answering") / FILE).read_text(encoding="utf-8"))
    return Fitted(
        _weights(content["evidence"], FEATURES),
        _weights(content["refusal"], SIGNS),
        float(content["threshold"]),
    )


def _weights(content: dict[str, Any], names: tuple[str, ...]) -> Weights:
    weights: dict[str, float] = content["weights"]
    if tuple(weights) != names:
        raise ValueError(f"{FILE} does not fit the features; run eval.calibration.answering")
    return Weights(tuple(weights.values()), float(content["bias"]))
