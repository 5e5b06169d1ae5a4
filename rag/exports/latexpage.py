r"""LaTeX: a document that compiles as it is, with ``\cite``, its bibliography and its ``.bib``.

The bibliography stands in the text as ``\bibitem`` entries, the same as in every other
format: BibTeX need not run, so no ``[?]`` stays; order and style are what was asked for,
vancouver and ``.csl`` files too, for which BibTeX has nothing to offer. ``filecontents*``
writes the database beside it for a text of one's own; it is that of ``--format bibtex``.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from rag.exports import bibtex
from rag.exports.exported import Exported, Options
from rag.exports.keys import keys
from rag.exports.latextext import latex, verbatim
from rag.exports.page import Line, Note, Page, document
from rag.exports.references import Reference, bibliography
from rag.exports.safe import tidy
from rag.schema import text_hash

_HEAD = r"""\documentclass[11pt]{article}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \usepackage{textcomp}
  \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
%s\else
  \usepackage{fontspec}
\fi
\usepackage{amsmath,amssymb}
\usepackage[hidelinks]{hyperref}
\makeatletter
\renewcommand{\@cite}[2]{#1}
\renewcommand{\@biblabel}[1]{}
\makeatother
\sloppy
"""
_LISTED = r"""%% In a text of your own, this list is made by:
%% \bibliographystyle{plain}\bibliography{%s}
\begin{thebibliography}{}
%s\end{thebibliography}
"""
_KNOWN = frozenset("“”‘’–—…•†‡§¶©®°±×÷µ·«»¡¿£¥€™ªº¹²³¼½¾¬‚„‹›‰")


def write(exported: Exported, options: Options) -> str:
    """Return the document; two runs of LaTeX fill its citations in.

    Raises:
        UsageError: The style is none of ours and no ``.csl`` file that can be used.
        ModelUnavailable: Such a file needs the extra ``csl``.
    """
    whole = document(exported, options)
    names = keys(exported.papers)
    database = bibtex.write(exported, options)
    file = f"attest-{text_hash(database)[:8]}"
    cited = {each.mark: names.get(each_id, "") for each, each_id in _sources(exported, whole.pages)}
    body = "\n".join(_page(page, cited) for page in whole.pages)
    entries = "".join(
        _entry(each, names[each.paper_id]) for each in bibliography(exported.papers, options)
    )
    head = _HEAD % _unknown(database + body + entries)
    listed = _LISTED % (file, entries) if entries else ""
    return (
        f"\\begin{{filecontents*}}[overwrite]{{{file}.bib}}\n{database}\\end{{filecontents*}}\n"
        f"{head}\\begin{{document}}\n{body}\n{listed}\\end{{document}}\n"
    )


def _entry(reference: Reference, key: str) -> str:
    link = f" \\url{{{verbatim(reference.link)}}}" if reference.link else ""
    label, text = latex(tidy(reference.label)), latex(tidy(reference.text))
    return f"\\bibitem[{{{label}}}]{{{key}}} {text}{link}\n"


def _sources(exported: Exported, pages: tuple[Page, ...]) -> Iterator[tuple[Note, str]]:
    for item, page in zip(exported.items, pages, strict=True):
        if item.answer.refusal is None:
            for note, citation in zip(page.notes, item.answer.citations, strict=True):
                yield note, citation.paper_id


def _page(page: Page, cited: dict[str, str]) -> str:
    notes = {note.n: note for note in page.notes}

    def footnote(n: int) -> str:
        note = notes[n]
        key = cited.get(note.mark)
        source = f"\\cite{{{key}}}" if key else latex(note.reference)
        link = f" \\url{{{verbatim(note.link)}}}" if note.link else ""
        return f"\\footnote{{“{latex(note.quote)}” {source}{link}}}"

    *lines, about = [_line(line, footnote) for line in page.lines]
    # The library's fingerprint has no place to break: a flush line would gape before it.
    closing = f"{{\\raggedright {about}\\par}}"
    return "\n\n".join([f"\\section*{{{latex(page.question)}}}", *lines, closing]) + "\n"


def _line(line: Line, footnote: Callable[[int], str]) -> str:
    parts: list[str] = []
    for part in line:
        if isinstance(part, int):
            # A footnote mark stands close to its word; of two, a comma keeps them apart.
            before = parts.pop().rstrip() if parts else ""
            apart = "\\textsuperscript{,}" if before.endswith("}}}") else ""
            parts += [before + apart, footnote(part)]
        else:
            parts.append(latex(part))
    return "".join(parts)


def _unknown(text: str) -> str:
    """Return what pdfTeX prints for characters that its fonts lack: a known sign, or the code."""
    found = sorted({sign for sign in text if ord(sign) > 126 and not _has(sign)})
    return "".join(
        f"  \\DeclareUnicodeCharacter{{{ord(sign):04X}}}{{{_printed(sign)}}}\n" for sign in found
    )


def _has(sign: str) -> bool:
    return sign in _KNOWN or "\u00a1" <= sign <= "\u017e"


def _printed(sign: str) -> str:
    if unicodedata.combining(sign):
        return ""
    found = _symbol(sign)
    if found and re.fullmatch(r"\\ensuremath\{\\[A-Za-z]+\}", found):
        return found
    base = unicodedata.normalize("NFKD", sign)
    ascii_ = "".join(each for each in base if each.isascii() and each.isprintable())
    return latex(ascii_) if ascii_.strip() else f"[U+{ord(sign):04X}]"


def _symbol(sign: str) -> str:
    encoder: Any = import_module("pylatexenc.latexencode")
    options = {"unknown_char_policy": "keep", "unknown_char_warning": False}
    return str(encoder.unicode_to_latex(sign, **options))
