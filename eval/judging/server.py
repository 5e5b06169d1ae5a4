"""A chat model behind a server that speaks the OpenAI protocol (``POST …/chat/completions``)."""

import json
from collections.abc import Sequence
from typing import Any, cast

from eval.judging.chat import Message, Reply
from eval.judging.port import JudgeError
from eval.judging.posting import ChatServer, Unanswered, post
from rag.embedding.port import estimated_tokens


class ServerChat:
    """A chat model behind an OpenAI-compatible server; follows no redirect.

    Args:
        model: As the server calls it.
        server: Where it is.
        temperature: 0 takes the likeliest word; votes that are to differ need more.
    """

    def __init__(self, model: str, server: ChatServer, *, temperature: float = 0.0) -> None:
        self._model = model
        self._server = server
        self._temperature = temperature

    @property
    def name(self) -> str:
        """Model, address and temperature."""
        return f"{self._model}@{self._server.address}/t{self._temperature:g}"

    def complete(self, messages: Sequence[Message], *, seed: int, max_tokens: int) -> Reply:
        """Return the model's reply.

        Raises:
            JudgeError: The server fails, stays busy or says something else.
        """
        asked: dict[str, object] = {
            "model": self._model,
            "messages": list(messages),
            "temperature": self._temperature,
            "seed": seed,
            "max_tokens": max_tokens,
        }
        try:
            answer = post(self._server, json.dumps(asked).encode("ascii"))
        except Unanswered as error:
            raise self._failure(str(error)) from error
        try:
            content: Any = json.loads(answer)
            text: object = content["choices"][0]["message"]["content"]
            usage: object = content.get("usage")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise self._failure(f"no chat completion ({type(error).__name__})") from error
        if not isinstance(text, str):
            raise self._failure("a completion without text")
        read = sum(estimated_tokens(each["content"]) for each in messages)
        return Reply(
            text,
            _count(usage, "prompt_tokens", read),
            _count(usage, "completion_tokens", estimated_tokens(text)),
        )

    def _failure(self, what: str) -> JudgeError:
        advice = "check that the server runs and serves this model"
        where = f"{self._server.address}, model {self._model}"
        return JudgeError(f"judging failed at {where}: {what}: {advice}")


def _count(usage: object, name: str, estimated: int) -> int:
    counts = cast("dict[str, object]", usage) if isinstance(usage, dict) else {}
    found = counts.get(name)
    return found if type(found) is int and found >= 0 else estimated
