"""The whole pipeline on one page: search, stream, ask."""

import uuid
from collections.abc import Iterator, Sequence
from time import perf_counter

from rag.answering.answerer import Answerer, Found
from rag.answering.fitted import load
from rag.answering.followup import standalone
from rag.citations import Bound, Draft, bind
from rag.inquiries import agreeing, comparing, tracing
from rag.inquiries.agreement import Agreement
from rag.inquiries.comparison import Comparison
from rag.inquiries.tools import Tools
from rag.inquiries.trace import Trace
from rag.library import Library
from rag.retrieval import HybridRetriever
from rag.schema import Answer, Filters, Hit, Refusal, Turn
from rag.verification import Checker

HITS = 10
UNSUPPORTED = "no sentence of an answer stood up to the check against its evidence."


class Assistant:
    """Answers questions from one library."""

    def __init__(
        self,
        library: Library,
        retriever: HybridRetriever,
        answerer: Answerer,
        checker: Checker,
        *,
        settings: str = "",
        hits: int = HITS,
    ) -> None:
        """Take the parts.

        Args:
            library: Where the papers are.
            retriever: Finds papers for a question.
            answerer: Makes drafts, or a refusal, of what was found.
            checker: Gives the verdict on every claim.
            settings: Hash of the settings in force, recorded with every answer.
            hits: Papers listed with an answer.
        """
        self._library = library
        self._retriever = retriever
        self._answerer = answerer
        self._checker = checker
        self._settings = settings
        self._hits = hits

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
        self, question: str, *, filters: Filters | None = None, history: Sequence[Turn] = ()
    ) -> Iterator[Answer]:
        """Yield a growing answer: what was found first, the checked claims last.

        Args:
            question: What is asked; may lean on the history.
            filters: Which papers may be used.
            history: Earlier turns, oldest first.

        Raises:
            UsageError: The question is blank or too long.
            LibraryError: The library is missing or damaged.
        """
        clock = _Clock()
        whole = standalone(question, history)
        with self._library.open() as view:
            retrieved = self._retriever.retrieve(view, whole, filters)
            answer = Answer(
                id=uuid.uuid4().hex[:12],
                question=question,
                standalone=whole,
                filters=filters or Filters(),
                hits=retrieved.hits(self._hits),
                answerer=self._answerer.name,
                library=view.fingerprint,
                settings=self._settings,
                timings_ms=clock.lap("retrieve"),
                complete=False,
            )
            yield answer
            reply = self._answerer.answer(view, Found(question, whole, retrieved, filters))
            sure = {"confidence": reply.confidence, "timings_ms": clock.lap("answer")}
            answer = answer.model_copy(update=sure)
        if reply.refusal is not None:
            done = {"refusal": reply.refusal, "complete": True, "timings_ms": clock.total()}
            yield answer.model_copy(update=done)
            return
        bound, dropped = supported(reply.drafts, self._checker)
        clock.lap("check")
        done = {"claims": bound.claims, "citations": bound.citations, "complete": True}
        notices = (_dropped(dropped),) if dropped else ()
        refusal = None if bound.claims else Refusal(reason=UNSUPPORTED, probability=0.0)
        rest = {"notices": notices, "refusal": refusal, "timings_ms": clock.total()}
        yield answer.model_copy(update={**done, **rest})

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
            return comparing.compare(
                view,
                self._tools(),
                question,
                things=things,
                aspects=aspects,
                k=k,
                filters=filters,
            )

    def agreement(
        self, claim: str, *, k: int = agreeing.PAPERS, filters: Filters | None = None
    ) -> Agreement:
        """Return which papers support a claim, contradict it, or leave it open.

        Raises:
            UsageError: The claim is blank, longer than a sentence, or has no word of content.
            LibraryError: The library is missing or damaged.
        """
        with self._library.open() as view:
            return agreeing.agreement(view, self._tools(), claim, k=k, filters=filters)

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
        return Tools(self._retriever, load(), self._checker)


def supported(drafts: Sequence[Draft], checker: Checker) -> tuple[Bound, int]:
    """Bind the drafts that their evidence supports; return also how many were dropped.

    This is the one policy: what is unsupported or contradicted is never shown
    as a claim, and its going is said.
    """
    bound = bind(drafts, checker.check)
    kept = [
        draft
        for draft, claim in zip(drafts, bound.claims, strict=True)
        if claim.verdict.label in {"supported", "partial"}
    ]
    if len(kept) == len(drafts):
        return bound, 0
    return bind(kept, checker.check), len(drafts) - len(kept)


def _dropped(count: int) -> str:
    many = "sentence" if count == 1 else "sentences"
    return f"{count} {many} without support left out"


class _Clock:
    """Wall time per stage in milliseconds."""

    def __init__(self) -> None:
        self._start = self._last = perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> dict[str, float]:
        """End a stage and return all so far."""
        now = perf_counter()
        self._laps[name] = round(1000 * (now - self._last), 2)
        self._last = now
        return dict(self._laps)

    def total(self) -> dict[str, float]:
        """Return all stages and their total."""
        return {**self._laps, "total": round(1000 * (perf_counter() - self._start), 2)}
