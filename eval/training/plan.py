"""What a run of training is made of, and how its learning rate goes."""

from typing import NamedTuple


class Plan(NamedTuple):
    """What a run is made of; written beside the weights."""

    seed: int = 0
    rate: float = 6e-5
    tokens: int = 3072
    """Of a batch, padding included."""
    warm: float = 0.04
    """Share of the steps in which the rate rises."""
    fall: float = 0.35
    """Share of the steps, at the end, in which it falls to nothing."""
    decay: float = 0.01
    passes: int = 1
    steps: int = 0
    """Steps after which the run ends, its rate fallen; 0: when all has been read."""
    save_every: int = 300
    """Steps."""


def pace(step: int, steps: int, plan: Plan) -> float:
    """Return the share of the rate at a step: a trapezoid."""
    done = step / max(1, steps)
    return min(1.0, (done + 1e-9) / plan.warm, (1 - done) / plan.fall)
