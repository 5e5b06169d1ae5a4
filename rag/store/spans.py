"""Sentence offsets as a few bytes: the gap before each sentence and its length, as varints."""

from collections.abc import Iterable, Iterator

Span = tuple[int, int]


def pack(spans: Iterable[Span]) -> bytes:
    """Return ordered, disjoint spans as bytes."""
    packed = bytearray()
    last = 0
    for start, end in spans:
        _append(packed, start - last)
        _append(packed, end - start)
        last = end
    return bytes(packed)


def unpack(packed: bytes) -> tuple[Span, ...]:
    """Return the spans that ``pack`` was given."""
    numbers = _numbers(packed)
    spans: list[Span] = []
    last = 0
    for gap, length in zip(numbers, numbers, strict=True):
        spans.append((last + gap, last + gap + length))
        last += gap + length
    return tuple(spans)


def _append(packed: bytearray, number: int) -> None:
    if number < 0:
        raise ValueError("spans overlap or are out of order")
    while number > 127:
        packed.append(number & 127 | 128)
        number >>= 7
    packed.append(number)


def _numbers(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
