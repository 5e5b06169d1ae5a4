import json
import subprocess
import sys
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import stays_under

from rag.schema import Verdict
from rag.verification import Checker, LexicalChecker
from rag.verification.features import FEATURES

CHECKER: Checker = LexicalChecker()


def check(claim: str, *evidence: str) -> Verdict:
    return CHECKER.check(claim, evidence)


MOSS = "We present MossNet, a grower that improves dampness by 12% on 1,000 stones."


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (MOSS, MOSS),
        (MOSS.rstrip("."), MOSS),
        ("A grower that improves dampness by 12% on 1,000 stones.", MOSS),
        (MOSS.replace(" ", "\n "), MOSS),
        ("Ferns sleep.", "Moss wakes. Ferns sleep. Lichen waits."),
        ("It does not improve growth.", "Yet it does not improve growth."),
        ("ferns grow", "Not only mosses, but ferns grow."),
    ],
)
def test_a_quotation_is_supported(claim: str, evidence: str):
    verdict = check(claim, evidence)

    assert (verdict.label, verdict.reason) == ("supported", "verbatim")
    assert verdict.probability > 0.95


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("improve growth", "Shade does not improve growth."),
        ("improve growth", "Shade fails to improve growth."),
        ("Shade improves growth.", "It is unclear whether shade improves growth."),
        ("improve growth", "Shade does not, however, improve growth."),
        ("improve growth on wet stones", "Shade can't reliably improve growth on wet stones."),
    ],
)
def test_a_clause_cut_out_of_a_denial_is_no_quotation(claim: str, evidence: str):
    assert check(claim, evidence).reason != "verbatim"


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Growth rose by 3", "Growth rose by 3.5 points."),
        ("Growth rose by 3", "Growth rose by 3%."),
        ("We grew 3", "We grew 3 million stones."),
        ("moss is wet", "Amoss is wet."),
        ("We grow moss", "We grow moss-free stones."),
    ],
)
def test_a_quotation_ends_where_words_and_numbers_end(claim: str, evidence: str):
    assert check(claim, evidence).reason != "verbatim"


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The garden holds 1,000 damp stones", "In the garden there are 1k damp stones held."),
        ("The garden holds one thousand damp stones", "The old garden holds 1,000 damp stones."),
        ("Dampness reaches 75 percent of stones", "So dampness now reaches 75\\% of all stones."),
        ("The 7-billion stone garden is damp", "A garden of 7B stone is damp."),
        ("Growth is 3 times larger under glass", "Growth is $3\\times$ larger under glass."),
        ("Three mosses grow here in shade", "Here, in shade, 3 mosses grow."),
    ],
)
def test_a_number_is_met_however_it_is_written(claim: str, evidence: str):
    verdict = check(claim, evidence)

    assert verdict.label == "supported", verdict


@pytest.mark.parametrize(
    ("claim", "evidence", "label"),
    [
        (MOSS.replace("12%", "14%"), MOSS, "contradicted"),
        ("The garden holds 16 stones", "The garden holds 10 stones and 16 ferns", "contradicted"),
        ("MossNet was watered in 2019 by its growers", "MossNet was watered by its growers.",
         "unsupported"),
    ],
)  # fmt: skip
def test_a_number_that_the_evidence_lacks_is_never_supported(claim: str, evidence: str, label: str):
    assert check(claim, evidence).label == label


def test_a_missing_number_is_named_in_the_reason():
    verdict = check("MossNet was watered in 2019 by its growers", "MossNet was watered by growers.")

    assert verdict.reason == "number 2019 is not in the evidence"


def test_a_name_that_the_evidence_lacks_is_partial_at_best():
    verdict = check(
        "The FernBank grower improves dampness on wet stones",
        "A grower improves dampness on stones.",
    )

    assert verdict.label in {"partial", "unsupported"}
    assert verdict.reason == "name FernBank is not in the evidence"


def test_a_name_put_for_another_is_a_contradiction():
    verdict = check(MOSS.replace("MossNet", "FernBank"), MOSS)

    assert verdict.label == "contradicted"
    assert verdict.reason == "says FernBank where the evidence says MossNet"


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Growers use SMG on stones", "Growers use shaded moss growing on stones."),
        ("Growers use shaded moss growing on stones", "On stones, growers use SMG."),
        ("Growers train LLMs on stones", "On stones, growers train an LLM."),
        ("Growers train GPT-4 on stones", "On stones, growers train GPT 4."),
    ],
)
def test_an_acronym_meets_what_it_stands_for(claim: str, evidence: str):
    verdict = check(claim, evidence)

    assert verdict.label == "supported", verdict


