"""Pairs of texts as an entailment model reads them: premise and hypothesis in one row."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.judging.port import JudgeError
from eval.judging.sentences import sentences
from eval.judging.vendor import Translated
from rag.errors import ModelUnavailable

if TYPE_CHECKING:
    from tokenizers import Encoding

SMALLEST = 16
"""Tokens that must be left for the premise."""
_SURROGATES = re.compile("[\ud800-\udfff]")

Tokens = NDArray[np.int64]


class Pair(NamedTuple):
    """Tokens of a premise with a hypothesis, each of shape [length]."""

    ids: Tokens
    mask: Tokens
    types: Tokens
    """0 for the premise, 1 for the hypothesis, where the tokenizer tells them apart."""


class PairTokenizer:
    """A ``tokenizer.json`` that neither cuts nor pads.

    Args:
        path: The file.
        limit: Tokens that the model reads, special ones included.

    Raises:
        ModelUnavailable: The file is not a tokenizer.
    """

    def __init__(self, path: Path, *, limit: int) -> None:
        self._limit = limit
        with Translated(lambda why: _unreadable(path, why)):
            from tokenizers import Tokenizer

            self._tokenizer: Tokenizer = Tokenizer.from_file(str(path))
            self._tokenizer.no_truncation()
            self._tokenizer.no_padding()
            self._specials = self._tokenizer.num_special_tokens_to_add(is_pair=True)

    def encode(self, premise: str, hypothesis: str) -> Pair:
        """Return a pair as the model reads it.

        Raises:
            JudgeError: It is longer than the model reads; nothing is cut silently.
        """
        with Translated(_unwritable):
            found = self._tokenizer.encode(_whole(premise), _whole(hypothesis))
        if len(found.ids) > self._limit:
            raise JudgeError(
                f"a pair has {len(found.ids)} tokens and the model reads {self._limit}:"
                " take a model that reads more"
            )
        rows = (found.ids, found.attention_mask, found.type_ids)
        return Pair(*(np.array(row, np.int64) for row in rows))

    def windows(self, evidence: Sequence[str], hypothesis: str) -> Iterator[str]:
        """Yield the evidence in runs of whole sentences that fit beside a hypothesis.

        A sentence that alone does not fit is divided between tokens.

        Raises:
            JudgeError: The hypothesis leaves no room for evidence.
        """
        room = self._limit - self._specials - self._count(hypothesis)
        if room < SMALLEST:
            raise JudgeError(
                f"a sentence leaves {max(room, 0)} of {self._limit} tokens for its evidence:"
                " take a model that reads more"
            )
        run: list[str] = []
        used = 0
        for piece in self._pieces(evidence, room):
            # One token more: a blank between sentences may count as one.
            size = self._count(piece) + 1
            if run and used + size > room:
                yield " ".join(run)
                run, used = [], 0
            run.append(piece)
            used += size
        if run:
            yield " ".join(run)

    def _pieces(self, evidence: Sequence[str], room: int) -> Iterator[str]:
        for text in evidence:
            for sentence in sentences(text):
                yield from self._divided(sentence, room - 1)

    def _divided(self, sentence: str, most: int) -> Iterator[str]:
        offsets = self._plain(sentence).offsets
        if len(offsets) <= most:
            yield sentence
            return
        # Half of what fits: the ends of a cut may be read as other tokens.
        step = max(1, most // 2)
        starts = [0, *(offsets[at][0] for at in range(step, len(offsets), step)), len(sentence)]
        for start, end in pairwise(starts):
            if sentence[start:end].strip():
                yield sentence[start:end]

    def _count(self, text: str) -> int:
        return len(self._plain(text).ids)

    def _plain(self, text: str) -> "Encoding":
        with Translated(_unwritable):
            return self._tokenizer.encode(_whole(text), add_special_tokens=False)


def _whole(text: str) -> str:
    """Replace lone surrogates, which no tokenizer takes, one for one."""
    return _SURROGATES.sub("\ufffd", text)


def _unreadable(path: Path, why: str) -> ModelUnavailable:
    return ModelUnavailable(f"{path} is no tokenizer ({why}): export the model again")


def _unwritable(why: str) -> JudgeError:
    return JudgeError(f"the tokenizer cannot read a text ({why}): export the model again")
