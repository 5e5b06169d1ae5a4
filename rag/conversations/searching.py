"""Whether a conversation holds what somebody searches for, in any case and without accents."""

import unicodedata


def folded(text: str) -> str:
    """Return a text in which letters that differ by case or accent are the same.

    A dotless ``ı`` meets ``i``, a final ``ς`` meets ``σ``, and any run of blanks is one blank.
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(each for each in decomposed if not unicodedata.combining(each))
        text = text.replace("ı", "i")
    return " ".join(text.casefold().split())
