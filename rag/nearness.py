"""How near each sentence of some papers is to a question."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.schema import Passage, Sentence


def sentence_cosines(
    part: NDArray[np.float32],
    vectors: Mapping[int, NDArray[np.float32]],
    passages: Mapping[int, Passage],
    bodies: Mapping[str, Sequence[Sentence]],
) -> dict[str, dict[int, float]]:
    """Return the cosine of every sentence of some papers, by paper and ordinal.

    Args:
        part: The question in the space of sentence vectors [dim].
        vectors: Of each passage's sentences [n, dim], by the passage's key.
        passages: By key.
        bodies: The sentences of each paper's abstract.
    """
    found: dict[str, dict[int, float]] = {}
    for key, passage in passages.items():
        body = bodies[passage.paper_id]
        inside = [one for one in body if one.end > passage.start and one.start < passage.end]
        near = found.setdefault(passage.paper_id, {})
        rows = vectors.get(key)
        # A paper that is but a title has a passage, and no sentence in it.
        if rows is None or len(rows) != len(inside):
            continue
        for sentence, cosine in zip(inside, (rows @ part).tolist(), strict=True):
            near[sentence.ordinal] = max(cosine, near.get(sentence.ordinal, -1.0))
    return found
