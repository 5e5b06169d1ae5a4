"""ALCE: do the citations of an answer support its sentences, and is each of them needed?

Gao et al. 2023, "Enabling Large Language Models to Generate Text with Citations"
(arXiv 2305.14627, §3). For sentence s with citations C and entailment φ::

    recall(s)    = 1 if C is not empty and φ(all of C, s)
    precision(c) = 1 if recall(s) = 1 and not (φ(c, s) = 0 and φ(C without c, s) = 1)

An answer's recall is the mean over its sentences, its precision the mean over its
citations, 0 where it cites nothing. Over a corpus both are means over answers.

``mode="alce"`` gives the numbers of the authors' program (`compute_autoais` of their
eval.py, as called there: citations on, at most three, no decontextualisation, no
QAMPARI), bit by bit where φ and the sentence splitter are theirs. Theirs splits with
NLTK; ours is the default, theirs can be passed. What it does besides the formula,
and ``mode="strict"`` does otherwise:

* it reads up to the first line break; strict reads all;
* it reads ``[1, 2]`` as ``[1]``, ``[0]`` as the last document, and ``[1]`` after a full
  stop as the next sentence's; strict as 1 and 2, as text, and as the sentence's own;
* it takes three citations of a sentence, the first, for recall too, and one that is
  named twice counts twice; strict takes all, each once;
* a number without a document (a phantom) makes recall 0 and takes the sentence's
  citations out of the precision, so that a phantom can raise it; in strict it is a
  wrong citation, and recall rests on the sentence's others;
* an empty answer is skipped (None), which raises the mean; in strict it scores 0.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from eval.metrics.claims import Follows, cited_sentences, written
from eval.schema import Statement
from rag.sentences import split

Mode = Literal["alce", "strict"]
Entails = Callable[[str, str], bool]
"""φ: whether a premise entails a hypothesis."""
Splitter = Callable[[str], Sequence[str]]

MOST = 3
"""Citations of a sentence that the reference reads (its ``at_most_citations``)."""

_MARKER = re.compile(r"\[(\d+)")
_DIGITS = 4000
"""Python reads no longer number; the reference stops with an error there."""


class Document(NamedTuple):
    """What a marker stands for."""

    title: str
    text: str

    @property
    def premise(self) -> str:
        """Title and text as the reference puts them before φ."""
        return f"Title: {self.title}\n{self.text}"


class Score(NamedTuple):
    """How well an answer is cited; shares in 0..1."""

    recall: float
    precision: float
    coverage: float
    """Sentences with at least one citation that exists."""
    phantom: float | None
    """Citations that do not exist, of all; None where nothing is cited."""

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision."""
        return harmonic(self.recall, self.precision)


class _Sentence(NamedTuple):
    text: str
    markers: int
    phantoms: int
    read: tuple[int, ...]
    """Numbers of the documents that are read for it."""
    counted: int
    """Citations in the denominator of the precision."""


def alce(
    statements: str | Sequence[Statement],
    documents: Mapping[int, Document],
    entails: Entails,
    *,
    mode: Mode,
    splitter: Splitter | None = None,
) -> Score | None:
    """Score the citations of an answer.

    Args:
        statements: The text of the answer, or its claims.
        documents: By the number of their marker; the reference counts from 1 without gaps.
        entails: φ; the premise is every document's title and text, joined by line breaks.
        mode: ``alce`` for the reference's numbers, ``strict`` for ours.
        splitter: Of sentences, in mode ``alce``; `rag.sentences.split` where none is given.

    Returns:
        The score; None where the reference skips an answer for being empty.
    """
    premises = {n: document.premise for n, document in documents.items()}

    def follows(evidence: Sequence[str], text: str) -> bool:
        return entails("\n".join(evidence), text)

    if mode == "strict":
        claims = cited_sentences(statements) if isinstance(statements, str) else statements
        return strict(claims, premises, follows)
    output = statements if isinstance(statements, str) else written(statements)
    # Its list of documents is read at n - 1, and so [0] is the last one.
    known = premises and {0: premises[max(premises)], **premises}
    sentences = _as_the_reference_reads(output, known, splitter or _sentences)
    return _score(sentences, known, follows) if sentences else None


def strict(claims: Sequence[Statement], evidence: Mapping[int, str], follows: Follows) -> Score:
    """Score the citations of claims without the reference's allowances.

    Args:
        claims: Of one answer that is not a refusal; none score 0.
        evidence: What each marker stands for; a marker that is not in it is a phantom.
        follows: φ over evidence that is not yet joined.
    """
    sentences = [_as_it_stands(claim, evidence) for claim in claims]
    return _score(sentences, evidence, follows)


def harmonic(first: float, second: float) -> float:
    """Return the harmonic mean of two shares; 0 where both are."""
    total = first + second
    return 2 * first * second / total if total > 0 else 0.0


def _as_it_stands(claim: Statement, evidence: Mapping[int, str]) -> _Sentence:
    cited = tuple(dict.fromkeys(claim.citations))
    read = tuple(n for n in cited if n in evidence)
    return _Sentence(claim.text, len(cited), len(cited) - len(read), read, counted=len(cited))


def _as_the_reference_reads(
    output: str, premises: Mapping[int, str], splitter: Splitter
) -> list[_Sentence]:
    """Return the sentences of the first line."""
    line = output.strip().split("\n")[0].replace("<|im_end|>", "")
    found: list[_Sentence] = []
    for sentence in splitter(line):
        cited = [_number(digits) for digits in _MARKER.findall(sentence)]
        phantoms = sum(n not in premises for n in cited)
        read = () if phantoms else tuple(cited[:MOST])
        text = _without_citations(sentence).strip()
        found.append(_Sentence(text, len(cited), phantoms, read, counted=len(read)))
    return found


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _DIGITS else -1


def _without_citations(sentence: str) -> str:
    """Return a sentence as the reference cleans it: all closing brackets go, and `` |``."""
    return re.sub(r" ?\[\d+", "", sentence).replace(" |", "").replace("]", "")


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


def _score(sentences: Sequence[_Sentence], premises: Mapping[int, str], follows: Follows) -> Score:
    recalled, right = 0, 0
    for sentence in sentences:
        held, needed = _held(sentence, premises, follows)
        recalled, right = recalled + held, right + needed
    bound = sum(each.markers > each.phantoms for each in sentences)
    phantoms = sum(each.phantoms for each in sentences)
    return Score(
        recall=_share(recalled, len(sentences)) or 0.0,
        precision=_share(right, sum(each.counted for each in sentences)) or 0.0,
        coverage=_share(bound, len(sentences)) or 0.0,
        phantom=_share(phantoms, sum(each.markers for each in sentences)),
    )


def _held(sentence: _Sentence, premises: Mapping[int, str], follows: Follows) -> tuple[bool, int]:
    """Return whether a sentence is recalled, and how many of its citations are right.

    All may be wrong although it is recalled: each of three is superfluous if any two do.
    """

    def holds(cited: Sequence[int]) -> bool:
        return follows([premises[n] for n in cited], sentence.text)

    if not (sentence.read and holds(sentence.read)):
        return False, 0
    if len(sentence.read) == 1:
        return True, 1
    needed = sum(holds([n]) or not holds(_less(sentence.read, n)) for n in sentence.read)
    return True, needed


def _less(cited: Sequence[int], n: int) -> list[int]:
    """Return citations without the first that is n, in order."""
    rest = list(cited)
    rest.remove(n)
    return rest


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
