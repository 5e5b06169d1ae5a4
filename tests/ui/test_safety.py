"""What the server of the page refuses."""

import base64
import gc
import hashlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from browser import Visitor
from playwright.sync_api import expect

from rag.errors import UsageError
from rag.settings import Settings
from ui import serving as server
from ui.desk import Desk
from ui.safety import policy
from ui.serving import Account, serve

INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


@pytest.fixture
def origin(serving: Any, sample: Path) -> str:
    return serving(sample)


def test_another_host_name_is_refused(origin: str) -> None:
    assert httpx.get(origin).status_code == 200
    for name in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example"):
        assert httpx.get(origin, headers={"host": name}).status_code == 400
    foreign = httpx.get(f"{origin}config", headers={"origin": "https://evil.example"})
    assert "evil.example" not in str(foreign.headers)


def test_every_reply_has_the_headers(origin: str) -> None:
    for path in ("", "config", "theme.css", "no-such-page", "gradio_api/info"):
        headers = httpx.get(origin + path).headers
        told = headers["content-security-policy"]
        assert "default-src 'none'" in told
        assert "script-src 'self' 'unsafe-eval'" in told
        assert "'unsafe-inline'" not in told.partition("style-src")[0]
        assert "connect-src 'self';" in told
        assert "frame-ancestors 'none'" in told
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_page_lets_its_own_inline_scripts_through_and_no_other(origin: str) -> None:
    reply = httpx.get(origin)
    told = reply.headers["content-security-policy"]
    inline = INLINE.findall(reply.text)
    assert len(inline) >= 3
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in told
    assert told.count("'sha256-") == len(set(inline))


def test_the_policy_of_a_page_without_scripts() -> None:
    assert "sha256" not in policy(b"<p>no script</p>")
    assert policy(b"<script>a()</script>").count("sha256") == 1


def test_an_injected_script_does_not_run(origin: str, visitor: Callable[..., Visitor]) -> None:
    tab = visitor(origin)
    tab.go()
    tab.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.bad = 1';"
        " document.body.append(s); const d = document.createElement('div');"
        " d.innerHTML = '<img src=x onerror=\"window.bad = 1\">'; document.body.append(d) }"
    )
    tab.page.wait_for_timeout(300)
    assert tab.page.evaluate("window.bad") is None
    assert len(tab.errors) >= 2
    tab.errors.clear()  # the policy says that it refused them


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/passwd", "pyproject.toml", "../pyproject.toml", "rag/settings.py"),
        *("http://127.0.0.1:1/x", "https://evil.example/x", "/proc/self/environ"),
    ],
)
def test_no_file_of_the_machine_is_served(origin: str, path: str) -> None:
    for prefix in ("gradio_api/file=", "file="):
        reply = httpx.get(f"{origin}{prefix}{path}", follow_redirects=False)
        assert reply.status_code >= 400, (path, reply.status_code)


def test_no_file_of_the_library_is_served(origin: str, sample: Path) -> None:
    for file in ("catalogue.sqlite", "conversations.sqlite"):
        assert httpx.get(f"{origin}gradio_api/file={sample / file}").status_code >= 400


def test_nothing_is_offered_to_programs_and_no_watching(origin: str) -> None:
    assert httpx.get(f"{origin}gradio_api/info").json()["named_endpoints"] == {}
    assert httpx.get(f"{origin}docs").status_code == 404
    assert httpx.get(f"{origin}monitoring").status_code >= 400
    config = httpx.get(f"{origin}config").json()
    assert config["analytics_enabled"] is False
    assert not config.get("run_history")
    assert not config.get("is_space")


def test_another_address_needs_somebody_to_sign_in(sample: Path) -> None:
    with pytest.raises(UsageError, match="ATTEST_UI_PASSWORD"):
        serve(Settings(library=sample), host="0.0.0.0")


