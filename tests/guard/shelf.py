"""A catalogue in memory, and records of which many clash."""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from rag.identity import Identified, identify, identity_keys
from rag.identity.identifiers import identifiers
from rag.schema import Identifiers, Paper, Record, Source

TITLE = "A Survey of Grounded Answers"


class Shelf:
    """A catalogue in memory: papers by id, ids by identity key, the oldest of a key wins."""

    def __init__(self) -> None:
        self.papers: dict[str, Paper] = {}
        self.keys: dict[str, str] = {}

    def by_identity(self, keys: Sequence[str]) -> Mapping[str, Paper]:
        return {key: self.papers[self.keys[key]] for key in keys if key in self.keys}

    def add(self, *records: Record) -> Identified:
        result = identify(records, self)
        for old in result.retired:
            del self.papers[old]
        self.keys = {key: result.retired.get(name, name) for key, name in self.keys.items()}
        for paper in result.papers:
            self.papers[paper.id] = paper
            for key in (*identity_keys(paper), *result.known_by(paper.id)):
                self.keys.setdefault(key, paper.id)
        return result


def counts(result: Identified) -> tuple[int, int, int, int]:
    return (result.new, result.updated, result.unchanged, result.merged)


def record(position: int = 1, title: str = TITLE, **fields) -> Record:
    source = Source(file="a.bib", position=position, format=fields.pop("format", "bibtex"))
    names = {kind: fields.pop(kind) for kind in list(fields) if kind in Identifiers.model_fields}
    return Record(source=source, title=title, identifiers=identifiers(names), **fields)


# Small alphabets, so that clashes of every kind are drawn often.
titles = st.sampled_from(["A Survey of Grounded Answers", "a survey of grounded answers.", "Notes"])
maybe = st.none()
records = st.builds(
    record,
    position=st.just(0),
    title=titles,
    abstract=st.sampled_from(["", "Short.", "A longer abstract."]),
    key=maybe | st.sampled_from(["k1", "k2"]),
    authors=st.sampled_from([(), ("Ada Byron",), ("Byron, A.", "Bo Li"), ("Cy Young",)]),
    year=maybe | st.sampled_from([1999, 2000, 2015]),
    venue=maybe | st.sampled_from(["Venue", "Proceedings"]),
    doi=maybe | st.sampled_from(["10.1000/a", "10.1000/b", "10.48550/arxiv.2001.00001"]),
    arxiv=maybe | st.sampled_from(["2001.00001", "2001.00002"]),
    pmid=maybe | st.sampled_from(["1", "2"]),
)
