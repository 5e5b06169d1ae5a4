import io
import json
from pathlib import Path

import pytest

from rag.batch import Item, Kept, appending, read_items, resume, run
from rag.errors import LibraryDamaged, UsageError
from rag.schema import Filters, Turn


def _lines(count: int) -> list[str]:
    return [json.dumps({"id": f"q{n}", "question": f"What is {n}?"}) for n in range(count)]


def _answer(item: Item) -> dict[str, object]:
    return {"question": item.question, "refused": item.id == "q1", "library": "f1"}


def _ignore(stage: str, done: int, total: int) -> None:
    pass


def _run(out: Path, items: list[Item], work=_answer):
    kept = resume(out, items)
    with out.open("ab") as file:
        return run(items, work, appending(file), kept=kept, progress=_ignore)


def test_an_item_has_id_question_history_and_filters():
    text = json.dumps(
        {
            "id": 7,
            "question": "And it?",
            "history": [{"question": "Owls?", "answer": "Yes.", "gold": 1}],
            "filters": {"year_from": 2001},
            "gold": "passed over",
        }
    )
    (item,) = read_items([text], "q.jsonl", Filters(year_from=1990, venue="ACL"))
    assert item.id == 7
    assert item.history == (Turn(question="Owls?", answer="Yes."),)
    assert item.filters == Filters(year_from=2001, venue="ACL")


def test_questions_of_a_beir_file_are_read():
    (item,) = read_items(['{"_id": "1", "text": "Owls?"}'], "queries.jsonl")
    assert (item.id, item.question) == ("1", "Owls?")


def test_blank_lines_are_passed_over_and_still_counted():
    items = read_items(["", '{"id": "a", "question": "Owls?"}', "  "], "q.jsonl")
    assert [item.place for item in items] == ["q.jsonl:2"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "nested"),
        ('{"question": "Owls?"}', "no 'id'"),
        ('{"id": null, "question": "Owls?"}', "no 'id'"),
        ('{"id": "a"}', "no 'question'"),
        ('{"id": "a", "question": "  "}', "blank"),
        ('{"id": "a", "question": "Owls?", "filters": {"yeer": 1}}', "yeer"),
        ('{"id": "a", "question": "Owls?", "history": [{"question": "Cats?"}]}', "answer"),
        ('{"id": "a", "question": "Owls?", "history": "Cats?"}', "question"),
        (json.dumps({"id": "a", "question": "a " * 3000}), "characters"),
    ],
)
def test_a_bad_line_is_named_by_its_number(line: str, reason: str):
    with pytest.raises(UsageError, match=rf"q\.jsonl:3: .*{reason}"):
        read_items([*_lines(2), line], "q.jsonl")


def test_half_a_character_is_replaced():
    (item,) = read_items([r'{"id": "a", "question": "Owls \ud83d?"}'], "q.jsonl")
    assert item.question == "Owls ??"


def test_answers_come_in_order_each_with_its_id(tmp_path: Path):
    items = read_items(_lines(3), "q.jsonl")
    outcome = _run(tmp_path / "out", items)
    written = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    assert [each["id"] for each in written] == ["q0", "q1", "q2"]
    assert list(written[0])[-1] == "id"
    assert outcome == (0, 3, 1)


@pytest.mark.parametrize("lost", [1, 10, 60, 75, 120, 150])
def test_a_batch_cut_anywhere_is_resumed_to_the_same_bytes(tmp_path: Path, lost: int):
    items = read_items(_lines(3), "q.jsonl")
    _run(tmp_path / "whole", items)
    whole = (tmp_path / "whole").read_bytes()
    asked: list[object] = []

    def counting(item: Item) -> dict[str, object]:
        asked.append(item.id)
        return _answer(item)

    torn = whole[:-lost]
    (tmp_path / "torn").write_bytes(torn)
    outcome = _run(tmp_path / "torn", items, counting)
    assert (tmp_path / "torn").read_bytes() == whole
    assert outcome.kept == torn.count(b"\n")
    assert len(asked) == 3 - outcome.kept
    assert outcome.refused == 1


def test_a_finished_batch_asks_nothing(tmp_path: Path):
    items = read_items(_lines(2), "q.jsonl")
    _run(tmp_path / "out", items)
    assert resume(tmp_path / "out", items) == Kept(2, 1, frozenset({"f1"}))
    assert _run(tmp_path / "out", items).written == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"question": "What is 0?", "id": "other"}\n', "answers 'other'"),
        ('{"question": "Something else?", "id": "q0"}\n', "answers 'q0'"),
        ("my notes\n", "not JSON"),
        ("my only copy of something", "not the output of a batch"),
        ('{"question": "What is 0?", "id": "q0"}\n' * 3, "3 lines for 2 questions"),
    ],
)
def test_a_file_that_is_no_beginning_of_the_batch_is_left_alone(
    tmp_path: Path, content: str, reason: str
):
    out = tmp_path / "out"
    out.write_text(content)
    with pytest.raises(UsageError, match=reason):
        resume(out, read_items(_lines(2), "q.jsonl"))
    assert out.read_text() == content


def test_a_failure_names_its_line_and_keeps_its_class():
    items = read_items(_lines(3), "q.jsonl")
    out = io.BytesIO()

    def failing(item: Item) -> dict[str, object]:
        if item.id == "q2":
            raise LibraryDamaged("a file is gone")
        return _answer(item)

    with pytest.raises(LibraryDamaged, match=r"q\.jsonl:3: a file is gone"):
        run(items, failing, appending(out), progress=_ignore)
    assert out.getvalue().count(b"\n") == 2


def test_progress_counts_from_what_was_kept():
    told: list[tuple[str, int, int]] = []
    items = read_items(_lines(3), "q.jsonl")
    run(
        items,
        _answer,
        lambda _: None,
        kept=Kept(1, 0, frozenset()),
        progress=lambda *args: told.append(args),
    )
    assert told == [("ask", 2, 3), ("ask", 3, 3)]
