"""Reading the end and the count of a reply out of what the providers call them."""

from collections.abc import Iterator, Mapping
from typing import cast

from rag.answering.model import Finish, Usage

_FINISHES: Mapping[str, Finish] = {
    # OpenAI and the servers that speak its protocol
    "stop": "stop",
    "eos": "stop",
    "length": "length",
    "content_filter": "filtered",
    # Anthropic
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "filtered",
    # Google
    "finish_reason_stop": "stop",
    "safety": "filtered",
    "recitation": "filtered",
    "blocklist": "filtered",
    "prohibited_content": "filtered",
    "spii": "filtered",
}
_REASONS = ("finish_reason", "stop_reason", "done_reason", "finishReason")
_READ = ("prompt_tokens", "input_tokens", "prompt_eval_count", "prompt_token_count")
_WRITTEN = ("completion_tokens", "output_tokens", "eval_count", "candidates_token_count")
_COST = ("cost", "total_cost")
_INSIDE = ("choices", "candidates", "delta", "usage", "usage_metadata", "usageMetadata")
_DEEPEST = 3


def finish_of(replies: tuple[object, ...]) -> Finish | None:
    """Return why a reply ended, if a piece of it tells; an unknown reason is no good end."""
    for fields in _all(replies):
        for name in _REASONS:
            reason = fields.get(name)
            if reason:
                word = str(getattr(reason, "value", reason)).lower()
                return _FINISHES.get(word, "filtered")
    return None


def usage_of(replies: tuple[object, ...]) -> Usage | None:
    """Return the tokens and the cost that a piece of a reply tells, if it does."""
    for fields in _all(replies):
        read, written = _count(fields, _READ), _count(fields, _WRITTEN)
        if read is not None or written is not None:
            return Usage(int(read or 0), int(written or 0), _count(fields, _COST))
    return None


def _all(replies: tuple[object, ...]) -> Iterator[Mapping[str, object]]:
    for each in replies:
        yield from _mappings(each, 0)


def _mappings(value: object, depth: int) -> Iterator[Mapping[str, object]]:
    """Yield the parts of a reply that may hold such fields, as mappings."""
    if isinstance(value, list | tuple):
        value = cast("list[object]", value)[0] if value else None
    fields = _fields(value)
    if fields is None:
        return
    yield fields
    if depth < _DEEPEST:
        for name in _INSIDE:
            yield from _mappings(fields.get(name), depth + 1)


def _fields(value: object) -> Mapping[str, object] | None:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value)
    if value is None or isinstance(value, str | int | float | bool):
        return None
    fields: object = getattr(value, "__dict__", None)
    if not isinstance(fields, dict):
        return None
    # Fields that a provider adds of its own, such as a cost, lie apart in pydantic's models.
    extra: object = getattr(value, "model_extra", None)
    more = cast("dict[str, object]", extra) if isinstance(extra, dict) else {}
    return {**cast("dict[str, object]", fields), **more}


def _count(fields: Mapping[str, object], names: tuple[str, ...]) -> float | None:
    for name in names:
        value = fields.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return value
    return None
