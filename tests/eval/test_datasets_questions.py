"""Cases in Attest's own form: what is read, and that every fault is found on its line."""

import gzip
import json
import re
from pathlib import Path

import pytest

from eval.datasets import Papers, faults, read_dataset
from eval.schema import Gold, Nugget
from rag.errors import SourceError
from rag.schema import Filters, Turn

PAPERS = [
    {"_id": "moss", "title": "Mosses & Light", "text": "Moss grows in shade. It needs water."},
    {"_id": "fern", "title": "Ferns", "text": "Ferns unroll their leaves in spring."},
]


def written(path: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def case(number: int, **fields: object) -> dict[str, object]:
    return {"id": f"c{number}", "question": f"What is plant {number}?", **fields}


def found(path: Path, papers: Papers | None = None) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.message) for fault in faults(path, papers=papers)]


def test_every_field_of_a_case_is_read(tmp_path: Path):
    row = case(
        1,
        type="factoid",
        history=[{"question": "And?", "answer": "So."}],
        answerable=True,
        gold=[{"_id": "moss", "grade": 2, "evidence": ["grows in shade"]}, {"title": "Ferns"}],
        answers=["In shade.", "Where it is dark."],
        must_include=["SHADE"],
        must_exclude=["sun"],
        nuggets=[{"text": "shade"}, {"text": "water", "vital": False}],
        group="g",
        origin="chat",
        filters={"year_from": 1990, "venue": "Botany"},
    )

    data = read_dataset(written(tmp_path / "plants.jsonl", row, case(2, pair="c1")))

    first, second = data.cases
    assert (data.name, data.format, data.kind, data.corpus) == (
        "plants",
        "questions",
        "answers",
        None,
    )
    assert first.history == (Turn(question="And?", answer="So."),)
    assert first.gold == (
        Gold(paper_id="moss", grade=2, evidence=("grows in shade",)),
        Gold(title="Ferns"),
    )
    assert first.answers == ("In shade.", "Where it is dark.")
    assert first.nuggets == (Nugget(text="shade"), Nugget(text="water", vital=False))
    assert first.filters == Filters(year_from=1990, venue="Botany")
    assert (first.type, first.group, first.origin) == ("factoid", "g", "chat")
    assert (first.must_include, first.must_exclude) == (("SHADE",), ("sun",))
    assert (second.pair, second.answerable, second.origin) == ("c1", None, "person")


@pytest.mark.parametrize("name", ["questions.jsonl", "cases.jsonl", "cases.jsonl.gz"])
def test_a_folder_is_read_with_the_corpus_beside_the_cases(tmp_path: Path, name: str):
    plain = written(tmp_path / "rows", case(1, gold=[{"title": "mosses light!"}])).read_bytes()
    (tmp_path / "rows").unlink()
    (tmp_path / name).write_bytes(gzip.compress(plain) if name.endswith("gz") else plain)
    corpus = written(tmp_path / "papers.jsonl", *PAPERS)

    data = read_dataset(tmp_path)

    assert (data.name, data.corpus, len(data.cases)) == (tmp_path.name, str(corpus), 1)
    assert read_dataset(tmp_path / name) == data


def test_a_gzipped_file_without_the_ending_and_a_byte_order_mark_are_read(tmp_path: Path):
    path = tmp_path / "anything.txt"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps(case(1)).encode() + b"\r\n\r\n"))

    assert [each.id for each in read_dataset(path, name="given").cases] == ["c1"]


def test_two_files_of_cases_in_a_folder_are_no_data_set(tmp_path: Path):
    written(tmp_path / "questions.jsonl", case(1))
    written(tmp_path / "cases.jsonl", case(1))

    with pytest.raises(SourceError, match=r"questions\.jsonl and cases\.jsonl; keep one"):
        read_dataset(tmp_path)


