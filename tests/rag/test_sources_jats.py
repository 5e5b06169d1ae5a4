"""Text out of strings with JATS, HTML or MathML in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import grows_linearly

from rag.sources.cleaning import clean
from rag.sources.jats import plain


@pytest.mark.parametrize(
    ("held", "text"),
    [
        ("<jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One. Two."),
        ("<jats:title>Aim</jats:title>\n <jats:p>To see.</jats:p>", "Aim: To see."),
        ("<sec><title>Aim:</title><p>To see.</p></sec>", "Aim: To see."),
        ("<h3>Why?</h3>So.<h3>How</h3>Thus.", "Why? So. How: Thus."),
        ("<jats:title>Abstract</jats:title><jats:p>Words.</jats:p>", "Words."),
        ("<p>Words.</p><title>Abstract</title><p>More.</p>", "Words. Abstract: More."),
        ("<title> </title><p>Words.</p>", "Words."),
        ("a<br/>b<br>c", "a b c"),
        ("<i>E. coli</i> and <span class='x'>yeast</span>", "E. coli and yeast"),
        (
            'see <jats:ext-link xlink:href="https://x.org/?a=1&amp;b=2">there</jats:ext-link>',
            "see there",
        ),
        ("CO<sub>2</sub> in cm<sup>-1</sup>", "CO2 in cm-1"),
        ("10<sup>6</sup> cells, 10<jats:sup>−3</jats:sup> M", "10^6 cells, 10^−3 M"),
        ("CD4<sup>+</sup> and the 2<sup>nd</sup>", "CD4+ and the 2nd"),
        ("CO\n          <jats:sub>2</jats:sub>\n          rises", "CO2 rises"),
        ("of\n<sup>14</sup>C", "of 14C"),
        ("<jats:italic>E. coli</jats:italic>\n            , too", "E. coli, too"),
        ("&lt;p&gt;One &lt;i&gt;two&lt;/i&gt;&lt;/p&gt;", "One two"),
        ("<p>p &lt; 0.05 &amp;amp; q &amp;lt; 1</p>", "p < 0.05 & q < 1"),
        ("caf&eacute; &#8211; &#x2212;&nbsp;1", "café – − 1"),
        ("<![CDATA[<p>One</p>]]>", "One"),
        (
            "<mml:math><mml:msup><mml:mn>10</mml:mn><mml:mn>6</mml:mn></mml:msup></mml:math>",
            "10^6",
        ),
        ("<math><msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup></math>", "x_i^2"),
        (
            "<jats:inline-formula><jats:alternatives><jats:tex-math>\\documentclass{a}"
            "\\begin{document}$$x$$\\end{document}</jats:tex-math><mml:math><mml:mi>x</mml:mi>"
            "</mml:math></jats:alternatives></jats:inline-formula> and <mml:math><mml:mi>y"
            "</mml:mi></mml:math>",
            "$$x$$ and y",
        ),
    ],
)
def test_markup_becomes_the_text_that_a_reader_sees(held: str, text: str):
    assert clean(plain(held)) == text


@pytest.mark.parametrize(
    "text",
    [
        "p <q and r> s",
        "a <b and c> d</x>",
        "the mean <p> = 3, <p_T> = 4",
        "<title>Never closed",
        "R&D at AT&T &copy2 ?a=1&lt=2",
        "f<g>(h) </nonsense>",
    ],
)
def test_what_is_no_markup_stays_as_written(text: str):
    assert plain(text) == text


def test_unknown_tags_stay_among_known_ones():
    assert clean(plain("<p>if <x> holds</p>")) == "if <x> holds"


@given(st.text(alphabet="ab1 \n<>/&;", max_size=30))
def test_text_without_closing_tags_or_references_is_untouched(text: str):
    text = text.replace("/", "").replace("&", "")

    assert plain(text) == text


TAGS = "<p> </p> <title> </title> <sup> </sup> <mml:msup> </mml:msup> <mml:mi/> <alternatives>"
PIECES = st.sampled_from(
    [*TAGS.split(), "</alternatives>", "<tex-math>", "</tex-math>", "10", "x "]
)


@given(st.lists(PIECES, max_size=20))
def test_no_tag_survives_a_text_of_tags_however_they_nest(pieces: list[str]):
    text = plain("".join([*pieces, "<i></i>"]))

    assert "<" not in text


@pytest.mark.parametrize(
    "kind",
    [
        *("<", "<b ", "<b a=x ", '<b a="x', "<title>", "<title>a</title>", "1<sup>2</sup>"),
        *("&amp;", "&lt;p&gt;", "<mml:msup>", "<alternatives><math>", " \n    "),
    ],
)
def test_hostile_markup_costs_no_more_than_its_length(kind: str):
    assert grows_linearly(lambda size: plain(kind * size + "</b>" + kind * size), size=4_000)
