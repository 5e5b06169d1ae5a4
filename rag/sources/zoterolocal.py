"""Lines out of a Zotero that runs on this machine, by its local API; nothing else is asked.

``http://127.0.0.1:23119/api/users/0/items?format=csljson`` is a whole library. What comes is
in the format of the address (``csljson``, ``json``, ``bibtex``) and read like a file of it.
"""

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from string import punctuation
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from rag.errors import SourceError
from rag.sources.reader import WHOLE

PORT = 80

LONGEST = 200
"""Characters of a refused address that are repeated."""

_HINTS = {
    403: "allow other applications to communicate with Zotero in its advanced settings",
    404: "check the address; a group's items are under /api/groups/<number>/items",
}


def fetch(url: str, *, page: int = 1_000, timeout: float = 60.0) -> Iterator[str]:
    r"""Return the lines of a local Zotero's answer, fetched page by page as they are read.

    No proxy is used and no redirection followed. An address with a ``start`` or ``limit`` of
    its own, or outside of ``/api/``, is asked for once as it is.

    Args:
        url: ``http://`` and a loopback host: ``127.0.0.1``, ``[::1]`` or ``localhost``.
        page: Items asked for at once.
        timeout: Seconds that Zotero may be silent.

    Returns:
        Lines with ``\n`` ends; a page begins on a new line.

    Raises:
        SourceError: The address is no loopback address; or, while reading, Zotero does not
            answer, refuses, or sends more than ``WHOLE`` bytes in one page.
    """
    return _lines(_local(url), page, timeout)


def _local(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        parts, loopback = None, False
    if parts is None or parts.scheme != "http" or not loopback:
        known = "http://127.0.0.1, http://[::1] or http://localhost"
        raise SourceError(f"not an address of this machine: {url[:LONGEST]!r}; give {known}")
    return parts


def _lines(parts: SplitResult, page: int, timeout: float) -> Iterator[str]:
    asked = parse_qsl(parts.query, keep_blank_values=True)
    given = {key for key, _ in asked}
    if not parts.path.startswith("/api/") or given & {"start", "limit"}:
        yield from _answer(parts, parts.query, timeout)[0]
        return
    if not given & {"sort", "direction"}:
        # In the order of birth no item moves to another page while the pages are read.
        asked += [("sort", "dateAdded"), ("direction", "asc")]
    start, total = 0, 1
    while start < total:
        query = urlencode([*asked, ("start", start), ("limit", page)])
        lines, total = _answer(parts, query, timeout)
        yield from lines
        start += page


def _answer(parts: SplitResult, query: str, timeout: float) -> tuple[list[str], int]:
    """Ask once and return the lines and how many results there are in all."""
    # The name must not be looked up: what it stands for is not in our hands.
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    port = parts.port or PORT
    path = quote(parts.path or "/", safe=punctuation, errors="replace")
    where = f"http://{parts.hostname}:{port}{path}"
    asked = quote(f"?{query}" if query else "", safe=punctuation, errors="replace")
    try:
        with closing(HTTPConnection(host, port, timeout=timeout)) as connection:
            connection.request("GET", path + asked)
            with connection.getresponse() as answer:
                body = answer.read(WHOLE + 1)
                cut = bool(answer.length) and len(body) <= WHOLE
                total = answer.getheader("Total-Results") or ""
    except (OSError, HTTPException) as error:
        raise SourceError(f"no answer from {where}: {_one_line(error)}; start Zotero") from None
    if answer.status != 200:
        hint = _HINTS.get(answer.status, "check the address")
        raise SourceError(f"Zotero answers {answer.status} to {where}; {hint}")
    if cut:
        raise SourceError(f"answer of {where} ends early; fetch it again")
    if len(body) > WHOLE:
        raise SourceError(f"over {WHOLE // 2**20} MiB in one page of {where}; ask for a collection")
    lines = body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    return [f"{line}\n" for line in lines], int(total) if total.isdecimal() else 0


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