@pytest.mark.parametrize(
    ("claim", "evidence", "reason"),
    [
        ("Shade does not slow the moss", "In gardens, shade does slow the moss.",
         "says 'not' where the evidence does not"),
        ("Shade slows the moss on stones", "Shade never slows the moss on stones.",
         "leaves out the 'never' of the evidence"),
        ("Shade increases growth of old moss", "Shade decreases growth of old moss.",
         "says the opposite direction of the evidence"),
        ("MossNet outperforms FernBank on stones", "FernBank outperforms MossNet on stones.",
         "compares the other way round than the evidence"),
    ],
)  # fmt: skip
def test_saying_the_opposite_is_a_contradiction(claim: str, evidence: str, reason: str):
    verdict = check(claim, evidence)

    assert (verdict.label, verdict.reason) == ("contradicted", reason)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Shade does not slow the moss", "The moss: shade does not slow it."),
        (
            "FernBank is outperformed by MossNet on stones",
            "MossNet outperforms FernBank on stones.",
        ),
        ("Not only moss but also fern grows in shade", "Moss and fern grows in shade."),
    ],
)
def test_saying_the_same_otherwise_is_no_contradiction(claim: str, evidence: str):
    assert check(claim, evidence).label == "supported"


def test_a_clause_from_elsewhere_is_not_supported():
    added = "and the violins of autumn weep for lonely sailors"

    verdict = check(f"{MOSS.rstrip('.')}, {added}", MOSS)

    assert verdict.label in {"partial", "unsupported"}
    assert "violins" in verdict.reason


def test_evidence_on_something_else_supports_nothing():
    verdict = check("Violins weep for lonely sailors", MOSS)

    assert verdict.label == "unsupported"
    assert verdict.probability < 0.2


@pytest.mark.parametrize(
    ("claim", "evidence"), [("", [MOSS]), ("?", [MOSS]), (MOSS, []), (MOSS, [""])]
)
def test_nothing_said_or_nothing_shown_is_unsupported(claim: str, evidence: list[str]):
    assert CHECKER.check(claim, evidence).label == "unsupported"


def test_several_sentences_support_together():
    verdict = check(
        "MossNet grows ferns and needs little water",
        "MossNet grows ferns in shade.",
        "MossNet needs little water.",
    )

    assert verdict.label == "supported"


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3))
def test_any_text_gets_a_verdict_and_always_the_same(claim: str, evidence: list[str]):
    verdict = CHECKER.check(claim, evidence)

    assert verdict == LexicalChecker().check(claim, evidence)
    assert verdict.reason


@given(st.integers(min_value=0, max_value=10**7), st.integers(min_value=0, max_value=10**7))
def test_a_changed_number_is_always_caught(stated: int, claimed: int):
    verdict = check(f"The garden holds {claimed:,} stones", f"The garden holds {stated} stones")

    assert (verdict.label == "supported") == (stated == claimed)


def test_the_weights_name_every_feature_and_their_version_is_in_the_verdict():
    weights = json.loads(files("rag.verification").joinpath("weights.json").read_text("utf-8"))

    assert tuple(weights["features"]) == FEATURES
    assert check(MOSS, MOSS).checker == f"lexical-{weights['version']}"


@pytest.mark.may_skip("the development questions lie beside the checkout, not in it")
def test_no_sentence_of_the_development_questions_is_denied_its_own_support(shared_data):
    from eval.calibration.corruptions import clean, sentences

    pairs = clean(sentences(shared_data))

    wrong = [p for p in pairs if check(p.claim, p.evidence).label != "supported"]

    assert len(pairs) > 150
    assert len(wrong) <= 0.02 * len(pairs)


@pytest.mark.may_skip("the development questions lie beside the checkout, not in it")
def test_most_corruptions_of_the_development_questions_are_caught(shared_data):
    from eval.calibration.corruptions import corrupted, sentences

    for kind, pairs in corrupted(sentences(shared_data), seed=1).items():
        caught = sum(check(p.claim, p.evidence).label != "supported" for p in pairs)
        assert caught >= 0.9 * len(pairs), kind


def test_a_claim_takes_about_a_millisecond():
    claims = [MOSS.replace("dampness", f"dampness of fern {i}x") for i in range(300)]

    def read() -> None:
        for claim in claims:
            check(claim, MOSS, "A second sentence of evidence speaks of ferns in the garden.")

    # Loose, for a busy machine; measured at a quarter of this.
    assert stays_under(0.002 * len(claims), read)


def test_checking_imports_no_heavy_package():
    code = "import rag.verification, sys; print({'numpy', 'sklearn', 'torch'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
