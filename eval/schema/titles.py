"""When two titles, or two texts, are the same but for case and punctuation."""

import re
from functools import lru_cache


@lru_cache(maxsize=1 << 16)
def norm(text: str) -> str:
    """Return a text as it is compared: casefolded, runs of non-word characters one blank."""
    return re.sub(r"\W+", " ", text.casefold()).strip()
