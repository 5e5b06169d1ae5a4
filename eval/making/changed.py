"""Kinds that change the corpus: edited abstracts, and distractors beside true ones."""

from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import NamedTuple

from eval.making.asking import Asked, asked
from eval.making.distracting import distractor, neighbours
from eval.making.editing import Edit, negation_edits, number_edits
from eval.making.kinds import Share
from eval.making.library import Reading
from eval.making.task import Task, gold
from eval.schema import Case
from rag.schema import Paper

LEVELS = (1, 2, 4)
"""Distractors per case."""


class _Edited(NamedTuple):
    case: Case
    original: Case
    paper: Paper


def counterfactual_number(task: Task) -> Share:
    """Change one number of an abstract and ask for it."""
    able = [each for each in task.free if any(asked(each, task.library))]
    return _edited(
        task,
        lambda reading: list(number_edits(reading, task.library, task.draw)),
        most=max(1, len(able) // 4),
    )


def counterfactual_negation(task: Task) -> Share:
    """Deny what an abstract states, or the other way round, and ask whether it holds."""
    return _edited(
        task, lambda reading: list(negation_edits(reading, task.library)), most=task.per_kind
    )


def _edited(task: Task, edits: Callable[[Reading], list[Edit]], *, most: int) -> Share:
    found = list(islice(_edits(task, edits), min(task.most, most)))
    return Share(
        cases=tuple(each.case for each in found),
        originals=tuple(each.original for each in found),
        edited=tuple(each.paper for each in found),
    )


def _edits(task: Task, edits: Callable[[Reading], list[Edit]]) -> Iterator[_Edited]:
    for reading in task.free:
        found = edits(reading)
        if not found:
            continue
        edit = task.draw.choice(found)
        original = task.case(
            reading,
            edit.question,
            id=task.name(reading, "original"),
            gold=(gold(reading, edit.sentence),),
            must_include=(edit.excludes,),
            must_exclude=(edit.includes,),
        )
        changes = {
            "id": task.name(reading),
            "gold": (gold(reading, edit.edited),),
            "answers": (edit.answer,),
            "must_include": (edit.includes,),
            "must_exclude": (edit.excludes,),
            "pair": original.id,
        }
        yield _Edited(original.model_copy(update=changes), original, edit.applied(reading.paper))


def noise(task: Task) -> Share:
    """Set one, two or four look-alikes beside the paper that answers.

    Every other look-alike has the form of the paper itself, the rest that of papers near
    it. A paper that lent its form is no gold paper, because it has a double.
    """
    able = [(each, found) for each in task.free if (found := _about_its_name(each, task))]
    per_level = min(task.per_kind, max(1, len(able) // 6), max(1, task.most // 2))
    cases: list[Case] = []
    originals: list[Case] = []
    added: list[Paper] = []
    used: set[str] = set()
    known = {each.paper.id for each in task.order}
    keys = (key for n in count(1) if (key := f"noise:{n}") not in known)
    lenders = {each.paper.id for each in task.free} - {each.paper.id for each, _ in able}
    for level in LEVELS:
        left = [pair for pair in able if pair[0].paper.id not in used]
        for reading, found in left[:per_level]:
            forms = _forms(task, reading, frozenset(lenders - used), level)
            used |= {form.paper.id for form in forms}
            for form in forms:
                added.append(distractor(form, task.library, task.draw, key=next(keys)))
            case, original = _noise_cases(task, reading, task.draw.choice(found), level)
            cases.append(case)
            originals.append(original)
    return Share(
        cases=tuple(cases), originals=tuple(originals), added=tuple(added), lent=frozenset(used)
    )


def _about_its_name(reading: Reading, task: Task) -> list[Asked]:
    """Return the questions that tell a paper from a double with another name."""
    name = task.library.name_of(reading)
    return [each for each in asked(reading, task.library) if name and name in each.question]


def _forms(task: Task, reading: Reading, lenders: frozenset[str], level: int) -> list[Reading]:
    near = iter(neighbours(reading, task.library, lenders))
    return [reading if n % 2 == 0 else next(near, reading) for n in range(level)]


def _noise_cases(task: Task, reading: Reading, each: Asked, level: int) -> tuple[Case, Case]:
    original = task.case(
        reading,
        each.question,
        id=task.name(reading, "original"),
        gold=(gold(reading, each.sentence),),
        answers=(each.answer,),
        must_include=(each.number,),
    )
    changes = {"id": task.name(reading), "type": f"noise-{level}", "pair": original.id}
    return original.model_copy(update=changes), original
