"""A chat model behind an OpenAI-compatible server, against a real server on loopback."""

import time
from collections.abc import Iterator
from email.utils import formatdate

import pytest
from chatserver import Answer, Body, ChatEndpoint, constant, said

from eval.judging import ChatServer, JudgeError, LlmJudge, Reply, ServerChat
from rag.errors import UsageError

ASKED = [{"role": "user", "content": "Does it follow?"}]


@pytest.fixture
def endpoint() -> Iterator[ChatEndpoint]:
    running = ChatEndpoint()
    yield running
    running.close()


def chat(endpoint: ChatEndpoint, **settings: object) -> ServerChat:
    server = ChatServer(f"{endpoint.url}/v1", **{"waits": (), **settings})  # pyright: ignore
    return ServerChat("org/model@v2", server)


def test_a_server_is_asked_as_the_protocol_says(endpoint: ChatEndpoint):
    endpoint.answer = said("yes", {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14})
    server = ChatServer(f"{endpoint.url}/v1/", key="sesame")
    model = ServerChat("org/model@v2", server, temperature=0.7)
    assert model.complete(ASKED, seed=5, max_tokens=99) == Reply("yes", 11, 3)
    path, key, body = endpoint.requests[0]
    assert (path, key) == ("/v1/chat/completions", "Bearer sesame")
    assert body == {
        "model": "org/model@v2",
        "messages": ASKED,
        "temperature": 0.7,
        "seed": 5,
        "max_tokens": 99,
    }


def test_the_key_shows_nowhere(endpoint: ChatEndpoint):
    server = ChatServer(endpoint.url, key="sesame", waits=())
    model = ServerChat("m", server)
    endpoint.answer = constant(401, b'{"error": "sesame is no key"}')
    with pytest.raises(JudgeError) as caught:
        LlmJudge(model).judge(["a cat sat"], "a cat sat")
    shown = f"{caught.value!r} {caught.value.__cause__!r} {model.name} {server!r}"
    shown += LlmJudge(model).name
    assert "status 401" in shown
    assert "sesame" not in shown


def test_no_key_is_sent_unless_there_is_one(endpoint: ChatEndpoint):
    chat(endpoint).complete(ASKED, seed=0, max_tokens=9)
    assert endpoint.requests[0][1] is None


@pytest.mark.parametrize("usage", [None, {}, [], {"prompt_tokens": "many"}, {"prompt_tokens": -1}])
def test_tokens_are_estimated_where_the_server_does_not_count(
    endpoint: ChatEndpoint, usage: object
):
    endpoint.answer = said("yes!", usage)
    assert chat(endpoint).complete(ASKED, seed=0, max_tokens=9) == Reply("yes!", 5, 2)


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (constant(500), "status 500"),
        (constant(401), "status 401"),
        (constant(404), "status 404"),
        (constant(302, Location="http://192.0.2.1/"), "status 302"),
        (constant(200, b"<html>"), "no chat completion"),
        (constant(200, b"[]"), "no chat completion"),
        (constant(200, b'{"choices": []}'), "no chat completion"),
        (constant(200, b"[" * 100_000), "no chat completion"),
        (constant(200, b"\xff\xfe\x00"), "no chat completion"),
        (said(None), "without text"),
        (said(["yes"]), "without text"),
        (constant(200, b" " * (5 << 20)), "no answer"),
    ],
)
def test_a_failure_is_one_line_and_names_the_server(
    endpoint: ChatEndpoint, answer: Answer, what: str
):
    endpoint.answer = answer
    with pytest.raises(JudgeError, match=what) as caught:
        chat(endpoint).complete(ASKED, seed=0, max_tokens=9)
    assert "\n" not in str(caught.value)
    assert endpoint.url in str(caught.value)
    assert len(endpoint.requests) == 1


