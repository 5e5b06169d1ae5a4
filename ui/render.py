"""Nouns as markup: pure, and the only place of the page that escapes.

Every text goes through a template of `ui/templates`, which escapes whatever it is given and
drops characters that are unseen or turn the text around; nothing of a paper, a model or a
person ever is a tag, a script, an image or an address.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rag.conversations import Feedback, Kept, Thread
from rag.exports.formats import FORMATS
from rag.inquiries.agreement import Agreement
from rag.inquiries.comparison import Comparison
from rag.people import byline
from rag.phrases import parted
from rag.retractions import labelled
from rag.schema import Answer, Citation, Claim, Filters, Hit, Paper, Withheld
from rag.store.listing import Listing
from rag.store.report import AddReport
from rag.terminal.plain import counted, plain
from ui.highlight import Segment, Span, segments
from ui.links import links
from ui.place import Place
from ui.years import by_year

VERDICTS = {"supported": "✓", "partial": "◐", "unsupported": "○", "contradicted": "✕"}
"""A sign for each verdict; its word always stands beside it."""
STANDS = {"supports": "✓", "contradicts": "✕", "undecided": "○"}
KINDS = {
    "good": "Good answer",
    "bad": "Bad answer",
    "wrong citation": "Wrong citation",
    "missed paper": "Missed paper",
}
PAGE = 50
"""Papers on a page of the list."""


def turn(
    answer: Answer,
    place: Place,
    *,
    feedback: Feedback | None = None,
    last: bool = False,
    saved: bool = False,
) -> str:
    """Return a question and its answer, or its refusal.

    Args:
        answer: What was answered; a growing one too.
        place: Library and conversation, for the links of its citations.
        feedback: What a person has said of it.
        last: Whether it may be asked again or edited.
        saved: Whether it was just saved as a case.
    """
    short, whole = parted(answer.claims)
    return _rendered(
        "turn.html",
        answer=answer,
        place=place._replace(answer=answer.id),
        short=short,
        whole=whole,
        shown=shown(answer),
        years=by_year(answer),
        filters=told(answer.filters),
        feedback=feedback,
        last=last,
        saved=saved,
    )


def transcript(
    kept: Sequence[Kept], place: Place, feedback: Mapping[str, Feedback], *, last: bool
) -> str:
    """Return the turns of a conversation, oldest first."""
    return "".join(
        turn(
            each.answer,
            place,
            feedback=feedback.get(each.answer.id),
            last=last and each is kept[-1],
        )
        for each in kept
    )


def shown(answer: Answer) -> tuple[Citation, ...]:
    """Return the citations that a page numbers from 1: of an answer, or nearest to a refusal."""
    return answer.refusal.nearest if answer.refusal else answer.citations


def evidence(answer: Answer, n: int, paper: Paper | None, place: Place) -> str:
    """Return the panel of a citation: the whole abstract with the cited words marked.

    Args:
        answer: The answer.
        n: Which of its `shown` citations, from 1.
        paper: As the library holds it; None where it is gone.
        place: Library and conversation.
    """
    listed = shown(answer)
    cited = listed[n - 1]
    others = [Span(c.start, c.end, "also") for c in listed if c.paper_id == cited.paper_id]
    verdicts = () if answer.refusal else [c.verdict for c in answer.claims if n in c.citations]
    return _rendered(
        "evidence.html",
        cited=cited,
        n=n,
        count=len(listed),
        place=place._replace(answer=answer.id),
        paper=paper,
        segments=_marked(paper, cited, others),
        checks=tuple(dict.fromkeys(verdicts)),
        sources=listed,
        refused=answer.refusal is not None,
        links=links(paper) if paper else (),
    )


def quoted(cited: Citation, paper: Paper | None) -> str:
    """Return the panel of a quote that belongs to no answer: of a table, or a list of papers."""
    return _rendered(
        "evidence.html",
        cited=cited,
        n=0,
        count=0,
        place=Place(),
        paper=paper,
        segments=_marked(paper, cited, []),
        checks=(),
        sources=(),
        refused=False,
        links=links(paper) if paper else (),
    )


def alike(quote: str, hits: Sequence[Hit]) -> str:
    """Return passages that are like a quote."""
    return _rendered("alike.html", quote=quote, hits=hits)


def no_evidence(text: str) -> str:
    """Return a panel that shows nothing but why."""
    return _rendered("none.html", text=text)


def waiting(question: str, place: Place) -> str:
    """Return a question of which nothing is known yet."""
    return _rendered("waiting.html", question=question, place=place)


def welcome(papers: int, examples: Sequence[str], place: Place) -> str:
    """Return what is shown before the first question: how to begin, or what could be asked."""
    return _rendered("welcome.html", papers=papers, examples=examples, place=place)


def file(name: str, kind: str, content: bytes, *, stamp: str) -> str:
    """Return a file for the script to save; it never lies on a disk of the server.

    Args:
        name: As it is to be called.
        kind: Its media type.
        content: Its bytes.
        stamp: Differs from that of the file before.
    """
    told = {"name": name, "type": kind, "content": b64encode(content).decode("ascii")}
    return _rendered("file.html", told=json.dumps(told), stamp=stamp)


def status(text: str, *, busy: bool = False, failed: bool = False) -> str:
    """Return a line that says what goes on."""
    return _rendered("status.html", text=text, busy=busy, failed=failed)


def badge(hosts: Sequence[str]) -> str:
    """Return where texts go: nowhere, or to which hosts."""
    return _rendered("badge.html", hosts=hosts)


def remaining(count: int, total: int) -> str:
    """Return how many papers a filter leaves."""
    return _rendered("remaining.html", count=count, total=total)


def added(report: AddReport, *, most: int = 200) -> str:
    """Return what an ``add`` did: counts, files and why something was rejected."""
    return _rendered("added.html", report=report, most=most)


def papers(listing: Listing, *, start: int, total: int) -> str:
    """Return a page of the papers of a library.

    Args:
        listing: The papers, and how many there are like these.
        start: How many come before.
        total: Papers in the whole library.
    """
    return _rendered("papers.html", listing=listing, start=start, size=PAGE, total=total)


def threads(found: Iterable[Thread], here: str, library: str, *, searched: str) -> str:
    """Return the list of conversations, the open one marked."""
    listed = [(each, Place(library, each.id)) for each in found]
    return _rendered("threads.html", threads=listed, here=here, searched=searched)


def comparison(found: Comparison) -> str:
    """Return papers side by side, each cell with its citation."""
    return _rendered("comparison.html", found=found)


def agreement(found: Agreement) -> str:
    """Return where papers stand on a claim."""
    return _rendered("agreement.html", found=found)


def told(filters: Filters) -> str:
    """Return filters as words, ``2019 to 2021, venue ACL``; nothing for none."""
    match filters.year_from, filters.year_to:
        case (None, None):
            parts: list[str] = []
        case (int(first), None):
            parts = [f"from {first}"]
        case (None, int(last)):
            parts = [f"to {last}"]
        case (first, last):
            parts = [f"{first} to {last}"]
    for name in ("venue", "author", "source"):
        value = getattr(filters, name)
        if value is not None:
            parts.append(f"{name} {value}")
    return ", ".join(parts)


def _marked(paper: Paper | None, cited: Citation, others: Sequence[Span]) -> tuple[Segment, ...]:
    """Return the abstract in runs, or the quote alone where the abstract has changed since."""
    text = paper.abstract if paper else ""
    if text[cited.start : cited.end] != cited.quote:
        return (Segment(cited.quote, "cited"),)
    return segments(text, [*others, Span(cited.start, cited.end, "cited")])


def _rendered(template: str, **values: object) -> str:
    return _environment().get_template(template).render(values)


def _visible(value: object) -> object:
    """Return a text as it may be shown; other values as they are."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    lead, trail = value[:1].isspace(), value[1:] and value[-1:].isspace()
    return f"{' ' if lead else ''}{plain(value)}{' ' if trail else ''}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ui"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cast(Any, environment).globals.update(
        byline=byline,
        labelled=labelled,
        counted=counted,
        kinds=KINDS,
        formats=tuple(FORMATS),
        verdicts=VERDICTS,
        stands=STANDS,
        source_of=_source_of,
        told=_told,
        cut=_short,
    )
    return environment


def _source_of(citation: Citation | Paper) -> str:
    """Return who stands for a citation in a few words."""
    return byline(citation.authors, citation.year) or _short(citation.title, 60)


def _told(claim: Claim | Withheld) -> tuple[Segment, ...]:
    """Return a sentence in parts, those marked that its evidence does not come near to."""
    return segments(claim.text, [Span(a, b, "unmet") for a, b in claim.verdict.unmet])


def _short(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[:most].rsplit(' ', 1)[0]} …"
