"""The text of XML elements: what their markup says is kept, the markup goes.

Italics and the like leave no trace, not even a blank. Indices, powers, formulas and
blocks of text come out as from the markup in other formats; see ``jats``.
"""

from xml.etree.ElementTree import Element

from rag.sources import jats

_TELLING = frozenset("sup sub p br li div sec title list-item alternatives tex-math math".split())
_SIGNED = frozenset("mfrac msub msubsup msup".split())
_REPEATED = frozenset({"annotation", "annotation-xml"})
_STYLES = {"superscript": "sup", "subscript": "sub"}
_CLOSING = tuple(",.;:)]")
_OPENING = tuple("([")


def told(element: Element, path: str) -> str:
    """Return the text of the first element at a path below another, or nothing."""
    found = element.find(path)
    return "" if found is None else text_of(found)


def text_of(element: Element) -> str:
    """Return all text of an element, white space folded."""
    if len(element):
        parts: list[str] = []
        _write(element, parts, maths=False)
        text = "".join(parts)
    else:
        text = element.text or ""
    return " ".join(jats.plain(text).split())


def _write(element: Element, parts: list[str], *, maths: bool) -> None:
    _say(element.text or "", parts, maths=maths)
    for child in element:
        if child.tag not in _REPEATED:
            _mark(child, parts, maths=maths)
        _say(child.tail or "", parts, maths=maths)


def _mark(child: Element, parts: list[str], *, maths: bool) -> None:
    name = _name(child, maths=maths)
    if name:
        parts.append(f"<{name}>")
    if maths and child.tag == "mfenced":
        _fence(child, parts)
    else:
        _write(child, parts, maths=maths or child.tag == "math")
    if name:
        parts.append(f"</{name}>")


def _name(child: Element, *, maths: bool) -> str:
    """Return the tag that tells something about the text in it, if this is one."""
    if child.tag == "style":  # EndNote's
        return _STYLES.get(child.get("face", ""), "")
    if child.tag == "par":  # the ACL Anthology's, empty
        return "br"
    if maths:
        return child.tag if child.tag in _SIGNED else "mrow"
    return child.tag if child.tag in _TELLING else ""


def _fence(element: Element, parts: list[str]) -> None:
    """Write out the brackets and commas that MathML leaves to its reader."""
    separator = element.get("separators", ",").strip()[:1]
    parts.append(element.get("open", "("))
    for number, child in enumerate(element):
        parts.append(separator if number else "")
        _mark(child, parts, maths=True)
    parts.append(element.get("close", ")"))


def _say(text: str, parts: list[str], *, maths: bool) -> None:
    # Between the elements of a formula white space is layout, and so are the line ends
    # that a pretty-printer put between brackets and what they hold.
    if maths and text.isspace():
        return
    start, end = text.lstrip(), text.rstrip()
    if start[:1] in _CLOSING and "\n" in text[: len(text) - len(start)]:
        text = start
    if end[-1:] in _OPENING and "\n" in text[len(end) :]:
        text = text.rstrip()
    parts.append(text)
