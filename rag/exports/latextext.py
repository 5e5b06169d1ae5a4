r"""Plain text as LaTeX and BibTeX may read it: nothing in it is ever a command.

UTF-8 stays. The ten special characters are escaped. BibTeX counts braces even behind a
backslash, so those that make no pairs go by their names, which fewer readers know.
Formulas between dollar signs stay formulas only if they are made of nothing but letters,
digits, plain signs and well-known symbols.
"""

import re
from collections.abc import Callable
from functools import partial

_PAIRED = {"{": r"\{", "}": r"\}"}
_SPECIAL = {
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "$": r"\$",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    "\\": r"{\textbackslash}",
}
# Pairs that TeX would join into another character.
_JOINED = re.compile(r"(?<=-)(?=-)|(?<=[`'])(?=[`'])|(?<=[!?])(?=`)|(?<=[,<>])(?=[,<>])")
_FORMULA = re.compile(r"\$(?=\S)([^$]{1,200}?)(?<=\S)\$(?!\d)")
_PLAIN = re.compile(r"[A-Za-z0-9 +\-*/=<>.,:;!|()\[\]{}↑↓@&]*")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_SCRIPT = re.compile(r"([_^])(?:[A-Za-z0-9*+\-@]|\{[^{}_^]*\})")
_LETTERS = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu "
    "xi pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma "
    "Upsilon Phi Psi Omega ell infty".split()
)
_SIGNS = frozenset(
    "partial nabla times cdot cdots ldots dots pm mp leq le geq ge neq ne approx sim simeq equiv "
    "ll gg propto subset subseteq in notin cup cap setminus forall exists to rightarrow leftarrow "
    "Rightarrow mapsto langle rangle sum prod int log ln exp sin cos tan min max sup inf lim arg "
    "det dim Pr circ ast star prime oplus otimes wedge vee mid quad".split()
)
_CASED = re.compile(r"[^\s\-–—/,;:!?()\[\]“”\"]+")


def latex(text: str) -> str:
    """Return one line of text, escaped; safe formulas stay."""
    return _outside_formulas(text, partial(_escaped, special=_braced(text)), "{}")


def title(text: str) -> str:
    """Return a title, escaped, with braces around words whose case tells something.

    ``BERT``, ``SQuAD``, ``k-NN`` and ``2D`` keep their case in any style; a proper noun that has
    but its first letter in upper case cannot be told from any other word and is not protected.
    """
    words = (word[0] for word in _CASED.finditer(text) if _tells(word[0], first=not word.start()))
    # In braces of its own a word that begins with one would be BibTeX's sign for an accent.
    special = _SPECIAL if re.search("[{}]", "".join(words)) else _braced(text)
    return _outside_formulas(text, partial(_protected, special=special), "{{{}}}")


def verbatim(text: str) -> str:
    """Return an `address`, which holds no special character but these, for a link in a text."""
    return re.sub(r"([%#&_$])", r"\\\1", text)


def _outside_formulas(text: str, escape: Callable[[str], str], formula: str) -> str:
    parts: list[str] = []
    done = 0
    for found in _FORMULA.finditer(text):
        if _is_safe(found[1]):
            parts += escape(text[done : found.start()]), formula.format(found[0])
            done = found.end()
    return "".join([*parts, escape(text[done:])])


def _is_safe(formula: str) -> bool:
    """Say whether a formula compiles and can do nothing: known symbols, single scripts."""
    if any(name not in _LETTERS and name not in _SIGNS for name in _COMMAND.findall(formula)):
        return False
    bare = _COMMAND.sub(lambda found: "@" if found[1] in _LETTERS else "&", formula)
    if "&" in formula or "@" in formula or "\\" in bare:
        return False
    left = _SCRIPT.sub(lambda found: "↓" if found[1] == "_" else "↑", bare)
    doubled = re.search(r"↓↑?↓|↑↓?↑", left)
    return bool(_PLAIN.fullmatch(left)) and not doubled and _is_balanced(left)


def _is_balanced(text: str) -> bool:
    depth = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def _braced(text: str) -> dict[str, str]:
    """Return what the special characters of a text become, by whether its braces make pairs."""
    return _SPECIAL | _PAIRED if _is_balanced(text) else _SPECIAL


def _escaped(text: str, special: dict[str, str]) -> str:
    apart = _JOINED.sub("\x00", text)
    return "".join(special.get(sign, sign) for sign in apart).replace("\x00", "{}")


def _protected(text: str, special: dict[str, str]) -> str:
    parts: list[str] = []
    done = 0
    for word in _CASED.finditer(text):
        if _tells(word[0], first=word.start() == 0):
            before = _escaped(text[done : word.start()], special)
            parts += before, f"{{{_escaped(word[0], special)}}}"
            done = word.end()
    return "".join([*parts, _escaped(text[done:], special)])


def _tells(word: str, *, first: bool) -> bool:
    """Say whether the case of a word must stay."""
    if len(word) == 1:
        return word.isupper() and word != "A" and not first
    return word[1:] != word[1:].lower()
