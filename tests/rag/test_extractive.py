from collections.abc import Sequence
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from pairreader import NOTHING, ScriptedReader

from rag.answering.candidates import Scored
from rag.answering.evidence import FEATURES, Place, Reading
from rag.answering.extractive import PER_SIDE, SENTENCES, SETTLED, SURVEYED, drafts
from rag.answering.pointing import Pointer
from rag.answering.question import read_question
from rag.citations import Draft
from rag.pairs import PairReading
from rag.schema import Paper, Sentence

BELLS = ("Bells crack in frost.", "QuietBell lasts 40 years.", "Tin makes bells bright.")
KITES = ("Kites need wind.", "PaperKite flies in weak wind.", "We flew 60 kites.")
YEAST = ("Yeast grows when warm.", "Salt slows yeast.", "Cold dough tastes sour.")


def scored_in(
    title: str, texts: Sequence[str], likely: Sequence[float], *, rank: int = 1, gap: float = 0.0
) -> list[Scored]:
    """Return the sentences of a paper with these probabilities."""
    paper = Paper(id=title.lower(), title=title, abstract=" ".join(texts))
    found: list[Scored] = []
    start = 0
    for ordinal, (text, probability) in enumerate(zip(texts, likely, strict=True)):
        sentence = Sentence(
            paper_id=paper.id,
            field="abstract",
            ordinal=ordinal,
            start=start,
            end=start + len(text),
            text=text,
        )
        place = Place(paper, sentence, len(texts), rank, gap, 0.5, 0.5, "")
        row = tuple(float(name == "survey_proposes" and "propose" in text) for name in FEATURES)
        found.append(Scored(place, f"{paper.id}#0", row, probability))
        start += len(text) + 1
    return found


def best_first(*papers: list[Scored]) -> list[Scored]:
    together = [one for paper in papers for one in paper]
    return sorted(together, key=lambda one: -one.probability)


def answered(question: str, *papers: list[Scored]) -> list[Draft]:
    return drafts(Reading(read_question(question), {}, 100), best_first(*papers))


def texts(found: Sequence[Draft]) -> list[str]:
    return [draft.text for draft in found]


def papers_of(found: Sequence[Draft]) -> list[str]:
    return [draft.evidence[0].paper.title for draft in found]


def three(*, gap: float = -0.2) -> tuple[list[Scored], ...]:
    return (
        scored_in("Bells", BELLS, (0.5, 0.9, 0.6)),
        scored_in("Kites", KITES, (0.3, 0.4, 0.2), rank=2, gap=gap),
        scored_in("Yeast", YEAST, (0.1, 0.3, 0.2), rank=3, gap=2 * gap),
    )


def test_an_explanation_begins_with_the_likeliest_and_goes_on_in_the_authors_order():
    found = answered("Why do bells crack?", *three())
    assert texts(found) == [BELLS[1], BELLS[0], BELLS[2], KITES[1]]


def test_an_explanation_leaves_out_what_is_much_less_likely():
    papers = (
        scored_in("Bells", BELLS, (0.05, 0.9, 0.2)),
        scored_in("Kites", KITES, (0.3, 0.35, 0.1), rank=2, gap=-0.2),
    )
    assert texts(answered("Why do bells crack?", *papers)) == [BELLS[1], BELLS[2]]


def test_an_explanation_has_few_sentences():
    many = scored_in(
        "Many", [f"{word * 3} makes {word * 4}." for word in "bcefghjklm"], (0.9,) * 10
    )
    assert len(answered("Why is that so?", many)) == SENTENCES


def test_what_was_said_is_not_said_again():
    twice = ("Salt slows the yeast down.", "The salt slows yeast down.", "Cold does too.")
    found = answered("Why does dough rest?", scored_in("Yeast", twice, (0.9, 0.8, 0.7)))
    assert texts(found) == [twice[0], twice[2]]


def test_the_answer_to_a_number_begins_with_the_phrase():
    found = answered("How many years does QuietBell last?", *three())
    assert texts(found)[:2] == ["40 years", BELLS[1]]
    assert found[0].evidence == found[1].evidence


def test_the_answer_to_a_name_begins_with_the_phrase():
    named = ("We cast bells.", "The method is called QuietBell.", "It is slow.")
    found = answered("What is the method called?", scored_in("Bells", named, (0.3, 0.9, 0.2)))
    assert texts(found)[:2] == ["QuietBell", named[1]]


def test_a_settled_answer_is_shorter():
    many = [
        f"It has {number} bells of {word * 3} in {word * 4}, as was said in {word * 5}."
        for number, word in enumerate("bcefghjk", start=11)
    ]
    found = answered("How many bells does it have?", scored_in("Many", many, (0.9,) * 8))
    assert len(found) == 1 + SETTLED


def test_a_phrase_that_is_most_of_its_sentence_is_not_said_twice():
    found = answered("How many bells?", scored_in("Short", ("Some 40 bells.",), (0.9,)))
    assert texts(found) == ["Some 40 bells."]


def test_an_explanation_has_no_phrase_before_it():
    assert answered("Why does QuietBell last?", *three())[0].text == BELLS[1]


