import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.evidence import METRICS, SUMMARIES, covered, covers, words
from eval.metrics.metric import NotApplicable, Subject
from eval.schema import Case, Gold, Quote, Response

BY_NAME = {metric.name: metric.measure for metric in METRICS}
RUN = "alpha beta gamma delta epsilon"


class NoJudge:
    name = "none"

    def judge(self, evidence, text, *, question=None):
        raise AssertionError("evidence needs no judge")


def gold(paper: str, *evidence: str) -> Gold:
    return Gold(paper_id=paper, evidence=evidence)


def subject(
    golds: list[Gold],
    quotes: list[tuple[str, str]],
    *,
    answerable: bool | None = True,
    refused: bool = False,
) -> Subject:
    citations = tuple(
        Quote(n=n, paper_id=paper, quote=quote) for n, (paper, quote) in enumerate(quotes, 1)
    )
    case = Case(id="c", question="?", gold=tuple(golds), answerable=answerable)
    return Subject(case, Response(citations=citations, refused=refused), NoJudge())


def value(name: str, looked_at: Subject) -> float:
    found = BY_NAME[name](looked_at)
    assert not isinstance(found, NotApplicable)
    return found


def test_a_quote_covers_a_run_from_sixty_per_cent_of_its_words():
    assert covers("gamma, Alpha and BETA", RUN)
    assert not covers("alpha beta, alpha beta", RUN)


def test_words_count_once_and_are_runs_of_letters_and_digits():
    assert words("GPT-4 scores 0.5, GPT-4!") == {"gpt", "4", "scores", "0", "5"}


def test_a_run_in_another_script_is_covered_by_a_quote_that_contains_it():
    assert covers("私は猫が好きです", "猫が好き")
    assert not covers("私は犬が好きです", "猫が好き")
    assert not covers("anything", "  ")


def test_words_of_two_quotes_do_not_add_up():
    looked_at = subject([gold("p", RUN)], [("p", "alpha beta"), ("p", "gamma delta")])

    assert covered(looked_at) == (False,)
    assert value("evidence found", looked_at) == 0


def test_hand_worked_values():
    golds = [gold("p", RUN, "one two three"), gold("q", "red green blue")]
    quotes = [("p", RUN), ("x", "one two"), ("x", "nothing of it"), ("p", "red")]

    looked_at = subject(golds, quotes)

    assert covered(looked_at) == (True, True, False)
    assert value("evidence found", looked_at) == 1
    assert value("evidence recall", looked_at) == pytest.approx(2 / 3)
    assert value("evidence precision", looked_at) == 3 / 4  # "red" lies within a run
    assert value("gold papers cited", looked_at) == 1 / 2
    assert value("citations of gold papers", looked_at) == 1 / 2


@pytest.mark.parametrize("name", BY_NAME)
def test_citing_all_evidence_and_nothing_else_is_perfect(name: str):
    golds = [gold("p", RUN), gold("q", "red green blue")]

    assert value(name, subject(golds, [("p", RUN), ("q", "red green blue")])) == 1


@pytest.mark.parametrize("name", BY_NAME)
def test_a_refused_answerable_case_scores_zero_whatever_it_cites(name: str):
    assert value(name, subject([gold("p", RUN)], [("p", RUN)], refused=True)) == 0


@pytest.mark.parametrize("name", BY_NAME)
def test_an_answer_without_citations_scores_zero(name: str):
    assert value(name, subject([gold("p", RUN)], [])) == 0


@pytest.mark.parametrize("answerable", [False, None])
@pytest.mark.parametrize("name", BY_NAME)
def test_nothing_applies_unless_the_case_is_answerable(name: str, answerable: bool | None):
    looked_at = subject([gold("p", RUN)], [("p", RUN)], answerable=answerable)

    assert isinstance(BY_NAME[name](looked_at), NotApplicable)


def test_gold_papers_without_evidence_still_tell_which_papers_are_cited():
    looked_at = subject([gold("p")], [("p", RUN)])

    applies = {n: not isinstance(m(looked_at), NotApplicable) for n, m in BY_NAME.items()}
    assert applies == {
        "evidence found": False,
        "evidence recall": False,
        "evidence precision": False,
        "gold papers cited": True,
        "citations of gold papers": True,
    }


def test_a_paper_cited_twice_counts_once():
    looked_at = subject([gold("p")], [("p", "a"), ("p", "b"), ("x", "c")])

    assert value("citations of gold papers", looked_at) == 1 / 2


