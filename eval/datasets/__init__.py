"""Data sets: cases out of files and into them, with every fault of a file told by its line.

`read_dataset` is the one door: Attest's own JSONL, BEIR folders, TREC qrels and
RAGChecker's JSON, told apart by content and layout. `faults` finds all that is
wrong with a data set and `examine` gives both. `write_cases` and `append_case`
write Attest's own form whole or not at all; `read_trec_run`, `write_trec_run`
and `write_qrels` speak to other retrieval tools, and `read_ragchecker_responses`
takes answers that another system gave.
"""

from eval.datasets.door import Examined, examine, faults, read_dataset
from eval.datasets.ledger import told
from eval.datasets.papers import Papers, title_key
from eval.datasets.ragchecker import read_ragchecker_responses
from eval.datasets.runs import read_trec_run, write_qrels, write_trec_run
from eval.datasets.writing import append_case, write_cases

__all__ = [
    "Examined",
    "Papers",
    "append_case",
    "examine",
    "faults",
    "read_dataset",
    "read_ragchecker_responses",
    "read_trec_run",
    "title_key",
    "told",
    "write_cases",
    "write_qrels",
    "write_trec_run",
]
