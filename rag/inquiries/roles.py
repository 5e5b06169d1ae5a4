"""What part a sentence plays in its abstract: problem, approach, data, result, limitation.

Rules over wording and place, in the manner of the rhetorical zones of S. Teufel
and M. Moens (Summarizing Scientific Articles, 2002). Each role gives a sentence
points, and a floor says from which on it speaks for the role at all: an empty
cell is better than a wrong one.
"""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from rag.terms import is_name, numbers, stem, terms, words


class Role(StrEnum):
    """The aspects on which most abstracts say something, in the order in which they do."""

    PROBLEM = "problem"
    APPROACH = "approach"
    DATA = "data"
    RESULT = "result"
    LIMITATION = "limitation"


FLOOR = 1.0
"""Points from which on a sentence speaks for a role."""

_NAMES: dict[Role, str] = {
    Role.PROBLEM: "problem motivation challenge gap background difficulty",
    Role.APPROACH: "approach method technique idea contribution proposal methodology solution",
    Role.DATA: "data dataset set corpus corpora benchmark sample population material",
    Role.RESULT: "result finding outcome performance conclusion improvement main key",
    Role.LIMITATION: "limitation weakness drawback caveat shortcoming",
}

_OURS = re.compile(
    r"\b(?:we|our|ours|this (?:paper|work|study|article|note|survey|report)|here,)\b", re.I
)
_PROPOSES = re.compile(
    r"\b(?:propos\w*|introduc\w*|present(?:s|ed)?|develop(?:s|ed)?|design(?:s|ed)?"
    r"|describ(?:e|es)|releas(?:e|es|ed|ing)|construct(?:s|ed)?|creat(?:e|es|ed)|build(?:s)?|built"
    r"|explor(?:e|es|ed)|investigat(?:e|es|ed)|stud(?:y|ies|ied)|(?:systematically )?evaluates"
    r"|analy[sz](?:e|es|ed)|examin(?:e|es|ed)|address(?:es)?|formulat(?:e|es|ed)|aims?"
    r"|offers?|conduct(?:s|ed)?|revisit(?:s|ed)?|review(?:s|ed)?)\b",
    re.I,
)
_DOES = re.compile(r"^(?:[A-Z][\w.+-]*[A-Z\d][\w.+-]*)\b(?:,? \w+){0,3}? (?:is|uses?|\w+s)\b")
_TROUBLE = re.compile(
    r"\b(?:challeng\w+|difficult\w*|problem\w*|bottleneck\w*|lack(?:s|ing)?|suffers?"
    r"|struggl\w+|fails?|costly|expensive|scarce|scarcity|limited|limits?|limitations?|hinder\w*"
    r"|remains?|underexplored|unclear|unexplored|prohibitive\w*|neglect\w*|overlook\w*|inefficien\w+"
    r"|hard|slow|cannot|hallucinat\w+|gap|crucial)\b",
    re.I,
)
_TURN = re.compile(
    r"(?:^|[;,] )(?:however|yet|but|despite|although|while|unfortunately|nevertheless)\b", re.I
)
_DATA = re.compile(
    r"\b(?:data ?sets?|corpus|corpora|benchmarks?|training data|test sets?|test suites?"
    r"|(?:instruction|preference|pre-?training|annotated|labell?ed|synthetic) data"
    r"|collections?|annotat\w+|crowd ?workers|leaderboard)\b",
    re.I,
)
_MASS = re.compile(
    r"\b(?:tokens|examples|samples|questions|instances|images|pairs|sentences|documents|papers"
    r"|hours|patients|participants|subjects|prompts|tasks|languages|instructions|claims|queries"
    r"|problems|dialogues|conversations|abstracts|passages|videos|trials)\b",
    re.I,
)
_ON = re.compile(
    r"\b(?:train(?:ed|ing)?|evaluat\w+|test(?:ed|ing)?|experiments?|results?|fine-?tun\w+)\b"
    r"[^.;]{0,60}\b(?:on|over|across|with)\b",
    re.I,
)
_REPORTS = re.compile(
    r"\b(?:results?|shows?|showed|demonstrat\w+|outperform\w*|achiev\w+|improv\w+|finds?|found"
    r"|observ\w+|reveal\w*|surpass\w*|reduc\w+|conclud\w+|exceed\w*|gains?|increas\w+|superior"
    r"|competitive|comparable|state-of-the-art|match(?:es)?|beats?|rais(?:es|ed)|lower(?:s|ed)?"
    r"|reach(?:es|ed)?|scores?|cut|halv\w+|elevat\w+|boost\w*|accelerat\w+|speed\w*|indicat\w+"
    r"|effective\w*|significant\w*)\b",
    re.I,
)
_FINDING = re.compile(
    r"\b(?:we|results?|experiments?|evaluations?|findings?|analys[ie]s|study|work|it)"
    r"(?:[ ,]+\w+){0,4}?[ ,]+(?:find|found|finds|shows?|showed|demonstrates?|observe|reveals?"
    r"|indicates?|outperforms?|achieves?|identify|suggests?|concludes?)\b",
    re.I,
)
_MAKES = re.compile(
    r"\b(?:collect\w*|construct\w*|curat\w+|introduc\w+|releas\w+|annotat\w+|creat\w+|present\w*"
    r"|compris\w+|contain\w*|consist\w*|span\w*)\b",
    re.I,
)
_OTHERS = re.compile(
    r"^(?:recent(?:ly)?|existing|previous(?:ly)?|prior|traditional(?:ly)?|current(?:ly)?"
    r"|conventional|in recent|most|many)\b",
    re.I,
)
_OWN_LIMIT = re.compile(
    r"\b(?:(?:our|its|this|these|their|one|main|key|the) (?:\w+ )?limitations?\b|limitations?"
    r" (?:of|include)\b|limitations and|still (?:lags?|struggl\w+|falls?|far|fails?|room|needs?"
    r"|behind|makes?)|far (?:from|below|behind)|lags? behind|falls? short|future work|caveats?"
    r"|does not (?:yet|always|generali[sz]e|transfer|help)|not (?:yet|always)|fails? to|failed to"
    r"|struggl\w+|remains? (?:\w+ )?(?:challeng\w+|open|difficult|hard|behind|below|unsolved)"
    r"|at the (?:cost|expense) of|room for improvement|drawbacks?|shortcomings?|weakness\w*"
    r"|degrades?|only (?:when|if|works?)|inconsistent\w*)\b",
    re.I,
)


