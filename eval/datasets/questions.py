"""Attest's own form of a case: one JSON object a line.

``id`` and ``question`` are needed; every other field may be left out: ``type``,
``history`` ``[{question, answer, papers?}]``, ``answerable``, ``gold`` ``[{paper_id (or
_id, id), title, grade, evidence: [text]}]``, ``answer`` (a text) or ``answers``
(several), ``must_include``, ``must_exclude``, ``nuggets`` ``[{text, vital}]``,
``group``, ``origin``, ``pair`` and ``filters``. A file that reads without a
fault holds nothing that one of its fields contradicts.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from eval.datasets.fields import Fields
from eval.datasets.ledger import Note, shown
from eval.datasets.lines import Json
from eval.datasets.papers import Shelf, Wanted, title_key
from eval.datasets.qrels import LARGEST
from eval.schema import Case, Gold, Nugget
from rag.schema import Filters, Turn

FIELDS = (
    "id", "type", "question", "history", "answerable", "gold", "answer", "answers",
    "must_include", "must_exclude", "nuggets", "group", "origin", "pair", "filters",
)  # fmt: skip

_IDS = ("paper_id", "_id", "id")


class Placed(NamedTuple):
    """A case and the line it stands on."""

    line: int
    case: Case


def read_cases(found: Iterable[tuple[int, Json]], note: Note) -> list[Placed]:
    """Return the cases of objects, and note all that is wrong with each and between them.

    A case with a fault is returned as far as it could be read.
    """
    placed: list[Placed] = []
    for line, values in found:

        def here(message: str, line: int = line) -> None:
            note(line, message)

        fields = Fields(values, here)
        case = _case(fields)
        _agrees(case, fields)
        placed.append(Placed(line, case))
    _distinct_ids(placed, note)
    _distinct_questions(placed, note)
    _known_pairs(placed, note)
    return placed


def wanted(placed: Sequence[Placed]) -> Wanted:
    """Return what the cases need of a corpus."""
    gold = [each for _, case in placed for each in case.gold]
    ids = frozenset(each.paper_id for each in gold if each.paper_id)
    titles = frozenset(title_key(each.title) for each in gold if each.title)
    return Wanted(ids=ids, titles=titles, texts=ids)


def compare(placed: Sequence[Placed], shelf: Shelf, note: Note) -> None:
    """Note gold papers that the corpus lacks, and evidence that is no exact run of an abstract."""
    for line, case in placed:
        for gold in case.gold:
            name = shown(gold.paper_id or gold.title or "")
            abstracts = shelf.find(gold.paper_id, gold.title)
            if not abstracts:
                note(line, f"gold paper {name} is not in {shelf.name}; correct it or add the paper")
                continue
            for text in gold.evidence:
                if not any(text in abstract for abstract in abstracts):
                    near = any(title_key(text) in title_key(each) for each in abstracts)
                    hint = "only case, blanks or punctuation differ: " if near else ""
                    message = f"evidence {shown(text)} is no exact part of the abstract of {name}"
                    note(line, f"{message}; {hint}copy it from the abstract")


def _case(fields: Fields) -> Case:
    fields.only(FIELDS)
    case_id = fields.key("id")
    if case_id is None and "id" not in fields.faulty:
        fields.fault("id", "no 'id'; give each case one, a text or a whole number")
    return Case(
        id=case_id or "",
        question=fields.needed("question", "write what is asked"),
        history=tuple(_turn(turn) for turn in fields.objects("history")),
        filters=_filters(fields.nested("filters")),
        type=fields.text("type") or "question",
        answerable=fields.flag("answerable"),
        gold=tuple(gold for each in fields.objects("gold") if (gold := _gold(each))),
        answers=_answers(fields),
        must_include=fields.texts("must_include"),
        must_exclude=fields.texts("must_exclude"),
        nuggets=tuple(_nugget(each) for each in fields.objects("nuggets")),
        group=fields.text("group") or "",
        origin=fields.text("origin") or "person",
        pair=fields.key("pair"),
    )


def _turn(fields: Fields) -> Turn:
    fields.only(("question", "answer", "papers"))
    question = fields.needed("question", "write what was asked before")
    answer = fields.text("answer") or ""
    return Turn(question=question, answer=answer, papers=fields.texts("papers"))


def _filters(fields: Fields | None) -> Filters:
    if fields is None:
        return Filters()
    fields.only(tuple(Filters.model_fields))
    return Filters(
        year_from=fields.whole("year_from"),
        year_to=fields.whole("year_to"),
        venue=fields.text("venue"),
        author=fields.text("author"),
        source=fields.text("source"),
    )


def _gold(fields: Fields) -> Gold | None:
    fields.only((*_IDS, "title", "grade", "evidence"))
    if sum(map(fields.has, _IDS)) > 1:
        fields.fault("paper_id", "a gold paper with two ids; keep 'paper_id'")
    paper_id, title = fields.key(*_IDS), fields.key("title")
    grade = fields.whole("grade")
    evidence = fields.texts("evidence")
    if grade is not None and abs(grade) > LARGEST:
        fields.fault("grade", f"a grade beyond {LARGEST}; give a smaller one")
    if not (paper_id or title):
        if not fields.faulty:
            fields.fault("paper_id", "a gold paper without id and title; give it one of them")
        return None
    return Gold(
        paper_id=paper_id, title=title, grade=1 if grade is None else grade, evidence=evidence
    )


def _answers(fields: Fields) -> tuple[str, ...]:
    if fields.has("answer") and fields.has("answers"):
        fields.fault("answers", "both 'answer' and 'answers'; keep one of them")
    one = fields.text("answer")
    return ((one,) if one and one.strip() else ()) or fields.texts("answers")


def _nugget(fields: Fields) -> Nugget:
    fields.only(("text", "vital"))
    vital = fields.flag("vital")
    return Nugget(text=fields.needed("text", "write the fact"), vital=vital is not False)


def _agrees(case: Case, fields: Fields) -> None:
    """Note what one field of a case says against another, as far as both could be read."""
    relevant = [gold for gold in case.gold if gold.grade > 0]
    unread = fields.faulty & {"answerable", "gold", "answer", "answers", "nuggets"}
    names = [gold.paper_id or title_key(gold.title or "") for gold in case.gold]
    if len(set(names)) < len(names):
        fields.fault("gold", "a gold paper stands twice; put its evidence into one entry")
    if case.answerable is False and relevant:
        fields.fault("gold", "answerable is false, yet there is gold; remove one of them")
    known = relevant or case.answers or case.nuggets
    if case.answerable is True and not known and not unread:
        message = "answerable is true, yet there is neither gold nor a reference answer"
        fields.fault("answerable", f"{message}; add one, or leave 'answerable' out")
    texts = [*case.answers, *(text for gold in case.gold for text in gold.evidence)]
    if texts and not fields.faulty & {"gold", "answer", "answers"}:
        known_text = "\n".join(texts).casefold()
        for term in case.must_include:
            if term.casefold() not in known_text:
                message = f"must_include {shown(term)} is in neither reference answer nor evidence"
                fields.fault("must_include", f"{message}; correct the term or add the evidence")


def _distinct_ids(placed: Sequence[Placed], note: Note) -> None:
    _distinct(placed, note, lambda case: case.id or None, "id")


def _distinct_questions(placed: Sequence[Placed], note: Note) -> None:
    def key(case: Case) -> object:
        asked = " ".join(case.question.casefold().split())
        # A variant of another case may repeat its words: in capitals, or under other filters.
        return (asked, case.history, case.filters, case.pair) if asked else None

    _distinct(placed, note, key, "question")


def _distinct(
    placed: Sequence[Placed], note: Note, key: Callable[[Case], object], what: str
) -> None:
    first: dict[object, int] = {}
    for line, case in placed:
        value = key(case)
        if value is not None and (before := first.setdefault(value, line)) != line:
            text = case.id if what == "id" else case.question
            note(line, f"{what} {shown(text)} is also on line {before}; change or remove one")


def _known_pairs(placed: Sequence[Placed], note: Note) -> None:
    ids = {case.id for _, case in placed}
    for line, case in placed:
        if case.pair is not None and (case.pair not in ids or case.pair == case.id):
            note(line, f"pair {shown(case.pair)} is no other case of this file; correct the id")
