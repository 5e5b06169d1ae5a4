"""Papers that nobody wrote: the form of a real abstract with other names and numbers."""

import random

from eval.making.comparing import near
from eval.making.library import Library, Reading
from eval.making.replacing import invented, other_numbers, renamed
from rag.schema import Identifiers, Paper


def neighbours(reading: Reading, library: Library, allowed: frozenset[str]) -> list[Reading]:
    """Return the named papers that share most rare terms with a paper, nearest first."""
    others = [
        each
        for each in library.readings
        if each.paper.id in allowed and each.paper.id != reading.paper.id and library.name_of(each)
    ]
    return sorted(others, key=lambda each: (-len(near(reading, each, library)), each.paper.id))


def distractor(form: Reading, library: Library, draw: random.Random, *, key: str) -> Paper:
    """Return a paper of the form of another that says it of something else.

    Args:
        form: Whose title and abstract are copied; all names that are its own are replaced
            by invented ones and all numbers by others.
        library: Every word of it is taken, for an invented name.
        draw: Decides which.
        key: Id of the new paper.
    """
    title, abstract = form.paper.title, form.paper.abstract
    own = {*library.own_names(form), *filter(None, [library.name_of(form)])}
    for name in sorted(own, key=lambda each: (-len(each), each)):
        new = invented(library.vocabulary, draw)
        title, abstract = renamed(title, name, new), renamed(abstract, name, new)
    if title == form.paper.title:  # two papers of one title would be taken for one
        title = f"{invented(library.vocabulary, draw)}: {title}"
    return Paper(
        id=key,
        title=other_numbers(title, draw),
        abstract=other_numbers(abstract, draw),
        year=form.paper.year,
        identifiers=Identifiers(),
    )
