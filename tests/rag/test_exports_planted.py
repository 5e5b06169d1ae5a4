"""Two hundred exports with an edit planted in each, and untouched ones beside them."""

import random
import shutil
import subprocess
from itertools import count
from pathlib import Path

import pytest
from exportable import citation
from light import SAMPLE

from eval.bench.planting import FORMS, KINDS, planted
from rag.exports.checking import check
from rag.exports.exported import Item, Options, gathered
from rag.exports.formats import FORMATS, write
from rag.exports.reread import reread
from rag.schema import Answer, Claim, Paper, Record, Verdict
from rag.sentences import split
from rag.sources import read_papers

EACH = 50


def papers() -> list[Paper]:
    records = [each for each in read_papers(SAMPLE / "papers.jsonl") if isinstance(each, Record)]
    fields = ("title", "abstract", "authors", "year", "venue", "url", "identifiers")
    return [
        Paper(id=f"p{n}", **{name: getattr(each, name) for name in fields})
        for n, each in enumerate(records)
    ]


PAPERS = papers()
STORED = {paper.id: paper for paper in PAPERS}


def answer(number: int) -> Item:
    """An answer of a phrase and three sentences of three papers, one of them cited twice."""
    draw = random.Random(number)
    cited = []
    for n, paper in enumerate(draw.sample(PAPERS, 3), start=1):
        start, end = draw.choice(split(paper.abstract))
        cited.append(citation(n, paper, start, end))
    says = Verdict(label="supported", probability=0.9, checker="test")
    claims = [Claim(text=each.quote, citations=(each.n,), verdict=says) for each in cited]
    phrase = Claim(text=cited[0].quote.rstrip("."), citations=(1,), verdict=says)
    question = f"What is known of {cited[0].title}?"
    made = Answer(
        id=f"a{number}", question=question, standalone=question, claims=(phrase, *claims),
        citations=tuple(cited), answerer="test", library="f" * 64, settings="s",
    )  # fmt: skip
    return Item(answer=made)


def saved(folder: Path, form: str, number: int, content: bytes) -> Path:
    path = folder / f"{number}{FORMATS[form].suffixes[0]}"
    path.write_bytes(content)
    return path


def made(form: str, number: int) -> bytes:
    items = [answer(2 * number), answer(2 * number + 1)]
    return write(gathered(items, STORED), form, Options())


@pytest.mark.parametrize("form", FORMS)
def test_every_planted_edit_is_found_and_nothing_else(form: str, tmp_path: Path):
    found: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    numbers = count()
    while (done := sum(map(len, found.values()))) < EACH:
        number, kind = next(numbers), KINDS[done % len(KINDS)]
        content = made(form, number)
        untouched = check(reread(saved(tmp_path, form, number, content)), STORED)
        assert untouched.faults == 0
        assert sum(row.note > 0 for row in untouched.rows) == 6
        altered = planted(content, form, kind, random.Random(number))
        if altered is not None:  # else there is no number in any of its quotes
            report = check(reread(saved(tmp_path, form, number, altered)), STORED)
            found[kind].append(report.faults > 0)
    assert all(map(all, found.values())), found


@pytest.mark.may_skip("LibreOffice is no part of the environment")
def test_what_libreoffice_saved_again_is_unchanged_and_edits_in_it_are_found(tmp_path: Path):
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("needs LibreOffice (Debian: libreoffice-writer-nogui)")
    numbers = range(8)
    paths = [saved(tmp_path, "docx", number, made("docx", number)) for number in numbers]
    again = tmp_path / "again"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, "--headless", profile, "--convert-to", "docx:MS Word 2007 XML"]
    subprocess.run(
        [*command, "--outdir", str(again), *map(str, paths)],
        check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    for number in numbers:
        path = again / paths[number].name
        assert [row for row in check(reread(path), STORED).rows if row.faulty] == []
        for kind in KINDS:
            altered = planted(path.read_bytes(), "docx", kind, random.Random(number))
            if altered is not None:
                read = reread(saved(tmp_path, "docx", number, altered))
                assert check(read, STORED).faults > 0, kind
