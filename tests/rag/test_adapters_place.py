"""Which model a setting names, where its key comes from, and where texts would go."""

import json
from pathlib import Path

import pytest
from chatserver import ChatEndpoint, constant
from typer.testing import CliRunner

from rag.adapters.keys import VARIABLES, key, needed
from rag.adapters.opening import open_model
from rag.adapters.place import is_loopback, place
from rag.cli.app import app
from rag.errors import UsageError
from rag.hosts import contacts, hosts, mixture, refuse_mixture
from rag.roster import roster
from rag.settings import Settings

SECRET = "sk-do-not-show-me"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name for names in VARIABLES.values() for name in names]
    for name in (*names, "OLLAMA_HOST", "ATTEST_OPENAI_URL", "ATTEST_LLM"):
        monkeypatch.delenv(name, raising=False)


def settings(folder: Path, llm: str, embedder: str = "hash") -> Settings:
    return Settings(library=folder / "library", llm=llm, embedder=embedder)


@pytest.mark.parametrize(
    ("spec", "host", "local"),
    [
        ("openai:gpt-5", "api.openai.com", False),
        ("anthropic:claude", "api.anthropic.com", False),
        ("google:gemini", "generativelanguage.googleapis.com", False),
        ("ollama:llama3.2:3b", "127.0.0.1:11434", True),
        ("server:org/model@v2@http://localhost:8000/v1", "localhost:8000", True),
        ("server:m@http://[::1]:8000/v1/chat/completions", "[::1]:8000", True),
        ("server:m@https://models.example/v1", "models.example", False),
        ("hf:org/name", None, True),
    ],
)
def test_a_spec_tells_its_place(spec, host, local):
    found = place(spec)
    assert found is not None
    assert (found.host, found.local) == (host, local)
    assert place(found.spec) == found


def test_no_model_is_the_default():
    assert place(Settings().llm) is None
    assert open_model("extractive") is None


@pytest.mark.parametrize(
    "spec",
    ["", "gpt-5", "openai:", "server:m", "server:m@ftp://x/", "server:@http://x", "hf:", "ollama:",
     "server:m@http://user:pw@host/v1", "server:m@http://host/v1?key=pw", "server:m@http://:80/"],
)  # fmt: skip
def test_a_spec_that_names_nothing_is_refused_without_repeating_a_secret(spec):
    with pytest.raises(UsageError) as caught:
        place(spec)
    assert "pw" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("own", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:9000", "http://127.0.0.1:9000"),
        ("box.example", "http://box.example:11434"),
        ("https://box.example", "https://box.example"),
    ],
)
def test_ollama_is_where_its_variable_says(monkeypatch, own, url):
    monkeypatch.setenv("OLLAMA_HOST", own)
    found = place("ollama:m")
    assert found is not None
    assert found.url == url


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"])
def test_loopback_is_told_by_its_form(host):
    assert is_loopback(host)
    assert not is_loopback(f"{host}.example")


def test_a_key_comes_from_the_environment_only(monkeypatch):
    assert key("google") is None
    with pytest.raises(UsageError, match="OPENAI_API_KEY"):
        needed("openai")
    monkeypatch.setenv("GOOGLE_API_KEY", f" {SECRET} ")
    assert key("google") == SECRET
    monkeypatch.setenv("OPENAI_API_KEY", f"{SECRET}\nX-Evil: 1")
    with pytest.raises(UsageError) as caught:
        key("openai")
    assert SECRET not in str(caught.value)


