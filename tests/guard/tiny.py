"""Tiny language models, made here in a moment and saved as real ones are."""

from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

SENTENCES = [
    "Parsing with attention is quick and needs no grammar.",
    "A library of abstracts answers what its papers say.",
    "Every sentence of an answer shows the words that support it.",
    "Low-rank adaptation trains few numbers and keeps the rest.",
    "Retrieval finds passages by meaning and by their words.",
    "The model was trained on ten sentences of our own.",
    "Half of the questions cannot be answered from one paper.",
    "Dense vectors and rare words find different passages.",
    "A refusal names what is missing and what came nearest.",
    "Benchmarks of summaries disagree with what readers prefer.",
]
TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
MARKS = ["<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>"]
SCRIPT = "Dense vectors find different passages"


def tokenizer(template: str | None = TEMPLATE) -> Any:
    """Return a byte-level tokenizer of 400 tokens, trained on ten sentences."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=MARKS,
        show_progress=False,
    )
    made.train_from_iterator(SENTENCES * 5, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<s>",
        eos_token="</s>",
        additional_special_tokens=MARKS[2:],
        chat_template=template,
    )


def llama(words: Any, window: int = 100_000) -> Any:
    """Return a Llama of two layers and random weights, the same every time."""
    from transformers import LlamaConfig, LlamaForCausalLM

    torch: Any = import_module("torch")
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=window,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
    )
    return LlamaForCausalLM(config)


def teach(model: Any, chain: Sequence[int]) -> None:
    """Let each token of a chain be followed by the next: attention and layers are put out."""
    torch: Any = import_module("torch")
    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        inward, outward = model.model.embed_tokens.weight, model.lm_head.weight
        inward.copy_(torch.nn.functional.normalize(torch.randn(inward.shape), dim=1) * 32**0.5)
        outward.zero_()
        for before, after in pairwise(chain):
            outward[after] += inward[before]


def save(folder: Path, words: Any, model: Any) -> Path:
    """Save both as any model is saved; return the folder."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    words.save_pretrained(folder)
    model.save_pretrained(folder)
    logging.enable_progress_bar()
    return folder


def dreamer(folder: Path) -> Path:
    """Save a model of random weights."""
    words = tokenizer()
    return save(folder, words, llama(words))


def speaker(
    folder: Path,
    script: str = SCRIPT,
    *,
    endless: bool = False,
    template: str | None = TEMPLATE,
    cue: str = "<|assistant|>",
    window: int = 100_000,
) -> Path:
    """Save a model that answers whatever it is asked with a script, once or without end."""
    words = tokenizer(template)
    model = llama(words, window)
    said = words(script, add_special_tokens=False)["input_ids"]
    assert len(set(said)) == len(said), "a token that stands twice has two successors"
    start = words(cue, add_special_tokens=False)["input_ids"][-1]
    teach(model, [start, *said, said[0] if endless else words.eos_token_id])
    return save(folder, words, model)
