"""EndNote XML: styles around every value, roles of people, and identifiers of databases."""

from pathlib import Path

import pytest

from rag.schema import Record, Rejection, Source
from rag.sources import endnotexml

FULL = """<?xml version="1.0" encoding="UTF-8" ?><xml><records><record>
<database name="Owls.enl" path="C:\\Owls.enl">Owls.enl</database>
<source-app name="EndNote" version="20.1">EndNote</source-app><rec-number>7</rec-number>
<ref-type name="Journal Article">17</ref-type>
<contributors><authors>
<author><style face="normal" font="default" size="100%">Byron, Ada, Jr.</style></author>
<author>Owl Watch,</author></authors>
<secondary-authors><author>Itor, Ed</author></secondary-authors></contributors>
<titles><title><style face="normal">On </style><style face="italic">Strix</style><style
 face="normal"> at 10</style><style face="superscript">3</style><style face="normal">
 lux</style></title><secondary-title><style>J Owls</style></secondary-title></titles>
<periodical><full-title><style>Journal of owls</style></full-title></periodical>
<dates><year><style>2019</style></year>
<pub-dates><date><style>May 3</style></date></pub-dates></dates>
<accession-num><style>70001</style></accession-num>
<abstract><style>We count.&#xD;Twice &lt; thrice.</style></abstract>
<notes><style>Read.</style></notes>
<urls><related-urls><url><style>&lt;Go to ISI&gt;://0001</style></url>
<url><style>https://example.org/owls</style></url></related-urls>
<pdf-urls><url>internal-pdf://1/owls.pdf</url></pdf-urls></urls>
<custom2><style>PMC7654321</style></custom2>
<electronic-resource-num><style>DOI 10.1000/OWL.1</style></electronic-resource-num>
<remote-database-name><style>Medline</style></remote-database-name>
</record></records></xml>
"""


def read(text: str) -> list[Record | Rejection]:
    def place(position: int) -> Source:
        return Source(file="owls.xml", position=position, format="endnotexml")

    return list(endnotexml.read(text.splitlines(keepends=True), place))


def one(*inside: str) -> Record:
    (found,) = read(f"<xml><records><record>{''.join(inside)}</record></records></xml>")
    assert isinstance(found, Record), found.reason
    return found


TITLED = "<titles><title>T</title></titles>"


def url(address: str) -> str:
    return f"{TITLED}<urls><related-urls><url>{address}</url></related-urls></urls>"


def test_every_field_is_taken():
    (found,) = read(FULL)

    assert isinstance(found, Record)
    assert found.title == "On Strix at 10^3 lux"
    assert found.abstract == "We count. Twice < thrice."
    assert found.authors == ("Ada Byron Jr.", "Owl Watch")
    assert (found.year, found.venue) == (2019, "Journal of owls")
    assert found.url == "https://example.org/owls"
    assert found.identifiers.pairs() == (
        ("doi", "10.1000/owl.1"),
        ("pmid", "70001"),
        ("pmcid", "PMC7654321"),
    )


def test_values_may_stand_without_style():
    found = one("<titles><title>T</title></titles><dates><year>2001</year></dates>")

    assert (found.title, found.year) == ("T", 2001)


@pytest.mark.parametrize(
    ("address", "pair"),
    [
        ("https://www.ncbi.nlm.nih.gov/pubmed/70002", ("pmid", "70002")),
        ("https://pubmed.ncbi.nlm.nih.gov/70002/", ("pmid", "70002")),
        ("https://doi.org/10.1000/owl.3", ("doi", "10.1000/owl.3")),
        ("http://arxiv.org/abs/2103.00007v2", ("arxiv", "2103.00007")),
    ],
)
def test_an_address_tells_who_the_paper_is(address: str, pair: tuple[str, str]):
    assert one(url(address)).identifiers.pairs() == (pair,)


def test_numbers_of_other_databases_are_none_of_pubmed():
    found = one(TITLED, "<accession-num>000200148</accession-num>", "<custom2>blue</custom2>")

    assert found.identifiers.pairs() == ()


def test_editors_stand_in_where_nobody_is_an_author():
    editors = "<secondary-authors><author>Itor, Ed</author></secondary-authors>"

    found = one(TITLED, f"<contributors><authors/>{editors}</contributors>")

    assert found.authors == ("Ed Itor",)


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (FULL, True),
        ("<records><record><contributors>", True),
        ("<xml><records><record><header>", False),
        ("<html><rec-number>", False),
        ("%0 Journal Article", False),
    ],
)
def test_what_only_endnote_has_tells_the_format(head: str, claimed: bool):
    assert (endnotexml.sniff(head) > 0) == claimed


def test_the_shared_file_gives_what_it_holds(shared_data: Path):
    (file,) = (shared_data / "formats/endnote").iterdir()
    text = file.read_text(encoding="utf-8")
    assert endnotexml.sniff(text) > 0.9

    first, second = read(text)

    assert isinstance(first, Record)
    assert first.title.startswith("An ecological basis for reforestation of")
    assert first.title.endswith("in the Central Hardwood Region")
    assert (first.authors, first.year, first.venue) == (("A. G. Chapman",), 1937, "Ecology")
    assert (first.abstract, first.url, first.identifiers.pairs()) == ("", None, ())
    assert isinstance(second, Record)
    assert second.title == "A survey of soil temperatures in the Chicago area"
    assert (second.authors, second.year) == (("H. F. Strohecker",), 1937)


def test_importer_fixtures_are_read(shared_data: Path):
    files = sorted((shared_data / "adversarial/jabref-importers/fileformat").glob("Endnote*.xml"))
    assert len(files) == 7
    found = {file.stem: read(file.read_text(encoding="utf-8")) for file in files}

    assert {
        name.removeprefix("EndnoteXmlImporterTest"): len(one) for name, one in found.items()
    } == {
        "Article": 1,
        "Article2": 2,
        "LabelAndMultiTitle": 3,
        "Report": 1,
        "_EmptyKeywordStyle": 1,
        "_WithoutUrlStyle": 1,
        "_WithoutUrlStyle2": 2,
    }
    article = found["EndnoteXmlImporterTestArticle"][0]
    assert isinstance(article, Record)
    assert article.authors == ("AS Ahmad", "N Ormiston-Smith", "PD Sasieni")
    assert article.identifiers.pairs() == (("doi", "10.1038/bjc.2014.606"), ("pmid", "25647015"))
