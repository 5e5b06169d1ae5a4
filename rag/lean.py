"""Nouns by the hundred thousand, in half the memory.

pydantic keeps a set of the field names that were given with every value, often larger than
the text that it describes. Values of one noun that come through here share one set; they
compare, copy and serialise like any other.
"""

from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from rag.schema import Noun

N = TypeVar("N", bound=Noun)


def lean(noun: type[N], fields: Mapping[str, object]) -> N:
    """Return a noun of all its fields, which must be known to be right: nothing is checked."""
    return noun.model_construct(_names(noun), **fields)


@cache
def _names(noun: type[Noun]) -> set[str]:
    return set(noun.model_fields)
