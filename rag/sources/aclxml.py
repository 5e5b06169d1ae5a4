"""The ACL Anthology's own XML: a collection of volumes of papers, or one volume as before 2019.

What the papers of a volume share stands in its ``meta``, before them. Front matter is no
paper. A paper that was retracted or removed says so in an element of its own and is kept
like others.

Format: https://github.com/acl-org/acl-anthology/blob/master/data/xml/schema.rnc
"""

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from rag.identity.identifiers import acl
from rag.schema import Record, Rejection
from rag.sources import markup
from rag.sources.draft import Draft
from rag.sources.innertext import told
from rag.sources.markup import Found
from rag.sources.reader import Place

name = "aclxml"

SITE = "https://aclanthology.org"

_UNTOLD = Element("meta")


def sniff(head: str) -> float:
    """Recognise volumes with what is in them."""
    opening = markup.root(head)
    if opening == "collection":
        return 0.95 if "<volume" in head else 0.0
    return 0.9 if opening == "volume" and "<paper" in head else 0.0


def read(lines: Iterable[str], place: Place) -> Iterator[Record | Rejection]:
    """Yield a record per paper."""
    return markup.records(lines, place, wanted=("meta", "paper"), form=_Volumes().form)


class _Volumes:
    """Makes drafts of papers, knowing what was told about the volume they are in."""

    def __init__(self) -> None:
        self._told = Found(_UNTOLD, 0)

    def form(self, found: Found) -> Draft | None:
        if found.element.tag == "meta":  # events have one, too
            holder = found.around[-1][0] if found.around else ""
            self._told = found if holder == "volume" else self._told
            return None
        same = self._told.around == found.around
        return _draft(found.element, self._told.element if same else _UNTOLD, _number(found))


def _draft(paper: Element, meta: Element, number: str) -> Draft:
    url = told(paper, "url")
    if not url.startswith("http"):
        url = f"{SITE}/{number}/" if number else ""
    return Draft(
        title=told(paper, "title"),
        abstract=told(paper, "abstract"),
        authors=_people(paper, "author") or _people(paper, "editor"),
        year=told(paper, "year") or told(meta, "year") or (number[:4] if "." in number else ""),
        venue=_venue(paper) or _venue(meta),
        url=url,
        names={"acl": number, "doi": told(paper, "doi")},
    )


def _people(paper: Element, role: str) -> list[str]:
    people = paper.findall(role)
    return [" ".join(filter(None, (told(one, "first"), told(one, "last")))) for one in people]


def _venue(element: Element) -> str:
    paths = ("booktitle", "journal", "journal-title")
    return next(filter(None, (told(element, path) for path in paths)), "")


def _number(found: Found) -> str:
    """Return a paper's Anthology id as it is told, or as it follows from where the paper is."""
    ids = {name: attributes.get("id", "") for name, attributes in found.around}
    own = found.element.get("id", "")
    return (
        acl(told(found.element, "url"))
        or anthology_id(ids.get("collection", ""), ids.get("volume", ""), own)
        or ""
    )


def anthology_id(collection: str, volume: str, paper: str) -> str | None:
    """Return ``2020.acl-main.1`` or ``P19-1001`` for the ids of its parts, if they make one.

    In the four digits of an old id the volume has one, but two in workshops (``W``), in the
    Coling of 1969 and in the workshops at EMNLP 2019. Older files tell all four as the paper's.
    """
    if not collection:
        return acl(f"{volume}-{paper}")
    if "." in collection:
        return acl(f"{collection}-{volume}.{paper}")
    if not (volume.isdecimal() and paper.isdecimal()):
        return None
    workshops = collection.startswith("W") or (collection == "D19" and int(volume) >= 5)
    if workshops or collection == "C69":
        return acl(f"{collection}-{int(volume):02}{int(paper):02}")
    return acl(f"{collection}-{int(volume)}{int(paper):03}")
