"""What people call a paper: the thing it presents, where that has a name."""

import re
from collections import Counter

from rag.schema import Paper
from rag.terms import STOP_WORDS, is_name, words

_BEFORE_COLON = re.compile(r"^([^:?!]{2,30}?)\s*:\s")
_PLACE = re.compile(
    r"\b(?:propose|introduce|present|call|name|term|dub|develop|release|build|design|construct)"
    r"(?:s|d|es|ed)?\b[^.;]{0,120}?(?<![\w(-])\(?(?P<name>[A-Z][\w+-]*\w\+*)\)?"
)
_PLAIN = re.compile(r"[A-Z][\w.+-]*(?:[ -][A-Z0-9][\w.+-]*){0,2}")
COMMON = frozenset(
    "AI LLM LLMs NLP PLM PLMs MLLM MLLMs FLOPs FLOPS PTM PTMs VLM VLMs GPT BERT CLIP ViT ViTs CNN "
    "CNNs RNN RNNs "
    "GPU GPUs API 3D 2D QA NLI RAG SSL RL RLHF SFT LoRA PEFT PETL MLM ASR NMT MT KG KGs VQA OOD US "
    "UK EU COVID-19 DNA RNA MRI CT GNN GNNs GAN GANs ML DL SOTA FL CL IR".split()
)
"""Names of whole fields, which no single paper owns."""


def short_name(paper: Paper) -> str | None:
    """Return what a paper is called in running text, or None.

    That is the part of its title before a colon where this reads like a name
    and the abstract uses it, else a name that the abstract introduces and uses.
    """
    lead = _BEFORE_COLON.match(paper.title)
    if lead is not None and _PLAIN.fullmatch(lead.group(1)) and _owned(lead.group(1), paper):
        return lead.group(1)
    counted = Counter(word.text for word in words(paper.abstract) if is_name(word.text))
    introduced = [match.group("name") for match in _PLACE.finditer(paper.abstract)]
    for name in dict.fromkeys(introduced):
        if is_name(name) and counted[name] >= 2 and _owned(name, paper):
            return name
    return None


def _owned(name: str, paper: Paper) -> bool:
    uses = len(re.findall(rf"(?<![\w-]){re.escape(name)}(?![\w+-])", paper.abstract))
    plural = name.endswith("s") and name[:-1].isupper()
    plain = (
        plural or name.lower() in STOP_WORDS or name in COMMON or (name.istitle() and len(name) < 4)
    )
    return uses >= 1 and not plain
