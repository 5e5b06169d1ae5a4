import json
from pathlib import Path

import pytest

from eval.validation.answers import contains, correctness, main, ordering
from rag.errors import SourceError


def write(path: Path, *records: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    return path


def answered(question: str, response: str, *, label: bool) -> dict[str, object]:
    return {"id": "x", "question": question, "gold": ["Mount Etna", "Etna"], "model": "m",
            "response": response, "label": label, "split": "made"}  # fmt: skip


def preferred(pair: int, first: str, second: str, *, overall: int) -> dict[str, object]:
    return {"id": "x", "question": f"q{pair}", "gold": "Etna is a volcano in Sicily.",
            "response_a": first, "response_b": second, "overall": overall, "split": "made",
            "instance_id": pair}  # fmt: skip


ANSWERS = (
    answered("q1", "Etna", label=True),
    answered("q2", "It is the volcano called Mount Etna, in Sicily.", label=True),
    answered("q3", "Vesuvius", label=False),
    answered("q4", "Stromboli, I think.", label=False),
)
RIGHT, WRONG = "Etna is a volcano in Sicily.", "No idea at all, sorry for that, truly."


def test_a_metric_is_put_beside_people(tmp_path: Path):
    path = write(tmp_path / "sets" / "made.jsonl", *ANSWERS)
    found = {each.metric: each for each in correctness(path, seed=1, resamples=50)}
    assert found["contains"].balanced_accuracy.value == 1.0
    assert found["contains"].kappa.value == 1.0
    assert found["exact match"].balanced_accuracy.value == 0.75
    assert found["exact match"].auroc.value == 0.75
    assert found["token F1"].auroc.value == 1.0
    # shorter is: Etna, Vesuvius, Stromboli …, It is …: two of four pairs in order
    assert found["baseline: shorter"].auroc.value == 0.5
    assert {(each.data, each.n, each.share_right) for each in found.values()} == {
        ("sets made", 4, 0.5)
    }


def test_the_best_reference_counts_and_case_does_not():
    assert contains("on ETNA", "etna") == 1.0
    assert contains("Et na", "Etna") == 0.0


def test_pairs_are_ordered_as_people_do_with_ties_by_half(tmp_path: Path):
    path = write(
        tmp_path / "pairs.jsonl",
        preferred(0, WRONG, RIGHT, overall=2),
        preferred(0, WRONG, RIGHT, overall=-1),
        preferred(1, RIGHT, WRONG, overall=2),
        preferred(2, RIGHT, RIGHT, overall=1),
        preferred(3, WRONG, RIGHT, overall=1),
        preferred(3, WRONG, RIGHT, overall=-1),
    )
    found = {each.metric: each for each in ordering(path, seed=1, resamples=50)}
    assert found["token F1"].pairs == 3
    assert found["token F1"].ordered.value == pytest.approx((1 + 0 + 0.5) / 3)
    assert found["baseline: longer"].ordered.value == pytest.approx((0 + 1 + 0.5) / 3)


def test_the_command_prints_both_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write(tmp_path / "a.jsonl", *ANSWERS)
    write(tmp_path / "b.jsonl", preferred(0, WRONG, RIGHT, overall=2))
    write(tmp_path / "c.jsonl", {"unlike": 1})
    assert main(["--data", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "| contains | 4 | 50 | 1.00 [1.00, 1.00] |" in printed
    assert "| ROUGE-L | 1 | 1.00 [1.00, 1.00] |" in printed


def test_a_folder_without_judged_answers_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="no judged answers"):
        main(["--data", str(tmp_path)])


def test_the_shared_pairs_are_ordered_better_by_overlap_than_by_length(shared_data: Path):
    path = shared_data / "answers" / "ragchecker-preferences" / "ragchecker_pref.jsonl"
    found = {each.metric: each for each in ordering(path, seed=13, resamples=200)}
    assert found["token F1"].pairs == 214
    assert found["token F1"].ordered.low > found["baseline: longer"].ordered.value
