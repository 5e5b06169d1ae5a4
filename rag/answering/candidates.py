"""Gathering the sentences that may answer, best first."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rag.answering.evidence import Place, Reading, Weights, features
from rag.embedding.port import Vector
from rag.interaction import Interaction, Met, cosines, met, nearest
from rag.nearness import sentence_cosines
from rag.pairs import PairReader, heard, titled
from rag.retrieval import Candidate, Retrieved
from rag.schema import Paper, Passage, Sentence
from rag.store.view import LibraryView
from rag.terms import mentions, terms

PAPERS = 8
"""Papers whose sentences are read; for one question in twenty the right one is further down."""

EARLIER = 3
"""Papers of earlier turns that are read again, however deep they lie."""


class Scored(NamedTuple):
    """A sentence with the probability that it is evidence."""

    place: Place
    passage_id: str
    features: tuple[float, ...]
    probability: float

    @property
    def paper(self) -> Paper:
        """Return the paper that the sentence belongs to."""
        return self.place.paper

    @property
    def sentence(self) -> Sentence:
        """Return the sentence."""
        return self.place.sentence


def gather(
    view: LibraryView,
    retrieved: Retrieved,
    reading: Reading,
    weights: Weights,
    *,
    papers: int = PAPERS,
    earlier: Sequence[str] = (),
    reader: PairReader | None = None,
    interaction: Interaction | None = None,
) -> list[Scored]:
    """Return the abstract sentences of the best papers, the likeliest evidence first.

    Args:
        view: The library version that was searched.
        retrieved: What was found.
        reading: The question.
        weights: Of the evidence model.
        papers: How many of the best are read.
        earlier: Papers that the conversation has cited: heard where they were found at all.
        reader: Reads every sentence behind its title with the question, where there is one.
        interaction: Compares every sentence with the question by word pieces, where there is one.
    """
    chosen = _heard(retrieved, reading, papers, earlier)
    ids = [each.paper_id for each in chosen]
    stored, sentences = view.snapshot.papers(ids), view.snapshot.sentences(ids)
    bodies = {
        paper: [one for one in every if one.field == "abstract"]
        for paper, every in sentences.items()
    }
    passages = view.snapshot.passages([key for each in chosen for key in each.keys])
    part = retrieved.query.part
    sentence_near: dict[str, dict[int, float]] = {}
    if part is not None:
        vectors = view.snapshot.sentence_vectors(passages)
        sentence_near = sentence_cosines(part, vectors, passages, bodies)
    meetings = _meetings(interaction, retrieved, passages, bodies)
    said = _said(reader, retrieved.query.text, stored, bodies)
    found: list[Scored] = []
    for rank, each in enumerate(chosen, start=1):
        body = bodies[each.paper_id]
        near = sentence_near.get(each.paper_id, {})
        own = [passages[key] for key in each.keys]
        for sentence in body:
            answers, about = said.get((each.paper_id, sentence.ordinal), (0.0, 0.0))
            place = Place(
                paper=stored[each.paper_id],
                sentence=sentence,
                sentences=len(body),
                rank=rank,
                gap=each.score - chosen[0].score,
                cosine=near.get(sentence.ordinal, 0.0),
                beside=max(near.get(sentence.ordinal + step, 0.0) for step in (-1, 1)),
                before=body[sentence.ordinal - 1].text if sentence.ordinal else "",
                answers=answers,
                about=about,
                met=meetings.get((each.paper_id, sentence.ordinal), Met()),
                paper_met=meetings.get((each.paper_id, None), Met()),
            )
            row = tuple(features(reading, place))
            found.append(Scored(place, _passage(own, sentence).id, row, weights.probability(row)))
    return sorted(found, key=lambda one: (-one.probability, one.place.rank, one.sentence.ordinal))


def _meetings(
    interaction: Interaction | None,
    retrieved: Retrieved,
    passages: Mapping[int, Passage],
    bodies: Mapping[str, Sequence[Sentence]],
) -> dict[tuple[str, int | None], Met]:
    """Return how well each sentence meets the question and, at ordinal None, each paper."""
    if interaction is None:
        return {}
    asked = interaction.asked(retrieved.query.text, retrieved.query.weights)
    own = [*passages.values()]
    best: dict[tuple[str, int | None], list[Vector]] = {}
    texts = interaction.read([passage.embedded_text for passage in own])
    for passage, text in zip(own, texts, strict=True):
        near = cosines(asked, text)
        best.setdefault((passage.paper_id, None), []).append(near.max(axis=1, initial=0.0))
        shift = len(passage.embedded_text) - len(passage.text) - passage.start
        for one in bodies[passage.paper_id]:
            if one.end > passage.start and one.start < passage.end:
                found = nearest(near, text, one.start + shift, one.end + shift)
                best.setdefault((passage.paper_id, one.ordinal), []).append(found)
    return {key: met(np.max(rows, axis=0), asked.rarity) for key, rows in best.items()}


def _said(
    reader: PairReader | None,
    question: str,
    papers: Mapping[str, Paper],
    bodies: Mapping[str, Sequence[Sentence]],
) -> dict[tuple[str, int], tuple[float, float]]:
    """Return what the reader says of each sentence: whether it answers, and its paper."""
    if reader is None:
        return {}
    places = [(paper, one) for paper, body in bodies.items() for one in body]
    texts = [titled(papers[paper].title, one.text) for paper, one in places]
    return {
        (paper, one.ordinal): (heard(read.answers), heard(read.about))
        for (paper, one), read in zip(places, reader.read(question, texts), strict=True)
    }


def _heard(
    retrieved: Retrieved, reading: Reading, papers: int, earlier: Sequence[str]
) -> tuple[Candidate, ...]:
    """Return the best papers, the earlier ones, and for each name the best that holds it."""
    chosen = list(retrieved.candidates[:papers])
    for name in reading.question.names:
        holding = (each for each in retrieved.candidates if _holds(each, name))
        best = next(holding, None) if reading.is_rare(name) else None
        if best is not None and best not in chosen:
            chosen.append(best)
    known = {each.paper_id for each in chosen}
    again = [each for each in retrieved.candidates if each.paper_id in earlier[:EARLIER]]
    return (*chosen, *(each for each in again if each.paper_id not in known))


def _holds(candidate: Candidate, name: str) -> bool:
    text = candidate.passage.embedded_text
    return mentions(name, text, frozenset(terms(text)))


def _passage(passages: list[Passage], sentence: Sentence) -> Passage:
    """Return the passage that holds the start of a sentence."""
    for passage in passages:
        if passage.start <= sentence.start < passage.end:
            return passage
    return passages[0]
