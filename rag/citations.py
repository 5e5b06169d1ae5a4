"""From drafts to claims with markers: every marker bound to exact words of one abstract.

Pure, so that ids and quotes are given by code and never by a model. Only
sentences of abstracts can be cited; a paper with a title alone has none.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import quote as percent_encoded
from urllib.parse import urlsplit

from rag.schema import Citation, Claim, Noun, Paper, Sentence, Verdict, text_hash

Check = Callable[[str, Sequence[str]], Verdict]
"""What judges a claim by its evidence; the ``check`` of any checker is one."""


class MisboundQuote(ValueError):
    """Evidence is not what stands at its offsets in the abstract: a defect of the caller."""


class Evidence(Noun):
    """A sentence that a claim rests on, with its paper and the passage that brought it."""

    paper: Paper
    sentence: Sentence
    passage_id: str


class Draft(NamedTuple):
    """A sentence of an answer before its evidence has numbers."""

    text: str
    evidence: tuple[Evidence, ...] = ()


class Bound(NamedTuple):
    """The claims of an answer and what their markers stand for."""

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]


def bind(drafts: Sequence[Draft], check: Check) -> Bound:
    """Return the drafts as checked claims, in order, with citations 1..n by first use.

    The same sentence of a paper has one number however often it is used. The
    evidence that a claim is checked against is its quotes, then the titles of
    their papers: a title stands beside every quote and says who ``we`` is.

    Raises:
        MisboundQuote: If a quote is not in its abstract at its offsets.
    """
    citations: dict[tuple[str, int, int], Citation] = {}
    claims: list[Claim] = []
    for draft in drafts:
        used = dict.fromkeys(_number(citations, evidence) for evidence in draft.evidence)
        verdict = check(draft.text, texts(draft.evidence))
        claims.append(Claim(text=draft.text, citations=tuple(used), verdict=verdict))
    return Bound(tuple(claims), tuple(citations.values()))


def cite(evidence: Evidence, *, n: int) -> Citation:
    """Return the citation of a sentence under a number.

    Raises:
        MisboundQuote: If the sentence is not in the abstract at its offsets.
    """
    paper, sentence = evidence.paper, evidence.sentence
    _verify(paper, sentence)
    return Citation(
        n=n,
        paper_id=paper.id,
        title=paper.title,
        authors=paper.authors,
        year=paper.year,
        url=link(paper),
        doi=paper.identifiers.doi,
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
        passage_id=evidence.passage_id,
        quote_hash=text_hash(sentence.text),
        retraction=paper.retraction,
    )


def texts(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Return what a claim is checked against: the quotes, then the titles of their papers."""
    quotes = [item.sentence.text for item in evidence]
    titles = [item.paper.title for item in evidence if item.paper.title]
    return tuple(dict.fromkeys([*quotes, *titles]))


def link(paper: Paper, *, resolve: bool = True) -> str | None:
    """Return the web address of a paper: its own if it is http(s), else one of its identifiers'.

    Args:
        paper: The paper.
        resolve: Whether an identifier may give an address where the paper has none.
    """
    if paper.url is not None and _is_web(paper.url):
        return paper.url
    if not resolve:
        return None
    for kind, address in _RESOLVERS.items():
        value = getattr(paper.identifiers, kind)
        if value:
            return address.format(percent_encoded(value, safe="/()"))
    return None


_RESOLVERS = {
    "doi": "https://doi.org/{}",
    "arxiv": "https://arxiv.org/abs/{}",
    "acl": "https://aclanthology.org/{}/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
}


def _is_web(url: str) -> bool:
    if not url.isprintable() or any(character in url for character in " \"'<>\\"):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _number(citations: dict[tuple[str, int, int], Citation], evidence: Evidence) -> int:
    sentence = evidence.sentence
    place = (evidence.paper.id, sentence.start, sentence.end)
    if place not in citations:
        citations[place] = cite(evidence, n=len(citations) + 1)
    else:
        _verify(evidence.paper, sentence)
    return citations[place].n


def _verify(paper: Paper, sentence: Sentence) -> None:
    if sentence.paper_id != paper.id or sentence.field != "abstract":
        raise MisboundQuote(
            f"only sentences of its own abstract can be cited for {paper.id}: "
            f"got {sentence.field} sentence {sentence.ordinal} of {sentence.paper_id}"
        )
    start, end = sentence.start, sentence.end
    # A slice forgives an end beyond the text; an offset may not.
    within = 0 <= start < end <= len(paper.abstract)
    if not within or paper.abstract[start:end] != sentence.text:
        raise MisboundQuote(f"{paper.id} does not read as quoted at {start}..{end}")
