"""The ACL Anthology's XML: ids of all times, what volumes tell, and what is no paper."""

import pytest

from rag.schema import Record, Rejection, Source
from rag.sources import aclxml
from rag.sources.aclxml import anthology_id

COLLECTION = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="2031.moot">
  <volume id="main" ingest-date="2031-01-01" type="proceedings">
    <meta>
      <booktitle>Proceedings of the First <fixed-case>M</fixed-case>oot</booktitle>
      <editor><first>Ed</first><last>Itor</last></editor>
      <month>May</month><year>2031</year>
      <url hash="0">2031.moot-main</url><venue>moot</venue>
    </meta>
    <frontmatter>
      <url hash="1">2031.moot-main.0</url><bibkey>moot-2031-first</bibkey>
    </frontmatter>
    <paper id="1">
      <title><fixed-case>OWL</fixed-case>ese for <i>all</i></title>
      <author id="ada-byron"><first>Ada</first><last>Byron</last><affiliation>Shore</affiliation>
        <variant script="hani"><first>X</first><last>Y</last></variant></author>
      <author><first/><last>Li</last></author>
      <pages>1–9</pages>
      <abstract>We parse <tex-math>n^2</tex-math> hoots, see <url>https://example.org</url>.<par/>It
        works.</abstract>
      <url hash="2">2031.moot-main.1</url>
      <revision id="1" href="2031.moot-main.1v1" hash="3"/>
      <doi>10.1000/2031.moot-main.1</doi>
      <bibkey>byron-li-2031-owlese</bibkey>
    </paper>
    <paper id="2">
      <title>Old owls</title>
      <url>https://example.org/owls.pdf</url>
      <retracted date="2031-06-01">Owls were not asked.</retracted>
    </paper>
  </volume>
  <volume id="demo">
    <meta><journal-title>Owl Demos</journal-title></meta>
    <paper id="12"><title>A nest</title><editor><first>Cy</first><last>Wu</last></editor></paper>
  </volume>
  <volume id="3"><paper id="1"><title>No meta</title></paper></volume>
  <event id="moot-2031"><meta><title>First Moot</title><year>1999</year></meta></event>
</collection>
"""

OLD = """<volume id="X07">
<paper id="1000"><title>Proceedings of Moot</title></paper>
<paper id="1001"><title>One</title><booktitle>Moot</booktitle><year>2007</year>
<url>http://www.aclweb.org/anthology/X07-1001</url></paper></volume>
"""


def read(text: str) -> list[Record | Rejection]:
    def place(position: int) -> Source:
        return Source(file="2031.moot.xml", position=position, format="aclxml")

    return list(aclxml.read(text.splitlines(keepends=True), place))


def papers(text: str) -> list[Record]:
    return [found for found in read(text) if isinstance(found, Record)]


def test_every_field_is_taken():
    found = papers(COLLECTION)[0]

    assert found.title == "OWLese for all"
    assert found.abstract == "We parse n^2 hoots, see https://example.org. It works."
    assert found.authors == ("Ada Byron", "Li")
    assert (found.year, found.venue) == (2031, "Proceedings of the First Moot")
    assert found.url == "https://aclanthology.org/2031.moot-main.1/"
    assert found.identifiers.pairs() == (
        ("doi", "10.1000/2031.moot-main.1"),
        ("acl", "2031.moot-main.1"),
    )


def test_front_matter_and_events_are_no_papers():
    found = read(COLLECTION)

    assert [one.source.position for one in found] == [1, 2, 3, 4]
    assert [one.title for one in papers(COLLECTION)] == [
        "OWLese for all",
        "Old owls",
        "A nest",
        "No meta",
    ]


def test_a_volume_tells_about_its_own_papers_only():
    _, second, third, fourth = papers(COLLECTION)

    assert (second.venue, second.year) == ("Proceedings of the First Moot", 2031)
    assert (third.venue, third.year, third.authors) == ("Owl Demos", 2031, ("Cy Wu",))
    assert (fourth.venue, fourth.year) == (None, 2031)


def test_an_id_follows_from_where_the_paper_is():
    _, second, third, _ = papers(COLLECTION)

    assert second.url == "https://example.org/owls.pdf"
    assert second.identifiers.acl == "2031.moot-main.2"
    assert third.identifiers.acl == "2031.moot-demo.12"


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (("2020.acl", "main", "1"), "2020.acl-main.1"),
        (("P19", "1", "1"), "P19-1001"),
        (("J89", "2", "12"), "J89-2012"),
        (("W18", "63", "9"), "W18-6309"),
        (("W19", "1", "1"), "W19-0101"),
        (("C69", "2", "1"), "C69-0201"),
        (("D19", "1", "7"), "D19-1007"),
        (("D19", "57", "2"), "D19-5702"),
        (("", "P07", "1001"), "P07-1001"),
        (("P19", "one", "1"), None),
        (("", "", ""), None),
    ],
)
def test_ids_are_built_as_the_anthology_does(parts: tuple[str, str, str], whole: str | None):
    assert anthology_id(*parts) == whole


def test_files_from_before_2019_are_read():
    first, second = papers(OLD)

    assert (first.title, first.identifiers.acl) == ("Proceedings of Moot", "X07-1000")
    assert (second.title, second.identifiers.acl) == ("One", "X07-1001")
    assert (second.venue, second.year) == ("Moot", 2007)
    assert second.url == "http://www.aclweb.org/anthology/X07-1001"


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (COLLECTION, True),
        (OLD, True),
        ("<collection><source>BioC</source><document>", False),
        ("<volume><chapter/>", False),
        ('{"title": "<collection>"}', False),
    ],
)
def test_volumes_of_papers_tell_the_format(head: str, claimed: bool):
    assert (aclxml.sniff(head) > 0) == claimed
