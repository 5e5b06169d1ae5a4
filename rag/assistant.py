"""The whole pipeline on one page: search, stream, ask."""

import uuid
from collections.abc import Iterator, Sequence
from time import perf_counter

from rag.answering.answerer import Answerer, Found, Reply
from rag.answering.brake import Brake
from rag.answering.fitted import load
from rag.answering.model import LanguageModel
from rag.answering.rewriting import widened
from rag.answering.standing import remembered, stand
from rag.citations import Check
from rag.inquiries import agreeing, comparing, tracing
from rag.inquiries.agreement import Agreement
from rag.inquiries.comparison import Comparison
from rag.inquiries.tools import Tools
from rag.inquiries.trace import Trace
from rag.library import Library
from rag.retrieval import HybridRetriever
from rag.schema import Answer, Filters, Hit, Policy, Turn
from rag.verification import Checker

HITS = 10
DEADLINE = 60.0
"""Seconds after which a question ends with what there is."""


class Assistant:
    """Answers questions from one library."""

    def __init__(
        self,
        library: Library,
        retriever: HybridRetriever,
        answerer: Answerer,
        checker: Checker,
        *,
        model: LanguageModel | None = None,
        policy: Policy = "drop",
        deadline: float = DEADLINE,
        settings: str = "",
        hits: int = HITS,
    ) -> None:
        """Take the parts.

        Args:
            library: Where the papers are.
            retriever: Finds papers for a question.
            answerer: Makes drafts, or a refusal, of what was found.
            checker: Gives the verdict on every claim.
            model: Rewords follow-up questions; rules do where there is none.
            policy: What becomes of sentences that their evidence does not support.
            deadline: Seconds that a question may take.
            settings: Hash of the settings in force, recorded with every answer.
            hits: Papers listed with an answer.
        """
        self._library = library
        self._retriever = retriever
        self._answerer = answerer
        self._checker = checker
        self._model = model
        self._policy: Policy = policy
        self._deadline = deadline
        self._settings = settings
        self._hits = hits

    @property
    def notice(self) -> str | None:
        """Why the last search took longer than it should, if it did."""
        return self._library.notice

    @property
    def checker(self) -> str:
        """Name and version of what checks the claims."""
        return self._checker.name

    def search(
        self, question: str, *, k: int | None = None, filters: Filters | None = None
    ) -> tuple[Hit, ...]:
        """Return the best passage of each of the k best papers.

        Raises:
            UsageError: The question is blank or too long.
            LibraryError: The library is missing or damaged.
        """
        with self._library.open() as view:
            return self._retriever.retrieve(view, question, filters).hits(k or self._hits)

    def stream(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        brake: Brake | None = None,
    ) -> Iterator[Answer]:
        """Yield a growing answer: what was found first, then the claims as they are checked.

        Closing the iterator, or pressing the brake, stops a model that is writing. An answer
        that is not complete may be taken back by the next where a model fails.

        Args:
            question: What is asked; may lean on the history.
            filters: Which papers may be used.
            history: Earlier turns, oldest first.
            brake: Ends the question sooner than the deadline.

        Raises:
            UsageError: The question is blank or too long.
            LibraryError: The library is missing or damaged.
            ModelUnavailable: A model is wanted and cannot be used at all.
        """
        clock = _Clock()
        brake = brake or Brake(self._deadline)
        whole = widened(question, history, self._model, brake=brake)
        with self._library.open() as view:
            retrieved = self._retriever.retrieve(view, whole, filters)
            answer = Answer(
                id=uuid.uuid4().hex[:12],
                question=question,
                standalone=whole,
                filters=filters or Filters(),
                hits=retrieved.hits(self._hits),
                notices=retrieved.notices,
                answerer=self._answerer.name,
                library=view.fingerprint,
                settings=self._settings,
                timings_ms=clock.lap("retrieve"),
                complete=False,
            )
            yield answer
            found = Found(question, whole, retrieved, filters, _cited(history))
            check = remembered(self._checker, whole)
            for reply in self._answerer.replies(view, found, brake):
                clock.lap("answer")
                grown = self._grown(answer, reply, check)
                clock.lap("check")
                times = clock.total() if reply.done else clock.laps
                yield grown.model_copy(update={"timings_ms": times})

    def _grown(self, answer: Answer, reply: Reply, check: Check) -> Answer:
        """Return the answer with what a reply holds, checked."""
        told: dict[str, object] = {
            "confidence": reply.confidence,
            "answerer": reply.answerer or answer.answerer,
            "model": reply.model,
            "notices": (*answer.notices, *reply.notices),
            "invented": reply.invented,
            "writing": reply.writing,
            "complete": reply.done,
        }
        if reply.usage is not None:
            read, written = reply.usage.prompt_tokens, reply.usage.completion_tokens
            told["usage"] = {"prompt_tokens": read, "completion_tokens": written}
            told["cost_usd"] = reply.usage.usd
        if reply.refusal is not None:
            return answer.model_copy(update={**told, "refusal": reply.refusal})
        stood = stand(reply.drafts, check, self._policy, rejected=reply.rejected, done=reply.done)
        checked = {
            "claims": stood.bound.claims,
            "citations": stood.bound.citations,
            "withheld": stood.withheld,
            "refusal": stood.refusal,
            "notices": (*answer.notices, *reply.notices, *stood.notices),
        }
        return answer.model_copy(update={**told, **checked})

    def ask(
        self, question: str, *, filters: Filters | None = None, history: Sequence[Turn] = ()
    ) -> Answer:
        """Return the finished answer; the last one that `stream` yields."""
        *_, answer = self.stream(question, filters=filters, history=history)
        return answer

    def compare(
        self,
        question: str = "",
        *,
        things: Sequence[str] = (),
        aspects: Sequence[str] = (),
        k: int = comparing.ROWS,
        filters: Filters | None = None,
    ) -> Comparison:
        """Return papers side by side, each cell a checked quote; see `comparing.compare`.

        Raises:
            UsageError: Nothing is asked, one thing alone is named, or too many are.
            LibraryError: The library is missing or damaged.
        """
        with self._library.open() as view:
            found = comparing.compare(
                view,
                self._tools(),
                question,
                things=things,
                aspects=aspects,
                k=k,
                filters=filters,
            )
            said = (view.vectors.notice,) if view.vectors.notice else ()
            return found.model_copy(update={"notices": (*found.notices, *said)})

    def agreement(
        self, claim: str, *, k: int = agreeing.PAPERS, filters: Filters | None = None
    ) -> Agreement:
        """Return which papers support a claim, contradict it, or leave it open.

        Raises:
            UsageError: The claim is blank, longer than a sentence, or has no word of content.
            LibraryError: The library is missing or damaged.
        """
        with self._library.open() as view:
            found = agreeing.agreement(view, self._tools(), claim, k=k, filters=filters)
            said = (view.vectors.notice,) if view.vectors.notice else ()
            return found.model_copy(update={"notices": (*found.notices, *said)})

    def trace(
        self,
        text: str,
        *,
        least: int = tracing.LEAST,
        papers: int = tracing.PAPERS,
        filters: Filters | None = None,
    ) -> Trace:
        """Return the spans of a text that stand verbatim in abstracts; see `tracing.trace`.

        Raises:
            UsageError: The text is blank or too long.
            LibraryError: The library is missing or damaged.
        """
        with self._library.open() as view:
            return tracing.trace(view, text, least=least, papers=papers, filters=filters)

    def _tools(self) -> Tools:
        return Tools(self._retriever.plain, load(), self._checker)


def _cited(history: Sequence[Turn]) -> tuple[str, ...]:
    """Return the papers that earlier turns have cited, the last ones first."""
    return tuple(dict.fromkeys(paper for turn in reversed(history) for paper in turn.papers))


class _Clock:
    """Wall time per stage in milliseconds."""

    def __init__(self) -> None:
        self._start = self._last = perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> dict[str, float]:
        """End a stage and return all so far."""
        now = perf_counter()
        self._laps[name] = round(self._laps.get(name, 0.0) + 1000 * (now - self._last), 2)
        self._last = now
        return self.laps

    @property
    def laps(self) -> dict[str, float]:
        """Return the stages so far; one that came again counts together."""
        return dict(self._laps)

    def total(self) -> dict[str, float]:
        """Return all stages and their total."""
        return {**self._laps, "total": round(1000 * (perf_counter() - self._start), 2)}
