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


def test_twins_of_two_files_are_one_paper_that_is_found_by_either_id(tmp_path: Path):
    library = library_of(tmp_path / "library")
    row = '{{"_id": "{}", "title": "One of our works", "authors": ["Ada Byron"], "year": 2001}}\n'
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(row.format(f"{name}:1"))
    both = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]

    report = library.add(both)

    assert (report.new, report.merged, report.papers) == (1, 1, 1)
    with library.snapshot() as snapshot:
        assert snapshot.paper("b:1") == snapshot.paper("a:1")
    assert library.add(both).unchanged == 2
    split = library.split("a:1", [str(both[1])])
    assert (split.kept.id, split.gone.id) == ("a:1", "b:1")
    with library.snapshot() as snapshot:
        assert snapshot.paper("b:1").id == "b:1"
    assert library.add(both).papers == 2
