"""What the peers do, each as its own quickstart says; runs without Attest.

``PYTHON -P eval/bench/peers.py TASK ARGUMENTS…`` with an interpreter that has them:

* ``chroma PAPERS FOLDER MODEL``: chromadb's ``collection.add`` of all documents;
* ``llama PAPERS FOLDER MODEL``: llama-index with Chroma and HuggingFaceEmbedding;
* ``vectors FOLDER OUT``: write every stored text and its vector to a JSONL file;
* ``rank PAPERS QUESTIONS OUT FOLDER MODEL``: the papers that llama-index finds per question;
* ``query MODEL QUESTION``: import the llama-index stack and embed one question.

Imports go by name at run time, so that this file says what a peer needs without Attest
needing it.
"""

import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

COLLECTION = "papers"
IMPORTS = {
    "chroma": ("chromadb", "sentence_transformers"),
    "llama": (
        "llama_index.core",
        "llama_index.vector_stores.chroma",
        "llama_index.embeddings.huggingface",
    ),
}
"""What a program of each peer imports."""
PASSAGES = 130
"""Nodes asked of a retriever for the first hundred papers; an abstract is one node or two."""
INSTALL = {
    "chroma": "pip install chromadb sentence-transformers",
    "llama": "pip install llama-index-core llama-index-vector-stores-chroma "
    "llama-index-embeddings-huggingface",
}


def text_of(title: str, abstract: str) -> str:
    """Return what a peer is given of a paper: title, line break, abstract."""
    return f"{title}\n{abstract}"


def chroma(papers: str, folder: str, model: str) -> None:
    """Add all papers to a new collection, in batches as large as it takes."""
    functions: Any = import_module("chromadb.utils.embedding_functions")
    client = _client(folder)
    collection = client.create_collection(
        COLLECTION,
        embedding_function=functions.SentenceTransformerEmbeddingFunction(model_name=model),
    )
    read = list(_read(papers))
    batch = client.get_max_batch_size()
    for start in range(0, len(read), batch):
        part = read[start : start + batch]
        collection.add(ids=[name for name, _ in part], documents=[text for _, text in part])
    client.close()


def llama(papers: str, folder: str, model: str) -> None:
    """Build a vector store index of all papers, with every default left alone."""
    client = _client(folder)
    _index(papers, client, _embedding(model))
    client.close()


def rank(papers: str, questions: str, out: str, folder: str, model: str) -> None:
    """Write ``{"id", "ranking": [[paper, score], …]}`` of every question."""
    client, embedding = _client(folder), _embedding(model)
    retriever = _index(papers, client, embedding).as_retriever(similarity_top_k=PASSAGES)
    with Path(questions).open(encoding="utf-8") as asked, Path(out).open("w") as file:
        for row in map(json.loads, asked):
            best: dict[str, float] = {}
            for found in retriever.retrieve(row["question"]):
                best.setdefault(found.node.ref_doc_id, float(found.score))
            file.write(json.dumps({"id": row["id"], "ranking": list(best.items())}) + "\n")
    client.close()


def vectors(folder: str, out: str) -> None:
    """Write ``{"text", "vector"}`` of every record of a collection."""
    client = _client(folder)
    found = client.get_collection(COLLECTION).get(include=["embeddings", "documents"])
    with Path(out).open("w", encoding="utf-8") as file:
        for text, vector in zip(found["documents"], found["embeddings"], strict=True):
            row = {"text": text, "vector": [float(number) for number in vector]}
            file.write(json.dumps(row) + "\n")
    client.close()


def query(model: str, question: str) -> None:
    """Embed one question with the llama-index stack loaded."""
    for name in IMPORTS["llama"]:
        import_module(name)
    _embedding(model).get_query_embedding(question)


TASKS: dict[str, Callable[..., None]] = {
    "chroma": chroma,
    "llama": llama,
    "query": query,
    "rank": rank,
    "vectors": vectors,
}


def _index(papers: str, client: Any, embedding: Any) -> Any:  # noqa: ANN401
    core: Any = import_module("llama_index.core")
    stores: Any = import_module("llama_index.vector_stores.chroma")
    store = stores.ChromaVectorStore(chroma_collection=client.create_collection(COLLECTION))
    return core.VectorStoreIndex.from_documents(
        [core.Document(text=text, id_=name) for name, text in _read(papers)],
        storage_context=core.StorageContext.from_defaults(vector_store=store),
        embed_model=embedding,
    )


def _embedding(model: str) -> Any:  # noqa: ANN401
    huggingface: Any = import_module("llama_index.embeddings.huggingface")
    return huggingface.HuggingFaceEmbedding(model_name=model)


def _client(folder: str) -> Any:  # noqa: ANN401
    chromadb: Any = import_module("chromadb")
    return chromadb.PersistentClient(path=folder)


def _read(papers: str) -> Iterator[tuple[str, str]]:
    with Path(papers).open(encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            yield paper["_id"], text_of(paper["title"], paper["text"])


if __name__ == "__main__":
    TASKS[sys.argv[1]](*sys.argv[2:])
