import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag import doctor
from rag.cli.app import app
from rag.hosts import hosts
from rag.settings import Settings


def _settings(folder: Path, embedder: str = "hash") -> Settings:
    return Settings(library=folder / "library", embedder=embedder)


def _found(folder: Path, **more: str) -> dict[str, doctor.Finding]:
    return {each.name: each for each in doctor.examine(_settings(folder, **more))}


def test_a_sound_installation_without_a_library_is_sound(tmp_path: Path):
    found = _found(tmp_path)
    assert all(each.ok for each in found.values()), found
    assert "attest add" in found["library"].text


def test_a_model_file_that_was_changed_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "words").write_text("changed")
    about = {"name": "m", "files": {"words": {"sha256": "0" * 64}, "gone": {"sha256": "0" * 64}}}
    (tmp_path / "model.json").write_text(json.dumps(about))
    monkeypatch.setattr(doctor, "MODEL", tmp_path)
    finding = _found(tmp_path)["model"]
    assert not finding.ok
    assert "words, gone" in finding.text


def test_an_embedder_that_does_not_load_is_found(tmp_path: Path):
    assert not _found(tmp_path, embedder="folder:/nowhere")["embedder"].ok


def test_a_damaged_library_is_found(tmp_path: Path):
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "catalogue.sqlite").write_bytes(b"no database" * 999)
    assert not _found(tmp_path)["library"].ok


def test_a_package_that_is_missing_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "PACKAGES", ("numpy", "not-a-package-of-anybody"))
    finding = _found(tmp_path)["packages"]
    assert (finding.ok, "not-a-package-of-anybody" in finding.text) == (False, True)


@pytest.mark.parametrize(
    ("embedder", "offline", "expected"),
    [
        ("minilm", "0", ()),
        ("folder:/models/mine", "0", ()),
        ("openai:m@https://host.example:8000/v1", "1", ("host.example:8000",)),
        ("hub:org/name", "1", ()),
        ("hub:org/name", "0", ("huggingface.co",)),
    ],
)
def test_every_host_that_would_be_contacted_is_listed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    embedder: str,
    offline: str,
    expected: tuple[str, ...],
):
    monkeypatch.setenv("HF_HUB_OFFLINE", offline)
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert hosts(_settings(tmp_path, embedder)) == expected


def test_the_command_fails_when_a_check_does(tmp_path: Path):
    arguments = ["--library", str(tmp_path), "--embedder", "folder:/nowhere", "doctor"]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 1
    assert "FAIL  embedder: there is no folder /nowhere" in result.stdout
    assert "hosts that these settings contact: none" in result.stdout
