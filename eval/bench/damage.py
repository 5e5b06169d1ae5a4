"""Damage every kind of file of a library, and see whether anything of it is served.

``python -m eval.bench.damage --trials 200``: each trial copies a library, damages one file
(a byte flipped, the end cut off, a page zeroed, or all of it gone), and lets another process
open it, search it, read every paper and verify it. A damage is *found on opening* by an error
of one line; *found by verify* where nothing that readers use was touched (Chroma's files below
the size at which they are searched); *harmless* where all is served and verified as before.
Anything else is a miss. Then the remedy that the error names is tried: ``attest rebuild`` or
``attest restore``.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from eval.bench.crash import synthetic
from eval.bench.process import ROOT
from rag.backups import back_up
from rag.embedding import open_embedder
from rag.library import Library

DAMAGES = ("flipped byte", "cut short", "zeroed page", "deleted")
_PAGE = 4096
Ask = Callable[..., dict[str, str]]
_GOOD = ("on opening", "by verify", "harmless")


class Trial(NamedTuple):
    """One damage and what came of it."""

    kind: str
    """Of the file: its name, or its folder's inside a version."""
    damage: str
    found: str
    """``on opening``, ``by verify``, ``harmless``, ``served`` or ``crashed``."""
    mended: bool
    """Whether the named remedy gave the content back."""


def kind_of(name: str) -> str:
    """Return what a file of a library is for, by its path in the folder."""
    parts = name.split("/")
    if parts[0] != "versions":
        return parts[0]
    return parts[2] if len(parts) == 3 else f"{parts[2]}/{Path(name).suffix or parts[-1]}"


def kinds_in(folder: Path) -> dict[str, list[str]]:
    """Return the files of a library that hold anything, by kind."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size:
            name = path.relative_to(folder).as_posix()
            found.setdefault(kind_of(name), []).append(name)
    return found


def damaged(content: bytes, damage: str, rng: random.Random) -> bytes | None:
    """Return what is left of a file, other than it was; None where it is gone."""
    place = rng.randrange(len(content))
    match damage:
        case "flipped byte":
            return (
                content[:place]
                + bytes([content[place] ^ 1 << rng.randrange(8)])
                + content[place + 1 :]
            )
        case "cut short":
            return content[:place]
        case "zeroed page":
            held = [at for at in range(0, len(content), _PAGE) if any(content[at : at + _PAGE])]
            start = rng.choice(held)
            length = len(content[start : start + _PAGE])
            return content[:start] + bytes(length) + content[start + length :]
        case _:
            return None


class Damaging:
    """Trials on copies of one library.

    Args:
        work: A folder to work in.
        library: Undamaged.
        rng: Chooses files and places.
        ask: Does a task of `eval.bench.damaged` and returns what that prints.
    """

    def __init__(
        self, work: Path, library: Library, rng: random.Random, *, ask: Ask | None = None
    ) -> None:
        self._ask = ask or _in_a_process
        self._work = work
        self._sound = library.directory
        self._backup = work / "backup.zip"
        back_up(library, self._backup)
        self._rng = rng
        self.kinds = kinds_in(self._sound)
        self._mended: dict[tuple[str, str], bool] = {}
        self._told = self._ask("look", self._sound)

    def trial(self, kind: str, damage: str) -> Trial:
        """Damage one file of a kind and tell what came of it."""
        folder = self._work / "trial"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._sound, folder)
        path = folder / self._rng.choice(self.kinds[kind])
        left = damaged(path.read_bytes(), damage, self._rng)
        if left is None:
            path.unlink()
        else:
            path.write_bytes(left)
        said = self._ask("look", folder)
        found = self._found(said)
        # A remedy takes seconds, and does not depend on the place of the damage.
        case = (kind, damage)
        if case not in self._mended:
            self._mended[case] = found == "harmless" or self._mend(folder, said)
        return Trial(kind, damage, found, self._mended[case])

    def _found(self, said: dict[str, str]) -> str:
        if "crash" in said:
            return "crashed"
        if "opening" in said:
            return "on opening"
        if said["served"] != self._told["served"]:
            return "served"
        return "by verify" if "verifying" in said else "harmless"

    def _mend(self, folder: Path, said: dict[str, str]) -> bool:
        error = said.get("opening") or said.get("verifying") or ""
        if "attest restore" in error:
            shutil.rmtree(folder)
            again = self._ask("restore", folder, self._backup)
        elif "attest rebuild" in error:
            again = self._ask("rebuild", folder)
        else:
            return False
        return again == self._told


def plan(kinds: Sequence[str], trials: int, rng: random.Random) -> list[tuple[str, str]]:
    """Return kind and damage of each trial: every pair equally often, give or take one."""
    pairs = [(kind, damage) for kind in kinds for damage in DAMAGES]
    rng.shuffle(pairs)
    return [pairs[number % len(pairs)] for number in range(trials)]


def table(trials: Iterable[Trial]) -> str:
    """Return what was found, by kind of file, as lines of text; the last one is the sum."""
    trials = tuple(trials)
    kinds = sorted({each.kind for each in trials})
    width = max(map(len, kinds), default=4)
    columns = ("on opening", "by verify", "harmless", "served", "crashed")
    lines = [" ".join([f"{'file':{width}}", *(f"{each:>11}" for each in columns), "    mended"])]
    for kind in kinds:
        here = [each for each in trials if each.kind == kind]
        count = Counter(each.found for each in here)
        mended = sum(each.mended for each in here)
        lines.append(
            " ".join(
                [
                    f"{kind:{width}}",
                    *(f"{count[each]:11d}" for each in columns),
                    f"{mended:5d} of {len(here)}",
                ]
            )
        )
    count = Counter(each.found for each in trials)
    good = sum(count[each] for each in _GOOD)
    lines.append(
        f"{good} of {len(trials)} damages found before anything of them was served; "
        + ", ".join(f"{count[each]} {each}" for each in columns)
        + f"; {sum(each.mended for each in trials)} mended by the remedy named"
    )
    return "\n".join(lines)


def failed(trials: Iterable[Trial]) -> bool:
    """Tell whether a damage was served, crashed a reader or could not be mended."""
    return any(each.found not in _GOOD or not each.mended for each in trials)


def main() -> None:
    """Run the trials that the command line asks for; exit 1 if any was missed."""
    options = _options()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="attest-damage-") as folder:
        work = Path(folder)
        papers = work / "papers.jsonl"
        lines = (json.dumps(paper) for paper in synthetic(options.count, options.seed))
        papers.write_text("\n".join(lines) + "\n", encoding="utf-8")
        library = Library(work / "sound", lambda: open_embedder("hash"))
        library.add([papers])
        damaging = Damaging(work, library, rng)
        trials: list[Trial] = []
        for kind, damage in plan(sorted(damaging.kinds), options.trials, rng):
            trials.append(damaging.trial(kind, damage))
            sys.stderr.write(f"\r{len(trials)}/{options.trials}")
        sys.stderr.write("\n")
    sys.stdout.write(table(trials) + "\n")
    if failed(trials):
        sys.exit(1)


def _in_a_process(task: str, *arguments: Path) -> dict[str, str]:
    command = [sys.executable, "-m", "eval.bench.damaged", task, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        return {"crash": f"{done.returncode}: {done.stderr.decode(errors='replace')[-300:]}"}
    return json.loads(done.stdout)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--count", type=int, default=300, help="papers to make up")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
