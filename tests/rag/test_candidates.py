"""Which sentences are weighed as evidence."""

import json
from pathlib import Path

from light import library_of

from rag.answering.answerer import ExtractiveAnswerer
from rag.answering.fitted import load
from rag.assistant import Assistant
from rag.embedding import open_embedder
from rag.retrieval import HybridRetriever
from rag.verification import LexicalChecker

PAPERS = [
    {"_id": "kites", "title": "Paper kites", "text": "Paper kites fly in weak wind. They tear."},
    {"_id": "alone", "title": "Kites that fly in weak wind", "text": ""},
]


def test_a_paper_that_is_but_a_title_is_found_and_not_cited(tmp_path: Path):
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(map(json.dumps, PAPERS)), encoding="utf-8")
    library = library_of(tmp_path / "library", path, embedder="minilm")
    retriever = HybridRetriever(open_embedder("minilm"))
    assistant = Assistant(library, retriever, ExtractiveAnswerer(load()), LexicalChecker())
    answer = assistant.ask("In which wind do paper kites fly?")
    assert "alone" in {hit.passage.paper_id for hit in answer.hits}
    assert {each.paper_id for each in answer.citations} <= {"kites"}
