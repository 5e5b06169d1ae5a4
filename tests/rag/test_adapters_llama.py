"""Any llama-index LLM as a model of ours, and the real connectors on loopback."""

from typing import Any

import pytest
from pydantic import Field

from rag.adapters.llama import from_llama
from rag.adapters.raw import finish_of, usage_of
from rag.answering.brake import Brake
from rag.answering.listening import listen
from rag.answering.model import Message, Usage
from rag.errors import ModelFault

SENT = [Message("system", "be brief"), Message("user", "hello")]


def llm(text: str = "a whole reply", *, error: Exception | None = None) -> Any:
    from llama_index.core.llms import (
        CompletionResponse,
        CompletionResponseGen,
        CustomLLM,
        LLMMetadata,
    )

    class Own(CustomLLM):
        seen: list[str] = Field(default_factory=list)

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(context_window=4_321, model_name="own")

        def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
            return CompletionResponse(text=text)

        def stream_complete(
            self, prompt: str, formatted: bool = False, **_: Any
        ) -> CompletionResponseGen:
            self.seen.append(prompt)

            def pieces() -> CompletionResponseGen:
                for size in range(1, len(text) + 1):
                    yield CompletionResponse(text=text[:size], delta=text[size - 1])
                if error is not None:
                    raise error

            return pieces()

    return Own()


def test_a_llama_index_object_writes_through_our_port():
    theirs = llm()
    model = from_llama(theirs)
    pieces = list(listen(model, SENT, brake=Brake(30), max_tokens=9))
    assert "".join(each.text for each in pieces) == "a whole reply"
    assert model.name.endswith("/own")
    assert model.window == 4_321
    assert not model.structured
    assert "be brief" in theirs.seen[0]
    assert "hello" in theirs.seen[0]


@pytest.mark.parametrize(
    ("error", "kind"),
    [(ValueError("secret"), "garbled"), (RuntimeError("secret"), "failed"), (OSError(), "failed")],
)
def test_whatever_it_raises_is_a_fault_that_repeats_nothing(error, kind):
    with pytest.raises(ModelFault) as caught:
        list(listen(from_llama(llm(error=error)), SENT, brake=Brake(30), max_tokens=9))
    assert caught.value.kind == kind
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        ({"choices": [{"finish_reason": "stop"}]}, "stop"),
        ({"choices": [{"finish_reason": None}]}, None),
        ({"delta": {"stop_reason": "end_turn"}}, "stop"),
        ({"stop_reason": "max_tokens"}, "length"),
        ({"done_reason": "length"}, "length"),
        ({"finish_reason": "SAFETY"}, "filtered"),
        ({"finish_reason": "something new"}, "filtered"),
        ("text", None),
        (None, None),
    ],
)
def test_the_end_of_a_reply_is_read_in_every_provider_s_words(raw, finish):
    assert finish_of((raw,)) == finish


def test_tokens_and_cost_are_read_where_they_are_told():
    assert usage_of(({"usage": {"prompt_tokens": 5, "completion_tokens": 7, "cost": 0.1}},)) == (
        Usage(5, 7, 0.1)
    )
    assert usage_of(({"prompt_eval_count": 3, "eval_count": 2},)) == Usage(3, 2, None)
    assert usage_of(({"usage": {"prompt_tokens": True}},)) is None
    assert Usage(1, 2, 0.5).plus(Usage(3, 4)) == Usage(4, 6, 0.5)
