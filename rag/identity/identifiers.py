"""Names that the world gives a paper, cut out of whatever text holds them.

Each function takes a field or a URL as found and returns the bare, normalised
value, or ``None`` where the text holds none.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from rag.schema import Identifiers

LONGEST = 2_000
"""Characters of a field that are looked at; no identifier or URL that we read is longer."""

_DOI = re.compile(r"(?<![\d.])10\.\d{4,9}/\S+")
_DOI_TAIL = ".,;:'\"}]>"
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_ARXIV_NEW = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5})(?:v\d+)?(?![\d.]\d)")
_ARXIV_OLD = re.compile(r"(?<![\w-])([a-z]+(?:-[a-z]+)?)(?:\.[a-z-]{2,})?/(\d{7})(?:v\d+)?(?!\d)")
_ARXIV_PLACE = re.compile(r"arxiv|/papers/\d{4}\.", re.IGNORECASE)
_PMID_PLACE = re.compile(r"(?:pubmed[^\s\d]*/|pubmed\.gov/)(?:\?term=)?(\d{1,9})", re.IGNORECASE)
_PMID = re.compile(r"^\s*(?:pmid|pubmed)?\s*[:=]?\s*(\d{1,9})(?:\.0|v\d+)?\s*$", re.IGNORECASE)
_PMCID = re.compile(r"(?:\bpmc|/pmc)\s*:?\s*(?:pmc)?(\d{3,9})", re.IGNORECASE)
_ACL_PLACE = re.compile(
    r"(?:aclanthology\.(?:org|info)(?:/papers)?|aclweb\.org/anthology(?:/papers)?)/"
    r"(?:[A-Z]/[A-Z]\d\d/)?([\w.-]+)",
    re.IGNORECASE,
)
_ACL_DOI = re.compile(r"10\.(?:18653|3115)/v1/(.+)")
_ACL_OLD = re.compile(r"[A-Z]\d{2}-\d{4,5}", re.IGNORECASE)
_ACL_NEW = re.compile(r"\d{4}\.[\w-]+\.\d+", re.IGNORECASE)
_OPENALEX = re.compile(r"(?:^|openalex\.org/(?:works/)?)\s*(w\d{3,12})\s*$", re.IGNORECASE)
_S2 = re.compile(r"(?:^|semanticscholar\.org/paper/(?:[^/\s]+/)?)([0-9a-f]{40})\b", re.IGNORECASE)


def doi(text: str) -> str | None:
    """Return the DOI in a text, lower-case and without resolver or trailing punctuation."""
    found = _DOI.search(unquote(text[:LONGEST]))
    if found is None:
        return None
    value = found.group().lower()
    if "(" not in value:
        value = value.rstrip(")")
    return value.rstrip(_DOI_TAIL) or None


def arxiv(text: str) -> str | None:
    """Return the arXiv id of an id, ``arXiv:`` label, DOI or URL, without its version."""
    text = text[:LONGEST].strip().lower()
    minted = _ARXIV_DOI.search(text)
    if minted is not None:
        text = minted.group(1)
    elif _DOI.search(text):
        return None
    new = _ARXIV_NEW.search(text)
    if new is not None:
        return new.group(1)
    old = _ARXIV_OLD.search(text)
    return f"{old.group(1)}/{old.group(2)}" if old else None


def pmid(text: str) -> str | None:
    """Return the digits of a PubMed id or PubMed URL."""
    text = text[:LONGEST]
    found = _PMID.match(text) or _PMID_PLACE.search(text)
    return (found.group(1).lstrip("0") or None) if found else None


def pmcid(text: str) -> str | None:
    """Return a PubMed Central id as ``PMC`` and digits."""
    text = text[:LONGEST].strip()
    found = _PMCID.search(text)
    if found is not None:
        return f"PMC{found.group(1)}"
    plain = text.isascii() and text.isdigit()
    return f"PMC{text}" if plain and _PMCID.search(f"PMC{text}") else None


def acl(text: str) -> str | None:
    """Return the ACL Anthology id of an id or an Anthology URL."""
    text = text[:LONGEST].strip()
    found = _ACL_PLACE.search(text)
    name = found.group(1) if found else text
    name = re.sub(r"\.(?:pdf|bib|xml)$|v\d+\.pdf$", "", name.removesuffix("."))
    if _ACL_OLD.fullmatch(name):
        return name.upper()
    return name.lower() if _ACL_NEW.fullmatch(name) else None


def openalex(text: str) -> str | None:
    """Return an OpenAlex work id, ``W`` and digits."""
    found = _OPENALEX.search(text[:LONGEST].strip())
    return found.group(1).upper() if found else None


def s2(text: str) -> str | None:
    """Return a Semantic Scholar paper id, 40 hex digits."""
    found = _S2.search(text[:LONGEST].strip())
    return found.group(1).lower() if found else None


NORMALISERS: Mapping[str, Callable[[str], str | None]] = {
    "doi": doi,
    "arxiv": arxiv,
    "pmid": pmid,
    "pmcid": pmcid,
    "acl": acl,
    "openalex": openalex,
    "s2": s2,
}


def identifiers(found: Mapping[str, str | None], url: str | None = None) -> Identifiers:
    """Normalise raw identifier fields and fill the missing ones from a URL.

    Args:
        found: Field text by kind (``doi``, ``arxiv``, ``pmid``, ...); values may be URLs.
        url: Where the paper lives; only hosts that name their papers are read.

    Returns:
        The identifiers that could be made out.
    """
    values = {kind: NORMALISERS[kind](text) for kind, text in found.items() if text}
    for kind, value in from_url(url or "").items():
        values[kind] = values.get(kind) or value
    minted = _ARXIV_DOI.fullmatch(values.get("doi") or "")
    if minted is not None:
        values["arxiv"] = values.get("arxiv") or arxiv(minted.group(1))
    acl_doi = _ACL_DOI.fullmatch(values.get("doi") or "")
    if acl_doi is not None:
        values["acl"] = values.get("acl") or acl(acl_doi.group(1))
    return Identifiers(**values)


def from_url(url: str) -> dict[str, str | None]:
    """Return the identifiers that a URL spells out, by kind."""
    lowered = url[:LONGEST].lower()
    values: dict[str, str | None] = {}
    if "doi.org/" in lowered:
        values["doi"] = doi(url)
    if _ARXIV_PLACE.search(lowered):
        values["arxiv"] = arxiv(url)
    if _PMID_PLACE.search(url[:LONGEST]):
        values["pmid"] = pmid(url)
    if "/pmc" in lowered:
        values["pmcid"] = pmcid(url)
    if _ACL_PLACE.search(url[:LONGEST]):
        values["acl"] = acl(url)
    if "openalex.org/" in lowered:
        values["openalex"] = openalex(url)
    return values


def is_arxiv_doi(value: str) -> bool:
    """Tell whether a DOI only restates an arXiv id, so that it contradicts no other DOI."""
    return _ARXIV_DOI.fullmatch(value) is not None


def names(found: Identifiers) -> dict[str, str]:
    """Return the identifiers that are set, by kind; quicker than ``Identifiers.pairs``."""
    return {kind: value for kind, value in vars(found).items() if value}
