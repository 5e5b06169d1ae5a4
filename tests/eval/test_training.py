"""What the reader learns from, and how."""

# pyright: reportMissingImports=false
# Types are checked before torch is installed.

import gzip
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.calibration.sets import held_back
from eval.training.abstracts import Abstract, Neighbours, falsified, turned
from eval.training.claims import near, opposed, trials
from eval.training.encoding import NO_PLACE, batches, encoded
from eval.training.example import CONTRADICTS, SUPPORTS, UNDECIDED, Example
from eval.training.questions import nearest, windows
from eval.training.sets import SETS, licence_table, shipped
from rag.embedding.minilm import FOLDER
from rag.reader.pairs import FIRST, LONGEST, Pairs
from rag.terms import terms
from rag.tuning.asking import stripped

POOL = [
    Abstract("acl", "Parsing", (
        "We parse sentences with a chart of 12 rules, which takes 3 seconds.",
        "Our parser outperforms the older one by 4.5 points on the treebank.",
        "The gain is higher for long sentences, while short ones are not changed.",
        "All code is released together with the treebank itself.",
    )),
    Abstract("mla", "Bandits", (
        "We study bandits with delayed rewards, which occur in advertising systems.",
        "The proposed policy reduces regret by 30 percent in simulation studies.",
        "It is the first policy without any tuning of its confidence widths.",
        "Experiments with DelayBench show faster convergence than LinUCB gives.",
    )),
    Abstract("mla", "Graphs", (
        "Graph networks lose signal with depth, although skip connections help them.",
        "We introduce DeepHop, a network of 64 layers that keeps early features.",
        "DeepHop improves accuracy on three data sets of citation graphs.",
        "Its memory is lower than that of a network with full attention.",
    )),
]  # fmt: skip


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    return Pairs(FOLDER / "tokenizer.json")


def test_no_set_without_a_licence_is_learned_from() -> None:
    barred = [one for one in SETS if "-NC" in one.licence or "none stated" in one.licence]
    assert barred
    for one in barred:
        assert not one.ships
        with pytest.raises(KeyError, match="no set that shipped weights"):
            shipped(one.name)


def test_the_licence_table_names_every_set_once() -> None:
    rows = [row.split("|")[1].strip() for row in licence_table().splitlines()[2:]]
    assert rows == [one.name for one in SETS]
    assert len(set(rows)) == len(rows)


@given(st.lists(st.text(min_size=1, max_size=200), max_size=12))
def test_windows_lose_no_sentence_and_repeat_none(texts: list[str]) -> None:
    whole = " ".join(f"Alpha {number} beta gamma." for number, _ in enumerate(texts))
    assert " ".join(windows(whole)) == whole


def test_the_nearest_text_shares_most_words() -> None:
    texts = ["cats sleep", "dogs chase cats at night", "rain falls"]
    assert nearest("do dogs chase cats?", texts)[0] == texts[1]


def test_long_evidence_is_cut_to_what_shares_words_with_the_claim() -> None:
    filler = " ".join(f"Unrelated words number {n} stand here for nothing." for n in range(60))
    text = f"{filler} The treaty ended the war of salt. {filler}"
    cut = near("the treaty ended the salt war", text)
    assert "treaty ended the war of salt" in cut
    assert len(cut.split()) < len(text.split()) / 2


def test_half_of_the_claims_are_held_back() -> None:
    held = [held_back(f"claim number {n}") for n in range(2000)]
    assert 850 < sum(held) < 1150
    assert held == [held_back(f"  claim number {n} ") for n in range(2000)]


def test_a_stripped_sentence_keeps_the_words_that_the_stretch_lacks() -> None:
    said = stripped("Our parser beats rivals on long sentences", "the parser reads long sentences",
                    random.Random(1))  # fmt: skip
    assert {"beats", "rivals"} <= set(said.split())
    draws = [stripped("parser sentences", "parser sentences", random.Random(n)) for n in range(300)]
    assert 0.2 < np.mean([len(one.split()) / 2 for one in draws]) < 0.4


def test_a_turned_claim_differs_in_one_word() -> None:
    claim = "The loss is higher without pruning."
    wrong = turned(claim, random.Random(0))
    assert wrong is not None
    changed = [(a, b) for a, b in zip(claim.split(), wrong.split(), strict=True) if a != b]
    assert len(changed) == 1
    assert turned("Nothing here has a direction.", random.Random(0)) is None


def test_false_sentences_are_not_what_their_evidence_says() -> None:
    made = [one for seed in range(40) for one in falsified(POOL, count=3, seed=seed)]
    assert {one.support for one in made} == {SUPPORTS, CONTRADICTS, UNDECIDED}
    for one in made:
        if one.support != SUPPORTS:
            assert one.first not in one.second
        else:
            # Rewording changes a few words, never a number or most of the terms.
            shared = set(terms(one.first)) & set(terms(one.second))
            assert len(shared) >= 0.5 * len(set(terms(one.first)))
    assert made == [one for seed in range(40) for one in falsified(POOL, count=3, seed=seed)]


