"""What a trace finds: the spans of a text that stand verbatim in the library's abstracts."""

from rag.schema import Citation, Noun


class Span(Noun):
    """A run of the text that abstracts have word for word, inside no longer one."""

    start: int
    """Character offsets into the traced text, end exclusive."""
    end: int
    text: str
    """Equal to ``text[start:end]`` of the traced text."""
    words: int
    citations: tuple[int, ...]
    """Where it stands, at most as many papers as were asked for, in the order they came in."""
    papers: int
    """How many papers have it, listed or not."""


class Trace(Noun):
    """A text held against every abstract of a library."""

    spans: tuple[Span, ...] = ()
    """The longest (in words) first, equally long ones as they stand in the text."""
    citations: tuple[Citation, ...] = ()
    """Exact quotes, 1..n by first use; a quote may differ from its span in case and signs."""
    least: int
    """Words that a span has at least."""
    words: int
    """Words of the text."""
    covered: float
    """Share of these words that stand in a span, 0..1."""
    library: str
    """Fingerprint of the library version that was searched."""
