"""The papers and indexes of a library on disk; `rag.library` is the door to it.

``catalogue`` is the source of truth, a version (``publishing``) a pure function
of it, ``view`` what readers see. ``index`` finds passages by meaning (``chroma``
holds them for every other client, in the folder, or ``served`` by a server), ``lexical``
papers by their words.
"""