def test_a_busy_server_is_asked_again_when_it_says(endpoint: ChatEndpoint):
    ready = endpoint.answer

    def busy_twice(body: Body) -> tuple[int, dict[str, str], bytes]:
        waits = ["0.05", "Thu, 01 Jan 2026 00:00:00 GMT"]
        number = len(endpoint.requests) - 1
        return (
            ready(body) if number > 1 else (429 + 74 * number, {"Retry-After": waits[number]}, b"")
        )

    endpoint.answer = busy_twice
    # The server's word goes before the long waits that are set.
    start = time.monotonic()
    chat(endpoint, waits=(9.0, 9.0)).complete(ASKED, seed=0, max_tokens=9)
    assert 0.05 <= time.monotonic() - start < 5
    assert len(endpoint.requests) == 3


def test_a_server_that_stays_busy_is_given_up(endpoint: ChatEndpoint):
    endpoint.answer = constant(503, Retry_After="no number")
    with pytest.raises(JudgeError, match="status 503"):
        chat(endpoint, waits=(0.0, 0.0)).complete(ASKED, seed=0, max_tokens=9)
    assert len(endpoint.requests) == 3


# Named, because two processes that collect these tests must see the same names.
@pytest.mark.parametrize(
    "told", ["3600", formatdate(time.time() + 3600, usegmt=True)], ids=["seconds", "date"]
)
def test_a_wait_beyond_the_whole_time_is_not_begun(endpoint: ChatEndpoint, told: str):
    endpoint.answer = constant(429, Retry_After=told)
    start = time.monotonic()
    with pytest.raises(JudgeError, match="status 429, busy for"):
        chat(endpoint, waits=(1.0,), total=5.0).complete(ASKED, seed=0, max_tokens=9)
    assert time.monotonic() - start < 4


def test_a_slow_server_is_given_up(endpoint: ChatEndpoint):
    ready = endpoint.answer

    def slow(body: Body) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.5)
        return ready(body)

    endpoint.answer = slow
    with pytest.raises(JudgeError, match=r"no answer .*timed out"):
        chat(endpoint, timeout=0.1).complete(ASKED, seed=0, max_tokens=9)


def test_a_server_that_drips_is_given_up_in_time(endpoint: ChatEndpoint):
    endpoint.drip = 0.02
    start = time.monotonic()
    with pytest.raises(JudgeError, match="timed out"):
        chat(endpoint, timeout=0.2).complete(ASKED, seed=0, max_tokens=9)
    assert time.monotonic() - start < 1.5


def test_an_absent_server_is_named():
    server = ChatServer("http://127.0.0.1:1", timeout=1)
    with pytest.raises(JudgeError, match=r"127\.0\.0\.1:1.*no answer"):
        ServerChat("m", server).complete(ASKED, seed=0, max_tokens=9)


def test_an_error_status_of_no_meaning_is_no_answer(endpoint: ChatEndpoint):
    endpoint.answer = lambda _: (99, {}, b"")
    with pytest.raises(JudgeError, match=r"no answer \(BadStatusLine\)"):
        chat(endpoint).complete(ASKED, seed=0, max_tokens=9)


def test_the_name_holds_what_decides(endpoint: ChatEndpoint):
    server = ChatServer(f"{endpoint.url}/v1")
    names = {
        ServerChat("m", server).name,
        ServerChat("n", server).name,
        ServerChat("m", ChatServer("http://127.0.0.2/v1")).name,
        ServerChat("m", ChatServer(f"{endpoint.url}/v2")).name,
        ServerChat("m", server, temperature=0.5).name,
    }
    assert len(names) == 5
    whole = ChatServer(f"{endpoint.url}/v1/chat/completions")
    assert ServerChat("m", whole).name == ServerChat("m", server).name


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/v1",
        "host/v1",
        "http://",
        "http://me:sesame@host/v1",
        "http://host/v1?key=sesame",
        "http://host:port/v1",
        "http://[::1/v1",
        "http://host/v1#sesame",
    ],
)
def test_an_address_with_more_than_a_place_is_refused(url: str):
    with pytest.raises(UsageError, match="ATTEST_JUDGE_KEY") as caught:
        ChatServer(url)
    assert "sesame" not in str(caught.value)


def test_a_key_that_no_header_takes_is_refused():
    with pytest.raises(UsageError, match="ATTEST_JUDGE_KEY") as caught:
        ChatServer("http://host/v1", key="ses\name")
    assert "ses" not in str(caught.value).replace("uses", "")
