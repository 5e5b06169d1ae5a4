"""Verdicts on disk: what is found again, what is not, and what damage does."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from eval.judging import CachedJudge, JudgeError, Judgement, VerdictCache
from rag.errors import UsageError

ROOT = Path(__file__).parents[2]


class Counting:
    """A judge that counts how often it is asked."""

    def __init__(self, name: str = "counting", verdict: Judgement | None = None) -> None:
        self.name = name
        self.asked = 0
        self._verdict = verdict or Judgement(True, 0.1 + 0.2, 2 / 3)

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        self.asked += 1
        if text == "hard":
            raise JudgeError("too hard")
        return self._verdict


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "verdicts.sqlite"


def test_a_value_is_found_again_by_equal_fields(path: Path):
    cache = VerdictCache(path)
    fields = {"text": "a \ud800 é", "evidence": ["b"], "n": 1}
    assert cache.get(fields) is None
    cache.put(fields, {"entailed": True})
    again = VerdictCache(path)
    assert again.get({"n": 1, "evidence": ["b"], "text": "a \ud800 é"}) == {"entailed": True}
    assert (cache.hits, cache.misses, again.hits, again.misses) == (0, 1, 1, 0)
    assert again.holds(fields)
    assert not again.holds({})
    assert (again.hits, again.misses) == (1, 0)


def test_an_unchanged_run_is_found_whole_and_equal(path: Path):
    judge = Counting()
    before = [CachedJudge(judge, VerdictCache(path)).judge(["e"], f"t{n}") for n in range(20)]
    cache = VerdictCache(path)
    again = CachedJudge(judge, cache)
    assert [again.judge(["e"], f"t{n}") for n in range(20)] == before
    assert (cache.hits, cache.misses, judge.asked) == (20, 0, 20)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"evidence": ["e", "f "]},
        {"evidence": ["f", "e"]},
        {"evidence": ["ef"]},
        {"text": "t "},
        {"question": ""},
        {"question": "q2"},
        {"question": None},
    ],
)
def test_every_field_that_decides_makes_another_verdict(path: Path, change: dict[str, object]):
    cache = VerdictCache(path)

    def ask(name: object, evidence: object, text: object, question: object) -> int:
        judge = Counting(str(name))
        CachedJudge(judge, cache).judge(evidence, text, question=question)  # pyright: ignore
        return judge.asked

    fields: dict[str, object] = {"name": "n", "evidence": ["e", "f"], "text": "t", "question": "q"}
    assert ask(**fields) == 1
    assert ask(**fields) == 0
    assert ask(**{**fields, **change}) == 1


def test_a_failure_is_not_kept(path: Path):
    judge = Counting()
    cached = CachedJudge(judge, VerdictCache(path))
    for _ in range(2):
        with pytest.raises(JudgeError, match="too hard"):
            cached.judge(["e"], "hard")
    nan = CachedJudge(Counting(verdict=Judgement(True, float("nan"))), VerdictCache(path))
    for _ in range(2):
        with pytest.raises(JudgeError, match="nan"):
            nan.judge(["e"], "t")
    assert judge.asked == 2
    assert cached.name == judge.name


def _overwritten(path: Path) -> None:
    path.write_bytes(b"this is no database " * 500)


def _torn(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:3000] = b"\xee" * 2900
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("damage", [_overwritten, _torn])
@pytest.mark.parametrize("when", ["closed", "open"])
def test_a_damaged_file_is_set_aside_in_one_line(
    path: Path, damage: Callable[[Path], None], when: str
):
    told: list[str] = []
    cache = VerdictCache(path, notice=told.append)
    cache.put({"a": 1}, {"v": 1})
    damage(path)
    bad = path.read_bytes()
    if when == "closed":
        cache = VerdictCache(path, notice=told.append)
    assert cache.get({"a": 1}) is None
    assert (cache.hits, cache.misses) == (0, 1)
    cache.put({"a": 1}, {"v": 2})
    assert cache.get({"a": 1}) == {"v": 2}
    assert len(told) == 1
    assert "set aside as verdicts.sqlite.damaged-1" in told[0]
    assert "\n" not in told[0]
    assert (path.parent / "verdicts.sqlite.damaged-1").read_bytes() == bad


def test_two_damaged_files_are_both_kept(path: Path):
    for number in (1, 2):
        VerdictCache(path, notice=lambda _: None).put({"a": 1}, {"v": number})
        _overwritten(path)
        VerdictCache(path, notice=lambda _: None)
        assert path.with_name(f"verdicts.sqlite.damaged-{number}").exists()


@pytest.mark.parametrize("damage", [_overwritten, _torn])
def test_many_threads_set_a_damaged_file_aside_once(path: Path, damage: Callable[[Path], None]):
    told: list[str] = []
    cache = VerdictCache(path, notice=told.append)
    cache.put({"a": 1}, {"v": 1})
    damage(path)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda n: cache.get({"n": n}), range(32))) == {None}
    assert len(told) == 1


@pytest.mark.parametrize("column", ["value", "seal"])
def test_a_value_that_was_changed_on_disk_is_a_miss(path: Path, column: str):
    cache = VerdictCache(path)
    cache.put({"a": 1}, {"entailed": False})
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE verdicts SET {column} = ?", (json.dumps({"entailed": True}),))
    assert cache.get({"a": 1}) is None


@pytest.mark.parametrize(
    "value",
    [{}, {"entailed": "yes", "probability": 1, "agreement": 1}, {"entailed": True},
     {"entailed": True, "probability": 0.5, "agreement": None}],
)  # fmt: skip
def test_a_value_of_another_shape_is_asked_for_anew(path: Path, value: dict[str, object]):
    cache, judge = VerdictCache(path), Counting()
    fields = {"judge": judge.name, "evidence": ["e"], "text": "t", "question": None}
    cache.put(fields, value)
    CachedJudge(judge, cache).judge(["e"], "t")
    CachedJudge(judge, cache).judge(["e"], "t")
    assert judge.asked == 1


def test_a_file_taken_away_is_made_again(path: Path):
    told: list[str] = []
    cache = VerdictCache(path, notice=told.append)
    cache.put({"a": 1}, {"v": 1})
    path.unlink()
    assert cache.get({"a": 1}) is None
    cache.put({"a": 1}, {"v": 1})
    assert cache.get({"a": 1}) == {"v": 1}
    assert told == []


def test_a_database_of_something_else_is_left_alone(tmp_path: Path):
    other = tmp_path / "catalogue.sqlite"
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE papers (id)")
    before = other.read_bytes()
    with pytest.raises(UsageError, match="something else"):
        VerdictCache(other)
    assert other.read_bytes() == before


def test_a_place_that_cannot_be_written_costs_time_and_no_verdict(tmp_path: Path):
    told: list[str] = []
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for place in (tmp_path / "folder", tmp_path / "file" / "verdicts.sqlite"):
        judge = Counting()
        cached = CachedJudge(judge, VerdictCache(place, notice=told.append))
        assert cached.judge(["e"], "t") == cached.judge(["e"], "t")
        assert judge.asked == 2
    assert len(told) == 2
    assert all("going on without it" in line for line in told)


def test_nothing_that_runs_code_is_kept(path: Path):
    VerdictCache(path).put({"a": 1}, {"v": 1})
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT value FROM verdicts").fetchall()
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    assert rows == [('{"v": 1}',)]
    assert mode == "wal"


WRITER = """
import sys
from pathlib import Path
from eval.judging import VerdictCache
cache = VerdictCache(Path(sys.argv[1]))
for n in range(40):
    cache.put({"shared": n}, {"v": n})
    cache.put({"own": [sys.argv[2], n]}, {"v": n})
"""


def test_two_processes_and_many_threads_write_together(path: Path):
    command = [sys.executable, "-c", WRITER, str(path)]
    running = [
        subprocess.Popen([*command, name], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for name in "ab"
    ]
    cache = VerdictCache(path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: cache.put({"own": ["c", n]}, {"v": n}), range(40)))
    said = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert said == ["", ""]
    for n in range(40):
        assert cache.get({"shared": n}) == {"v": n}
        assert all(cache.get({"own": [name, n]}) == {"v": n} for name in "abc")
    assert cache.misses == 0
