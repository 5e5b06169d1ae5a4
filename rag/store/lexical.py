"""Papers by their words: BM25 over titles and abstracts, in tantivy.

One document per paper, under the key of its first passage, so that words of a
question that stand in different passages of a paper count together. The words
are the terms of `rag.terms`: index, answerer and checker agree on what
matches, and tantivy only counts. A title counts twice.
"""

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from rag.terms import terms

FOLDER = "lexical"
FIELD = "words"
_TITLE_TIMES = 2
"""On SciFact, Cranfield and the development pages 2 and 3 do equally well, better than 1."""
_LONGEST_QUERY = 256
"""Different terms of a question that are looked up; a page of text has fewer."""
_HEAP = 512_000_000
"""Bytes; enough that a library is written as one segment, whose order is the key order."""
_SPARE = 8
"""Hits fetched beyond those asked for, to see whether the last of them is one of several."""
_FEW = 2_000
"""Allowed keys up to which they are looked up rather than sifted out."""

_Documents = Iterable[tuple[int, str, str]]


def build(folder: Path, documents: _Documents, *, base: Path | None = None) -> None:
    """Write an index of (first passage's key, title, abstract).

    Args:
        folder: Where; it must not exist.
        documents: In key order. One thread writes them, so that the same library always
            gives the same scores.
        base: A sealed index, undamaged, that is copied and added to. Scores do not depend on
            how an index is divided: BM25 counts over all of it.
    """
    if base is None:
        folder.mkdir(parents=True)
        index = tantivy.Index(_schema(), str(folder))
    else:
        shutil.copytree(base, folder)
        index = tantivy.Index.open(str(folder))
    writer = index.writer(_HEAP, 1)
    for key, title, text in documents:
        document = tantivy.Document()
        document.add_unsigned("key", key)
        counted = [*_TITLE_TIMES * terms(title), *terms(text)]
        document.add_text(FIELD, " ".join(counted).encode("utf-8", "replace").decode())
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    for name in (".tantivy-meta.lock", ".tantivy-writer.lock"):
        (folder / name).unlink(missing_ok=True)


class LexicalIndex:
    """The words of one version.

    Args:
        folder: The sealed index. tantivy makes a lock file wherever it opens an index, so
            it is given a folder of links to the sealed files instead.
    """

    def __init__(self, folder: Path) -> None:
        private = Path(tempfile.mkdtemp(prefix="attest-lexical-"))
        weakref.finalize(self, shutil.rmtree, private, ignore_errors=True)
        _link(folder, private)
        index = tantivy.Index.open(str(private))
        self._schema = index.schema
        self._searcher = index.searcher()

    @property
    def size(self) -> int:
        """Number of papers."""
        return self._searcher.num_docs

    def document_frequency(self, term: str) -> int:
        """Return how many papers hold a term (a stem, as `rag.terms.terms` gives it)."""
        return self._searcher.doc_freq(FIELD, term.encode("utf-8", "replace").decode())

    def search(
        self, query: str | Sequence[str], k: int, *, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k papers that match best by BM25, as (first passage's key, score).

        Args:
            query: A text, or its terms. Every sign in it is text: there is no query syntax.
            k: How many; fewer are returned where fewer match.
            allowed: Sorted keys of passages to search among, all of a paper's or none.
        """
        found = terms(query) if isinstance(query, str) else query
        whole = (term.encode("utf-8", "replace").decode() for term in dict.fromkeys(found))
        stems = list(islice(whole, _LONGEST_QUERY))
        if not stems or k < 1 or not self.size:
            return []
        words = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, self._word(stem)) for stem in stems]
        )
        if allowed is None:
            return self._hits(words, k)
        if not len(allowed):
            return []
        if len(allowed) <= _FEW:
            return self._hits(self._among(words, allowed), k)
        return self._sifted(words, k, allowed)

    def holding(self, terms: Iterable[str]) -> list[int]:
        """Return the first passages' keys of all papers that hold every one of some terms.

        Args:
            terms: Stems, as `rag.terms.terms` gives them; none are held by no paper.
        """
        must = tantivy.Occur.Must
        stems = [term.encode("utf-8", "replace").decode() for term in terms]
        if not stems or not self.size:
            return []
        every = tantivy.Query.boolean_query([(must, self._word(stem)) for stem in stems])
        hits = self._searcher.search(every, self.size, count=False).hits
        keys = self._searcher.fast_field_values("key", [address for _, address in hits])
        return [int(key or 0) for key in keys]

    def _word(self, stem: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, FIELD, stem, "freq")

    def _among(self, words: tantivy.Query, allowed: NDArray[np.int64]) -> tantivy.Query:
        keys = tantivy.Query.term_set_query(self._schema, "key", allowed.tolist())
        unscored = tantivy.Query.const_score_query(keys, 0.0)
        must = tantivy.Occur.Must
        return tantivy.Query.boolean_query([(must, words), (must, unscored)])

    def _sifted(
        self, words: tantivy.Query, k: int, allowed: NDArray[np.int64]
    ) -> list[tuple[int, float]]:
        """Take more and more of the best until k of them are allowed or none is left."""
        limit = 2 * k * max(1, self.size // len(allowed))
        while True:
            hits = self._hits(words, min(limit, self.size))
            keys = np.fromiter((key for key, _ in hits), dtype=np.int64, count=len(hits))
            kept = np.flatnonzero(np.isin(keys, allowed, assume_unique=True))
            if len(kept) >= k or len(hits) < limit:
                return [hits[place] for place in kept[:k]]
            limit *= 8

    def _hits(self, query: tantivy.Query, k: int) -> list[tuple[int, float]]:
        """Return the k best, and of equal ones those with the smallest keys."""
        limit = k + _SPARE
        while True:
            hits = self._searcher.search(query, min(limit, self.size), count=False).hits
            # Which of several equal hits tantivy leaves out depends on its segments.
            if len(hits) < limit or hits[k - 1][0] > hits[-1][0]:
                break
            limit *= 4
        keys = self._searcher.fast_field_values("key", [address for _, address in hits])
        found = [(int(key or 0), float(hit[0])) for key, hit in zip(keys, hits, strict=True)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_text_field(FIELD, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _link(folder: Path, private: Path) -> None:
    for path in folder.iterdir():
        os.symlink(path.absolute(), private / path.name)
