"""Validate a judge of faithfulness against human labels.

python -m eval.validation --judge lexical --data ../shared/data/faithfulness [--write]
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from eval.judging import open_judge
from eval.validation.command import validate
from eval.validation.stored import BUNDLED, keep, quote
from eval.validation.table import markdown


def main(arguments: Sequence[str] | None = None) -> int:
    """Validate, print the tables as Markdown, and with ``--write`` ship the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judge", default="lexical", help="as everywhere: lexical, overlap, …")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/faithfulness"))
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--write", action="store_true", help="ship the numbers with the package")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    findings = validate(
        open_judge(options.judge), options.data, progress=_narrated, seed=options.seed
    )
    print(markdown(findings))
    print(f"\n{quote(findings)}")
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
    if options.write:
        print(keep(findings, BUNDLED), file=sys.stderr)
    return 0


def _narrated(name: str, done: int, of: int) -> None:
    if done == of:
        print(f"{name}: {done}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
