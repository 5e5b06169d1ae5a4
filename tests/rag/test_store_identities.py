"""What the catalogue remembers of who is who."""

from pathlib import Path

from light import library_of

WORK = """@article{{a, title={{{title}}}, doi={{10.1000/x}}, eprint={{{arxiv}}},
archiveprefix={{arXiv}}}}"""


def test_a_paper_that_contradicts_a_stored_one_of_its_doi_gets_an_id_of_its_own(tmp_path: Path):
    titles = {"2001.00001": "One of these works", "2001.00002": "The other of these works"}
    library = library_of(tmp_path / "library")
    for arxiv, title in titles.items():
        (tmp_path / "a.bib").write_text(WORK.format(title=title, arxiv=arxiv))
        assert library.add([tmp_path / "a.bib"]).new == 1
    with library.snapshot() as snapshot:
        found = {paper.title: paper.id for paper in snapshot.iter_papers()}
    assert found == {
        "One of these works": "doi:10.1000/x",
        "The other of these works": "arxiv:2001.00002",
    }
