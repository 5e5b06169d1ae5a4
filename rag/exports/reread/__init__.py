"""Reading an exported file back, so that it can be checked."""

from pathlib import Path

from rag.errors import SourceError
from rag.exports.reread.found import Found

_LARGEST = 2**27
"""Bytes of a file that is read; a thousand answers have a few million."""


def reread(path: Path) -> Found:
    """Return what an export shows now.

    Raises:
        SourceError: The file cannot be read, or is no export with marks.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise SourceError(f"{path} is too large for an export; split it")
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    found = _read(content, path)
    if not found.answers:
        raise SourceError(
            f"{path} has no marks of Attest; check JSON, Markdown, HTML or DOCX that it exported"
        )
    return found


def _read(content: bytes, path: Path) -> Found:
    if content[:2] == b"PK":
        from rag.exports.reread import word

        return word.read(content, str(path))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not UTF-8; export it again") from error
    start = text.lstrip()[:200].lower()
    if start.startswith("{"):
        from rag.exports.reread import objects

        return objects.read(text, str(path))
    if start.startswith("<"):
        from rag.exports.reread import webpage

        return webpage.read(text)
    from rag.exports.reread import markdown

    return markdown.read(text)
