"""The bench of false sentences, in short: what it makes, and what may never pass."""

import random

import pytest
from light import library_of

from eval.bench.corruption import IdExists, Outcome, run, table
from eval.bench.falsified import ADDITIONS, WAYS, Case, Gold, false_cases, reworded
from rag.embedding import open_embedder

GOLDS = [
    Gold(
        "What does Anvil cut?", "Anvil", "In our tests, the Anvil is 12 percent faster than BERT."
    ),
    Gold("What is Brook?", "Brook", "We show that Brook can store 40 million rows of ImageNet."),
]
NEAR = {gold.question: ["Quite another paper says that Cedar is slow."] for gold in GOLDS}


def test_a_reworded_sentence_loses_its_opening_and_its_first_person():
    assert reworded(GOLDS[0].sentence) == "The Anvil is 12 percent faster than BERT."
    assert reworded(GOLDS[1].sentence).startswith("The authors show that Brook")


def test_every_way_changes_what_it_says_it_changes():
    cases = false_cases(GOLDS, NEAR, each=9, seed=3)
    assert {case.way for case in cases} == set(WAYS)
    assert all(case.said not in {case.gold.sentence, reworded(case.gold.sentence)}
               for case in cases)  # fmt: skip
    added = [case.said for case in cases if case.way == "added claim"]
    assert all(any(clause in said for clause in ADDITIONS) for said in added)
    assert all((case.said == case.truth) == (case.way == "swapped paper") for case in cases)


def test_equal_seeds_give_equal_cases():
    assert false_cases(GOLDS, NEAR, each=9, seed=3) == false_cases(GOLDS, NEAR, each=9, seed=3)


@pytest.mark.parametrize(
    ("label", "truth", "quotes", "caught"),
    [
        ("supported", "", ("S.",), False),
        ("partial", "", ("S.",), True),
        ("unsupported", "", (), True),
        ("supported", "T.", ("T.",), True),
        ("supported", "T.", ("S.",), False),
        ("supported", "", ("T.",), False),
    ],
)
def test_only_a_swapped_paper_is_caught_by_being_moved(label, truth, quotes, caught):
    case = Case("number", Gold("Q?", "P", "S."), "X.", truth)
    assert Outcome(case, label, quotes).caught is caught


def test_no_swapped_paper_stays_and_the_naive_checker_catches_nothing(shared_data, tmp_path):
    corpus = shared_data / "page-questions" / "corpus.jsonl"
    lines = corpus.read_text(encoding="utf-8").splitlines()
    short = tmp_path / "short.jsonl"
    short.write_text("\n".join(random.Random(0).sample(lines, 40)) + "\n", encoding="utf-8")
    library = library_of(tmp_path / "library", short)
    got = run(shared_data, library, open_embedder("hash"), each=3, seed=0)
    assert {each.case.way for each in got.ours} >= {"clean", "swapped paper", "added claim"}
    assert len(got.ours) == len(got.naive)
    swapped = [each for each in got.ours if each.case.way == "swapped paper"]
    assert swapped
    assert all(each.caught for each in swapped)
    assert not any(each.withheld for each in got.ours if each.case.way == "clean")
    assert not any(each.caught for each in got.naive if each.case.way in WAYS)
    assert all(name in table(got.ours, got.naive) for name in (*WAYS, "as it stands"))


def test_the_naive_checker_reads_nothing():
    assert IdExists().check("Anything.", ["Something else."]).label == "supported"
    assert IdExists().check("Anything.", []).label == "unsupported"
