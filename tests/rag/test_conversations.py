from pathlib import Path

import pytest

from rag.conversations import FILE, Conversations
from rag.errors import LibraryError
from rag.schema import Answer, Citation, Claim, Hit, Passage, Refusal, Turn, Verdict, text_hash


def _answer(name: str, question: str, said: str, *, paper: str = "owl") -> Answer:
    verdict = Verdict(label="supported", probability=1, checker="none")
    passage = Passage(
        id=f"{paper}#0", paper_id=paper, ordinal=0, start=0, end=9, title="T", text=f"About {paper}"
    )
    return Answer(
        id=name,
        question=question,
        standalone=question,
        claims=(Claim(text=said, citations=(), verdict=verdict),),
        hits=(Hit(rank=1, score=1, passage=passage),),
        answerer="none",
        library="",
        settings="",
    )


def test_nothing_is_written_before_an_answer_is_kept(tmp_path: Path):
    conversations = Conversations(tmp_path)
    assert conversations.last() is None
    assert conversations.recent(3) == ()
    assert list(tmp_path.iterdir()) == []


def test_a_conversation_gives_its_turns_oldest_first(tmp_path: Path):
    conversations = Conversations(tmp_path)
    name = conversations.keep(_answer("a", "Who hunts?", "Owls."))
    conversations.keep(_answer("b", "When?", "At night."), conversation=name)
    assert Conversations(tmp_path).turns(name) == (
        Turn(question="Who hunts?", answer="Owls."),
        Turn(question="When?", answer="At night."),
    )


def test_the_last_conversation_is_the_one_that_was_answered_in_last(tmp_path: Path):
    conversations = Conversations(tmp_path)
    first = conversations.keep(_answer("a", "Who?", "Owls."))
    second = conversations.keep(_answer("b", "Where?", "Here."))
    assert first != second
    assert conversations.last() == second
    conversations.keep(_answer("c", "When?", "Now."), conversation=first)
    assert conversations.last() == first


def test_recent_answers_come_newest_first_and_whole(tmp_path: Path):
    conversations = Conversations(tmp_path)
    answers = [_answer(str(number), f"Question {number}?", "Yes.") for number in range(4)]
    for answer in answers:
        conversations.keep(answer)
    kept = conversations.recent(2)
    assert [each.answer for each in kept] == [answers[3], answers[2]]
    assert kept[0].time.endswith("+00:00")


def test_answers_that_show_a_removed_paper_are_forgotten_to_the_last_byte(tmp_path: Path):
    conversations = Conversations(tmp_path)
    conversations.keep(_answer("a", "Cats?", "Felines purr.", paper="cat"))
    conversations.keep(_answer("b", "Owls?", "Owls hoot."))
    assert conversations.forget(lambda ids: set(ids) - {"cat"}) == 1
    assert [each.answer.id for each in conversations.recent(9)] == ["b"]
    for path in tmp_path.iterdir():
        assert b"Felines purr" not in path.read_bytes()


def test_what_a_refusal_came_near_to_counts_as_shown(tmp_path: Path):
    quote = "Cats purr."
    citation = Citation(
        n=1,
        paper_id="cat",
        title="Cats",
        quote=quote,
        start=0,
        end=10,
        passage_id="cat#0",
        quote_hash=text_hash(quote),
    )
    refusal = Refusal(reason="none.", probability=0, nearest=(citation,))
    refused = _answer("a", "Dogs?", "").model_copy(update={"refusal": refusal, "claims": ()})
    conversations = Conversations(tmp_path)
    conversations.keep(refused)
    assert conversations.forget(lambda ids: set(ids) - {"cat"}) == 1


def test_nothing_is_forgotten_while_all_papers_are_there(tmp_path: Path):
    conversations = Conversations(tmp_path)
    conversations.keep(_answer("a", "Owls?", "Yes."))
    assert conversations.forget(lambda ids: ids) == 0
    assert len(conversations.recent(9)) == 1


def test_an_answer_in_a_shape_of_another_release_is_passed_over(tmp_path: Path):
    import sqlite3
    from contextlib import closing

    conversations = Conversations(tmp_path)
    conversations.keep(_answer("a", "Owls?", "Yes."))
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("UPDATE answers SET answer = '{}'")
    assert conversations.recent(9) == ()
    assert conversations.forget(lambda ids: ids) == 1


def test_a_database_that_cannot_be_used_is_a_library_error(tmp_path: Path):
    (tmp_path / FILE).mkdir()
    with pytest.raises(LibraryError, match="cannot be used"):
        Conversations(tmp_path).keep(_answer("a", "Owls?", "Yes."))


def test_another_file_in_its_place_is_a_library_error(tmp_path: Path):
    (tmp_path / FILE).write_text("these are notes, not a database" * 100)
    with pytest.raises(LibraryError, match="cannot be used"):
        Conversations(tmp_path).last()
