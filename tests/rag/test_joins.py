"""Papers that a person called one are one, whatever is added later; a split is taken back so."""

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from light import library_of
from typer.testing import CliRunner, Result

from rag.cli.app import app
from rag.errors import PaperNotFound, UsageError
from rag.identity.splits import Split, healed
from rag.library import Library
from rag.schema import Paper

ENTRY = """@article{{a, title={{{title}}}, doi={{{doi}}}, abstract={{{text}}}, year={{{year}}},
author={{{author}}}}}
"""
PREPRINT, JOURNAL, LATER = (f"10.{number}000/owls" for number in (1, 2, 3))
DRAFT = ENTRY.format(
    title="Do owls listen?", doi=PREPRINT, text="Owls hear.", year=2019, author="Ray, A."
)
PRINTED = ENTRY.format(
    title="Barn owls hunt by hearing",
    doi=JOURNAL,
    text="Barn owls hear a mouse at thirty metres.",
    year=2022,
    author="Ray, A. and Bo, B.",
)
BATS = ENTRY.format(title="Bats fly by night", doi=LATER, text="Bats.", year=2022, author="Cy, C.")
IDS = (f"doi:{PREPRINT}", f"doi:{JOURNAL}")


def write(folder: Path, **contents: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / f"{name}.bib").write_text(content)
    return [folder / f"{name}.bib" for name in contents]


def held(library: Library) -> list[tuple[str, ...]]:
    """Return the names of the files that each paper is made of."""
    with library.snapshot() as snapshot:
        papers = list(snapshot.iter_papers())
    return sorted(
        tuple(sorted({Path(each.file).stem for each in paper.sources})) for paper in papers
    )


def shown(library: Library, name: str) -> Paper:
    with library.snapshot() as snapshot:
        return snapshot.paper(name)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    files = write(tmp_path, draft=DRAFT, printed=PRINTED, bats=BATS)
    return library_of(tmp_path / "library", *files)


@pytest.fixture
def joined(library: Library) -> Library:
    library.merge(IDS)
    return library


def test_two_works_by_every_rule_become_the_one_that_a_person_says(library: Library):
    assert library.status().papers == 3
    report = library.merge(IDS)
    assert (report.papers, report.retired) == (2, (IDS[1],))
    paper = report.paper
    assert (paper.id, paper.title, paper.year) == (IDS[0], "Barn owls hunt by hearing", 2019)
    assert paper.abstract == "Barn owls hear a mouse at thirty metres."
    assert [shown(library, name) for name in IDS] == [paper, paper]
    assert report.fingerprint == library.verify()
    with library.open() as view:
        passages = view.snapshot.passages_of([paper.id, IDS[1]]).values()
    assert {each.paper_id for each in passages} == {paper.id}


@pytest.mark.parametrize("names", [("draft", "printed"), ("printed", "draft"), ("printed",)])
def test_a_merge_stays_in_later_adds_and_rebuilds(
    joined: Library, tmp_path: Path, names: tuple[str, ...]
):
    fingerprint = joined.status().fingerprint
    again = joined.add([tmp_path / f"{name}.bib" for name in names])
    assert (again.unchanged, again.new, again.merges) == (len(names), 0, ())
    copies = write(tmp_path / "copies", draft=DRAFT, printed=PRINTED)
    joined.add(copies)
    assert held(joined) == [("bats",), ("draft", "printed")]
    assert len(shown(joined, IDS[0]).sources) == 4
    assert joined.status().fingerprint == joined.rebuild(remake=True)
    assert fingerprint != library_of(tmp_path / "apart", *copies).status().fingerprint


@pytest.mark.parametrize("doi", [PREPRINT, JOURNAL])
def test_a_record_that_changed_still_joins_by_either_name(
    joined: Library, tmp_path: Path, doi: str
):
    more = ENTRY.format(title="Owls, again", doi=doi, text="", year=2023, author="Ray, A.")
    report = joined.add(write(tmp_path, more=more))
    assert (report.new, report.papers) == (0, 2)
    assert held(joined) == [("bats",), ("draft", "more", "printed")]


def test_another_name_is_another_paper_still(joined: Library, tmp_path: Path):
    other = PRINTED.replace(JOURNAL, "10.4000/other")
    assert joined.add(write(tmp_path, other=other)).new == 1


