"""The strings under which a record or paper can be found again."""

import re
import unicodedata
from functools import lru_cache

from rag.identity.identifiers import names
from rag.retractions import unmarked
from rag.schema import Paper, Record, text_hash

LONGEST_TITLE = 200
"""Longer squeezed titles are hashed, so that a key stays short."""

_COMMAND = re.compile(r"\\[a-zA-Z]+|\\.|\$")
_WORD = re.compile(r"[^\W_]+")
_GENERATION = frozenset({"jr", "sr", "ii", "iii", "iv"})


@lru_cache(maxsize=4_096)
def normal_title(title: str) -> str:
    r"""Return a title's letters and digits only: no case, accents, LaTeX or punctuation.

    Blanks go too, so that ``Pre-training``, ``Pre training`` and ``Pretraining``
    agree, as do ``T\"ulu`` and ``Tülu``. A mark such as ``RETRACTED:`` is no part of it.
    """
    return "".join(_words(unmarked(title)))


@lru_cache(maxsize=4_096)
def telling(title: str) -> bool:
    """Say whether a title is long enough to name one work: 3 words or 15 characters."""
    words = _words(title)
    return len(words) >= 3 or sum(map(len, words)) >= 15


def _words(title: str) -> list[str]:
    plain = _COMMAND.sub("", title) if "\\" in title or "$" in title else title
    if not plain.isascii():
        parts = unicodedata.normalize("NFKD", plain)
        plain = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return _WORD.findall(plain.casefold())


def family(authors: tuple[str, ...]) -> str:
    """Return the first author's family name, normalised; empty where there is no author.

    Reads ``Given Family``, ``Family, Given`` and PubMed's ``Family IN``.
    """
    if not authors:
        return ""
    head, comma, _ = authors[0].partition(",")
    tokens = [token for token in head.split() if token.strip(".").lower() not in _GENERATION]
    if comma or not tokens:
        return normal_title(tokens[-1] if tokens else head)
    initials = len(tokens) > 1 and tokens[-1].isupper() and len(tokens[-1]) <= 3
    return normal_title(tokens[-2] if initials and "." not in tokens[-1] else tokens[-1])


def title_key(title: str) -> str | None:
    """Return the key that equal titles share, or ``None`` for a title that names no work."""
    if not telling(title):
        return None
    squeezed = normal_title(title)
    return f"title:{squeezed if len(squeezed) <= LONGEST_TITLE else text_hash(squeezed)[:32]}"


def work_key(work: Record | Paper) -> str:
    """Return ``t:`` and 16 hex digits over title, first author's family name and year.

    Where the title alone would not tell works apart, the abstract takes part.
    """
    parts = [normal_title(work.title), family(work.authors), str(work.year or "")]
    if not telling(work.title):
        parts += [work.title, work.abstract]
    return "t:" + text_hash("\n".join(parts))[:16]


def content_key(work: Record | Paper) -> str:
    """Return the key of a record's exact content, by which the same record is known again."""
    name = work.key if isinstance(work, Record) else None
    told = [f"{kind}:{value}" for kind, value in names(work.identifiers).items()]
    facts = [name or "", work.title, work.abstract, str(work.year), *told, "", *work.authors]
    # No clean text holds the separator.
    return "record:" + text_hash("\0".join(facts))[:32]


def identity_keys(work: Record | Paper) -> tuple[str, ...]:
    """Return every key under which the work can be found, strongest first.

    ``key:<own id>``, ``record:<hash of the content>``, ``doi:…`` and the other
    identifiers, ``t:<hash>`` of title, author and year, ``title:<normalised title>``.
    """
    name = work.id if isinstance(work, Paper) else work.key
    title = title_key(work.title)
    return (
        *((f"key:{name}",) if name else ()),
        content_key(work),
        *(f"{kind}:{value}" for kind, value in names(work.identifiers).items()),
        work_key(work),
        *((title,) if title else ()),
    )


def reason(key: str) -> str:
    """Return in words what an identity key says: ``DOI 10.1000/x``, ``the same title``."""
    kind, _, value = key.partition(":")
    said = {
        "key": f"the given id {value}",
        "record": "the same content",
        "t": "the same title, first author and year",
        "title": "the same title",
        "doi": f"DOI {value}",
        "arxiv": f"arXiv:{value}",
        "acl": f"ACL {value}",
        "openalex": f"OpenAlex {value}",
        "s2": f"Semantic Scholar {value}",
    }
    return said.get(kind, f"{kind.upper()} {value}")
