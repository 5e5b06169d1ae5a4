"""Comparing papers: rows are found, columns chosen, cells filled with quotes and checked."""

import re
from collections.abc import Sequence

from rag.answering.candidates import Scored, gather
from rag.answering.evidence import Reading
from rag.answering.question import read_question
from rag.answering.refusal import probability, signs
from rag.citations import Draft, Evidence, bind, cite, link
from rag.errors import UsageError
from rag.inquiries.aspects import Aspect, Body, Choice, filled
from rag.inquiries.comparison import Cell, Comparison, Row
from rag.inquiries.roles import Role, role_of
from rag.inquiries.things import Thing, named
from rag.inquiries.tools import Tools
from rag.inquiries.topic import share
from rag.retrieval import Candidate, Query, Retrieved
from rag.schema import Citation, Filters, Paper, Refusal
from rag.store.view import LibraryView

ROWS = 5
"""Papers compared when none are named."""
MOST = 20
"""Rows, and aspects, that are taken."""
OFF_TOPIC = 0.25
"""Probability that the library says something on a topic, below which nothing is compared."""
_GAP = -0.45
"""How far below the best a paper may score to be compared."""
_SCORE = 0.6
"""Least score of a compared paper, and"""
_SHARE = 0.45
"""least share of the topic's words in it: what is nearest need not be near."""
_SAID = 0.4
"""Share of the rows that must have a cell for a column that nobody asked for."""
NEAREST = 3
_COUNTED = re.compile(r"(?:the )?(?:number|amount|count) of (?=\S)", re.IGNORECASE)


def compare(
    view: LibraryView,
    tools: Tools,
    question: str,
    *,
    things: Sequence[str] = (),
    aspects: Sequence[str] = (),
    k: int = ROWS,
    filters: Filters | None = None,
) -> Comparison:
    """Return papers side by side.

    Args:
        view: The library version.
        tools: Retriever, fitted weights and checker.
        question: The topic; may be blank where things are named.
        things: Approaches by name or papers by id; none takes the best papers on the topic.
        aspects: Columns; none takes the roles that these abstracts speak on.
        k: Rows where no things are named.
        filters: Which papers may be used.

    Raises:
        UsageError: Nothing is asked, one thing alone is named, or too many are.
    """
    things = tuple(dict.fromkeys(each.strip() for each in things if each.strip()))
    wanted = tuple(dict.fromkeys(each.strip() for each in aspects if each.strip()))
    _require(question, things, wanted, k)
    topic = question if question.strip() else ", ".join(things)
    retrieved = tools.retriever.retrieve(view, topic, filters)
    made = _Making(view, tools, topic, filters or Filters())
    if things:
        rows = named(view, tools.retriever, things, question, filters)
    else:
        refusal = made.off_topic(retrieved, k)
        if refusal is not None:
            return made.comparison(refusal=refusal)
        rows = _best(view, retrieved, k)
    return made.table(retrieved.query, rows, wanted)


def _require(question: str, things: Sequence[str], aspects: Sequence[str], k: int) -> None:
    if not question.strip() and not things:
        raise UsageError("the topic is blank; say what to compare, or name at least two things")
    if len(things) == 1 or (not things and k < 2):
        raise UsageError("one row alone compares nothing; name at least two, or none")
    if max(len(things), len(aspects), k) > MOST:
        raise UsageError(f"a comparison takes at most {MOST} rows and {MOST} aspects")


def _best(view: LibraryView, retrieved: Retrieved, k: int) -> list[Thing]:
    first = retrieved.candidates[0].score if retrieved.candidates else 0.0
    near = [each for each in retrieved.candidates if each.score >= max(_SCORE, first + _GAP)]
    papers = view.snapshot.papers(each.paper_id for each in near)
    on_topic = [
        Thing(paper.title, each)
        for each in near
        for paper in [papers[each.paper_id]]
        if paper.abstract and share(retrieved.query, f"{paper.title} {paper.abstract}") >= _SHARE
    ]
    return on_topic[:k]