def test_a_split_takes_a_merge_back_and_a_merge_a_split(joined: Library, tmp_path: Path):
    draft, printed, bats = (tmp_path / f"{name}.bib" for name in ("draft", "printed", "bats"))
    for _ in range(2):
        report = joined.split(IDS[0], [str(printed)])
        assert (report.kept.abstract, report.gone.id) == ("Owls hear.", IDS[1])
        joined.add([draft, printed])
        assert held(joined) == [("bats",), ("draft",), ("printed",)]
        assert shown(joined, IDS[1]).title == "Barn owls hunt by hearing"
        joined.merge(IDS)
        assert joined.add([printed, draft]).unchanged == 2
        assert held(joined) == [("bats",), ("draft", "printed")]
    joined.merge([IDS[0], f"doi:{LATER}"])
    joined.split(IDS[0], [str(bats)])
    parted = joined.split(IDS[0], [str(draft)])
    joined.merge([parted.kept.id, parted.gone.id])
    assert joined.add([bats, draft, printed]).unchanged == 3
    assert held(joined) == [("bats",), ("draft", "printed")]


def test_more_than_two_at_once_and_one_named_twice(library: Library):
    report = library.merge([f"doi:{LATER}", *IDS, IDS[0]])
    assert (report.papers, report.paper.id) == (1, f"doi:{LATER}")
    assert set(report.retired) == set(IDS)
    assert held(library) == [("bats", "draft", "printed")]


def test_an_id_that_a_file_gave_is_the_one_that_stays(tmp_path: Path):
    rows = [{"_id": each, "title": f"Newts of pond {each}", "text": "Newts."} for each in "ab"]
    (tmp_path / "newts.jsonl").write_text("\n".join(map(json.dumps, rows)))
    library = library_of(tmp_path / "library", tmp_path / "newts.jsonl")
    library.add(write(tmp_path, draft=DRAFT))
    assert library.merge([IDS[0], "a"]).paper.id == "a"
    assert library.merge(["b", "a"]).paper.id == "b"
    assert {shown(library, name).id for name in ("a", "b", IDS[0])} == {"b"}
    again = library.add([tmp_path / "newts.jsonl", tmp_path / "draft.bib"])
    assert (again.new, again.papers) == (0, 1)
    assert library.verify() == library.status().fingerprint


def test_what_was_removed_comes_back_to_the_paper(joined: Library, tmp_path: Path):
    joined.remove(file=str(tmp_path / "printed.bib"))
    assert joined.add([tmp_path / "printed.bib"]).new == 0
    assert held(joined) == [("bats",), ("draft", "printed")]


@pytest.mark.parametrize("ids", [[], [IDS[0]], [IDS[0], IDS[0]]])
def test_a_merge_needs_two(library: Library, ids: list[str]):
    with pytest.raises(UsageError, match="two papers"):
        library.merge(ids)
    assert library.status().papers == 3


def test_an_unknown_paper_is_named_and_nothing_changes(library: Library):
    before = library.status()
    with pytest.raises(PaperNotFound, match="nobody"):
        library.merge([IDS[0], "nobody"])
    assert library.status() == before


def pairs(splits: tuple[Split, ...] | list[Split]) -> set[frozenset[str]]:
    return {frozenset(pair) for split in splits for pair in product(split.first, split.other)}


names = st.frozensets(st.sampled_from("abcdefg"), min_size=1, max_size=4)
some_splits = st.lists(
    st.builds(lambda first, other: Split(first, other - first), names, names).filter(all),
    max_size=4,
)


@given(some_splits, names)
def test_only_what_is_together_is_no_longer_apart(splits: list[Split], together: frozenset[str]):
    lifted = {frozenset(pair) for pair in product(together, together)}
    assert pairs(healed(splits, together)) == pairs(splits) - lifted
    assert all(split.first and split.other for split in healed(splits, together))


def test_the_command_line_merges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATTEST_EMBEDDER", "hash")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write(tmp_path, draft=DRAFT, printed=PRINTED)

    def attest(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["--library", str(tmp_path / "library"), *arguments])

    attest("add", "draft.bib", "printed.bib")
    refused = attest("merge", IDS[0])
    assert (refused.exit_code, len(refused.stderr.strip().splitlines())) == (2, 1)
    assert attest("merge", *IDS).stdout == f"{IDS[0]} Barn owls hunt by hearing (2 records)\n"
    attest("split", IDS[0], "printed.bib")
    told = json.loads(attest("merge", *reversed(IDS), "--json").stdout)
    assert (told["paper"]["id"], told["retired"], told["papers"]) == (IDS[1], [IDS[0]], 1)
    assert json.loads(attest("show", IDS[0], "--json").stdout)["id"] == IDS[1]
