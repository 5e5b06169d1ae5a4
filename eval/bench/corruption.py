"""False sentences in a model's mouth: how many are caught, and how many true ones are lost.

    python -m eval.bench.corruption [DATA] [--each 60] [--seed 0] [--embedder minilm]
        [--reader none]

A model is scripted to answer the questions of ``DATA/page-questions`` with their gold evidence,
as it stands and lightly reworded, and with that made false in five ways, always under the id of
the gold evidence. Each goes through the whole pipeline: retrieval, prompt, reading, binding,
check, policy ``drop``. Beside it the same with a checker that only tests that an id exists.
With ``--reader none`` the checker sees words alone.

Caught is what is withheld, or shown as no more than partly supported; of a swapped paper, what is
not bound to the wrong one, be it withheld or *mended*, moved to the sentence that it repeats.
Intervals are Wilson's at 95 % and take cases as independent, which those of one paper are not
quite.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from eval.bench.falsified import CLEAN, WAYS, Case, Gold, clean_cases, false_cases
from eval.bench.process import ROOT
from eval.bench.scripted import ScriptedModel, evidence_of
from eval.calibration.sets import read_lines
from eval.schema import Interval
from eval.statistics import proportion
from rag.answering.answerer import ExtractiveAnswerer
from rag.answering.fitted import load
from rag.answering.followup import standalone
from rag.answering.generative import GenerativeAnswerer
from rag.answering.replying import DECLINES
from rag.assistant import Assistant
from rag.build import checker_with
from rag.embedding import Embedder, open_embedder
from rag.library import Library
from rag.retrieval import HybridRetriever
from rag.schema import Answer, Label, Paper, Turn, Verdict
from rag.sentences import split
from rag.sources.cleaning import clean
from rag.verification import Checker, LexicalChecker

DATA = ROOT.parent / "shared" / "data"
_ORDER: tuple[Label, ...] = ("supported", "partial", "unsupported", "contradicted")
_LEAST_WORDS = 8
"""Of a sentence that stands for another paper; shorter ones say too little to be wrong."""


class IdExists:
    """The naive checker: any evidence at all supports any claim."""

    name = "id-exists"

    def check(self, claim: str, evidence: Sequence[str], *, question: str | None = None) -> Verdict:
        """Return ``supported`` where there is evidence."""
        label: Label = "supported" if evidence else "unsupported"
        return Verdict(label=label, probability=float(bool(evidence)), checker=self.name)


class Outcome(NamedTuple):
    """What became of what a model was made to write."""

    case: Case
    label: Label
    """The worst verdict on any sentence of it."""
    quotes: tuple[str, ...]
    """What is cited for it."""

    @property
    def withheld(self) -> bool:
        """Whether it, or a part of it, is not shown."""
        return self.label in {"unsupported", "contradicted"}

    @property
    def mended(self) -> bool:
        """Whether it is shown, bound to other evidence than the model named."""
        return not self.withheld and self.case.gold.sentence not in self.quotes

    @property
    def caught(self) -> bool:
        """Whether a reader is kept from taking it for what its evidence says."""
        moved = bool(self.case.truth) and self.mended
        return self.label != "supported" or moved


class Bench:
    """A library and a scripted model between which cases are judged.

    Args:
        library: Holds the papers.
        embedder: The library's.
        checker: Gives the verdicts.
    """

    def __init__(self, library: Library, embedder: Embedder, checker: Checker) -> None:
        self._model = ScriptedModel()
        extractive = ExtractiveAnswerer(load(), refuse_below=0.0)
        self._assistant = Assistant(
            library,
            HybridRetriever(embedder),
            GenerativeAnswerer(self._model, checker, extractive),
            checker,
        )

    def shown(self, question: str) -> tuple[str, ...]:
        """Return the sentences that a model is shown with a question."""
        self._model.script = _declines
        self._assistant.ask(question)
        return tuple(evidence_of(self._model.prompt).values())

    def judge(self, case: Case) -> Outcome:
        """Return what becomes of a case whose evidence the model is shown."""
        wanted = clean(case.gold.sentence)

        def script(prompt: str) -> str:
            key = next(key for key, text in evidence_of(prompt).items() if text == wanted)
            return f"{case.said} [{key}]"

        self._model.script = script
        return _outcome(case, self._assistant.ask(case.gold.question))


def _outcome(case: Case, answer: Answer) -> Outcome:
    # An extractive answer that stands in for the model's has no model; its claims are not ours.
    claims = answer.claims if answer.model else ()
    verdicts = [*(each.verdict for each in claims), *(each.verdict for each in answer.withheld)]
    labels: list[Label] = [verdict.label for verdict in verdicts]
    used = {n for claim in claims for n in claim.citations}
    quotes = tuple(each.quote for each in answer.citations if each.n in used)
    worst = max(map(_ORDER.index, labels), default=_ORDER.index("unsupported"))
    return Outcome(case, _ORDER[worst], quotes)


def _declines(prompt: str) -> str:
    return DECLINES


def gold_of(data: Path, papers: Mapping[str, Paper]) -> list[Gold]:
    """Return the stored sentences that hold gold evidence, each once.

    Args:
        data: The folder of shared data.
        papers: Of the library, by title.
    """
    found: dict[str, Gold] = {}
    for row in read_lines(data / "page-questions" / "questions.jsonl"):
        turns = [Turn(question=each["question"], answer=each["answer"]) for each in row["history"]]
        question = standalone(row["question"], turns)
        for gold in row["gold"]:
            paper = papers.get(gold["title"])
            for evidence in gold["evidence"] if paper else ():
                sentence = _holding(paper.abstract, evidence) if paper else ""
                if sentence:
                    found.setdefault(sentence, Gold(question, gold["title"], sentence))
    return list(found.values())


def _holding(abstract: str, evidence: str) -> str:
    """Return the sentence in which evidence begins; empty where it is not in the abstract."""
    at = abstract.find(evidence)
    return next((abstract[s:e] for s, e in split(abstract) if at >= 0 and s <= at < e), "")


def near_of(
    golds: Sequence[Gold], papers: Mapping[str, Paper], shown: Mapping[str, Iterable[str]]
) -> dict[str, list[str]]:
    """Return what is shown with each question of papers other than its gold ones."""
    own: dict[str, str] = {}
    for gold in golds:
        own[gold.question] = own.get(gold.question, "") + clean(papers[gold.title].abstract)
    return {
        question: [
            text
            for text in shown[question]
            if text not in known and len(text.split()) >= _LEAST_WORDS
        ]
        for question, known in own.items()
    }


def table(ours: Sequence[Outcome], naive: Sequence[Outcome]) -> str:
    """Return the figures of both checkers as lines of text."""
    head = f"{'corrupted':14} {'n':>4} {'withheld':>8} {'partial':>7} {'mended':>6} {'shown':>5}"
    lines = [f"{head}  {'caught [95 %]':18} id exists"]
    lines += [_false_line(way, ours, naive) for way in (*WAYS, "all")]
    lines.append(f"{'clean':14} {'n':>4} {'withheld':>8} {'partial':>7} {'mended':>6} {'shown':>5}"
                 f"  {'lost [95 %]':18} id exists")  # fmt: skip
    lines += [_clean_line(way, ours, naive) for way in (CLEAN, "reworded")]
    return "\n".join(lines)


def _false_line(way: str, ours: Sequence[Outcome], naive: Sequence[Outcome]) -> str:
    mine, theirs = _of(way, ours), _of(way, naive)
    partial = sum(each.label == "partial" and not _moved(each) for each in mine)
    counts = _counts(mine, partial, sum(map(_moved, mine)), sum(not each.caught for each in mine))
    caught = (sum(each.caught for each in rows) for rows in (mine, theirs))
    share, beside = (
        proportion(n, len(rows)) for n, rows in zip(caught, (mine, theirs), strict=True)
    )
    return f"{way:14} {counts}  {_written(share):18} {_written(beside)}"


def _clean_line(way: str, ours: Sequence[Outcome], naive: Sequence[Outcome]) -> str:
    mine, theirs = _of(way, ours), _of(way, naive)
    partial = sum(each.label == "partial" for each in mine)
    shown = sum(each.label == "supported" for each in mine)
    counts = _counts(mine, partial, sum(each.mended for each in mine), shown)
    share, beside = (
        proportion(sum(each.withheld for each in rows), len(rows)) for rows in (mine, theirs)
    )
    name = "as it stands" if way == CLEAN else way
    return f"{name:14} {counts}  {_written(share):18} {_written(beside)}"


def _moved(outcome: Outcome) -> bool:
    return bool(outcome.case.truth) and outcome.mended


def _of(way: str, outcomes: Sequence[Outcome]) -> list[Outcome]:
    wanted = WAYS if way == "all" else (way,)
    return [each for each in outcomes if each.case.way in wanted]


def _counts(rows: Sequence[Outcome], partial: int, mended: int, shown: int) -> str:
    withheld = sum(each.withheld for each in rows)
    return f"{len(rows):4} {withheld:8} {partial:7} {mended:6} {shown:5}"


def _written(share: Interval | None) -> str:
    return "-" if share is None else f"{share.value:.3f} [{share.low:.2f}, {share.high:.2f}]"


class Judged(NamedTuple):
    """The same cases judged by the shipped checker and by the naive one."""

    ours: list[Outcome]
    naive: list[Outcome]
    unseen: int
    """Gold sentences that no model is shown, because their paper is not found; no cases."""


def run(
    data: Path,
    library: Library,
    embedder: Embedder,
    *,
    each: int,
    seed: int,
    checker: Checker | None = None,
) -> Judged:
    """Make all cases of the shared data and judge them with both checkers.

    ``library`` holds the papers of ``page-questions``; ``each`` cases are made of each way, equal
    ones of equal seeds; ``checker`` is ours, the one of words alone unless given.
    """
    with library.snapshot() as snapshot:
        papers = {paper.title: paper for paper in snapshot.iter_papers()}
    both = (checker or LexicalChecker(), IdExists())
    ours, naive = (Bench(library, embedder, each) for each in both)
    every = gold_of(data, papers)
    shown = {text: ours.shown(text) for text in dict.fromkeys(gold.question for gold in every)}
    golds = [gold for gold in every if clean(gold.sentence) in shown[gold.question]]
    near = near_of(golds, papers, shown)
    cases = [*clean_cases(golds), *false_cases(golds, near, each=each, seed=seed)]
    return Judged(
        [ours.judge(case) for case in cases],
        [naive.judge(case) for case in cases],
        len(every) - len(golds),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the cases, judge them and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, nargs="?", default=DATA)
    parser.add_argument("--each", type=int, default=60, help="cases of each way")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--embedder", choices=("hash", "minilm"), default="minilm")
    parser.add_argument("--reader", choices=("checks", "none"), default="checks")
    options = parser.parse_args(arguments)
    embedder = open_embedder(options.embedder)
    with tempfile.TemporaryDirectory(prefix="attest-corruption-") as folder:
        library = Library(Path(folder) / "library", lambda: embedder)
        library.add([options.data / "page-questions" / "corpus.jsonl"])
        sizes = {"each": options.each, "seed": options.seed}
        checker = checker_with(options.reader, pieces=False)
        got = run(options.data, library, embedder, **sizes, checker=checker)
    lines = table(got.ours, got.naive)
    sys.stdout.write(f"{lines}\n{got.unseen} gold sentences are not shown: no cases\n")


if __name__ == "__main__":
    main()
