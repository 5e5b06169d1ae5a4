"""Gathering the sentences that may answer, best first."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rag.answering.evidence import Place, Reading, Weights, features
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
) -> list[Scored]:
    """Return the abstract sentences of the best papers, the likeliest evidence first.

    Args:
        view: The library version that was searched.
        retrieved: What was found.
        reading: The question.
        weights: Of the evidence model.
        papers: How many of the best are read.
        earlier: Papers that the conversation has cited: heard where they were found at all.
    """
    chosen = _heard(retrieved, reading, papers, earlier)
    ids = [each.paper_id for each in chosen]
    stored, sentences = view.snapshot.papers(ids), view.snapshot.sentences(ids)
    bodies = {
        paper: [one for one in every if one.field == "abstract"]
        for paper, every in sentences.items()
    }
    passages = view.snapshot.passages([key for each in chosen for key in each.keys])
    cosines = _cosines(view, retrieved, passages, bodies)
    found: list[Scored] = []
    for rank, each in enumerate(chosen, start=1):
        body = bodies[each.paper_id]
        near = cosines.get(each.paper_id, {})
        own = [passages[key] for key in each.keys]
        for sentence in body:
            place = Place(
                paper=stored[each.paper_id],
                sentence=sentence,
                sentences=len(body),
                rank=rank,
                gap=each.score - chosen[0].score,
                cosine=near.get(sentence.ordinal, 0.0),
                beside=max(near.get(sentence.ordinal + step, 0.0) for step in (-1, 1)),
                before=body[sentence.ordinal - 1].text if sentence.ordinal else "",
            )
            row = tuple(features(reading, place))
            found.append(Scored(place, _passage(own, sentence).id, row, weights.probability(row)))
    return sorted(found, key=lambda one: (-one.probability, one.place.rank, one.sentence.ordinal))


def _cosines(
    view: LibraryView,
    retrieved: Retrieved,
    passages: Mapping[int, Passage],
    bodies: Mapping[str, list[Sentence]],
) -> dict[str, dict[int, float]]:
    """Return the cosine of every sentence of some papers, by paper and ordinal."""
    part = retrieved.query.part
    if part is None:
        return {}
    rows = view.snapshot.sentence_vectors(passages)
    found: dict[str, dict[int, float]] = {}
    for key, passage in passages.items():
        body = bodies[passage.paper_id]
        inside = [one for one in body if one.end > passage.start and one.start < passage.end]
        near = found.setdefault(passage.paper_id, {})
        vectors = rows.get(key)
        # A paper that is but a title has a passage, and no sentence in it.
        if vectors is None or len(vectors) != len(inside):
            continue
        for sentence, cosine in zip(inside, (vectors @ part).tolist(), strict=True):
            near[sentence.ordinal] = max(cosine, near.get(sentence.ordinal, -1.0))
    return found


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
