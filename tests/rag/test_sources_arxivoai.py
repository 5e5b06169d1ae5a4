"""OAI-PMH: arXiv's own metadata and Dublin Core, deleted records and errors."""

from pathlib import Path

import pytest

from rag.schema import Record, Rejection, Source
from rag.sources import arxivoai

ANSWER = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<request verb="ListRecords">http://example.org/oai2</request>
<ListRecords>
{}
<resumptionToken cursor="0">1|2</resumptionToken>
</ListRecords>
</OAI-PMH>
"""

RECORD = """<record><header{}><identifier>oai:arXiv.org:2103.00007</identifier></header>
<metadata>{}</metadata></record>
"""

OWN = r"""<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2103.00007</id>
<created>2021-03-01</created><updated>2023-01-01</updated>
<authors><author><keyname>Byron</keyname><forenames>Ad\`a</forenames><suffix>Jr</suffix>
<affiliation>Shore</affiliation></author><author><keyname>:</keyname></author>
<author><keyname>Owl Watch</keyname></author></authors>
<title>On  owls of
  $\mathbb{R}$</title><comments>This paper has been withdrawn</comments>
<journal-ref>J. Owls 12 (2022) 100-110</journal-ref><doi>10.1000/OWL.1</doi>
<abstract>  We count \emph{owls}.
  Twice.</abstract></arXiv>"""

RAW = """<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2103.00007</id>
<submitter>Owl</submitter><version version="v1"><date>Mon, 1 Mar 2021 00:00:00 GMT</date></version>
<version version="v2"><date>Tue, 3 Jan 2023 00:00:00 GMT</date></version><title>Owls</title>
<authors>Ada M. Byron (Shore), Bo Li and Cy Wu</authors><abstract>Words.</abstract></arXivRaw>"""

CORE = """<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="d">
<dc:title>Owls</dc:title><dc:creator>Byron, Ada, Jr</dc:creator><dc:creator>Owl Watch</dc:creator>
<dc:subject>Birds</dc:subject>
<dc:description>Comment: 4 pages</dc:description><dc:description>  We count
owls.</dc:description><dc:date>2021-03-01</dc:date><dc:date>2023-01-01</dc:date>
<dc:identifier>http://arxiv.org/abs/2103.00007</dc:identifier>
<dc:identifier>J. Owls 12 (2022) 100-110</dc:identifier>
<dc:identifier>doi:10.1000/OWL.1</dc:identifier></oai_dc:dc>"""

ELSEWHERE = """<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="d">
<dc:title>Owls</dc:title><dc:creator>Li, Bo</dc:creator><dc:description>Words.</dc:description>
<dc:date>n.d.</dc:date><dc:date>2020</dc:date><dc:source>Journal of owls</dc:source>
<dc:identifier>Shelf 3</dc:identifier>
<dc:identifier>https://doi.org/10.1000/owl.2</dc:identifier></oai_dc:dc>"""


def read(text: str) -> list[Record | Rejection]:
    def place(position: int) -> Source:
        return Source(file="oai.xml", position=position, format="arxivoai")

    return list(arxivoai.read(text.splitlines(keepends=True), place))


def one(metadata: str) -> Record:
    (found,) = read(ANSWER.format(RECORD.format("", metadata)))
    assert isinstance(found, Record), found.reason
    return found


def test_every_field_of_its_own_metadata_is_taken():
    found = one(OWN)

    assert (found.title, found.abstract) == (r"On owls of $\mathbb{R}$", "We count owls. Twice.")
    assert found.authors == ("Adà Byron Jr", "Owl Watch")
    assert (found.year, found.venue) == (2022, "J. Owls")
    assert found.url == "https://arxiv.org/abs/2103.00007"
    assert found.identifiers.pairs() == (("doi", "10.1000/owl.1"), ("arxiv", "2103.00007"))


def test_authors_in_one_line_are_told_apart():
    found = one(RAW)

    assert found.authors == ("Ada M. Byron", "Bo Li", "Cy Wu")
    assert (found.year, found.venue, found.abstract) == (2021, "arXiv", "Words.")


def test_in_dublin_core_a_comment_is_no_abstract_and_a_reference_is_an_identifier():
    found = one(CORE)

    assert (found.title, found.abstract) == ("Owls", "We count owls.")
    assert found.authors == ("Ada Byron Jr", "Owl Watch")
    assert (found.year, found.venue) == (2022, "J. Owls")
    assert found.url == "http://arxiv.org/abs/2103.00007"
    assert found.identifiers.pairs() == (("doi", "10.1000/owl.1"), ("arxiv", "2103.00007"))


def test_dublin_core_of_other_repositories_is_read():
    found = one(ELSEWHERE)

    assert (found.authors, found.year, found.venue) == (("Bo Li",), 2020, "Journal of owls")
    assert found.url == "https://doi.org/10.1000/owl.2"
    assert found.identifiers.pairs() == (("doi", "10.1000/owl.2"),)


def test_deleted_and_strange_records_are_rejected():
    text = ANSWER.format(
        RECORD.format(' status="deleted"', "")
        + RECORD.format("", "<marc><title>Owls</title></marc>")
        + RECORD.format("", OWN)
    )

    first, second, third = read(text)

    assert isinstance(first, Rejection)
    assert first.reason == "line 4: deleted from its repository: oai:arXiv.org:2103.00007"
    assert isinstance(second, Rejection)
    assert second.reason == "line 6: neither arXiv's metadata nor Dublin Core"
    assert isinstance(third, Record)
    assert third.source.position == 3


def test_an_error_of_the_server_is_told():
    (found,) = read('<OAI-PMH><error code="noRecordsMatch">Nothing here</error></OAI-PMH>')

    assert isinstance(found, Rejection)
    assert found.reason == "line 1: the server answered with an error: noRecordsMatch Nothing here"


def test_answers_may_be_joined():
    answer = "<?xml version='1.0'?>\n" + ANSWER.format(RECORD.format("", OWN))

    assert [found.source.position for found in read(answer + answer + "\n" + answer)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (ANSWER, True),
        ("<ListRecords><record>", True),
        ('<record xmlns="http://www.openarchives.org/OAI/2.0/"><header>', True),
        ("<records><record><ref-type>", False),
        ("<html>OAI-PMH", False),
    ],
)
def test_the_outermost_element_tells_the_format(head: str, claimed: bool):
    assert (arxivoai.sniff(head) > 0) == claimed


def shared(folder: Path, name: str) -> list[Record | Rejection]:
    text = (folder / "formats/arxiv-oai" / name).read_text(encoding="utf-8")
    assert arxivoai.sniff(text) > 0.9
    return read(text)


@pytest.mark.parametrize(
    ("name", "count"),
    [("listrecords-arXiv-prefix.xml", 12), ("listrecords-oai_dc-prefix.xml", 3)],
)
def test_shared_files_give_what_they_hold(shared_data: Path, name: str, count: int):
    found = shared(shared_data, name)

    records = [record for record in found if isinstance(record, Record) and record.abstract]
    assert len(found) == len(records) == count
    assert all(record.authors and record.year and record.identifiers.arxiv for record in records)
    assert len(list((shared_data / "formats/arxiv-oai").iterdir())) == 2


def test_its_own_metadata_is_read(shared_data: Path):
    first, *_, last = shared(shared_data, "listrecords-arXiv-prefix.xml")

    assert isinstance(first, Record)
    assert first.title.startswith("Irreversible degradation of quantum coherence")
    assert first.authors == (
        "Planck Collaboration",
        "Jieci Wang",
        "Zehua Tian",
        "Jiliang Jing",
        "Heng Fan",
    )
    assert first.abstract.startswith("We study the dynamics of quantum coherence")
    assert first.abstract.endswith("than entanglement to the acceleration of the detector.")
    assert (first.year, first.venue) == (2016, "arXiv")
    assert first.identifiers.pairs() == (
        ("doi", "10.1103/physrevd.93.016005"),
        ("arxiv", "1601.03238"),
    )
    assert isinstance(last, Record)
    assert last.authors[3:6] == ("R. Zwaska", "The T2K Beam Group", "L. Berns")
    assert last.abstract.endswith("(anti)neutrino ancestors coming from the T2K target.")
    assert (last.year, last.identifiers.arxiv) == (2018, "1808.04927")


def test_dublin_core_is_read(shared_data: Path):
    first, second, third = shared(shared_data, "listrecords-oai_dc-prefix.xml")

    assert isinstance(first, Record)
    assert first.authors == ("Robert Ralowski", "Szymon Zeberski")
    assert (first.year, first.venue) == (2008, "Houston Journal of Mathematics")
    assert isinstance(second, Record)
    assert second.abstract.startswith("In this note we consider an arbitrary families")
    assert second.abstract.endswith("is proved also.")
    assert second.identifiers.pairs() == (
        ("doi", "10.1007/s00153-015-0433-z"),
        ("arxiv", "1305.6404"),
    )
    assert isinstance(third, Record)
    assert third.authors[2:] == ("Aaron D. Lauda", "Ben Webster")
    assert "Comment" not in third.abstract
