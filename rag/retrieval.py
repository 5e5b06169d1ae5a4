"""The hybrid retriever: by meaning and by words, one score per paper.

Passages are found by both indexes; every paper among them is then scored by
both sides, so that a paper found by one only is judged like the others. A
paper's score is that of its best passage, its best sentence and its words
(`rag.fusion`).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.embedding.port import Embedder, SentenceEmbedder, Vector
from rag.errors import UsageError
from rag.fusion import blend, inverse_document_frequency, lexical_share
from rag.reranking import Reranker, Stretch
from rag.schema import Filters, Hit, Passage
from rag.store.view import LibraryView
from rag.terms import terms

DEPTH = 100
"""Passages taken from each index; the right paper was among these for all but 2 of 78
answerable development questions."""

RERANKED = 20
"""Papers that a reranker looks at again."""
LONGEST = 4_000
"""Characters of a question that are read; enough for a pasted paragraph."""


class Query(NamedTuple):
    """A question as searched."""

    text: str
    weights: dict[str, float]
    """Inverse document frequency of each different term."""
    vector: Vector
    part: Vector | None
    """The vector in the space of sentence vectors, where the embedder has one."""


class Candidate(NamedTuple):
    """A paper that may answer, with its best passage."""

    paper_id: str
    passage: Passage
    key: int
    score: float
    """What it is ranked by."""
    found: float
    """The search's own score, which has one scale for all questions."""
    dense: float
    lexical: float
    """Share of the most that the question's words could earn."""
    keys: tuple[int, ...]
    """All passages of the paper, in reading order."""


class Retrieved(NamedTuple):
    """What was found, best first, one entry per paper."""

    query: Query
    candidates: tuple[Candidate, ...]
    notices: tuple[str, ...] = ()
    """What a reader must know of the search."""

    def hits(self, k: int) -> tuple[Hit, ...]:
        """Return the first k papers as hits."""
        return tuple(
            Hit(
                rank=rank,
                score=round(each.score, 6),
                passage=each.passage,
                dense=round(each.dense, 6),
                lexical=round(each.lexical, 6),
            )
            for rank, each in enumerate(self.candidates[:k], start=1)
        )


class HybridRetriever:
    """Finds the papers that may answer a question."""

    def __init__(
        self, embedder: Embedder, *, reranker: Reranker | None = None, depth: int = DEPTH
    ) -> None:
        """Take the models; ``depth`` passages are taken from each index."""
        self._embedder = embedder
        self._reranker = reranker
        self._depth = depth

    def retrieve(self, view: LibraryView, text: str, filters: Filters | None = None) -> Retrieved:
        """Return the papers that may answer, best first.

        Args:
            view: The library version to search.
            text: A question that stands alone.
            filters: Which papers may be used.

        Raises:
            UsageError: The question is blank or longer than ``LONGEST`` characters.
        """
        query = self.query(view, text)
        allowed = view.snapshot.allowed_keys(filters) if filters else None
        dense = view.vectors.search(query.vector, self._depth, allowed=allowed)
        notices = (view.vectors.notice,) if view.vectors.notice and allowed is None else ()
        lexical = view.lexical.search(tuple(query.weights), self._depth, allowed=allowed)
        found = view.snapshot.passages([*(key for key, _ in dense), *(key for key, _ in lexical)])
        words = {found[key].paper_id: score for key, score in lexical}
        candidates = self._scored(view, query, {each.paper_id for each in found.values()}, words)
        candidates.sort(key=lambda each: (-each.score, each.paper_id))
        return Retrieved(query, tuple(self._reranked(view, query, candidates)), notices)

    @property
    def plain(self) -> "HybridRetriever":
        """Return the same without its reranker: its scores have one scale for all questions."""
        return HybridRetriever(self._embedder, depth=self._depth)

    def query(self, view: LibraryView, text: str) -> Query:
        """Prepare a question for searching."""
        if not text.strip():
            raise UsageError("the question is blank; ask something")
        if len(text) > LONGEST:
            raise UsageError(f"the question has {len(text):,} characters; {LONGEST:,} can be read")
        weights = {
            term: inverse_document_frequency(
                view.lexical.size, view.lexical.document_frequency(term)
            )
            for term in dict.fromkeys(terms(text))
        }
        vector = self._embedder.embed_query(text)
        embedder = self._embedder
        part = embedder.project(vector) if isinstance(embedder, SentenceEmbedder) else None
        # Sentences are compared untuned: what they say of an answer was fitted so.
        return Query(text, weights, view.turned(vector), part)

    def _scored(
        self, view: LibraryView, query: Query, papers: Iterable[str], words: dict[str, float]
    ) -> list[Candidate]:
        passages = view.snapshot.passages_of(papers)
        keys = np.array(sorted(passages), dtype=np.int64)
        cosines = dict(
            zip(keys.tolist(), (view.vectors.vectors(keys) @ query.vector).tolist(), strict=True)
        )
        nearest = self._nearest_sentences(view, query, keys)
        by_paper: dict[str, list[int]] = {}
        for key, passage in passages.items():
            by_paper.setdefault(passage.paper_id, []).append(key)
        return [
            _candidate(
                query,
                [(key, passages[key]) for key in own],
                cosines,
                nearest,
                words.get(paper, 0.0),
            )
            for paper, own in by_paper.items()
        ]

    def _nearest_sentences(
        self, view: LibraryView, query: Query, keys: NDArray[np.int64]
    ) -> dict[int, float]:
        """Return the cosine of each passage's nearest sentence."""
        if query.part is None:
            return {}
        parts = view.snapshot.sentence_vectors(keys)
        return {key: float((rows @ query.part).max()) for key, rows in parts.items() if len(rows)}

    def _reranked(
        self, view: LibraryView, query: Query, candidates: list[Candidate]
    ) -> Sequence[Candidate]:
        if self._reranker is None or not candidates:
            return candidates
        first, rest = candidates[:RERANKED], candidates[RERANKED:]
        scores = [*self._reranker.scores(query.text, _stretches(view, first))]
        if scores == [each.score for each in first]:
            return candidates
        scored = [each._replace(score=score) for each, score in zip(first, scores, strict=True)]
        floor = min(scores)
        return [
            *sorted(scored, key=lambda each: (-each.score, each.paper_id)),
            *(each._replace(score=floor - 1 + min(each.score / 100, 0.9)) for each in rest),
        ]


def _stretches(view: LibraryView, candidates: Sequence[Candidate]) -> list[Stretch]:
    """Return each paper with its passages, the nearest first."""
    passages = view.snapshot.passages([key for each in candidates for key in each.keys])
    found: list[Stretch] = []
    for each in candidates:
        keys = [each.key, *(key for key in each.keys if key != each.key)]
        texts = tuple(passages[key].embedded_text for key in keys)
        found.append(Stretch(texts, each.score, each.lexical))
    return found


def _candidate(
    query: Query,
    passages: Sequence[tuple[int, Passage]],
    cosines: dict[int, float],
    nearest: dict[int, float],
    bm25: float,
) -> Candidate:
    dense = max(cosines[key] for key, _ in passages)
    sentence = max((nearest[key] for key, _ in passages if key in nearest), default=None)
    lexical = lexical_share(bm25, query.weights)
    key, best = max(passages, key=lambda each: cosines[each[0]] + nearest.get(each[0], 0.0))
    score = blend(dense, sentence, lexical)
    return Candidate(
        paper_id=best.paper_id,
        passage=best,
        key=key,
        score=score,
        found=score,
        dense=dense,
        lexical=lexical,
        keys=tuple(each for each, _ in passages),
    )