texts = st.lists(st.sampled_from("a b c d e f".split()), min_size=1, max_size=6).map(" ".join)


@given(st.lists(texts, min_size=1, max_size=4), st.lists(texts, max_size=4), st.randoms())
def test_values_are_shares_and_no_order_changes_them(
    runs: list[str], quotes: list[str], draw: random.Random
):
    cited = [(f"p{n % 2}", quote) for n, quote in enumerate(quotes)]
    golds = [gold(f"p{n}", run) for n, run in enumerate(runs)]
    found = {name: value(name, subject(golds, cited)) for name in BY_NAME}
    draw.shuffle(cited)
    draw.shuffle(golds)

    assert all(0 <= each <= 1 for each in found.values())
    assert found == pytest.approx({n: value(n, subject(golds, cited)) for n in BY_NAME})


@given(st.lists(texts, min_size=1, max_size=4), st.lists(texts, max_size=4), texts)
def test_another_citation_never_lowers_what_is_found(runs: list[str], quotes: list[str], more: str):
    golds = [gold("p", *runs)]
    before, after = ([("p", q) for q in each] for each in (quotes, [*quotes, more]))

    for name in ("evidence found", "evidence recall", "gold papers cited"):
        assert value(name, subject(golds, before)) <= value(name, subject(golds, after))


def test_means_leave_out_what_does_not_apply():
    mean = next(summary for summary in SUMMARIES if summary.name == "evidence recall")

    assert mean.compute({"evidence recall": np.array([1, 0, np.nan])}, np.ones(3)) == 0.5


def answers_of(questions: list[dict], papers: list[dict]) -> list[dict]:
    """Return made-up answers that cite more and less of the gold evidence."""
    draw = random.Random(7)
    found = []
    for question in questions:
        runs = [(each["title"], run) for each in question["gold"] for run in each["evidence"]]
        quotes = [(title, cut(run, draw)) for title, run in runs if draw.random() < 0.8]
        other = draw.choice(papers)
        quotes.append((other["title"], other["text"][:120]))
        refused = draw.random() < 0.1
        cited = [
            {"n": n, "paper_id": "", "title": title, "quote": quote}
            for n, (title, quote) in enumerate([] if refused else quotes, 1)
        ]
        found.append(
            {
                "id": question["id"],
                "answer": "It is [1].",
                "refused": refused,
                "claims": [],
                "citations": cited,
                "hits": [],
            }
        )
    return found


def cut(text: str, draw: random.Random) -> str:
    parts = text.split()
    return " ".join(parts[: draw.randint(len(parts) // 3, len(parts))])


def test_the_numbers_are_those_of_the_questions_own_scorer(shared_data: Path, tmp_path: Path):
    folder = shared_data / "page-questions"
    questions, papers = (
        [json.loads(line) for line in (folder / name).read_text().splitlines()]
        for name in ("questions.jsonl", "corpus.jsonl")
    )
    answers = answers_of(questions, papers)
    stored = tmp_path / "answers.jsonl"
    stored.write_text("\n".join(map(json.dumps, answers)))
    command = [sys.executable, str(folder / "score.py"), str(folder / "questions.jsonl")]
    done = subprocess.run(
        [*command, str(stored), str(folder / "corpus.jsonl")],
        capture_output=True,
        text=True,
        check=True,
    )
    printed = json.loads(done.stdout.splitlines()[-1])

    columns: dict[str, list[float]] = {name: [] for name in BY_NAME}
    for question, answer in zip(questions, answers, strict=True):
        case = Case(
            id=question["id"],
            question=question["question"],
            answerable=question["answerable"],
            gold=tuple(
                Gold(title=g["title"], evidence=tuple(g["evidence"])) for g in question["gold"]
            ),
        )
        response = Response(
            answer=answer["answer"],
            refused=answer["refused"],
            citations=tuple(Quote(**each) for each in answer["citations"]),
        )
        for name, measure in BY_NAME.items():
            found = measure(Subject(case, response, NoJudge()))
            columns[name].append(np.nan if isinstance(found, NotApplicable) else found)

    ours = {s.name: s.compute({s.name: np.array(columns[s.name])}, np.ones(90)) for s in SUMMARIES}
    theirs = {
        "evidence found": "evidence",
        "evidence recall": "evidence_all",
        "gold papers cited": "cited",
        "citations of gold papers": "cite_prec",
    }
    assert {n: round(float(ours[n]), 3) for n in theirs} == {
        n: printed[k] for n, k in theirs.items()
    }
    assert 0.2 < ours["evidence recall"] < 0.9
