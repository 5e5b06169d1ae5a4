"""The bundled reader: one encoder, four heads, no torch.

It takes a pair of texts and says, in one pass, whether the second is about what the first
asks, whether it holds the answer and where, and whether it supports or contradicts the first
taken as a claim. How it was trained, on what, and what it is bad at: ``MODEL_CARD.md`` beside
its weights. One pair goes through at a time, so that what it says depends on that pair alone.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embedding.minilm import FOLDER as ENCODER
from rag.embedding.minilm import cores
from rag.embedding.onnx_runtime import bundled, open_session
from rag.errors import ModelUnavailable
from rag.pairs import PairReading
from rag.reader.pairs import Pair, Pairs

FOLDER = Path(__file__).parent.parent / "models" / "attest-reader"
_REMEMBERED = 4096
"""Pairs kept: one question is asked of the same sentences by several parts."""


class Reader:
    """Reads pairs with the weights that ship; they are loaded on first use."""

    def __init__(self, folder: Path = FOLDER, *, threads: int | None = None) -> None:
        """Take the folder of the weights; ``threads`` pairs are read at once, all cores if None.

        Raises:
            ModelUnavailable: The folder lacks its description.
        """
        try:
            about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        except OSError as error:
            message = f"{folder / 'model.json'} is missing: pip install attest-rag again"
            raise ModelUnavailable(message) from error
        self._file, self._about = next(iter(about["files"].items()))
        self._folder = folder
        self._threads = threads or cores()
        self.name = f"{about['name']}@{self._about['sha256'][:8]}"
        self._one = lru_cache(maxsize=_REMEMBERED)(self._read)

    def read(self, first: str, seconds: Sequence[str]) -> list[PairReading]:
        """Return what is to be said of each pair of ``first`` with one of ``seconds``.

        Raises:
            ModelUnavailable: The weights are missing or cut short, or no runtime loads.
        """
        if len(seconds) < 2:
            return [self._one(first, second) for second in seconds]
        self._ready()
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(partial(self._one, first), seconds))

    def _read(self, first: str, second: str) -> PairReading:
        pair = next(self._pairs.encoded([(first, second)]))
        feed = {
            "input_ids": pair.ids[None],
            "attention_mask": np.ones_like(pair.ids)[None],
            "token_type_ids": pair.types[None],
        }
        heads, places = self._session.run(["heads", "places"], feed)
        place = _best(places[0], pair)
        about, answers, supports, contradicts, undecided = heads[0].tolist()
        return PairReading(about, answers, supports, contradicts, undecided, *place)

    def _ready(self) -> None:
        # Both are loaded here, before threads would each load their own.
        _ = self._session, self._pairs

    @cached_property
    def _pairs(self) -> Pairs:
        return Pairs(ENCODER / "tokenizer.json")

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401 - the vendor gives no types
        return open_session(bundled(self._folder / self._file, self._about["bytes"]))


_LONGEST_ANSWER = 24


def _best(places: NDArray[np.float32], pair: Pair) -> tuple[int, int, float]:
    """Return where the likeliest answer begins and ends, in characters, and how likely it is.

    The likeliest has the best sum of a begin and a near end.
    """
    real = np.array([high > low for low, high in pair.offsets])
    inside = np.flatnonzero((pair.types == 1) & real)
    if not len(inside):
        return 0, 0, 0.0
    sums = places[inside, 0][:, None] + places[inside, 1][None, :]
    steps = np.arange(len(inside))[None, :] - np.arange(len(inside))[:, None]
    sums[(steps < 0) | (steps >= _LONGEST_ANSWER)] = -np.inf
    row, column = divmod(int(np.argmax(sums)), len(inside))
    tokens: list[int] = inside.tolist()
    shares = np.exp(places[inside] - places[inside].max(axis=0))
    shares /= shares.sum(axis=0)
    likely = float(shares[row, 0] * shares[column, 1])
    return pair.offsets[tokens[row]][0], pair.offsets[tokens[column]][1], likely
