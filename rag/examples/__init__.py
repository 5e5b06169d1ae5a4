"""Questions to begin with, taken from what a library holds.

Each is made by a rule from titles and abstracts and then asked: one that is refused, or whose
answer does not begin with and cite the papers it was made from, is not shown. The rules are in
`rag.examples.rules`, plain English only; where none applies there are fewer questions.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from rag.assistant import Assistant
from rag.examples.rules import Candidate, comparisons, definitions, quantities, questions, topics
from rag.schema import Paper, text_hash
from rag.store.listing import ALL
from rag.store.snapshot import Snapshot

POOL = 400
"""Papers that are looked through: of a larger library a run of titles in their order."""

_TRIES = 3
_CHANCES = 2
_FEW = 2
_LONGEST = 100
_RULES: tuple[Callable[[tuple[Paper, ...]], Iterable[Candidate]], ...] = (
    definitions,
    quantities,
    topics,
    comparisons,
    questions,
)


def examples(assistant: Assistant, snapshot: Snapshot, count: int = 4) -> tuple[str, ...]:
    """Return questions that the library answers, of different kinds as far as it allows.

    Equal libraries give equal questions.

    Args:
        assistant: Asked at most three times as often as questions are wanted. One without a
            language model is quick, and sends nothing anywhere.
        snapshot: Of the assistant's library.
        count: The most to return.

    Raises:
        LibraryError: The library is missing or damaged.
    """
    papers = _pool(snapshot)
    kinds = [_mixed(rule(papers), snapshot.fingerprint) for rule in _RULES]
    found = _varied(kinds, lambda each: _answered(assistant, each), _TRIES * count)
    return tuple(each.question for each in islice(found, max(0, count)))


def _pool(snapshot: Snapshot) -> tuple[Paper, ...]:
    """Return papers that follow from the library's content, not from how they came in."""
    beyond = max(0, snapshot.tally(ALL) - POOL)
    start = int(snapshot.fingerprint[:8] or "0", 16) % (beyond + 1)
    page = snapshot.listing(order="title", start=start, count=POOL)
    return tuple(sorted(page.papers, key=lambda paper: paper.id))


def _mixed(candidates: Iterable[Candidate], seed: str) -> list[Candidate]:
    """Return candidates in an order that follows from the library's content alone."""
    fit = {each.question: each for each in candidates if len(each.question) <= _LONGEST}
    return [fit[each] for each in sorted(fit, key=lambda each: text_hash(seed + each))]


def _varied(
    kinds: list[list[Candidate]], answered: Callable[[Candidate], bool], tries: int
) -> Iterator[Candidate]:
    """Yield candidates that are answered, of each kind in turn; repeated papers come last."""
    waiting = deque(deque(kind) for kind in kinds)
    late: list[Candidate] = []
    used: set[str] = set()
    while waiting and tries > 0:
        kind = waiting.popleft()
        for _ in range(min(_CHANCES, len(kind), tries)):
            each = kind.popleft()
            if 2 * len(each.papers & used) >= len(each.papers):
                late.append(each)
                continue
            tries -= 1
            if answered(each):
                # A topic is of many papers and takes none of them away.
                used |= each.papers if len(each.papers) <= _FEW else set()
                yield each
                break
        if kind:
            waiting.append(kind)
    yield from filter(answered, late[:tries])


def _answered(assistant: Assistant, candidate: Candidate) -> bool:
    answer = assistant.ask(candidate.question)
    if answer.refusal is not None or not answer.citations:
        return False
    subject = candidate.subject.casefold()
    telling = {each.paper_id for each in answer.citations if subject in each.quote.casefold()}
    first = answer.citations[0].paper_id
    return first in candidate.papers and len(telling & candidate.papers) >= candidate.least