def role_of(aspect: str) -> Role | None:
    """Return the role that an aspect of the user's is another name for, if it is one."""
    wanted = set(terms(aspect)) | {stem(word) for word in aspect.casefold().split()}
    wanted -= set(terms("of and the used main")) | {"the", "of", "and", "use", "main"}
    for role, names in _NAMES.items():
        known = {stem(word) for word in names.split()} | set(terms(names))
        if wanted and wanted <= known:
            return role
    return None


def points(role: Role, body: Sequence[str]) -> list[float]:
    """Return how well each sentence of an abstract speaks for a role, >= 0.

    Args:
        role: The role.
        body: The sentences in order.
    """
    opens = _approach_at(body)
    return [_POINTS[role](text, place, opens, len(body)) for place, text in enumerate(body)]


def _approach_at(body: Sequence[str]) -> int:
    """Return the place of the sentence in which the paper begins to speak of itself."""
    for place, text in enumerate(body):
        if _OURS.search(text) and _PROPOSES.search(text):
            return place
    for place, text in enumerate(body):
        if _OURS.search(text) or (place and _DOES.search(text)):
            return place
    return min(1, len(body) - 1)


def _of_others(text: str) -> bool:
    """Tell whether a sentence, wherever it stands, opens like one about earlier work."""
    return bool(_OTHERS.search(text)) and not _OURS.search(text)


def _problem(text: str, place: int, opens: int, _: int) -> float:
    if place > opens or (place == opens and place > 0) or _OURS.search(text):
        return 0.0
    trouble = len(_TROUBLE.findall(text))
    return min(trouble, 3) * 0.7 + 0.6 * bool(_TURN.search(text)) + 0.2 * place / max(1, opens)


def _approach(text: str, place: int, opens: int, _: int) -> float:
    found = 1.2 * (place == opens) + 0.8 * bool(_PROPOSES.search(text) and _OURS.search(text))
    return found - 0.6 * bool(_REPORTS.search(text)) * (place != opens) - 0.1 * abs(place - opens)


def _data(text: str, place: int, opens: int, _: int) -> float:
    if place < opens or _of_others(text):
        return 0.0
    sized = bool(_MASS.search(text)) and any(number.value >= 3 for number in numbers(text))
    named = any(is_name(word.text) for word in words(text))
    said = bool(_DATA.search(text))
    made, used = bool(_MAKES.search(text)), bool(_ON.search(text))
    return 0.6 * said + 0.6 * sized + said * (0.2 * named + 0.5 * made + 0.5 * used)


def _result(text: str, place: int, opens: int, count: int) -> float:
    if place < opens or _of_others(text):
        return 0.0
    reported = min(2, len(_REPORTS.findall(text)))
    measured = any(number.unit in {"%", "x"} or number.value > 12 for number in numbers(text))
    late = place / max(1, count - 1)
    found = 0.5 * bool(_FINDING.search(text))
    points = reported * (0.55 + 0.35 * measured + 0.3 * late) + found
    return points - 0.6 * (place == opens and count > 2)


def _limitation(text: str, place: int, opens: int, count: int) -> float:
    # Before the paper speaks of itself the limits are those of others.
    if place <= opens and count > 1:
        return 0.0
    found = min(2, len(_OWN_LIMIT.findall(text)))
    return found * (0.9 + 0.3 * bool(_TURN.search(text)) + 0.3 * (place == count - 1))


_POINTS: dict[Role, Callable[[str, int, int, int], float]] = {
    Role.PROBLEM: _problem,
    Role.APPROACH: _approach,
    Role.DATA: _data,
    Role.RESULT: _result,
    Role.LIMITATION: _limitation,
}