def test_who_does_not_sign_in_sees_nothing(serving: Any, sample: Path) -> None:
    origin = serving(sample, account=Account("ada", "correct horse"))
    assert "Ask" not in httpx.get(origin).text
    assert httpx.get(f"{origin}config").status_code == 401
    assert httpx.post(f"{origin}gradio_api/queue/join", json={"data": []}).status_code == 401
    assert httpx.post(f"{origin}gradio_api/upload", files={"files": b"x"}).status_code == 401
    wrong = httpx.post(f"{origin}login", data={"username": "ada", "password": "horse"})
    assert wrong.status_code == 400
    right = httpx.post(f"{origin}login", data={"username": "ada", "password": "correct horse"})
    assert right.status_code == 200
    assert httpx.get(f"{origin}config", cookies=right.cookies).status_code == 200


def test_people_do_not_see_each_other(
    serving: Any, visitor: Callable[..., Visitor], sample: Path
) -> None:
    origin = serving(sample, account=Account("ada", "correct horse"))
    tab = visitor(origin)
    page = tab.page
    page.goto(origin)
    page.get_by_label("username").fill("ada")
    page.get_by_label("password").fill("correct horse")
    page.get_by_role("button", name="Login").click()
    page.wait_for_selector("#talk .welcome")
    tab.ask("What does BERT mask?")
    address = page.url.removeprefix(origin)
    tab.errors.clear()  # the answer 401 before the login

    stranger = visitor(serving(sample))
    stranger.go(address)
    expect(stranger.page.locator("#talk")).to_contain_text("What do you want to know?")
    stranger.tab("Conversations")
    expect(stranger.page.locator("#threads")).to_contain_text("Nothing was asked yet")


def test_a_file_of_another_kind_is_not_taken(
    origin: str, visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    tab = visitor(origin)
    tab.go()
    tab.tab("Library")
    tab.page.wait_for_selector("#papers .count")
    program = tmp_path / "run.exe"
    program.write_bytes(b"MZ")
    tab.page.set_input_files("#files input[type=file]", str(program))
    tab.page.wait_for_timeout(800)
    expect(tab.page.locator("#papers .count")).to_contain_text("79 papers")
    assert tab.page.locator("#adding .added").count() == 0
    tab.errors.clear()


def test_uploads_are_gone_when_they_are_read(
    serving: Any, visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    paper = tmp_path / "one.jsonl"
    paper.write_text('{"id": "x", "title": "A title", "abstract": "A sentence of it."}')
    tab = visitor(serving(tmp_path / "shelf" / "library"))
    tab.go()
    tab.tab("Library")
    tab.page.set_input_files("#files input[type=file]", str(paper))
    tab.page.wait_for_selector("#adding :is(.added, .failed)")
    expect(tab.page.locator("#adding")).to_contain_text("one.jsonl")
    kept = Path(os.environ.get("GRADIO_TEMP_DIR", "/tmp/gradio"))
    assert not [each for each in kept.rglob("one.jsonl") if each.is_file()]


def test_the_command(sample: Path, visitor: Callable[..., Visitor]) -> None:
    command = [sys.executable, "-m", "rag", "--library", str(sample), "-q", "ui", "--no-browser"]
    with subprocess.Popen([*command, "--port", "7993"], stdout=subprocess.PIPE, text=True) as run:
        try:
            assert run.stdout is not None
            line = run.stdout.readline()
            assert "http://127.0.0.1:7993/" in line
            tab = visitor("http://127.0.0.1:7993/")
            tab.go()
            expect(tab.page.locator("#badge")).to_contain_text("offline")
        finally:
            run.terminate()


# Gradio leaves the socket open with which it finds the port taken.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_port_that_another_program_takes_meanwhile_is_left_to_it(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rivals: list[socket.socket] = []
    build = server.page

    def slow(desk: Desk) -> gr.Blocks:
        if not rivals:
            for port in range(server.PORT, server.PORT + 20):
                with suppress(OSError):
                    rivals.append(socket.create_server(("127.0.0.1", port)))
                    break
        return build(desk)

    monkeypatch.setattr(server, "page", slow)
    served = serve(Settings(library=sample))
    try:
        assert httpx.get(served.url).status_code == 200
        assert f":{rivals[0].getsockname()[1]}/" not in served.url
    finally:
        served.close()
        rivals[0].close()
        gc.collect()


def test_a_taken_port_is_said(origin: str, sample: Path) -> None:
    port = int(origin.rstrip("/").rpartition(":")[2])
    with pytest.raises(UsageError, match=f"port {port}"):
        serve(Settings(library=sample), port=port)
