"""Where a model runs and how exact its numbers are."""

import re
from typing import Any, Literal, NamedTuple

from rag.errors import ModelUnavailable, UsageError

Dtype = Literal["fp32", "fp16", "bf16"]

TORCH_NAMES: dict[Dtype, str] = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16"}
_DEVICE = re.compile(r"cpu|mps|cuda(:\d+)?")


class Placement(NamedTuple):
    """A device and a kind of numbers; None leaves the choice to ``settled``."""

    device: str | None = None
    """``cpu``, ``mps``, ``cuda`` or ``cuda:N``."""
    dtype: Dtype | None = None


def parse(rest: str) -> tuple[str, Placement]:
    """Take ``NAME@cuda:1,bf16`` apart; a name may hold an ``@`` of its own if no word follows.

    Raises:
        UsageError: The name is empty, or two devices or dtypes follow it.
    """
    name, _, suffix = rest.rpartition("@")
    words = suffix.split(",")
    dtypes: list[Dtype] = [dtype for dtype in TORCH_NAMES if dtype in words]
    devices = [word for word in words if _DEVICE.fullmatch(word)]
    if len(dtypes) + len(devices) < len(words):
        name, dtypes, devices = rest, [], []
    if not name:
        raise UsageError("'hf:' names no model: use hf:FOLDER or hf:ORG/NAME, with @cpu,fp32 or so")
    if max(len(devices), len(dtypes)) > 1:
        raise UsageError(f"'hf:{rest}' asks for two places at once: name one device and one dtype")
    return name, Placement(next(iter(devices), None), next(iter(dtypes), None))


def settled(wanted: Placement, torch: Any) -> Placement:  # noqa: ANN401
    """Choose what was left open: the quickest device, and what it computes with natively.

    That is bf16 on a GPU since Ampere and on a processor with AVX512-BF16 or AMX, fp16 on
    other GPUs and fp32 on other processors.

    Raises:
        ModelUnavailable: The wanted device is not there.
    """
    device = wanted.device or _quickest(torch)
    kind = device.partition(":")[0]
    if not {"cpu": True, "cuda": _cuda(torch), "mps": _mps(torch)}[kind]:
        raise ModelUnavailable(f"torch sees no {kind} device here: name another, or none")
    return Placement(device, wanted.dtype or _native(kind, torch))


def _quickest(torch: Any) -> str:  # noqa: ANN401
    if _cuda(torch):
        return "cuda"
    return "mps" if _mps(torch) else "cpu"


def _cuda(torch: Any) -> bool:  # noqa: ANN401
    return bool(torch.cuda.is_available())


def _mps(torch: Any) -> bool:  # noqa: ANN401
    return bool(torch.backends.mps.is_available())


def _native(kind: str, torch: Any) -> Dtype:  # noqa: ANN401
    if kind == "mps":
        return "fp16"
    if kind == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    can: dict[str, object] = torch.cpu.get_capabilities()
    return "bf16" if can.get("avx512_bf16") or can.get("amx_bf16") else "fp32"
