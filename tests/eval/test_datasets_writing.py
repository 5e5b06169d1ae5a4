"""What is written reads back, and what is there is never lost."""

import gzip
import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.datasets import append_case, read_dataset, title_key, write_cases
from eval.schema import Case, Gold, Nugget
from rag.errors import SourceError, UsageError
from rag.schema import Filters, Turn
from rag.sources.cleaning import visible

ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(ANY, max_size=12)
WORDS = st.text(ANY, min_size=1, max_size=12).filter(lambda text: bool(visible(text).strip()))
YEARS = st.none() | st.integers(1000, 3000)


def listed(each: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    return st.lists(each, max_size=most).map(tuple)


GOLD = st.builds(
    Gold,
    paper_id=WORDS,
    title=st.none() | WORDS,
    grade=st.integers(-2, 4),
    evidence=listed(WORDS),
) | st.builds(Gold, title=WORDS.filter(lambda text: bool(title_key(text))))


@st.composite
def cases(draw: st.DrawFn, number: int = 0) -> Case:
    case = Case(
        id=f"{number}-{draw(TEXTS)}",
        question=f"{number} {draw(WORDS)}",
        history=draw(listed(st.builds(Turn, question=WORDS, answer=TEXTS))),
        filters=draw(st.builds(Filters, year_from=YEARS, year_to=YEARS, venue=st.none() | TEXTS)),
        type=draw(WORDS),
        gold=draw(
            st.lists(
                GOLD,
                max_size=3,
                unique_by=lambda gold: gold.paper_id or title_key(gold.title or ""),
            ).map(tuple)
        ),
        answers=draw(listed(WORDS)),
        must_exclude=draw(listed(WORDS)),
        nuggets=draw(listed(st.builds(Nugget, text=WORDS, vital=st.booleans()))),
        group=draw(TEXTS),
        origin=draw(WORDS),
    )
    relevant = any(gold.grade > 0 for gold in case.gold)
    choices = [None, *([True] if relevant or case.answers else []), *([] if relevant else [False])]
    known = [*case.answers, *(text for gold in case.gold for text in gold.evidence)]
    terms = tuple(draw(st.lists(st.sampled_from(known), max_size=2))) if known else ()
    return case.model_copy(
        update={"answerable": draw(st.sampled_from(choices)), "must_include": terms}
    )


def plain(number: int, **fields: object) -> Case:
    return Case.model_validate({"id": f"c{number}", "question": f"What is {number}?", **fields})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
@pytest.mark.parametrize("name", ["cases.jsonl", "some.gz"])
def test_what_is_written_reads_back_equal(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
):
    path = tmp_path_factory.getbasetemp() / name
    given_cases = [data.draw(cases(number)) for number in range(data.draw(st.integers(1, 3)))]
    given_cases[-1] = given_cases[-1].model_copy(
        update={"pair": given_cases[0].id if len(given_cases) > 1 else None}
    )

    write_cases(given_cases, path)

    assert read_dataset(path).cases == tuple(given_cases)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_cases_added_one_by_one_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    path = tmp_path_factory.getbasetemp() / "added.jsonl"
    path.unlink(missing_ok=True)
    given_cases = [data.draw(cases(number)) for number in range(3)]

    for case in given_cases:
        append_case(case, path)

    assert read_dataset(path).cases == tuple(given_cases)


def test_each_case_is_one_line_with_no_control_character(tmp_path: Path):
    path = tmp_path / "x.jsonl"
    hostile = "a\nb\u2028c\x1bd\u202ee"

    write_cases([plain(1, question=hostile, answers=("one",)), plain(2)], path)

    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) == 2
    assert not set(text) & set("\u2028\x1b\u202e")
    assert json.loads(text.splitlines()[0])["answer"] == "one"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "no cases to write"),
        ([plain(1), plain(1)], "id 'c1' is also on line 1"),
        ([plain(1, pair="zz")], "pair 'zz'"),
        ([plain(1, question=" ")], "case 'c1' cannot be written to .*: blank 'question'"),
        ([plain(1, answers=["a\0"])], "NUL"),
        ([plain(1, answers=[""])], "does not read back"),
        ([plain(1, answerable=True)], "neither gold nor a reference answer"),
    ],
)
def test_what_would_not_read_back_is_refused_and_the_old_file_stays(
    tmp_path: Path, wrong: list[Case], message: str
):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"old")

    with pytest.raises(UsageError, match=message):
        write_cases(wrong, path)

    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.jsonl"]


def test_a_failure_while_writing_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "x.jsonl"
    write_cases([plain(1)], path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left on device"):
        write_cases([plain(2)], path)

    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["x.jsonl"]


def test_a_case_is_added_after_lines_that_stay_byte_for_byte(tmp_path: Path):
    path = tmp_path / "x.jsonl"
    before = b'\xef\xbb\xbf{"question" :"Why?",  "id":"odd"}\r\n\n{"id": 7, "question": "What?"}'
    path.write_bytes(before)
    path.chmod(0o640)

    append_case(plain(1, origin="chat"), path)

    after = path.read_bytes()
    assert after.startswith(before + b"\n{")
    assert after.endswith(b"}\n")
    assert [case.id for case in read_dataset(path).cases] == ["odd", "7", "c1"]
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_case_is_added_to_a_gzipped_file(tmp_path: Path):
    path = tmp_path / "x.jsonl.gz"
    before = gzip.compress(b'{"id": "a", "question": "Why?"}')
    path.write_bytes(before)

    append_case(plain(1), path)

    assert path.read_bytes().startswith(before)
    assert [case.id for case in read_dataset(path).cases] == ["a", "c1"]


def test_a_missing_file_and_its_folder_are_made(tmp_path: Path):
    path = tmp_path / "new" / "cases.jsonl"

    append_case(plain(1), path)

    assert read_dataset(path.parent).cases == (plain(1),)


@pytest.mark.parametrize(
    ("again", "message"),
    [
        (plain(1, question="Another?"), "id 'c1' is also on line 1"),
        (plain(2, question="WHAT is 1?"), "question .* is also on line 1"),
        (plain(2, pair="c9"), "pair 'c9'"),
        (plain(2, question="\u200b"), "blank 'question'"),
    ],
)
def test_a_case_that_does_not_fit_is_not_added(tmp_path: Path, again: Case, message: str):
    path = tmp_path / "x.jsonl"
    append_case(plain(1), path)
    before = path.read_bytes()

    with pytest.raises(UsageError, match=message):
        append_case(again, path)

    assert path.read_bytes() == before


def test_nothing_is_added_to_a_file_with_a_fault(tmp_path: Path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"id": "a", "question": "Why?"}\n{"id": "b", "quest')

    with pytest.raises(SourceError, match=r"x\.jsonl:2: not JSON"):
        append_case(plain(1), path)

    assert path.read_bytes().endswith(b'"quest')


def test_writers_at_the_same_time_lose_no_case(tmp_path: Path):
    path = tmp_path / "x.jsonl"
    writers = [
        threading.Thread(target=append_case, args=(plain(number), path)) for number in range(12)
    ]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert {case.id for case in read_dataset(path).cases} == {f"c{each}" for each in range(12)}
