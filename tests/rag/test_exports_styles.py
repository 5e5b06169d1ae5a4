"""Bibliographies in styles of the Citation Style Language, and in LaTeX."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from exportable import BATS, OWLS, exported, text

from rag.errors import UsageError
from rag.exports.cslstyle import Styled, styled

STYLE = Path(__file__).parents[1] / "data" / "plain-numbered.csl"
HAND_MADE = ("numeric", "author-year", "vancouver")


def altered(folder: Path, old: str, new: str) -> str:
    style = STYLE.read_text(encoding="utf-8")
    assert old in style
    path = folder / "altered.csl"
    path.write_text(style.replace(old, new), encoding="utf-8")
    return str(path)


def test_a_style_gets_labels_and_entries_in_our_order():
    assert styled([OWLS, BATS], str(STYLE)) == [
        Styled(
            "[1]",
            "1) Ōno, van Beethoven, and The ATLAS Collaboration / Owls & BERT: a study_of 5% {x} / "
            "Journal of Owls / 2019 / doi:10.1000/owl_1.",
        ),
        Styled("[2]", "2) 王伟 / Bats hear / 2019."),
    ]


def test_a_style_of_notes_has_the_byline_for_a_label(tmp_path: Path):
    path = altered(tmp_path, 'class="in-text"', 'class="note"')
    assert [each.label for each in styled([OWLS, BATS], path)] == [
        "(Ōno et al. 2019)",
        "(王伟 2019)",
    ]


def test_markup_in_a_title_stays_text():
    marked = BATS.model_copy(update={"title": "<b>Bats</b> &amp; owls"})
    assert styled([marked], str(STYLE))[0].text == "1) 王伟 / <b>Bats</b> &amp; owls / 2019."


def test_every_page_has_the_bibliography_of_the_style():
    page = text("markdown", style=str(STYLE))
    assert "- 2\\) 王伟 / Bats hear / 2019." in page
    assert "Bats hear \\[2\\]\n" in page
    assert "<li" in text("html", style=str(STYLE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<style ", "<stile "),
        ("</style>", ""),
        ("<?xml", "?"),
        ("http://purl.org/net/xbiblio/csl", "http://other.test"),
        ("bibliography>", "list>"),
        ("citation>", "cite>"),
        ('macro="who"', 'macro="nobody"'),
        ('et-al-min="4"', 'et-al-min="four"'),
        ('<names variable="author">', "<names>"),
        ('<macro name="when">', '<macro name="when"><text macro="when"/>'),
    ],
)
def test_a_broken_style_is_one_line(tmp_path: Path, old: str, new: str):
    path = altered(tmp_path, old, new)
    with pytest.raises(UsageError, match=r"altered\.csl is no style") as found:
        styled([OWLS, BATS], path)
    message = str(found.value)
    assert "\n" not in message
    assert "object" not in message


def test_a_style_that_points_to_another_says_so(tmp_path: Path):
    path = tmp_path / "dependent.csl"
    path.write_text(
        '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0"><info><title>x</title>'
        '<link href="https://styles.test/parent" rel="independent-parent"/></info></style>',
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match=r"points to another one, https://styles\.test/parent"):
        styled([OWLS], str(path))


def test_a_style_reads_no_other_file(tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden words", encoding="utf-8")
    head = f'<!DOCTYPE style [<!ENTITY e SYSTEM "{secret.as_uri()}">]>\n<style '
    style = STYLE.read_text(encoding="utf-8").partition("?>")[2].replace("<style ", head, 1)
    path = tmp_path / "reader.csl"
    path.write_text(style.replace('suffix=") "', 'suffix="&e;"'), encoding="utf-8")
    with pytest.raises(UsageError):
        styled([OWLS], str(path))


# ----------------------------------------------------------------------------------------- LaTeX


@pytest.mark.parametrize("style", [*HAND_MADE, str(STYLE)])
def test_latex_has_an_entry_for_every_citation(style: str):
    page = text("latex", style=style)
    entries = re.findall(r"\\bibitem\[\{.+\}\]\{(\w+)\}", page)
    assert set(re.findall(r"\\cite\{(\w+)\}", page)) == set(entries)
    database = page.partition(r"\end{filecontents*}")[0]
    assert re.findall(r"(?m)^@\w+\{(\w+),", database) == entries
    assert page.count("Journal of Owls") == 2


def test_latex_lists_in_the_order_that_is_asked_for():
    page = text("latex", style="author-year", order="author")
    assert re.findall(r"\\bibitem\[\{(.+)\}\]", page) == ["(Ōno et al., 2019)", "(王伟, 2019)"]
    numbered = text("latex", style="vancouver")
    assert r"\bibitem[{(2)}]" in numbered
    assert "2. 王伟. Bats hear. 2019." in numbered


@pytest.mark.may_skip("LaTeX is no part of the environment")
@pytest.mark.parametrize("style", [*HAND_MADE, str(STYLE)])
def test_latex_compiles_without_bibtex_and_leaves_no_citation_open(style: str, tmp_path: Path):
    if shutil.which("pdflatex") is None:
        pytest.skip("needs pdflatex (Debian: texlive-latex-recommended)")
    (tmp_path / "x.tex").write_text(text("latex", exported(), style=style), encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "x"]
    for _ in range(2):
        subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=100, check=True)
    log = (tmp_path / "x.log").read_text(encoding="utf-8", errors="replace")
    assert "undefined" not in log
    assert "Output written" in log
