"""The llama-index classes that connect to each kind of model, all on our own wire.

Each is made when it first writes: importing llama-index takes seconds.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.adapters.keys import key, needed
from rag.adapters.llama import LlamaModel, Seat
from rag.adapters.place import Place
from rag.adapters.wire import client, wire
from rag.answering.model import REPLY_TOKENS, Json
from rag.errors import ModelUnavailable

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

_HOSTED_WINDOW = 128_000
"""Tokens that today's hosted models read at least."""
_SERVED_WINDOW = 8_192
"""Tokens that a local server is taken to read: they do not tell in their protocol."""
_TEMPERATURE = 0.0
_FIXED_TEMPERATURE = re.compile(r"o\d|gpt-(?:[5-9]|\d\d)")
"""Names of models that take no temperature but their own."""
_TIMEOUT = 3600.0
"""Seconds; the deadline of the question is what counts, and our wire keeps it."""


def openai(place: Place) -> LlamaModel:
    """Return a model of OpenAI, or of a gateway that stands for it."""
    secret = needed("openai")
    fixed = _FIXED_TEMPERATURE.match(place.model)

    def make() -> "LLM":
        return _openai_like(place, secret, 1.0 if fixed else _TEMPERATURE)

    def options(max_tokens: int, schema: Json | None) -> dict[str, object]:
        return {"max_completion_tokens": max_tokens, **_response_format(schema), **_COUNTED}

    return LlamaModel(make, _seat(place, _HOSTED_WINDOW, structured=True), options)


def server(place: Place) -> LlamaModel:
    """Return a model on a server that speaks OpenAI's protocol."""
    secret = key("server")

    def make() -> "LLM":
        return _openai_like(place, secret or "none", _TEMPERATURE)

    def options(max_tokens: int, schema: Json | None) -> dict[str, object]:
        return {"max_tokens": max_tokens, **_response_format(schema), **_COUNTED}

    return LlamaModel(make, _seat(place, _SERVED_WINDOW, structured=True), options)


def anthropic(place: Place) -> LlamaModel:
    """Return a model of Anthropic; it attaches ids in plain text."""
    secret = needed("anthropic")

    def make() -> "LLM":
        with _extra():
            from llama_index.core.base.llms.types import LLMMetadata
            from llama_index.llms.anthropic import Anthropic

        class AnyAnthropic(Anthropic):
            """Takes models that are newer than the connector's own list of names."""

            @property
            def metadata(self) -> LLMMetadata:
                return LLMMetadata(
                    context_window=_HOSTED_WINDOW, is_chat_model=True, model_name=self.model
                )

        made = AnyAnthropic(
            model=place.model,
            temperature=_TEMPERATURE,
            base_url=place.url,
            api_key=secret,  # pyright: ignore[reportCallIssue] - of its base
            max_retries=0,
            timeout=_TIMEOUT,
        )
        # The class takes no HTTP client; its own client does.
        own = made._client  # pyright: ignore
        made._client = own.with_options(http_client=client(place.url or ""))  # pyright: ignore
        return made

    def options(max_tokens: int, schema: Json | None) -> dict[str, object]:
        return {"max_tokens": max_tokens}

    return LlamaModel(make, _seat(place, _HOSTED_WINDOW), options)


def google(place: Place) -> LlamaModel:
    """Return a Gemini model."""
    secret = needed("google")

    def make() -> "LLM":
        with _extra():
            from google.genai import Client
            from google.genai.types import HttpOptions
            from llama_index.llms.google_genai import GoogleGenAI
        made = GoogleGenAI(
            place.model,
            api_key=secret,
            # Given, so that the class does not ask the network for them.
            max_tokens=REPLY_TOKENS,
            context_window=_HOSTED_WINDOW,
            max_retries=0,
            file_mode="inline",
        )
        http = HttpOptions(base_url=place.url, httpx_client=client(place.url or ""))
        made._client = Client(api_key=secret, vertexai=False, http_options=http)  # pyright: ignore
        return made

    def options(max_tokens: int, schema: Json | None) -> dict[str, object]:
        config: Json = {"max_output_tokens": max_tokens}
        if schema is not None:
            config["response_mime_type"] = "application/json"
            config["response_json_schema"] = schema
        return {"generation_config": config}

    return LlamaModel(make, _seat(place, _HOSTED_WINDOW, structured=True), options)


def ollama(place: Place) -> LlamaModel:
    """Return a model of Ollama, on this machine by default."""
    secret = key("ollama")

    def make() -> "LLM":
        with _extra():
            from llama_index.llms.ollama import Ollama  # pyright: ignore[reportMissingTypeStubs]
            from ollama import Client
        own = Client(
            place.url,
            headers={"Authorization": f"Bearer {secret}"} if secret else {},
            transport=wire(place.url or ""),
            follow_redirects=False,
            trust_env=False,
            timeout=_TIMEOUT,
        )
        return Ollama(
            place.model,
            base_url=place.url or "",
            client=own,
            temperature=_TEMPERATURE,
            context_window=_SERVED_WINDOW,
            request_timeout=_TIMEOUT,
            additional_kwargs={"num_predict": REPLY_TOKENS},
        )

    def options(max_tokens: int, schema: Json | None) -> dict[str, object]:
        return {"format": schema} if schema is not None else {}

    return LlamaModel(make, _seat(place, _SERVED_WINDOW, structured=True), options)


_COUNTED: dict[str, object] = {"stream_options": {"include_usage": True}}


def _response_format(schema: Json | None) -> dict[str, object]:
    if schema is None:
        return {}
    named = {"name": "answer", "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _seat(place: Place, window: int, *, structured: bool = False) -> Seat:
    return Seat(place.spec, place.host, window, structured)


def _openai_like(place: Place, secret: str, temperature: float) -> "LLM":
    with _extra():
        from llama_index.llms.openai_like import (  # pyright: ignore[reportMissingTypeStubs]
            OpenAILike,
        )
    return OpenAILike(
        model=place.model,
        api_base=place.url,
        api_key=secret,
        is_chat_model=True,
        context_window=_HOSTED_WINDOW,
        temperature=temperature,
        max_retries=0,
        timeout=_TIMEOUT,
        http_client=client(place.url or ""),  # pyright: ignore[reportCallIssue] - of its base
    )


@contextmanager
def _extra() -> Generator[None]:
    """Say how to get a connector that is not installed.

    Raises:
        ModelUnavailable: It is not.
    """
    try:
        yield
    except ImportError as error:
        raise ModelUnavailable(
            f"a connector is not installed ({error.name}): pip install 'attest-rag[llm]'"
        ) from error
