"""Which judge a setting names, and whom it would ask."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from eval.judging.cache import CachedJudge, VerdictCache
from eval.judging.entailment import EntailmentJudge
from eval.judging.lexical import LexicalJudge
from eval.judging.llm import LlmJudge, Prices
from eval.judging.overlap import OverlapJudge
from eval.judging.port import Judge
from eval.judging.posting import KEY, ChatServer
from eval.judging.server import ServerChat
from rag.errors import UsageError

SPECS = "lexical, overlap, entailment:FOLDER or server:MODEL@URL"
_SERVER = re.compile(r"(?P<model>.+)@(?P<url>https?://.*)", re.DOTALL)


class Terms(NamedTuple):
    """On what terms a model on a server is asked."""

    votes: int = 3
    temperature: float = 0.0
    """Servers differ in whether a seed alone makes votes differ; above 0 they do."""
    budget_usd: float | None = None
    prices: Prices | None = None


def open_judge(
    spec: str = "lexical", *, cache: Path | None = None, terms: Terms | None = None
) -> Judge:
    """Return the judge that a setting names.

    =====================  =================================================================
    ``lexical``            words, numbers, names and negations; bundled (default)
    ``overlap``            share of words, numbers and names; bundled, unlike the checker
    ``entailment:FOLDER``  an ONNX classifier with its tokenizer.json and config.json
    ``server:MODEL@URL``   an OpenAI-compatible server; key in ``ATTEST_JUDGE_KEY``
    =====================  =================================================================

    Args:
        spec: The setting.
        cache: File that keeps verdicts of the slow judges.
        terms: On which a model on a server is asked.

    Raises:
        UsageError: The setting names nothing.
        ModelUnavailable: What it names cannot be loaded.
    """
    kind, _, rest = spec.partition(":")
    if spec == "lexical":
        return LexicalJudge()
    if spec == "overlap":
        return OverlapJudge()
    if kind == "entailment" and rest:
        judge = EntailmentJudge(Path(rest).expanduser())
        return CachedJudge(judge, VerdictCache(cache)) if cache else judge
    model, server = _server(spec)
    terms = terms or Terms()
    return LlmJudge(
        ServerChat(model, server, temperature=terms.temperature),
        votes=terms.votes,
        cache=VerdictCache(cache) if cache else None,
        budget_usd=terms.budget_usd,
        prices=terms.prices,
    )


def hosts(spec: str) -> tuple[str, ...]:
    """Return the hosts, with their ports, that a judge would ask; none but for a server.

    Raises:
        UsageError: The setting names nothing.
    """
    kind, _, rest = spec.partition(":")
    if spec in {"lexical", "overlap"} or (kind == "entailment" and rest):
        return ()
    return (_server(spec)[1].host,)


def _server(spec: str) -> tuple[str, ChatServer]:
    kind, _, rest = spec.partition(":")
    if kind != "server":
        raise UsageError(f"no judge is called {spec!r}: use {SPECS}")
    found = _SERVER.fullmatch(rest)
    if found is None:
        # Not repeated: what is no address may hold a password.
        raise UsageError("a judge on a server is server:MODEL@URL with an http or https address")
    key = os.environ.get(KEY, "").strip() or None
    return found["model"], ChatServer(found["url"], key)
