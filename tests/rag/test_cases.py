import json
import threading
from pathlib import Path

import pytest
from saidbefore import answer, citation

from eval.datasets import read_dataset
from eval.schema import Case
from rag.cases import Cases, case
from rag.errors import UsageError
from rag.schema import Answer, Filters, Turn

HISTORY = (
    Turn(question="Who hunts?", answer="Owls. [1]", papers=("owl",)),
    Turn(question="?", answer=""),
)


def _cited(name: str = "a", question: str = "Who hoots?") -> Answer:
    citations = (
        citation(1, "owl", "Owls hoot."),
        citation(2, "bat", 'Bats “squeak”, they\u2028say "so".'),
        citation(3, "owl", "Tawny owls hoot most."),
    )
    return answer(name, question, "Owls do.").model_copy(update={"citations": citations})


def _read(cases: Cases) -> tuple[Case, ...]:
    return read_dataset(cases.path).cases


def _gold(kept: Case) -> list[tuple[str | None, str | None, tuple[str, ...]]]:
    return [(each.paper_id, each.title, each.evidence) for each in kept.gold]


def test_a_kept_answer_reads_as_a_case_with_all_that_was_cited(tmp_path: Path):
    cases = Cases(tmp_path / "library")
    assert cases.keep(case(_cited())) == 1
    assert cases.path == tmp_path / "library" / "cases.jsonl"
    (kept,) = _read(cases)
    assert (kept.id, kept.question, kept.origin) == ("page-a", "Who hoots?", "person")
    assert kept.answerable is True
    assert _gold(kept) == [
        ("owl", "On the owl", ("Owls hoot.", "Tawny owls hoot most.")),
        ("bat", "On the bat", ('Bats “squeak”, they\u2028say "so".',)),
    ]


def test_gold_is_what_a_person_chose(tmp_path: Path):
    cases = Cases(tmp_path)
    cases.keep(case(_cited(), quotes=[3]))
    (kept,) = _read(cases)
    assert _gold(kept) == [("owl", "On the owl", ("Tawny owls hoot most.",))]


def test_what_the_library_does_not_answer_has_no_gold(tmp_path: Path):
    cases = Cases(tmp_path)
    cases.keep(case(answer("a", "Who barks?"), answerable=False))
    cases.keep(case(_cited("b"), answerable=False))
    assert [(each.answerable, each.gold) for each in _read(cases)] == [(False, ())] * 2


def test_history_and_filters_go_in_where_there_are_any(tmp_path: Path):
    cases = Cases(tmp_path)
    filters = Filters(year_from=2019, venue="ACL")
    asked = _cited("a", "And bats?").model_copy(
        update={"standalone": "Who hunts? And bats?", "filters": filters}
    )
    cases.keep(case(asked, history=HISTORY))
    cases.keep(case(asked.model_copy(update={"id": "b", "filters": Filters()})))
    first, second = _read(cases)
    assert (first.question, first.history, first.filters) == ("And bats?", HISTORY, filters)
    assert (second.question, second.history, second.filters) == (
        "Who hunts? And bats?",
        (),
        Filters(),
    )
    assert not {"history", "filters"} & set(case(_cited()))


@pytest.mark.parametrize(("quotes", "told"), [([4], r"no citation \[4\]"), ([], "needs evidence")])
def test_a_case_without_the_gold_that_it_needs_is_refused(quotes: list[int], told: str):
    with pytest.raises(UsageError, match=told):
        case(_cited(), quotes=quotes)
    with pytest.raises(UsageError, match="needs evidence"):
        case(answer("a", "Who barks?"))


def test_a_case_takes_the_place_of_the_one_it_repeats(tmp_path: Path):
    cases = Cases(tmp_path)
    assert cases.keep(case(_cited())) == 1
    assert cases.keep(case(_cited("b", "Who squeaks?"))) == 2
    assert cases.keep(case(_cited(), quotes=[2])) == 2
    assert cases.keep(case(_cited("c", "who  SQUEAKS?"), quotes=[1])) == 2
    assert cases.keep(case(_cited("d", "Who squeaks?"), history=HISTORY)) == 3
    assert [(each.id, len(each.gold)) for each in _read(cases)] == [
        ("page-a", 1),
        ("page-c", 1),
        ("page-d", 2),
    ]


def test_lines_of_others_stay_as_they_are(tmp_path: Path):
    cases = Cases(tmp_path)
    mine = '{"id":  7, "question": "Mine?", "answerable": false}'
    cases.path.write_text(f"{mine}\n\nno JSON\n[1]", encoding="utf-8")
    assert cases.keep(case(_cited())) == 4
    assert cases.path.read_text(encoding="utf-8").split("\n")[:3] == [mine, "no JSON", "[1]"]


def test_a_file_that_cannot_be_read_is_told_and_left(tmp_path: Path):
    cases = Cases(tmp_path)
    cases.path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        cases.keep(case(_cited()))
    assert cases.path.read_bytes() == b"\xff\xfe"


def test_many_keep_at_once_and_nothing_is_lost(tmp_path: Path):
    def work(number: int) -> None:
        for turn in range(4):
            Cases(tmp_path).keep(case(_cited(f"{number}.{turn}", f"Question {number}.{turn}?")))

    workers = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert len(_read(Cases(tmp_path))) == 24
    assert [path.name for path in tmp_path.iterdir()] == ["cases.jsonl"]
    lines = Cases(tmp_path).path.read_text(encoding="utf-8").splitlines()
    assert {json.loads(each)["origin"] for each in lines} == {"person"}


def test_cases_go_with_the_papers_whose_words_they_hold(tmp_path: Path):
    cases = Cases(tmp_path)
    assert cases.forget(lambda ids: ids) == 0
    cases.keep(case(_cited("a", "Who hoots?"), quotes=[1]))
    cases.keep(case(_cited("b", "Who squeaks?"), quotes=[2]))
    cases.keep(case(_cited("c", "Who is blue?"), answerable=False))
    assert cases.forget(lambda ids: {"owl", "bat"}) == 0
    assert cases.forget(lambda ids: {"bat"}) == 1
    assert [each.id for each in _read(cases)] == ["page-b", "page-c"]
    assert "hoot" not in cases.path.read_text("utf-8").replace("Who hoots", "")
