"""Nothing of a paper, a person or a model is ever more than text on the page."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser import Visitor
from hostile import FORBIDDEN, hostile
from playwright.sync_api import Page

from rag.conversations import Conversations, Feedback, Thread
from rag.schema import Answer, Citation, Claim, Filters, Paper, Refusal, Verdict, text_hash
from rag.settings import Settings
from rag.store.listing import Listing
from rag.terminal.plain import plain
from ui import render
from ui.place import Place

AT_ONCE = 200
SET = """html => { const box = document.querySelector('#current > div, #current');
  box.innerHTML = html; return [...box.querySelectorAll('*')].map(e => e.tagName.toLowerCase()) }"""
HANDLERS = """() => [...document.querySelectorAll('#talk *, #evidence *, #papers *')]
  .flatMap(e => [...e.attributes]).filter(a => a.name.startsWith('on') || a.name === 'srcdoc'
    || (['href', 'src', 'action'].includes(a.name) && !/^([?#]|https?:)/.test(a.value)))
  .map(a => a.name + '=' + a.value)"""
TEXTS = "selector => [...document.querySelectorAll(selector)].map(e => e.textContent)"
ALLOWED = frozenset(
    "a article br button caption cite code dd details div dl dt em h2 h3 h4 input label li mark ol "
    "p q span strong summary table tbody td th thead time tr ul".split()
)
"""All that the templates are made of."""
SOLID = Verdict(label="supported", probability=0.9, checker="test", reason="verbatim")


def answered(text: str, at: int) -> Answer:
    """Return an answer of which everything is hostile."""
    citation = cited(text)
    return Answer(
        id=f"a{at}",
        question=text,
        standalone=text,
        filters=Filters(venue=text, author=text, source=text),
        claims=(
            Claim(text=text, citations=(1,), verdict=SOLID),
            Claim(
                text=f"{text}.",
                citations=(1,),
                verdict=SOLID.model_copy(update={"label": "partial", "reason": text}),
            ),
        ),
        citations=(citation,),
        notices=(text,),
        writing=text,
        answerer=text,
        model=text,
        library="",
        settings="",
        timings_ms={"total": 1.0},
    )


def cited(text: str) -> Citation:
    """Return a citation of which everything is hostile."""
    return Citation(
        n=1,
        paper_id=text,
        title=text,
        authors=(text, text),
        url=text,
        doi=text,
        quote=text,
        start=0,
        end=len(text),
        passage_id=text,
        quote_hash=text_hash(text),
    )


def paper(text: str, at: int) -> Paper:
    """Return a paper of which everything is hostile."""
    return Paper(id=f"p{at}", title=text, abstract=text, authors=(text,), venue=text, url=text)


def everything(text: str, at: int) -> str:
    """Return all that the page could show of a string."""
    answer, place = answered(text, at), Place(text, text)
    refused = answer.model_copy(
        update={
            "claims": (),
            "refusal": Refusal(reason=text, probability=0.1, nearest=(cited(text),)),
        }
    )
    known = paper(text, at)
    feedback = Feedback(kind="bad", note=text[:2000])
    return "".join(
        [
            render.turn(answer, place, last=True, feedback=feedback),
            render.turn(refused, place, last=True),
            render.waiting(text, place),
            render.evidence(answer, 1, known, place),
            render.evidence(answer, 1, None, place),
            render.quoted(cited(text), known),
            render.welcome(3, [text], place),
            render.status(text, failed=True),
            render.badge([text]),
            render.papers(Listing(1, (known,)), start=0, total=2),
            render.threads([Thread(text, text, 1, text)], text, text, searched=text),
        ]
    )


@pytest.fixture
def open_page(serving: Any, visitor: Callable[..., Visitor], sample: Path) -> Page:
    tab = visitor(serving(sample))
    tab.go()
    return tab.page


def test_every_string_in_every_place_stays_text(open_page: Page, shared_data: Path) -> None:
    strings = hostile(shared_data)
    assert len(strings) > 1_000
    for start in range(0, len(strings), AT_ONCE):
        some = strings[start : start + AT_ONCE]
        html = "".join(everything(text, at) for at, text in enumerate(some))
        tags = set(open_page.evaluate(SET, html))
        assert tags & set(FORBIDDEN) == set()
        assert tags <= ALLOWED, tags - ALLOWED
        assert open_page.evaluate(HANDLERS) == []
        questions = open_page.evaluate(TEXTS, "#current .turn .question")
        assert [each.strip() for each in questions[::3]] == [plain(text) for text in some]
    open_page.wait_for_timeout(500)


def test_hostile_papers_come_in_and_are_asked_about(
    serving: Any, visitor: Callable[..., Visitor], shared_data: Path, tmp_path: Path
) -> None:
    strings = hostile(shared_data)[::40]
    records = [
        {
            "id": f"h{at}",
            "title": f"Zorbium study {at} {text}",
            "abstract": f"Zorbium {at} reacts with {text} at 300 kelvin.",
            "authors": [text],
            "venue": text,
            "url": text,
        }
        for at, text in enumerate(strings)
    ]
    papers = tmp_path / "hostile.jsonl"
    papers.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    tab = visitor(serving(tmp_path / "shelf" / "library"))
    page = tab.page
    tab.go()
    tab.tab("Library")
    page.set_input_files("#files input[type=file]", str(papers))
    page.wait_for_selector("#adding .added")
    page.wait_for_selector("#papers tbody tr")
    for at in range(page.locator("#papers tbody tr").count()):
        page.locator("#papers tbody tr .link").nth(at).click()
    tab.tab("Ask")
    for text in ["With what does zorbium 7 react?", *strings[:12]]:
        tab.ask(text)
    present = page.evaluate(
        "() => [...document.querySelectorAll('#talk *, #evidence *, #papers *')]"
        ".map(e => e.tagName.toLowerCase())"
    )
    assert set(present) & set(FORBIDDEN) == set()
    assert page.evaluate(HANDLERS) == []


def test_a_dollar_is_no_formula(open_page: Page) -> None:
    text = "It costs $5 to $10, or $x^2$, or \\(y\\)."
    open_page.evaluate(SET, render.turn(answered(text, 0), Place("l", "c")))
    assert open_page.evaluate(TEXTS, "#current .question") == [text]


def test_what_a_hostile_model_writes_stays_text(
    serving: Any,
    visitor: Callable[..., Visitor],
    sample: Path,
    shared_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from scripted import Scripted

    from rag.build import assistant_with

    strings = hostile(shared_data)[::60]
    model = Scripted(*[f"BERT masks {text} tokens [A1]. {text}" for text in strings])

    def opened(settings: Settings) -> Any:
        return assistant_with(settings.model_copy(update={"unsupported": "mark"}), model)

    monkeypatch.setattr("ui.desk.open_assistant", opened)
    tab = visitor(serving(sample))
    tab.go()
    for _ in strings[:15]:
        tab.ask("What does BERT mask?")
        tab.page.get_by_role("button", name="New conversation").click()
        tab.page.wait_for_selector("#talk .welcome")
    kept = Conversations(sample).recent(15)
    assert any(each.answer.claims for each in kept)
    assert tab.page.evaluate(HANDLERS) == []
