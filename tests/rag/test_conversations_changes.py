import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from saidbefore import answer

from rag.conversations import Conversations, Feedback
from rag.conversations.database import FILE
from rag.errors import LibraryError, UsageError


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


# Deleting


def test_a_deleted_conversation_is_gone_to_the_last_byte(kept: Conversations, tmp_path: Path):
    name = kept.keep(answer("a", "Who hoots?", "Tawnies hoot."))
    kept.keep(answer("b", "Who hunts?", "Owls."))
    kept.rename(name, "Strigidae")
    kept.judge("a", Feedback(kind="bad", note="Not Barnies"))
    assert kept.delete(name) == 1
    assert [each.answer.id for each in kept.recent(9)] == ["b"]
    assert kept.feedback(["a"]) == {}
    found = _bytes(tmp_path)
    for gone in (b"hoot", b"Strigidae", b"Barnies", name.encode()):
        assert gone not in found


def test_a_dropped_answer_is_gone_and_another_takes_its_place(kept: Conversations, tmp_path: Path):
    name = kept.keep(answer("a", "Who hoots?", "Tawnies."), owner="anna")
    kept.judge("a", Feedback(kind="bad", note="Not Barnies"), owner="anna")
    kept.rename(name, "Owls", owner="anna")
    assert kept.drop("a", owner="anna")
    assert not kept.drop("a", owner="anna")
    assert kept.threads(owner="anna") == ()
    assert b"Tawnies" not in _bytes(tmp_path)
    assert b"Barnies" not in _bytes(tmp_path)
    kept.keep(answer("b", "Who hunts?", "Owls."), conversation=name, owner="anna")
    assert [each.title for each in kept.threads(owner="anna")] == ["Owls"]


def test_forgetting_takes_what_was_said_about_an_answer_with_it(
    kept: Conversations, tmp_path: Path
):
    for name, paper in (("a", "cat"), ("b", "owl")):
        kept.keep(answer(name, f"{paper}?", "Yes.", paper=paper), conversation=f"talk of {paper}")
        kept.judge(name, Feedback(kind="wrong citation", note=f"see {paper}lings"))
    kept.rename("talk of cat", "Felines")
    assert kept.forget(lambda ids: set(ids) - {"cat"}) == 1
    assert set(kept.feedback(["a", "b"])) == {"b"}
    for gone in (b"catlings", b"Felines", b"talk of cat"):
        assert gone not in _bytes(tmp_path)


# Feedback


def test_feedback_takes_the_place_of_what_was_said_before(kept: Conversations):
    kept.keep(answer("a", "Who hunts?", "Owls."))
    kept.judge("a", Feedback(kind="good"))
    kept.judge("a", Feedback(kind="missed paper", note="Größe Δ, 2019"))
    assert kept.feedback(["a", "b"]) == {"a": Feedback(kind="missed paper", note="Größe Δ, 2019")}


def test_a_note_is_never_cut(kept: Conversations):
    assert len(Feedback(kind="bad", note="x" * 2_000).note) == 2_000
    with pytest.raises(UsageError, match="2,001 characters"):
        Feedback(kind="bad", note="x" * 2_001)
    with pytest.raises(UsageError, match="half a character"):
        Feedback(kind="bad", note="\ud800")


def test_an_unknown_answer_cannot_be_judged(kept: Conversations):
    with pytest.raises(UsageError, match="no answer x"):
        kept.judge("x", Feedback(kind="good"))


# Several at once


def _at_once(works: Sequence[threading.Thread]) -> None:
    for work in works:
        work.start()
    for work in works:
        work.join()


def test_many_threads_keep_at_once_from_the_first_answer_on(tmp_path: Path):
    failures: list[Exception] = []

    def work(number: int) -> None:
        conversations = Conversations(tmp_path)
        owner = f"user {number % 3}"
        try:
            for turn in range(5):
                name = f"{number}.{turn}"
                said = answer(name, f"Question {name}?", "Yes.")
                conversations.keep(said, conversation=f"talk {number}", owner=owner)
                conversations.judge(name, Feedback(kind="good"), owner=owner)
                conversations.threads(owner=owner)
            conversations.drop(f"{number}.0", owner=owner)
        except (LibraryError, UsageError) as error:
            failures.append(error)

    _at_once([threading.Thread(target=work, args=(number,)) for number in range(12)])
    assert failures == []
    conversations = Conversations(tmp_path)
    for place in range(3):
        listed = conversations.threads(owner=f"user {place}")
        assert {(each.id, each.answers) for each in listed} == {
            (f"talk {number}", 4) for number in range(place, 12, 3)
        }
    assert len(conversations.feedback(f"{n}.{t}" for n in range(12) for t in range(5))) == 48


def test_of_two_owners_who_begin_one_conversation_at_once_one_is_refused(tmp_path: Path):
    outcomes: list[str] = []

    def work(owner: str) -> None:
        try:
            Conversations(tmp_path).keep(
                answer(owner, "Who?", "Owls."), conversation="x", owner=owner
            )
            outcomes.append("kept")
        except UsageError:
            outcomes.append("refused")

    _at_once([threading.Thread(target=work, args=(owner,)) for owner in ("anna", "bela")])
    assert sorted(outcomes) == ["kept", "refused"]


# Damage


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE answers SET answer = replace(answer, 'Tawnies', 'Barnies') WHERE id = 'a'",
        "UPDATE answers SET question = 'Who barks?' WHERE id = 'a'",
        "UPDATE answers SET time = '1999-01-01' WHERE id = 'a'",
        "UPDATE seals SET seal = '' WHERE answer = 'a'",
    ],
)
def test_an_altered_answer_is_told_of_and_shown_to_nobody(
    kept: Conversations, tmp_path: Path, change: str
):
    name = kept.keep(answer("a", "Who hoots?", "Tawnies hoot."))
    kept.keep(answer("b", "Who hunts?", "Owls."), conversation=name)
    assert kept.altered() == ()
    with sqlite3.connect(tmp_path / FILE) as connection:
        assert connection.execute(change).rowcount == 1
    connection.close()
    assert kept.altered() == (name,)
    assert [each.answer.id for each in kept.conversation(name)] == ["b"]
    assert kept.answer("a") is None
    kept.delete(name)
    assert kept.altered() == ()


def test_an_answer_of_before_there_were_seals_is_shown(kept: Conversations, tmp_path: Path):
    name = kept.keep(answer("a", "Who hoots?", "Tawnies hoot."))
    kept.judge("a", Feedback(kind="good"))
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("DROP TABLE seals")
    connection.close()
    assert [each.answer.id for each in kept.conversation(name)] == ["a"]
    # What an older file does have is read from it, beside the table that it lacks.
    assert set(kept.feedback(["a"])) == {"a"}
    assert kept.altered() == ()
    kept.keep(answer("b", "Who hunts?", "Owls."), conversation=name)
    assert [each.answer.id for each in kept.conversation(name)] == ["a", "b"]
