"""Cases from a person's own papers: which kind gets which paper, and the corpus they leave."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from eval.making.changed import counterfactual_negation, counterfactual_number, noise
from eval.making.kinds import ALL, Kind, Made, Share
from eval.making.library import Library, Reading
from eval.making.missing import is_missing, near_miss, unanswerable
from eval.making.plain_cases import comparison, known_item, numeric, paraphrase
from eval.making.task import Task
from eval.schema import Case
from rag.errors import UsageError
from rag.schema import Paper

_CHANGING: Mapping[Kind, Callable[[Task], Share]] = {
    "counterfactual-number": counterfactual_number,
    "noise": noise,
    "counterfactual-negation": counterfactual_negation,
    "unanswerable": unanswerable,
}
"""In the order in which they choose their papers: the pickiest first."""
_PLAIN: Mapping[Kind, Callable[[Task], Share]] = {
    "known-item": known_item,
    "numeric": numeric,
    "paraphrase": paraphrase,
    "comparison": comparison,
    "near-miss": near_miss,
}
_SCARCE: Mapping[Kind, str] = {
    "known-item": "papers with a sentence that describes them and no other",
    "numeric": "papers with a number that can be asked for",
    "paraphrase": "papers with a question that the table can put in other words",
    "comparison": "pairs of named papers with a topic that few others have",
    "unanswerable": "papers to leave out (at most a twelfth) whose words no other paper has",
    "near-miss": "named papers that a question about another one can be put to",
    "counterfactual-number": "papers to edit (at most a quarter of those with a number to ask for)",
    "counterfactual-negation": "papers to edit (at most a twelfth) with a statement to deny",
    "noise": "papers with a number to ask for by name (at most a sixth of them per level)",
}


def make(papers: Sequence[Paper], *, seed: int, per_kind: int, kinds: Sequence[Kind] = ALL) -> Made:
    """Make evaluation cases from papers, by rules and without a model.

    A pure function of its arguments; the order of papers and kinds does not count.
    Kinds that change the corpus choose their papers first and keep them for themselves:
    a paper that is edited, left out or copied is gold of no other kind.

    Args:
        papers: A library. What is not English, or has no abstract, makes no cases.
        seed: Decides which papers and sentences are used.
        per_kind: How many cases of each kind at most; pairs of a paraphrase count once,
            and of noise there are so many per number of distractors.
        kinds: Which kinds to make.

    Raises:
        UsageError: ``per_kind`` is negative, or there is no such kind.
    """
    _checked(per_kind, kinds)
    library = Library(papers)
    shares: dict[Kind, Share] = {}
    taken: frozenset[str] = frozenset()
    makers: dict[Kind, Callable[[Task], Share]] = {**_CHANGING, **_PLAIN}
    for kind, makes in makers.items():
        if kind in kinds:
            share = makes(Task(kind, seed, per_kind, library, taken))
            shares[kind] = share
            taken |= share.claimed
    derived = _derived(library, shares.values())
    return _made(library, shares, derived, per_kind)


def _checked(per_kind: int, kinds: Sequence[Kind]) -> None:
    if per_kind < 0:
        raise UsageError(f"per_kind is {per_kind}; give 0 or more cases per kind")
    unknown = [kind for kind in kinds if kind not in ALL]
    if unknown:
        raise UsageError(f"there is no kind {unknown[0]!r}; choose from {', '.join(ALL)}")


def _derived(library: Library, shares: Iterable[Share]) -> tuple[Paper, ...]:
    found = {reading.paper.id: reading.paper for reading in library.readings}
    for share in shares:
        found |= {paper.id: paper for paper in (*share.edited, *share.added)}
        found = {key: paper for key, paper in found.items() if key not in share.left_out}
    return tuple(found[key] for key in sorted(found))


def _made(
    library: Library, shares: Mapping[Kind, Share], derived: tuple[Paper, ...], per_kind: int
) -> Made:
    cases = _without_repeats(
        [case for kind in ALL if kind in shares for case in shares[kind].cases]
    )
    readings = [Reading(paper) for paper in derived]
    sound = [case for case in cases if _still_missing(case, readings)]
    notes = list(_notes(library, shares, per_kind))
    if len(sound) < len(cases):
        notes.append(f"unanswerable: {len(cases) - len(sound)} dropped, the words are elsewhere")
    originals = tuple(case for kind in ALL if kind in shares for case in shares[kind].originals)
    return Made(tuple(sound), derived, tuple(notes), originals)


def _without_repeats(cases: list[Case]) -> list[Case]:
    """Drop the source of a paraphrase where another kind asks the very same."""
    asked = {case.question: case.id for case in cases if case.type in {"known-item", "numeric"}}
    twin = {
        case.id: asked[case.question]
        for case in cases
        if case.type == "paraphrase-source" and case.question in asked
    }
    kept = [
        case.model_copy(update={"pair": twin.get(case.pair or "", case.pair)})
        for case in cases
        if case.id not in twin
    ]
    first = {(case.question.casefold(), case.pair): case.id for case in reversed(kept)}
    return [case for case in kept if first[case.question.casefold(), case.pair] == case.id]


def _still_missing(case: Case, readings: list[Reading]) -> bool:
    return case.type != "unanswerable" or is_missing(case.question, readings)


def _notes(library: Library, shares: Mapping[Kind, Share], per_kind: int) -> Iterator[str]:
    if library.repeats:
        yield f"{library.repeats} papers left aside: their id had come before"
    for kind, share in sorted(shares.items(), key=lambda pair: ALL.index(pair[0])):
        counted = Counter(case.type for case in share.cases if case.type != "paraphrase-source")
        levels = ("noise-1", "noise-2", "noise-4") if kind == "noise" else (kind,)
        for level in levels:
            if counted[level] < per_kind:
                yield f"{level}: {counted[level]} of {per_kind}; no more {_SCARCE[kind]}"
        if share.originals:
            yield (
                f"{kind}: each has a counterpart, its id with :original, that is to be asked of "
                "the papers as they were"
            )
