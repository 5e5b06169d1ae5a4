"""What a case can be put to: Attest on a library, or answers that were made elsewhere."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from eval.running.journal import Json
from eval.running.manifest import foreign, missing_gold
from eval.running.responses import CONTEXTS, read_response
from eval.running.runner import System
from eval.schema import Case, Dataset, Response, Run
from rag.answering.followup import standalone
from rag.contract import answered, searched
from rag.errors import AttestError, UsageError

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library import Library
    from rag.settings import Settings


class NoAnswer(AttestError):
    """A file of answers has none for a case."""


def attest(assistant: "Assistant", library: "Library", *, kind: str = "answers") -> System:
    """Return Attest as a system: ``ask`` for answers, ``search`` for rankings alone."""

    def ask(case: Case) -> Json:
        answer = assistant.ask(case.question, filters=case.filters, history=case.history)
        return _row(answered(answer), library)

    def search(case: Case) -> Json:
        whole = standalone(case.question, case.history)
        found = searched(case.question, assistant.search(whole, filters=case.filters))
        return _row(found, library)

    return search if kind == "retrieval" else ask


def elsewhere(path: Path, *, says_refusal: Callable[[str], bool]) -> System:
    """Return the answers of a JSONL file as a system; a case without an answer is an error.

    Args:
        path: A line per question: an object of the answer contract, of ``search``, or a
            poorer one (`eval.running.responses`), with the case's ``id``.
        says_refusal: Tells a refusal by its words where no field does.

    Raises:
        UsageError: The file cannot be read, or a line is wrong or doubled; names it.
    """
    answers = _answers(path)

    def given(case: Case) -> Json:
        if case.id not in answers:
            raise NoAnswer(f"{path} has no answer to case {case.id!r}")
        fields = answers[case.id]
        refused = read_response(fields, says_refusal=says_refusal).refused
        return {"answer": _shortened({**fields, "refused": refused})}

    return given


def described(
    data: Dataset, library: "Library", settings: "Settings", *, assistant: "Assistant"
) -> Run:
    """Return the manifest of a run of Attest on a library.

    Raises:
        LibraryError: The library is missing or damaged.
    """
    with library.snapshot() as snapshot:
        papers = list(snapshot.iter_papers())
        fingerprint = snapshot.fingerprint
    fields = settings.model_dump(mode="json", exclude={"library", "hits"})
    return foreign(data, system="attest extractive", depth=settings.hits).model_copy(
        update={
            "library": fingerprint,
            "papers": len(papers),
            "gold_missing": missing_gold(
                data.cases, (paper.id for paper in papers), (paper.title for paper in papers)
            ),
            "settings": {name: json.dumps(value) for name, value in fields.items()},
            "checker": assistant.checker if data.kind == "answers" else "",
        }
    )


def _row(answer: Mapping[str, object], library: "Library") -> Json:
    def abstracts(ids: Sequence[str]) -> Mapping[str, str]:
        with library.snapshot() as snapshot:
            return {key: paper.abstract for key, paper in snapshot.papers(ids).items()}

    response: Response = read_response(answer, abstracts=abstracts)
    verbatim = [quote.verbatim for quote in response.citations]
    return {"answer": _shortened(answer), "verbatim": verbatim}


def _shortened(answer: Mapping[str, object]) -> Json:
    """Return an answer whose hits beyond the first few have lost their texts."""
    hits = cast(list[Json], answer.get("hits") or [])
    bare = [
        {name: hit[name] for name in ("rank", "paper_id", "title", "score") if name in hit}
        for hit in hits[CONTEXTS:]
    ]
    return {**answer, "hits": [*hits[:CONTEXTS], *bare]}


def _answers(path: Path) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for place, fields in _lines(path):
        name = fields.get("id", fields.get("case"))
        if not isinstance(name, str | int):
            raise UsageError(f"{place}: no 'id'; give each answer the id of its case")
        if str(name) in found:
            raise UsageError(f"{place}: a second answer to {name!r}; keep one")
        try:
            read_response(fields)
        except ValueError as error:
            raise UsageError(f"{place}: {str(error).splitlines()[0]}") from error
        found[str(name)] = fields
    return found


def _lines(path: Path) -> Iterable[tuple[str, Json]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 ({error}); save it as UTF-8") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path}:{number}: not JSON ({error})") from error
        if not isinstance(fields, dict):
            raise UsageError(f"{path}:{number}: not a JSON object")
        yield f"{path}:{number}", cast(Json, fields)
