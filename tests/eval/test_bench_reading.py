"""The figures of the bench of the reader."""

from saidbefore import answer, citation

from eval.bench.reading import Asked, row


def asked(kind: str, *, gold: str, evidence: str = "", refused: bool = False, sure: float) -> Asked:
    said = answer(kind, "Who hoots?", *([] if refused else ["Tawnies hoot."]))
    quoted = () if refused else (citation(1, "owl", "Tawnies hoot at night."),)
    told = said.model_copy(update={"confidence": sure, "citations": quoted})
    golds = [{"title": gold, "evidence": [evidence]}] if gold else []
    question = {"type": kind, "answerable": bool(gold), "gold": golds, "history": []}
    return Asked(question, told, 0.2)


def test_the_row_counts_what_was_found_quoted_and_refused() -> None:
    # The one hit of these answers has the title T; the quote is of another paper.
    found = row(
        [
            asked("factoid", gold="T", evidence="nothing", sure=0.9),
            asked("numeric", gold="On the owl", evidence="Tawnies hoot at night.", sure=0.8),
            asked("paraphrase", gold="Another", evidence="none such", sure=0.6),
            asked("unanswerable", gold="", refused=True, sure=0.1),
        ]
    )
    assert found == ["0.333", "0.000", "0.333", "1.000", "1.000", "200", "200"]


def test_a_refused_question_and_an_answered_one_that_has_no_answer_count_half() -> None:
    found = row(
        [
            asked("factoid", gold="T", sure=0.9),
            asked("numeric", gold="T", refused=True, sure=0.2),
            asked("unanswerable", gold="", sure=0.5),
        ]
    )
    assert found[3:5] == ["0.250", "0.500"]
