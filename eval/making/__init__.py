"""Evaluation cases made from a person's own papers: by rules, seeded, labelled as made.

`make` reads a library and returns cases with the corpus they are to be asked of;
`write` puts both on disk. Nothing here asks a model or the network.
"""

from eval.making.kinds import ALL, Kind, Made
from eval.making.maker import make
from eval.making.writing import paired, write

__all__ = ["ALL", "Kind", "Made", "make", "paired", "write"]
