"""The fit of what joins words and meaning."""

import random
from dataclasses import replace

from eval.calibration.meaning import Row, fitted
from eval.calibration.sets import Item, held_back
from rag.verification.meaning import Signs


def rows(count: int, *, telling: str) -> list[Row]:
    """Return labelled rows in which one sign tells the label and the others are noise."""
    draw = random.Random(1)
    found: list[Row] = []
    for n in range(count):
        supported = n % 2 == 0
        partly = not supported and n % 3 == 0
        told = 3.0 if supported else 0.5 if partly else -3.0
        noise = {name: draw.gauss(0, 1) for name in Signs._fields}
        signs = Signs(**{**noise, telling: (-told if telling == "contradicts" else told)})
        verdict = "supported" if supported else "partially_supported" if partly else "not_supported"
        item = Item("wice", "calibrate", str(n), f"claim {n}", "text", supported, verdict)
        found.append(Row(item, signs))
    return found


def test_the_sign_that_tells_gets_the_weight() -> None:
    for name in Signs._fields:
        weights = fitted(rows(300, telling=name))
        sizes = {field: abs(getattr(weights, field)) for field in Signs._fields}
        assert max(sizes, key=sizes.__getitem__) == name


def test_thresholds_part_the_labels() -> None:
    made = rows(300, telling="supports")
    weights = fitted(made)
    assert 0 < weights.partial <= weights.supported < 1
    passed = {True: 0, False: 0}
    for row in made:
        passed[row.item.supported] += weights.probability(row.signs) >= weights.supported
    # The strictest threshold that costs less than a hundredth of balanced accuracy.
    assert passed[False] == 0
    assert passed[True] >= 0.98 * len(made) / 2


def test_few_supported_claims_are_called_contradicted() -> None:
    graded = rows(300, telling="contradicts")
    judged = [row._replace(item=_of_scifact(row.item)) for row in graded]
    weights = fitted([*graded, *judged])
    clean = [row.signs.contradicts for row in judged if row.item.supported]
    assert sum(each >= weights.contradicted for each in clean) / len(clean) <= 0.04
    wrong = [row.signs.contradicts for row in judged if row.item.verdict == "CONTRADICT"]
    assert wrong
    assert all(each >= weights.contradicted for each in wrong)


def _of_scifact(item: Item) -> Item:
    verdict = {"supported": "SUPPORT", "not_supported": "CONTRADICT"}.get(item.verdict, "")
    return replace(item, data_set="scifact", verdict=verdict)


def test_what_the_reader_was_trained_on_is_known() -> None:
    def learned(name: str, part: str, claim: str, split: str) -> bool:
        return Item(name, part, "g", claim, "e", True, "", split).learned  # type: ignore[arg-type]

    even = next(f"claim {n}" for n in range(99) if not held_back(f"claim {n}"))
    odd = next(f"claim {n}" for n in range(99) if held_back(f"claim {n}"))
    assert learned("scifact", "report", even, "train")
    assert not learned("scifact", "fit", odd, "train")
    assert not learned("scifact", "fit", even, "dev")
    assert learned("factcheckgpt", "fit", "any", "all")
    assert not learned("factcheckgpt", "report", "any", "all")
    assert not learned("healthver", "report", "any", "test")
