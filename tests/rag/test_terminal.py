import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rag.schema import (
    Answer,
    Citation,
    Claim,
    Hit,
    Identifiers,
    Paper,
    Passage,
    Refusal,
    Rejection,
    Source,
    Verdict,
    text_hash,
)
from rag.store.report import AddReport, FileError, Status
from rag.terminal.answers import emphasised, show_answer, show_hits, show_kept
from rag.terminal.layout import Run, line, wrapped
from rag.terminal.papers import row, show_added, show_paper, show_row, show_status
from rag.terminal.plain import plain
from rag.terminal.screen import NARROWEST, Screen, takes_styles

TITLE = "How Barn Owls Find a Mouse That They Cannot See"
FIRST = "We kept 12 barn owls in complete darkness and recorded every strike at a walking mouse."
SECOND = "The owls struck within 5 degrees of the mouse in 84% of all trials."
ABSTRACT = f"{FIRST} {SECOND}"
HOSTILE = "\x1b[2J\x1b]0;owned\x07 \x9b31m \u202etxt.exe \r\n\x08\u2066"


def _citation(n: int, quote: str, **other: object) -> Citation:
    start = ABSTRACT.find(quote)
    fields: dict[str, object] = {
        "n": n,
        "paper_id": "owl",
        "title": TITLE,
        "authors": ("Ada Ames", "Bo Berg", "Cy Cho"),
        "year": 2001,
        "url": "https://doi.org/10.1/owl",
        "quote": quote,
        "start": start,
        "end": start + len(quote),
        "passage_id": "owl#0",
        "quote_hash": text_hash(quote),
    }
    return Citation.model_validate({**fields, **other})


def _claim(text: str, *citations: int, label: str = "supported") -> Claim:
    verdict = Verdict.model_validate({"label": label, "probability": 0.9, "checker": "words"})
    return Claim(text=text, citations=citations, verdict=verdict)


def _answer(**other: object) -> Answer:
    fields: dict[str, object] = {
        "id": "a1",
        "question": "How often do owls strike the mouse in darkness?",
        "standalone": "How often do owls strike the mouse in darkness?",
        "claims": (_claim("84%", 1), _claim(SECOND, 1), _claim(FIRST, 2)),
        "citations": (_citation(1, SECOND), _citation(2, FIRST)),
        "answerer": "extractive-1",
        "library": "",
        "settings": "",
    }
    return Answer.model_validate({**fields, **other})


def _shown(show, *values: object, width: int = 60, styled: bool = False) -> str:
    stream = io.StringIO()
    show(Screen(stream, width=width, styled=styled), *values)
    return stream.getvalue()


ANSWERED = """\
84% [1]

The owls struck within 5 degrees of the mouse in 84% of all
trials. [1] We kept 12 barn owls in complete darkness and
recorded every strike at a walking mouse. [2]

[1] Ames et al. 2001. How Barn Owls Find a Mouse That They
    Cannot See.
    https://doi.org/10.1/owl
      “The owls struck within 5 degrees of the mouse in 84%
      of all trials.”

[2] Ames et al. 2001, as [1]
      “We kept 12 barn owls in complete darkness and
      recorded every strike at a walking mouse.”
"""

REFUSED = """\
The library does not answer this: no paper found for this
question mentions cats.

Nearest in the library:

  Ames et al. 2001. How Barn Owls Find a Mouse That They
  Cannot See.
    “We kept 12 barn owls in complete darkness and recorded
    every strike at a walking mouse.”
    “The owls struck within 5 degrees of the mouse in 84% of
    all trials.”
"""


def test_an_answer_reads_well_at_60_columns():
    assert _shown(show_answer, _answer()) == ANSWERED


def test_a_refusal_says_why_and_what_came_nearest():
    reason = "no paper found for this question mentions cats."
    nearest = (_citation(1, FIRST), _citation(2, SECOND))
    refusal = Refusal(reason=reason, probability=0.1, nearest=nearest)
    answer = _answer(refusal=refusal, claims=(), citations=())
    assert _shown(show_answer, answer) == REFUSED


