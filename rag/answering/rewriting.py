"""Making a follow-up question stand alone with a model, which may not drift from what was said."""

import secrets
from collections.abc import Sequence

from rag.answering.brake import Brake
from rag.answering.followup import leans, standalone
from rag.answering.listening import listen
from rag.answering.model import LanguageModel
from rag.answering.prompts import follow_up_messages
from rag.errors import ModelFault
from rag.schema import Turn
from rag.sources.cleaning import clean
from rag.terms import names, numbers, terms

TOKENS = 200
"""Of a rewritten question, at most."""
HISTORY = 0.25
"""Share of the model's window that the history may take; older turns go first."""
_KNOWN = 0.75
"""Share of a rewritten question's terms that question and history must hold."""
_SECONDS = 0.3
"""Share of the time that is left which the rewriting may take."""


def rewritten(
    question: str, history: Sequence[Turn], model: LanguageModel, *, brake: Brake
) -> str | None:
    """Return the question as the model words it to stand alone.

    None where it needs no rewriting, where the model fails, and where its words drift from
    the conversation: then the rules of `rag.answering.followup` serve.
    """
    if not history or not leans(question):
        return None
    turns = bounded(history, model)
    messages = follow_up_messages(question, turns, fence=secrets.token_hex(8))
    own = Brake(min(brake.left * _SECONDS, 20.0) if brake.left != float("inf") else 20.0)
    try:
        said = "".join(
            piece.text for piece in listen(model, messages, brake=own, max_tokens=TOKENS)
        )
    except ModelFault:
        return None
    text = clean(said).strip("\"'“”` ")
    return text if keeps_to(text, question, turns) else None


def bounded(history: Sequence[Turn], model: LanguageModel) -> tuple[Turn, ...]:
    """Return the last turns that fit into their share of the model's window, oldest first."""
    room = int(model.window * HISTORY)
    kept: list[Turn] = []
    for turn in reversed(history):
        room -= model.count_tokens(turn.question) + model.count_tokens(turn.answer)
        if room < 0:
            break
        kept.insert(0, turn)
    return tuple(kept)


def keeps_to(text: str, question: str, history: Sequence[Turn]) -> bool:
    """Tell whether a rewritten question says what was asked, in words that were said.

    Three quarters of its terms, all its names and all its numbers must come from the question
    or the history, and nothing that the question names may be gone.
    """
    if not text or len(text) > 1_000 or "\n" in text:
        return False
    said = "\n".join([question, *(f"{turn.question}\n{turn.answer}" for turn in history)])
    known = set(terms(said))
    own = set(terms(text))
    if not own or len(own & known) < _KNOWN * len(own):
        return False
    held = said.lower()
    new_names = [each.text for each in names(text)[1:] if each.text.lower() not in held]
    new_numbers = [each for each in numbers(text) if each.value not in _values(said)]
    lost = [each.text for each in names(question) if each.text.lower() not in text.lower()]
    return not (new_names or new_numbers or (lost and len(names(question)) == len(lost)))


def widened(
    question: str,
    history: Sequence[Turn],
    model: LanguageModel | None,
    *,
    brake: Brake,
) -> str:
    """Return a question that stands alone: by the model where there is one, else by rules."""
    by_model = rewritten(question, history, model, brake=brake) if model is not None else None
    return by_model or standalone(question, history)


def _values(text: str) -> set[float]:
    return {each.value for each in numbers(text)}
