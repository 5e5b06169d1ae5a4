from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from eval.judging.port import JudgeError, Judgement
from eval.validation import LabelledSet, agree, held_out, statement, validate
from eval.validation.item import Labelled
from eval.validation.trivial import baselines, word_overlap
from rag.errors import UsageError


def item(n: int, *, supported: bool, text: str = "", **fields: object) -> Labelled:
    given: dict[str, object] = {
        "id": str(n),
        "data": "made",
        "split": "test",
        "question": None,
        "evidence": (f"Beetle {n} is green.",),
        "text": text or f"Beetle {n} is {'green' if supported else 'blue'}.",
        "supported": supported,
        "label": "yes" if supported else "no",
        "cluster": str(n),
        **fields,
    }
    return Labelled(**given)  # pyright: ignore[reportArgumentType]


def a_set(supported: int, unsupported: int) -> LabelledSet:
    items = [item(n, supported=n < supported) for n in range(supported + unsupported)]
    return LabelledSet("made test", tuple(items))


class Told:
    """A judge that knows the labels, and does with them what it is told."""

    def __init__(self, known: LabelledSet, way: str, name: str = "told-1") -> None:
        self.name = name
        self._truth = {each.text: each.supported for each in known.items}
        self._way = way

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        entailed = self._truth[text]
        match self._way:
            case "inverted":
                entailed = not entailed
            case "yes":
                entailed = True
            case "failing":
                raise JudgeError("no verdict")
            case "failing on the unsupported" if not entailed:
                raise JudgeError("no verdict")
            case "nan":
                return Judgement(True, float("nan"))
            case _:
                pass
        return Judgement(entailed, 0.9 if entailed else 0.1)


def test_a_perfect_judge_is_perfect_and_better_than_trivial():
    made = a_set(6, 9)
    found = agree(Told(made, "perfect"), made, seed=1, resamples=100)
    for each in (found.balanced_accuracy, found.f1, found.f1_unsupported, found.auroc, found.kappa):
        assert (each.value, each.low, each.high) == (1, 1, 1)
    assert found.ece.value == pytest.approx(0.1)
    assert (found.n, found.clusters, found.errors) == (15, 15, 0)


def test_an_inverted_judge_is_as_bad_as_can_be():
    made = a_set(6, 9)
    found = agree(Told(made, "inverted"), made, seed=1, resamples=100)
    assert (found.balanced_accuracy.value, found.auroc.value, found.f1.value) == (0, 0, 0)
    assert found.kappa.value < 0
    assert not found.better_than_trivial


def test_a_judge_that_says_yes_is_the_trivial_rule():
    made = a_set(6, 9)
    found = agree(Told(made, "yes"), made, seed=1, resamples=100)
    rule = found.baselines["always yes"]
    assert found.balanced_accuracy.value == rule["balanced_accuracy"] == 0.5
    assert found.f1.value == rule["f1"]
    assert found.kappa.value == 0
    assert "better than trivial" not in statement(found)


def test_constant_rules_have_their_exact_values():
    share = 6 / 15
    found = baselines(a_set(6, 9))
    assert found["always yes"] == pytest.approx(
        {"balanced_accuracy": 0.5, "f1": 2 * share / (1 + share), "f1_unsupported": 0.0,
         "auroc": 0.5, "ece": 1 - share, "kappa": 0.0}
    )  # fmt: skip
    assert found["always no"] == pytest.approx(
        {"balanced_accuracy": 0.5, "f1": 0.0, "f1_unsupported": 2 * (1 - share) / (2 - share),
         "auroc": 0.5, "ece": share, "kappa": 0.0}
    )  # fmt: skip


def test_an_error_is_judged_wrong_with_probability_one_half():
    made = a_set(6, 9)
    found = agree(Told(made, "failing on the unsupported"), made, seed=1, resamples=100)
    assert found.errors == 9
    assert found.balanced_accuracy.value == 0.5
    assert found.auroc.value == 1.0
    assert found.ece.value == pytest.approx((6 * 0.1 + 9 * 0.5) / 15)


def test_a_judge_that_always_fails_is_worse_than_any_rule():
    made = a_set(6, 9)
    found = agree(Told(made, "failing"), made, seed=1, resamples=100)
    assert (found.errors, found.balanced_accuracy.value) == (15, 0)
    assert statement(found).startswith("worse than")


def test_a_probability_that_is_no_number_is_an_error():
    made = a_set(2, 2)
    assert agree(Told(made, "nan"), made, seed=1, resamples=20).errors == 4


def test_labels_of_one_kind_are_refused_in_one_line():
    made = a_set(4, 0)
    with pytest.raises(UsageError, match="made test: all labels are equal") as caught:
        agree(Told(made, "perfect"), made, seed=1)
    assert "\n" not in str(caught.value)


def test_the_same_seed_gives_the_same_finding():
    made = a_set(5, 7)
    judge = Told(made, "failing on the unsupported")
    first = agree(judge, made, seed=7, resamples=60)
    assert first == agree(judge, made, seed=7, resamples=60)
    assert first.auroc.value == agree(judge, made, seed=8, resamples=60).auroc.value