def test_a_refusal_shows_three_sentences_at_most():
    nearest = tuple(_citation(n, FIRST) for n in range(1, 6))
    answer = _answer(refusal=Refusal(reason="no.", probability=0, nearest=nearest), claims=())
    assert _shown(show_answer, answer).count("“") == 3


def test_the_words_that_answer_are_bold():
    written = _shown(show_answer, _answer(), styled=True)
    quote = written[written.index("“") : written.index("”")]
    assert re.findall(r"\x1b\[1m(.*?)\x1b\[0m", quote) == ["owls", "mouse", "84%"]


def test_a_verdict_is_a_word_only_where_support_is_not_full():
    answer = _answer(claims=(_claim(SECOND, 1, label="partial"), _claim(FIRST, 2)))
    written = _shown(show_answer, answer)
    assert "trials. [1] (partial) We kept" in written.replace("\n", " ")
    assert "supported" not in written


def test_notices_stand_below_the_answer():
    written = _shown(show_answer, _answer(notices=("2 sentences were dropped",)))
    assert written.endswith("\n\nNote: 2 sentences were dropped\n")


@pytest.mark.parametrize("width", [20, 40, 100])
def test_no_line_is_wider_than_the_terminal(width: int):
    wide = "深層学習は、大量のデータを必要とする（ことが多い）。しかし BERT は改善する。"
    answer = _answer(citations=(_citation(1, wide + "x" * 90, title=wide, url=None),))
    for each in _shown(show_answer, answer, width=width).splitlines():
        assert cell_len(each) <= width


def test_an_address_is_never_broken_so_that_it_can_be_followed():
    url = "https://example.org/" + "x" * 90
    written = _shown(show_answer, _answer(citations=(_citation(1, FIRST, url=url),)), width=40)
    assert f"    {url}\n" in written


def test_chinese_and_japanese_keep_closing_marks_off_the_start_of_a_line():
    text = "深層学習は、大量のデータを必要とする（ことが多い）。しかし改善する。"
    for width in range(6, 40):
        for each in wrapped(line(text), width):
            assert each[0].text[0] not in "、。）"
            assert not each[-1].text.endswith("（")


def test_a_marker_stays_with_the_word_it_follows():
    for width in range(12, 40):
        for each in wrapped(line("Owls hunt at night. [1] They hear well. [2] [3]"), width):
            assert not each[0].text.startswith("[")


@given(
    st.lists(st.tuples(st.text(), st.sampled_from(["", "bold", "dim"])), max_size=4),
    st.integers(1, 50),
)
def test_wrapping_loses_nothing_but_blanks(parts: list, width: int):
    runs = line(*(Run(text, style) for text, style in parts))
    before = [(c, run.style) for run in runs for c in run.text if not c.isspace()]
    lines = wrapped(runs, width)
    after = [(c, run.style) for each in lines for run in each for c in run.text]
    assert [pair for pair in after if not pair[0].isspace()] == before
    if width > 1:
        assert all(cell_len("".join(run.text for run in each)) <= width for each in lines)


