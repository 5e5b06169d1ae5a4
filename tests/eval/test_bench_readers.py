"""The bench of the readers: files grow by whole entries, and hostile ones are counted."""

import json
from pathlib import Path

import pytest

from eval.bench import readers
from rag.sources import READERS

ENTRY = "@article{k, title={Bees fly}}\n"
TEXTS = {
    "bibtex": ENTRY,
    "ris": "TY  - JOUR\nTI  - Bees fly\nER  - \n",
    "tables": "title,abstract\nBees fly,In gardens.\n",
    "csljson": json.dumps([{"type": "article-journal", "title": "Bees fly", "id": "a"}]),
    "aclxml": readers.own()["aclxml"],
}


@pytest.mark.parametrize("name", TEXTS)
def test_twice_the_size_is_twice_the_entries(name: str, tmp_path: Path):
    make = readers.grown(name, TEXTS[name])
    found: list[readers.Spent] = []
    for size in (8_000, 16_000):
        file = tmp_path / f"{size}"
        file.write_text(make(size))
        found.append(readers.timed(file))

    assert all(spent.rejections == 0 for spent in found)
    assert found[0].records > 1
    assert abs(found[1].records - 2 * found[0].records) <= 1


def test_a_line_tells_pace_peak_and_ratio(tmp_path: Path):
    name, megabytes, one, two, pace, peak, ratio = readers.row(
        "bibtex", ENTRY, 20_000, tmp_path
    ).split()

    assert (name, megabytes) == ("bibtex", "0.0")
    assert int(two.replace(",", "")) > int(one.replace(",", ""))
    assert min(map(float, (pace, peak, ratio))) > 0


def test_hostile_files_are_held_against_a_plain_count(tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.bib").write_text(ENTRY * 2 + "@article{k}\n")
    (folder / "b.bib").write_bytes(b"\xff\xfe" + (ENTRY * 5).encode("utf-16-le"))
    (folder / "c.ris").write_text("TI  - Bees fly\nER  - \n" + TEXTS["ris"])
    (folder / "d.bin").write_bytes(b"")

    line, *others = readers.hostile(folder).splitlines()

    assert line.split()[:5] == ["folder", "4", "9", "1", "1"]
    assert line.endswith("2 of    3")
    assert others == ["  c.ris: 1 counted, 2 + 0"]


def test_every_format_has_a_text(shared_data: Path):
    assert set(readers.samples(readers.FORMATS)) == {reader.name for reader in READERS}