def pointed(question: str, words: str) -> list[Draft]:
    """Answer with a reader that points at these words wherever they stand."""

    def rule(_: str, text: str) -> PairReading:
        start = text.find(words)
        at = (start, start + len(words)) if start >= 0 else (0, 0)
        return NOTHING._replace(answers=9.0, placed=1.0, start=at[0], end=at[1])

    asked = read_question(question)
    pointer = Pointer(ScriptedReader(rule), asked, question)
    return drafts(Reading(asked, {}, 100), best_first(*three()), pointer)


def test_where_no_rule_finds_a_phrase_the_readers_words_come_first():
    found = pointed("Which metal brightens bells?", "Tin")
    assert texts(found)[0] == texts(answered("Which metal brightens bells?", *three()))[0]
    found = pointed("When do they break?", "frost")
    assert texts(found) == ["frost", *texts(answered("When do they break?", *three()))[:SETTLED]]
    assert found[0].evidence[0].sentence.text == BELLS[0]


def test_a_fuller_phrase_by_rule_stands():
    assert pointed("How many years does QuietBell last?", "40")[0].text == "40 years"


def test_a_survey_has_one_sentence_of_each_paper_by_rank():
    found = answered("Which papers study things?", *three(gap=-0.1))
    assert papers_of(found) == ["Bells", "Kites", "Yeast"]
    assert texts(found) == [BELLS[1], KITES[1], YEAST[1]]


def test_a_survey_prefers_what_says_what_a_paper_does():
    paper = scored_in("Bells", ("Bells crack.", "We propose frost tests."), (0.6, 0.5))
    assert texts(answered("Which papers study bells?", paper)) == ["We propose frost tests."]


def test_a_survey_leaves_out_papers_that_are_far_behind():
    near = scored_in("Bells", BELLS, (0.5, 0.9, 0.6))
    far = scored_in("Kites", KITES, (0.3, 0.8, 0.2), rank=2, gap=-0.9)
    assert papers_of(answered("Which papers study things?", near, far)) == ["Bells"]


def test_a_survey_lists_no_more_than_can_be_read():
    many = [
        scored_in(
            f"Paper {word}", (f"We study {word} alone.",), (0.5,), rank=rank, gap=-0.01 * rank
        )
        for rank, word in enumerate("abcdefghijkl", start=1)
    ]
    assert len(answered("Which papers study letters?", *many)) == SURVEYED


def test_a_comparison_speaks_of_one_side_after_the_other():
    found = answered("Do Bells and Yeast differ?", *three())
    assert [title for title, _ in groupby(papers_of(found))] == ["Bells", "Yeast"]
    assert texts(found) == [BELLS[1], BELLS[2], YEAST[1], YEAST[2]]


def test_a_comparison_has_both_sides_however_unlikely_the_second_is():
    papers = (
        scored_in("Bells", BELLS, (0.9, 0.95, 0.97)),
        scored_in("Kites", KITES, (0.8, 0.8, 0.8), rank=2, gap=-0.1),
        scored_in("Yeast", YEAST, (0.01, 0.02, 0.01), rank=8, gap=-0.7),
    )
    assert set(papers_of(answered("Bells vs Yeast?", *papers))) == {"Bells", "Yeast"}


def test_a_comparison_of_three_has_all_three():
    found = answered("What did Bells, Kites and Yeast find?", *three())
    assert [title for title, _ in groupby(papers_of(found))] == ["Bells", "Kites", "Yeast"]
    assert len(found) == 3 * PER_SIDE


def test_a_comparison_without_named_sides_takes_the_two_best_papers():
    found = answered("Is QuietBell better than PaperKite?", *three())
    assert [title for title, _ in groupby(papers_of(found))] == ["Bells", "Kites"]


def test_where_two_papers_are_about_as_near_each_is_heard_once():
    found = answered("Why do things crack?", *three(gap=-0.01))
    assert papers_of(found) == ["Bells", "Kites", "Yeast"]


def test_where_one_paper_is_clearly_nearer_it_may_speak_alone():
    papers = three(gap=-0.2)
    papers = papers[0], scored_in("Kites", KITES, (0.1, 0.1, 0.1), rank=2, gap=-0.2)
    assert set(papers_of(answered("Why do things crack?", *papers))) == {"Bells"}


WORDS = st.sampled_from(
    "bells kites yeast crack 40 60% we propose QuietBell TideQA in of the".split()
)
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), min_size=1, max_size=6)


@given(
    st.sampled_from(
        [
            "How many bells?",
            "Which dataset?",
            "Which papers study bells?",
            "QuietBell vs TideQA?",
            "Is it?",
            "Why?",
        ]
    ),
    st.lists(st.tuples(TEXTS, st.floats(0.01, 1)), min_size=1, max_size=4),
)
def test_every_draft_is_a_run_of_the_one_sentence_that_it_cites(question, made):
    papers = [
        scored_in(
            f"Paper {rank}", lines, (likely / rank,) * len(lines), rank=rank, gap=-0.04 * rank
        )
        for rank, (lines, likely) in enumerate(made, start=1)
    ]
    found = answered(question, *papers)
    assert found
    for draft in found:
        (evidence,) = draft.evidence
        assert draft.text in evidence.sentence.text
        assert evidence.passage_id == f"{evidence.paper.id}#0"
    assert len({(each.text, each.evidence) for each in found}) == len(found)
