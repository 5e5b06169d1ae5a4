from pathlib import Path

import pytest
from platformdirs import user_data_path
from pydantic import ValidationError

from rag.cli.session import Session
from rag.errors import UsageError
from rag.settings import PROJECT_FILE, Settings, user_file


@pytest.fixture(autouse=True)
def _own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ATTEST_{name.upper()}", raising=False)
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)


def in_project(text: str) -> None:
    PROJECT_FILE.write_text(text, encoding="utf-8")


def in_user_file(text: str) -> None:
    user_file().parent.mkdir(parents=True, exist_ok=True)
    user_file().write_text(text, encoding="utf-8")


def test_without_any_source_the_defaults_hold():
    settings = Settings()
    assert settings.hits == 10
    assert settings.embedder == "minilm"
    assert settings.refuse_below is None
    assert settings.library == user_data_path("attest") / "library"


def test_each_source_gives_way_to_the_stronger_one(monkeypatch):
    in_user_file("hits = 21")
    assert Settings().hits == 21
    in_project("hits = 22")
    assert Settings().hits == 22
    monkeypatch.setenv("ATTEST_HITS", "23")
    assert Settings().hits == 23
    assert Settings(hits=24).hits == 24


def test_sources_are_mixed_field_by_field(monkeypatch):
    in_user_file('hits = 21\nembedder = "hash"\nrefuse_below = 0.2')
    in_project("hits = 22\nrefuse_below = 0.3")
    monkeypatch.setenv("ATTEST_REFUSE_BELOW", "0.4")
    settings = Settings()
    assert (settings.embedder, settings.hits, settings.refuse_below) == ("hash", 22, 0.4)


def test_an_empty_variable_is_none(monkeypatch):
    monkeypatch.setenv("ATTEST_HITS", "")
    assert Settings().hits == 10


def test_the_users_file_lies_in_the_configuration_folder(tmp_path):
    assert user_file().name == "config.toml"
    assert tmp_path in user_file().parents


def test_a_library_at_home_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTEST_LIBRARY", "~/mine")
    assert Settings().library == tmp_path / "home" / "mine"


@pytest.mark.parametrize("write", [in_project, in_user_file])
def test_an_unknown_field_of_a_file_is_refused(write):
    write("hitz = 5")
    with pytest.raises(ValidationError, match="hitz"):
        Settings()


def test_an_unknown_argument_is_refused():
    with pytest.raises(ValidationError, match="hitz"):
        Settings.model_validate({"hitz": 5})


@pytest.mark.parametrize(
    ("field", "value"), [("hits", 0), ("hits", 1001), ("refuse_below", -0.1), ("refuse_below", 1.1)]
)
def test_a_value_out_of_range_is_refused(field, value):
    with pytest.raises(ValidationError, match=field):
        Settings.model_validate({field: value})


def test_a_reader_that_nobody_has_is_refused():
    with pytest.raises(ValidationError, match="'checks', 'weighs' or 'none'"):
        Settings.model_validate({"reader": "other"})


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().hits = 3  # pyright: ignore[reportAttributeAccessIssue]


def test_the_digest_changes_with_whatever_can_change_an_answer():
    changed = {
        "embedder": "hash",
        "reader": "none",
        "interaction": False,
        "second": False,
        "llm": "ollama:m",
        "unsupported": "mark",
        "deadline": 5,
        "hits": 11,
        "refuse_below": 0.5,
    }
    # A new field must be put here or among those that change no answer.
    assert changed.keys() | {"library", "store"} == Settings.model_fields.keys()
    digests = {
        Settings().digest,
        *(Settings.model_validate({k: v}).digest for k, v in changed.items()),
    }
    assert len(digests) == 1 + len(changed)


def test_the_digest_does_not_change_with_the_library():
    assert Settings(library=Path("one")).digest == Settings(library=Path("two")).digest


def test_the_digest_does_not_tell_where_a_value_came_from(monkeypatch):
    flag = Settings(hits=12).digest
    monkeypatch.setenv("ATTEST_HITS", "12")
    assert Settings().digest == flag


@pytest.mark.parametrize("store", ["embedded", "http://127.0.0.1:8000", "https://h.example/chroma"])
def test_a_store_is_embedded_or_an_address(store: str):
    assert Settings(store=store).store == Settings(store=f"{store}").store == store
    assert Settings(store=store).digest == Settings().digest


@pytest.mark.parametrize(
    "store",
    [
        *("", "chroma", "localhost:8000", "ftp://h:1", "http://", "http://h:99999", "http://h:x"),
        *("http://me:sesame@h", "http://h?token=sesame", "http://h#sesame", "http://h /x"),
    ],
)
def test_another_store_is_refused_in_a_line_that_does_not_repeat_it(store: str):
    with pytest.raises(UsageError) as refused:
        Session({"store": store}).settings()
    assert "http(s)://HOST[:PORT]" in str(refused.value)
    assert "sesame" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_slash_at_the_end_of_a_store_says_nothing():
    assert Settings(store="http://h:8000/").store == "http://h:8000"
