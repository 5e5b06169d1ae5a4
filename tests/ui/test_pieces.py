"""The pure pieces of the page."""

from itertools import pairwise

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st
from saidbefore import answer

from rag.errors import UsageError
from rag.schema import (
    Answer,
    Citation,
    Filters,
    Identifiers,
    Paper,
    Verdict,
    Withheld,
    text_hash,
)
from rag.settings import Settings
from ui import render
from ui.highlight import Span, segments
from ui.links import links
from ui.place import Place, place_of
from ui.shelf import Shelf
from ui.wire import Told
from ui.years import by_year

LOOKS = st.sampled_from(["also", "cited"])
SPANS = st.lists(st.builds(Span, st.integers(-3, 60), st.integers(-3, 60), LOOKS), max_size=6)


@given(st.text(max_size=50), SPANS)
def test_segments_are_the_text_and_mark_what_is_asked(text: str, spans: list[Span]) -> None:
    found = segments(text, spans)
    assert "".join(each.text for each in found) == text
    assert all(a.look != b.look for a, b in pairwise(found))
    looks = "".join({"": ".", "also": "a", "cited": "c"}[s.look] * len(s.text) for s in found)
    for at in range(len(text)):
        over = {s.look for s in spans if 0 <= s.start <= at < s.end}
        assert looks[at] == ("c" if "cited" in over else "a" if "also" in over else ".")


def test_words_that_the_evidence_does_not_have_are_marked_and_escaped() -> None:
    text = "Owls <hunt> by sonar."
    at = text.index("<hunt>"), text.index("<hunt>") + 6
    verdict = Verdict(label="partial", probability=0.4, checker="c", unmet=(at,))
    made = answer("a", "How?", text)
    claim = made.claims[0].model_copy(update={"verdict": verdict})
    withheld = Withheld(text=text, verdict=verdict)
    page = render.turn(
        made.model_copy(update={"claims": (claim,), "withheld": (withheld,)}), Place("l", "c")
    )
    marked = (
        'Owls <u class="unmet" title="Nothing in the evidence comes near to this">&lt;hunt&gt;'
        '<span class="unseen"> (nothing near to it in the evidence)</span></u> '
    )
    assert page.count(marked) == 2
    plain = render.turn(made, Place("l", "c"))
    assert "unmet" not in plain


@given(
    st.builds(
        Place,
        st.text("abc -é", min_size=1, max_size=10),
        st.from_regex(r"[A-Za-z0-9_-]{0,20}", fullmatch=True),
        st.from_regex(r"[A-Za-z0-9_-]{0,20}", fullmatch=True),
        st.integers(0, 9999),
    )
)
def test_an_address_leads_back(place: Place) -> None:
    from urllib.parse import parse_qsl

    assert place_of(dict(parse_qsl(place.address[1:]))) == place


@given(st.dictionaries(st.sampled_from(["library", "conversation", "answer", "cite"]), st.text()))
def test_any_address_is_read(query: dict[str, str]) -> None:
    place = place_of(query)
    assert place.conversation in {"", query.get("conversation")}
    assert 0 <= place.cite < 10_000


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(ANYTHING)
def test_an_event_gives_what_has_the_form_or_an_error(sent: object) -> None:
    told = Told(gr.EventData(None, sent if isinstance(sent, dict) else {"x": sent}))
    for name in ("x", "answer"):
        for reading in (told.key, told.number, told.numbers, told.text):
            try:
                reading(name)
            except UsageError:
                continue
    with pytest.raises(UsageError):
        told.form()


def test_what_an_event_holds() -> None:
    told = Told(gr.EventData(None, {"answer": "ab12", "n": "3", "quotes": "1 2", "form": "ris"}))
    assert (told.key("answer"), told.number("n")) == ("ab12", 3)
    assert (told.numbers("quotes"), told.form()) == ((1, 2), "ris")
    for value in ("../x", "", "a b", "é", "x" * 65, None, 3):
        with pytest.raises(UsageError):
            Told(gr.EventData(None, {"answer": value})).key("answer")
    for value in ("-1", "1.0", "٣", "1e3", "99999999999"):
        with pytest.raises(UsageError):
            Told(gr.EventData(None, {"n": value})).number("n")


def test_links_are_of_known_homes_and_of_the_web() -> None:
    names = Identifiers(doi='10.1/a"b<c>', arxiv="2101.00001", pmid="12", s2="x")
    paper = Paper(id="p", title="t", url="javascript:alert(1)", identifiers=names)
    found = links(paper)
    assert [each.name for each in found] == ["DOI", "arXiv", "PubMed"]
    assert all(each.url.startswith("https://") for each in found)
    assert not any(bad in each.url for each in found for bad in "\"<>'")
    own = links(paper.model_copy(update={"url": "http://lab.example/p"}))
    assert own[-1] == ("Web page", "http://lab.example/p")


def test_years_have_no_gaps() -> None:
    def cite(name: str, year: int | None) -> Citation:
        return Citation(
            n=1, paper_id=name, title="t", year=year, quote="q", start=0, end=1, passage_id="p",
            quote_hash=text_hash("q"),
        )  # fmt: skip

    answer = Answer(id="a", question="q", standalone="q", answerer="x", library="", settings="")
    many = (cite("a", 2001), cite("a", 2001), cite("b", 2003), cite("c", None))
    found = by_year(answer.model_copy(update={"citations": many}))
    assert [(each.year, each.cited) for each in found] == [(2001, 1), (2002, 0), (2003, 1)]
    assert by_year(answer) == ()


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (Filters(), ""),
        (Filters(year_from=2019), "from 2019"),
        (Filters(year_to=2019), "to 2019"),
        (Filters(year_from=2019, year_to=2021, venue="ACL"), "2019 to 2021, venue ACL"),
        (Filters(author="Lee", source="a.bib"), "author Lee, source a.bib"),
    ],
)
def test_filters_in_words(filters: Filters, words: str) -> None:
    assert render.told(filters) == words


def test_a_shelf_holds_what_lies_beside_and_nothing_else(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "shelf"
    folder.mkdir()
    shelf = Shelf(Settings(library=folder / "main"))
    assert shelf.names == ("main",)
    assert shelf.make("  My  papers ") == "My papers"
    assert shelf.names == ("main", "My papers")
    assert shelf.settings("My papers", llm="extractive").library == folder / "My papers"
    for name in ("../out", "a/b", "", ".hidden", "x" * 61, "My papers", "main", "a\0b", "dot."):
        with pytest.raises(UsageError):
            shelf.make(name)
    for name in ("..", "../shelf/main", "other", ""):
        with pytest.raises(UsageError):
            shelf.settings(name)
