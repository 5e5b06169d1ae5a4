"""Changes that somebody makes to a collection behind the back of its library."""

import random
from typing import Literal, get_args

from rag.store.remote import ChromaServer

Way = Literal["record", "vector", "title", "more", "all"]
"""A record deleted, a vector or a title altered, a record added, or all of it deleted."""
WAYS: tuple[Way, ...] = get_args(Way)
_COLLECTIONS = "/tenants/default_tenant/databases/default_database/collections"


def tamper(server: ChromaServer, name: str, way: Way, rng: random.Random) -> None:
    """Alter a collection.

    Raises:
        StoreUnavailable: The server does not answer.
        ValueError: There is no such collection, or it does not take the change.
    """
    found = server.find(name)
    if found is None:
        raise ValueError(f"no collection {name}")
    if way == "all":
        server.delete(name)
        return
    path, dim = f"{_COLLECTIONS}/{found.id}", int(found.metadata["dim"])
    held = server.wire.ask("POST", f"{path}/get", {"limit": 1_000, "include": []}, within=30)
    victim = rng.choice(held.content["ids"])
    vector = [rng.gauss(0, 1) for _ in range(dim)]
    verb, body = {
        "record": ("delete", {"ids": [victim]}),
        "vector": ("update", {"ids": [victim], "embeddings": [vector]}),
        "title": (
            "update",
            {"ids": [victim], "embeddings": [None], "metadatas": [{"title": "Forged"}]},
        ),
        "more": ("add", {"ids": ["stranger#0"], "embeddings": [vector]}),
    }[way]
    if server.wire.ask("POST", f"{path}/{verb}", body, within=30).status not in (200, 201):
        raise ValueError(f"{name} does not take the change {way!r}")
