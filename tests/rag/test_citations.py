from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.citations import Draft, Evidence, MisboundQuote, bind, link
from rag.schema import Identifiers, Paper, Sentence, Verdict, text_hash

WORDS = ("heat", "moves", "slowly", "naïve", "🦀", "3.5%", "\\alpha", "in", "wood")


def judged(claim: str, evidence: Sequence[str]) -> Verdict:
    label = "supported" if evidence else "unsupported"
    return Verdict(label=label, probability=0.5, checker="test", reason=" / ".join(evidence))


def paper_of(number: int, sentences: Sequence[str]) -> tuple[Paper, list[Evidence]]:
    paper = Paper(id=f"p{number}", title=f"Title {number}", abstract=" ".join(sentences))
    found: list[Evidence] = []
    at = 0
    for ordinal, text in enumerate(sentences):
        sentence = Sentence(
            paper_id=paper.id,
            field="abstract",
            ordinal=ordinal,
            start=at,
            end=at + len(text),
            text=text,
        )
        found.append(Evidence(paper=paper, sentence=sentence, passage_id=f"{paper.id}#0"))
        at += len(text) + 1
    return paper, found


@st.composite
def draft_lists(draw: st.DrawFn) -> list[Draft]:
    sentence = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
    abstracts = draw(st.lists(st.lists(sentence, min_size=1, max_size=4), min_size=1, max_size=3))
    pool = [e for n, texts in enumerate(abstracts) for e in paper_of(n, texts)[1]]
    evidence = st.lists(st.sampled_from(pool), max_size=5).map(tuple)
    return draw(st.lists(st.builds(Draft, text=sentence, evidence=evidence), max_size=6))


@given(draft_lists())
def test_markers_are_one_to_n_by_first_use_and_none_is_unused(drafts: list[Draft]):
    bound = bind(drafts, judged)

    first_uses = list(dict.fromkeys(n for claim in bound.claims for n in claim.citations))

    assert first_uses == [citation.n for citation in bound.citations]
    assert first_uses == list(range(1, len(first_uses) + 1))


@given(draft_lists())
def test_every_quote_is_the_exact_substring_of_its_abstract(drafts: list[Draft]):
    papers = {e.paper.id: e.paper for draft in drafts for e in draft.evidence}

    for citation in bind(drafts, judged).citations:
        abstract = papers[citation.paper_id].abstract
        assert citation.quote == abstract[citation.start : citation.end]
        assert citation.quote_hash == text_hash(citation.quote)


@given(draft_lists())
def test_every_claim_keeps_its_place_its_text_and_its_evidence(drafts: list[Draft]):
    bound = bind(drafts, judged)
    places = {c.n: (c.paper_id, c.start, c.end) for c in bound.citations}

    assert [claim.text for claim in bound.claims] == [draft.text for draft in drafts]
    for claim, draft in zip(bound.claims, drafts, strict=True):
        wanted = {(e.paper.id, e.sentence.start, e.sentence.end) for e in draft.evidence}
        assert {places[n] for n in claim.citations} == wanted
        assert len(claim.citations) == len(wanted)


@given(draft_lists())
def test_evidence_said_twice_changes_nothing(drafts: list[Draft]):
    doubled = [Draft(draft.text, draft.evidence + draft.evidence) for draft in drafts]

    assert bind(doubled, judged) == bind(drafts, judged)


@given(draft_lists())
def test_more_drafts_leave_the_numbers_given_so_far(drafts: list[Draft]):
    bound, shorter = bind(drafts, judged), bind(drafts[:-1], judged)

    assert bound.citations[: len(shorter.citations)] == shorter.citations


def test_a_sentence_brought_by_two_passages_has_one_number():
    _, (first, _) = paper_of(1, ["Heat moves.", "Wood slows it."])
    again = first.model_copy(update={"passage_id": "p1#7"})

    bound = bind([Draft("Heat moves.", (first,)), Draft("It moves.", (again,))], judged)

    assert [claim.citations for claim in bound.claims] == [(1,), (1,)]
    assert bound.citations[0].passage_id == "p1#0"


def test_a_claim_is_checked_against_its_quotes_and_then_their_titles():
    _, (first, second) = paper_of(1, ["Heat moves.", "Wood slows it."])

    bound = bind([Draft("Wood slows heat.", (second, first))], judged)

    assert bound.claims[0].verdict.reason == "Wood slows it. / Heat moves. / Title 1"


def test_a_claim_without_evidence_is_kept_and_judged():
    bound = bind([Draft("Nothing holds this.")], judged)

    assert bound.claims[0].verdict.label == "unsupported"
    assert bound.citations == ()


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Heat rests."},
        {"start": 1},
        {"start": -11},
        {"end": 500},
        {"start": 4, "end": 4, "text": ""},
        {"paper_id": "p2"},
        {"field": "title"},
    ],
)
def test_a_quote_that_is_not_in_its_abstract_is_a_defect(change: dict[str, object]):
    _, (evidence,) = paper_of(1, ["Heat moves."])
    bent = evidence.sentence.model_copy(update=change)

    with pytest.raises(MisboundQuote):
        bind([Draft("Heat moves.", (evidence.model_copy(update={"sentence": bent}),))], judged)


def test_a_wrong_quote_is_found_even_where_its_place_has_a_number_already():
    _, (evidence,) = paper_of(1, ["Heat moves."])
    bent = evidence.sentence.model_copy(update={"text": "Heat halts."})
    wrong = evidence.model_copy(update={"sentence": bent})

    with pytest.raises(MisboundQuote):
        bind([Draft("Heat moves.", (evidence, wrong))], judged)


@pytest.mark.parametrize(
    ("url", "identifiers", "expected"),
    [
        ("https://example.org/a", {"doi": "10.1/x"}, "https://example.org/a"),
        ("HTTP://example.org/a", {}, "HTTP://example.org/a"),
        ("javascript:alert(1)", {"doi": "10.1/x"}, "https://doi.org/10.1/x"),
        ("ftp://example.org/a", {"arxiv": "2101.00001"}, "https://arxiv.org/abs/2101.00001"),
        ("https://example.org/\nx", {"acl": "2020.acl-main.1"},
         "https://aclanthology.org/2020.acl-main.1/"),
        ("https://[", {"pmid": "123"}, "https://pubmed.ncbi.nlm.nih.gov/123/"),
        (None, {"doi": "10.1/a<b>#c?"}, "https://doi.org/10.1/a%3Cb%3E%23c%3F"),
        ('https://example.org/"onload=', {}, None),
        ("https://", {}, None),
        (None, {"openalex": "W1"}, None),
    ],
)  # fmt: skip
def test_a_link_is_a_web_address_or_built_from_an_identifier(
    url: str | None, identifiers: dict[str, str], expected: str | None
):
    paper = Paper(id="p1", title="T", url=url, identifiers=Identifiers(**identifiers))

    assert link(paper) == expected
