"""Merges are listed with their reasons; one taken back stays so, whatever is added later."""

import json
from itertools import permutations
from pathlib import Path

import pytest
from light import library_of
from typer.testing import CliRunner, Result

from rag.cli.app import app
from rag.errors import PaperNotFound, UsageError
from rag.identity import identify, identity_keys
from rag.identity.splits import Split
from rag.library import Library
from rag.schema import Paper, Record, Source
from rag.store.report import AddReport

DOI = "10.1000/volume"
ENTRY = "@article{{a, title={{{title}}}, doi={{{doi}}}, abstract={{{text}}}, year={{{year}}}}}\n"
OWLS = ENTRY.format(title="Barn owls hunt by hearing", doi=DOI, text="Owls hear.", year=2001)
BATS = ENTRY.format(title="Bats fly by night", doi=DOI, text="Bats hear echoes.", year=2001)
MORE = ENTRY.format(title="Bats fly by night", doi=DOI, text="Bats hear, at length.", year=2002)


def write(folder: Path, **contents: str) -> list[Path]:
    for name, content in contents.items():
        (folder / f"{name}.bib").write_text(content)
    return [folder / f"{name}.bib" for name in contents]


def held(library: Library) -> dict[str, tuple[str, ...]]:
    """Return the abstracts' papers by title: names of the files that they are made of."""
    with library.snapshot() as snapshot:
        return {
            paper.title: tuple(sorted(Path(each.file).stem for each in paper.sources))
            for paper in snapshot.iter_papers()
        }


@pytest.fixture
def merged(tmp_path: Path) -> Library:
    return library_of(tmp_path / "library", *write(tmp_path, owls=OWLS, bats=BATS))


def reasons(report: AddReport) -> list[tuple[str, str, str]]:
    return [(each.paper_id, Path(each.source.file).stem, each.reason) for each in report.merges]


def test_merges_are_told_with_paper_record_and_reason(tmp_path: Path):
    library = library_of(tmp_path / "library")
    first = library.add(write(tmp_path, owls=OWLS, bats=BATS))
    assert [(name, reason) for name, _, reason in reasons(first)] == [(f"doi:{DOI}", f"DOI {DOI}")]
    titled = ENTRY.format(title="BATS FLY, BY NIGHT", doi="", text="", year=2001)
    other = ENTRY.format(title="Newts swim in the north", doi="", text="", year=2001)
    report = library.add(write(tmp_path, titled=titled, other=other))
    assert [(file, reason) for _, file, reason in reasons(report)] == [
        ("titled", "the same title, first author and year")
    ]
    assert library.add(write(tmp_path, titled=titled)).merges == ()


def test_a_split_makes_two_papers_of_what_each_record_said(merged: Library, tmp_path: Path):
    report = merged.split(f"doi:{DOI}", [str(tmp_path / "bats.bib")])
    assert held(merged) == {"Barn owls hunt by hearing": ("owls",), "Bats fly by night": ("bats",)}
    assert report.kept.id == f"doi:{DOI}"
    assert report.gone.id.startswith("t:")
    assert (report.kept.abstract, report.gone.abstract) == ("Owls hear.", "Bats hear echoes.")
    assert report.fingerprint == merged.verify()


@pytest.mark.parametrize("names", [("owls", "bats"), ("bats", "owls"), ("bats",), ("owls",)])
def test_a_split_stays_in_later_adds_and_rebuilds(
    merged: Library, tmp_path: Path, names: tuple[str, ...]
):
    merged.split(f"doi:{DOI}", [f"{tmp_path / 'bats.bib'}:1"])
    before, fingerprint = held(merged), merged.status().fingerprint
    again = merged.add([tmp_path / f"{name}.bib" for name in names])
    assert (again.unchanged, again.merges) == (len(names), ())
    (tmp_path / "copies").mkdir()
    merged.add(write(tmp_path / "copies", owls=OWLS, bats=BATS))
    assert {title: set(files) for title, files in held(merged).items()} == {
        title: set(files) for title, files in before.items()
    }
    assert merged.rebuild(remake=True) == fingerprint


def test_another_record_joins_the_side_of_its_title_and_joins_nothing(
    merged: Library, tmp_path: Path
):
    merged.split(f"doi:{DOI}", [str(tmp_path / "bats.bib")])
    merged.add(write(tmp_path, more=MORE))
    assert held(merged) == {
        "Barn owls hunt by hearing": ("owls",),
        "Bats fly by night": ("bats", "more"),
    }


def test_what_was_removed_and_comes_back_is_still_split(merged: Library, tmp_path: Path):
    merged.split(f"doi:{DOI}", [str(tmp_path / "bats.bib")])
    merged.remove(file=str(tmp_path / "bats.bib"))
    assert merged.add([tmp_path / "bats.bib"]).new == 1
    assert len(held(merged)) == 2


