"""Commands that keep a library from being lost: ``backup``, ``restore``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import Json
from rag.cli.session import Session, put, session
from rag.terminal.plain import counted

if TYPE_CHECKING:
    from rag.backups import Backup

Place = Annotated[Path, typer.Argument(help="The file of the backup.", metavar="FILE")]


def backup(
    context: typer.Context,
    file: Place,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    json: Json = False,
) -> None:
    """Write the whole library into one file.

    Its conversations and cases go with it. Others may read and write it meanwhile: the
    backup is of one moment. Every byte in it is covered by a hash.
    """
    from rag.backups import back_up

    here = session(context)
    made = back_up(here.library(), file, force=force)
    _tell(here, made, f"{file} holds", json=json)


def restore(context: typer.Context, file: Place, json: Json = False) -> None:
    """Make the library of a backup, where there is none yet.

    Everything is compared with what was backed up before the library takes its place.
    """
    from rag.backups import restore as put_back

    here = session(context)
    directory = Path(here.settings().library)
    made = put_back(file, directory)
    _tell(here, made, f"{directory} holds", json=json)


def _tell(here: Session, made: "Backup", opening: str, *, json: bool) -> None:
    size = sum(each.size for each in made.files.values())
    if json:
        found = made.model_dump(mode="json", include={"papers", "passages", "fingerprint", "made"})
        put({**found, "files": len(made.files), "bytes": size})
        return
    here.screen().write(
        f"{opening} {counted(made.papers, 'paper')} in {counted(made.passages, 'passage')} "
        f"({size:,} bytes); the content is {made.fingerprint}."
    )


COMMANDS = (backup, restore)
