"""The reader as a torch network: the bundled encoder with four heads on it."""

# pyright: basic, reportMissingImports=false
# torch has few types and stands in no lock: a check of types runs without it.

from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from eval.training.example import CONTRADICTS, NOT_SUPPORTS, UNDECIDED, UNKNOWN

WIDTH = 384
SPAN_WEIGHT = 0.3


class Outputs(NamedTuple):
    """What the heads say, before any squashing."""

    about: Tensor
    """[batch]"""
    answers: Tensor
    """[batch]"""
    support: Tensor
    """[batch, 3]"""
    start: Tensor
    """[batch, length]"""
    end: Tensor
    """[batch, length]"""


class Labels(NamedTuple):
    """What they should say, each [batch]; -1 where nobody knows."""

    about: Tensor
    answers: Tensor
    support: Tensor
    start: Tensor
    end: Tensor


class Reader(nn.Module):
    """Reads two texts together."""

    def __init__(self, config: BertConfig) -> None:
        """Make an untrained network."""
        super().__init__()
        self.bert = BertModel(config, add_pooling_layer=False)
        self.pool = nn.Linear(2 * WIDTH, WIDTH)
        self.about = nn.Linear(WIDTH, 1)
        self.answers = nn.Linear(WIDTH, 1)
        self.support = nn.Linear(WIDTH, 3)
        self.span = nn.Linear(WIDTH, 2)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Outputs:
        """Read a batch; all inputs are [batch, length]."""
        last = self.bert(input_ids=ids, token_type_ids=types, attention_mask=mask)[0]
        column = mask.unsqueeze(-1).to(last.dtype)
        mean = (last * column).sum(1) / column.sum(1)
        pooled = torch.tanh(self.pool(torch.cat([last[:, 0], mean], dim=-1)))
        pooled = functional.dropout(pooled, 0.1, self.training)
        places = self.span(last).float()
        # An answer stands in the second text.
        places = places.masked_fill((types == 0).unsqueeze(-1), -1e4)
        places = places.masked_fill((mask == 0).unsqueeze(-1), -1e4)
        return Outputs(
            self.about(pooled).float().squeeze(-1),
            self.answers(pooled).float().squeeze(-1),
            self.support(pooled).float(),
            places[..., 0],
            places[..., 1],
        )


def opened(folder: Path) -> Reader:
    """Return a reader on the published encoder's weights, its heads untrained."""
    config = BertConfig.from_pretrained(folder)
    reader = Reader(config)
    weights = load_file(folder / "model.safetensors")
    weights = {name.removeprefix("bert."): value for name, value in weights.items()}
    missing, _ = reader.bert.load_state_dict(weights, strict=False)
    if [name for name in missing if "position_ids" not in name]:
        raise ValueError(f"{folder} lacks {missing[:3]}")
    return reader


def loss(outputs: Outputs, labels: Labels) -> Tensor:
    """Return the mean loss of a batch over all heads that have something to learn."""
    parts = [
        _binary(outputs.about, labels.about),
        _binary(outputs.answers, labels.answers),
        _support(outputs.support, labels.support),
        SPAN_WEIGHT * _place(outputs.start, labels.start),
        SPAN_WEIGHT * _place(outputs.end, labels.end),
    ]
    return torch.stack(parts).sum() / len(labels.about)


def _binary(scores: Tensor, labels: Tensor) -> Tensor:
    known = labels != UNKNOWN
    return functional.binary_cross_entropy_with_logits(
        scores[known], labels[known].float(), reduction="sum"
    )


def _support(scores: Tensor, labels: Tensor) -> Tensor:
    logs = functional.log_softmax(scores, dim=-1)
    exact = (labels != UNKNOWN) & (labels != NOT_SUPPORTS)
    known = functional.nll_loss(logs[exact], labels[exact], reduction="sum")
    # Not supported, in a way that nobody said: either of the other classes will do.
    either = torch.logsumexp(logs[labels == NOT_SUPPORTS][:, CONTRADICTS : UNDECIDED + 1], dim=-1)
    return known - either.sum()


def _place(scores: Tensor, labels: Tensor) -> Tensor:
    known = labels != UNKNOWN
    return functional.cross_entropy(scores[known], labels[known], reduction="sum")
