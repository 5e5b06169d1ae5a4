"""Refusals told by their words, for answers that do not say whether they are one.

The fallback where an answer has no field ``refused``: a list of phrases misses
refusals that are worded in another way, and it knows English only.
"""

import re

from eval.metrics.markers import without_markers

MOST_WORDS = 80
"""A refusal may say what there is instead; a longer text is taken for an answer."""

_SHORT = (
    ("’", "'"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("won't", "will not"),
    ("n't", " not"),
    ("i'm", "i am"),
    ("we're", "we are"),
    ("it's", "it is"),
    ("that's", "that is"),
    ("there's", "there is"),
)

_SLOTS = {
    "very": r"(?:(?:\w+ly|still|quite|even|seem to|appear to) )?",
    "some": r"(?:any |enough |sufficient |the |an? )?(?:\w+ ){0,2}",
    "no": r"(?:no|not any|not enough|insufficient|not sufficient|inadequate|nothing)",
    "thing": r"(?:information|access|answers?|details?|mention|context|basis|knowledge)",
    "finding": r"(?:papers?|passages?|documents?|sources?|abstracts?|articles?|results?|matches)",
    "given": r"(?:provided|given|retrieved|available|supplied|above|cited|indexed|current|listed"
    r"|found|stored|search|following)",
    "text": r"(?:contexts?|documents?|passages?|excerpts?|snippets?|abstracts?|library"
    r"|collection|corpus|knowledge base|sources?|text|index|database)",
    "matter": r"(?:papers?|articles?|stud(?:y|ies)|literature|evidence|results?|materials?"
    r"|information|references?|data)",
    "can": r"(?:(?:can|could|may|might) not|(?:am|are|was|were) (?:not able|unable) to|unable to)",
    "tell": r"(?:answer|find|determine|tell|say|provide|help|locate|identify|give|confirm|verify"
    r"|conclude|derive|assist|comment|respond)",
    "hold": r"(?:answer|contain|provide|include|mention|specify|state|discuss|address|cover|give"
    r"|say|name|list|offer|describe|indicate|disclose|reveal|report|talk about|refer to|touch on)",
    "held": r"(?:stated|mentioned|specified|provided|disclosed|answered|addressed|covered"
    r"|discussed|answerable)",
}

_SOURCES = (
    r"(?:(?:any|none|all) of )?(?:the |these |this |those |my |our |your )?"
    r"(?:(?:{given} )*{text}|(?:{given} )+{matter}|{matter} (?=(?:{given}|i (?:have|was given))\b))"
    r"(?: (?:passages?|documents?|papers|abstracts?|excerpts?|texts?|information))?"
    r"(?: (?:{given}|here|at hand|i (?:have|was given)|you (?:provided|gave)(?: me)?))*"
)

_OPENERS = (
    r"(?:(?:i|we) (?:am|are) (?:very |so )?(?:sorry|afraid)|sorry|(?:my )?apologies"
    r"|(?:i|we) apologi[sz]e|unfortunately|regrettably|well)(?: (?:but|that|for [^,.]{1,40}))?",
    r"(?:based|relying) (?:only |solely )?(?:on|upon) [^,.]{1,80},",
    r"(?:according to|given|from|in|within|after (?:reviewing|reading|searching)) [^,.]{1,80},",
    r"as an? [^,.]{1,40},",
)

HEADS = (
    r"i (?:do|did) not {very}(?:know|have an answer)",
    r"i have no (?:idea|answer|way of knowing|knowledge|information)",
    r"i am not (?:sure|certain|aware of)",
    r"(?:i|we) {very}{can} {very}{tell}",
    r"(?:unable to|can not|could not) {very}(?:answer|determine|find|locate|tell)\b",
    r"(?:i|we) {very}(?:do|did|could|can) not (?:have|find|see|locate) {some}(?:{thing}|{finding})",
    r"(?:i|we) (?:found|find|have|see) {no} (?:\w+ ){{0,3}}(?:{thing}|{finding})",
    r"(?:i|we) (?:found|find|have) nothing\b",
    r"(?:i|we) (?:must|have to|would rather) (?:decline|refuse|abstain)",
    r"there (?:is|was|are|were) {no} (?:\w+ ){{0,3}}(?:{thing}|{finding})\b",
    r"there (?:is|was) {no} (?:evidence|data) (?:in the|to answer|available)",
    r"(?:no|insufficient|not enough|inadequate) (?:relevant |matching |specific |such )?"
    r"(?:{thing}|{finding})\b",
    r"nothing (?:in|about|on|relevant|was found)\b",
    r"none of (?:the |these |them |my )?(?:(?:{given} )*{text}|(?:{given} )*papers?"
    r"|(?:{given} )+{matter})? ?(?:\w+ ){{0,3}}?{hold}s?\b",
    r"{sources} (?:do|does|did|can|could) not {very}{hold}\b",
    r"{sources} (?:do|does|did) not have {some}{thing}",
    r"{sources} (?:contains?|has|have|provides?|includes?|offers?|gives?|says?) {no}\b",
    r"{sources} (?:is|are) (?:insufficient|silent|irrelevant|unrelated|not (?:sufficient|enough"
    r"|relevant|related))",
    r"{sources} (?:lacks?|fails? to|makes? no mention)\b",
    r"(?:this|that|the|your) (?:question|query) (?:can|could) not be answered",
    r"(?:this|that|the|your) (?:question|query) is (?:not {held}|unanswerable|outside|beyond)",
    r"(?:(?:it|this|that|the answer|this information|this detail|that information) (?:is|was) )?"
    r"not {very}{held}\b",
    r"(?:it|this|that) is (?:not possible|impossible) to {very}{tell}",
    r"(?:it|this|that) is (?:outside|beyond) (?:the scope|what)",
    r"(?:the )?answer (?:is (?:not|unknown|unavailable|nowhere)|(?:can|could) not be)",
    r"(?:it |this |that )?(?:can|could) not be (?:answered|determined|found|inferred|established)",
    r"(?:unanswerable|no answer|n/a|unknown|not (?:available|applicable|given|in the {text}))"
    r"(?=[.!]| *$| (?:from|based|given|in)\b)",
)
"""What a refusal begins with, after an opener such as ``Unfortunately,``; blanks stand for
themselves, words in braces for the alternatives in `_SLOTS`."""


def _compiled() -> re.Pattern[str]:
    slots = {**_SLOTS, "sources": _SOURCES.format(**_SLOTS)}
    heads = "|".join(head.format(**slots) for head in HEADS)
    return re.compile(rf"(?:(?:{'|'.join(_OPENERS)})[ ,;:.!—–-]*){{0,3}}(?:but )?(?:{heads})")


_REFUSAL = _compiled()
_AFTER_ALL = re.compile(
    r"[^.!?]*, but\b|.*\b(?:however|nevertheless|nonetheless|that (?:being )?said|having said)\b"
)
_EDGE = re.compile(r"^[\s>#*_`\"'“”(\[-]+")


def says_refusal(text: str) -> bool:
    """Tell whether an answer reads like a refusal.

    It does if it begins with a phrase of refusal, is short, and does not go on
    with "However, ..." or "but ...": a phrase further on, or words behind one, are
    part of an answer. Of 15,094 judged answers (EVOUNA on Natural Questions, Wang et
    al. 2023) this calls 79 refusals, of which one was judged right; of the 213 that
    it passes over for a "However" or "but", half were right. A blank text is no
    refusal: it says nothing.
    """
    plain = _EDGE.sub("", without_markers(text).lower())
    if len(plain.split()) > MOST_WORDS:
        return False
    for short, full in _SHORT:
        plain = plain.replace(short, full)
    head = _REFUSAL.match(plain)
    return head is not None and _AFTER_ALL.match(plain, head.end()) is None
