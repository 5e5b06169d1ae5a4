"""Bibliographies in any style of the Citation Style Language that a user points to."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rag.errors import ModelUnavailable, UsageError
from rag.exports.csl import item
from rag.exports.safe import tidy
from rag.people import byline
from rag.schema import Paper

_ROOT = "{http://purl.org/net/xbiblio/csl}style"
# citeproc-py trusts a style: what is wrong in it shows as one of these while it is used.
_FAULTS = (
    ArithmeticError, AttributeError, LookupError, NotImplementedError, OSError, RecursionError,
    SyntaxError, TypeError, ValueError,
)  # fmt: skip


class Styled(NamedTuple):
    """A paper as a style wants it."""

    label: str
    """What stands for it in a text."""
    text: str
    """Its entry."""


def styled(papers: Sequence[Paper], path: str) -> list[Styled]:
    """Return papers, in this order, as a ``.csl`` file wants them.

    The order is the caller's, whatever the style sorts by, and so are the numbers that a
    style counts with. A style of notes has no short citation: the byline stands for it.

    Raises:
        UsageError: The file is missing, broken or no independent style with a bibliography.
        ModelUnavailable: The extra ``csl`` is not installed.
    """
    try:
        from citeproc import (  # pyright: ignore[reportMissingTypeStubs]
            CitationStylesStyle,
        )
    except ImportError as error:
        raise ModelUnavailable(
            "a .csl style needs citeproc-py; install it with: pip install 'attest-rag[csl]'"
        ) from error
    if not Path(path).is_file():
        raise UsageError(f"{path} is no file; name a .csl file, or numeric, author-year, vancouver")
    with warnings.catch_warnings():
        # It warns of each field of each paper that a style does not use.
        warnings.simplefilter("ignore")
        try:
            style: Any = CitationStylesStyle(path, validate=False)
            lacks = _lacking(style.xml.getroot())
            found = [] if lacks else _all(style, papers)
        except _FAULTS as error:
            told = isinstance(error, OSError | SyntaxError | ValueError)
            reason = tidy(str(error)) if told else "a part of it is missing or broken"
            raise UsageError(f"{path} is no style of CSL ({reason}); choose another") from error
    if lacks:
        raise UsageError(f"{path} is no style of CSL that can be used ({lacks}); choose another")
    return found


def _lacking(root: Any) -> str:  # noqa: ANN401
    if root.tag != _ROOT:
        return f"it begins with <{tidy(str(root.tag))}>"
    space = {"c": _ROOT[1:-6]}
    if root.find("c:citation/c:layout", space) is None:
        parent = root.find("c:info/c:link[@rel='independent-parent']", space)
        if parent is not None:
            return f"it points to another one, {tidy(parent.get('href', ''))}"
        return "it has no layout for citations"
    if root.find("c:bibliography/c:layout", space) is None:
        return "it has no layout for a bibliography"
    return ""


def _all(style: Any, papers: Sequence[Paper]) -> list[Styled]:  # noqa: ANN401
    from citeproc import (  # pyright: ignore[reportMissingTypeStubs]
        Citation,
        CitationItem,
        CitationStylesBibliography,
        formatter,
    )
    from citeproc.source.json import CiteProcJSON  # pyright: ignore[reportMissingTypeStubs]

    source: Any = CiteProcJSON([_item(each, f"x{n}") for n, each in enumerate(papers)])
    made: Any = CitationStylesBibliography(style, source, formatter.plain)
    cited = [Citation([CitationItem(f"x{n}")]) for n in range(len(papers))]
    for each in cited:
        made.register(each)
    notes = style.root.get("class") == "note"
    found: list[Styled] = []
    for n, (paper, citation) in enumerate(zip(papers, cited, strict=True)):
        # One by one, so that an entry that comes out empty does not shift the others.
        entry = " ".join(tidy(str(each)) for each in style.render_bibliography([made.items[n]]))
        who = byline(paper.authors, paper.year)
        short = (who and f"({who})") if notes else tidy(str(made.cite(citation, _passed)))
        found.append(Styled(short or f"[{n + 1}]", entry or tidy(paper.title)))
    return found


def _passed(_: object) -> None:
    """Do nothing about a citation that is not in the source: all are."""


def _item(paper: Paper, key: str) -> dict[str, Any]:
    return {name: value for name, value in item(paper, key).items() if name != "annote"}