def test_a_merge_of_three_can_be_split_twice(tmp_path: Path):
    newts = ENTRY.format(title="Newts swim in the north", doi=DOI, text="Newts.", year=2003)
    files = write(tmp_path, owls=OWLS, bats=BATS, newts=newts)
    library = library_of(tmp_path / "library", *files)
    library.split(f"doi:{DOI}", [str(tmp_path / "bats.bib")])
    library.split(f"doi:{DOI}", [str(tmp_path / "newts.bib")])
    assert sorted(held(library).values()) == [("bats",), ("newts",), ("owls",)]
    library.add(files)
    assert sorted(held(library).values()) == [("bats",), ("newts",), ("owls",)]


def test_a_record_that_changed_is_split_by_what_it_says_now(merged: Library, tmp_path: Path):
    merged.add(write(tmp_path, bats=BATS.replace("Bats hear echoes.", "Bats hear loud echoes.")))
    report = merged.split(f"doi:{DOI}", [str(tmp_path / "bats.bib")])
    assert report.gone.abstract == "Bats hear loud echoes."


def test_what_a_file_said_goes_with_the_file(merged: Library, tmp_path: Path):
    marker = "Zqxv"
    merged.add(write(tmp_path, more=MORE.replace("at length", marker)))
    merged.remove(file=str(tmp_path / "more.bib"))
    with pytest.raises(UsageError, match="no record"):
        merged.split(f"doi:{DOI}", [str(tmp_path / "more.bib")])


@pytest.mark.parametrize(
    ("places", "said"),
    [([], "name records"), (["no.bib"], "no record 'no.bib'"), (["owls", "bats"], "either side")],
)
def test_what_cannot_be_split_is_said(
    merged: Library, tmp_path: Path, places: list[str], said: str
):
    given = [each if "." in each else str(tmp_path / f"{each}.bib") for each in places]
    with pytest.raises(UsageError, match=said):
        merged.split(f"doi:{DOI}", given)
    assert len(held(merged)) == 1
    with pytest.raises(PaperNotFound):
        merged.split("nobody", ["x"])


def test_records_that_say_the_same_are_not_split(tmp_path: Path):
    library = library_of(tmp_path / "library", *write(tmp_path, owls=OWLS, copy=OWLS))
    with pytest.raises(UsageError, match="say the same"):
        library.split(f"doi:{DOI}", [str(tmp_path / "copy.bib")])


def test_a_given_id_stays_with_its_record(tmp_path: Path):
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"_id": "mine", "title": "Bats fly by night", "doi": DOI, "text": "Bats."})
    )
    library = library_of(tmp_path / "library", tmp_path / "a.jsonl", *write(tmp_path, owls=OWLS))
    report = library.split("mine", [str(tmp_path / "a.jsonl")])
    assert (report.kept.id, report.kept.title) == ("mine", "Bats fly by night")
    assert report.gone.id == f"doi:{DOI}"


class Nobody:
    def by_identity(self, keys: object) -> dict[str, Paper]:
        return {}


def test_records_of_both_sides_are_apart_in_one_add_in_any_order():
    def record(position: int, title: str) -> Record:
        return Record(
            source=Source(file="a", position=position, format="bibtex"),
            title=title,
            identifiers={"doi": DOI},  # pyright: ignore[reportArgumentType]
        )

    records = [record(1, "Barn owls hunt"), record(2, "Bats fly"), record(3, "Newts swim north")]
    keys = [identity_keys(each)[0] for each in records]
    assert all(key.startswith("record:") for key in keys)
    split = Split(frozenset(keys[:1]), frozenset(keys[1:2]))
    found = {identify(order, Nobody(), [split]).papers for order in permutations(records)}
    assert len(found) == 1
    (papers,) = found
    places = [{each.position for each in paper.sources} for paper in papers]
    assert len(places) == 2
    assert {1, 2} not in [each & {1, 2} for each in places]


def test_the_command_line_explains_and_splits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATTEST_EMBEDDER", "hash")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write(tmp_path, bats=BATS, owls=OWLS)

    def attest(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["--library", str(tmp_path / "library"), *arguments])

    added = attest("add", "bats.bib", "owls.bib", "--explain")
    assert f"doi:{DOI}\n  + bats.bib:1 joined by DOI {DOI}\n" in added.stdout
    assert "merges" not in json.loads(attest("add", "owls.bib", "--json").stdout)
    assert json.loads(attest("add", "owls.bib", "--json", "--explain").stdout)["merges"] == []
    told = json.loads(attest("split", f"doi:{DOI}", "owls.bib:1", "--json").stdout)
    assert (told["kept"]["id"], told["papers"]) == (f"doi:{DOI}", 2)
    refused = attest("split", f"doi:{DOI}", "owls.bib:1")
    assert refused.exit_code == 2
    assert "it is made of bats.bib:1" in refused.stderr
