"""Which sentences are weighed as evidence."""

import json
from pathlib import Path

from light import library_of
from pairreader import NOTHING, ScriptedReader

from rag.answering.answerer import ExtractiveAnswerer
from rag.answering.candidates import gather
from rag.answering.evidence import Reading
from rag.answering.fitted import load
from rag.answering.question import read_question
from rag.assistant import Assistant
from rag.embedding import open_embedder
from rag.pairs import PairReading
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


def test_what_the_reader_says_of_each_sentence_stands_with_it(tmp_path: Path):
    def rule(question: str, text: str) -> PairReading:
        return NOTHING._replace(answers=float("tear" in text) * 50, about=-2.0)

    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(map(json.dumps, PAPERS)), encoding="utf-8")
    library = library_of(tmp_path / "library", path, embedder="minilm")
    reader = ScriptedReader(rule)
    question = "In which wind do paper kites fly?"
    with library.open() as view:
        retrieved = HybridRetriever(open_embedder("minilm")).retrieve(view, question)
        reading = Reading(read_question(question), retrieved.query.weights, 2)
        scored = gather(view, retrieved, reading, load().evidence, reader=reader)
        plain = gather(view, retrieved, reading, load().evidence)
    said = {one.sentence.text: (one.place.answers, one.place.about) for one in scored}
    # Log-odds are heard up to six, so that one sure reading does not outweigh everything.
    assert said == {"Paper kites fly in weak wind.": (0.0, -2.0), "They tear.": (6.0, -2.0)}
    assert {text for _, text in reader.asked} == {
        "Paper kites. Paper kites fly in weak wind.",
        "Paper kites. They tear.",
    }
    assert {(one.place.answers, one.place.about) for one in plain} == {(0.0, 0.0)}
