"""Train the reader, or say what it would learn from.

    python -m eval.training count [--data DATA] [--size 1.0] [--share both]
    python -m eval.training train WEIGHTS RUN [--data DATA] [--size 1.0] [--share both] [--seed 0]
        [--start MODEL] [--rate 6e-5] [--steps 0]
    python -m eval.training export WEIGHTS RUN [--target rag/models/attest-reader]
        [--start MODEL --blend 1.0]
    python -m eval.training licences

WEIGHTS is the folder of the published encoder (see `rag.models.convert`), RUN the folder that
keeps the run; the same command goes on where it was stopped. ``--start`` begins with an exported
file in place of the published encoder, ``--share supports`` reads claims above all, ``--blend``
exports the mean of where the run began and where it ended. What is exported is the file that
ships; fit what stands on it again afterwards (``eval.calibration.answering`` and ``.meaning``).
"""

# pyright: basic, reportMissingImports=false
# torch has few types and stands in no lock: a check of types runs without it.

import argparse
import hashlib
import json
import sys
from pathlib import Path

from eval.training.example import Example
from eval.training.mixture import counted, mixture
from eval.training.plan import Plan
from eval.training.sets import licence_table
from rag.reader.pairs import Pairs
from rag.reader.reader import FOLDER

DATA = Path(__file__).parents[3] / "shared" / "data"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    kinds = parser.add_subparsers(dest="command", required=True)
    kinds.add_parser("licences")
    count, train = kinds.add_parser("count"), kinds.add_parser("train")
    exported = kinds.add_parser("export")
    exported.add_argument("--target", type=Path, default=FOLDER)
    exported.add_argument("--start", type=Path, help="the exported reader that the run began with")
    exported.add_argument("--blend", type=float, default=1.0, help="share of the run in the mean")
    for one in (train, exported):
        one.add_argument("weights", type=Path)
        one.add_argument("run", type=Path)
    train.add_argument("--start", type=Path, help="an exported reader to go on from")
    train.add_argument("--rate", type=float, default=Plan().rate, help="highest learning rate")
    train.add_argument("--steps", type=int, default=0, help="end the run there, not with the data")
    for one in (count, train):
        one.add_argument("--data", type=Path, default=DATA)
        one.add_argument("--size", type=float, default=1.0)
        one.add_argument("--share", choices=["both", "supports"], default="both")
        one.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.command == "licences":
        sys.stdout.write(licence_table() + "\n")
        return 0
    if options.command == "export":
        _export(options)
        return 0
    examples = mixture(options.data, size=options.size, seed=options.seed, share=options.share)
    sys.stdout.write(counted(examples) + "\n")
    if options.command == "train":
        _train(options, examples)
    return 0


def _train(options: argparse.Namespace, examples: list[Example]) -> None:
    # torch is slow to import and in the extra for local models only.
    import torch

    from eval.training.encoding import encoded
    from eval.training.loop import train
    from eval.training.network import opened
    from eval.training.resuming import started

    torch.manual_seed(options.seed)
    plan = Plan(seed=options.seed, steps=options.steps, rate=options.rate)
    run: Path = options.run
    run.mkdir(parents=True, exist_ok=True)
    about = {"plan": plan._asdict(), "size": options.size, "share": options.share,
             "start": _digest(options.start), "examples": len(examples)}  # fmt: skip
    (run / "run.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    rows = encoded(examples, Pairs(options.weights / "tokenizer.json"))
    sys.stdout.write(f"{sum(len(one.ids) for one in rows) / len(rows):.1f} tokens a pair\n")
    sys.stdout.flush()
    reader = opened(options.weights)
    train(started(reader, options.start) if options.start else reader, rows, plan, run)


def _digest(model: Path | None) -> str | None:
    return hashlib.sha256(model.read_bytes()).hexdigest() if model else None


def _export(options: argparse.Namespace) -> None:
    import torch

    from eval.training.export import export
    from eval.training.network import opened
    from eval.training.resuming import blended, started

    run: Path = options.run
    held = torch.load(run / "checkpoint.pt", weights_only=True)
    reader = opened(options.weights)
    reader.load_state_dict(held["reader"])
    if options.start:
        reader = blended(reader, started(opened(options.weights), options.start), options.blend)
    about = json.loads((run / "run.json").read_text(encoding="utf-8"))
    run_about = {**about, "steps": held["step"], "blend": options.blend}
    path = export(reader.eval(), options.target, {"run": run_about})
    sys.stdout.write(f"{path}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    raise SystemExit(main())
