"""Options that several commands share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

if TYPE_CHECKING:
    from rag.schema import Filters

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Hits = Annotated[
    int | None,
    typer.Option("--hits", "-k", min=1, max=1000, help="Papers to list.", show_default=False),
]
Question = Annotated[
    list[str] | None,
    typer.Argument(
        help="The question, best in quotation marks; '-' reads it from stdin.",
        metavar="QUESTION",
        show_default=False,
    ),
]
Llm = Annotated[
    str | None,
    typer.Option(
        help="What words the answer: extractive, openai:MODEL, anthropic:MODEL, google:MODEL, "
        "ollama:MODEL, server:MODEL@URL or hf:FOLDER-OR-ID (or ATTEST_LLM).",
        metavar="SPEC",
        show_default=False,
    ),
]
Unsupported = Annotated[
    str | None,
    typer.Option(
        help="What becomes of a sentence that no abstract supports: drop, mark or refuse.",
        metavar="POLICY",
        show_default=False,
    ),
]
Deadline = Annotated[
    float | None,
    typer.Option(help="Seconds that a question may take.", metavar="SECONDS", show_default=False),
]
Batch = Annotated[
    Path | None,
    typer.Option(
        help="Ask every question of a JSONL file of {id, question, history?, filters?}.",
        metavar="FILE",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Where the answers of a batch go, one JSON per line; run again to resume.",
        metavar="FILE",
        show_default=False,
    ),
]
YearFrom = Annotated[int | None, typer.Option(help="Only papers of this year or later.")]
YearTo = Annotated[int | None, typer.Option(help="Only papers of this year or earlier.")]
Venue = Annotated[str | None, typer.Option(help="Only papers whose venue contains this.")]
Author = Annotated[str | None, typer.Option(help="Only papers with an author like this.")]
FromFile = Annotated[
    str | None, typer.Option("--source", help="Only papers from files whose path contains this.")
]


class Chosen(NamedTuple):
    """The filters of a command line."""

    year_from: int | None
    year_to: int | None
    venue: str | None
    author: str | None
    source: str | None

    def filters(self) -> "Filters":
        """Return them as a noun."""
        from rag.schema import Filters

        return Filters(**self._asdict())
