"""Messages to the text that a chat model continues."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rag.answering.model import Message
from rag.embedding.wordpieces import whole

PLAIN = (
    "{{ bos_token | default('', true) }}"
    "{% for message in messages %}"
    "{% if message.role != 'system' %}{{ message.role | capitalize }}: {% endif %}"
    "{{ message.content }}\n\n"
    "{% endfor %}Assistant:"
)
"""For a model that was made without a template: turns with names before them."""
PLAIN_STOPS = ("\nUser:", "\nAssistant:")
"""Where a model without turns of its own begins to speak for others."""


class Prompt(NamedTuple):
    """What a model continues, and the texts at which its reply has ended."""

    text: str
    stops: tuple[str, ...] = ()


class Unspeakable(ValueError):
    """The template of a model does not take these messages."""


def prompt(tokenizer: Any, messages: Sequence[Message]) -> Prompt:  # noqa: ANN401
    """Apply a tokenizer's chat template, or a plain one to a model without.

    The system text goes before the first user turn where a template refuses or drops it.
    Marks of turns inside a message are broken up, so that no paper can end its own turn.

    Raises:
        Unspeakable: The template takes no such messages.
    """
    inert = _defuser(tokenizer)
    clean = [Message(each.role, inert(whole(each.content))) for each in messages]
    if not tokenizer.chat_template:
        return Prompt(_render(tokenizer, clean, PLAIN), PLAIN_STOPS)
    return Prompt(_with_system(tokenizer, clean))


def _with_system(tokenizer: Any, messages: Sequence[Message]) -> str:  # noqa: ANN401
    system = "\n\n".join(each.content for each in messages if each.role == "system")
    if not system:
        return _render(tokenizer, messages)
    try:
        text = _render(tokenizer, messages)
    except Unspeakable:
        text = ""
    return text if system.strip() in text else _render(tokenizer, _merged(system, messages))


def _merged(system: str, messages: Sequence[Message]) -> list[Message]:
    turns = [each for each in messages if each.role != "system"]
    if not turns or turns[0].role != "user":
        return [Message("user", system), *turns]
    return [Message("user", f"{system}\n\n{turns[0].content}"), *turns[1:]]


def _render(tokenizer: Any, messages: Sequence[Message], template: str | None = None) -> str:  # noqa: ANN401
    from jinja2 import TemplateError

    try:
        return str(
            tokenizer.apply_chat_template(
                [each._asdict() for each in messages],
                chat_template=template,
                add_generation_prompt=True,
                tokenize=False,
                # Templates of models that can think aloud read it; the others do not.
                enable_thinking=False,
            )
        )
    except (TemplateError, TypeError, ValueError) as error:
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise Unspeakable(f"its chat template refuses the messages ({reason})") from error


def _defuser(tokenizer: Any) -> Callable[[str], str]:  # noqa: ANN401
    added = [str(token) for token in tokenizer.added_tokens_decoder.values() if token.special]
    marks = {mark for mark in (*added, *tokenizer.all_special_tokens) if len(mark) > 1}
    longest_first = sorted(marks, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
    return lambda text: pattern.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