WRONG = {
    "not JSON": ('{"id": "x"', r"not JSON \(.*column"),
    "not an object": ("[1]", "not a JSON object"),
    "no question": ({"id": "x"}, "no 'question'"),
    "blank question": ({"id": "x", "question": " \u200b "}, "blank 'question'"),
    "no id": ({"question": "Why?"}, "no 'id'"),
    "blank id": ({"id": " ", "question": "Why?"}, "blank 'id'"),
    "id of a wrong type": ({"id": 1.5, "question": "Why?"}, "'id' is a number; give a text"),
    "duplicate id": (
        {"id": "c1", "question": "Why?"},
        "id 'c1' is also on line 1",
    ),
    "duplicate question": (
        {"id": "x", "question": "what  IS plant 1?"},
        "question .* is also on line 1",
    ),
    "unknown field": (case(9, must_inclde=["a"]), "did you mean 'must_include'"),
    "unknown field of gold": (
        case(9, gold=[{"title": "Ferns", "evidense": []}]),
        r"'gold\[1\].evidense'; did you mean 'evidence'",
    ),
    "unknown filter": (case(9, filters={"year": 1}), "unknown field 'filters.year'"),
    "wrong type": (case(9, must_include="shade"), "'must_include' is a text; give a list"),
    "wrong inner type": (case(9, history=["x"]), r"'history\[1\]' is a text; give an object"),
    "wrong flag": (case(9, answerable="yes"), "'answerable' is a text; give true or false"),
    "fraction": (case(9, gold=[{"title": "Ferns", "grade": 0.5}]), "is 0.5; give a whole number"),
    "huge grade": (case(9, gold=[{"title": "Ferns", "grade": 10**12}]), "a grade beyond"),
    "gold without name": (case(9, gold=[{"evidence": []}]), "without id and title"),
    "gold twice": (case(9, gold=[{"title": "Ferns"}, {"title": "ferns."}]), "stands twice"),
    "two ids": (case(9, gold=[{"_id": "a", "paper_id": "b"}]), "with two ids"),
    "both answers": (case(9, answer="a", answers=["b"]), "both 'answer' and 'answers'"),
    "blank term": (case(9, answer="a", must_include=[" "]), r"blank 'must_include\[1\]'"),
    "answerable without gold": (case(9, answerable=True), "neither gold nor a reference answer"),
    "answerable with bad gold only": (
        case(9, answerable=True, gold=[{"title": "Ferns", "grade": 0}]),
        "neither gold nor a reference answer",
    ),
    "unanswerable with gold": (
        case(9, answerable=False, gold=[{"title": "Ferns"}]),
        "answerable is false, yet there is gold",
    ),
    "term nowhere": (
        case(9, answer="In spring.", must_include=["spring", "autumn"]),
        "must_include 'autumn' is in neither",
    ),
    "unknown pair": (case(9, pair="c7"), "pair 'c7' is no other case"),
    "own pair": (case(9, pair="c9"), "pair 'c9' is no other case"),
    "key twice": ('{"id": "x", "id": "y", "question": "Why?"}', "the key 'id' stands twice"),
}


@pytest.mark.parametrize(("row", "message"), WRONG.values(), ids=WRONG)
def test_each_fault_is_found_alone_and_on_its_line(tmp_path: Path, row: object, message: str):
    path = written(tmp_path / "x.jsonl", case(1), "", row, case(2))

    ((line, text),) = found(path)

    assert (line, bool(re.search(message, text))) == (3, True), text


def test_a_blank_type_or_absent_optional_field_is_no_fault(tmp_path: Path):
    path = written(tmp_path / "x.jsonl", case(1, type=None, answer="", gold=[], filters=None))

    assert found(path) == []


def test_bytes_that_are_not_utf_8_are_a_fault_of_their_line_only(tmp_path: Path):
    path = tmp_path / "x.jsonl"
    good = json.dumps(case(1)).encode()
    path.write_bytes(good + b'\n{"id": "x", "question": "caf\xe9?"}\n')

    assert found(path) == [(2, "not UTF-8 at byte 29 of the line; save the file as UTF-8")]


def test_one_line_may_have_many_faults_and_none_hides_another(tmp_path: Path):
    path = written(
        tmp_path / "x.jsonl",
        {"id": "a", "answerable": "no", "gold": [{"title": 1.5}], "colour": "red"},
        "{",
        {"id": "a", "question": "Why?", "pair": "zz"},
    )

    lines = [line for line, _ in found(path)]

    assert lines == [1, 1, 1, 1, 2, 3, 3]


def test_the_first_fault_and_the_number_of_the_others_are_raised(tmp_path: Path):
    path = written(tmp_path / "x.jsonl", case(1), {"id": "x"}, "{", "[]")

    with pytest.raises(SourceError) as caught:
        read_dataset(path)

    assert str(caught.value) == f"{path}:2: no 'question'; write what is asked (and 2 more)"


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_a_fault_of_the_file(tmp_path: Path, content: bytes):
    path = tmp_path / "questions.jsonl"
    path.write_bytes(content)

    assert found(tmp_path) == [(None, "empty file; write one case a line")]
    assert found(path) == [(None, "empty file; write one case a line")]


