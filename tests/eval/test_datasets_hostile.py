"""Whatever a file holds, it ends in faults and never in a traceback."""

import gzip
import json
import random
from pathlib import Path

import pytest

from eval.datasets import faults, read_dataset
from rag.errors import SourceError

GOOD = b'{"id": "a", "question": "Why?"}\n'
HOSTILE = {
    "nested lists": b"[" * 200_000,
    "nested objects": b'{"a":' * 200_000,
    "nested value": b'{"id": "x", "question": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "nested in an unknown field": b'{"id":"x","question":"y","z":' + b"[" * 500 + b"]" * 500 + b"}",
    "NaN": b'{"id": "x", "question": "y", "gold": [{"title": "t", "grade": NaN}]}',
    "infinity": b'{"id": "x", "question": "y", "gold": [{"title": "t", "grade": 1e999}]}',
    "huge integer": b'{"id": 1' + b"0" * 9999 + b', "question": "y"}',
    "NUL bytes": b'{"id": "x", \0 "question": "y"}',
    "NUL escaped": b'{"id": "x", "question": "y\\u0000"}',
    "lone surrogate": b'{"id": "x", "question": "y\\ud800"}',
    "lone surrogate in a key": b'{"id": "x", "question": "y", "\\udfff": 1}',
    "surrogate as bytes": b'{"id": "x", "question": "\xed\xa0\x80"}',
    "UTF-16": '{"id": "x", "question": "y"}'.encode("utf-16-le"),
    "cut": b'{"id": "x", "question": "y',
    "bare text": b"drop table cases",
}


def is_object(row: bytes) -> bool:
    try:
        return isinstance(json.loads(row), dict)
    except (ValueError, RecursionError):
        return False


@pytest.mark.parametrize("row", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_line_among_cases_is_one_fault_of_its_line(tmp_path: Path, row: bytes):
    path = tmp_path / "questions.jsonl"
    path.write_bytes(GOOD + row + b"\n")

    (fault,) = faults(tmp_path)

    assert fault.line == 2
    assert "\n" not in fault.message
    assert len(fault.message) < 400
    with pytest.raises(SourceError):
        read_dataset(path)


@pytest.mark.parametrize("row", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("role", ["corpus.jsonl", "queries.jsonl", "qrels.tsv", "answers.jsonl"])
def test_a_hostile_file_of_a_collection_is_no_traceback(tmp_path: Path, role: str, row: bytes):
    contents = {
        "corpus.jsonl": b'{"_id": "d", "title": "t", "text": "x"}\n',
        "queries.jsonl": b'{"_id": "q", "text": "x"}\n',
        "qrels.tsv": b"q\td\t1\n",
        "answers.jsonl": b'{"query_id": "q", "answer": "x"}\n',
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content + (row + b"\n" if name == role else b""))

    found = faults(tmp_path)

    # Further fields of a collection are not looked at, so some of these do no harm there.
    assert found or (role != "qrels.tsv" and is_object(row))
    assert all(each.file == str(tmp_path / role) for each in found)


@pytest.mark.parametrize("row", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_alone_is_refused(tmp_path: Path, row: bytes):
    path = tmp_path / "x"
    path.write_bytes(row)
    assert faults(path)

    path.write_bytes(b'{"results": [{"query_id": "a", "query": "b"}, ' + row + b"]}")
    assert faults(path)


def test_a_damaged_archive_is_a_fault_and_what_came_before_is_checked(tmp_path: Path):
    path = tmp_path / "x.gz"
    lines = b"".join(b'{"id": "%d", "question": "%d?", "odd": 1}\n' % (n, n) for n in range(9))
    path.write_bytes(gzip.compress(lines + random.Random(1).randbytes(5000))[:-2000])

    found = faults(path)

    assert [each.line for each in found[:9]] == list(range(1, 10))
    assert any("truncated gzip" in each.message for each in found)


def test_a_bomb_is_stopped(tmp_path: Path):
    path = tmp_path / "questions.jsonl.gz"
    path.write_bytes(gzip.compress(GOOD + b" " * 100_000_000))

    assert "stopped as a bomb" in faults(path)[-1].message


def test_messages_show_nothing_a_terminal_acts_on(tmp_path: Path):
    path = tmp_path / "questions.jsonl"
    row = {"id": "x", "question": "y", "\x1b[2J\u202ered\n": 1, "pair": "\x1b]0;t\x07" + "z" * 999}
    path.write_text(json.dumps(row))

    for fault in faults(path):
        assert fault.message.isprintable()
        assert len(fault.message) < 400


@pytest.mark.parametrize("seed", range(60))
def test_any_damage_to_good_lines_ends_in_faults_or_cases(tmp_path: Path, seed: int):
    chance = random.Random(seed)
    row = {
        "id": "a",
        "question": "Why é?",
        "history": [{"question": "q", "answer": "a"}],
        "gold": [{"paper_id": "p", "title": "T", "grade": 2, "evidence": ["e"]}],
        "answers": ["x", "y"],
        "filters": {"year_from": 1999},
    }
    content = bytearray(json.dumps(row, ensure_ascii=False).encode())
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(content))
        content[at : at + chance.randint(0, 2)] = chance.choice(
            [b"", b'"', b"{", b"[", b",", b"null", b"1e999", b"\0", b"\xff", b"-", b"true"]
        )
    path = tmp_path / "cases.jsonl"
    path.write_bytes(bytes(content))

    if not faults(path):
        assert len(read_dataset(path).cases) == 1
