"""The one door: what it accepts, how it fails, and that nothing is lost on the way."""

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import SourceError
from rag.schema import Record, Rejection
from rag.sources import read_papers
from rag.sources.cleaning import clean, visible
from rag.sources.decoding import looks_gbk
from rag.sources.draft import year

LINE = '{"_id": "1", "title": "One", "text": "Some text."}\n'
ENTRY = "@article{k,\n  title = {One},\n  author = {Ada Byron},\n}\n"


def saved(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def titles(path: Path) -> list[str]:
    return [one.title for one in read_papers(path) if isinstance(one, Record)]


def test_content_decides_the_format_not_the_name(tmp_path: Path):
    assert titles(saved(tmp_path, "a.xml", LINE)) == ["One"]
    assert titles(saved(tmp_path, "b.jsonl", ENTRY)) == ["One"]


def test_a_gzip_is_known_by_its_bytes(tmp_path: Path):
    (found,) = read_papers(saved(tmp_path, "a.txt", gzip.compress(LINE.encode())))

    assert isinstance(found, Record)
    assert (found.source.format, found.source.position) == ("jsonl", 1)
    assert found.source.file == str(tmp_path / "a.txt")


def test_gzip_members_in_a_row_are_one_file(tmp_path: Path):
    member = gzip.compress(LINE.encode())

    assert titles(saved(tmp_path, "a.gz", member + member + b"\0" * 9)) == ["One", "One"]


def test_a_folder_is_read_in_order_and_strangers_are_rejected(tmp_path: Path):
    saved(tmp_path, "b.jsonl", LINE)
    saved(tmp_path, "c.bin", b"\x89PNG\r\n\x1a\n" + bytes(50))
    saved(tmp_path, "d.txt", "")
    saved(tmp_path, ".hidden.jsonl", LINE)
    (tmp_path / "a").mkdir()
    saved(tmp_path / "a", "z.bib", ENTRY)
    (tmp_path / ".git").mkdir()
    saved(tmp_path / ".git", "x.jsonl", LINE)
    (tmp_path / "loop").symlink_to(tmp_path)

    found = list(read_papers(tmp_path))

    places = [(Path(one.source.file).name, one.source.position) for one in found]
    assert places == [("z.bib", 1), ("b.jsonl", 1), ("c.bin", 0), ("d.txt", 0)]
    assert [type(one) for one in found] == [Record, Record, Rejection, Rejection]


def test_a_very_deep_folder_is_walked(tmp_path: Path):
    deep = tmp_path
    for _ in range(300):
        deep /= "d"
    deep.mkdir(parents=True)
    saved(deep, "a.jsonl", LINE)

    assert titles(tmp_path) == ["One"]


def test_what_is_no_file_is_refused_with_one_line(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    empty = saved(tmp_path, "empty.bib", "")
    blank = saved(tmp_path, "blank.bib", "\n \n")
    strange = saved(tmp_path, "strange.csv", "just some words\n")
    for path, why in [
        (tmp_path / "missing.bib", "no such file"),
        (tmp_path / "pipe", "not a regular file"),
        (empty, "empty file"),
        (blank, "empty file"),
        (strange, "unknown format"),
        (Path("\0"), "cannot read"),
    ]:
        with pytest.raises(SourceError, match=why) as caught:
            read_papers(path)
        assert "\n" not in str(caught.value)


def test_an_unknown_format_names_the_known_ones(tmp_path: Path):
    with pytest.raises(SourceError, match=r"aclxml, .*bibtex, .*jsonl, .*ris, .*zotero"):
        read_papers(saved(tmp_path, "a.txt", "words"))


def packed(count: int) -> bytes:
    lines = [
        f'{{"_id": "{n}", "title": "Title {n} {os.urandom(40).hex()}"}}\n' for n in range(count)
    ]
    return gzip.compress("".join(lines).encode())


def test_records_before_the_end_of_a_truncated_gzip_are_kept(tmp_path: Path):
    data = packed(5_000)

    *records, last = read_papers(saved(tmp_path, "a.gz", data[: len(data) // 2]))

    assert 2_000 < len(records) < 3_000
    assert all(isinstance(one, Record) for one in records)
    assert isinstance(last, Rejection)
    assert "truncated gzip" in last.reason
    assert last.source.position == len(records) + 1


def test_a_damaged_gzip_ends_in_a_rejection(tmp_path: Path):
    data = bytearray(packed(5_000))
    data[len(data) // 2] ^= 0xFF

    found = list(read_papers(saved(tmp_path, "a.gz", bytes(data))))

    assert sum(isinstance(one, Record) for one in found) > 2_000
    assert isinstance(found[-1], Rejection)
    assert "damaged gzip" in found[-1].reason


def test_a_truncated_gzip_of_bibtex_has_one_rejection_too(tmp_path: Path):
    entries = "".join(
        f"@misc{{k{n},\n title = {{T{n} {os.urandom(40).hex()}}}\n}}\n" for n in range(999)
    )
    data = gzip.compress(entries.encode())

    found = list(read_papers(saved(tmp_path, "a.gz", data[: len(data) // 2])))

    assert len(found) > 300
    assert [n for n, one in enumerate(found, 1) if isinstance(one, Rejection)] == [len(found)]


def test_a_gzip_damaged_from_the_start_is_an_error(tmp_path: Path):
    with pytest.raises(SourceError, match="gzip"):
        read_papers(saved(tmp_path, "a.gz", gzip.compress(LINE.encode())[:12]))


def test_a_bomb_is_stopped(tmp_path: Path):
    bomb = gzip.compress(LINE.encode() + b" " * 90_000_000, 1)

    *_, last = read_papers(saved(tmp_path, "a.gz", bomb))

    assert isinstance(last, Rejection)
    assert "bomb" in last.reason


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le-bom"])
def test_unicode_is_read_with_and_without_a_mark(tmp_path: Path, codec: str):
    text = ENTRY.replace("One", "Größe und Maß — ∀x").replace("\n", "\r\n")
    data = b"\xff\xfe" + text.encode("utf-16-le") if codec.endswith("bom") else text.encode(codec)

    assert titles(saved(tmp_path, "a.bib", data)) == ["Größe und Maß — ∀x"]


@pytest.mark.parametrize(
    ("codec", "header", "title"),
    [
        ("cp1252", "% Encoding: windows-1252\n", "Größe – 25° C"),
        ("cp1252", "", "Dörner über Maße"),
        ("latin-1", "% Encoding: ISO8859_1\n", "Dörner"),
        ("utf-8", "% Encoding: windows-1252\n", "Dörner saved again"),
        ("utf-8", "% Encoding: no-such-thing\n", "Dörner"),
        ("gbk", "", "测试期刊的标题"),
        ("gbk", "% Encoding: GBK\n", "测试"),
        ("cp1251", "% Encoding: windows-1251\n", "Статья"),
        ("mac-roman", "% !TeX encoding: MacRoman\n", "Größe"),
    ],
)
def test_other_encodings_are_declared_or_guessed(tmp_path, codec: str, header: str, title: str):
    data = (header + ENTRY.replace("One", title)).encode(codec)

    assert titles(saved(tmp_path, "a.bib", data)) == [title]


def test_western_letters_are_not_taken_for_chinese():
    assert not looks_gbk("Dörner über Maße und Grüße".encode("cp1252"))
    assert looks_gbk("测试期刊".encode("gbk"))


def test_one_line_in_another_encoding_spoils_no_other(tmp_path: Path):
    data = '{"title": "Größe"}\n'.encode() + '{"title": "Maß"}\n'.encode("cp1252")

    assert titles(saved(tmp_path, "a.jsonl", data)) == ["Größe", "Maß"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_one(tmp_path: Path, end: str):
    assert titles(saved(tmp_path, "a.jsonl", (LINE * 3).replace("\n", end))) == ["One"] * 3


HAZARDS = "".join(
    [
        "\u200b\u200c\u200d\u2060\u202a\u202e\u2066\u2069\ufe00\ufe0f\U000e0001\U000e007f",
        *(chr(code) for code in range(32) if chr(code) not in "\t\n\r"),
    ]
)


def test_invisible_characters_are_stripped_and_blanks_collapsed():
    assert clean(f" A{HAZARDS}B \n\n\t C\u00a0D ") == "AB C D"
    assert visible("a\tb\nc") == "a\tb\nc"
    assert clean("x\ud800y") == "x\ufffdy"


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str):
    once = clean(text)

    assert clean(once) == once
    assert once.encode("utf-8").decode() == once
    assert not set(once) & set(HAZARDS)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (2019, 2019),
        ("2019", 2019),
        ("2019-05-01", 2019),
        (1999.0, 1999),
        ("c1999/2000", 1999),
        (float("nan"), None),
        (float("inf"), None),
        (10**30, None),
        (True, None),
        (0, None),
        ("in press", None),
        ("12019", None),
        (None, None),
        ([2019], None),
    ],
)
def test_a_year_is_made_out_or_left_open(value: object, found: int | None):
    assert year(value) == found


STARTS = [
    b"",
    b"@article{k,",
    b'{"title": "',
    b"[",
    b"<html>",
    b"Get trending papers in your email",
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=300), st.booleans())
def test_garbage_raises_nothing_but_a_source_error(tmp_path_factory, start, rest, zipped):
    data = start + rest
    path = saved(tmp_path_factory.mktemp("garbage"), "a", gzip.compress(data) if zipped else data)
    try:
        found = list(read_papers(path))
    except SourceError:
        return
    assert [one.source.position for one in found] == list(range(1, len(found) + 1))


ALPHABET = st.text(alphabet='@{}"=,#%\\$<>[]:/abk \n\r\t\u00e9"', max_size=120)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([start.decode() for start in STARTS]), ALPHABET)
def test_syntax_thrown_together_raises_nothing_but_a_source_error(tmp_path_factory, start, rest):
    path = saved(tmp_path_factory.mktemp("syntax"), "a", start + rest)
    try:
        found = list(read_papers(path))
    except SourceError:
        return
    assert [one.source.position for one in found] == list(range(1, len(found) + 1))
