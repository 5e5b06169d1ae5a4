"""Whether an answer says what the reference answers say.

Compared is the text without its markers. A case that is not answerable has nothing
to be compared with; a refusal of any other scores 0 throughout, and so does a blank text.
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from eval.metrics.markers import without_markers
from eval.metrics.metric import Metric, NotApplicable, Subject, Summary, mean_of
from eval.schema import Case

MOST_TOKENS = 10_000
"""ROUGE-L compares the first so many tokens of a text."""

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_TOKEN = re.compile(r"[^\W_]+")


def squad_norm(text: str) -> str:
    """Return a text in lower case without punctuation, articles and repeated blanks.

    Source: Rajpurkar et al. 2016 (SQuAD), ``normalize_answer`` of the evaluation script.
    """
    return " ".join(_ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(answer: str, reference: str) -> float:
    """Return 1 if both are the same after SQuAD normalisation (Rajpurkar et al. 2016)."""
    return float(squad_norm(answer) == squad_norm(reference))


def token_f1(answer: str, reference: str) -> float:
    """Return the harmonic mean of precision and recall over common tokens, with repeats.

    Source: Rajpurkar et al. 2016, section 6.1; two texts without tokens agree (SQuAD 2.0).
    """
    said, right = squad_norm(answer).split(), squad_norm(reference).split()
    if not said or not right:
        return float(said == right)
    return _f1((Counter(said) & Counter(right)).total(), len(said), len(right))


def rouge_l(answer: str, reference: str) -> float:
    """Return the F1 of the longest common subsequence of tokens.

    Source: Lin 2004 (ROUGE), section 3.1, equations 2-4 with beta = 1 as in the
    ``rouge_score`` package; without stemming; tokens are runs of letters and digits.
    """
    said, right = rouge_tokens(answer), rouge_tokens(reference)
    if not said or not right:
        return 0.0
    return _f1(common_length(said, right), len(said), len(right))


def rouge_tokens(text: str) -> list[str]:
    """Return runs of letters and digits in lower case, `MOST_TOKENS` of them at most."""
    return _TOKEN.findall(text.lower())[:MOST_TOKENS]


def common_length(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest common subsequence.

    A row of the usual table is held as the bits of one integer, so that memory is
    linear and a step is a few machine words (Hyyrö 2004, "Bit-parallel LCS-length").
    """
    places: dict[str, int] = {}
    for place, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << place
    full = (1 << len(first)) - 1
    row = full
    for token in second:
        held = row & places.get(token, 0)
        row = (row + held | row - held) & full
    return len(first) - row.bit_count()


def terms_present(answer: str, terms: Iterable[str]) -> list[bool]:
    """Return for each term whether it is part of the text, whatever the case and line breaks."""
    text = _plain(answer)
    return [_plain(term) in text for term in terms]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _f1(common: int, said: int, right: int) -> float:
    return 2 * common / (said + right)


def _must_include(answer: str, case: Case) -> float:
    return sum(terms_present(answer, case.must_include)) / len(case.must_include)


def _must_not_include(answer: str, case: Case) -> float:
    return float(not any(terms_present(answer, case.must_exclude)))


def _answer_correct(answer: str, case: Case) -> float:
    wrong = any(terms_present(answer, case.must_exclude))
    return float(all(terms_present(answer, case.must_include)) and not wrong)


def _best(compare: Callable[[str, str], float]) -> Callable[[str, Case], float]:
    def over_references(answer: str, case: Case) -> float:
        return max(compare(answer, reference) for reference in case.answers)

    return over_references


def _known(case: Case, need: str) -> bool:
    known = {
        "reference answer": case.answers,
        "required term": case.must_include,
        "forbidden term": case.must_exclude,
        "required or forbidden term": case.must_include + case.must_exclude,
    }
    return bool(known[need])


def _metric(name: str, formula: str, measure: Callable[[str, Case], float], *, need: str) -> Metric:
    def measure_case(subject: Subject) -> float | NotApplicable:
        case, response = subject.case, subject.response
        if case.answerable is False:
            return NotApplicable("the case is not answerable")
        if not _known(case, need):
            return NotApplicable(f"no {need} is known")
        answer = without_markers(response.answer)
        return measure(answer, case) if answer and not response.refused else 0.0

    return Metric(
        name=name,
        family="correctness",
        better="higher",
        worst=0.0,
        formula=formula,
        measure=measure_case,
    )


METRICS: tuple[Metric, ...] = (
    _metric(
        "answer correct",
        "1 if all required terms and no forbidden one are part of the answer",
        _answer_correct,
        need="required or forbidden term",
    ),
    _metric(
        "must include",
        "required terms that are part of the answer, over all",
        _must_include,
        need="required term",
    ),
    _metric(
        "must not include",
        "1 if no forbidden term is part of the answer",
        _must_not_include,
        need="forbidden term",
    ),
    _metric(
        "exact match",
        "1 if the normalised answer is a normalised reference answer",
        _best(exact_match),
        need="reference answer",
    ),
    _metric(
        "token F1",
        "2 common / (answer's + reference's) tokens, of the best reference answer",
        _best(token_f1),
        need="reference answer",
    ),
    _metric(
        "ROUGE-L",
        "2 LCS / (answer's + reference's) tokens, of the best reference answer",
        _best(rouge_l),
        need="reference answer",
    ),
)
SUMMARIES: tuple[Summary, ...] = tuple(mean_of(metric) for metric in METRICS)
