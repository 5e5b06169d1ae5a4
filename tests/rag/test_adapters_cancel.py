"""Whoever stops waiting for a model hangs up on it, too."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from modelserver import ModelServer
from modelwords import Reply, says

from rag.adapters.opening import open_model
from rag.adapters.waiting import RetryBudget
from rag.answering.brake import Brake
from rag.answering.listening import listen
from rag.answering.model import Message
from rag.errors import ModelFault

ASKED = [Message("user", "What does BERT mask?")]


def test_a_hundred_cancels_at_any_moment_close_the_connection_upstream():
    with ModelServer(says(Reply("word " * 2_000), pause=0.02)) as server:
        model = open_model(f"server:m@{server.url}/v1")
        assert model is not None
        next(listen(model, ASKED, brake=Brake(60), max_tokens=9))  # imports

        def cancelled(seed):
            brake = Brake(60)
            threading.Timer(random.Random(seed).uniform(0, 0.5), brake.press).start()
            began = len(server.requests)
            with pytest.raises(ModelFault) as fault:
                for _ in listen(model, ASKED, brake=brake, max_tokens=9):
                    pass
            return fault.value.kind, began

        with ThreadPoolExecutor(10) as pool:
            ends = list(pool.map(cancelled, range(100)))
        ended = time.monotonic()
        assert {kind for kind, _ in ends} == {"cancelled"}
        deadline = time.monotonic() + 5
        left = [
            asked.number
            for asked in server.requests
            if not asked.gone.wait(max(0.0, deadline - time.monotonic()))
        ]
        assert left == []
        late = max((asked.gone_at or 0.0) - ended for asked in server.requests)
        assert late < 5  # on an idle machine within a second


def test_in_an_outage_retries_are_few_beside_the_questions():
    budget, retries = RetryBudget(), 0
    for _ in range(1_000):
        budget.earn()
        retries += sum(budget.spend() for _ in range(2))
    assert retries <= 10 + 100