def test_each_original_label_is_told_apart():
    items = [item(n, supported=True, label="SUPPORT") for n in range(3)]
    items += [item(n, supported=False, label="REFUTE") for n in range(3, 5)]
    items += [item(n, supported=False, label="NEI") for n in range(5, 9)]
    made = LabelledSet("made test", tuple(items))

    class SeesNoContradiction:
        name = "blind"

        def judge(
            self, evidence: Sequence[str], text: str, *, question: str | None = None
        ) -> Judgement:
            entailed = int(text.split()[1]) < 5
            return Judgement(entailed, 0.8 if entailed else 0.2)

    found = agree(SeesNoContradiction(), made, seed=1, resamples=20)
    by_label = {each.label: each for each in found.labels}
    assert by_label["REFUTE"].refuted
    assert (by_label["REFUTE"].entailed, by_label["REFUTE"].auroc) == (1.0, 0.5)
    assert (by_label["NEI"].entailed, by_label["NEI"].auroc) == (0.0, 1.0)
    assert by_label["SUPPORT"].auroc is None
    assert [each.n for each in found.labels] == [4, 2, 3]


def test_only_judges_made_with_a_set_have_seen_it():
    made = a_set(4, 4)
    seen = LabelledSet("made dev", made.items, seen="calibration")
    foreign = agree(Told(made, "perfect"), seen, seed=1, resamples=10)
    ours = agree(Told(made, "perfect", name="lexical:lexical-1"), seen, seed=1, resamples=10)
    assert held_out(foreign)
    assert not held_out(ours)
    assert ours.data == "made dev (seen in calibration)"
    assert statement(ours).endswith("not a held-out set")


def test_overlap_takes_its_threshold_from_the_other_splits_only():
    # On the reported split overlap parts the labels at 1; the other split says 1/2.
    def covered(n: int, share: int, *, supported: bool) -> Labelled:
        evidence = " ".join(["oak", "elm", "ash", "yew"][:share]) or "nothing"
        return item(n, supported=supported, text="oak elm ash yew", evidence=(evidence,))

    reported = (covered(0, 4, supported=True), covered(1, 2, supported=False))
    others = (covered(2, 2, supported=True), covered(3, 1, supported=False))
    found = baselines(LabelledSet("made test", reported, others))["word overlap"]
    assert found["balanced_accuracy"] == 0.5
    assert found["auroc"] == 1.0
    assert "ece" not in found


def test_length_takes_its_direction_from_the_other_splits():
    def long(n: int, size: int, *, supported: bool) -> Labelled:
        return item(n, supported=supported, text="x" * size)

    reported = (long(0, 3, supported=True), long(1, 50, supported=False))
    agreeing = (long(2, 4, supported=True), long(3, 40, supported=False))
    opposed = (long(2, 40, supported=True), long(3, 4, supported=False))
    for others, reached in ((agreeing, 1.0), (opposed, 0.0)):
        found = baselines(LabelledSet("made test", reported, others))["length"]
        assert found["balanced_accuracy"] == reached


def test_a_lone_split_is_cut_in_halves_by_its_clusters():
    made = a_set(40, 40)
    found = baselines(made)["word overlap"]
    assert found["balanced_accuracy"] == 1.0
    few = LabelledSet("made test", made.items[39:41])
    assert set(baselines(few)) == {"always yes", "always no"}


def test_overlap_of_a_text_is_over_all_its_evidence():
    one = item(1, supported=True, text="oak and elm", evidence=("an oak", "an elm"))
    assert word_overlap(one) == 1.0
    assert word_overlap(item(1, supported=True, text="the", evidence=("an oak",))) == 1.0


def test_validating_reports_every_set_and_says_which_it_left_out(tmp_path: Path):
    line = '{{"id": {0}, "context": "Beetle {0} is green.", "response": "r{0}", "label": {1}}}\n'
    both = "".join(line.format(n, "true" if n < 4 else "false") for n in range(8))
    (tmp_path / "both.jsonl").write_text(both, encoding="utf-8")
    (tmp_path / "one.jsonl").write_text(line.format(1, "false"), encoding="utf-8")
    told: list[tuple[str, int, int]] = []

    class Yes:
        name = "yes"

        def judge(
            self, evidence: Sequence[str], text: str, *, question: str | None = None
        ) -> Judgement:
            return Judgement(True, 1.0)

    found = validate(Yes(), tmp_path, progress=lambda *step: told.append(step))
    assert [each.data for each in found] == ["both all"]
    assert told[7] == ("both all", 8, 8)
    assert told[8] == ("one all: left out, all labels are equal", 0, 0)
    assert np.isclose(found[0].share_supported, 0.5)
    (tmp_path / "both.jsonl").unlink()
    with pytest.raises(UsageError, match="labels of one kind"):
        validate(Yes(), tmp_path)
