"""The bench of mutated inputs, in short: it goes on where it stopped, and it can fail."""

import zlib
from pathlib import Path

import pytest

from eval.bench import fuzz
from eval.bench.mutations import mutated, seeds
from rag.schema import Rejection, Source
from rag.sources import READERS, bibtex, webpages


def task(folder: Path, reader: str, pieces: list[str], wanted: int) -> fuzz.Task:
    return fuzz.Task(reader, pieces, 0, wanted, 5.0, folder)


def test_every_reader_stands_a_few_hundred_inputs(shared_data: Path, tmp_path: Path):
    pieces = seeds([shared_data / "formats"])
    assert set(pieces) == {reader.name for reader in READERS}
    for name in (*(name for name, some in pieces.items() if some), "workbook"):
        tally = fuzz.fuzz(task(tmp_path, name, pieces.get(name, []), 100))
        assert tally.failures == {}, name
        assert tally.done == 100
        assert tally.records + tally.rejections + tally.refused > 0


def test_it_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pieces = ["TY  - JOUR\nTI  - On bees and ants\nER  - \n"]
    whole = fuzz.fuzz(task(tmp_path / "whole", "ris", pieces, 30))
    monkeypatch.setattr(fuzz, "CHUNK", 7)
    assert fuzz.fuzz(task(tmp_path / "parts", "ris", pieces, 10)).done == 10
    parts = fuzz.fuzz(task(tmp_path / "parts", "ris", pieces, 30))
    assert (parts.records, parts.rejections) == (whole.records, whole.rejections)


class Broken:
    """A reader with every fault."""

    name = "broken"

    def sniff(self, head: str) -> float:
        return 1.0

    def read(self, lines, place):
        kind = zlib.crc32("".join(lines).encode("utf-8", "replace")) % 3
        if kind == 0:
            raise IndexError("out of range")
        if kind == 1:
            yield Rejection(source=place(2), reason="no")
        while kind == 2:
            pass


def test_crashes_hangs_and_wrong_positions_are_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fuzz, "READERS", (Broken(),))
    pieces = [f"seed {number}" for number in range(40)]
    one = fuzz.Task("broken", pieces, 0, 20, 0.02, tmp_path)
    tally = fuzz.fuzz(one)
    assert len(tally.failures) == 20
    kinds = {why.split(":")[0].split(" ")[0] for why in tally.failures.values()}
    assert kinds == {"IndexError", "ValueError", "over"}


def test_an_input_is_made_again_by_its_number():
    pieces = ["a piece of a file", "another piece"]
    made = [mutated(pieces, "ris", 0, number) for number in range(50)]
    assert made == [mutated(pieces, "ris", 0, number) for number in range(50)]
    assert len(set(made)) > 40


def place(position: int) -> Source:
    return Source(file="f", position=position, format="f")


@pytest.mark.parametrize("text", ["", "% a remark\n", "no entry at all\n", "@\n"])
def test_bibtex_without_an_entry_is_nothing(text: str):
    assert list(bibtex.read([text], place)) == []


def test_a_page_that_the_parser_refuses_is_a_rejection():
    (found,) = webpages.read(["<!DOCTYPE html><html><![5]></html>"], place)
    assert isinstance(found, Rejection)
    assert "cannot be read" in found.reason
