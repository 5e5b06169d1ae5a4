"""The bound below which words are marked."""

import random

from eval.calibration.marking import Marked, bound, marked, table


def words(count: int, at: float) -> list[Marked]:
    draw = random.Random(0)
    near = [draw.uniform(0.4, 1.0) for _ in range(count)]
    return [
        Marked(str(n // 9), each < at, each, draw.random() < 0.5) for n, each in enumerate(near)
    ]


def test_the_bound_parts_what_people_marked():
    assert abs(bound(words(600, 0.7)) - 0.7) <= 0.02


def test_the_table_tells_both_ways_beside_marking_all():
    made = words(600, 0.7)
    lines = table(made, 0.7).splitlines()
    assert lines[0].startswith("67 claims, 600 words, 0.5")
    assert "AUROC 1.000  F1 1.000" in lines[1]
    assert lines[3].startswith("every word")


def test_words_of_a_claim_are_compared_with_its_evidence():
    claim = "Bees visit purple lorries."
    record = {
        "id": "one",
        "response": claim,
        "context": "Bees visit blue flowers.",
        "spans": [{"start": claim.index("purple"), "end": claim.index(".")}],
    }
    found = {
        claim_word: word for claim_word, word in zip(claim.split(), marked([record]), strict=True)
    }
    assert [word.unsupported for word in found.values()] == [False, False, True, True]
    assert [word.held for word in found.values()] == [True, True, False, False]
    assert found["Bees"].near > found["lorries."].near
