from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag import demo
from rag.cli.app import app
from rag.library import Library
from rag.settings import Settings


class _Accepting:
    def add(self, paths: list[Path], **_: object) -> None:
        assert paths[0].name == "papers.jsonl"


def _silent(stage: str, done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


def test_the_demo_answers_follows_up_and_refuses():
    result = CliRunner().invoke(app, ["demo"], env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.output
    first, second, third = result.stdout.split("$ attest ask ")[1:]
    assert "\n\nSQuAD 2.0 tests whether a system can hold back" in first
    assert "[1] Rajpurkar et al. 2018." in first
    assert second.startswith(f'-c "{demo.FOLLOW_UP}"')
    assert "\n\nover 50,000 new questions [1]" in second
    assert "The library does not answer this" in third
    assert "Nearest in the library:" in third
    assert "Add your papers:  attest add my-papers.bib\n" in third


def test_the_demo_is_prepared_once():
    settings = Settings(embedder="minilm")
    library = demo.prepare(settings, progress=_silent).library
    before = sorted(path.name for path in (library / "versions").iterdir())
    assert demo.prepare(settings, progress=_silent).library == library
    assert sorted(path.name for path in (library / "versions").iterdir()) == before


def test_a_sample_library_that_is_damaged_is_made_again():
    settings = Settings(embedder="hash")
    demo.demo_folder("hash").mkdir(parents=True)
    (demo.demo_folder("hash") / "catalogue.sqlite").write_bytes(b"no database" * 999)
    own = demo.prepare(settings, progress=_silent)
    assert Library(own.library, pytest.fail).status().papers == 79


def test_each_embedder_has_a_sample_library_of_its_own():
    assert demo.demo_folder("hash") != demo.demo_folder("minilm")


def test_without_a_cache_the_sample_goes_to_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(demo, "open_library", lambda _: _Accepting())
    library = demo.prepare(Settings(embedder="hash"), progress=_silent).library
    assert library.parent == tmp_path
