"""Answers in whose every field stands a text of the shared lists of hostile strings."""

import json
import re
from pathlib import Path

from rag.exports.exported import Exported, Item, gathered
from rag.schema import Answer, Citation, Claim, Paper, Verdict, text_hash

_NOTES = ("CSV_Injection", "LaTeX_Injection")


def hostile_texts(data: Path) -> list[str]:
    """Return the naughty strings, and lines and blocks of the lists of formulas and commands."""
    lists = data / "adversarial"
    found = json.loads((lists / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    formulas = (lists / "csv-injection" / "csv-payload.txt").read_text(encoding="utf-8")
    found += formulas.splitlines()
    for name in _NOTES:
        notes = (lists / "payloads-all-the-things" / name / "README.md").read_text(encoding="utf-8")
        for block in re.findall(r"```\w*\n(.*?)```", notes, re.DOTALL):
            found += [block, *filter(None, map(str.strip, block.splitlines()))]
    return found


def abstract(value: str) -> str:
    """Return the abstract of the paper that a text has."""
    return f"{value} | {value}. It ends."


def venue(number: int, value: str) -> str:
    """Return its venue, which begins with the text; readers drop one that is the title again."""
    return f"{value} {number}"


def exported_of(texts: list[str]) -> Exported:
    """Return one answer a text, with the text as question, claim and quote, and its paper."""
    papers = [_paper(number, value) for number, value in enumerate(texts)]
    items = [
        Item(answer=_answer(number, value, papers[number])) for number, value in enumerate(texts)
    ]
    return gathered(items, {paper.id: paper for paper in papers})


def _paper(number: int, value: str) -> Paper:
    return Paper(
        id=f"{number}:{value}",
        title=value,
        abstract=abstract(value),
        authors=(value, f"Ann {value}"),
        venue=venue(number, value),
        url=f"https://x.test/{value}",
        year=2000,
    )


def _answer(number: int, value: str, paper: Paper) -> Answer:
    end = len(value) if value.strip() else len(paper.abstract)
    quote = paper.abstract[:end]
    citation = Citation(
        n=1, paper_id=paper.id, title=value, authors=paper.authors, year=paper.year, url=paper.url,
        quote=quote, start=0, end=end, passage_id=f"{paper.id}#0", quote_hash=text_hash(quote),
    )  # fmt: skip
    verdict = Verdict(label="supported", probability=0.9, checker="test")
    return Answer(
        id=f"a{number}", question=value, standalone=value,
        claims=(Claim(text=value, citations=(1,), verdict=verdict),), citations=(citation,),
        notices=(value,), answerer="test", library="f" * 64, settings="s",
    )  # fmt: skip
