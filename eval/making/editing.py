"""Abstracts with one number or one negation changed, and questions about what they now say.

The counterfactual protocol of RGB (Chen et al. 2024, *Benchmarking Large Language
Models in Retrieval-Augmented Generation*, arXiv 2309.01431), made anew from the
person's own papers: a system that reads its library gives the edited answer, one that
recites gives the original.
"""

import random
import re
from collections.abc import Iterator
from typing import NamedTuple

from eval.making.asking import Asked, asked
from eval.making.clauses import Clause, clauses
from eval.making.library import Library, Reading
from eval.making.replacing import other_number
from eval.making.verbs import finite, only_a_verb, third
from rag.schema import Paper

_DENIAL = re.compile(
    r"\b(?:no|not|cannot|without|never|nor|neither|none|fails?|unable|hardly|rarely|few|little|"
    r"instead|rather|unlike|only|but|however|although|while)\b|n't\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:does not (?P<base>[a-z]+)|is not|cannot)(?= )")
_DENIABLE = frozenset(
    "accelerate achieve add allow avoid capture combine contain cover depend eliminate enable "
    "encode enhance exceed extend generalize handle improve include increase keep learn maintain "
    "match mitigate need offer outperform preserve provide rank reach reduce rely replace require "
    "retain reuse run scale share simplify speed support surpass take train transfer use yield "
    "be can".split()
)
_ASIDE = re.compile(
    r" -- |[;:—–]| (?:while|which|that|when|where|even|with only|thereby|because|so|"
    r"by (?=\w+ing))\b"
    r"|,? and (?=\w+s [a-z])"
    r"|, (?=(?:which|including|such as|while|with|even|despite|and|thus|\w+ing)\b)"
)
_LOOSE = re.compile(
    r"\b(?:this|these|it|its|them|such|also|both|our|we|us|them|similarly)\b"
    r"|[\d\",()]|\b(?:mean|stable|various|like|of|to|in|the|a|an)$",
    re.IGNORECASE,
)


class Edit(NamedTuple):
    """One place of an abstract, changed."""

    question: str
    sentence: str
    """As it was."""
    edited: str
    """As it is now."""
    includes: str
    """What a right answer has."""
    excludes: str
    """What only the original answer has."""
    answer: str

    def applied(self, paper: Paper) -> Paper:
        """Return the paper with the sentence edited."""
        before, _, after = paper.abstract.partition(self.sentence)
        return paper.model_copy(update={"abstract": f"{before}{self.edited}{after}"})


def number_edits(reading: Reading, library: Library, draw: random.Random) -> Iterator[Edit]:
    """Yield changes of one number that a question can ask for and the rest does not betray."""
    for each in asked(reading, library):
        other = other_number(each.number, draw)
        if other is not None:
            edit = _number_edit(each, other)
            if _sound(edit, reading):
                yield edit


def _number_edit(each: Asked, other: str) -> Edit:
    head, tail = each.sentence[: each.at], each.sentence[each.at + len(each.number) :]
    answer = each.answer.replace(each.number, other)
    return Edit(each.question, each.sentence, head + other + tail, other, each.number, answer)


def negation_edits(reading: Reading, library: Library) -> Iterator[Edit]:
    """Yield changes of one statement into its denial, or of a denial into the statement."""
    for sentence in reading.usable:
        denied = list(_DENIED.finditer(sentence))
        if len(denied) == 1:
            edit = _affirmed(reading, sentence, denied[0], library)
        elif not _DENIAL.search(sentence):
            edit = _negated(reading, sentence, library)
        else:
            edit = None
        if edit is not None and _sound(edit, reading):
            yield edit


def _negated(reading: Reading, sentence: str, library: Library) -> Edit | None:
    for clause in clauses(reading, sentence, library):
        question = _whether(clause)
        verb = sentence[clause.start : clause.end]
        if sentence[: clause.start].endswith("ly "):
            continue
        if question is None or verb not in {third(clause.verb.base), "is", "can"}:
            continue
        following = sentence[clause.end :].split()[0]
        denied = {"is": "is not", "can": "cannot"}.get(verb, f"does not {clause.verb.base}")
        edited = sentence[: clause.start] + denied + sentence[clause.end :]
        if following in {"then", "also"} or following.endswith("ly"):
            continue
        original = f"{verb} {following}" if verb in {"is", "can"} else verb
        includes = denied.removeprefix("does ")
        return Edit(question, sentence, edited, includes, original, f"No, it {denied}.")
    return None


def _affirmed(
    reading: Reading, sentence: str, denied: re.Match[str], library: Library
) -> Edit | None:
    base = denied.group("base")
    stated = third(base) if base else denied.group().removesuffix(" not").removesuffix("not")
    edited = sentence[: denied.start()] + stated + sentence[denied.end() :]
    if _DENIAL.search(edited):
        return None
    following = sentence[denied.end() :].split()[0]
    includes = stated if base else f"{stated} {following}"
    excludes = f"not {base}" if base else denied.group()
    for clause in clauses(reading, edited, library):
        question = _whether(clause)
        if question is not None and clause.start == denied.start():
            return Edit(question, sentence, edited, includes, excludes, f"Yes, it {includes}.")
    return None


def _whether(clause: Clause) -> str | None:
    """Return the question whether the statement of a clause holds."""
    rest = _statement(clause.rest)
    if clause.plural or clause.verb.base not in _DENIABLE or clause.subject.endswith(" paper"):
        return None
    if not 2 <= len(rest.split()) <= 14 or _LOOSE.search(rest) or "paper " in clause.subject:
        return None
    if (
        rest.startswith(("or ", "and ", "is ", "are ", "was ", "were "))
        or clause.verb.form == "past"
        or (clause.verb.base == "be" and re.match(r"an? |the ", rest))
    ):
        return None
    return clause.asked("", rest)


def _statement(text: str) -> str:
    """Return what a verb says, up to the first aside or second verb."""
    for cut in _ASIDE.finditer(text):
        verb = re.match(r"\w+", text[cut.end() :])
        if "and" in cut.group() and not (verb and only_a_verb(verb.group())):
            if verb and finite(verb.group()):
                return ""  # ``and gains``: a noun or a second verb, who knows
            continue
        return text[: cut.start()].rstrip(" ,.")
    return text.rstrip(" .")


def _sound(edit: Edit, reading: Reading) -> bool:
    """Tell whether the edited abstract holds the new answer and not the old one.

    The number 12 is not looked for inside 2,124: the old answer must be gone even as a
    part of another word, because `Case.must_exclude` is matched as a part.
    """
    paper = edit.applied(reading.paper)
    text = f"{paper.title}\n{paper.abstract}".lower()
    old, new = edit.excludes.lower(), edit.includes.lower()
    before = f"{reading.paper.title}\n{reading.paper.abstract}".lower()
    if old in text or old not in before or new in before:
        return False
    return new in edit.edited.lower() and new not in edit.question.lower()