def test_a_missing_file_and_a_folder_of_other_things_are_faults(tmp_path: Path):
    assert found(tmp_path / "none") == [(None, "no such file or folder; check the path")]
    assert "no data set in this folder" in found(tmp_path)[0][1]


def test_gold_and_evidence_are_held_against_the_corpus(tmp_path: Path):
    written(tmp_path / "corpus.jsonl", *PAPERS)
    written(
        tmp_path / "questions.jsonl",
        case(1, gold=[{"title": "MOSSES & LIGHT.", "evidence": ["grows in shade"]}]),
        case(2, gold=[{"paper_id": "moss", "evidence": ["grows in Shade"]}]),
        case(3, gold=[{"paper_id": "moss", "evidence": ["unroll their leaves"]}]),
        case(4, gold=[{"title": "Algae"}, {"_id": "fern"}]),
        case(5, gold=[{"paper_id": "other", "title": "ferns", "evidence": ["in spring"]}]),
    )

    (two, three, four) = found(tmp_path)

    assert two[0] == 2
    assert "only case, blanks or punctuation differ" in two[1]
    assert three[0] == 3
    assert "'unroll their leaves' is no exact part of the abstract of 'moss'" in three[1]
    assert four == (4, "gold paper 'Algae' is not in corpus.jsonl; correct it or add the paper")


def test_a_title_of_signs_alone_is_not_taken_for_a_paper_without_title(tmp_path: Path):
    written(tmp_path / "corpus.jsonl", {"_id": "x", "text": "No title."}, *PAPERS)
    written(tmp_path / "questions.jsonl", case(1, gold=[{"title": "???"}]))

    assert "'???' is not in corpus.jsonl" in found(tmp_path)[0][1]


def test_a_library_may_stand_in_for_the_corpus(tmp_path: Path):
    written(tmp_path / "corpus.jsonl", *PAPERS)
    path = written(
        tmp_path / "questions.jsonl",
        case(1, gold=[{"title": "Mosses light", "evidence": ["Moss is green."]}]),
        case(2, gold=[{"paper_id": "fern"}]),
    )

    library = {"p1": ("Mosses & Light", "Moss is green.")}

    assert found(path, papers=lambda: library) == [
        (2, "gold paper 'fern' is not in the library; correct it or add the paper")
    ]


def test_a_line_of_the_corpus_that_is_no_json_is_told_and_the_rest_is_used(tmp_path: Path):
    corpus = written(tmp_path / "corpus.jsonl", "{", *PAPERS, '{"_id": "n", "year": NaN}')
    written(tmp_path / "questions.jsonl", case(1, gold=[{"_id": "fern"}, {"_id": "n"}]))

    (fault,) = faults(tmp_path)

    assert (fault.file, fault.line) == (str(corpus), 1)


def test_a_corpus_beside_a_file_of_another_name_is_not_taken_for_its_own(tmp_path: Path):
    written(tmp_path / "corpus.jsonl", *PAPERS)
    path = written(tmp_path / "mine.jsonl", case(1, gold=[{"title": "Algae"}]))

    assert read_dataset(path).corpus is None


def test_a_variant_may_repeat_the_words_of_its_pair(tmp_path: Path):
    path = written(
        tmp_path / "x.jsonl",
        case(1),
        {"id": "v", "question": "WHAT IS PLANT 1?", "pair": "c1"},
        {"id": "f", "question": "What is plant 1?", "filters": {"year_from": 2000}},
        {"id": "h", "question": "What is plant 1?", "history": [{"question": "x", "answer": "y"}]},
    )

    assert found(path) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[\n{"id": "a"}\n]', "JSON array"),
        ("q1 Q0 d1 1 0.5 tag\n", "TREC run"),
        ('{"_id": "1", "text": "abc"}\n', "without judgements; name its folder"),
        ("some prose\nabout plants\n", "no known form"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(tmp_path: Path, content: str, message: str):
    path = tmp_path / "questions.jsonl"
    path.write_text(content, encoding="utf-8")

    ((line, text),) = found(path)

    assert line is None
    assert message in text
