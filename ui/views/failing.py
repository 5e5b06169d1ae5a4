"""A failure as one line on the page."""

import logging
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rag.cli.failures import explained
from rag.errors import AttestError
from ui import render


@contextmanager
def failing(tell: Callable[[str], None]) -> Generator[None]:
    """Hand what went wrong to ``tell`` as a status line; a defect of Attest is logged too."""
    try:
        yield
    except (AttestError, sqlite3.DatabaseError, OSError) as error:
        tell(render.status(explained(error)[1], failed=True))
    except Exception as error:
        logging.getLogger("attest").exception("the page met a defect of Attest")
        line = f"{type(error).__name__}: {error}; this is a defect of Attest, see its log"
        tell(render.status(line, failed=True))
