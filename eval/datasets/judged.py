"""Test collections: queries and relevance judgements, in BEIR's or in TREC's form.

Every judged document becomes gold with its grade, best first; a grade of 0 or
less stays, as judged and not relevant. Queries without a judgement are left
out, and counted. What an ``answers.jsonl`` adds is described in `answers`.
"""

from collections.abc import Mapping
from typing import NamedTuple

from eval.datasets.answers import Known, read_answers
from eval.datasets.layout import Layout
from eval.datasets.ledger import Ledger, Note, shown
from eval.datasets.papers import Papers, Shelf, Wanted, corpus_entries, gather, library_entries
from eval.datasets.qrels import Judgement, Judgements, read_judgements
from eval.datasets.topics import Topic, read_topics
from eval.schema import Case, Gold
from rag.sources.cleaning import clean


class Collection(NamedTuple):
    """The judged queries of a collection."""

    cases: tuple[Case, ...]
    unjudged: tuple[str, ...]
    """Ids of the queries that were left out."""


def read_collection(layout: Layout, ledger: Ledger, papers: Papers | None = None) -> Collection:
    """Read queries, judgements and answers, and hold them against each other and the papers."""
    note = ledger.page(layout.main)
    topics = read_topics(layout.topics, ledger.page(layout.topics)) if layout.topics else {}
    judged = read_judgements(layout.main, note)
    known = _answers(layout, topics, ledger)
    _known_queries(judged, topics, note)
    shelf = _shelf(layout, ledger, _wanted(judged, known), papers)
    if shelf is not None:
        _known_documents(judged, shelf, note)
    cases = tuple(
        _case(topic, judged.by_query[topic.id], known.get(topic.id), shelf)
        for topic in topics.values()
        if topic.id in judged.by_query
    )
    unjudged = tuple(name for name in topics if name not in judged.by_query)
    return Collection(cases, unjudged)


def _answers(layout: Layout, topics: Mapping[str, Topic], ledger: Ledger) -> dict[str, Known]:
    if layout.answers is None:
        return {}
    note = ledger.page(layout.answers)
    known = read_answers(layout.answers, note)
    for query, each in known.items():
        if query not in topics:
            note(each.line, f"query {shown(query)} is not among the queries; correct the id")
    return known


def _wanted(judged: Judgements, known: Mapping[str, Known]) -> Wanted:
    ids = {document for row in judged.by_query.values() for document in row}
    texts = {document for each in known.values() for document in each.evidence}
    return Wanted(ids=frozenset(ids), titles=frozenset(), texts=frozenset(texts))


def _shelf(layout: Layout, ledger: Ledger, wanted: Wanted, papers: Papers | None) -> Shelf | None:
    if papers is not None:
        return gather(library_entries(papers), wanted, name="the library")
    if layout.corpus is None:
        return None
    entries = corpus_entries(layout.corpus, ledger.page(layout.corpus))
    return gather(entries, wanted, name=layout.corpus.name)


def _known_queries(judged: Judgements, topics: Mapping[str, Topic], note: Note) -> None:
    for query, row in judged.by_query.items():
        if query not in topics:
            for judgement in row.values():
                message = f"query {shown(query)} is not among the queries"
                note(judgement.line, f"{message}; correct the id or add the query")


def _known_documents(judged: Judgements, shelf: Shelf, note: Note) -> None:
    for row in judged.by_query.values():
        for document, judgement in row.items():
            if document not in shelf.by_id:
                message = f"document {shown(document)} is not in {shelf.name}"
                note(judgement.line, f"{message}; correct the id or add the paper")


def _case(
    topic: Topic, row: Mapping[str, Judgement], known: Known | None, shelf: Shelf | None
) -> Case:
    best_first = sorted(row.items(), key=lambda item: -item[1].grade)
    sentences = known.evidence if known else {}
    return Case(
        id=topic.id,
        question=topic.text,
        type=known.type if known else "question",
        answerable=known.answerable if known else None,
        gold=tuple(
            Gold(
                paper_id=document,
                grade=judgement.grade,
                evidence=_exact(sentences.get(document, ()), document, shelf),
            )
            for document, judgement in best_first
        ),
        answers=known.answers if known else (),
    )


def _exact(sentences: tuple[str, ...], document: str, shelf: Shelf | None) -> tuple[str, ...]:
    """Return the sentences that are exact runs of the stored text; all where there is no text."""
    if shelf is None:
        return sentences
    abstracts = shelf.find(document, None)
    cleaned = [sentence for each in sentences if (sentence := clean(each))]
    return tuple(each for each in cleaned if any(each in abstract for abstract in abstracts))
