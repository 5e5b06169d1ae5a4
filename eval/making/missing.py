"""Questions that the derived corpus does not answer."""

from collections.abc import Iterator
from itertools import islice

from eval.making.asking import Asked, asked
from eval.making.describing import described
from eval.making.distracting import neighbours
from eval.making.kinds import Share
from eval.making.library import Library, Reading, absent
from eval.making.replacing import renamed
from eval.making.task import Task
from eval.schema import Case
from rag.terms import is_name, names, terms, words

_NEAREST = 12


def unanswerable(task: Task) -> Share:
    """Leave papers out and ask for what only they say."""
    cases = tuple(islice(_left_out(task), task.most))
    return Share(cases=cases, left_out=frozenset(case.group for case in cases))


def _left_out(task: Task) -> Iterator[Case]:
    numberless = sorted(task.free, key=lambda each: any(asked(each, task.library)))
    for reading in numberless:  # numbers to ask for are scarce, and other kinds want them
        others = [each for each in task.library.readings if each is not reading]
        found = [each.question for each in asked(reading, task.library)]
        found += [each.question for each in described(reading, task.library)[:1]]
        sound = [question for question in found if is_missing(question, others)]
        if sound:
            yield task.case(reading, task.draw.choice(sound), answerable=False)


def is_missing(question: str, papers: list[Reading]) -> bool:
    """Tell whether papers cannot answer a question: they lack a name of it, or two terms."""
    lacking = set(absent(question, papers))
    named = {term for word in names(question) for term in terms(word.text)[-1:]}
    return bool(lacking & named) or len(lacking) >= 2


def near_miss(task: Task) -> Share:
    """Ask a paper of the library for a detail that only another paper states of its own."""
    return Share(cases=tuple(islice(_near_misses(task), task.per_kind)))


def _near_misses(task: Task) -> Iterator[Case]:
    kept = frozenset(each.paper.id for each in task.free)
    used: set[str] = set()
    for foreign in task.order:
        name = task.library.name_of(foreign)
        found = [each for each in asked(foreign, task.library) if _portable(each, name)]
        if name is None or not found:
            continue
        each = task.draw.choice(found)
        for target in neighbours(foreign, task.library, kept - used)[:_NEAREST]:
            if _lacks(target, foreign, each, task.library):
                used.add(target.paper.id)
                question = renamed(each.question, name, task.library.name_of(target) or "")
                yield task.case(target, question, answerable=False)
                break


def _portable(each: Asked, name: str | None) -> bool:
    """Tell whether a question is about the thing that the paper presents and no other."""
    if name is None or each.question.count(name) != 1:
        return False
    return not any(is_name(word.text) and word.text not in name for word in words(each.question))


def _lacks(target: Reading, foreign: Reading, each: Asked, library: Library) -> bool:
    """Tell whether a paper says nothing of what a question of another one asks for."""
    name, own = library.name_of(target), library.name_of(foreign)
    if name is None or own is None or _mentions(foreign, name) or _mentions(target, own):
        return False
    asked_for = set(terms(each.counted)) or set(terms(renamed(each.question, own, "")))
    rest = set(terms(renamed(each.question, own, ""))) - set(terms("how many percentage"))
    return bool(asked_for - target.terms) and len(rest & target.terms) <= len(rest) / 2


def _mentions(reading: Reading, name: str) -> bool:
    return name.lower() in f"{reading.paper.title} {reading.paper.abstract}".lower()
