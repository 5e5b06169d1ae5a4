"""A folder with an exported entailment model: what it says about itself, and running it."""

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from eval.judging.pairs import Pair
from eval.judging.port import JudgeError
from eval.judging.vendor import Translated
from rag.embedding.onnx_runtime import open_session
from rag.errors import ModelUnavailable

YES = frozenset(
    "entailment entail entailed entails supported support supports consistent faithful grounded "
    "attributable".split()
)
"""Names of the class that means: the premise entails the hypothesis."""
MODEL, TOKENIZER, CONFIG, JUDGE = "model.onnx", "tokenizer.json", "config.json", "judge.json"
LIMIT = 512
_MOST_CLASSES = 3
_OFFSET_FAMILIES = {"roberta", "xlm-roberta", "camembert", "longformer", "mpnet"}
"""Models that begin to count positions after their padding token."""


class About(NamedTuple):
    """What the files beside a model say."""

    classes: int
    """1 (a sigmoid of one logit), 2 or 3 (a softmax)."""
    entailed: int
    """Number of the class that means entailment."""
    limit: int
    """Tokens of a pair, special ones included."""
    threshold: float
    """Least probability of entailment."""
    temperature: float
    """Divides the logits (C. Guo et al., 2017)."""
    digest: str
    """First 12 digits of the SHA-256 of the model file, and 8 of all else in the folder that
    decides."""


def about(folder: Path) -> About:
    """Read what a folder says of its model.

    Raises:
        ModelUnavailable: A file is missing, cannot be read or says nothing of use.
    """
    missing = [name for name in (MODEL, TOKENIZER, CONFIG) if not (folder / name).is_file()]
    if missing:
        raise ModelUnavailable(f"{folder} has no {', '.join(missing)}: export the model there")
    config = _read(folder / CONFIG)
    classes, entailed = _labels(config, folder / CONFIG)
    own = _read(folder / JUDGE)
    threshold = _number(own, "threshold", 0.5, folder)
    temperature = _number(own, "temperature", 1.0, folder)
    if not (0 < threshold < 1 and temperature > 0):
        raise ModelUnavailable(
            f"{folder / JUDGE}: threshold {threshold:g} and temperature {temperature:g}:"
            " write a threshold between 0 and 1 and a temperature above 0"
        )
    limit = _limit(config, _read(folder / "tokenizer_config.json"))
    return About(classes, entailed, limit, threshold, temperature, _digest(folder))


class Classifier:
    """An ONNX sequence classifier on one core, one pair at a time.

    One at a time, so that a verdict never depends on what else was judged.

    Raises:
        ModelUnavailable: The model does not load.
    """

    def __init__(self, folder: Path, described: About) -> None:
        self._about = described
        self._session: Any = open_session(folder / MODEL)
        self._inputs = {each.name for each in self._session.get_inputs()}
        if "input_ids" not in self._inputs:
            raise ModelUnavailable(
                f"{folder / MODEL} has no input input_ids: export a sequence classifier"
            )

    def probability(self, pair: Pair) -> float:
        """Return the probability of entailment.

        Raises:
            JudgeError: The model fails, or its logits are not finite numbers.
        """
        rows = {"input_ids": pair.ids, "attention_mask": pair.mask, "token_type_ids": pair.types}
        feed = {name: row[None] for name, row in rows.items() if name in self._inputs}
        with Translated(lambda why: JudgeError(f"the entailment model failed: {why}")):
            logits = np.asarray(self._session.run(None, feed)[0], np.float64)
        if logits.shape != (1, self._about.classes):
            raise JudgeError(
                f"the entailment model gave {logits.shape} numbers, not"
                f" {(1, self._about.classes)}: let id2label in {CONFIG} name its classes"
            )
        if not np.isfinite(logits).all():
            raise JudgeError("the entailment model gave logits that are not finite")
        return self._share(logits[0] / self._about.temperature)

    def _share(self, logits: NDArray[np.float64]) -> float:
        if self._about.classes == 1:
            # A sigmoid is a softmax against a logit of 0.
            logits = np.append(logits, 0.0)
        powers = np.exp(logits - logits.max())
        return float(powers[self._about.entailed] / powers.sum())


def _labels(config: Mapping[str, Any], path: Path) -> tuple[int, int]:
    found: object = config.get("id2label")
    names = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    expected = [str(number) for number in range(len(names))]
    wanted = [number for number in expected if str(names.get(number, "")).lower() in YES]
    if not 1 <= len(names) <= _MOST_CLASSES or sorted(names) != expected or len(wanted) != 1:
        raise ModelUnavailable(
            f"{path}: id2label must number one to three classes from 0 and call one of them"
            " entailment (or supported): write it there"
        )
    return len(names), int(wanted[0])


def _limit(config: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> int:
    positions: object = config.get("max_position_embeddings") or config.get("n_positions")
    if isinstance(positions, int) and config.get("model_type") in _OFFSET_FAMILIES:
        positions -= int(config.get("pad_token_id") or 0) + 1
    stated = (positions, tokenizer.get("model_max_length"))
    # Exports write 1e30 where they know of no limit.
    known = [int(each) for each in stated if isinstance(each, int | float) and 0 < each < 1e6]
    return min(known, default=LIMIT)


def _number(content: Mapping[str, Any], name: str, default: float, folder: Path) -> float:
    value: object = content.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ModelUnavailable(f"{folder / JUDGE}: {name} is {value!r}: write a number")
    return float(value)


def _read(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"{path} is not JSON ({error}): export the model again") from error
    if not isinstance(content, dict):
        raise ModelUnavailable(f"{path} is not a JSON object: export the model again")
    return cast("dict[str, Any]", content)


def _digest(folder: Path) -> str:
    # Weights above 2 GB lie in files beside the graph, whose names begin with its own.
    rest = [folder / TOKENIZER, folder / CONFIG, folder / JUDGE, folder / "tokenizer_config.json"]
    rest += sorted(each for each in folder.glob("*.onnx*") if each.name != MODEL)
    rest += sorted(folder.glob("*.data"))
    parts = [f"{each.name} {_sha256(each)}" for each in dict.fromkeys(rest) if each.is_file()]
    settings = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{_sha256(folder / MODEL)[:12]}+{settings[:8]}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
