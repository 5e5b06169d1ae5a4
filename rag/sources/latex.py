r"""LaTeX in bibliographic fields to plain Unicode text; maths between ``$`` stays as stored.

Commands are looked up one by one with pylatexenc and remembered: decoding whole
fields with it takes 30 ms an entry and recurses into nested braces. Arguments
of commands that only set type (``\emph``) stay; a command that nobody knows
stays as it is written.
"""

import re
from functools import cache, lru_cache
from typing import Protocol, cast

from rag.sources.cleaning import visible

_MATHS = re.compile(
    r"((?<!\\)\$\$?(?:[^$\\]|\\.)+\$\$?|\\\(.{1,2000}?\\\)|\\\[.{1,2000}?\\\])", re.DOTALL
)
_TOKEN = re.compile(
    r"\\(?:"
    r"(?:(?P<sign>[\"'`^~=.])|(?P<mark>[uvHcdbkrt])(?![A-Za-z]))"
    r"\s*(?:\{\s*(?P<braced>\\?[^\W\d_])\s*\}|(?P<bare>\\?[^\W\d_]))"
    r"|(?P<dropped>href\s*\{[^{}]*\}"
    r"|(?:cite[a-z]*|ref|label|[vh]space)\*?(?:\[[^][]*\])*\{[^{}]*\})"
    r"|(?P<command>[A-Za-z]+)(?P<gap>\s*\{\}|\s+)?"
    r"|(?P<symbol>[^A-Za-z]))",
    re.DOTALL,
)
_TIE = re.compile(r"(?<=\w)~(?=\w)")

# Stand-ins for characters that are no longer LaTeX; `visible` has removed all others of these.
_BACKSLASH, _OPEN, _CLOSE = "\x01", "\x02", "\x03"
_LITERAL = str.maketrans({_BACKSLASH: "\\", _OPEN: "{", _CLOSE: "}"})
_SYMBOLS = (
    {sign: sign for sign in "&%#_$"}
    | dict.fromkeys(" \n\t,;:!~\\", " ")
    | dict.fromkeys("-/@\"'`^=.|", "")
    | {"{": _OPEN, "}": _CLOSE}
)
_OWN = {
    "S": "§",
    "P": "¶",
    "euro": "€",
    "TeX": "TeX",
    "LaTeX": "LaTeX",
    "BibTeX": "BibTeX",
    "textasciicircum": "^",
    "textbraceleft": _OPEN,
    "textbraceright": _CLOSE,
}


def plain(text: str) -> str:
    """Return a field's text with LaTeX decoded and braces dropped."""
    text = visible(_TIE.sub(" ", text) if "~" in text else text)
    if "\\" not in text and "{" not in text and "}" not in text:
        return text
    parts = _MATHS.split(text)
    parts[::2] = map(_decoded, parts[::2])
    return "".join(parts)


def verbatim(text: str) -> str:
    r"""Return a URL or identifier field without ``\url``, braces and escapes."""
    if "\\" not in text and "{" not in text:
        return text
    bare = re.sub(r"\\(?:url|path|nolinkurl)\b|[{}]", "", text)
    return re.sub(r"\\([&%#_$~])", r"\1", bare)


def _decoded(text: str) -> str:
    if "\\" in text:
        text = _TOKEN.sub(_token, text)
    return text.replace("{", "").replace("}", "").translate(_LITERAL)


def _token(found: re.Match[str]) -> str:
    if found["command"]:
        return _command(found["command"], found["gap"] or "")
    if found["symbol"]:
        sign = found["symbol"]
        return _SYMBOLS.get(sign, _BACKSLASH + sign)
    letter = found["braced"] or found["bare"]
    if letter is None:
        return ""
    return _looked_up(f"\\{found['sign'] or found['mark']}{{{letter}}}") or letter


def _command(name: str, gap: str) -> str:
    meaning = _meaning(name)
    if meaning is None:
        return f"{_BACKSLASH}{name}{gap}"
    # TeX eats the blank after a command; after an operator's name a reader needs it.
    keeps = gap.isspace() and len(meaning) > 1 and meaning.isalpha()
    return f"{meaning} " if keeps else meaning


@lru_cache(maxsize=4_096)
def _meaning(name: str) -> str | None:
    """Return what a command prints by itself, or ``None`` if it is unknown."""
    if name in _OWN:
        return _OWN[name]
    spec = _macros().get_macro_spec(name)
    if spec is None:
        return None
    printed = spec.simplify_repl
    if not isinstance(printed, str) or "%" in printed or "<" in printed:
        return ""
    return printed.replace("\\", _BACKSLASH).replace("{", _OPEN).replace("}", _CLOSE)


class _Macro(Protocol):
    simplify_repl: object


class _Tables(Protocol):
    """What is used of pylatexenc, which carries no types."""

    def get_default_latex_context_db(self) -> "_Tables": ...
    def get_macro_spec(self, macroname: str) -> _Macro | None: ...
    def LatexNodes2Text(self) -> "_Tables": ...
    def latex_to_text(self, latex: str) -> str: ...


def _pylatexenc() -> _Tables:
    from pylatexenc import latex2text  # pyright: ignore[reportMissingTypeStubs]

    return cast(_Tables, latex2text)


@cache
def _macros() -> _Tables:
    return _pylatexenc().get_default_latex_context_db()


@lru_cache(maxsize=4_096)
def _looked_up(snippet: str) -> str:
    return _pylatexenc().LatexNodes2Text().latex_to_text(snippet)
