"""HTML: one file without script or remote load, for screen and paper, light and dark."""

from html import escape

from rag.exports.exported import Exported, Options
from rag.exports.page import Line, Note, Page, document

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# Contrast against the page: text 15:1 (dark 14:1), faint text 5.7:1 (dark 7:1), links 6:1 (9:1).
_STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1f2328; --faint: #59636e; --link: #0a58ca;
  --line: #d1d9e0; }
@media (prefers-color-scheme: dark) { :root { --page: #15181c; --text: #e6edf3; --faint: #a3adb8;
  --link: #8ab8ff; --line: #3d444d; } }
body { background: var(--page); color: var(--text); font: 1rem/1.6 Georgia, serif;
  margin: 2rem auto; max-width: 44rem; overflow-wrap: anywhere; padding: 0 1rem; }
h1, h2 { font-family: system-ui, sans-serif; line-height: 1.25; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; }
a { color: var(--link); } a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); }
article { border-bottom: 1px solid var(--line); padding-bottom: 1rem; }
ol, ul { list-style: none; padding: 0; } li { margin: 0.5rem 0; }
blockquote { border-left: 3px solid var(--line); margin: 0.5rem 0; padding-left: 1rem; }
summary { cursor: pointer; } code { color: var(--faint); font-size: 0.8rem; }
@media print { body { max-width: none; } li { break-inside: avoid; }
  details::details-content { content-visibility: visible; display: block; } }
"""


def write(exported: Exported, options: Options) -> str:
    """Return the answers as one page; each quote unfolds under its reference."""
    whole = document(exported, options)
    articles = [_article(page, number) for number, page in enumerate(whole.pages, start=1)]
    title = whole.pages[0].question if len(whole.pages) == 1 else f"{len(whole.pages)} answers"
    references = "".join(
        f'<li class="reference"><span>{escape(text)}</span>{_link(link)}</li>\n'
        for text, link in whole.references
    )
    listed = f"<h2>References</h2>\n<ul>\n{references}</ul>\n" if references else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'{"".join(articles)}{listed}<p><code class="last">{whole.seal}</code></p>\n'
        "</main>\n</body>\n</html>\n"
    )


def _article(page: Page, number: int) -> str:
    lines = "".join(f'<p class="line">{_line(line, number)}</p>\n' for line in page.lines)
    notes = "".join(_note(note, number) for note in page.notes)
    listed = f"<ol>\n{notes}</ol>\n" if notes else ""
    return (
        f'<article id="a{number}">\n<h1>{escape(page.question)}</h1>\n{lines}{listed}'
        f'<p><code class="seal">{page.seal(number)}</code></p>\n</article>\n'
    )


def _line(line: Line, number: int) -> str:
    return "".join(
        f'<a class="marker" href="#n{number}-{part}">[{part}]</a>'
        if isinstance(part, int)
        else escape(part)
        for part in line
    )


def _note(note: Note, number: int) -> str:
    return (
        f'<li class="note" id="n{number}-{note.n}"><details open><summary>[{note.n}] '
        f'<span class="source">{escape(note.reference)}</span></summary>\n'
        f"<blockquote>“{escape(note.quote)}”</blockquote>\n"
        f"<p>{_link(note.link)} <code>{escape(note.mark)}</code></p></details></li>\n"
    )


def _link(link: str) -> str:
    if not link:
        return ""
    return f' <a class="link" rel="noreferrer noopener" href="{escape(link)}">{escape(link)}</a>'
