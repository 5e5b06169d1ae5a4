"""Answers made by hand, and their exports: what the tests of exports stand on."""

from html.parser import HTMLParser
from pathlib import Path

from rag.exports.exported import Exported, Item, Options, gathered
from rag.exports.formats import FORMATS, write
from rag.schema import (
    Answer,
    Citation,
    Claim,
    Identifiers,
    Paper,
    Verdict,
    Withheld,
    text_hash,
)

ABSTRACT = "Owls hunt at night & day. They see 15% more_or_less in the dark {really}. Both are $5."
OWLS = Paper(
    id="owl",
    title="Owls & BERT: a study_of 5% {x}",
    abstract=ABSTRACT,
    authors=("María José Ōno", "Ludwig van Beethoven", "The ATLAS Collaboration"),
    year=2019,
    venue="Journal of Owls",
    identifiers=Identifiers(doi="10.1000/owl_1", arxiv="1901.00001"),
)
BATS = Paper(
    id="bat", title="Bats hear", abstract="Bats hear. Bats fly.", authors=("王伟",), year=2019
)
SAYS = Verdict(label="supported", probability=0.9, checker="test")
CHECKABLE = ("json", "markdown", "html", "docx")


def citation(n: int, paper: Paper, start: int, end: int) -> Citation:
    quote = paper.abstract[start:end]
    return Citation(
        n=n,
        paper_id=paper.id,
        title=paper.title,
        authors=paper.authors,
        year=paper.year,
        doi=paper.identifiers.doi,
        quote=quote,
        start=start,
        end=end,
        passage_id=f"{paper.id}#0",
        quote_hash=text_hash(quote),
    )


def answered(
    papers: tuple[Paper, ...] = (OWLS, BATS), question: str = "What do owls do?"
) -> Answer:
    owls, bats = papers
    first = citation(1, owls, 0, len(owls.abstract[:25]))
    second = citation(2, bats, 0, 10)
    return Answer(
        id="a1",
        question=question,
        standalone=question,
        claims=(
            Claim(text=first.quote, citations=(1,), verdict=SAYS),
            Claim(text="Bats hear, too.", citations=(2, 1), verdict=SAYS),
        ),
        citations=(first, second),
        withheld=(Withheld(text="Owls are fish.", verdict=SAYS),),
        notices=("1 sentence was dropped.",),
        answerer="test-1",
        library="f" * 64,
        settings="s",
    )


def exported(answer: Answer | None = None, papers: tuple[Paper, ...] = (OWLS, BATS)) -> Exported:
    items = [Item(answer=answer or answered(papers), time="2026-11-26T12:00:00+00:00")]
    return gathered(items, {paper.id: paper for paper in papers})


def text(form: str, made: Exported | None = None, **options: object) -> str:
    content = write(made or exported(), form, Options.model_validate(options))
    return content.decode("utf-8")


def saved(folder: Path, form: str, made: Exported | None = None) -> Path:
    path = folder / f"out{FORMATS[form].suffixes[0]}"
    path.write_bytes(write(made or exported(), form, Options()))
    return path


STORED = {paper.id: paper for paper in (OWLS, BATS)}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.seen
