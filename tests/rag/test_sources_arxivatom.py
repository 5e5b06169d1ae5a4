"""arXiv's Atom: entries, errors that look like entries, and feeds without any."""

from pathlib import Path

import pytest

from rag.schema import Record, Rejection, Source
from rag.sources import arxivatom

FEED = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/x</id><title>arXiv Query: all:owl</title>
{}</feed>
"""

ENTRY = r"""<entry>
  <id>http://arxiv.org/abs/2103.00007v3</id>
  <title>Owls of $\mathbb{R}$ and
    Erd\H{o}s</title>
  <updated>2023-01-02T00:00:00Z</updated>
  <link href="https://arxiv.org/abs/2103.00007v3" rel="alternate"/>
  <link href="https://arxiv.org/pdf/2103.00007v3" rel="related" title="pdf"/>
  <summary>  We count \emph{owls} in ~10 nights &lt;b
  if $\alpha$ holds.
  </summary>
  <published>2021-03-01T00:00:00Z</published>
  <arxiv:comment>4 pages. This paper has been withdrawn by the author</arxiv:comment>
  <arxiv:journal_ref>J. Owls 12 (2022) 100-110</arxiv:journal_ref>
  <author><name>Ada Byron</name><arxiv:affiliation>Shore</arxiv:affiliation></author>
  <author><name>Bo Li</name></author>
  <arxiv:doi>10.1000/OWL.1</arxiv:doi>
</entry>
"""

ERROR = """<entry>
  <id>{}</id><title>Error</title><summary>incorrect id format for owl</summary>
  <author><name>arXiv api core</name></author>
</entry>
"""

SHARED = {
    "id_0000.0000.xml": (0, 0),
    "id_abc.xml": (0, 1),
    "id_astro-ph_0601001.xml": (1, 0),
    "id_quant-ph_0201082v1.xml": (1, 0),
    "q_testing.xml": (10, 0),
}
"""Records, all with an abstract, and rejections in the shared files."""


def read(text: str) -> list[Record | Rejection]:
    def place(position: int) -> Source:
        return Source(file="feed.xml", position=position, format="arxivatom")

    return list(arxivatom.read(text.splitlines(keepends=True), place))


def one(text: str) -> Record:
    (found,) = read(text)
    assert isinstance(found, Record), found.reason
    return found


def test_every_field_is_taken():
    found = one(FEED.format(ENTRY))

    assert found.title == r"Owls of $\mathbb{R}$ and Erdős"
    assert found.abstract == r"We count owls in ~10 nights <b if $\alpha$ holds."
    assert found.authors == ("Ada Byron", "Bo Li")
    assert (found.year, found.venue) == (2022, "J. Owls")
    assert found.url == "http://arxiv.org/abs/2103.00007v3"
    assert found.identifiers.pairs() == (("doi", "10.1000/owl.1"), ("arxiv", "2103.00007"))


def test_a_paper_that_appeared_nowhere_else_has_the_year_it_was_sent():
    entry = ENTRY.replace("journal_ref", "other")

    assert (one(FEED.format(entry)).year, one(FEED.format(entry)).venue) == (2021, "arXiv")


@pytest.mark.parametrize(
    ("number", "arxiv"),
    [
        ("http://arxiv.org/abs/math.GT/0309136v2", "math/0309136"),
        ("http://arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
        ("https://arxiv.org/abs/0704.0001v1", "0704.0001"),
    ],
)
def test_old_and_new_ids_lose_their_version(number: str, arxiv: str):
    entry = ENTRY.replace("http://arxiv.org/abs/2103.00007v3", number)

    assert one(FEED.format(entry)).identifiers.arxiv == arxiv


@pytest.mark.parametrize(
    "number", ["https://arxiv.org/api/errors#incorrect_id_format_for_owl", "http://arxiv.org/", ""]
)
def test_an_error_is_no_paper(number: str):
    first, second = read(FEED.format(ERROR.format(number) + ENTRY))

    assert isinstance(first, Rejection)
    assert first.reason == "line 4: an error of arXiv, no paper: incorrect id format for owl"
    assert isinstance(second, Record)


def test_a_paper_may_be_called_error():
    found = one(FEED.format(ERROR.format("http://arxiv.org/abs/2103.00008v1")))

    assert (found.title, found.identifiers.arxiv) == ("Error", "2103.00008")


def test_an_empty_feed_holds_nothing():
    assert read(FEED.format("")) == []


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (FEED, True),
        (ENTRY, True),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><title>A blog</title>', False),
        ("<rss><channel><link>http://arxiv.org/</link>", False),
        ("", False),
    ],
)
def test_feeds_of_others_are_not_claimed(head: str, claimed: bool):
    assert (arxivatom.sniff(head) > 0) == claimed


def shared(folder: Path, name: str) -> list[Record | Rejection]:
    text = (folder / "formats/arxiv-atom" / name).read_text(encoding="utf-8")
    assert arxivatom.sniff(text) > 0.9
    return read(text)


@pytest.mark.parametrize("name", SHARED)
def test_shared_files_give_what_they_hold(shared_data: Path, name: str):
    found = shared(shared_data, name)

    records = [record for record in found if isinstance(record, Record)]
    assert (len(records), len(found) - len(records)) == SHARED[name]
    assert all(record.abstract and record.authors and record.year for record in records)


def test_all_shared_files_are_known(shared_data: Path):
    assert {file.name for file in (shared_data / "formats/arxiv-atom").iterdir()} == set(SHARED)


def test_an_answer_to_a_search_is_read(shared_data: Path):
    first, *_, last = shared(shared_data, "q_testing.xml")

    assert isinstance(first, Record)
    assert first.title.startswith("Testing Deep Learning Models: A First Comparative")
    assert first.abstract.startswith("Deep Learning (DL) has revolutionized")
    assert first.abstract.endswith("benchmark used in VBS and discuss its results.")
    assert first.authors == ("Mohit Kumar Ahuja", "Arnaud Gotlieb", "Helge Spieker")
    assert first.year == 2022
    assert first.identifiers.pairs() == (
        ("doi", "10.1109/icstw55395.2022.00035"),
        ("arxiv", "2202.12139"),
    )
    assert isinstance(last, Record)
    assert last.authors == ("Yauhen Leanidavich Arnatovich", "Lipo Wang")
    assert (last.year, last.venue, last.source.position) == (2018, "arXiv", 10)
    assert last.identifiers.arxiv == "1812.11470"


def test_an_old_id_is_read(shared_data: Path):
    (found,) = shared(shared_data, "id_astro-ph_0601001.xml")

    assert isinstance(found, Record)
    assert found.authors == (
        "Andrew Gould",
        "Susan Dorsher",
        "B. Scott Gaudi",
        "Andrzej Udalski",
    )
    assert found.abstract.startswith("We derive the frequencies of hot Jupiters")
    assert found.abstract.endswith("to map this distribution in detail.")
    assert (found.year, found.identifiers.arxiv) == (2006, "astro-ph/0601001")
