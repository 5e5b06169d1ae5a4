"""Fourteen things that go wrong in practice; the committed gate of the sample must see each.

The library, the questions, the rules and the baseline are those of our own CI.
"""

import codecs
import json
import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from light import SAMPLE, library_of

from eval.datasets import read_dataset
from eval.gating import Baseline, Rules, gate, read_rules
from eval.judging import Judge, Judgement, LexicalJudge
from eval.metrics import Metric, metrics_of, summaries_of
from eval.running.journal import Journal, run_digest
from eval.running.runner import run as put
from eval.running.systems import attest, described
from eval.schema import Gate, Quote, Response, Run, Scorecard, Statement, Trial
from eval.scoring import score
from rag.answering.answerer import ExtractiveAnswerer
from rag.answering.fitted import load
from rag.assistant import Assistant
from rag.embedding import Embedder, open_embedder
from rag.embedding.port import SentenceEmbedder
from rag.library import Library
from rag.retrieval import HybridRetriever
from rag.schema import Paper
from rag.settings import Settings
from rag.verification import LexicalChecker

BASELINES = Path(__file__).parents[2] / "eval" / "baselines"
DATA = read_dataset(SAMPLE)
DEPTH = 100

Tried = tuple[Run, tuple[Trial, ...]]


@cache
def rules() -> Rules:
    return read_rules(BASELINES / "sample.toml")


def gated() -> list[Metric]:
    names = {name for each in summaries_of("answers") if each.name in rules().metrics
             for name in each.reads}  # fmt: skip
    return [metric for metric in metrics_of("answers") if metric.name in names]


def asked(library: Library, folder: Path, embedder: Embedder | None = None) -> Tried:
    assistant = Assistant(
        library,
        HybridRetriever(embedder or open_embedder("minilm")),
        ExtractiveAnswerer(load()),
        LexicalChecker(),
        hits=DEPTH,
    )
    manifest = described(DATA, library, Settings(hits=DEPTH), assistant=assistant)
    with Journal(folder) as journal:
        put(journal, manifest, DATA.cases, attest(assistant, library), progress=lambda *_: None)
    return manifest, Journal(folder).trials()


def scored(tried: Tried, judge: Judge | None = None) -> Scorecard:
    run, trials = tried
    return score(run, trials, DATA.cases, metrics=gated(), judge=judge or LexicalJudge())


def outcome(tried: Tried, card: Scorecard | None = None) -> Gate:
    run, trials = tried
    return gate(
        run,
        card or scored(tried),
        trials_digest=run_digest(run, trials),
        baseline=Baseline.read(BASELINES / "sample.json"),
        rules=rules(),
        metrics=gated(),
        summaries=[each for each in summaries_of("answers") if each.name in rules().metrics],
    )


def red(found: Gate) -> set[str]:
    """Return the names of the checks that turned a gate red."""
    return {check.name for check in found.checks if not check.passed}


@pytest.fixture(scope="module")
def tried(sample_library: Library, tmp_path_factory: pytest.TempPathFactory) -> Tried:
    return asked(sample_library, tmp_path_factory.mktemp("run"))


def test_the_sample_as_it_is_passes(tried: Tried):
    found = outcome(tried)
    assert found.passed, red(found)


def test_asked_again_it_answers_the_same_to_the_last_bit(
    tried: Tried, sample_library: Library, tmp_path: Path
):
    again = asked(sample_library, tmp_path / "again")
    assert run_digest(*again) == run_digest(*tried)
    timed = {"latency ms"}
    one, other = (
        [row.model_dump(exclude={"outcomes": timed}) for row in scored(each).rows]
        for each in (tried, again)
    )
    assert one == other


# ------------------------------------------------------------- the library is not what it was


def rebuilt(
    folder: Path, sample: Library, change: Callable[[list[Paper]], list[Paper]], **made: Embedder
) -> Library:
    """Return a library of the sample's papers after a change."""
    with sample.snapshot() as snapshot:
        papers = change(list(snapshot.iter_papers()))
    path = folder / "papers.jsonl"
    rows = ({"_id": each.id, "title": each.title, "text": each.abstract} for each in papers)
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return library_of(folder / "library", path, embedder=made.get("embedder", "minilm"))


def fewer(papers: list[Paper]) -> list[Paper]:
    return [paper for place, paper in enumerate(papers) if place % 10]


def cut(papers: list[Paper]) -> list[Paper]:
    return [paper.model_copy(update={"abstract": paper.abstract[:150]}) for paper in papers]


def twice(papers: list[Paper]) -> list[Paper]:
    again = [
        paper.model_copy(update={"id": f"{paper.id}-copy", "title": f"Again: {paper.title}"})
        for paper in papers
    ]
    return [*papers, *again]


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (fewer, "gold papers"),
        (cut, "regression: evidence recall"),
        (twice, "floor: distinct passages"),
    ],
)
def test_papers_lost_cut_or_doubled(change, seen, sample_library: Library, tmp_path: Path):
    library = rebuilt(tmp_path, sample_library, change)
    assert seen in red(outcome(asked(library, tmp_path / "run")))


class Shuffled:
    """The bundled model, giving every passage the vector of another."""

    def __init__(self, inner: Embedder) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def embed(self, texts: Sequence[str], **given: Any) -> object:
        return self.inner.embed([*texts[1:], *texts[:1]], **given)

    def embed_parts(self, texts: Sequence[str], *rest: Any, **given: Any) -> object:
        return cast(SentenceEmbedder, self.inner).embed_parts(
            [*texts[1:], *texts[:1]], *rest, **given
        )


