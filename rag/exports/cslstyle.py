"""Bibliographies in any style of the Citation Style Language that a user points to."""

import warnings
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

from rag.errors import ModelUnavailable, UsageError
from rag.exports.csl import item
from rag.exports.safe import tidy
from rag.schema import Paper


def styled(papers: Sequence[Paper], path: str) -> list[str]:
    """Return one entry per paper, in this order, as a ``.csl`` file wants them.

    Raises:
        UsageError: The file is missing or no independent style.
        ModelUnavailable: The extra ``csl`` is not installed.
    """
    try:
        from citeproc import (  # pyright: ignore[reportMissingTypeStubs]
            Citation,
            CitationItem,
            CitationStylesBibliography,
            CitationStylesStyle,
            formatter,
        )
        from citeproc.source.json import CiteProcJSON  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        raise ModelUnavailable(
            "a .csl style needs citeproc-py; install it with: pip install 'attest-rag[csl]'"
        ) from error
    if not Path(path).is_file():
        raise UsageError(f"{path} is no file; name a .csl file, or numeric, author-year, vancouver")
    entries: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            style: Any = CitationStylesStyle(path, validate=False)
        except (ValueError, SyntaxError, OSError) as error:
            raise UsageError(f"{path} is no style of CSL ({error}); choose another") from error
        # One by one, so that a style that sorts does not mix up which entry is whose.
        for paper in papers:
            source: Any = CiteProcJSON([_item(paper)])
            made: Any = CitationStylesBibliography(style, source, formatter.plain)
            made.register(Citation([CitationItem("x")]))
            texts = [tidy(unescape(str(each))) for each in made.bibliography()]
            entries.append(" ".join(texts) or paper.title)
    return entries


def _item(paper: Paper) -> dict[str, Any]:
    return {name: value for name, value in item(paper, "x").items() if name != "annote"}
