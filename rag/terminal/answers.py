"""How an answer, a refusal and hits look at a terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rag.people import byline
from rag.phrases import ended, parted
from rag.retractions import labelled
from rag.schema import Answer, Citation, Claim, Hit
from rag.terminal.layout import Run
from rag.terminal.screen import Screen
from rag.terms import terms, word_terms, words

_SHOWN = 400
"""Characters of a passage listed with a hit."""
_NEAREST = 3


def show_answer(screen: Screen, answer: Answer) -> None:
    """Write an answer with its footnotes, or a refusal with what came nearest."""
    if answer.refusal is not None:
        screen.write(answer.text)
        show_nearest(screen, answer.refusal.nearest[:_NEAREST], answer.standalone)
    else:
        short, whole = parted(answer.claims)
        for claims, style in ((short, "bold"), (whole, "")):
            if claims:
                if claims is whole and short:
                    screen.gap()
                screen.write(*_runs(claims, apart="; " if style else " ", bold=bool(style)))
        phrases = {n: claim.text for claim in short for n in claim.citations}
        _show_footnotes(screen, answer, phrases)
    for notice in answer.notices:
        screen.gap()
        screen.write(f"Note: {notice}")
    _show_denied(screen, answer)


def show_hits(screen: Screen, hits: Sequence[Hit], question: str) -> None:
    """Write hits, best first."""
    if not hits:
        screen.write("Nothing found.")
    margin = " " * (len(str(len(hits))) + 2)
    for hit in hits:
        if hit.rank > 1:
            screen.gap()
        passage = hit.passage
        screen.write(Run(passage.title, "bold"), first=f"{hit.rank}".ljust(len(margin)))
        screen.write(Run(f"{passage.paper_id} · {hit.score:.3f}", "dim"), first=margin)
        if passage.text:
            screen.write(*emphasised(_shortened(passage.text), question), first=margin)


def show_kept(screen: Screen, answer: Answer, when: str) -> None:
    """Write an earlier answer in short."""
    screen.write(Run(when, "dim"))
    screen.write(Run(_shortened(answer.question), "bold"))
    screen.write(_shortened(answer.text))


def emphasised(text: str, question: str, *, phrase: str = "") -> Iterator[Run]:
    """Yield a text with the words bold that share a term with the question, or make a phrase."""
    wanted = set(terms(question))
    spans = [(w.start, w.end) for w in words(text) if wanted & set(word_terms(w.text))]
    if phrase and phrase in text:
        spans.append((text.index(phrase), text.index(phrase) + len(phrase)))
    done = 0
    for start, end in sorted(spans):
        if end > done:
            yield Run(text[done:start])
            yield Run(text[max(start, done) : end], "bold")
            done = end
    yield Run(text[done:])


def _runs(claims: Iterable[Claim], *, apart: str, bold: bool) -> Iterator[Run]:
    for number, claim in enumerate(claims):
        yield Run(apart if number else "")
        yield Run(claim.text, "bold" if bold else "")
        yield Run("".join(f" [{n}]" for n in claim.citations), "dim")
        if claim.verdict.label != "supported":
            yield Run(f" ({claim.verdict.label})", "bold")


def _show_footnotes(screen: Screen, answer: Answer, phrases: Mapping[int, str]) -> None:
    first: dict[str, int] = {}
    for citation in answer.citations:
        screen.gap()
        marker = f"[{citation.n}] "
        name = byline(citation.authors, citation.year)
        earlier = first.setdefault(citation.paper_id, citation.n)
        if earlier != citation.n:
            taken_back = f" {labelled(citation.retraction)}" if citation.retraction else ""
            screen.write(f"{name or citation.title}, as [{earlier}]{taken_back}", first=marker)
        else:
            screen.write(*_reference(citation), first=marker)
            if citation.url:
                screen.field("", Run(citation.url, "dim"), width=len(marker))
        phrase = phrases.get(citation.n, "")
        quote = emphasised(citation.quote, answer.standalone, phrase=phrase)
        _show_quote(screen, quote, margin=len(marker) + 2)


def show_nearest(screen: Screen, nearest: Sequence[Citation], question: str) -> None:
    """Write the sentences that came nearest, the question's words bold; nothing for none."""
    if nearest:
        screen.gap()
        screen.write("Nearest in the library:")
    shown = ""
    for citation in nearest:
        if citation.paper_id != shown:
            screen.gap()
            screen.write(*_reference(citation), first="  ")
        _show_quote(screen, emphasised(citation.quote, question), margin=4)
        shown = citation.paper_id


def _show_denied(screen: Screen, answer: Answer) -> None:
    """Write sentences that a paper contradicts, each with the one that does."""
    for each in answer.withheld:
        if each.against is not None:
            screen.gap()
            screen.write(f"Contradicted: {each.text}")
            screen.write(*_reference(each.against), first="  ")
            _show_quote(screen, [Run(each.against.quote)], margin=4)


def _show_quote(screen: Screen, quote: Iterable[Run], *, margin: int) -> None:
    screen.write("“", *quote, "”", first=" " * margin)


def _reference(citation: Citation) -> Iterator[Run]:
    name = byline(citation.authors, citation.year)
    if name:
        yield Run(f"{name}. ")
    end = "" if ended(citation.title) else "."
    yield Run(f"{citation.title}{end}", "bold")
    if citation.retraction:
        yield Run(f" {labelled(citation.retraction)}", "bold")


def _shortened(text: str) -> str:
    if len(text) <= _SHOWN:
        return text
    return text[:_SHOWN].rsplit(" ", 1)[0] + " …"
