"""The judge that asks a language model several times."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.judging import (
    Estimate,
    JudgeError,
    Judgement,
    LlmJudge,
    Prices,
    Rehearsal,
    Reply,
    VerdictCache,
)
from eval.judging.chat import Message
from eval.judging.prompt import PROMPT_DIGEST
from rag.errors import UsageError

YES, NO, NOISE = '{"entailed": true}', '{"entailed": false}', "I would rather not."


class Scripted:
    """A chat model that says what a test tells it to, in order."""

    name = "scripted@nowhere/t0"

    def __init__(self, *replies: str, prompt: int = 100, completion: int = 10) -> None:
        self._replies = list(replies)
        self._tokens = (prompt, completion)
        self.seeds: list[int] = []
        self.asked: list[Sequence[Message]] = []

    def complete(self, messages: Sequence[Message], *, seed: int, max_tokens: int) -> Reply:
        self.seeds.append(seed)
        self.asked.append(messages)
        return Reply(self._replies[(len(self.seeds) - 1) % len(self._replies)], *self._tokens)


@pytest.mark.parametrize(
    ("replies", "judgement"),
    [
        ((YES, YES, YES), Judgement(True, 1.0, 1.0)),
        ((YES, NO, YES), Judgement(True, 2 / 3, 2 / 3)),
        ((NO, NO, YES), Judgement(False, 1 / 3, 2 / 3)),
        ((NO, NO, NO), Judgement(False, 0.0, 1.0)),
        # A vote that is lost twice is no vote: two of three are left.
        ((NOISE, NOISE, YES, YES), Judgement(True, 1.0, 1.0)),
        ((NOISE, NO, YES, YES), Judgement(True, 2 / 3, 2 / 3)),
    ],
)
def test_the_majority_decides(replies: Sequence[str], judgement: Judgement):
    chat = Scripted(*replies)
    assert LlmJudge(chat).judge(["a cat sat"], "it sat") == judgement
    assert len(chat.seeds) == len(replies)
    assert len(set(chat.seeds)) == len(replies)


@pytest.mark.parametrize(
    ("votes", "replies", "what"),
    [
        (3, [NOISE], "0 readable votes of 3"),
        (3, [NOISE] * 4 + [YES], "1 readable votes of 3"),
        (4, [NOISE] * 4 + [YES, YES], "2 readable votes of 4"),
        (2, [YES, NO], "as many yes as no"),
        (3, [NOISE, NOISE, YES, NO], "as many yes as no"),
    ],
)
def test_without_a_majority_there_is_no_verdict(votes: int, replies: list[str], what: str):
    with pytest.raises(JudgeError, match=what):
        LlmJudge(Scripted(*replies), votes=votes).judge(["a cat sat"], "it sat")


def test_nothing_is_asked_where_there_is_nothing_to_judge():
    chat = Scripted(YES)
    for evidence, text in (([], "it sat"), ([" "], "it sat"), (["a cat sat"], "\n")):
        assert LlmJudge(chat).judge(evidence, text) == Judgement(False, 0.0)
    assert chat.seeds == []


def test_question_evidence_and_text_are_sent():
    chat = Scripted(YES)
    LlmJudge(chat, votes=1).judge(["a cat sat", "a dog ran"], "it sat", question="did it sit?")
    sent = chat.asked[0][1]["content"]
    assert all(part in sent for part in ("a cat sat", "a dog ran", "it sat", "did it sit?"))


def test_the_name_says_what_decides():
    chat = Scripted(YES)
    names = {
        LlmJudge(chat).name,
        LlmJudge(chat, votes=5).name,
        LlmJudge(chat, seed=7).name,
        LlmJudge(chat, max_tokens=50).name,
    }
    assert len(names) == 4
    assert all(PROMPT_DIGEST[:12] in name and chat.name in name for name in names)


def test_an_unchanged_run_asks_nothing_and_says_the_same(tmp_path: Path):
    texts = ["it sat", "it ran", "it flew"]
    chat = Scripted(YES, NO, YES, NO, NO)
    first = LlmJudge(chat, cache=VerdictCache(tmp_path / "verdicts.sqlite"))
    before = [first.judge(["a cat sat"], text) for text in texts]
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    silent = Scripted("never asked")
    again = LlmJudge(silent, cache=cache)
    assert [again.judge(["a cat sat"], text) for text in texts] == before
    assert (cache.hits, cache.misses, silent.seeds) == (9, 0, [])
    assert again.spent.calls == 0


def test_every_field_of_a_vote_decides_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cache = VerdictCache(tmp_path / "verdicts.sqlite")

    def misses(*, evidence: str = "a", text: str = "b", question: str | None = None,
               name: str = "m", seed: int = 0, most: int = 300) -> int:  # fmt: skip
        chat = Scripted(YES)
        chat.name = name
        before = cache.misses
        judge = LlmJudge(chat, cache=cache, seed=seed, max_tokens=most)
        judge.judge([evidence], text, question=question)
        return cache.misses - before

    assert misses() == 3
    assert misses() == 0
    assert misses(evidence="a ") == 3
    assert misses(text="b.") == 3
    assert misses(question="") == 3
    assert misses(question="why?") == 3
    assert misses(name="m/t1") == 3
    assert misses(seed=10) == 3
    assert misses(most=301) == 3
    monkeypatch.setattr("eval.judging.llm.PROMPT_DIGEST", "0" * 64)
    assert misses() == 3


def test_evidence_in_two_pieces_is_not_evidence_in_one(tmp_path: Path):
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    for evidence in (["a b"], ["a", "b"], ["b", "a"]):
        LlmJudge(Scripted(YES), votes=1, cache=cache).judge(evidence, "c")
    assert (cache.hits, cache.misses) == (0, 3)


def test_more_votes_build_on_fewer(tmp_path: Path):
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    LlmJudge(Scripted(YES), votes=3, cache=cache).judge(["a"], "b")
    chat = Scripted(NO)
    assert LlmJudge(chat, votes=5, cache=cache).judge(["a"], "b").probability == 0.6
    assert chat.seeds == [3, 4]


def test_what_could_not_be_read_is_not_kept(tmp_path: Path):
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    with pytest.raises(JudgeError):
        LlmJudge(Scripted(NOISE), cache=cache).judge(["a"], "b")
    assert LlmJudge(Scripted(YES), cache=cache).judge(["a"], "b").entailed


def test_votes_can_be_had_one_by_one():
    replies = (YES, NOISE, NOISE, NO)
    assert LlmJudge(Scripted(*replies)).ballot(["a"], "b") == (True, None, False)


PRICES = Prices(prompt=1.0, completion=10.0)


def test_what_was_spent_is_counted():
    judge = LlmJudge(Scripted(YES, prompt=1000, completion=100), prices=PRICES)
    judge.judge(["a"], "b")
    assert judge.spent[:3] == (3, 3000, 300)
    assert judge.spent.usd == pytest.approx(0.006)
    unpriced = LlmJudge(Scripted(YES))
    unpriced.judge(["a"], "b")
    assert unpriced.spent == Estimate(3, 300, 30, None)


def test_a_spent_budget_stops_all_calls():
    chat = Scripted(YES, prompt=1000, completion=100)
    # A call costs $0.002: after the fourth the budget is gone.
    judge = LlmJudge(chat, prices=PRICES, budget_usd=0.007)
    judge.judge(["a"], "b")
    for _ in range(2):
        with pytest.raises(JudgeError, match=r"budget of \$0\.007 is spent"):
            judge.judge(["a"], "c")
    assert len(chat.seeds) == 4


def test_a_budget_of_nothing_buys_nothing_but_what_is_kept(tmp_path: Path):
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    LlmJudge(Scripted(YES), cache=cache).judge(["a"], "b")
    broke = LlmJudge(Scripted(YES), cache=cache, prices=PRICES, budget_usd=0.0)
    assert broke.judge(["a"], "b").entailed
    with pytest.raises(JudgeError, match="budget"):
        broke.judge(["a"], "c")


def test_settings_that_decide_nothing_are_refused():
    with pytest.raises(UsageError, match="at least one"):
        LlmJudge(Scripted(YES), votes=0)
    with pytest.raises(UsageError, match="price"):
        LlmJudge(Scripted(YES), budget_usd=1.0)


def test_an_estimate_counts_calls_tokens_and_dollars(tmp_path: Path):
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    pairs = [(["a cat sat"], "it sat", None), (["a dog ran"], "it ran", "did it?")]
    chat = Scripted(YES)
    judge = LlmJudge(chat, cache=cache)
    free = judge.estimate(pairs)
    assert (free.calls, free.usd) == (6, None)
    priced = judge.estimate(pairs, PRICES)
    assert priced.usd == pytest.approx(PRICES.of(free.prompt_tokens, free.completion_tokens))
    sent = "".join(message["content"] for message in _sent(pairs[0])) * 3
    sent += "".join(message["content"] for message in _sent(pairs[1])) * 3
    # From above: no tokenizer takes less than a byte, and few more than four.
    assert len(sent.encode()) / 4 < free.prompt_tokens < len(sent.encode())
    assert chat.seeds == []
    assert (cache.hits, cache.misses) == (0, 0)
    judge.judge(*pairs[0][:2])
    assert judge.estimate(pairs).calls == 3
    assert judge.estimate([]) == Estimate(0, 0, 0, None)


def _sent(pair: tuple[list[str], str, str | None]) -> Sequence[Message]:
    chat = Scripted(YES)
    LlmJudge(chat, votes=1).judge(pair[0], pair[1], question=pair[2])
    return chat.asked[0]


@pytest.mark.parametrize(
    ("replies", "alpha"),
    [((YES, YES, YES, NO, NO, NO), 1.0), ((YES, YES, YES), None), ((YES, NO, YES, NO), -1 / 9)],
)
def test_it_tells_how_well_its_votes_agree(replies: Sequence[str], alpha: float | None):
    judge = LlmJudge(Scripted(*replies))
    assert judge.alpha is None
    for text in ("it sat", "it slept"):
        judge.judge(["a cat sat"], text)
    assert judge.alpha == (alpha if alpha is None else pytest.approx(alpha))


def test_a_rehearsal_writes_down_what_would_be_asked_once():
    judge = Rehearsal()
    for text in ("it sat", "it slept", "it sat"):
        assert judge.judge(["a cat sat"], text, question="What?").entailed
    assert judge.asked == [(("a cat sat",), text, "What?") for text in ("it sat", "it slept")]