def test_the_nearest_abstract_shares_rare_words() -> None:
    pool = [*POOL, *(Abstract("acl", f"T{n}", (f"Filler {n} words only.",) * 4) for n in range(60))]
    found = Neighbours(pool).nearest("regret of bandits with delayed rewards", apart=POOL[0])
    assert found[0] is POOL[1]
    again = Neighbours(pool).nearest("regret of bandits with delayed rewards", apart=POOL[1])
    assert POOL[1] not in again


@given(st.lists(st.integers(3, LONGEST), min_size=1, max_size=300), st.integers(0, 5))
def test_batches_hold_every_example_once_and_few_tokens(lengths: list[int], seed: int) -> None:
    made = batches(lengths, tokens=1024, seed=seed)
    assert sorted(place for batch in made for place in batch.tolist()) == list(range(len(lengths)))
    for batch in made:
        assert len(batch) * max(lengths[place] for place in batch.tolist()) <= 1024


def test_an_answer_is_marked_where_its_tokens_are(pairs: Pairs) -> None:
    text = "Deep networks. The treaty was signed in Utrecht in 1713."
    one = Example("answers", "squad", "Where was it signed?", text, 1, 1, "Utrecht")
    row = encoded([one], pairs)[0]
    pair = next(pairs.encoded([(one.first, one.second)]))
    assert text[pair.offsets[row.start][0] : pair.offsets[row.end][1]] == "Utrecht"
    other = Example("answers", "squad", "Where?", text, 1, 0)
    assert encoded([other], pairs)[0].start == NO_PLACE


@given(first=st.text(max_size=400), second=st.text(max_size=2000))
def test_a_pair_is_never_longer_than_the_model_takes(first: str, second: str) -> None:
    pair = next(_PAIRS.encoded([(first, second)]))
    assert len(pair.ids) == len(pair.types) == len(pair.offsets) <= LONGEST
    assert (pair.types == 0).sum() <= FIRST + 2 + 8


_PAIRS = Pairs(FOLDER / "tokenizer.json")


def logits(reader: Any, network: Any) -> tuple[Any, Any]:
    """Return what the shipped form and the torch network say of one question and the pool."""
    import torch

    from eval.training.loop import collated

    question, texts = "what reduces regret?", [" ".join(one.sentences) for one in POOL]
    said = reader.read(question, texts)
    examples = [Example("answers", "acl", question, text) for text in texts]
    ids, types, mask, _ = collated(encoded(examples, _PAIRS))
    with torch.no_grad():
        outputs = network(ids, types, mask)
    stacked = torch.stack([outputs.about, outputs.answers, *outputs.support.unbind(1)], 1)
    return np.array([one[:5] for one in said]), stacked.numpy()


