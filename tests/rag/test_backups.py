"""A backup holds all of a library, and only a whole one becomes a library again."""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from light import library_of
from typer.testing import CliRunner

from rag.backups import LISTING, back_up, restore
from rag.cases import FILE as CASES
from rag.cli.app import app
from rag.conversations import Conversations
from rag.errors import LibraryDamaged, LibraryMismatch, LibraryMissing, UsageError
from rag.library import Library
from rag.schema import Answer
from rag.store.archive import packed

ROOT = Path(__file__).parents[2]
QUESTION = "How often was kiln 4 fired?"
RESTORING = """
import sys
from pathlib import Path
import rag.backups
rag.backups.sync_tree = lambda folder: __import__("os")._exit(137)
rag.backups.restore(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def papers(path: Path, numbers: range) -> Path:
    rows = (
        {"_id": f"n{n}", "title": f"Note {n}", "text": f"Kiln {n} was fired {n} times. It held."}
        for n in numbers
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    library = library_of(folder / "library", papers(folder / "papers.jsonl", range(30)))
    answer = Answer(
        id="a1", question=QUESTION, standalone=QUESTION, claims=(), answerer="none",
        library="l", settings="s",
    )  # fmt: skip
    Conversations(library.directory).keep(answer, conversation="kilns")
    (library.directory / CASES).write_text('{"id": "c", "question": "q"}\n')
    back_up(library, folder / "backup.zip")
    return folder


@pytest.fixture
def archive(made: Path) -> Path:
    return made / "backup.zip"


def test_twenty_restores_are_the_library_as_it_was(made: Path, archive: Path, tmp_path: Path):
    before = library_of(made / "library").status()
    for number in range(20):
        folder = tmp_path / f"{number}"
        if number % 2:
            folder.mkdir()
        assert restore(archive, folder).fingerprint == before.fingerprint
        library = library_of(folder)
        assert library.status() == before
        assert library.verify() == before.fingerprint
        with library.open() as view:
            assert len(view.vectors) == 30
        (kept,) = Conversations(folder).conversation("kilns")
        assert kept.answer.question == QUESTION
        assert (folder / CASES).read_bytes() == (made / "library" / CASES).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(map(str, range(20)))


def test_a_restored_library_is_written_as_any_other(archive: Path, tmp_path: Path):
    restore(archive, tmp_path / "library")
    library = library_of(tmp_path / "library", papers(tmp_path / "more.jsonl", range(25, 40)))
    assert library.status().papers == 40
    assert library.verify() == library.status().fingerprint


def test_a_backup_is_taken_while_others_write(made: Path, tmp_path: Path):
    shutil.copytree(made / "library", tmp_path / "library")
    library = library_of(tmp_path / "library")
    seen = {library.status().fingerprint}

    def write() -> None:
        for number in range(6):
            one = papers(tmp_path / f"{number}.jsonl", range(40 + number, 41 + number))
            seen.add(library_of(library.directory).add([one]).fingerprint)

    writer = threading.Thread(target=write)
    writer.start()
    backups = [tmp_path / f"backup{number}" for number in range(8)]
    found = [back_up(library, path).fingerprint for path in backups]
    writer.join()
    assert set(found) <= seen
    for path in backups:
        folder = tmp_path / f"{path.name}-restored"
        restore(path, folder)
        assert library_of(folder).verify() in seen


def test_no_byte_of_an_archive_can_change_unseen(archive: Path, tmp_path: Path):
    rng = random.Random(8)
    content = archive.read_bytes()
    damaged = tmp_path / "damaged.zip"
    places = [0, len(content) - 1, *(rng.randrange(len(content)) for _ in range(60))]
    for place in places:
        damaged.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(UsageError, match=r"damaged\.zip") as refusal:
            restore(damaged, tmp_path / "library")
        assert "\n" not in str(refusal.value)
    for length in (0, 1, 70, len(content) // 2, len(content) - 1):
        damaged.write_bytes(content[:length])
        with pytest.raises(UsageError, match=r"damaged\.zip"):
            restore(damaged, tmp_path / "library")
    assert list(tmp_path.iterdir()) == [damaged]


def repacked(archive: Path, path: Path, **changes: object) -> Path:
    """Write an archive anew with another listing, sealed as it should be."""
    with zipfile.ZipFile(archive) as old, packed(path) as packing:
        for name in old.namelist():
            if name != LISTING:
                with old.open(name) as source:
                    packing.put(name, source)
        listing = {**json.loads(old.read(LISTING)), **changes}
        packing.write(LISTING, json.dumps(listing).encode())
    return path


def test_a_foreign_archive_is_refused(archive: Path, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "foreign.zip", "w") as foreign:
        foreign.writestr("letter.txt", "hello" * 50)
    with packed(tmp_path / "sealed.zip") as packing:
        packing.write("letter.txt", b"hello")
    (tmp_path / "text.zip").write_text("no archive " * 99)
    for name in ("foreign.zip", "sealed.zip", "text.zip", "missing.zip"):
        with pytest.raises(UsageError, match=name):
            restore(tmp_path / name, tmp_path / "library")
    files = json.loads(zipfile.ZipFile(archive).read(LISTING))["files"]
    for name in ("../evil", "/evil", "versions/../../evil", "versions/a\\..\\evil", "evil"):
        other = {**files, name: files["catalogue.sqlite"]}
        path = repacked(archive, tmp_path / f"{len(name)}{abs(hash(name))}.zip", files=other)
        with pytest.raises(UsageError, match="no library has"):
            restore(path, tmp_path / "library")
    with pytest.raises(UsageError, match="newer release"):
        restore(repacked(archive, tmp_path / "new.zip", form="2"), tmp_path / "library")
    with pytest.raises(LibraryDamaged, match="another library"):
        restore(repacked(archive, tmp_path / "o.zip", fingerprint="0" * 64), tmp_path / "library")
    assert not (tmp_path / "library").exists()
    assert not list(tmp_path.glob(".*"))


def test_another_layout_is_refused_by_both_names(made: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("rag.backups.FORMAT_ONLY", {"format": "99"})
    with pytest.raises(LibraryMismatch, match="layout 3, now 99"):
        restore(made / "backup.zip", tmp_path / "library")
    assert not list(tmp_path.iterdir())


def test_a_place_that_holds_something_is_left_alone(archive: Path, tmp_path: Path):
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "letter").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        restore(archive, tmp_path / "library")
    with pytest.raises(UsageError, match="exists"):
        back_up(library_of(archive.parent / "library"), archive)
    assert (tmp_path / "library" / "letter").read_text() == "mine"


def test_a_killed_restore_leaves_no_library_and_the_next_one_clears_up(
    archive: Path, tmp_path: Path
):
    killed = subprocess.run(
        [sys.executable, "-c", RESTORING, str(archive), str(tmp_path / "library")],
        cwd=ROOT, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert killed.returncode == 137
    assert not (tmp_path / "library").exists()
    restore(archive, tmp_path / "library")
    assert [path.name for path in tmp_path.iterdir()] == ["library"]


def test_what_is_damaged_or_missing_is_not_backed_up(made: Path, tmp_path: Path):
    shutil.copytree(made / "library", tmp_path / "library")
    library = library_of(tmp_path / "library")
    path = tmp_path / "library" / "versions" / library.status().version / "vectors.f16"
    content = bytearray(path.read_bytes())
    content[99] ^= 1
    path.write_bytes(content)
    with pytest.raises(LibraryDamaged, match=r"vectors\.f16.*attest rebuild"):
        back_up(library, tmp_path / "backup.zip")
    path.unlink()
    with pytest.raises(LibraryDamaged, match=r"vectors\.f16 is missing"):
        back_up(library, tmp_path / "backup.zip")
    with pytest.raises(LibraryMissing):
        back_up(library_of(tmp_path / "none"), tmp_path / "backup.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["library"]


def test_the_commands_say_what_they_wrote(made: Path, tmp_path: Path):
    def attest(folder: str | Path, *arguments: str):
        return CliRunner().invoke(
            app, ["--library", str(folder), *arguments], env={"ATTEST_EMBEDDER": "hash"}
        )

    fingerprint = Library(made / "library", lambda: None).status().fingerprint  # type: ignore
    path = str(tmp_path / "b.zip")
    first = attest(made / "library", "backup", path, "--json")
    told = json.loads(first.stdout)
    assert (told["papers"], told["fingerprint"]) == (30, fingerprint)
    assert attest(made / "library", "backup", path).exit_code == 2
    assert attest(made / "library", "backup", path, "--force").exit_code == 0
    second = attest(tmp_path / "library", "restore", path)
    assert "30 papers in 30 passages" in " ".join(second.stdout.split())
    third = attest(tmp_path / "library", "restore", path)
    assert (third.exit_code, third.stderr.count("\n")) == (2, 1)