def test_vectors_of_other_passages(sample_library: Library, tmp_path: Path):
    mixed = cast(Embedder, Shuffled(open_embedder("minilm")))
    library = rebuilt(tmp_path, sample_library, lambda papers: papers, embedder=mixed)
    assert "regression: nDCG@10" in red(outcome(asked(library, tmp_path / "run")))


def test_another_model(sample_library: Library, tmp_path: Path):
    other = open_embedder("hash")
    library = rebuilt(tmp_path, sample_library, lambda papers: papers, embedder=other)
    found = red(outcome(asked(library, tmp_path / "run", other)))
    assert "regression: right to answer or refuse" in found


# --------------------------------------------------------------------- the answers are not right


def changed(tried: Tried, change: Callable[[Response], Response]) -> Tried:
    run, trials = tried
    answered = [
        trial.model_copy(update={"response": change(trial.response)}) if trial.response else trial
        for trial in trials
    ]
    return run, tuple(answered)


def off_by_one(said: Response) -> Response:
    """Every claim cites the number after its own."""
    claims = [
        claim.model_copy(update={"citations": tuple(n + 1 for n in claim.citations)})
        for claim in said.claims
    ]
    return said.model_copy(update={"claims": tuple(claims)})


def constant(said: Response) -> Response:
    """Whatever is asked, the same true sentence of the same paper."""
    text = "BERT masks words and learns to fill them in."
    quote = Quote(n=1, paper_id="devlin2019bert", quote=text, verbatim=True)
    return said.model_copy(
        update={
            "answer": f"{text} [1]",
            "refused": False,
            "claims": (Statement(text=text, citations=(1,), verdict="supported", support=1.0),),
            "citations": (quote,),
        }
    )


def empty(said: Response) -> Response:
    return said.model_copy(update={"answer": "", "refused": False, "claims": (), "citations": ()})


def in_another_language(said: Response) -> Response:
    claims = [
        claim.model_copy(update={"text": codecs.encode(claim.text, "rot13")})
        for claim in said.claims
    ]
    text = codecs.encode(said.answer, "rot13")
    return said.model_copy(update={"answer": text, "claims": tuple(claims)})


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (off_by_one, "regression: citation recall"),
        (constant, "regression: answer correct"),
        (empty, "floor: says something"),
        (in_another_language, "regression: faithfulness to citations"),
    ],
)
def test_answers_that_are_not_right(tried: Tried, change, seen: str):
    assert seen in red(outcome(changed(tried, change)))


# ------------------------------------------------------------------------- the judge is not sound


class Constant:
    """A judge that never looks."""

    def __init__(self, probability: float) -> None:
        self.probability = probability
        self.name = LexicalJudge().name

    def judge(
        self, evidence: Sequence[str], text: str, *, question: str | None = None
    ) -> Judgement:
        return Judgement(entailed=True, probability=self.probability)


@pytest.mark.parametrize(
    ("probability", "seen"), [(1.0, {"judge controls"}), (math.nan, {"judge controls", "errors"})]
)
def test_a_judge_that_says_yes_or_nothing(tried: Tried, probability: float, seen: set[str]):
    card = scored(tried, Constant(probability))
    assert red(outcome(tried, card)) >= seen


# -------------------------------------------------------------------- the run is not whole or new


def test_half_of_the_cases_skipped(tried: Tried):
    run, trials = tried
    assert red(outcome((run, trials[::2]))) >= {"coverage", "errors"}


def test_half_of_the_plan_left_out(tried: Tried):
    run, trials = tried
    kept = trials[::2]
    shorter = run.model_copy(update={"planned": tuple(trial.case for trial in kept)})
    assert "cases" in red(outcome((shorter, kept)))


def test_a_crash_on_hard_cases(tried: Tried):
    run, trials = tried
    hard = {case.id for case in DATA.cases if case.type == "unanswerable"}
    crashed = tuple(
        Trial(case=each.case, asked=each.asked, error="MemoryError: too hard")
        if each.case in hard
        else each
        for each in trials
    )
    assert red(outcome((run, crashed))) >= {"coverage", "errors"}


def test_scores_of_an_earlier_run(tried: Tried):
    earlier = scored(tried)
    assert red(outcome(changed(tried, empty), earlier)) == {"scores"}


def test_a_failure_is_never_better_than_any_answer(tried: Tried):
    """Replace every trial by an error, one at a time; no gated figure may rise."""
    from eval.statistics import columns

    run, trials = tried
    metrics = [each for each in gated() if each.worst is not None]
    whole = columns(scored(tried).rows, metrics)
    for place, trial in enumerate(trials[:12]):
        failed = Trial(case=trial.case, asked=trial.asked, error="timed out")
        rows = score(
            run,
            (*trials[:place], failed, *trials[place + 1 :]),
            DATA.cases,
            metrics=metrics,
            judge=LexicalJudge(),
        ).rows
        row = next(n for n, each in enumerate(rows) if each.case == trial.case)
        after = columns(rows, metrics)
        for metric in metrics:
            before, now = whole[metric.name][row], after[metric.name][row]
            assert now == metric.worst
            better = now - before if metric.better == "higher" else before - now
            assert math.isnan(before) or better <= 0, (metric.name, trial.case)
