"""Holds a reply to a JSON schema, token by token, by llguidance."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from rag.answering.model import Json


def installed() -> bool:
    """Tell whether llguidance is there."""
    return find_spec("llguidance") is not None


def vocabulary(tokenizer: Any, eos: list[int], size: int) -> Any:  # noqa: ANN401
    """Return a fast tokenizer's words in the form of llguidance; takes about a second.

    Args:
        tokenizer: A fast tokenizer.
        eos: Tokens that end a reply.
        size: Numbers that the model gives at each step, some of which may be no token.
    """
    vendor: Any = import_module("llguidance.hf")
    return vendor.from_tokenizer(tokenizer, n_vocab=size, eos_token=eos)


def grammar(schema: Json) -> str:
    """Return a JSON schema as a grammar of llguidance, without blanks between the parts.

    Free blanks would let a model dream on without an end.

    Raises:
        ValueError: llguidance cannot enforce the schema.
    """
    vendor: Any = import_module("llguidance").LLMatcher
    made = str(vendor.grammar_from_json_schema(schema, defaults={"whitespace_flexible": False}))
    wrong, problems = vendor.validate_grammar_with_warnings(made)
    if wrong:
        raise ValueError(problems[0].strip().splitlines()[0])
    return made


class Guide:
    """A logits processor of transformers: forbids what the grammar does not go on with."""

    def __init__(self, words: Any, grammar: str) -> None:  # noqa: ANN401
        vendor: Any = import_module("llguidance")
        self._matcher = vendor.LLMatcher(words, grammar, log_level=0)
        self._begun = False

    def __call__(self, ids: Any, scores: Any) -> Any:  # noqa: ANN401
        """Return the scores [1, n] with minus infinity for the tokens that may not come next.

        Raises:
            ValueError: The grammar grew too large.
        """
        if self._begun:
            self._matcher.consume_token(int(ids[0, -1]))
        self._begun = True
        if self._matcher.is_error():
            raise ValueError(self._matcher.get_error().strip().splitlines()[0])
        bits = np.frombuffer(self._matcher.compute_bitmask(), np.uint8)
        allowed = np.unpackbits(bits, bitorder="little")[: scores.shape[-1]].astype(bool)
        torch: Any = import_module("torch")
        return scores.masked_fill(~torch.from_numpy(allowed).to(scores.device), -torch.inf)
