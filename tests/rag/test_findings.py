import io

from rag.findings import compared, traced, weighed
from rag.inquiries.agreement import Agreement, Position
from rag.inquiries.comparison import Cell, Comparison, Row
from rag.inquiries.trace import Span, Trace
from rag.schema import Citation, Refusal, Verdict, text_hash
from rag.terminal.findings import EMPTY, show_agreement, show_comparison, show_trace
from rag.terminal.screen import Screen

ABSTRACT = "Barn owls locate a mouse by hearing alone. They struck in 84% of all trials."
FIRST, SECOND = ABSTRACT[:42], ABSTRACT[43:]
HOSTILE = "\x1b[2J\u202e"


def _citation(n: int, quote: str, title: str = "How Barn Owls Hunt") -> Citation:
    start = ABSTRACT.find(quote)
    return Citation(
        n=n,
        paper_id="owl",
        title=title,
        authors=("Ada Ames", "Bo Berg", "Cy Cho"),
        year=2001,
        quote=quote,
        start=start,
        end=start + len(quote),
        passage_id="owl#0",
        quote_hash=text_hash(quote),
    )


def _verdict(label: str = "supported", probability: float = 0.99) -> Verdict:
    return Verdict.model_validate(
        {"label": label, "probability": probability, "checker": "words-1", "reason": "verbatim"}
    )


def _comparison(title: str = "How Barn Owls Hunt") -> Comparison:
    cells = (Cell(text=FIRST, citations=(1,), verdict=_verdict()), Cell())
    return Comparison(
        question="hunting",
        aspects=("result", "limitation"),
        rows=(
            Row(name="Owls", paper_id="owl", title=title, year=2001, cells=cells),
            Row(name="Zorblax", cells=(Cell(), Cell())),
        ),
        citations=(_citation(1, FIRST),),
        notices=("no paper of the library is about Zorblax",),
        checker="words-1",
        library="f" * 64,
    )


def _agreement() -> Agreement:
    return Agreement(
        claim="Barn owls locate a mouse by hearing.",
        positions=(
            Position(stand="supports", citation=1, verdict=_verdict()),
            Position(stand="undecided", citation=2, verdict=_verdict("unsupported", 0.1)),
        ),
        citations=(_citation(1, FIRST), _citation(2, SECOND)),
        notices=("words-1 compares words",),
        checker="words-1",
        library="f" * 64,
    )


def _trace() -> Trace:
    span = Span(start=4, end=46, text=FIRST, words=8, citations=(1,), papers=3)
    return Trace(
        spans=(span,), citations=(_citation(1, FIRST),), least=6, words=10, covered=0.8, library="f"
    )


def _shown(show: object, noun: object, width: int = 80) -> str:
    stream = io.StringIO()
    show(Screen(stream, width=width, styled=False), noun)  # type: ignore[operator]
    return stream.getvalue()


def test_a_comparison_sets_like_under_like():
    lines = _shown(show_comparison, _comparison()).splitlines()
    assert lines[:3] == [
        "A  Owls: How Barn Owls Hunt · 2001 · owl",
        "B  Zorblax (no paper in the library)",
        "",
    ]
    assert lines[3:6] == ["RESULT", f"A  {FIRST} [1]", f"B  {EMPTY}"]
    assert lines[7:10] == ["LIMITATION", f"A  {EMPTY}", f"B  {EMPTY}"]
    assert lines[-1] == "Note: no paper of the library is about Zorblax"


def test_an_agreement_counts_and_names_its_checker():
    text = _shown(show_agreement, _agreement())
    assert text.startswith("1 support, 0 contradict, 1 undecided (by words-1)\n")
    assert text.index("Support it") < text.index(FIRST) < text.index("undecided\n")
    assert "Contradict it" not in text
    assert "unsupported 0.10: verbatim" in text


def test_a_trace_tells_its_share_and_each_source():
    text = _shown(show_trace, _trace())
    assert text.startswith("80% of 10 words stand in abstracts: 1 span of 6 words or more\n")
    assert "8 words at 4–46" in text
    assert "[1] Ames et al. 2001. How Barn Owls Hunt · owl" in text
    assert "and 2 more papers" in text


def test_no_line_is_wider_than_the_screen_and_none_is_obeyed_by_it():
    text = _shown(show_comparison, _comparison(HOSTILE + "Owls and Mice " * 20), width=40)
    assert max(map(len, text.splitlines())) <= 40
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_refusals_are_said():
    refusal = Refusal(reason="its papers are about other things.", probability=0.1)
    refused = _comparison().model_copy(update={"refusal": refusal, "rows": ()})
    assert _shown(show_comparison, refused).startswith("The library does not tell: its papers")
    open_claim = _agreement().model_copy(update={"refusal": refusal, "positions": ()})
    assert _shown(show_agreement, open_claim).startswith("The library does not tell: its papers")


def test_the_json_of_a_comparison():
    content = compared(_comparison())
    assert list(content)[:6] == [
        "question", "refused", "refusal_reason", "nearest", "aspects", "rows",
    ]  # fmt: skip
    rows = content["rows"]
    assert isinstance(rows, list)
    assert rows[0]["cells"] == [
        {"text": FIRST, "citations": [1], "verdict": "supported", "support": 0.99},
        {"text": "", "citations": [], "verdict": None, "support": None},
    ]


def test_the_json_of_an_agreement():
    content = weighed(_agreement())
    assert content["counts"] == {"supports": 1, "contradicts": 0, "undecided": 1}
    positions = content["positions"]
    assert isinstance(positions, list)
    assert positions[1] == {
        "stand": "undecided",
        "paper_id": "owl",
        "citation": 2,
        "verdict": "unsupported",
        "support": 0.1,
        "reason": "verbatim",
    }


def test_the_json_of_a_trace():
    content = traced(_trace())
    assert content["spans"] == [
        {"start": 4, "end": 46, "text": FIRST, "words": 8, "citations": [1], "papers": 3}
    ]
    assert content["covered"] == 0.8
