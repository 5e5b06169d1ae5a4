"""A language model that writes what a script tells it to: what benches put in a real one's place.

It meets the port of `rag.answering.model` and stays in this process. No figure made with it
says how often a real model writes such things; it says what becomes of them when one does.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from rag.answering.brake import Brake
from rag.answering.model import Json, Message, Piece

_LINE = re.compile(r"^([A-Z]\d+): (.*)$", re.MULTILINE)

Script = Callable[[str], str]
"""From the user's message, evidence included, to the reply."""


def evidence_of(prompt: str) -> dict[str, str]:
    """Return the sentences that a prompt shows, by id, in order."""
    return dict(_LINE.findall(prompt))


class ScriptedModel:
    """Writes the reply of its script, all at once.

    Attributes:
        script: What it replies to the user's message; may be changed between questions.
        prompt: The user's message it was last asked with; empty where it was not asked.
    """

    name = "scripted:bench"
    host = None
    window = 32_768
    structured = False

    def __init__(self, script: Script = lambda prompt: "") -> None:
        self.script = script
        self.prompt = ""

    def count_tokens(self, text: str) -> int:
        """Count three characters as a token."""
        return len(text) // 3 + 1

    def write(
        self,
        messages: Sequence[Message],
        *,
        brake: Brake,
        max_tokens: int,
        schema: Json | None = None,
    ) -> Iterator[Piece]:
        """Yield the script's reply, then its end."""
        self.prompt = messages[-1].content
        yield Piece(text=self.script(self.prompt))
        yield Piece(finish="stop")
