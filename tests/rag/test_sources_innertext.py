"""The text of XML elements: what markup says stays, markup goes, and no tail is lost."""

from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sources.innertext import text_of, told
from rag.sources.markup import elements

MATHS = "<math>{}</math>"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        ("  two\n   lines ", "two lines"),
        ("un<i>der</i>stood <b>t<i>oo</i></b>.", "understood too."),
        ("H<sub>2</sub>O, Ca<sup>2+</sup>", "H2O, Ca2+"),
        ("10<sup>6</sup> and 3 x 10<sup>-4</sup>", "10^6 and 3 x 10^-4"),
        ("a<!-- no -->b<?no?>c", "abc"),
        ("p &lt; 0.05 &amp; q &gt; 1", "p < 0.05 & q > 1"),
        ("twice &amp;lt; escaped", "twice < escaped"),
        ("<p>One.</p><p>Two<br/>three.</p>four", "One. Two three. four"),
        ("one<par/>two", "one two"),
        ("(\n   <i>P</i>\n   ) x 10\n      <sup>-19</sup>\n    .", "(P) x 10^-19."),
        ("see ( <i>P</i> )", "see ( P )"),
        ("<style face='normal'>10</style><style face='superscript'>6</style>s", "10^6s"),
        ("<fixed-case>BERT</fixed-case>ology", "BERTology"),
    ],
)
def test_text_is_joined_as_it_is_read(inside: str, text: str):
    assert text_of(fromstring(f"<a>{inside}</a>")) == text


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<mi>x</mi>\n <mo>=</mo>\n <mn>1</mn>", "x=1"),
        ("<msup>\n<mi>x</mi><mn>2</mn></msup>", "x^2"),
        ("<msub><mi>a</mi><mrow><mn>1</mn><mi>n</mi></mrow></msub>", "a_1n"),
        ("<msubsup><mi>n</mi><mi>p</mi><mn>2</mn></msubsup>", "n_p^2"),
        ("<mfrac><mi>a</mi><mi>b</mi></mfrac>", "a/b"),
        ("<mi>f</mi><mfenced><mi>x</mi><mi>y</mi></mfenced>", "f(x,y)"),
        ("<mfenced open='|' close='&gt;' separators=''><mi>a</mi></mfenced>", "|a>"),
        ("<semantics><mi>x</mi><annotation>\\xi</annotation></semantics>", "x"),
        ("<apply><cn>1</cn><sep/><ci>k</ci></apply>", "1k"),
    ],
)
def test_a_formula_is_written_in_a_line(inside: str, text: str):
    assert text_of(fromstring(f"<a>with {MATHS.format(inside)}, too</a>")) == f"with {text}, too"


def test_of_two_forms_of_a_formula_one_is_taken():
    inside = "<alternatives><tex-math>$x$</tex-math><math><mi>x</mi></math></alternatives>"

    assert text_of(fromstring(f"<a>with {inside}, too</a>")) == "with $x$, too"


def test_a_path_leads_to_the_first_of_its_elements_or_to_nothing():
    found = fromstring("<a><b><c>one</c><c>two</c></b></a>")

    assert (told(found, "b/c"), told(found, "b/d")) == ("one", "")


WORDS = st.text("abc \n&<>.1", max_size=6)


@given(st.lists(st.tuples(st.sampled_from(("i", "b", "u", "a")), WORDS, WORDS), max_size=6), WORDS)
def test_no_word_is_lost(parts: list[tuple[str, str, str]], start: str):
    element = Element("a")
    element.text = f"{start}|"
    for tag, text, tail in parts:
        child = SubElement(element, tag)
        child.text, child.tail = text, f"|{tail}"

    whole = "".join(element.itertext())
    assert text_of(element).replace(" ", "") == "".join(whole.split())


def test_printed_markup_reads_as_before_printing(shared_data: Path):
    file = shared_data / "formats/pubmed-xml/efetch-markup-in-abstract.xml"
    (found,) = elements(file.read_text(encoding="utf-8").splitlines(keepends=True), ["Abstract"])

    text = text_of(found.element)

    assert "apolipoprotein E (APOE) gene" in text
    assert "P = 1.60 x 10^-19). CD33" in text
