"""The judge that is a language model, asked several times."""

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import NamedTuple

from eval.judging.agreement import krippendorff_alpha
from eval.judging.cache import VerdictCache
from eval.judging.chat import Chat, Message, Reply
from eval.judging.port import JudgeError, Judgement
from eval.judging.prompt import PROMPT_DIGEST, messages, read_verdict
from eval.judging.sentences import NOTHING, worded
from rag.embedding.port import estimated_tokens
from rag.errors import UsageError

RETRY_SEED = 1_000_000
"""Added to a vote's seed when it is asked again: the same seed would say the same."""
_REPLY_TOKENS = 60
"""Of a usual reply, for estimates."""

Asked = tuple[Sequence[str], str, str | None]
"""Evidence, text and question, as a judge is given them."""


class Prices(NamedTuple):
    """US dollars for a million tokens."""

    prompt: float
    completion: float

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Return what tokens cost, in dollars."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


class Estimate(NamedTuple):
    """What judging will take, or has taken."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    usd: float | None
    """None where no prices are known."""


class LlmJudge:
    """Asks a chat model several times, each with a seed of its own; the majority decides.

    The probability is the share of votes for yes, the agreement the share that went
    with the majority. A vote that cannot be read is asked again once and then is no
    vote; without more than half of the votes, or with as many yes as no, there is no
    verdict. Each vote is kept in the cache by itself, so that more votes build on
    fewer; what could not be read is not kept.

    Args:
        chat: The model.
        votes: How often it is asked.
        cache: Where votes are kept.
        budget_usd: Once this is spent, no call is made any more. Needs prices.
        prices: Of the model's tokens.
        seed: Of the first vote; the next ones count on.
        max_tokens: Of one reply.

    Raises:
        UsageError: There are no votes, or a budget has no prices.
    """

    def __init__(
        self,
        chat: Chat,
        *,
        votes: int = 3,
        cache: VerdictCache | None = None,
        budget_usd: float | None = None,
        prices: Prices | None = None,
        seed: int = 0,
        max_tokens: int = 300,
    ) -> None:
        if votes < 1:
            raise UsageError(f"{votes} votes decide nothing: ask for at least one")
        if budget_usd is not None and prices is None:
            raise UsageError("a budget cannot be kept without the price of tokens: give both")
        self._chat = chat
        self._votes = votes
        self._cache = cache
        self._budget = budget_usd
        self._prices = prices
        self._seed = seed
        self._max_tokens = max_tokens
        self._lock = Lock()
        self._spent = Estimate(0, 0, 0, None if prices is None else 0.0)
        self._ballots: list[tuple[bool | None, ...]] = []

    @property
    def name(self) -> str:
        """Model, server, number and first seed of the votes, and digest of the prompt."""
        votes = f"votes{self._votes}/seed{self._seed}/max{self._max_tokens}"
        return f"llm:{self._chat.name}/{votes}/prompt-{PROMPT_DIGEST[:12]}"

    @property
    def spent(self) -> Estimate:
        """What the calls have taken since this judge was made."""
        return self._spent

    @property
    def alpha(self) -> float | None:
        """Krippendorff's alpha of the votes of all ballots so far."""
        return krippendorff_alpha(self._ballots)

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        """Return the verdict of the majority.

        Raises:
            JudgeError: The server fails, the budget is spent, or there is no majority.
        """
        texts = worded(evidence)
        if not texts or not text.strip():
            return NOTHING
        usable = [vote for vote in self.ballot(texts, text, question=question) if vote is not None]
        yes = sum(usable)
        most = max(yes, len(usable) - yes)
        if 2 * len(usable) <= self._votes:
            raise JudgeError(
                f"{self._chat.name} gave {len(usable)} readable votes of {self._votes}:"
                " take another model, or more tokens for a reply"
            )
        if 2 * most == len(usable):
            raise JudgeError(f"{self._chat.name} gave as many yes as no: take an odd number")
        return Judgement(2 * yes > len(usable), yes / len(usable), most / len(usable))

    def ballot(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> tuple[bool | None, ...]:
        """Return the votes one by one; None for one that could not be read.

        Raises:
            JudgeError: The server fails, or the budget is spent.
        """
        asked = (list(evidence), text, question)
        votes = tuple(self._vote(asked, number) for number in range(self._votes))
        with self._lock:
            self._ballots.append(votes)
        return votes

    def estimate(self, pairs: Iterable[Asked], prices: Prices | None = None) -> Estimate:
        """Return what judging would take, at most one call a vote; kept votes cost nothing.

        Prompts are counted from above (three bytes a token); second tries come on top.
        """
        prices = prices or self._prices
        calls = prompt = 0
        for asked in pairs:
            open_votes = sum(not self._known(asked, number) for number in range(self._votes))
            calls += open_votes
            prompt += open_votes * _prompt_tokens(messages(*asked))
        completion = calls * min(_REPLY_TOKENS, self._max_tokens)
        return Estimate(calls, prompt, completion, prices and prices.of(prompt, completion))

    def _vote(self, asked: Asked, number: int) -> bool | None:
        fields = self._fields(asked, number)
        kept = self._cache.get(fields) if self._cache else None
        if kept is not None and isinstance(vote := kept.get("entailed"), bool):
            return vote
        for seed in (self._seed + number, self._seed + number + RETRY_SEED):
            reply = self._ask(messages(*asked), seed)
            vote = read_verdict(reply.text)
            if vote is not None:
                if self._cache:
                    self._cache.put(fields, {"entailed": vote, "reply": reply.text, "seed": seed})
                return vote
        return None

    def _ask(self, sent: Sequence[Message], seed: int) -> Reply:
        if self._budget is not None and (self._spent.usd or 0.0) >= self._budget:
            raise JudgeError(
                f"the budget of ${self._budget:g} is spent: raise it, or judge fewer cases"
            )
        reply = self._chat.complete(sent, seed=seed, max_tokens=self._max_tokens)
        with self._lock:
            read = self._spent.prompt_tokens + reply.prompt_tokens
            written = self._spent.completion_tokens + reply.completion_tokens
            usd = self._prices and self._prices.of(read, written)
            self._spent = Estimate(self._spent.calls + 1, read, written, usd)
        return reply

    def _known(self, asked: Asked, number: int) -> bool:
        return self._cache is not None and self._cache.holds(self._fields(asked, number))

    def _fields(self, asked: Asked, number: int) -> dict[str, object]:
        """Return everything that decides a vote."""
        evidence, text, question = asked
        return {
            "judge": "llm",
            "prompt": PROMPT_DIGEST,
            "chat": self._chat.name,
            "max_tokens": self._max_tokens,
            "seed": self._seed + number,
            "vote": number,
            "evidence": list(evidence),
            "text": text,
            "question": question,
        }


def _prompt_tokens(sent: Sequence[Message]) -> int:
    return sum(estimated_tokens(message["content"]) for message in sent)
