"""The claims of an answer, and whether they follow from evidence.

A claim is what the system itself gave as one, else a sentence of the answer's text
with its markers taken out. Markers are ``[1]``, ``[1][2]``, ``[1, 2]`` and ``[2-4]``;
a bracket with a zero, such as the interval ``[0, 1]``, is text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from eval.judging.port import Judge, sound
from eval.metrics.markers import MARKER, markers
from eval.schema import Response, Statement
from rag.sentences import split

Follows = Callable[[Sequence[str], str], bool]
"""Tells whether a text follows from evidence taken together."""

FRAGMENT_WORDS = 12
"""Words of the longest direct answer (``about 21 million passages``) that is no sentence."""

_MARKERS = re.compile(rf"(?<!\s)\s*{MARKER}")
_END = r"[.!?…。！？][.!?…\"'”’»)]*"
_ENDING = re.compile(rf"(?:{_END})?$")
_LATE = re.compile(rf"(?:{MARKER}\s*)++(?![a-z])")
"""Markers after a full stop; before a small letter they are a word of the next sentence."""
_BULLET = re.compile(r"^\s*[-*•]\s+")


def claims_of(response: Response) -> tuple[Statement, ...]:
    """Return the claims of an answer; a refusal and an empty answer have none."""
    if response.refused:
        return ()
    return response.claims or cited_sentences(response.answer)


def cited_sentences(text: str) -> tuple[Statement, ...]:
    """Return the sentences of a text without markers, each with the numbers it cites.

    A line ends a sentence, and markers after a full stop belong to the sentence before it.
    """
    found: list[Statement] = []
    for piece, opens_line in _pieces(text):
        late = None if opens_line else _LATE.match(piece)
        _add(found, late.group() if late else "")
        _add(found, piece[late.end() :] if late else piece)
    return tuple(found)


def written(claims: Iterable[Statement]) -> str:
    """Return claims as one line, each closed, its markers before the full stop."""
    return " ".join(_written(claim) for claim in claims)


def is_fragment(text: str) -> bool:
    """Tell whether a text is a direct answer rather than a sentence: short and not closed."""
    return _ENDING.sub("", text) == text and len(text.split()) <= FRAGMENT_WORDS


def follower(judge: Judge, *, question: str | None = None) -> Follows:
    """Return a judge as a function that asks each thing once.

    From no words nothing follows, and a blank text follows from nothing; neither is asked.

    Args:
        judge: Whom to ask.
        question: What was asked; fragments, and only they, are judged in its light.

    Raises:
        JudgeError: From the function, where the judge has no verdict or one that is no number.
    """
    known: dict[tuple[tuple[str, ...], str], bool] = {}

    def follows(evidence: Sequence[str], text: str) -> bool:
        worded = tuple(dict.fromkeys(each for each in evidence if each.strip()))
        if not (worded and text.strip()):
            return False
        if (worded, text) not in known:
            asked = question if is_fragment(text) else None
            known[worded, text] = sound(judge.judge(worded, text, question=asked), judge).entailed
        return known[worded, text]

    return follows


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the sentences of a text as written, and whether each opens a line."""
    for line in text.splitlines():
        bare = _BULLET.sub("", line)
        for place, (start, end) in enumerate(split(bare)):
            yield bare[start:end], place == 0


def _add(found: list[Statement], piece: str) -> None:
    """Add a sentence; markers without words join the sentence before them."""
    said = _MARKERS.sub("", piece).strip()
    cited = markers(piece)
    if any(character.isalnum() for character in said):
        found.append(Statement(text=said, citations=cited))
    elif cited:
        last = found.pop() if found else Statement(text="")
        found.append(Statement(text=last.text, citations=last.citations + cited))


def _written(claim: Statement) -> str:
    text = " ".join(claim.text.split())
    ending = _ENDING.search(text)
    end = ending.start() if ending else len(text)
    marks = "".join(f"[{n}]" for n in claim.citations)
    return f"{text[:end]}{marks and ' '}{marks}{text[end:] or '.'}"
