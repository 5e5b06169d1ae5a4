"""The answerer that lets a language model write: the model words, code binds, a checker decides.

The model sees sentences of the best papers under ids and names them behind what it
writes. Each sentence is bound (`rag.answering.binding`) before anyone sees it as an answer. What
the library does not hold is refused before a model is asked; when the model fails, or
nothing that it wrote stands, the extractive answer takes its place, and that is said.
"""

import secrets
from collections.abc import Iterator

from rag.answering.answerer import ExtractiveAnswerer, Found, Reply, Weighed, nearest
from rag.answering.binding import STANDS, Settled, settle
from rag.answering.brake import Brake
from rag.answering.breaker import Breaker
from rag.answering.listening import listen
from rag.answering.model import REPLY_TOKENS, LanguageModel, Usage
from rag.answering.prompts import PROMPT_DIGEST, answer_messages
from rag.answering.replying import Said, Written, read_reply
from rag.answering.shown import Shown, show
from rag.answering.structured import schema
from rag.errors import FAULTS, ModelFault
from rag.schema import Refusal
from rag.store.view import LibraryView
from rag.verification.port import Checker

NAME = f"generative-1/{PROMPT_DIGEST}"
_FRAME = 700
"""Tokens of a prompt beside question and evidence, counted from above."""
_LEAST = 4
"""Sentences of evidence without which a model is not asked."""
DECLINED = "the model found no answer in the sentences that came nearest."


class GenerativeAnswerer:
    """Answers in a model's words, each sentence bound to a sentence of a paper.

    Args:
        model: Writes.
        checker: Says what supports what.
        extractive: Weighs the evidence, refuses, and stands in for the model.
        breaker: Keeps a failing model from being asked.
        fall_back: Whether the extractive answer takes the place of one of which nothing stands.
    """

    name = NAME

    def __init__(
        self,
        model: LanguageModel,
        checker: Checker,
        extractive: ExtractiveAnswerer,
        *,
        breaker: Breaker | None = None,
        fall_back: bool = True,
    ) -> None:
        self._model = model
        self._checker = checker
        self._extractive = extractive
        self._breaker = breaker or Breaker()
        self._fall_back = fall_back

    def replies(self, view: LibraryView, found: Found, brake: Brake) -> Iterator[Reply]:
        """Yield what the model has written so far, then the whole of it or what stands in for it.

        Raises:
            ModelUnavailable: The model cannot be used at all, as when its extra is missing.
        """
        weighed = self._extractive.weigh(view, found)
        if weighed.reply.refusal is not None:
            yield weighed.reply
            return
        if not self._breaker.allows():
            yield self._instead(weighed, "was left alone after several failures")
            return
        try:
            yield from self._written(found, weighed, brake)
        except ModelFault as fault:
            if fault.kind != "cancelled":
                self._breaker.failed()
            yield self._instead(weighed, FAULTS[fault.kind])
        else:
            self._breaker.succeeded()

    def _written(self, found: Found, weighed: Weighed, brake: Brake) -> Iterator[Reply]:
        shown = self._shown(found.standalone, weighed)
        writing = _Writing(shown, self._checker, found.standalone)
        sent = answer_messages(
            found.standalone,
            shown,
            fence=secrets.token_hex(8),
            structured=self._model.structured,
        )
        form = schema(shown.ids) if self._model.structured else None
        pieces = listen(self._model, sent, brake=brake, max_tokens=REPLY_TOKENS, schema=form)
        base = Reply(
            confidence=weighed.reply.confidence,
            model=self._model.name,
            notices=_trimmed(shown),
            done=False,
        )
        text = ""
        usage: Usage | None = None
        for piece in pieces:
            usage = piece.usage or usage
            text += piece.text
            if piece.text and writing.goes_on(text):
                yield writing.reply(base)
        said = writing.ends(text)
        whole = writing.reply(base)._replace(usage=usage, writing="", done=True)
        if said.declined or not said.sentences:
            yield whole._replace(drafts=(), refusal=_declined(weighed))
        elif self._fall_back and not writing.stands:
            told = f"nothing that {self._model.name} wrote stood up to the check"
            yield self._extracted(weighed, told)._replace(
                rejected=whole.drafts, invented=whole.invented, usage=usage
            )
        else:
            yield whole

    def _shown(self, question: str, weighed: Weighed) -> Shown:
        """Choose the evidence that fits into the model's window.

        Raises:
            ModelFault: Hardly anything fits.
        """
        count = self._model.count_tokens
        room = self._model.window - REPLY_TOKENS - _FRAME - 2 * count(question)
        shown = show(question, weighed.scored, room=room, count_tokens=count)
        if len(shown.evidence) < min(_LEAST, len(weighed.scored)):
            raise ModelFault("too long", f"{self._model.name} {FAULTS['too long']}")
        return shown

    def _instead(self, weighed: Weighed, what: str) -> Reply:
        return self._extracted(weighed, f"{self._model.name} {what}")

    def _extracted(self, weighed: Weighed, told: str) -> Reply:
        notice = f"{told}; this is the answer in the papers' own sentences."
        return weighed.reply._replace(notices=(notice,), answerer=self._extractive.name)


class _Writing:
    """A reply while it is written: each sentence is settled once."""

    def __init__(self, shown: Shown, checker: Checker, question: str) -> None:
        self._shown = shown
        self._checker = checker
        self._question = question
        self._settled: dict[Written, Settled] = {}
        self._said = Said()

    @property
    def stands(self) -> bool:
        """Whether anything written so far is supported, at least in part."""
        return any(self._settled[one].verdict.label in STANDS for one in self._said.sentences)

    def goes_on(self, text: str) -> bool:
        """Read what is there by now; tell whether anything changed."""
        before = self._said
        return self._read(text, done=False) != before

    def ends(self, text: str) -> Said:
        """Read the whole and return what it says."""
        return self._read(text, done=True)

    def reply(self, base: Reply) -> Reply:
        """Return a reply with the sentences that are whole."""
        numbers = [n for one in self._said.sentences for n in one.numbers]
        strange = [name for one in self._said.sentences for name in one.strange]
        return base._replace(
            drafts=tuple(self._settled[one].draft for one in self._said.sentences),
            writing=self._said.tail,
            invented=tuple(dict.fromkeys((*self._shown.invented(numbers), *strange))),
        )

    def _read(self, text: str, *, done: bool) -> Said:
        self._said = read_reply(text, self._shown.letter, done=done)
        for one in self._said.sentences:
            if one not in self._settled:
                self._settled[one] = settle(
                    one, self._shown, self._checker, question=self._question
                )
        return self._said


def _trimmed(shown: Shown) -> tuple[str, ...]:
    if not shown.left_out:
        return ()
    left = f"{shown.left_out} sentences of the papers that came last"
    return (f"{left} did not fit into the model's window and were not shown to it.",)


def _declined(weighed: Weighed) -> Refusal:
    likely = weighed.reply.confidence or 0.0
    return Refusal(reason=DECLINED, probability=likely, nearest=nearest(weighed.scored))
