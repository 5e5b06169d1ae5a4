"""Each kind of hosted or local model through its real connector, on loopback."""

import pytest
from modelserver import ModelServer
from modelwords import Reply, says

from rag.adapters.opening import open_model
from rag.answering.brake import Brake
from rag.answering.listening import listen
from rag.answering.model import Message, Usage
from rag.errors import ModelFault

ASKED = [Message("system", "Answer with ids."), Message("user", "What does BERT mask?")]
REPLY = Reply("Fifteen percent “at random” [S1].", read=31, written=9)
KINDS = {
    "openai": ("openai:m", "ATTEST_OPENAI_URL", "/v1"),
    "server": ("server:m@{}/v1", None, ""),
    "anthropic": ("anthropic:any-model", "ATTEST_ANTHROPIC_URL", ""),
    "google": ("google:m", "ATTEST_GOOGLE_URL", ""),
    "ollama": ("ollama:m", "OLLAMA_HOST", ""),
}
KEYS = ("OPENAI_API_KEY", "ATTEST_LLM_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY")


@pytest.fixture(params=list(KINDS))
def opened(request, monkeypatch):
    """Return what opens a model of a kind on a server."""
    spec, variable, path = KINDS[request.param]
    for name in KEYS:
        monkeypatch.setenv(name, f"sk-{name.lower()}")

    def model(server):
        if variable:
            monkeypatch.setenv(variable, server.url + path)
        return open_model(spec.format(server.url))

    return model


def heard(model):
    return list(listen(model, ASKED, brake=Brake(60), max_tokens=64))


def test_a_reply_comes_in_pieces_with_its_end_and_its_counts(opened):
    with ModelServer(says(REPLY)) as server:
        pieces = heard(opened(server))
    assert "".join(piece.text for piece in pieces) == REPLY.text
    assert sum(bool(piece.text) for piece in pieces) > 2
    assert [piece.finish for piece in pieces if piece.finish][-1] == "stop"
    used = [piece.usage for piece in pieces if piece.usage]
    assert max(each.prompt_tokens for each in used) == 31
    assert used[-1].completion_tokens == Usage(31, 9).completion_tokens
    assert len(server.requests) == 1


def unsaid(fault):
    return {"failed"} if str(fault.value).startswith("google:") else set()


@pytest.mark.parametrize("finish", ["length", "filtered", "refusal"])
def test_an_end_that_is_no_good_one_is_a_fault(opened, finish):
    with ModelServer(says(Reply(finish=finish))) as server, pytest.raises(ModelFault) as fault:
        heard(opened(server))
    # Google's connector raises a bare error over such an end and keeps the reason to its text.
    assert fault.value.kind in {"length" if finish == "length" else "filtered", *unsaid(fault)}


def test_a_stream_that_only_stops_was_cut(opened):
    with ModelServer(says(Reply(finish=None))) as server, pytest.raises(ModelFault) as fault:
        heard(opened(server))
    assert fault.value.kind == "cut"
