"""Archives and standard input: what the door makes of files that hold files."""

import gzip
import io
import struct
import sys
import zipfile
from io import BufferedReader
from pathlib import Path

import pytest
from books import book, sheet, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import sources
from rag.errors import SourceError
from rag.schema import Record, Rejection
from rag.sources import read_papers
from rag.sources.archives import DIRECTORY
from rag.sources.decoding import declared, text_lines

LINE = '{"_id": "1", "title": "One", "text": "Some text."}\n'
ENTRY = "@article{k,\n  title = {Two},\n}\n"
TABLE = "title,abstract\nThree,Some\n"
BOOK = book({"S": sheet([("Title", "Abstract"), ("Four", "Some")])})


def read(folder: Path, data: bytes) -> list[Record | Rejection]:
    path = folder / "a.zip"
    path.write_bytes(data)
    return list(read_papers(path))


def told(found: list[Record | Rejection]) -> list[tuple[str, int, str]]:
    """Return member, position and title or reason of each."""
    return [
        (
            one.source.file.partition("!")[2],
            one.source.position,
            one.title if isinstance(one, Record) else one.reason,
        )
        for one in found
    ]


def test_every_member_is_read_as_a_file_of_its_own(tmp_path: Path):
    members = {
        "b/lines.jsonl": LINE * 2,
        "a.bib": ENTRY,
        "table.csv": TABLE,
        "deep/lines.gz": gzip.compress(LINE.encode()),
        "table.xlsx": BOOK,
    }
    found = read(tmp_path, zipped(members))

    assert told(found) == [
        ("b/lines.jsonl", 1, "One"),
        ("b/lines.jsonl", 2, "One"),
        ("a.bib", 1, "Two"),
        ("table.csv", 1, "Three"),
        ("deep/lines.gz", 1, "One"),
        ("table.xlsx", 1, "Four"),
    ]
    formats = [one.source.format for one in found]
    assert formats == ["jsonl", "jsonl", "bibtex", "tables", "jsonl", "workbook"]
    assert found[0].source.file == f"{tmp_path / 'a.zip'}!b/lines.jsonl"


def test_an_archive_in_a_folder_is_read_in_its_place(tmp_path: Path):
    (tmp_path / "a.bib").write_text(ENTRY)
    (tmp_path / "b.zip").write_bytes(zipped({"x.jsonl": LINE}))
    (tmp_path / "c.zip").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "d.xlsx").write_bytes(BOOK)

    found = list(read_papers(tmp_path))

    names = [Path(one.source.file).name for one in found]
    assert names == ["a.bib", "b.zip!x.jsonl", "c.zip", "d.xlsx"]
    assert isinstance(found[2], Rejection)
    assert "damaged zip" in found[2].reason
    assert found[2].source.position == 0


def test_hidden_members_and_folders_are_left_out(tmp_path: Path):
    members = {
        "__MACOSX/._a.jsonl": b"\0\5\x16\7",
        ".DS_Store": b"\0\0",
        "x/.hidden/a.jsonl": LINE,
        "x/": "",
        "x/a.jsonl": LINE,
        "../../etc/passwd": LINE,
        "C:\\papers\\a.jsonl": LINE,
    }
    names = [member for member, *_ in told(read(tmp_path, zipped(members)))]
    assert names == ["x/a.jsonl", "../../etc/passwd", "C:\\papers\\a.jsonl"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_what_cannot_be_read_is_a_rejection_and_the_rest_is_kept(tmp_path: Path):
    members = {
        "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(50),
        "empty.bib": "",
        "inner.zip": zipped({"a.jsonl": LINE}),
        "letter.docx": zipped({"[Content_Types].xml": "", "word/document.xml": ""}),
        "last.jsonl": LINE,
    }
    *rejected, last = told(read(tmp_path, zipped(members)))
    assert last == ("last.jsonl", 1, "One")
    assert [at for _, at, _ in rejected] == [0, 0, 0, 0]
    whys = [why for *_, why in rejected]
    expected = ["unknown format", "empty file", "archive inside an archive", "office document"]
    for why, start in zip(whys, expected, strict=True):
        assert why.startswith(start)


def test_an_encrypted_member_is_named(tmp_path: Path):
    data = bytearray(zipped({"secret.jsonl": LINE, "open.jsonl": LINE}, zipfile.ZIP_STORED))
    data[6] |= 1  # in the first header, and in the list
    data[data.index(b"PK\x01\x02") + 8] |= 1
    secret, opened = told(read(tmp_path, bytes(data)))
    assert secret[:2] == ("secret.jsonl", 0)
    assert secret[2].startswith("encrypted")
    assert opened == ("open.jsonl", 1, "One")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_without_a_bound_are_refused(tmp_path: Path, method: int):
    ((_, at, why),) = told(read(tmp_path, zipped({"a.jsonl": LINE}, method)))
    assert at == 0
    assert why.startswith("unknown compression")


def test_a_damaged_member_keeps_what_came_before(tmp_path: Path):
    body = LINE * 5_000
    data = bytearray(zipped({"a.jsonl": body, "b.jsonl": LINE}, zipfile.ZIP_STORED))
    data[len(body) - 30] ^= 0x20
    found = read(tmp_path, bytes(data))
    *records, broken, last = found
    assert len(records) > 3_000
    assert isinstance(broken, Rejection)
    assert "damaged zip" in broken.reason
    assert broken.source.position == len(records) + 1
    assert isinstance(last, Record)


@pytest.mark.parametrize("data", [b"PK\x03\x04", zipped({"a.jsonl": LINE})[:-10]])
def test_an_archive_without_its_list_is_an_error(tmp_path: Path, data: bytes):
    with pytest.raises(SourceError, match="damaged zip"):
        read(tmp_path, data)


@pytest.mark.parametrize("members", [{}, {"x/": ""}, {".hidden": LINE}])
def test_an_archive_of_nothing_is_an_error(tmp_path: Path, members: dict[str, str]):
    with pytest.raises(SourceError, match="empty archive"):
        read(tmp_path, zipped(members))


BLANK = b" " * 1_000_000 + b"\n"


def test_a_bomb_is_stopped_and_what_came_before_is_kept(tmp_path: Path):
    members = {"a.jsonl": LINE.encode() + BLANK * 90, "b.jsonl": LINE}
    one, bomb, rest = read(tmp_path, zipped(members))
    assert isinstance(one, Record)
    assert isinstance(bomb, Rejection)
    assert "bomb" in bomb.reason
    assert isinstance(rest, Rejection)
    assert rest.source.position == 0
    assert "nothing was read from" in rest.reason
    assert rest.reason.endswith("b.jsonl on")


def test_a_gzip_in_an_archive_swells_no_further_than_a_plain_member(tmp_path: Path):
    inner = gzip.compress(LINE.encode() + BLANK * 90, 1)
    one, bomb = read(tmp_path, zipped({"a.gz": inner}))
    assert isinstance(one, Record)
    assert isinstance(bomb, Rejection)
    assert "bomb" in bomb.reason


def test_members_that_share_their_bytes_are_refused(tmp_path: Path):
    data = zipped({"a.jsonl": LINE.encode() + BLANK * 20})
    at, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    listed, copies = data[at:end], 9
    size = len(listed) * copies
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, copies, copies, size, at, 0)
    with pytest.raises(SourceError, match=r"damaged zip \(members overlap\)"):
        read(tmp_path, data[:at] + listed * copies + tail)


