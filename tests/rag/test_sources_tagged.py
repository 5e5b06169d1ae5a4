"""What the readers of tagged text share: entries, names, and who claims which file."""

from pathlib import Path

import pytest

from rag import sources
from rag.errors import SourceError
from rag.schema import Source
from rag.sources import nbib, ovid, recognise, ris, wostagged
from rag.sources.draft import Draft
from rag.sources.entry import Entry, Line
from rag.sources.tagged import entries, records, tagged
from rag.sources.tagnames import people, person

OURS = (ris, nbib, wostagged, ovid)

CLAIMS = {
    **dict.fromkeys(["formats/nbib/"], "nbib"),
    **dict.fromkeys(["formats/ovid/"], "ovid"),
    **dict.fromkeys(["formats/ris/"], "ris"),
    "formats/ris/web-of-science-two-letter-tags.ris": "wostagged",
}
"""Reader by the longest beginning of a path; no other file is ours."""


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    known = sources.READERS
    more = tuple(reader for reader in OURS if reader not in known)
    monkeypatch.setattr(sources, "READERS", (*known, *more))


def split(line: str) -> tuple[str, str]:
    tag, mark, text = line.partition(":")
    return (tag, text.strip()) if mark else ("", line.strip())


def gathered(text: str) -> list[Entry]:
    lines = tagged(text.splitlines(keepends=True), split)
    return list(entries(lines, lambda line, _: line.tag == "A", frozenset({"Z"})))


def test_lines_know_their_number_and_what_stands_before_them():
    found = list(tagged(["\ufeffA: x\n", " \n", "\n", "y\n", "B: \n"], split))

    assert found == [Line(1, "A", "x", False), Line(4, "", "y", True), Line(5, "B", "", False)]


def test_entries_run_to_an_end_or_to_the_next_beginning():
    found = gathered("no\nA: 1\nB: 2\nZ: \nno\nA: 3\nA: 4\nB: 5\nmore\n")

    assert [(one.line, one.opening, one.all("A", "B")) for one in found] == [
        (2, "A", ["1", "2"]),
        (6, "A", ["3"]),
        (7, "A", ["4", "5 more"]),
    ]


def test_fields_are_asked_for_in_many_ways():
    (entry,) = gathered("A: 1\nC: x\nB: 2019\nC: x\ny\nC: \nB: 3\nD: \n")

    assert entry.tags == {"A", "B", "C", "D"}
    assert entry.all("C", "B") == ["x", "2019", "x y", "3"]
    assert entry.pairs("C") == [("C", "x"), ("C", "x y")]
    assert entry.lines("C") == ["x", "x", "y"]
    assert entry.first("D", "C", "B") == "x"
    assert entry.joined("D", "C") == "x x y"
    assert entry.dated("C", "B") == "2019"
    assert (entry.first("D"), entry.joined("D"), entry.dated("C"), entry.all()) == ("", "", "", [])


def test_lines_that_stand_apart_are_counted_inside_an_entry_only():
    first, second = gathered("A: 1\nB: 2\n\nA: 3\n\nB: 4\n")

    assert (first.gaps, second.gaps) == (0, 1)


def test_an_entry_too_large_is_let_go_and_rejected(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rag.sources.entry.WHOLE", 1_000)
    found = gathered("A: 1\n" + "B: 2\n" * 9 + "A: 3\n")

    (lost, _) = records(
        found,
        lambda entry: Draft(title=entry.first("A")),
        lambda position: Source(file="f", position=position, format="x"),
    )

    assert [one.oversize for one in found] == [True, False]
    assert lost.model_dump()["reason"] == "line 1: entry over 64 MiB"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Byron, Ada", "Ada Byron"),
        ("Byron,Ada K. ", "Ada K. Byron"),
        ("Byron, Ada, Jr.", "Ada Byron Jr."),
        ("Byron, III, Ada", "Ada Byron III"),
        ("Byron, Ada 2nd", "Ada Byron 2nd"),
        ("Byron, IV", "IV Byron"),
        ("van der Li, Bo", "Bo van der Li"),
        ("Ada  Byron", "Ada Byron"),
        ("Byron,", "Byron"),
        ("Ponds, Lakes, and Rivers", "Ponds, Lakes, and Rivers"),
        (" , ", ""),
        ("", ""),
    ],
)
def test_names_are_turned_round(told: str, name: str):
    assert person(told) == name


def test_nobody_is_left_out():
    assert people(["Byron, Ada; et al.", "others", "[Anonymous]", ";"]) == ("Ada Byron",)


def claimed(file: Path) -> str | None:
    try:
        name = recognise(file).name
    except SourceError:
        return None
    return name if name in {reader.name for reader in OURS} else None


@pytest.mark.parametrize("folder", ["formats", "pages", "adversarial/better-bibtex-import"])
def test_no_file_of_another_format_is_claimed(shared_data: Path, folder: str):
    files = [file for file in sorted((shared_data / folder).rglob("*")) if file.is_file()]
    assert files
    for file in files:
        path = file.relative_to(shared_data).as_posix()
        begun = [start for start in CLAIMS if path.startswith(start)]

        assert claimed(file) == CLAIMS.get(max(begun, key=len, default="")), path


def test_prose_that_names_tags_is_no_export():
    for text in (
        "A list of fields:\nTI is the title\nAB the abstract\n",
        "Title\nAuthor\nAbstract\nThey stand flush left.\n",
        "@article{k,\n  title = {One},\n  note = {\nPMID- 7\n}}\n",
        "<html>\nTY  - JOUR\n</html>\n",
        '{"title": "One"}\nTY  - JOUR\n',
    ):
        scores = [reader.sniff(text) for reader in OURS]
        assert max(scores) == 0, (text, scores)
