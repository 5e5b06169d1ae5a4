"""Making a follow-up question stand alone, without a model.

A question that leans on the conversation (a pronoun, "what about", hardly a
word of its own) is searched together with the question before it. What it
asks for is still read from its own words.
"""

import re
from collections.abc import Sequence

from rag.answering.question import read_question
from rag.schema import Turn
from rag.terms import terms

_LEANS = re.compile(
    r"^\W*(?:and|but|so|or|also|then|what about|how about|why|which ones?|how so|any others?"
    r"|what else)\b"
    r"|\b(?:it|its|they|them|their|theirs|that|those|this|these|there|both|former|latter|same"
    r"|the (?:first|second|other|two|paper|authors?|method|model|approach))\b",
    re.IGNORECASE,
)
_FEW = 3
_NAMED = 2
"""Names from which on a question says what it is about, whatever its pronouns."""
_MOST = 3


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the question with the earlier ones that it leans on, oldest first.

    At most three earlier questions are taken; a question that stands alone is
    returned as it is.
    """
    parts = [question]
    for turn in reversed(history[-_MOST:]):
        if not leans(parts[0]):
            break
        parts.insert(0, turn.question.strip())
    return " ".join(parts)


def leans(question: str) -> bool:
    """Tell whether a question needs what was said before it."""
    named = len(read_question(question).names)
    if not named and len(set(terms(question))) <= _FEW:
        return True
    return bool(_LEANS.search(question)) and named < _NAMED
