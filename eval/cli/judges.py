"""The judge that a command line names, with what it may cost."""

from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UsageError

if TYPE_CHECKING:
    from eval.judging import Judge, Prices
    from rag.cli.session import Session


def judge_of(
    here: "Session", spec: str, *, votes: int, budget: float | None, price: str | None
) -> "Judge":
    """Return a judge; one that would ask a host is announced before it does.

    Raises:
        UsageError: The setting names none, or the price is none.
        ModelUnavailable: It cannot be loaded.
    """
    from platformdirs import user_cache_path

    from eval.judging import Terms, hosts, open_judge

    for host in hosts(spec):
        here.aside(f"The judge sends questions, evidence and claims to {host}.")
    cache = user_cache_path("attest") / "verdicts.sqlite"
    terms = Terms(votes=votes, budget_usd=budget, prices=_prices(price))
    return open_judge(spec, cache=cache, terms=terms)


def announce(here: "Session", judge: "Judge", folder: Path) -> None:
    """Say what a judge that is paid for will take at most, before it is asked."""
    from eval.harness import rehearsed
    from eval.judging import LlmJudge

    if not isinstance(judge, LlmJudge):
        return
    most = judge.estimate(rehearsed(folder))
    cost = "" if most.usd is None else f", ${most.usd:.2f}"
    tokens = most.prompt_tokens + most.completion_tokens
    here.aside(f"The judge will be called at most {most.calls:,} times: {tokens:,} tokens{cost}.")


def _prices(text: str | None) -> "Prices | None":
    from eval.judging import Prices

    if text is None:
        return None
    try:
        read, written = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--price is {text!r}; give two numbers such as 0.15,0.60") from None
    return Prices(read, written)
