"""Kinds that leave the corpus as it is: known-item, numeric, paraphrase, comparison."""

from collections.abc import Iterator
from itertools import islice

from eval.making.asking import asked
from eval.making.comparing import NAMED, PHRASED, Topic, topics
from eval.making.describing import described, shorter
from eval.making.kinds import Share
from eval.making.library import Library, Reading, plain
from eval.making.rewording import reworded, shared_with
from eval.making.task import Task, gold
from eval.schema import Case
from rag.terms import terms

_USES = 2
"""How often one paper may be compared."""


def known_item(task: Task) -> Share:
    """Describe papers by a sentence of theirs; the answer is the paper."""
    return Share(cases=tuple(islice(_known_items(task), task.per_kind)))


def _known_items(task: Task) -> Iterator[Case]:
    for reading in task.free:
        for each in described(reading, task.library)[:1]:
            yield task.case(
                reading,
                each.question,
                gold=(gold(reading, each.sentence),),
                answers=titled(reading),
            )


def titled(reading: Reading) -> tuple[str, ...]:
    """Return the title of a paper as the answer to which paper it is."""
    title = plain(reading.paper.title)
    return (title,) if title else ()


def numeric(task: Task) -> Share:
    """Ask for numbers that papers state."""
    return Share(cases=tuple(islice(_numerics(task), task.per_kind)))


def _numerics(task: Task) -> Iterator[Case]:
    for reading in task.free:
        found = list(asked(reading, task.library))
        if found:
            each = task.draw.choice(found)
            yield task.case(
                reading,
                each.question,
                gold=(gold(reading, each.sentence),),
                answers=(each.answer,),
                must_include=(each.number,),
            )


def paraphrase(task: Task) -> Share:
    """Ask in the words of the paper and again in others."""
    pairs = islice(_pairs(task), task.per_kind)
    return Share(cases=tuple(case for pair in pairs for case in pair))


def _pairs(task: Task) -> Iterator[tuple[Case, Case]]:
    for reading in task.free:
        best = min(_reworded(reading, task), default=None)
        if best is None:
            continue
        _, old, new, sentence, number, answer = best
        source = task.case(
            reading,
            old,
            id=task.name(reading, "source"),
            type="paraphrase-source",
            gold=(gold(reading, sentence),),
            answers=(answer,) if answer else (),
            must_include=(number,) if number else (),
        )
        told = {"id": task.name(reading), "type": task.kind, "question": new, "pair": source.id}
        yield source, source.model_copy(update=told)


def _reworded(reading: Reading, task: Task) -> Iterator[tuple[float, str, str, str, str, str]]:
    """Yield share of old words, old and new question, sentence, number and answer."""
    numeric = [(a.question, a.sentence, a.number, a.answer) for a in asked(reading, task.library)]
    items = [
        (question, each.sentence, "", plain(reading.paper.title))
        for each in described(reading, task.library)
        for question in shorter(each.question)
        if _rare(question, task.library)
    ]
    for question, sentence, number, answer in [*items, *numeric]:
        other = reworded(question, reading)
        if other is not None:
            yield shared_with(other, reading), question, other, sentence, number, answer


def _rare(question: str, library: Library) -> bool:
    rare = library.rare(terms(question))
    return len(rare) >= 2 and any(library.papers_with(term) == 1 for term in rare)


def comparison(task: Task) -> Share:
    """Ask how two papers that share a topic differ in it."""
    allowed = frozenset(each.paper.id for each in task.free)
    return Share(cases=tuple(islice(_comparisons(task, allowed), task.per_kind)))


def _comparisons(task: Task, allowed: frozenset[str]) -> Iterator[Case]:
    found = topics(task.library, allowed)
    task.draw.shuffle(found)
    found.sort(key=lambda each: each.named)
    uses: dict[str, int] = {}
    asked_of: set[frozenset[str]] = set()
    seen: set[str] = set()
    for topic in found:
        pair = (topic.first.paper.id, topic.second.paper.id)
        if frozenset(pair) in asked_of or topic.text in seen:
            continue
        if any(uses.get(each, 0) >= _USES for each in pair):
            continue
        asked_of.add(frozenset(pair))
        seen.add(topic.text)
        uses |= {each: uses.get(each, 0) + 1 for each in pair}
        yield _comparison(task, topic)


def _comparison(task: Task, topic: Topic) -> Case:
    pair = [topic.first, topic.second]
    task.draw.shuffle(pair)
    names = [task.library.name_of(each) for each in pair]
    template = task.draw.choice(NAMED if topic.named else PHRASED)
    return task.case(
        topic.first,
        template.format(a=names[0], b=names[1], topic=topic.text),
        id=task.name(topic.first, topic.second.paper.id),
        gold=tuple(gold(each, topic.evidence(each)) for each in pair),
    )
