import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rag.contract import added, answered, line, searched, standing, stored
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
    Withheld,
    text_hash,
)
from rag.store.lock import Holder
from rag.store.report import AddReport, FileError, FileReport, Status

TEXT = "Owls hunt at night. They hear well."
PASSAGE = Passage(
    id="owl#0", paper_id="owl", ordinal=0, start=0, end=len(TEXT), title="Owls", text=TEXT
)
CITATION = Citation(
    n=1,
    paper_id="owl",
    title="Owls",
    authors=("Ada Ames",),
    year=2001,
    url="https://example.org/owl",
    doi="10.1/owl",
    quote="Owls hunt at night.",
    start=0,
    end=19,
    passage_id="owl#0",
    quote_hash=text_hash("Owls hunt at night."),
)
ANSWER = Answer(
    id="a1",
    question="When do owls hunt?",
    standalone="When do owls hunt?",
    claims=(
        Claim(
            text="Owls hunt at night.",
            citations=(1,),
            verdict=Verdict(label="supported", probability=0.98765432, checker="words-1"),
        ),
    ),
    citations=(CITATION,),
    hits=(Hit(rank=1, score=0.123456789, passage=PASSAGE, dense=0.5, lexical=0.1),),
    answerer="extractive-1",
    library="f" * 64,
    settings="s" * 16,
    timings_ms={"total": 12.3456},
)
PROMISED = [
    "question",
    "answer",
    "refused",
    "refusal_reason",
    "claims",
    "citations",
    "hits",
    "answerer",
    "model",
    "library",
    "settings",
    "timings_ms",
    "usage",
]


def test_an_answer_has_the_promised_keys_in_the_promised_order():
    found = answered(ANSWER)
    assert list(found)[: len(PROMISED)] == PROMISED
    assert list(found)[len(PROMISED) :] == [
        *("notices", "standalone", "nearest", "id", "confidence"),
        *("filters", "withheld", "invented", "cost_usd"),
    ]
    assert found["answer"] == "Owls hunt at night. [1]"
    assert found["refused"] is False
    assert found["refusal_reason"] is None


def test_claims_citations_and_hits_have_exactly_the_promised_keys():
    found = json.loads(line(answered(ANSWER)))
    assert found["claims"] == [
        {
            "text": "Owls hunt at night.",
            "citations": [1],
            "verdict": "supported",
            "support": 0.9877,
        }
    ]
    assert list(found["citations"][0]) == [
        *("n", "paper_id", "title", "authors", "year", "url", "doi"),
        *("quote", "start", "end", "passage_id", "sha256", "retraction"),
    ]
    assert found["citations"][0]["quote"] == TEXT[:19]
    assert found["hits"] == [
        {
            "rank": 1,
            "paper_id": "owl",
            "title": "Owls",
            "passage_id": "owl#0",
            "score": 0.123457,
            "text": TEXT,
        }
    ]
    assert found["timings_ms"] == {"total": 12.35}


def test_a_claim_that_falls_short_tells_which_of_its_characters_are_not_met():
    claim = ANSWER.claims[0]
    verdict = claim.verdict.model_copy(update={"label": "partial", "unmet": ((0, 4), (13, 18))})
    short = claim.model_copy(update={"verdict": verdict})
    withheld = Withheld(text=claim.text, verdict=verdict)
    answer = ANSWER.model_copy(update={"claims": (short,), "withheld": (withheld,)})
    found = json.loads(line(answered(answer)))
    for (told,) in (found["claims"], found["withheld"]):
        assert told["unmet"] == [[0, 4], [13, 18]]


@given(st.text("[]0123456789-–,; ay"))
def test_no_bracket_of_a_paper_reads_as_a_marker(text: str):
    claim = ANSWER.claims[0].model_copy(update={"text": f"Their age was 74 [14] years {text}"})
    found: Any = answered(ANSWER.model_copy(update={"claims": (claim,)}))
    assert re.findall(r"\[[\d\s,;–-]*\d[\d\s,;–-]*\]", str(found["answer"])) == ["[1]"]
    assert [each["text"] for each in found["claims"]] == [claim.text]


def test_a_refusal_gives_its_reason_and_what_came_nearest():
    refusal = Refusal(reason="no paper is about cats.", probability=0.1, nearest=(CITATION,))
    answer = ANSWER.model_copy(update={"refusal": refusal, "claims": (), "citations": ()})
    found = json.loads(line(answered(answer)))
    assert found["refused"] is True
    assert found["refusal_reason"] == "no paper is about cats."
    assert found["answer"] == "The library does not answer this: no paper is about cats."
    assert found["nearest"][0]["quote"] == "Owls hunt at night."
    assert found["citations"] == []


def test_a_search_has_question_and_hits_only():
    assert list(searched("owls?", ANSWER.hits)) == ["question", "hits"]


def test_a_status_has_the_promised_keys_in_order():
    status = Status(papers=1, passages=2, fingerprint="f", version="v", model="m")
    keys = ["papers", "passages", "fingerprint", "version", "store", "model", "writer"]
    assert list(standing(status)) == keys
    assert standing(status)["writer"] is None
    holder = Holder(pid=7, host="h", started="2001-01-01T00:00:00+00:00", command="attest add")
    busy = status.model_copy(update={"writer": holder})
    assert json.loads(line(standing(busy)))["writer"]["pid"] == 7


def test_an_add_lists_each_rejection_with_file_position_and_reason():
    source = Source(file="a.bib", position=3, format="bibtex")
    report = AddReport(
        files=(FileReport(file="a.bib", read=1, rejected=1),),
        errors=(FileError(file="b.bib", reason="no such file"),),
        rejections=(Rejection(source=source, reason="no title"),),
        read=1,
        new=1,
        rejected=1,
    )
    found = added(report)
    assert list(found)[:6] == ["read", "new", "updated", "unchanged", "merged", "rejected"]
    assert found["rejections"] == [{"file": "a.bib", "position": 3, "reason": "no title"}]
    assert found["errors"] == [{"file": "b.bib", "reason": "no such file"}]


def test_a_stored_paper_keeps_text_and_identifiers():
    paper = Paper(id="owl", title="Owls", abstract=TEXT, identifiers=Identifiers(doi="10.1/owl"))
    found = json.loads(line(stored(paper)))
    assert found["abstract"][0:19] == CITATION.quote
    assert found["identifiers"]["doi"] == "10.1/owl"
    assert found["content_hash"] == paper.content_hash


@given(st.text(), st.booleans())
def test_a_line_says_the_same_after_it_was_made_safe(text: str, ascii_only: bool):
    written = line({"text": text}, ascii_only=ascii_only)
    assert json.loads(written) == {"text": text}
    assert "\n" not in written
    assert written.isascii() or not ascii_only


def test_a_line_holds_nothing_that_a_terminal_obeys():
    written = line({"text": "\x1b[2J \x9b2J \u202e \x7f \ud800 ok é"})
    assert not set(written) & set("\x1b\x9b\u202e\x7f\ud800")
    assert "é" in written
