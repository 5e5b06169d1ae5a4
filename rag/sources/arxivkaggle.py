r"""The arXiv metadata snapshot (Kaggle): one object a line, or an array of them.

Names, titles and abstracts hold LaTeX, which is decoded outside of maths. The year is that
of the journal reference where there is a likely one, else that of the first version.
Withdrawn papers say so in ``comments`` only and are kept with that mark.
"""

import re
from collections.abc import Iterable, Iterator

from rag.retractions import in_comment
from rag.schema import Record, Rejection
from rag.sources import latex, objects
from rag.sources.cleaning import clean
from rag.sources.draft import Draft, year
from rag.sources.objects import Fields, first, keys, listing, text, within
from rag.sources.reader import Place

name = "arxivkaggle"

_ID = re.compile(r'"id"\s*:\s*"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})"')
_BASE = frozenset({"abstract", "authors", "categories", "title"})
_OWN = frozenset({"authors_parsed", "journal-ref", "report-no", "submitter", "update_date"})
_TIE = re.compile(r"(?<!\\)~")
_MARK = "\ue000"
_REMARK = re.compile(r"\([^()]*\)")
_BETWEEN = re.compile(r" ?[,;:] ?(?:and )?| and | & ")
_GENERATION = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_YEAR_ALONE = re.compile(r"\(((?:19|20)\d\d)\)")
_NUMBER = re.compile(r"[^A-Za-z]*(?:[A-Za-z](?=\d)[^A-Za-z]*)?|\([^)]*")
_LABEL = re.compile(r"(?:vol|volume|no|number|issue|pp?|pages?|art|article)\.?:?", re.IGNORECASE)

REMARKS = 3
"""Parentheses inside each other that are taken off a list of authors, innermost first."""


def sniff(head: str) -> float:
    """Recognise an arXiv id beside the fields of the snapshot."""
    told = keys(head)
    return 0.9 if told >= _BASE and told & _OWN and _ID.search(head) else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per paper."""
    return objects.read(lines, place, form=_draft)


def _draft(fields: Fields) -> Draft:
    number = first(fields, "id")
    reference = first(fields, "journal-ref")
    return Draft(
        title=decoded(first(fields, "title")),
        abstract=decoded(first(fields, "abstract")),
        authors=_parsed(fields.get("authors_parsed")) or _authors(first(fields, "authors")),
        year=published(reference, _submitted(fields, number)),
        venue=journal(latex.plain(reference)) or "arXiv",
        url=f"https://arxiv.org/abs/{number}" if number else "",
        names={"arxiv": number, "doi": first(fields, "doi")},
        retraction=in_comment(decoded(first(fields, "comments"))),
    )


def decoded(text: str) -> str:
    """Return a title or abstract with its LaTeX decoded outside of maths."""
    if "\\" not in text and "{" not in text:
        return text
    # Here a tilde is "about" more often than a tie.
    return latex.plain(_TIE.sub(_MARK, text)).replace(_MARK, "~")


def _parsed(value: object) -> list[str]:
    """Return the names of ``[family, given, suffix]`` lists; affiliations may follow."""
    names: list[str] = []
    for person in listing(value):
        family, given, suffix = [*map(text, listing(person)[:3]), "", "", ""][:3]
        names.append(latex.plain(" ".join(filter(None, (given, family, suffix)))))
    return [name for name in names if name]


def _authors(written: str) -> list[str]:
    for _ in range(REMARKS):
        written = _REMARK.sub(" ", written)
    names: list[str] = []
    for name in _BETWEEN.split(clean(latex.plain(written))):
        if names and _GENERATION.fullmatch(name):
            names[-1] = f"{names[-1]} {name}"
        else:
            names.append(name)
    return names


def _submitted(fields: Fields, number: str) -> int | None:
    created = within(next(iter(listing(fields.get("versions"))), None), "created")
    digits = number.rpartition("/")[2][:2]
    numbered = None
    if digits.isascii() and digits.isdecimal():
        numbered = int(digits) + (1900 if digits >= "91" else 2000)
    return year(created) or numbered or year(fields.get("update_date"))


def published(reference: str, submitted: int | None) -> int | None:
    """Return the year of a journal reference: the last that is near to that of submission.

    ``Astrophys.J. 550:1956-1969,2001`` holds pages that look like years.
    """
    found = _YEAR_ALONE.findall(reference) or _YEAR.findall(reference)
    years = [int(one) for one in found]
    likely = [one for one in years if submitted is None or -10 <= one - submitted <= 15]
    return likely[-1] if likely else submitted


def journal(reference: str) -> str:
    """Return a journal reference without volume, number, pages and year at its end."""
    words = reference.split()
    while words and (_NUMBER.fullmatch(words[-1]) or _LABEL.fullmatch(words[-1])):
        words.pop()
    if words:
        # Spires style runs all together: "Phys.Rev.D76:013009,2007".
        words[-1] = re.split(r"\d", words[-1], maxsplit=1)[0]
    return " ".join(words).rstrip(" ,;:([-") or reference
