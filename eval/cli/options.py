"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path,
    typer.Argument(
        help="Questions as JSONL, a BEIR or TREC folder, or RAGChecker's JSON.",
        metavar="DATA",
        show_default=False,
    ),
]
RunFolder = Annotated[
    Path, typer.Argument(help="Folder of a run.", metavar="RUN", show_default=False)
]
Judge = Annotated[
    str,
    typer.Option(
        help="Who judges faithfulness: lexical, overlap, entailment:FOLDER or server:MODEL@URL.",
        metavar="SPEC",
    ),
]
Votes = Annotated[int, typer.Option(help="Votes of a judge on a server.", min=1, max=25)]
Budget = Annotated[
    float | None,
    typer.Option(help="Most US dollars that a judge on a server may cost.", metavar="USD"),
]
Price = Annotated[
    str | None,
    typer.Option(
        help="US dollars per million tokens read and written, such as 0.15,0.60.", metavar="IN,OUT"
    ),
]