@given(st.text())
def test_plain_text_is_one_line_that_no_terminal_obeys(text: str):
    found = plain(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", found)
    found.encode()
    assert plain(found) == found


def test_nothing_that_a_paper_says_reaches_the_terminal_as_a_command():
    citation = _citation(
        1,
        HOSTILE + "quote",
        title=HOSTILE,
        authors=(HOSTILE,),
        url=f"https://example.org/{HOSTILE}",
        paper_id=HOSTILE,
    )
    paper = Paper(
        id=f"owl{HOSTILE}",
        title=HOSTILE,
        abstract=HOSTILE,
        authors=(HOSTILE,),
        venue=HOSTILE,
        url=HOSTILE,
        identifiers=Identifiers(doi=HOSTILE),
        sources=(Source(file=HOSTILE, position=1, format="jsonl"),),
    )
    passage = Passage(
        id="x#0", paper_id=HOSTILE, ordinal=0, start=0, end=1, title=HOSTILE, text=HOSTILE
    )
    answer = _answer(
        claims=(_claim(HOSTILE + "claim.", 1),), citations=(citation,), notices=(HOSTILE,)
    )
    refused = _answer(refusal=Refusal(reason=HOSTILE, probability=0, nearest=(citation,)))
    written = "".join(
        [
            _shown(show_answer, answer),
            _shown(show_answer, refused),
            _shown(show_hits, (Hit(rank=1, score=1, passage=passage),), "x"),
            _shown(show_kept, answer, HOSTILE),
            _shown(show_paper, paper),
            _shown(show_row, paper),
            row(paper),
        ]
    )
    assert not set(written) & set("\x1b\x9b\x07\x08\r\u202e\u2066")
    assert "owned" in written


def test_hits_show_rank_title_id_score_and_passage():
    passage = Passage(
        id="owl#0", paper_id="owl", ordinal=0, start=0, end=1, title=TITLE, text=ABSTRACT * 9
    )
    written = _shown(show_hits, (Hit(rank=1, score=0.5, passage=passage),), "owls")
    first, second, third, *_ = written.splitlines()
    assert first.startswith("1  How Barn Owls")
    assert "owl · 0.500" in second + third
    assert written.endswith("…\n")
    assert _shown(show_hits, (), "owls") == "Nothing found.\n"


@given(st.text(), st.text(), st.text())
def test_emphasis_changes_no_character(text: str, question: str, phrase: str):
    assert "".join(run.text for run in emphasised(text, question, phrase=phrase)) == text


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "expected"),
    [
        (_Terminal(), {"TERM": "xterm"}, True),
        (io.StringIO(), {"TERM": "xterm"}, False),
        (_Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (_Terminal(), {"TERM": "xterm", "NO_COLOR": ""}, True),
        (_Terminal(), {"TERM": "dumb"}, False),
        (_Terminal(), {}, False),
    ],
)
def test_styles_are_used_only_where_they_are_understood_and_wanted(
    stream: io.StringIO, environment: dict[str, str], expected: bool
):
    assert takes_styles(stream, environment) is expected


def test_a_terminal_of_no_width_still_gets_text(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "1")
    stream = io.StringIO()
    screen = Screen(stream)
    screen.write(ABSTRACT)
    assert screen.width == NARROWEST
    assert stream.getvalue().replace("\n", " ").strip() == ABSTRACT


def test_a_paper_is_shown_whole():
    paper = Paper(
        id="owl",
        title=TITLE,
        abstract=ABSTRACT,
        authors=tuple(f"Given Author{n}" for n in range(15)),
        year=2001,
        venue="Owl Letters",
        identifiers=Identifiers(doi="10.1/owl"),
        sources=(Source(file="a.bib", position=3, format="bibtex"),),
    )
    written = _shown(show_paper, paper)
    assert "and 3 more" in written.replace("\n", " ")
    assert "Owl Letters, 2001" in written
    assert SECOND in written.replace("\n", " ")
    assert "doi   10.1/owl\n" in written
    assert "from  a.bib:3 (bibtex)\n" in written
    assert row(paper) == f"owl\t2001\t{TITLE}\t"


def test_a_paper_without_anything_but_a_title_is_shown():
    assert _shown(show_paper, Paper(id="owl", title="Owls")) == "Owls\n\nno abstract\n\nid  owl\n"


def test_what_an_add_did_is_told_with_every_rejection():
    source = Source(file="a.bib", position=3, format="bibtex")
    report = AddReport(
        files=(),
        errors=(FileError(file="b.bib", reason="no such file: b.bib"),),
        rejections=(Rejection(source=source, reason="no title"),),
        read=1200,
        new=1200,
        rejected=1,
        batch="B1",
        papers=1200,
        passages=1300,
        seconds=2.04,
    )
    assert _shown(show_added, report, width=80) == (
        "1,200 read, 1,200 new, 0 updated, 0 unchanged, 0 merged, 1 rejected\n"
        "  - a.bib, record 3: no title\n"
        "  ! not read: no such file: b.bib\n"
        "The library holds 1,200 papers in 1,300 passages. (2.0 s)\n"
        "Undo with: attest remove --batch B1\n"
    )


def test_a_status_tells_place_size_and_writer():
    status = Status(papers=1234, passages=2000, fingerprint="f", version="v", model="m")
    written = _shown(show_status, status, "/somewhere/library")
    assert "library   /somewhere/library\npapers    1,234\n" in written
    assert written.endswith("writer    nobody\n")