class _Making:
    """One comparison in the making."""

    def __init__(self, view: LibraryView, tools: Tools, topic: str, filters: Filters) -> None:
        self._view = view
        self._tools = tools
        self._topic = topic
        self._filters = filters

    def comparison(self, **found: object) -> Comparison:
        """Return the comparison with what was found."""
        fields = {
            "question": self._topic,
            "filters": self._filters,
            "checker": self._tools.checker.name,
            "library": self._view.fingerprint,
        }
        return Comparison.model_validate({**fields, **found})

    def off_topic(self, retrieved: Retrieved, k: int) -> Refusal | None:
        """Return a refusal where the library has nothing on the topic, or one paper alone."""
        reading = self._reading(retrieved.query, self._topic)
        scored = self._scored(retrieved, reading, k)
        if not scored:
            return Refusal(reason="it holds no abstract on this to compare.", probability=0.0)
        likely = probability(signs(reading, retrieved, scored), self._tools.fitted.refusal)
        if likely < OFF_TOPIC:
            reason = "its papers are about other things."
            return Refusal(reason=reason, probability=round(likely, 4), nearest=_nearest(scored))
        if len(_best(self._view, retrieved, k)) < 2:
            reason = "one paper alone is on this, and one row compares nothing."
            return Refusal(reason=reason, probability=round(likely, 4), nearest=_nearest(scored))
        return None

    def table(self, query: Query, rows: Sequence[Thing], wanted: Sequence[str]) -> Comparison:
        """Return the table of some rows, or a refusal where all of it would be empty."""
        found = [each.candidate for each in rows if each.candidate is not None]
        missing = [each.name for each in rows if each.candidate is None]
        notices = tuple(f"no paper of the library is about {name}" for name in missing)
        columns = [self._aspect(name) for name in wanted or tuple(Role)]
        bodies = self._bodies(query, found, columns)
        choices = {each.paper_id: filled(columns, bodies[each.paper_id]) for each in found}
        if not wanted:
            columns, choices = _said(columns, choices)
        if not any(one for every in choices.values() for one in every):
            what = ", ".join(each.name for each in columns) or "what is compared"
            reason = f"none of these abstracts says anything on {what}."
            if not found:
                reason = "it holds no paper on any of these."
            refusal = Refusal(reason=reason, probability=0.0)
            return self.comparison(refusal=refusal, notices=notices)
        return self._bound(rows, columns, choices, notices)

    def _bound(
        self,
        rows: Sequence[Thing],
        columns: Sequence[Aspect],
        choices: dict[str, list[Choice | None]],
        notices: tuple[str, ...],
    ) -> Comparison:
        """Bind and check every cell; one that does not stand is emptied."""
        check = self._tools.checker.check
        ids = [each.candidate.paper_id for each in rows if each.candidate is not None]
        papers = self._view.snapshot.papers(ids)
        places = [
            (paper_id, column)
            for paper_id in ids
            for column, choice in enumerate(choices[paper_id])
            if choice is not None and check(choice.text, [choice.scored.sentence.text]).label
            in {"supported", "partial"}
        ]  # fmt: skip
        bound = bind([_draft(choices[paper][column]) for paper, column in places], check)
        cells = {
            place: Cell(text=claim.text, citations=claim.citations, verdict=claim.verdict)
            for place, claim in zip(places, bound.claims, strict=True)
        }
        table = [_row(each, papers, len(columns), cells) for each in rows]
        names = tuple(each.name for each in columns)
        found = {"aspects": names, "rows": tuple(table), "citations": bound.citations}
        return self.comparison(**found, notices=notices)

    def _aspect(self, name: str) -> Aspect:
        counted = _COUNTED.match(name)
        asked = f"How many {name[counted.end() :]}?" if counted else f"What is the {name}?"
        return Aspect(name, role_of(name), read_question(name if "?" in name else asked))

    def _bodies(
        self, query: Query, found: Sequence[Candidate], columns: Sequence[Aspect]
    ) -> dict[str, Body]:
        own = Retrieved(query, tuple(found))
        about = self._scored(own, self._reading(query, self._topic), len(found))
        free: dict[str, list[Scored]] = {}
        for aspect in columns:
            if aspect.role is None:
                subject = _COUNTED.sub("", aspect.name)
                asked = self._tools.retriever.query(self._view, subject)
                reading = Reading(aspect.question, asked.weights, self._view.lexical.size)
                free[aspect.name] = self._scored(
                    Retrieved(asked, tuple(found)), reading, len(found)
                )
        return {each.paper_id: _body(each.paper_id, about, free) for each in found}

    def _reading(self, query: Query, text: str) -> Reading:
        return Reading(read_question(text), query.weights, self._view.lexical.size)

    def _scored(self, retrieved: Retrieved, reading: Reading, papers: int) -> list[Scored]:
        weights = self._tools.fitted.evidence
        return gather(self._view, retrieved, reading, weights, papers=papers)


def _body(paper_id: str, about: Sequence[Scored], free: dict[str, list[Scored]]) -> Body:
    own = sorted(
        (one for one in about if one.paper.id == paper_id), key=lambda one: one.sentence.ordinal
    )
    return Body(
        tuple(own),
        {
            name: {one.sentence.ordinal: one for one in every if one.paper.id == paper_id}
            for name, every in free.items()
        },
    )


def _said(
    columns: Sequence[Aspect], choices: dict[str, list[Choice | None]]
) -> tuple[list[Aspect], dict[str, list[Choice | None]]]:
    """Keep the columns on which enough of the rows say something."""
    kept = [
        place
        for place in range(len(columns))
        if sum(every[place] is not None for every in choices.values()) >= _SAID * len(choices)
    ]
    return (
        [columns[place] for place in kept],
        {paper: [every[place] for place in kept] for paper, every in choices.items()},
    )


def _row(
    thing: Thing, papers: dict[str, Paper], columns: int, cells: dict[tuple[str, int], Cell]
) -> Row:
    if thing.candidate is None:
        return Row(name=thing.name, cells=(Cell(),) * columns)
    paper = papers[thing.candidate.paper_id]
    return Row(
        name=thing.name,
        paper_id=paper.id,
        title=paper.title,
        authors=paper.authors,
        year=paper.year,
        url=link(paper),
        cells=tuple(cells.get((paper.id, column), Cell()) for column in range(columns)),
    )


def _evidence(one: Scored) -> Evidence:
    return Evidence(paper=one.paper, sentence=one.sentence, passage_id=one.passage_id)


def _draft(choice: Choice | None) -> Draft:
    if choice is None:
        return Draft("")
    return Draft(choice.text, (_evidence(choice.scored),))


def _nearest(scored: Sequence[Scored]) -> tuple[Citation, ...]:
    return tuple(cite(_evidence(one), n=n) for n, one in enumerate(scored[:NEAREST], start=1))
