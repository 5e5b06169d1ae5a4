"""A lean noun is the same noun, and what an ``add`` holds of a paper stays small."""

import tracemalloc

from rag.identity import identify
from rag.lean import lean
from rag.schema import Identifiers, Paper, Passage, Record, Source
from rag.store.storing import Text
from rag.store.texts import Texts

SOURCE = Source(file="a.jsonl", position=1, format="jsonl", batch="b1")
FULL = Record(
    source=SOURCE,
    title="Bees",
    abstract="Bees fly.",
    key="k1",
    authors=("Ada Byron",),
    year=1843,
    venue="Notes",
    url="https://example.org/1",
    identifiers=Identifiers(doi="10.1/x"),
)


class Nobody:
    """A library without papers."""

    def by_identity(self, keys):
        """Find nothing."""
        return {}


def test_a_lean_noun_is_the_noun():
    made = lean(Record, vars(FULL))

    assert made == FULL
    assert made.model_dump_json() == FULL.model_dump_json()
    assert hash(made) == hash(FULL)


def test_a_change_to_a_copy_of_a_lean_noun_is_its_own():
    one, other = lean(Source, vars(SOURCE)), lean(Source, vars(SOURCE))

    changed = one.model_copy(update={"position": 2})

    assert (one, other, changed.position) == (SOURCE, SOURCE, 2)
    assert one.model_fields_set == set(Source.model_fields)


def test_a_folded_text_comes_back_as_it_was():
    paper = Paper(id="k1", title="A title too long", abstract="Bees fly. Ants walk. Cats sleep.")
    cuts = ((0, 20), (21, 32))
    passages = tuple(
        Passage(
            id=f"k1#{ordinal}",
            paper_id="k1",
            ordinal=ordinal,
            start=start,
            end=end,
            title="A title",
            text=paper.abstract[start:end],
        )
        for ordinal, (start, end) in enumerate(cuts)
    )
    text = Text(paper, ((0, 16),), ((0, 9), (10, 20), (21, 32)), passages, ("key:k1",), (FULL,))

    texts = Texts([text], {"k1": text.keys}.__getitem__, {"k1": text.records}.__getitem__)

    assert list(texts) == [text]
    assert texts[0] == text
    assert len(texts) == 1


def test_identifying_takes_little_memory_beyond_the_records():
    count = 2_000
    records = [
        lean(
            Record,
            {
                **vars(FULL),
                "title": f"Bees of the garden number {number}",
                "key": f"k{number}",
                "authors": (f"Ada Byron{number}",),
                "identifiers": Identifiers(),
                "source": SOURCE.model_copy(update={"position": number}),
            },
        )
        for number in range(count)
    ]
    identify(records[:10], Nobody())  # What is loaded once does not count.

    tracemalloc.start()
    found = identify(records, Nobody())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(found.papers) == count
    assert peak / count < 2_000