def test_a_list_of_members_too_long_to_hold_is_refused(tmp_path: Path):
    members = {f"{'x' * 9_000}{number}": "" for number in range(DIRECTORY // 9_000 + 2)}
    with pytest.raises(SourceError, match="list of members over 8 MiB"):
        read(tmp_path, zipped(members))


def test_only_so_many_members_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "MEMBERS", 3)
    three = {f"{number}.jsonl": LINE for number in range(3)}
    assert len(read(tmp_path, zipped(three))) == 3
    *_, last = read(tmp_path, zipped({**three, "more.jsonl": LINE}))
    assert isinstance(last, Rejection)
    assert last.reason.startswith("over 3 files")


GOOD = zipped({"a.jsonl": LINE * 3, "b.csv": TABLE, "c.xlsx": BOOK}, zipfile.ZIP_STORED)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=5), st.integers(0, 8))
def test_a_damaged_archive_raises_nothing_but_a_source_error(tmp_path_factory, at, bits, cut):
    try:
        found = read(tmp_path_factory.mktemp("damage"), GOOD[:at] + bits + GOOD[at + cut :])
    except SourceError:
        return
    assert found
    assert all("\n" not in one.source.file for one in found)


class Typed:
    """Standard input that holds some bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize(
    ("data", "title", "form"),
    [
        (LINE.encode(), "One", "jsonl"),
        (gzip.compress(ENTRY.encode()), "Two", "bibtex"),
        (BOOK, "Four", "workbook"),
    ],
    ids=["lines", "packed", "workbook"],
)
def test_a_dash_is_standard_input(monkeypatch, data: bytes, title: str, form: str):
    monkeypatch.setattr(sys, "stdin", Typed(data))
    (found,) = read_papers("-")
    assert isinstance(found, Record)
    assert (found.title, found.source.file, found.source.format) == (title, "stdin", form)


def test_an_archive_may_come_by_standard_input(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", Typed(zipped({"a.jsonl": LINE})))
    (found,) = read_papers(Path("-"))
    assert found.source.file == "stdin!a.jsonl"


def test_standard_input_that_gives_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", Typed(b""))
    with pytest.raises(SourceError, match="empty file: stdin"):
        read_papers("-")
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SourceError, match="nothing on stdin"):
        read_papers("-")
    closed = Typed(b"")
    closed.buffer.close()
    monkeypatch.setattr(sys, "stdin", closed)
    with pytest.raises(SourceError, match="cannot read stdin"):
        read_papers("-")


@pytest.mark.parametrize(
    ("codec", "prolog"),
    [
        ("iso-8859-2", "<?xml version='1.0' encoding='ISO-8859-2'?>"),
        ("cp1251", '<?xml version="1.0" encoding = "windows-1251" standalone="yes"?>'),
        ("gb18030", '<?xml version="1.0" encoding="GB2312"?>'),
        ("cp932", '\n<?xml version="1.0"\n encoding="Shift_JIS"?>'),
        ("utf-16-le", '<?xml version="1.0" encoding="UTF-16"?>'),
        ("utf-16-be", '<?xml version="1.0" encoding="UTF-16"?>'),
    ],
)
def test_an_xml_prolog_says_how_a_file_is_encoded(codec: str, prolog: str):
    titles = {"iso-8859-2": "Żółw", "cp1251": "Пчёлы", "gb18030": "蜜蜂", "cp932": "蜜蜂"}
    title = titles.get(codec, "Größe")
    data = f"{prolog}\n<title>{title}</title>".encode(codec)
    assert "".join(text_lines(BufferedReader(io.BytesIO(data)))) == data.decode(codec)


@pytest.mark.parametrize("name", [b"idna", b"unicode_escape", b"utf-7", b"punycode", b"hex"])
def test_names_that_are_no_encodings_of_files_are_passed_over(name: bytes):
    assert declared(b"% Encoding: " + name + b"\n") is None
