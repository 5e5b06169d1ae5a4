"""Made cases on disk: questions, papers, and how they came about."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.making.kinds import Made
from eval.schema import Case
from rag.errors import UsageError
from rag.schema import Paper

ORIGINAL = ":original"
"""What the id of a counterpart ends in."""
_README = """# Made cases

Made by `eval.making` with seed {seed}, by rules and without a model, from a library of
one's own. Nobody has read them: most read as questions a person might ask, some do not.
Each says so in its `origin` (`made:KIND:SEED`). The same papers and seed give the same
cases.

- `cases.jsonl`: the questions, to be asked of `papers.jsonl` and of nothing else.
- `papers.jsonl`: the derived corpus. It is **not** a library to read: papers are left
  out, numbers and negations of some abstracts are changed, and papers with ids `noise:N`
  were written by nobody.
{originals}
| type | cases |
|---|---|
{table}

Counterfactual kinds follow the protocol of RGB (Chen et al. 2024, arXiv 2309.01431)
made anew from these papers; no data of it is used.
{notes}"""
_ORIGINALS = """- `originals.jsonl`: the counterparts of edited and noise cases, to be asked of the
  papers as they were. That of a case has its id with `:original` behind it;
  `eval.making.paired` joins the two for measures of robustness.
"""


def write(made: Made, folder: Path, *, seed: int) -> None:
    """Write made cases and their corpus into a folder, which is made where it is missing.

    Files are ``cases.jsonl``, ``papers.jsonl``, ``README.md`` and, where cases have
    counterparts in the unchanged library, ``originals.jsonl``. A file of cases may only
    name pairs of its own, so a pair over there is left out; `paired` sets it again.

    Raises:
        UsageError: No case was made.
    """
    from eval.datasets import write_cases

    if not made.cases:
        why = "; ".join(made.notes) or "no kind was asked for"
        raise UsageError(f"nothing was made to write to {folder}: {why}")

    folder.mkdir(parents=True, exist_ok=True)
    write_cases(map(_resolved(made), made.cases), folder / "cases.jsonl")
    if made.originals:
        write_cases(made.originals, folder / "originals.jsonl")
    lines = "".join(f"{_record(paper)}\n" for paper in made.papers)
    (folder / "papers.jsonl").write_text(lines, encoding="utf-8")
    (folder / "README.md").write_text(readme(made, seed), encoding="utf-8")


def paired(cases: Sequence[Case], originals: Sequence[Case]) -> tuple[Case, ...]:
    """Return all cases, each with a counterpart among the originals naming it as its pair."""
    known = {case.id for case in originals}
    again = (
        case.model_copy(update={"pair": f"{case.id}{ORIGINAL}"})
        if f"{case.id}{ORIGINAL}" in known
        else case
        for case in cases
    )
    return (*again, *originals)


def _resolved(made: Made) -> Callable[[Case], Case]:
    known = {case.id for case in made.cases}
    return lambda case: case if case.pair in known else case.model_copy(update={"pair": None})


def readme(made: Made, seed: int) -> str:
    """Return what is to be known of made cases, as Markdown."""
    counted = Counter(case.type for case in made.cases)
    table = "\n".join(f"| {kind} | {count} |" for kind, count in sorted(counted.items()))
    notes = "\n".join(f"- {note}" for note in made.notes)
    return _README.format(
        seed=seed,
        originals=_ORIGINALS if made.originals else "",
        table=table,
        notes=f"\n## Notes\n\n{notes}\n" if notes else "",
    )


def _record(paper: Paper) -> str:
    """Return a paper as a line that the reader of JSONL takes."""
    record = {
        "_id": paper.id,
        "title": paper.title,
        "text": paper.abstract,
        "authors": list(paper.authors),
        "year": paper.year,
        "venue": paper.venue,
        "url": paper.url,
        "doi": paper.identifiers.doi,
    }
    return json.dumps(record, ensure_ascii=True)