def test_a_key_in_a_settings_file_is_refused_and_not_repeated(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "attest.toml").write_text(f'openai_api_key = "{SECRET}"\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["status"], catch_exceptions=True)
    assert result.exit_code != 0
    assert SECRET not in f"{result.output}{result.stderr}{result.exception}"
    assert "openai_api_key" in f"{result.output}{result.stderr}{result.exception}"


def test_contacts_are_those_of_both_settings(tmp_path):
    both = settings(tmp_path, "openai:m", "openai:e@http://models.example/v1")
    assert [tuple(each) for each in contacts(both)] == [
        ("embedder", "models.example"),
        ("llm", "api.openai.com"),
    ]
    assert hosts(settings(tmp_path, "extractive")) == ()
    assert hosts(settings(tmp_path, "hf:org/name")) == ()


@pytest.mark.parametrize("llm", ["hf:org/name", "ollama:m", "server:m@http://127.0.0.1:1/v1"])
def test_a_local_model_does_not_stand_beside_a_hosted_one(tmp_path, llm):
    mixed = settings(tmp_path, llm, "openai:e@https://models.example/v1")
    assert "models.example" in str(mixture(mixed))
    with pytest.raises(UsageError, match=r"models\.example"):
        refuse_mixture(mixed)
    assert mixture(settings(tmp_path, llm)) is None
    assert mixture(settings(tmp_path, llm, "openai:e@http://127.0.0.1:9/v1")) is None


def test_doctor_fails_where_local_and_hosted_are_mixed(tmp_path):
    options = ["--library", str(tmp_path / "l"), "--embedder", "openai:e@https://models.example/v1"]
    result = CliRunner().invoke(app, [*options, "doctor", "--json"], env={"ATTEST_LLM": "ollama:m"})
    (privacy,) = [each for each in json.loads(result.stdout)["checks"] if each["name"] == "privacy"]
    assert not privacy["ok"]
    assert "models.example" in privacy["text"]


def test_the_roster_shows_what_is_there_and_no_key(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:1")
    found = {each.spec: each for each in roster(settings(tmp_path, "extractive"))}
    assert found["extractive"].chosen
    assert found["openai:MODEL"].ready
    assert "api.openai.com" in found["openai:MODEL"].text
    assert not found["anthropic:MODEL"].ready
    assert "no answer" in found["ollama:MODEL"].text
    assert SECRET not in str(found)


def test_the_roster_asks_servers_of_this_machine(tmp_path, monkeypatch):
    import http.server
    import threading

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            names = {"/api/tags": {"models": [{"name": "llama3.2:latest"}]}}
            body = json.dumps(names.get(self.path, {"data": [{"id": "m"}]})).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            address = f"127.0.0.1:{server.server_port}"
            monkeypatch.setenv("OLLAMA_HOST", address)
            served = settings(tmp_path, f"server:m@http://{address}/v1")
            found = {each.spec: each for each in roster(served)}
            missing = settings(tmp_path, f"server:other@http://{address}/v1")
            (other,) = [each for each in roster(missing) if each.chosen]
        finally:
            server.shutdown()
            thread.join()
    assert found["ollama:llama3.2:latest"].ready
    assert found[served.llm].chosen
    assert found[served.llm].ready
    assert not other.ready
    assert "serves m" in other.text


def test_models_are_listed_for_people_and_programs(tmp_path):
    run = CliRunner().invoke
    env = {"OLLAMA_HOST": "127.0.0.1:1"}
    assert "* extractive" in run(app, ["models"], env=env).stdout
    listed = json.loads(run(app, ["models", "--json"], env=env).stdout)["models"]
    assert listed[0]["spec"] == "extractive"


def test_the_key_goes_to_the_model_only_and_a_failure_does_not_show_it(monkeypatch, tmp_path):
    from rag.answering.brake import Brake
    from rag.answering.listening import listen
    from rag.answering.model import Message
    from rag.errors import ModelFault

    monkeypatch.setenv("ATTEST_LLM_KEY", SECRET)
    endpoint = ChatEndpoint()
    endpoint.answer = constant(401, f'{{"error": "bad key {SECRET}"}}'.encode())
    try:
        model = open_model(f"server:m@{endpoint.url}/v1")
        assert model is not None
        with pytest.raises(ModelFault) as caught:
            list(listen(model, [Message("user", "hello")], brake=Brake(20), max_tokens=9))
    finally:
        endpoint.close()
    assert caught.value.kind == "denied"
    assert SECRET not in str(caught.value)
    assert [sent for _, sent, _ in endpoint.requests] == [f"Bearer {SECRET}"]
