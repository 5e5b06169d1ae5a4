"""A language model in this process: ``hf:FOLDER-OR-ID``. Needs the extra ``local``."""

from rag.adapters.hf.model import LocalModel

__all__ = ["LocalModel"]
