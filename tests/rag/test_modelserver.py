"""The server that models are tested against is understood by the vendors' own clients."""

import json
import time
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest
from modelserver import ModelServer
from modelwords import Reply, says

REPLY = Reply("Zwölf Prozent – “quoted” [S1].\nA second line [S2].", read=31, written=9)


def read(value) -> Any:
    """Return a vendor's object, whose types say more than is needed here."""
    return value


@pytest.fixture
def server():
    with ModelServer(says(REPLY)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("finish", "told"), [("stop", "stop"), ("length", "length"), ("filtered", "content_filter")]
)
def test_openais_own_client_reads_a_reply_whole_and_streamed(finish, told):
    from openai import OpenAI

    with (
        ModelServer(says(REPLY._replace(finish=finish))) as server,
        OpenAI(base_url=f"{server.url}/v1", api_key="k", max_retries=0) as client,
    ):
        asked: Any = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
        whole = read(client.chat.completions.create(**asked))
        counted: Any = {"stream": True, "stream_options": {"include_usage": True}}
        parts = read(list(client.chat.completions.create(**asked, **counted)))
        models = [each.id for each in client.models.list()]
    assert whole.choices[0].message.content == REPLY.text
    assert whole.choices[0].finish_reason == told
    assert (whole.usage.prompt_tokens, whole.usage.completion_tokens) == (31, 9)
    deltas = [part.choices[0].delta.content or "" for part in parts if part.choices]
    assert "".join(deltas) == REPLY.text
    assert len(deltas) > 5
    assert parts[-2].choices[0].finish_reason == told
    assert (parts[-1].usage.prompt_tokens, parts[-1].usage.completion_tokens) == (31, 9)
    assert models == ["m"]


@pytest.mark.parametrize(
    ("finish", "told"), [("stop", "end_turn"), ("length", "max_tokens"), ("refusal", "refusal")]
)
def test_anthropics_own_client_reads_a_reply_whole_and_streamed(finish, told):
    from anthropic import Anthropic

    with (
        ModelServer(says(REPLY._replace(finish=finish))) as server,
        Anthropic(base_url=server.url, api_key="k", max_retries=0) as client,
    ):
        asked: Any = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "?"}]}
        whole = read(client.messages.create(**asked))
        with client.messages.stream(**asked) as stream:
            text = "".join(stream.text_stream)
            streamed = read(stream.get_final_message())
    for message in (whole, streamed):
        assert message.content[0].text == REPLY.text
        assert message.stop_reason == told
        assert (message.usage.input_tokens, message.usage.output_tokens) == (31, 9)
    assert text == REPLY.text


def test_ollamas_own_client_reads_a_reply_whole_and_streamed(server):
    from ollama import Client

    client = Client(server.url)
    asked: Any = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
    whole = read(client.chat(**asked))
    parts = read(list(client.chat(**asked, stream=True)))
    assert [each.model for each in client.list().models] == ["m"]
    client._client.close()
    assert whole.message.content == REPLY.text
    assert "".join(part.message.content for part in parts) == REPLY.text
    for last in (whole, parts[-1]):
        assert last.done
        assert last.done_reason == "stop"
        assert (last.prompt_eval_count, last.eval_count) == (31, 9)


@pytest.mark.parametrize(
    ("finish", "told"), [("stop", "STOP"), ("length", "MAX_TOKENS"), ("filtered", "SAFETY")]
)
def test_googles_own_client_reads_a_reply_whole_and_streamed(finish, told):
    from google.genai import Client
    from google.genai.types import HttpOptions

    with ModelServer(says(REPLY._replace(finish=finish))) as server:
        client = Client(api_key="k", vertexai=False, http_options=HttpOptions(base_url=server.url))
        whole = read(client.models.generate_content(model="m", contents="?"))
        parts = read(list(client.models.generate_content_stream(model="m", contents="?")))
        client.close()
    assert whole.text == REPLY.text
    assert "".join(part.text or "" for part in parts) == REPLY.text
    for last in (whole, parts[-1]):
        assert last.candidates[0].finish_reason.value == told
        counts = last.usage_metadata
        assert (counts.prompt_token_count, counts.candidates_token_count) == (31, 9)


def test_a_server_writes_down_what_it_was_asked():
    def echo(body):
        return Reply(body["messages"][-1]["content"].upper())

    with ModelServer(says(echo)) as server:
        body = json.dumps({"messages": [{"role": "user", "content": "quiet"}]})
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as client:
            for _ in range(2):
                client.request("POST", "/v1/chat/completions", body, {"Authorization": "Bearer k"})
                said = json.load(client.getresponse())
        assert said["choices"][0]["message"]["content"] == "QUIET"
        assert [asked.path for asked in server.requests] == ["/v1/chat/completions"] * 2
        assert server.requests[0].headers["authorization"] == "Bearer k"
        assert server.requests[0].json["messages"][0]["content"] == "quiet"
        assert server.requests[1].gone.wait(10)


def test_the_same_seed_cuts_a_reply_alike():
    def streamed(seed):
        with (
            ModelServer(says(REPLY), seed=seed) as server,
            closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as client,
        ):
            client.request("POST", "/v1/chat/completions", '{"stream": true}')
            return client.getresponse().read()

    assert streamed(3) == streamed(3) != streamed(4)


def test_a_server_ends_at_once_though_it_stalls():
    server = ModelServer(lambda line, asked, chance: line.stall())
    clients = [HTTPConnection("127.0.0.1", server.port, timeout=60) for _ in range(8)]
    for client in clients:
        client.request("POST", "/v1/chat/completions", "{}")
    while len(server.requests) < 8:
        time.sleep(0.01)
    began = time.monotonic()
    server.close()
    assert time.monotonic() - began < 5
    assert not any(thread.is_alive() for thread in server.threads)
    for client in clients:
        client.close()


def test_a_server_sees_that_its_client_has_hung_up():
    with ModelServer(says(REPLY, pause=0.01)) as server:
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as client:
            client.request("POST", "/v1/chat/completions", '{"stream": true}')
            with client.getresponse() as response:
                response.read(10)
        assert server.requests[0].gone.wait(10)
