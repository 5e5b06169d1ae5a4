"""Waiting for a model no longer than the brake allows."""

import threading
import time
from collections.abc import Iterator

import pytest
from scripted import Scripted

from rag.answering.brake import Brake
from rag.answering.listening import listen
from rag.answering.model import Message, Piece
from rag.errors import ModelFault, ModelUnavailable

SENT = [Message("user", "hello")]


class Hanging(Scripted):
    """A model that says a word and then waits until it is let go."""

    def __init__(self) -> None:
        super().__init__("")
        self.let_go = threading.Event()

    def write(self, messages, *, brake, max_tokens, schema=None) -> Iterator[Piece]:
        yield Piece("word")
        while not brake.over:
            time.sleep(0.01)
        self.let_go.set()


def heard(model: Scripted, brake: Brake | None = None) -> str:
    pieces = listen(model, SENT, brake=brake or Brake(), max_tokens=9)
    return "".join(piece.text for piece in pieces)


def test_a_whole_reply_is_heard():
    assert heard(Scripted("a whole reply")) == "a whole reply"


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (Scripted("half", finish=None), "cut"),
        (Scripted("half", finish="length"), "length"),
        (Scripted("half", finish="filtered"), "filtered"),
        (Scripted("  \n"), "empty"),
        (Scripted("half", fault="busy"), "busy"),
    ],
)
def test_a_reply_that_is_not_whole_is_a_fault(model, kind):
    with pytest.raises(ModelFault) as caught:
        heard(model)
    assert caught.value.kind == kind


def test_the_deadline_ends_a_model_that_hangs():
    model = Hanging()
    with pytest.raises(ModelFault) as caught:
        heard(model, Brake(0.2))
    assert caught.value.kind == "timeout"
    assert model.let_go.wait(5)


def test_a_pressed_brake_ends_it_at_once():
    model, brake = Hanging(), Brake(60)
    pieces = listen(model, SENT, brake=brake, max_tokens=9)
    next(pieces)
    brake.press()
    with pytest.raises(ModelFault) as caught:
        next(pieces)
    assert caught.value.kind == "cancelled"
    assert model.let_go.wait(5)


def test_closing_lets_the_model_go():
    model = Hanging()
    pieces = listen(model, SENT, brake=Brake(60), max_tokens=9)
    next(pieces)
    pieces.close()
    assert model.let_go.wait(5)


def test_what_a_model_cannot_do_at_all_is_passed_on():
    class Missing(Scripted):
        def write(self, messages, *, brake, max_tokens, schema=None) -> Iterator[Piece]:
            raise ModelUnavailable("not installed")

    with pytest.raises(ModelUnavailable, match="not installed"):
        heard(Missing(""))


def test_a_brake_counts_down():
    now = [0.0]
    brake = Brake(10, clock=lambda: now[0])
    assert (brake.left, brake.over) == (10, False)
    now[0] = 11
    assert (brake.left, brake.over, brake.pressed) == (0, True, False)
    assert not brake.wait(5)
    assert Brake().left == float("inf")
    brake.press()
    assert brake.pressed
