"""Every shared export comes out as its README counts it: papers, abstracts, rejections.

Where the README counts otherwise, the file was read by hand and a comment says why.
"""

from pathlib import Path

import pytest

from rag.schema import Record
from rag.sources import read_papers

COUNTS: dict[str, tuple[int, int, int]] = {
    # An empty feed.
    "arxiv-atom/id_0000.0000.xml": (0, 0, 0),
    # An error that looks like an entry.
    "arxiv-atom/id_abc.xml": (0, 0, 1),
    "arxiv-atom/id_astro-ph_0601001.xml": (1, 1, 0),
    "arxiv-atom/id_quant-ph_0201082v1.xml": (1, 1, 0),
    "arxiv-atom/q_testing.xml": (10, 10, 0),
    "arxiv-kaggle/no-versions-array.json": (4, 4, 0),
    "arxiv-kaggle/two-lines.jsonl": (2, 2, 0),
    "arxiv-oai/listrecords-arXiv-prefix.xml": (12, 12, 0),
    "arxiv-oai/listrecords-oai_dc-prefix.xml": (3, 3, 0),
    "bibtex/gbk-encoded.bib": (1, 0, 0),
    # 217 entries, of which one has neither title nor abstract.
    "bibtex/jabref-managed-library.bib": (216, 79, 1),
    "bibtex/pmlr-aistats17.bib": (161, 160, 0),
    "bibtex/windows-1252-encoded.bib": (1, 1, 0),
    "bibtex/zotero-betterbibtex-export.bib": (213, 83, 0),
    "bibtex/zotero-export.biblatex.bib": (12, 12, 0),
    "crossref/work-with-jats-abstract.json": (1, 1, 0),
    "crossref/work-without-abstract.json": (1, 0, 0),
    "csl-json/arxiv-record.json": (1, 1, 0),
    # 256 items, of which half have no title.
    "csl-json/large-bibliography-no-abstracts.json": (128, 0, 128),
    "csl-json/pubmed-record.json": (1, 1, 0),
    "csl-json/small-bibliography.json": (3, 2, 0),
    "csv/asreview-labels.csv": (6, 6, 0),
    "csv/embase-export.csv": (6, 6, 0),
    "csv/missing-values.csv": (4, 2, 0),
    "csv/scopus-export.csv": (11, 11, 0),
    "csv/semicolon-separated.csv": (2, 2, 0),
    "csv/springer-link-export.csv": (18, 0, 0),
    # 114 rows, of which two have neither title nor abstract.
    "csv/systematic-review-pubmed.csv": (112, 110, 2),
    "endnote/endnote-two-records.xml": (2, 0, 0),
    "jsonl/paperscraper-dump.jsonl": (3, 3, 0),
    "nbib/jabref-one-record.nbib": (1, 1, 0),
    # 5 with abstract by its tags; one of them is empty.
    "nbib/pmc-medlars.txt": (5, 4, 0),
    "nbib/pubmed-export.nbib": (39, 34, 0),
    "openalex/work-with-abstract-1.json": (1, 1, 0),
    "openalex/work-with-abstract-2.json": (1, 1, 0),
    "openalex/work-without-abstract.json": (1, 0, 0),
    "ovid/ovid-tagged.txt": (1, 1, 0),
    "pubmed-xml/efetch-markup-in-abstract.xml": (1, 1, 0),
    "pubmed-xml/efetch-mathml-in-abstract.xml": (1, 1, 0),
    "pubmed-xml/efetch-one-article.xml": (1, 1, 0),
    "pubmed-xml/efetch-structured-abstract.xml": (2, 2, 0),
    "pubmed-xml/efetch-two-old-articles.xml": (2, 2, 0),
    "pubmed-xml/metapub-collective-author.xml": (1, 1, 0),
    "pubmed-xml/metapub-greek-and-superscript.xml": (1, 1, 0),
    "pubmed-xml/metapub-labelled-sections.xml": (1, 1, 0),
    "pubmed-xml/metapub-no-abstract.xml": (1, 0, 0),
    "ris/embase-export.ris": (6, 6, 0),
    "ris/endnote-export-of-pubmed.txt": (6, 6, 0),
    "ris/faulty-year.ris": (1, 1, 0),
    "ris/ieee-xplore-export.ris": (25, 25, 0),
    "ris/lens-org-export.ris": (69, 67, 0),
    "ris/lines-without-tag.ris": (2, 2, 0),
    "ris/non-ascii.ris": (1, 1, 0),
    "ris/ovid-psycinfo-export.ris": (6, 6, 0),
    "ris/scopus-export.ris": (6, 6, 0),
    "ris/web-of-science-export.txt": (10, 10, 0),
    # Not RIS, whatever its name says.
    "ris/web-of-science-two-letter-tags.ris": (2, 2, 0),
    "ris/zotero-export.ris": (84, 82, 0),
    "semantic-scholar/paper-all-fields.json": (1, 1, 0),
    "semantic-scholar/test_get_papers_return_not_found.json": (3, 3, 1),
    # Two snippets of two papers; one is of a body, not of an abstract.
    "semantic-scholar/test_search_snippet.json": (2, 1, 0),
    "zotero-api/betterbibtex-json-library.json": (51, 34, 0),
    "zotero-api/items.json": (20, 3, 0),
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_shared_export_comes_out_as_counted(shared_data: Path, name: str):
    found = list(read_papers(shared_data / "formats" / name))

    kept = [each for each in found if isinstance(each, Record)]
    abstracts = sum(bool(each.abstract) for each in kept)
    assert (len(kept), abstracts, len(found) - len(kept)) == COUNTS[name]


def test_no_shared_export_is_left_out(shared_data: Path):
    folder = shared_data / "formats"
    files = {str(each.relative_to(folder)) for each in folder.glob("*/*")}

    assert files == set(COUNTS)
