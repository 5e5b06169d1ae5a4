"""Bibliographies in three plain styles, or in any ``.csl`` style that a user points to."""

from collections.abc import Sequence
from typing import NamedTuple

from rag.citations import link
from rag.exports.exported import STYLES, Options, shown
from rag.exports.keys import letters
from rag.exports.ordering import ordered
from rag.exports.safe import tidy, web
from rag.people import Person, person
from rag.retractions import labelled
from rag.schema import Paper

_MOST = 6
"""Authors that Vancouver names before ``et al.``"""


class Reference(NamedTuple):
    """An entry of a bibliography."""

    paper_id: str
    label: str
    """What stands for it in a text: ``[1]``, ``(1)`` or ``(Devlin et al., 2019a)``."""
    text: str
    """The entry with its number, if it has one; one line without its link."""
    link: str
    """Web address; empty where none is known."""


def bibliography(papers: Sequence[Paper], options: Options) -> tuple[Reference, ...]:
    """Return the entries of cited papers in order.

    Raises:
        UsageError: The style is none of ours and no ``.csl`` file that can be used.
        ModelUnavailable: Such a file needs the extra ``csl``.
    """
    placed = ordered(papers, options.order)
    if options.style not in STYLES:
        from rag.exports.cslstyle import styled

        found = styled(placed, options.style)
        labels, texts = [each.label for each in found], [each.text for each in found]
    else:
        years = _years(placed)
        clean = [shown(paper) for paper in placed]
        write = {"numeric": _numeric, "author-year": _author_year, "vancouver": _vancouver}
        texts = [write[options.style](each, years[each.id]) for each in clean]
        labels = [
            _label(each, n, options.style, years[each.id]) for n, each in enumerate(clean, start=1)
        ]
        if options.style != "author-year":
            marks = [label if options.style == "numeric" else f"{label[1:-1]}." for label in labels]
            texts = [f"{mark} {text}" for mark, text in zip(marks, texts, strict=True)]
    taken_back = [tidy(labelled(paper.retraction)) for paper in placed]
    texts = [" ".join(filter(None, each)) for each in zip(texts, taken_back, strict=True)]
    links = [web(link(paper)) for paper in placed]
    return tuple(
        Reference(paper.id, label, text, url)
        for paper, label, text, url in zip(placed, labels, texts, links, strict=True)
    )


def _label(paper: Paper, number: int, style: str, year: str) -> str:
    if style == "author-year":
        return f"({_who(paper)}, {year})"
    return f"[{number}]" if style == "numeric" else f"({number})"


def _years(papers: Sequence[Paper]) -> dict[str, str]:
    """Return years by id, with a letter where authors and year would else be the same."""
    alike: dict[tuple[str, int | None], list[Paper]] = {}
    for paper in papers:
        alike.setdefault((_who(shown(paper)), paper.year), []).append(paper)
    found: dict[str, str] = {}
    for (_, year), group in alike.items():
        for place, paper in enumerate(sorted(group, key=lambda each: (each.title, each.id))):
            dash = "-" if year is None and len(group) > 1 else ""
            letter = dash + letters(place) if len(group) > 1 else ""
            found[paper.id] = ("n.d." if year is None else str(year)) + letter
    return found


def _who(paper: Paper) -> str:
    """Return who stands for a paper in a text; its title where it has no authors."""
    names = [person(name).surname for name in paper.authors]
    if not names:
        return f"“{paper.title}”"
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)


def _numeric(paper: Paper, _: str) -> str:
    names = [
        " ".join(filter(None, (*who.initials, who.surname, who.suffix))) for who in _all(paper)
    ]
    return _joined(_listed(names), paper.title, paper.venue, _year(paper))


def _author_year(paper: Paper, year: str) -> str:
    names = [_turned(who) for who in _all(paper)]
    if not names:
        return _joined(f"{_ended(paper.title)} ({year})", paper.venue)
    return _joined(f"{_listed(names)} ({year})", paper.title, paper.venue)


def _vancouver(paper: Paper, _: str) -> str:
    names = [
        " ".join(filter(None, (who.surname, "".join(who.initials).replace(".", ""), who.suffix)))
        for who in _all(paper)
    ]
    listed = ", ".join(names[:_MOST]) + (", et al" if len(names) > _MOST else "")
    return _joined(listed, paper.title, "; ".join(filter(None, (paper.venue, _year(paper)))))


def _all(paper: Paper) -> list[Person]:
    return [person(name) for name in paper.authors]


def _turned(who: Person) -> str:
    return ", ".join(filter(None, (who.surname, " ".join(who.initials), who.suffix)))


def _listed(names: Sequence[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def _year(paper: Paper) -> str:
    return "" if paper.year is None else str(paper.year)


def _joined(*parts: str | None) -> str:
    return " ".join(_ended(part) for part in parts if part)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", "。")) else f"{text}."
