"""RAGChecker's JSON: questions and references, responses and contexts."""

import json
from pathlib import Path

import pytest

from eval.datasets import faults, read_dataset, read_ragchecker_responses
from eval.schema import Case, Context, Ranked
from rag.errors import SourceError

RESULTS = [
    {
        "query_id": "000",
        "query": "Where does moss grow?",
        "gt_answer": "In shade.",
        "response": "It grows in the dark.",
        "retrieved_context": [
            {"doc_id": "d2", "text": "Moss and shade."},
            {"doc_id": "d1", "text": "Moss."},
            {"doc_id": "d2", "text": "More of it."},
        ],
        "response_claims": [["moss", "grows", "dark"]],
    },
    {"query_id": 1, "query": "And ferns?", "gt_answer": "", "response": ""},
]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("metrics_first", [False, True])
def test_cases_and_responses_are_read(tmp_path: Path, indent: int | None, metrics_first: bool):
    path = tmp_path / "outputs.json"
    metrics = {"metrics": {"overall": {"f1": 1.5}}}
    content = {**metrics, "results": RESULTS} if metrics_first else {"results": RESULTS, **metrics}
    path.write_text(json.dumps(content, indent=indent))

    data = read_dataset(path)
    responses = read_ragchecker_responses(path)

    assert (data.name, data.format, data.kind) == ("outputs", "ragchecker", "answers")
    assert data.cases == (
        Case(id="000", question="Where does moss grow?", answers=("In shade.",)),
        Case(id="1", question="And ferns?"),
    )
    assert list(responses) == ["000", "1"]
    assert responses["000"].answer == "It grows in the dark."
    assert responses["000"].contexts[0] == Context(paper_id="d2", text="Moss and shade.")
    assert len(responses["000"].contexts) == 3
    assert responses["000"].ranking == (Ranked(paper_id="d2"), Ranked(paper_id="d1"))
    assert (responses["1"].answer, responses["1"].ranking) == ("", ())


def test_each_fault_is_told_with_the_line_of_its_result(tmp_path: Path):
    path = tmp_path / "outputs.json"
    good, other = (json.dumps(each) for each in RESULTS)
    path.write_text(
        f'{{"results": [\n{good},\n3,\n{{"query": "x?"}},\n{{"query_id": 1, "query": ""}},\n'
        f'{other},\n{{"query_id": "n", "query": NaN}}, {good}]}}'
    )

    found = [(each.line, each.message.partition(";")[0]) for each in faults(path)]

    assert found == [
        (3, "a result that is no JSON object"),
        (4, "no 'query_id'"),
        (5, "blank 'query'"),
        (6, "query_id '1' is also on line 5"),
        (7, "not JSON (NaN is no JSON number)"),
    ]


@pytest.mark.parametrize("cut", [30, 200, 400])
def test_a_file_that_ends_early_is_told_by_its_line(tmp_path: Path, cut: int):
    path = tmp_path / "outputs.json"
    text = json.dumps({"results": RESULTS}, indent=1)[:cut]
    path.write_text(text)

    last = faults(path)[-1]

    assert last.line is not None
    assert 1 < last.line <= text.count("\n") + 1
    with pytest.raises(SourceError, match="not JSON"):
        read_ragchecker_responses(path)


def test_a_response_that_is_missing_or_misshapen_is_refused(tmp_path: Path):
    path = tmp_path / "outputs.json"
    wrong = [
        {"query_id": "a", "query": "?"},
        {"query_id": "b", "query": "?", "response": "x", "retrieved_context": [{"text": "t"}]},
    ]
    path.write_text(json.dumps({"results": wrong}))

    with pytest.raises(SourceError, match=r"json:1: no 'response'.*\(and 1 more\)"):
        read_ragchecker_responses(path)


def test_no_results_are_a_fault(tmp_path: Path):
    path = tmp_path / "outputs.json"
    path.write_text('{"results": []}')

    assert [each.message.partition(";")[0] for each in faults(path)] == ["no results in it"]
