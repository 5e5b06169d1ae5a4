import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.running.responses import CONTEXTS, read_response
from eval.running.systems import elsewhere
from eval.schema import Case
from rag.errors import UsageError

ABSTRACT = "Limpets graze at night. They return to one scar."
CITED = {"n": 1, "paper_id": "p", "title": "Limpets", "quote": "They return to one scar."}


def abstracts(ids):
    return {"p": ABSTRACT} if "p" in ids else {}


@pytest.mark.parametrize(
    ("change", "verbatim"),
    [
        ({}, True),
        ({"start": 24, "end": 48}, True),
        ({"start": 23, "end": 48}, False),
        ({"quote": "They return to a scar."}, False),
        ({"quote": ""}, False),
        ({"paper_id": "unknown"}, False),
    ],
)
def test_a_quote_is_looked_up_where_it_says_it_stands(change, verbatim):
    said = read_response({"citations": [{**CITED, **change}]}, abstracts=abstracts)
    assert said.citations[0].verbatim is verbatim


def test_without_a_library_nothing_is_known_of_quotes():
    assert read_response({"citations": [CITED]}).citations[0].verbatim is None


def test_a_ranking_has_each_paper_once_at_its_best_place():
    hits = [{"paper_id": name, "text": "t"} for name in ("a", "b", "a", "c")]
    assert [each.paper_id for each in read_response({"hits": hits}).ranking] == ["a", "b", "c"]


def test_a_refusal_is_read_from_its_field_before_its_words():
    words = {"answer": "I cannot tell."}
    assert read_response(words, says_refusal=lambda text: "cannot" in text).refused
    assert not read_response({**words, "refused": False}, says_refusal=lambda _: True).refused
    assert not read_response(words).refused


@pytest.mark.parametrize(
    "fields",
    [
        {"refused": "perhaps"},
        {"claims": [{"text": None}]},
        {"citations": "none"},
        {"hits": [{"score": float("nan")}]},
        {"confidence": 1.5},
        {"timings_ms": {"total": float("inf")}},
    ],
)
def test_what_means_nothing_is_refused(fields):
    with pytest.raises(ValueError, match=r"."):
        read_response(fields)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(["answer", "refused", "claims", "citations", "hits", "usage", "model"])


@given(st.dictionaries(NAMES, JSON))
def test_anything_is_read_or_refused(fields):
    try:
        said = read_response(fields)
    except ValueError:
        return
    assert json.dumps(said.model_dump(mode="json"), allow_nan=False)


def test_answers_made_elsewhere_are_a_system(tmp_path):
    path = tmp_path / "answers.jsonl"
    hits = [{"paper_id": f"p{n}", "text": "t"} for n in range(CONTEXTS + 5)]
    path.write_text(json.dumps({"id": 7, "answer": "Unknown.", "hits": hits}) + "\n\n")
    system: Callable[[Case], Any] = elsewhere(path, says_refusal=lambda text: text == "Unknown.")
    answer = system(Case(id="7", question="?"))["answer"]
    assert answer["refused"] is True
    assert ["text" in hit for hit in answer["hits"]] == [True] * CONTEXTS + [False] * 5


def test_a_case_without_an_answer_is_an_error(tmp_path):
    path = tmp_path / "answers.jsonl"
    path.write_text("")
    with pytest.raises(Exception, match="no answer to case 'x'"):
        elsewhere(path, says_refusal=bool)(Case(id="x", question="?"))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['{"id": "a"}', '{"id": "a"}'], ":2: a second answer to 'a'"),
        (['{"answer": "x"}'], ":1: no 'id'"),
        (["[1]"], ":1: not a JSON object"),
        (["{"], ":1: not JSON"),
        (['{"id": "a", "hits": 3}'], ":1: "),
    ],
)
def test_a_bad_line_of_answers_is_named(tmp_path, lines, said):
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(lines))
    with pytest.raises(UsageError, match=said.replace("[", r"\[")):
        elsewhere(path, says_refusal=bool)
