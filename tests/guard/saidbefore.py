"""Answers for tests that keep them."""

from rag.schema import Answer, Citation, Claim, Hit, Passage, Refusal, Verdict, text_hash

_VERDICT = Verdict(label="supported", probability=1, checker="none")


def answer(name: str, question: str, *said: str, paper: str = "owl") -> Answer:
    """Return an answer of some sentences; without any, a refusal for want of papers."""
    passage = Passage(
        id=f"{paper}#0", paper_id=paper, ordinal=0, start=0, end=9, title="T", text=f"About {paper}"
    )
    return Answer(
        id=name,
        question=question,
        standalone=question,
        claims=tuple(Claim(text=each, citations=(), verdict=_VERDICT) for each in said),
        refusal=None if said else Refusal(reason="no paper tells.", probability=0),
        hits=(Hit(rank=1, score=1, passage=passage),),
        answerer="none",
        library="",
        settings="",
    )


def citation(number: int, paper: str, quote: str) -> Citation:
    """Return a citation of a paper whose abstract begins with the quote."""
    return Citation(
        n=number,
        paper_id=paper,
        title=f"On the {paper}",
        quote=quote,
        start=0,
        end=len(quote),
        passage_id=f"{paper}#0",
        quote_hash=text_hash(quote),
    )
