"""Every error a user can meet, one tree.

AttestError
├── UsageError            the request itself cannot be served (bad filter, blank or huge question)
├── SourceError           a file cannot be read at all (missing, unknown format, damaged archive)
├── LibraryError
│   ├── LibraryMissing    no library at this place, or nothing in it yet
│   ├── LibraryLocked     another process is writing
│   ├── LibraryMismatch   made with another model, dimension, splitter or format
│   ├── LibraryDamaged    stored bytes are not what the manifest says
│   ├── StoreUnavailable  the server that holds the collection does not do its part
│   └── PaperNotFound     no paper with this id
└── ModelUnavailable      a model, its weights or its extra is not installed
    └── ModelFault        a language model gave no reply, or only a part of one

Messages are one line: what happened, where, and what to do. Anything that is
not an ``AttestError`` is a defect of Attest and keeps its traceback.
"""


class AttestError(Exception):
    """Base of every error that Attest raises on purpose."""


class UsageError(AttestError):
    """The request cannot be served as it was put."""


class SourceError(AttestError):
    """A file as a whole cannot be read; single bad records become rejections instead."""


class LibraryError(AttestError):
    """Something about the library on disk."""


class LibraryMissing(LibraryError):
    """There is no library here, or it holds no papers."""


class LibraryLocked(LibraryError):
    """Another process holds the writer lock."""


class LibraryMismatch(LibraryError):
    """The library was made with settings that the present ones do not fit."""


class LibraryDamaged(LibraryError):
    """Bytes on disk differ from what was published."""


class StoreUnavailable(LibraryError):
    """The Chroma server of a library gave no usable answer; names it."""


class PaperNotFound(LibraryError):
    """The library holds no paper with this id."""


class ModelUnavailable(AttestError):
    """A model cannot be loaded; the message carries the install command."""


class ModelFault(ModelUnavailable):
    """A language model gave no reply, or only a part of one.

    Attributes:
        kind: What went wrong, one of ``FAULTS``.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


FAULTS = {
    "unreachable": "could not be reached",
    "busy": "was too busy",
    "denied": "did not accept the key or the account",
    "missing": "is not served there",
    "rejected": "did not accept the request",
    "too long": "cannot read so long a prompt",
    "timeout": "took too long",
    "cancelled": "was stopped",
    "cut": "broke off",
    "length": "ran out of tokens",
    "filtered": "was held back by its provider",
    "empty": "said nothing",
    "garbled": "sent what could not be read",
    "failed": "failed",
}
"""What can go wrong with a language model, and how to say it after its name."""