class TestNetwork:
    """The network and its loop; they need torch."""

    @pytest.fixture(autouse=True)
    def _torch(self) -> None:
        pytest.importorskip("torch")

    def test_what_nobody_knows_teaches_nothing(self) -> None:
        import torch

        from eval.training.network import Labels, Outputs, loss

        def value(about: int, support: int) -> float:
            outputs = Outputs(torch.tensor([2.0]), torch.tensor([-1.0]),
                              torch.tensor([[1.0, 0.0, -1.0]]), torch.zeros(1, 4),
                              torch.zeros(1, 4))  # fmt: skip
            none = torch.tensor([-1])
            labels = Labels(torch.tensor([about]), none, torch.tensor([support]), none, none)
            return float(loss(outputs, labels).item())

        assert value(-1, -1) == 0
        assert value(1, -1) < value(0, -1)
        logits = np.array([1.0, 0.0, -1.0])
        shares = np.exp(logits) / np.exp(logits).sum()
        assert value(-1, 0) == pytest.approx(-np.log(shares[0]), abs=1e-5)
        assert value(-1, 3) == pytest.approx(-np.log(shares[1] + shares[2]), abs=1e-5)

    def test_the_rate_rises_stands_and_falls(self) -> None:
        from eval.training.plan import Plan, pace

        plan = Plan(warm=0.1, fall=0.4)
        paces = [pace(step, 100, plan) for step in range(101)]
        assert paces[0] < paces[5] < paces[10] == 1 == paces[60]
        assert paces[60] > paces[80] > paces[100] == 0

    def test_a_stopped_run_goes_on_and_learns(self, tmp_path: Path, pairs: Pairs) -> None:
        import torch
        from transformers import BertConfig

        from eval.training.loop import collated, train
        from eval.training.network import Reader, loss
        from eval.training.plan import Plan

        config = BertConfig(hidden_size=384, num_hidden_layers=1, num_attention_heads=12,
                            intermediate_size=64)  # fmt: skip
        torch.manual_seed(0)
        examples = [Example("answers", "acl", "is it so?", f"{word} {n}", about=int(word == "yes"))
                    for n in range(60) for word in ("yes", "no")]  # fmt: skip
        rows = encoded(examples, pairs)
        plan = Plan(tokens=256, rate=1e-3, passes=3, save_every=5)
        (tmp_path / "stop").touch()
        train(Reader(config), rows, plan, tmp_path)
        held = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
        assert held["step"] == 1
        (tmp_path / "stop").unlink()
        trained = train(Reader(config), rows, plan, tmp_path)
        ended = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
        assert ended["step"] > 10
        fresh = Reader(config).eval()
        *batch, labels = collated(rows[:16])
        with torch.no_grad():
            assert loss(trained(*batch), labels) < 0.7 * loss(fresh(*batch), labels)

    def test_the_shipped_form_says_what_torch_says(self, tmp_path: Path) -> None:
        import torch
        from transformers import BertConfig

        from eval.training.export import export
        from eval.training.network import Reader as Network
        from rag.reader import Reader

        torch.manual_seed(3)
        config = BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12,
                            intermediate_size=1536)  # fmt: skip
        network = Network(config).eval()
        export(network, tmp_path, {"run": "a test"})
        found, expected = logits(Reader(tmp_path, threads=1), network)
        assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.995

    def test_what_ships_can_be_trained_on(self) -> None:
        from transformers import BertConfig

        from eval.training.network import Reader as Network
        from eval.training.resuming import started
        from rag.reader import Reader
        from rag.reader.reader import FOLDER as SHIPPED

        config = BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12,
                            intermediate_size=1536)  # fmt: skip
        (model,) = SHIPPED.glob("*.onnx")
        network = started(Network(config), model).eval()
        found, again = logits(Reader(threads=1), network)
        # Activations are rounded to 8 bits while the shipped form runs, and here they are not.
        assert np.abs(found - again).max() < 0.8
        assert np.corrcoef(found.ravel(), again.ravel())[0, 1] > 0.99

    def test_a_blend_lies_between_what_was_and_what_is(self) -> None:
        import torch
        from transformers import BertConfig

        from eval.training.network import Reader as Network
        from eval.training.resuming import blended

        config = BertConfig(hidden_size=384, num_hidden_layers=1, num_attention_heads=12,
                            intermediate_size=64)  # fmt: skip
        earlier, reader = Network(config), Network(config)
        before, after = (each.pool.weight.detach().clone() for each in (earlier, reader))
        mixed = blended(reader, earlier, 0.75).pool.weight
        assert torch.allclose(mixed, 0.75 * after + 0.25 * before)

    def test_what_is_no_reader_is_not_trained_on(self) -> None:
        from transformers import BertConfig

        from eval.training.network import Reader as Network
        from eval.training.resuming import started

        config = BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12,
                            intermediate_size=1536)  # fmt: skip
        with pytest.raises((ValueError, KeyError)):
            started(Network(config), FOLDER / "model.onnx")


def test_claims_on_trials_contradict_where_the_direction_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "training" / "evidence-inference"
    folder.mkdir(parents=True)
    record = {"split": "train", "label": True, "response": "Drug A increased sleep.",
              "context": "We gave drug A. Sleep rose by an hour.",
              "meta": {"evidence": "Sleep rose by an hour."}}  # fmt: skip
    wrong = {**record, "label": False, "response": "Drug A decreased sleep."}
    kept = {**record, "split": "test"}
    with gzip.open(folder / "evidence_inference.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(one) + "\n" for one in (record, wrong, kept))
    made = list(trials(tmp_path))
    assert [one.support for one in made] == [SUPPORTS, SUPPORTS, CONTRADICTS, CONTRADICTS]
    assert [one.second for one in made[:2]] == [record["meta"]["evidence"], record["context"]]


def test_supported_claims_are_turned_into_their_opposites() -> None:
    said = [
        Example("supports", "scifact", "Sleep is higher in the young.", "e", support=SUPPORTS),
        Example("supports", "scifact", "Sleep is higher in the old.", "e", support=UNDECIDED),
        Example("supports", "scifact", "It is so.", "e", support=SUPPORTS),
    ]
    made = list(opposed(said, seed=0))
    assert [one.support for one in made] == [CONTRADICTS, CONTRADICTS]
    assert made[0].first == "Sleep is lower in the young."
    assert made[1].first == "It is not so."
    assert all(one.second == "e" for one in made)
