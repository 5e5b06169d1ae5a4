import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.bench.chromaserver import RunningChroma
from rag import doctor
from rag.cli.app import app
from rag.hosts import hosts, mixture
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
    monkeypatch.setattr(doctor, "MODELS", (tmp_path,))
    finding = _found(tmp_path)["model"]
    assert not finding.ok
    assert f"{tmp_path / 'words'}, {tmp_path / 'gone'} not as published" in finding.text


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


def test_a_server_of_the_store_is_listed_and_told_what_it_gets(tmp_path: Path):
    settings = Settings(library=tmp_path, embedder="hash", store="https://store.example:8443/x")
    assert hosts(settings) == ("store.example:8443",)
    found = next(each for each in doctor.examine(settings) if each.name == "privacy")
    assert found.ok
    assert found.text == "store sends titles, ids and vectors to store.example:8443"
    mixed = settings.model_copy(update={"llm": "ollama:m"})
    assert "titles, ids and vectors to store.example" in (mixture(mixed) or "")
    near = mixed.model_copy(update={"store": "http://127.0.0.1:8000"})
    assert mixture(near) is None


def test_a_server_that_answers_is_well_and_one_that_does_not_is_found(
    tmp_path: Path, chroma: RunningChroma
):
    settings = Settings(library=tmp_path, embedder="hash", store=chroma.url)
    found = {each.name: each for each in doctor.examine(settings)}
    assert (found["store"].ok, chroma.url[7:] in found["store"].text) == (True, True)
    away = settings.model_copy(update={"store": "http://127.0.0.1:9"})
    found = {each.name: each for each in doctor.examine(away)}
    assert (found["store"].ok, "cannot be reached" in found["store"].text) == (False, True)


def test_a_status_tells_of_the_server(tmp_path: Path, chroma: RunningChroma):
    papers = tmp_path / "papers.jsonl"
    papers.write_text(json.dumps({"_id": "a", "title": "Kiln", "text": "Clay was fired."}) + "\n")
    place = ["--library", str(tmp_path / "library"), "--embedder", "hash"]

    def said(store: str, *command: str) -> str:
        done = CliRunner().invoke(app, [*place, "--store", store, *command], env={"COLUMNS": "200"})
        assert done.exit_code == 0, done.output
        return done.stdout

    said(chroma.url, "add", str(papers))
    told = json.loads(said(chroma.url, "status", "--json"))
    assert (told["store"], told["reachable"]) == (chroma.url, True)
    assert told["published"] == chroma.url
    assert f"{chroma.url} (answers)" in said(chroma.url, "status")
    away = said("http://127.0.0.1:9", "status")
    assert f"http://127.0.0.1:9 (does not answer); this version: {chroma.url}" in away
    said("embedded", "rebuild")
    assert f"{chroma.url} (attest --store {chroma.url} compact deletes it)" in said(
        "embedded", "status"
    )
    assert json.loads(said("embedded", "status", "--json"))["left"] == [chroma.url]
