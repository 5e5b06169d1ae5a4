r"""Plain text of strings that hold JATS, HTML or MathML, as titles and abstracts in JSON do.

Only tags known by name go; ``p <q`` and ``<x>`` are what somebody wrote. A text without a
single closing tag holds no markup. Section titles stay as ``Title:``, an index stays where
it stood, and a power of a number keeps its sign: ``10<sup>6</sup>`` becomes ``10^6``.
"""

import html
import re

_TAG = re.compile(
    r"<(?P<end>/?)(?:(?P<space>jats|mml):)?(?P<name>[a-zA-Z][\w-]*)"
    r"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=/]+))*\s*(?P<void>/?)>"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_PRINTED = re.compile(  # line ends that a pretty-printer put around inline tags
    r"(?<!\s)\s+(?=</?(?:jats:)?su[bp]\b)|(?<=>)(?<!\s)\s+(?=[,.;:)\]])"
)
_POWER = re.compile(r"[+\-−–]?\d")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")

_BLOCKS = frozenset(
    "abstract blockquote br break disp-formula disp-quote div dd def-item dl dt h1 h2 h3 h4 h5 h6"
    " hr label li list list-item ol p pre sec table tbody td th thead title tr trans-abstract"
    " ul".split()
)
_TITLES = frozenset("title h1 h2 h3 h4 h5 h6".split())
_INLINE = frozenset(
    "a alternatives annotation b big bold cite code def em email ext-link font fn i inf"
    " inline-formula inline-graphic italic kbd mark math mfenced mfrac mi mn mo monospace mover"
    " mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover"
    " named-content overline q related-article roman s sans-serif sc scp semantics small span"
    " strike strong styled-content sub sup tex-math tt u underline uri xref".split()
)
_FORMULAS = ("tex-math", "math")
_SIGNS = {"msup": "^", "msub": "_", "mfrac": "/", "msubsup": "_^"}
"""What MathML puts before the second child of an element, and before the third."""


def plain(text: str) -> str:
    """Return a text without the tags and character references of a markup, if it has any."""
    for _ in range(2):  # what was escaped once more on its way holds tags only then
        before = text
        if "<" in text and _is_markup(text):
            text = _Writer().written(_CDATA.sub("", _PRINTED.sub(_gap, text)))
        text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
        if text == before:
            break
    return text


def _known(tag: re.Match[str]) -> bool:
    return bool(tag["space"]) or tag["name"].lower() in _INLINE or tag["name"].lower() in _BLOCKS


def _is_markup(text: str) -> bool:
    return any(_known(tag) and (tag["end"] or tag["void"]) for tag in _TAG.finditer(text))


def _gap(found: re.Match[str]) -> str:
    return "" if "\n    " in found.group() else found.group()


class _Writer:
    """Text written piece by piece while tags open and close."""

    def __init__(self) -> None:
        self._parts: list[str] = []  # none of them empty
        self._begun: dict[str, int] = {}
        """Where the open title or formula begins among the parts."""
        self._told = False
        """Whether anything stands before the open title."""
        self._choice: bool | None = None
        """Among alternatives: whether one was written."""
        self._maths: list[list[str]] = []
        """The open MathML elements: the name of each and of its children so far."""

    def written(self, text: str) -> str:
        at = 0
        for tag in filter(_known, _TAG.finditer(text)):
            self._write(text[at : tag.start()])
            at = tag.end()
            name = tag["name"].lower()
            if name in _BLOCKS:
                self._block(name, closes=bool(tag["end"]))
            elif name in _FORMULAS or name == "alternatives":
                self._formula(name, closes=bool(tag["end"]))
            elif name == "sup" and not tag["end"]:
                self._power(text[at : at + 2])
            if tag["space"] == "mml" or name.startswith("m"):
                self._element(name, tag)
        return "".join([*self._parts, text[at:]])

    def _write(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._told = self._told or ("title" not in self._begun and not text.isspace())

    def _taken(self, name: str) -> str:
        """Take back what was written since a tag opened."""
        begun = self._begun.pop(name, len(self._parts))
        taken = "".join(self._parts[begun:])
        del self._parts[begun:]
        return taken

    def _block(self, name: str, *, closes: bool) -> None:
        if name in _TITLES and closes:
            heading = self._taken("title").strip()
            if heading and (self._told or heading.rstrip(".:").lower() != "abstract"):
                self._write(heading if heading[-1] in ".:?!" else f"{heading}:")
        self._write("\n")
        if name in _TITLES and not closes:
            self._begun["title"] = len(self._parts)

    def _formula(self, name: str, *, closes: bool) -> None:
        if name == "alternatives":
            self._choice = None if closes else False
        elif not closes:
            self._begun[name] = len(self._parts)
        else:
            formula = self._taken(name)
            _, preamble, body = formula.partition(r"\begin{document}")
            if not self._choice:
                self._write(body.partition(r"\end{document}")[0] if preamble else formula)
            self._choice = None if self._choice is None else True

    def _power(self, following: str) -> None:
        if self._parts and self._parts[-1][-1].isdigit() and _POWER.match(following):
            self._write("^")

    def _element(self, name: str, tag: re.Match[str]) -> None:
        if tag["end"]:
            if self._maths and self._maths[-1][0] == name:
                self._maths.pop()
            return
        if self._maths:
            parent = self._maths[-1]
            self._write(
                _SIGNS.get(parent[0], "")[len(parent) - 2 : len(parent) - 1]
                if len(parent) > 1
                else ""
            )
            parent.append(name)
        if not tag["void"]:
            self._maths.append([name])
