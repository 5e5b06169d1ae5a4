"""Tuning a library on questions of its own, and trying it on papers kept aside."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.embedding.port import Embedder, Vector, unit
from rag.errors import UsageError
from rag.schema import Passage
from rag.store.tuned import About, Ranked, Tuning
from rag.store.view import LibraryView
from rag.tuning.asking import SelfAsked, self_asked
from rag.tuning.learning import learn, ranks

QUESTIONS = 4_000
FEWEST = 50
"""Papers below which there is too little to learn and to judge by."""
ASIDE = 5
"""One paper in this many is kept aside."""
Progress = Callable[[int, int], None]
"""Called with questions embedded so far, and all."""


def _silent(_done: int, _all: int) -> None:
    """Report to nobody."""


class _Shelf(NamedTuple):
    """The passages of a library as rows."""

    vectors: Vector
    row: dict[int, int]
    """By key."""
    owner: NDArray[np.int64]
    """Number of each row's paper."""
    number: dict[str, int]
    """By paper id."""


def tune(
    view: LibraryView, embedder: Embedder, *, seed: int = 0, progress: Progress = _silent
) -> Tuning:
    """Return what a library teaches; nothing is written.

    Papers are parted before anything is learned: those kept aside judge by questions of their own.

    Raises:
        UsageError: The library is too small.
        ModelUnavailable: The embedder cannot be loaded or reached.
    """
    papers = [*view.snapshot.iter_papers()]
    if len(papers) < FEWEST:
        raise UsageError(f"{len(papers)} papers are too few to learn from; add up to {FEWEST}")
    ids = [paper.id for paper in papers]
    passages = view.snapshot.passages_of(ids)
    sentences = view.snapshot.sentences(ids)
    asked = self_asked(papers, sentences, passages, count=QUESTIONS, seed=seed)
    order: list[int] = np.random.default_rng(seed).permutation(len(ids)).tolist()
    aside = {ids[at] for at in order[::ASIDE]}
    judging = [at for at, one in enumerate(asked) if one.paper_id in aside]
    teaching = [at for at, one in enumerate(asked) if one.paper_id not in aside]
    if not judging or not teaching:
        raise UsageError("the abstracts are too short to learn from; add longer ones")
    shelf = _shelf(view, passages, ids)
    vectors = _embedded(embedder, asked, progress)
    matrix = learn(
        vectors[teaching],
        [[shelf.row[key] for key in asked[at].keys] for at in teaching],
        shelf.vectors,
        shelf.owner,
        seed=seed,
    ).astype(np.float16)
    judges, answers = vectors[judging], [shelf.number[asked[at].paper_id] for at in judging]
    unjudged = About(
        model=embedder.model_id,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=seed,
        papers=len(papers),
        learned=len(teaching),
        aside=len(judging),
        before=_ranked(judges, answers, shelf),
        after=Ranked(first=0, five=0, reciprocal=0),
    )
    after = _ranked(Tuning(unjudged, matrix).turn(judges), answers, shelf)
    return Tuning(unjudged.model_copy(update={"after": after}), matrix)


def _shelf(view: LibraryView, passages: Mapping[int, Passage], ids: Sequence[str]) -> _Shelf:
    keys = np.array(sorted(passages), np.int64)
    number = {paper: at for at, paper in enumerate(ids)}
    owner = np.array([number[passages[key].paper_id] for key in keys.tolist()], np.int64)
    row = {key: at for at, key in enumerate(keys.tolist())}
    vectors = unit(view.vectors.vectors(keys).astype(np.float32))
    return _Shelf(vectors, row, owner, number)


def _embedded(embedder: Embedder, asked: Sequence[SelfAsked], progress: Progress) -> Vector:
    found: list[Vector] = []
    for one in asked:
        found.append(embedder.embed_query(one.text))
        progress(len(found), len(asked))
    return unit(np.stack(found))


def _ranked(vectors: Vector, answers: Sequence[int], shelf: _Shelf) -> Ranked:
    found = ranks(vectors, np.array(answers), shelf.vectors, shelf.owner)
    return Ranked(
        first=round(float((found == 1).mean()), 4),
        five=round(float((found <= 5).mean()), 4),
        reciprocal=round(float((1 / found).mean()), 4),
    )
