import io
import json
import zipfile
from pathlib import Path

import pytest
from light import library_of

from rag.contract import added
from rag.library import Library

GOOD = {"_id": "a", "title": "Owls", "text": "Owls hunt at night."}
BAD = {"_id": "b", "title": ""}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return library_of(tmp_path / "library")


def _write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _sources(library: Library) -> list[str]:
    with library.snapshot() as snapshot:
        return [source.file for paper in snapshot.iter_papers() for source in paper.sources]


def test_an_upload_has_the_name_that_its_user_knows(library: Library, tmp_path: Path):
    upload = _write(tmp_path / "5f3a", GOOD, BAD)
    report = library.add([str(upload)], names={upload: "my library.bib"})
    assert [each.file for each in report.files] == ["my library.bib"]
    assert [each.source.file for each in report.rejections] == ["my library.bib"]
    assert _sources(library) == ["my library.bib"]
    assert str(tmp_path) not in json.dumps(added(report))
    assert library.remove(file="my library.bib") == 1


def test_a_name_is_of_one_path_only(library: Library, tmp_path: Path):
    named, other = _write(tmp_path / "1", GOOD), _write(tmp_path / "2", {**GOOD, "_id": "c"})
    library.add([named, other], names={named: "mine.jsonl", tmp_path / "3": "no file"})
    assert sorted(_sources(library)) == sorted(["mine.jsonl", str(other)])


def test_members_of_an_archive_and_a_folder_stand_under_its_name(library: Library, tmp_path: Path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("in/papers.jsonl", json.dumps(GOOD))
        archive.writestr("notes.txt", "no paper")
    upload = tmp_path / "1"
    upload.write_bytes(content.getvalue())
    folder = tmp_path / "2"
    (folder / "deep").mkdir(parents=True)
    _write(folder / "deep" / "p.jsonl", {**GOOD, "_id": "c", "title": "Cats", "text": "Cats nap."})
    report = library.add([upload, folder], names={upload: "mine.zip", folder: "saved"})
    assert sorted(_sources(library)) == [
        "mine.zip!in/papers.jsonl",
        str(Path("saved/deep/p.jsonl")),
    ]
    (rejection,) = report.rejections
    assert rejection.source.file == "mine.zip!notes.txt"
    assert str(tmp_path) not in json.dumps(added(report))


@pytest.mark.parametrize(
    "content", [b"", b"\x1f\x8b broken", b"PK\x03\x04 broken", b"no paper", None]
)
def test_errors_say_the_name_and_never_the_path(
    library: Library, tmp_path: Path, content: bytes | None
):
    upload = tmp_path / "5f3a"
    if content is not None:
        upload.write_bytes(content)
    report = library.add([upload], names={upload: "mine.bib"})
    (error,) = report.errors
    assert error.file == "mine.bib"
    assert "mine.bib" in error.reason
    assert str(tmp_path) not in json.dumps(added(report))
