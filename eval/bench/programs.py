"""Programs that others wrote, run where they are installed."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

LONGEST = 600.0
"""Seconds that a program may take."""


class NotInstalled(Exception):
    """A program that is not on this machine; the message says which."""


def found(program: str) -> str:
    """Return the path of a program.

    Raises:
        NotInstalled: It is not on this machine.
    """
    path = shutil.which(program)
    if path is None:
        raise NotInstalled(f"not read: {program} is not installed")
    return path


def output(program: str, *arguments: str, folder: Path | None = None) -> str:
    """Return what a program prints.

    Raises:
        NotInstalled: It is not on this machine.
        CalledProcessError: It failed.
    """
    done = subprocess.run(
        [found(program), *arguments],
        cwd=folder, capture_output=True, check=True, timeout=LONGEST,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


def converted(paths: Sequence[Path], form: str, folder: Path) -> list[Path]:
    """Return files as LibreOffice, without a screen, converts them into a folder.

    Args:
        paths: The files.
        form: Ending of the new files, a filter after a colon if one is wanted.
        folder: Where they go.

    Raises:
        NotInstalled: LibreOffice is not on this machine.
        CalledProcessError: It failed.
    """
    with tempfile.TemporaryDirectory() as profile:
        home = f"-env:UserInstallation={Path(profile).as_uri()}"
        into = ("--convert-to", form, "--outdir", str(folder))
        output("soffice", "--headless", home, *into, *map(str, paths))
    return [folder / f"{path.stem}.{form.partition(':')[0]}" for path in paths]
