"""Answers kept as cases, to be asked again whenever something changes.

A case is one line of JSON that ``attest eval`` reads: the question, what came before it, the
papers and sentences that a person chose as its gold, or that the library does not answer it.
"""

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import cast

from rag.contract import Json, line
from rag.errors import UsageError
from rag.replacing import alone, replace
from rag.schema import Answer, Citation, Turn

FILE = "cases.jsonl"
ORIGIN = "person"


def case(
    answer: Answer,
    *,
    history: Sequence[Turn] = (),
    quotes: Collection[int] | None = None,
    answerable: bool = True,
) -> Json:
    """Return an answer as a case.

    Args:
        answer: What was asked, and what was cited.
        history: The turns before it, oldest first. Where none are given, a follow-up is asked
            as it was searched, so that it stands alone.
        quotes: Numbers of the citations that are gold evidence; all of them where none are named.
        answerable: Whether the library answers the question. If not, there is no gold.

    Raises:
        UsageError: There is no citation of such a number, or none is left as gold.
    """
    asked = answer.question if history else answer.standalone
    content: Json = {"id": f"page-{answer.id}", "question": asked.replace("\0", "\ufffd")}
    if history:
        content["history"] = [turn.model_dump(mode="json") for turn in history]
    if answer.filters.active:
        content["filters"] = answer.filters.model_dump(exclude_none=True)
    content["answerable"] = answerable
    if answerable:
        content["gold"] = _gold(_chosen(answer, quotes))
    return {**content, "origin": ORIGIN}


class Cases:
    """The cases kept beside a library.

    Args:
        directory: The library's folder. Nothing is written to it before `keep`.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE

    def keep(self, case: Json) -> int:
        """Store a case and return how many there are; the file is replaced as a whole.

        A case of the same id, or of the same question asked after the same turns and under the
        same filters, gives way to it. Other lines stay as they are.

        Raises:
            UsageError: The file cannot be read or written.
        """
        with alone(self.path):
            kept = [each for each in self._lines() if not _same(each, case)]
            kept.append(line(case))
            replace(self.path, "".join(f"{each}\n" for each in kept).encode())
        return len(kept)

    def forget(self, known: Callable[[Collection[str]], Collection[str]]) -> int:
        """Take out the cases whose gold evidence is of a paper that the library no longer holds.

        Args:
            known: Returns which of some paper ids are still there.

        Returns:
            How many cases are gone.

        Raises:
            UsageError: The file cannot be read or written.
        """
        if not self.path.exists():
            return 0
        with alone(self.path):
            lines = self._lines()
            gold = {each: _papers(each) for each in lines}
            left = set(known({name for names in gold.values() for name in names}))
            kept = [each for each in lines if gold[each] <= left]
            if len(kept) < len(lines):
                replace(self.path, "".join(f"{each}\n" for each in kept).encode())
        return len(lines) - len(kept)

    def _lines(self) -> list[str]:
        try:
            # Not splitlines: a line separator may stand inside a text.
            return [each for each in self.path.read_text("utf-8").split("\n") if each.strip()]
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{self.path} cannot be read ({error}); move it away") from error


def _chosen(answer: Answer, quotes: Collection[int] | None) -> list[Citation]:
    known = {each.n for each in answer.citations}
    unknown = sorted(set(quotes or ()) - known)
    if unknown:
        raise UsageError(f"no citation [{unknown[0]}] in the answer; choose among those it shows")
    chosen = [each for each in answer.citations if quotes is None or each.n in quotes]
    if not chosen:
        raise UsageError(
            "a case that the library answers needs evidence; choose a quote, or say that it is "
            "not answerable"
        )
    return chosen


def _gold(citations: Sequence[Citation]) -> list[Json]:
    """Return each paper once, with what was chosen of it in the order of the answer."""
    papers: dict[str, dict[str, None]] = {}
    for each in citations:
        papers.setdefault(each.paper_id, {})[each.quote] = None
    titles = {each.paper_id: each.title for each in citations}
    return [
        {"paper_id": name, "title": titles[name], "evidence": list(quotes)}
        for name, quotes in papers.items()
    ]


def _papers(kept: str) -> set[str]:
    """Return the ids of the papers whose words stand in a case."""
    try:
        gold = json.loads(kept)["gold"]
        return {str(each["paper_id"]) for each in gold if each.get("evidence")}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()


def _same(kept: str, case: Json) -> bool:
    try:
        found = json.loads(kept)
    except ValueError:
        return False
    if not isinstance(found, dict):
        return False
    other = cast(Json, found)
    return other.get("id") == case["id"] or _asked(other) == _asked(case)


def _asked(case: Json) -> tuple[object, ...]:
    """Return what a question is told apart by, as ``attest eval`` does."""
    words = str(case.get("question", "")).casefold().split()
    return (words, case.get("history") or [], case.get("filters") or {}, case.get("pair"))
