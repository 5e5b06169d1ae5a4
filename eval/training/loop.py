"""The training loop: one pass, resumable, its learning rate rising, standing and falling."""

# pyright: basic, reportMissingImports=false
# torch has few types and stands in no lock: a check of types runs without it.

import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from eval.training.encoding import Encoded, batches
from eval.training.network import Labels, Reader, loss
from eval.training.plan import Plan, pace


def train(reader: Reader, examples: Sequence[Encoded], plan: Plan, folder: Path) -> Reader:
    """Train a reader, going on from what ``folder`` holds, and return it.

    ``folder/checkpoint.pt`` is replaced every ``save_every`` steps; ``folder/stop`` makes the
    run save and end. ``folder/log.jsonl`` gets one line every 20 steps.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lengths = [len(one.ids) for one in examples]
    order = [
        batch
        for turn in range(plan.passes)
        for batch in batches(lengths, tokens=plan.tokens, seed=plan.seed + turn)
    ][: plan.steps or None]
    optimiser = torch.optim.AdamW(_groups(reader, plan), lr=plan.rate, betas=(0.9, 0.98))
    first = _resumed(reader, optimiser, folder)
    torch.manual_seed(plan.seed + first)
    reader.train()
    began, sums = time.monotonic(), []
    for step in range(first, len(order)):
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * pace(step, len(order), plan)
        ids, types, mask, labels = collated([examples[place] for place in order[step]])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            outputs = reader(ids, types, mask)
        value = loss(outputs, labels)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimiser.step()
        sums.append(value.item())
        if step % 20 == 19:
            _log(folder, step, len(order), sums, time.monotonic() - began)
            sums = []
        stop = (folder / "stop").exists()
        if step % plan.save_every == plan.save_every - 1 or stop or step == len(order) - 1:
            _save(reader, optimiser, folder, step + 1)
        if stop:
            break
    return reader.eval()


def collated(rows: Sequence[Encoded]) -> tuple[Tensor, Tensor, Tensor, Labels]:
    """Return a batch's ids, types and mask [batch, longest] and its labels."""
    longest = max(len(one.ids) for one in rows)
    ids = np.zeros((len(rows), longest), np.int64)
    types, mask = np.zeros_like(ids), np.zeros_like(ids)
    for place, one in enumerate(rows):
        size = len(one.ids)
        ids[place, :size], types[place, :size], mask[place, :size] = one.ids, one.types, 1
    labels = np.array(
        [(one.about, one.answers, one.support, one.start, one.end) for one in rows], np.int64
    )
    columns = torch.from_numpy(labels).unbind(1)
    return torch.from_numpy(ids), torch.from_numpy(types), torch.from_numpy(mask), Labels(*columns)


def _groups(reader: Reader, plan: Plan) -> list[dict[str, object]]:
    decayed = [p for p in reader.parameters() if p.ndim > 1]
    plain = [p for p in reader.parameters() if p.ndim <= 1]
    return [
        {"params": decayed, "weight_decay": plan.decay},
        {"params": plain, "weight_decay": 0.0},
    ]


def _resumed(reader: Reader, optimiser: torch.optim.Optimizer, folder: Path) -> int:
    path = folder / "checkpoint.pt"
    if not path.exists():
        return 0
    held = torch.load(path, weights_only=True)
    reader.load_state_dict(held["reader"])
    optimiser.load_state_dict(held["optimiser"])
    return int(held["step"])


def _save(reader: Reader, optimiser: torch.optim.Optimizer, folder: Path, step: int) -> None:
    partly = folder / "checkpoint.partly"
    torch.save(
        {"reader": reader.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, partly
    )
    partly.replace(folder / "checkpoint.pt")


def _log(folder: Path, step: int, steps: int, sums: Sequence[float], seconds: float) -> None:
    line = {"step": step + 1, "of": steps, "loss": round(sum(sums) / len(sums), 4),
            "seconds": round(seconds, 1)}  # fmt: skip
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")
