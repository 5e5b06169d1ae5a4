"""Wherever a paper is cited, it is said that it was taken back."""

import io
import json

import pytest

from rag.citations import Evidence, cite
from rag.contract import answered, line, stored
from rag.exports.exported import Item, Options, gathered
from rag.exports.formats import FORMATS, write
from rag.schema import Answer, Citation, Claim, Paper, Refusal, Sentence, Verdict
from rag.terminal.answers import show_answer
from rag.terminal.papers import show_paper
from rag.terminal.screen import Screen

PAPER = Paper(
    id="owl",
    title="Owls hunt",
    abstract="Owls hunt at night. Owls see.",
    authors=("A. Byron",),
    year=2001,
    retraction="retracted: figures were made up",
)
SAYS = Verdict(label="supported", probability=0.9, checker="test")
MARK = "RETRACTED: figures were made up"


def citation(n: int, paper: Paper = PAPER) -> Citation:
    start, end = ((0, 19), (20, 29))[n - 1]
    text = paper.abstract[start:end]
    sentence = Sentence(
        paper_id="owl", field="abstract", ordinal=n - 1, start=start, end=end, text=text
    )
    return cite(Evidence(paper=paper, sentence=sentence, passage_id="owl#0"), n=n)


def answer(**fields: object) -> Answer:
    return Answer.model_validate(
        {"id": "i", "question": "q", "standalone": "q", "answerer": "a", "library": "l"}
        | {"settings": "s"}
        | fields
    )


ANSWER = answer(
    claims=tuple(Claim(text=f"Owls {n}.", citations=(n,), verdict=SAYS) for n in (1, 2)),
    citations=(citation(1), citation(2)),
)
REFUSED = answer(refusal=Refusal(reason="none", probability=0.1, nearest=(citation(1),)))


def on_screen(show, content: object) -> str:
    stream = io.StringIO()
    show(Screen(stream, width=200), content)
    return stream.getvalue()


def test_a_terminal_says_it_with_every_citation_and_paper():
    assert on_screen(show_answer, ANSWER).count(f"[{MARK}]") == 2
    assert on_screen(show_answer, REFUSED).count(f"[{MARK}]") == 1
    assert on_screen(show_paper, PAPER).count(f"[{MARK}]") == 1


def test_the_contract_has_the_key_for_every_paper():
    plain = PAPER.model_copy(update={"retraction": None})
    told = json.loads(line(answered(ANSWER))), json.loads(line(answered(REFUSED)))
    assert told[0]["citations"][0]["retraction"] == PAPER.retraction
    assert told[1]["nearest"][0]["retraction"] == PAPER.retraction
    assert stored(PAPER)["retraction"] == PAPER.retraction
    assert stored(plain)["retraction"] is None


def test_answers_kept_before_it_was_known_are_read():
    kept = json.loads(answer(citations=(citation(1),)).model_dump_json())
    told = kept["citations"][0].pop("retraction")
    assert told == PAPER.retraction
    assert Answer.model_validate(kept).citations[0].retraction is None
    unset = citation(1, PAPER.model_copy(update={"retraction": None}))
    assert "retraction" not in json.loads(unset.model_dump_json())


@pytest.mark.parametrize("form", [name for name, form in FORMATS.items() if not form.binary])
@pytest.mark.parametrize("style", ["numeric", "author-year", "vancouver"])
def test_every_export_says_it(form: str, style: str):
    exported = gathered([Item(answer=ANSWER)], {"owl": PAPER})
    written = write(exported, form, Options(style=style)).decode()
    assert MARK.lower() in written.lower()
    pages = {"markdown": 3, "html": 3}
    assert written.lower().count(MARK.lower()) >= pages.get(form, 1)
