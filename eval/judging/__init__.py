"""Judges: does this text follow from that evidence, by another route than the one that answered?

The port is `Judge`; `open_judge` picks one by name, from bundled rules (`LexicalJudge`,
`OverlapJudge`) over a local entailment model (`EntailmentJudge`) to votes of a language
model (`LlmJudge`). Verdicts of slow judges are kept (`VerdictCache`), and `controls`
finds out a judge that says the same to everything. Runtimes and tokenizers load when an
`EntailmentJudge` is made, not before.
"""

from eval.judging.agreement import krippendorff_alpha
from eval.judging.cache import CachedJudge, VerdictCache
from eval.judging.chat import Chat, Reply
from eval.judging.controls import controls
from eval.judging.entailment import EntailmentJudge
from eval.judging.lexical import LexicalJudge
from eval.judging.llm import Estimate, LlmJudge, Prices
from eval.judging.overlap import OverlapJudge
from eval.judging.port import Judge, JudgeError, Judgement, Voting, sound
from eval.judging.posting import ChatServer
from eval.judging.rehearsal import Rehearsal
from eval.judging.server import ServerChat
from eval.judging.spec import SPECS, Terms, hosts, open_judge

__all__ = [
    "SPECS",
    "CachedJudge",
    "Chat",
    "ChatServer",
    "EntailmentJudge",
    "Estimate",
    "Judge",
    "JudgeError",
    "Judgement",
    "LexicalJudge",
    "LlmJudge",
    "OverlapJudge",
    "Prices",
    "Rehearsal",
    "Reply",
    "ServerChat",
    "Terms",
    "VerdictCache",
    "Voting",
    "controls",
    "hosts",
    "krippendorff_alpha",
    "open_judge",
    "sound",
]
