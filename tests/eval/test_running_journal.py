import json
from pathlib import Path

import pytest

from eval.running.journal import TRIALS, Journal, run_digest, trials_digest
from eval.running.manifest import foreign
from eval.running.runner import run
from eval.schema import Case, Dataset, Run, Trial
from rag.errors import AttestError, LibraryDamaged, UsageError

CASES = tuple(Case(id=f"c{n}", question=f"How many tides has bay {n}?") for n in range(12))
DATA = Dataset(name="tides", format="questions", cases=CASES)


def manifest(**changes: object) -> Run:
    return foreign(DATA, system="tables of tides", depth=10).model_copy(update=changes)


def tide(case: Case) -> dict[str, object]:
    return {"answer": {"answer": f"Bay of {case.id} has two.", "refused": False}}


def silent(stage: str, done: int, total: int) -> None:
    pass


def told(folder: Path, system=tide, jobs: int = 1) -> int:
    with Journal(folder) as journal:
        return run(journal, manifest(), CASES, system, jobs=jobs, progress=silent)


def ids(folder: Path) -> list[str]:
    return sorted(trial.case for trial in Journal(folder).trials())


def test_every_case_has_one_trial(tmp_path: Path):
    assert told(tmp_path / "run", jobs=3) == len(CASES)
    assert ids(tmp_path / "run") == sorted(case.id for case in CASES)


def test_a_finished_run_asks_nothing_again(tmp_path: Path):
    told(tmp_path)
    before = (tmp_path / TRIALS).read_bytes()
    assert told(tmp_path) == 0
    assert (tmp_path / TRIALS).read_bytes() == before


@pytest.mark.parametrize("cut", [1, 20, 80])
def test_a_torn_last_line_is_asked_again_and_nothing_else(tmp_path: Path, cut: int):
    told(tmp_path)
    path = tmp_path / TRIALS
    path.write_bytes(path.read_bytes()[:-cut])
    assert told(tmp_path) == 1
    assert ids(tmp_path) == sorted(case.id for case in CASES)


def test_the_order_of_finishing_does_not_change_what_was_answered(tmp_path: Path):
    told(tmp_path / "one")
    told(tmp_path / "many", jobs=4)
    one, many = (Journal(tmp_path / name).trials() for name in ("one", "many"))
    assert trials_digest(one) == trials_digest(many)
    assert run_digest(manifest(), one) == run_digest(manifest(started="later"), many)


def test_another_answer_is_another_digest(tmp_path: Path):
    told(tmp_path / "one")
    told(tmp_path / "other", system=lambda case: {"answer": {"answer": "None."}})
    one, other = (Journal(tmp_path / name).trials() for name in ("one", "other"))
    assert trials_digest(one) != trials_digest(other)


def test_a_case_that_fails_is_an_error_and_the_rest_go_on(tmp_path: Path):
    def system(case: Case) -> dict[str, object]:
        if case.id == "c3":
            raise AttestError("the tide table is wet")
        if case.id == "c4":
            raise ZeroDivisionError("no moon")
        return tide(case)

    told(tmp_path, system)
    failed = {trial.case: trial.error for trial in Journal(tmp_path).trials() if trial.error}
    assert failed == {"c3": "the tide table is wet", "c4": "ZeroDivisionError: no moon"}


def test_a_damaged_library_ends_the_run(tmp_path: Path):
    def system(case: Case) -> dict[str, object]:
        raise LibraryDamaged("the catalogue is torn")

    with pytest.raises(LibraryDamaged):
        told(tmp_path, system, jobs=2)
    assert ids(tmp_path) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"library": "f" * 64}, "library"),
        ({"data_digest": "0" * 64}, "data digest"),
        ({"settings": {"embedder": "hash"}}, "settings"),
        ({"code": "1" * 64}, "code"),
        ({"depth": 5}, "depth"),
    ],
)
def test_a_run_is_not_continued_as_another_one(tmp_path: Path, change, named):
    told(tmp_path)
    with Journal(tmp_path) as journal, pytest.raises(UsageError, match=f"another {named}"):
        journal.begin(manifest(**change))


def test_one_process_at_a_time(tmp_path: Path):
    with Journal(tmp_path), pytest.raises(UsageError, match="another process"), Journal(tmp_path):
        pass
    with Journal(tmp_path):
        pass


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path):
    told(tmp_path)
    path = tmp_path / TRIALS
    lines = path.read_bytes().split(b"\n")
    lines[2] = b'{"case": "c2", NUL}'
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(UsageError, match=r"trials.jsonl:3 is damaged"):
        Journal(tmp_path).trials()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_number_that_is_none_is_no_trial(tmp_path: Path, number: str):
    told(tmp_path)
    row = json.dumps({"case": "c0", "asked": "", "answer": {"confidence": 0}})
    (tmp_path / TRIALS).write_text(row.replace("0}", number + "}") + "\n")
    with pytest.raises(UsageError, match="is no trial"):
        Journal(tmp_path).trials()


def test_a_trial_has_a_response_or_an_error():
    with pytest.raises(ValueError, match="either"):
        Trial(case="a", asked="")
