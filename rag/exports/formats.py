"""The formats by name, and the one that a file's name asks for."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, cast

from rag.errors import UsageError
from rag.exports.exported import Exported, Options


class Format(NamedTuple):
    """A format and the module whose ``write`` makes it, imported when it is wanted."""

    module: str
    suffixes: tuple[str, ...]
    binary: bool = False


FORMATS = {
    "markdown": Format("markdown", (".md", ".markdown")),
    "html": Format("webpage", (".html", ".htm")),
    "docx": Format("word", (".docx",), binary=True),
    "latex": Format("latexpage", (".tex",)),
    "bibtex": Format("bibtex", (".bib",)),
    "ris": Format("ris", (".ris",)),
    "csl": Format("csl", (".csl.json",)),
    "csv": Format("spreadsheet", (".csv",)),
    "json": Format("objects", (".json",)),
}


def format_of(path: Path) -> str:
    """Return the format that a file's name asks for.

    Raises:
        UsageError: Its ending tells none.
    """
    for name, form in FORMATS.items():
        if path.name.lower().endswith(form.suffixes):
            return name
    raise UsageError(f"{path} tells no format; name one of {', '.join(FORMATS)} with --format")


def write(exported: Exported, form: str, options: Options) -> bytes:
    """Return what is exported as the bytes of a file, text in UTF-8.

    Raises:
        UsageError: There is no such format.
    """
    found = FORMATS.get(form)
    if found is None:
        raise UsageError(f"no format {form!r}; choose one of {', '.join(FORMATS)}")
    writer = cast(
        Callable[[Exported, Options], str | bytes],
        import_module(f"rag.exports.{found.module}").write,
    )
    written = writer(exported, options)
    return written if isinstance(written, bytes) else written.encode("utf-8")
