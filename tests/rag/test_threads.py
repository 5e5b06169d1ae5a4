import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from saidbefore import answer

from rag.conversations import FILE, Conversations, Feedback
from rag.errors import UsageError


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def _titles(conversations: Conversations, containing: str = "", owner: str = "") -> list[str]:
    return [each.title for each in conversations.threads(owner=owner, containing=containing)]


def _older(folder: Path) -> None:
    """Write a file as it was before threads and feedback were kept."""
    Conversations(folder).keep(answer("a", "Who hunts?", "Owls."), conversation="old")
    Conversations(folder).keep(answer("b", "When?", "At night."), conversation="old")
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        connection.executescript("DROP TABLE threads; DROP TABLE feedback")


# Lists


def test_threads_come_the_one_carried_on_last_first(kept: Conversations):
    first = kept.keep(answer("a", "Who hunts?", "Owls."))
    second = kept.keep(answer("b", "Where?", "Here."))
    kept.keep(answer("c", "When?", "At night."), conversation=first)
    listed = kept.threads()
    assert [(each.id, each.title, each.answers) for each in listed] == [
        (first, "Who hunts?", 2),
        (second, "Where?", 1),
    ]
    assert listed[0].time == kept.conversation(first)[-1].time
    assert [each.id for each in kept.threads(count=1)] == [first]


def test_nothing_is_listed_judged_or_deleted_where_nothing_was_kept(tmp_path: Path):
    conversations = Conversations(tmp_path)
    assert conversations.threads() == ()
    assert conversations.mine("a") is None
    assert conversations.feedback(["a"]) == {}
    assert conversations.delete("x") == 0
    assert not conversations.drop("a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "part",
    ["ΑΘΗΝΑ", "αθηνας", "istanbul", "ISTANBUL", "ıstanbul", "müller", "MULLER", "  at  night"],
)
def test_search_knows_no_case_in_any_alphabet(kept: Conversations, part: str):
    said = "Η Αθήνα της Αθηνάς, and İstanbul, wrote Müller at\nnight."
    kept.keep(answer("a", "Where?", said))
    kept.keep(answer("b", "Who hunts?", "Owls."))
    assert _titles(kept, part) == ["Where?"]


def test_search_reads_titles_questions_answers_and_reasons_and_nothing_else(kept: Conversations):
    named = kept.keep(answer("a", "Who hunts?", 'They say "owls".', "All of them."))
    kept.keep(answer("b", "Do cats purr?"))
    kept.rename(named, "Birds of prey")
    assert _titles(kept, "PREY") == ["Birds of prey"]
    assert _titles(kept, "who hunts") == ["Birds of prey"]
    assert _titles(kept, '"Owls". all') == ["Birds of prey"]
    assert _titles(kept, "no paper tells") == ["Do cats purr?"]
    assert _titles(kept, "About owl") == _titles(kept, "supported") == []
    assert _titles(kept, "%") == _titles(kept, "\ud800") == []


def test_an_answer_that_cannot_be_read_does_not_stop_a_search(kept: Conversations, tmp_path: Path):
    kept.keep(answer("a", "Who hunts?", "Owls."))
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("UPDATE answers SET answer = 'no JSON'")
    assert _titles(kept, "hunts") == ["Who hunts?"]


# Titles


def test_a_title_is_trimmed_and_kept(kept: Conversations):
    name = kept.keep(answer("a", "Who hunts?", "Owls."))
    kept.rename(name, "  Owls \t")
    kept.keep(answer("b", "When?", "At night."), conversation=name)
    assert _titles(kept) == ["Owls"]
    kept.rename(name, "x" * 200)
    assert _titles(kept) == ["x" * 200]


@pytest.mark.parametrize(
    "title", ["", " \n ", "two\nlines", "x" * 201, "a\u2028b", "a\0b", "\ud800"]
)
def test_what_is_no_title_is_refused_and_changes_nothing(kept: Conversations, title: str):
    name = kept.keep(answer("a", "Who hunts?", "Owls."))
    with pytest.raises(UsageError):
        kept.rename(name, title)
    assert _titles(kept) == ["Who hunts?"]


def test_an_unknown_conversation_cannot_be_renamed(kept: Conversations):
    with pytest.raises(UsageError, match="no conversation x"):
        kept.rename("x", "Owls")
    assert kept.threads() == ()


# Owners


def test_owners_do_not_see_or_touch_what_is_not_theirs(kept: Conversations):
    name = kept.keep(answer("a", "Who hunts?", "Owls."), owner="anna")
    kept.judge("a", Feedback(kind="good"), owner="anna")
    for other in ("", "ann", "Anna"):
        assert kept.threads(owner=other) == kept.conversation(name, owner=other) == ()
        assert kept.threads(owner=other, containing="owls") == ()
        assert kept.mine("a", owner=other) is None
        assert kept.last(owner=other) is None
        assert kept.turns(name, owner=other) == ()
        assert kept.delete(name, owner=other) == 0
        assert not kept.drop("a", owner=other)
        with pytest.raises(UsageError, match="somebody else's"):
            kept.keep(answer("b", "When?", "Now."), conversation=name, owner=other)
        with pytest.raises(UsageError, match="no conversation"):
            kept.rename(name, "Mine", owner=other)
        with pytest.raises(UsageError, match="no answer a"):
            kept.judge("a", Feedback(kind="bad"), owner=other)
    assert _titles(kept, owner="anna") == ["Who hunts?"]
    assert kept.feedback(["a"]) == {"a": Feedback(kind="good")}
    assert kept.mine("a", owner="anna") == kept.conversation(name)[0] == kept.answer("a")
    assert kept.last(owner="anna") == name
    assert kept.delete(name, owner="anna") == 1


def test_an_older_file_is_nobodys_and_goes_on_working(tmp_path: Path):
    _older(tmp_path)
    conversations = Conversations(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    assert [(each.title, each.answers) for each in conversations.threads()] == [("Who hunts?", 2)]
    assert _titles(conversations, "NIGHT") == ["Who hunts?"]
    assert conversations.threads(owner="anna") == ()
    assert conversations.feedback(["a"]) == {}
    assert conversations.last() == "old"
    assert (tmp_path / FILE).read_bytes() == before
    with pytest.raises(UsageError):
        conversations.keep(answer("c", "Why?", "So."), conversation="old", owner="anna")
    conversations.keep(answer("c", "Why?", "So."), conversation="old")
    conversations.judge("a", Feedback(kind="bad"))
    assert [(each.title, each.answers) for each in conversations.threads()] == [("Who hunts?", 3)]
    conversations.rename("old", "Owls")
    assert _titles(conversations) == ["Owls"]


@pytest.mark.parametrize("kind", ["rename", "delete", "drop", "forget"])
def test_an_older_file_can_be_changed_at_once(tmp_path: Path, kind: str):
    _older(tmp_path)
    conversations = Conversations(tmp_path)
    if kind == "rename":
        conversations.rename("old", "Owls")
        assert _titles(conversations) == ["Owls"]
    elif kind == "delete":
        assert conversations.delete("old") == 2
    elif kind == "drop":
        assert conversations.drop("a")
        assert _titles(conversations) == ["When?"]
    else:
        assert conversations.forget(lambda _: ()) == 2
