"""The verbs that the rules know, with their forms: a question needs the bare one."""

from typing import Literal, NamedTuple

Form = Literal["base", "third", "past"]

_REGULAR = """
    achieve accelerate account add address adopt aggregate aim align allow analyze apply argue ask
    assemble assess assume attain augment avoid balance benchmark boost bridge calibrate capture
    classify collect combine compare complement compress comprise compute conclude conduct confirm
    consider consist construct consume contain contribute convert couple cover create curate
    decompose decouple decrease deliver demonstrate depend deploy derive describe design detect
    develop devise differ discover discuss distil double eliminate employ enable encode encompass
    encourage enhance ensure establish estimate evaluate examine exceed exhibit exploit explore
    expose extend extract feature filter focus follow formalize formulate gain gather generalize
    generate guide handle help identify implement improve include incorporate increase incur
    infer inject integrate interview introduce investigate involve keep label learn leverage limit
    link lower maintain map mask match measure merge minimize mitigate model narrow need normalize
    observe obtain offer operate optimize outperform perform pool predict present preserve prevent
    process produce project propose prove provide prune quantify raise rank reach recover reduce
    refine release rely remove replace report represent require resolve restore retain retrieve
    reuse reveal review revisit sample save scale score segment select separate share show simplify
    span study suffer suggest summarize support suppress surpass survey tackle target test tokenize
    total trace track train transfer transform translate trim treat tune unify unite update use
    utilize validate verify widen yield mix plug attach insert emit store index search evolve
    initialize pretrain pre-train fine-tune finetune mine annotate corrupt denoise interleave
    recycle regularize reweight route schedule shuffle speed start stack tie weight
"""
_IRREGULAR = {
    "be": "is was",
    "beat": "beats beat",
    "begin": "begins began",
    "bind": "binds bound",
    "break": "breaks broke",
    "bring": "brings brought",
    "choose": "chooses chose",
    "deal": "deals dealt",
    "do": "does did",
    "go": "goes went",
    "build": "builds built",
    "cut": "cuts cut",
    "distil": "distills distilled",
    "draw": "draws drew",
    "drop": "drops dropped",
    "feed": "feeds fed",
    "find": "finds found",
    "fit": "fits fit",
    "get": "gets got",
    "give": "gives gave",
    "grow": "grows grew",
    "have": "has had",
    "hold": "holds held",
    "keep": "keeps kept",
    "lead": "leads led",
    "learn": "learns learned",
    "leave": "leaves left",
    "let": "lets let",
    "lose": "loses lost",
    "make": "makes made",
    "map": "maps mapped",
    "plug": "plugs plugged",
    "put": "puts put",
    "read": "reads read",
    "rise": "rises rose",
    "run": "runs ran",
    "see": "sees saw",
    "set": "sets set",
    "show": "shows showed",
    "span": "spans spanned",
    "speed": "speeds sped",
    "shrink": "shrinks shrank",
    "spend": "spends spent",
    "split": "splits split",
    "stand": "stands stood",
    "stop": "stops stopped",
    "swap": "swaps swapped",
    "take": "takes took",
    "teach": "teaches taught",
    "think": "thinks thought",
    "throw": "throws threw",
    "understand": "understands understood",
    "transfer": "transfers transferred",
    "trim": "trims trimmed",
    "win": "wins won",
    "write": "writes wrote",
}
AUXILIARIES = frozenset("is are was were can could will would should may might must".split())
"""Verbs that change places with their subject in a question."""
_NOUNS_TOO = frozenset(
    "models scores samples weights labels maps features benchmarks tests studies reviews projects "
    "indexes searches processes aims limits targets gains links tracks designs reports supports "
    "masks measures surveys segments updates transfers uses spans stacks needs leads runs sets "
    "splits cuts drops fits reads shares ranks routes schedules starts results offers".split()
)
"""Forms that are as often a plural noun; after a number they are taken for one."""


class Verb(NamedTuple):
    """A finite verb."""

    base: str
    form: Form


def third(base: str) -> str:
    """Return the form that goes with ``it``."""
    if base in _IRREGULAR:
        return _IRREGULAR[base].split()[0]
    if base.endswith(("s", "x", "z", "ch", "sh")):
        return base + "es"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + "s"


def past(base: str) -> str:
    """Return the simple past."""
    if base in _IRREGULAR:
        return _IRREGULAR[base].split()[1]
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return base + "ed"


def gerund(base: str) -> str:
    """Return the form in -ing."""
    if base in _DOUBLED or base in {"map", "plug", "trim", "transfer"}:
        return base + base[-1] + "ing"
    if base.endswith("e") and not base.endswith("ee"):
        return base[:-1] + "ing"
    return base + "ing"


_DOUBLED = frozenset("begin cut drop fit get let put run set split stop swap win".split())
_BASES = frozenset(_REGULAR.split()) | (_IRREGULAR.keys() - {"be"})
_THIRD = {third(base): base for base in _BASES}
_PAST = {past(base): base for base in _BASES}


_GERUND = {gerund(base): base for base in _BASES}


def base_of_gerund(word: str) -> str | None:
    """Return ``reduce`` for ``reducing``; None where no verb that is known has this form."""
    return _GERUND.get(word)


def finite(word: str) -> Verb | None:
    """Return the verb that a word is a form of; None where it is none that is known."""
    if word in _THIRD:
        return Verb(_THIRD[word], "third")
    if word in _BASES:
        return Verb(word, "base")
    return Verb(_PAST[word], "past") if word in _PAST else None


def only_a_verb(word: str) -> bool:
    """Tell whether a word that looks like a plural is a verb: ``achieves``, ``outperforms``."""
    return word in _THIRD and word not in _NOUNS_TOO
