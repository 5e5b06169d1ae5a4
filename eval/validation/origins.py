"""Known sets: what they are called, what clusters them, and what the shipped judges saw of them.

A copy, by file name, of the parts that `eval.calibration.sets` hands out; a
test holds the two together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from eval.validation.item import Seen

Meta = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of a file of labels beyond its records."""

    title: str
    cluster: Callable[[str, Meta], str]
    """Cluster of an item, by its evidence and its ``meta``."""
    seen: Callable[[str, str], Seen]
    """What an item was used for, by split and cluster."""


def origin(path: Path) -> Origin:
    """Return what is known of a file, by its own name and its folder's."""
    stem = path.name.split(".")[0]
    return _KNOWN.get(f"{path.parent.name}/{stem}") or Origin(stem, _said_or_evidence, _unseen)


def _evidence(context: str, _: Meta) -> str:
    return sha256(context.encode("utf-8", "surrogatepass")).hexdigest()


def _said_or_evidence(context: str, meta: Meta) -> str:
    said = meta.get("cluster") or meta.get("doc_id")
    return str(said) if said else _evidence(context, meta)


def _unseen(_split: str, _cluster: str) -> Seen:
    return ""


def _calibrated_on_dev(split: str, _: str) -> Seen:
    return "calibration" if split == "dev" else ""


def _four_fifths(_: str, cluster: str) -> Seen:
    """Return the part of an item of SciFact: 60 % of its abstracts were fitted on, 20 % held out.

    The 20 % between them served for calibration; they are marked as the rest is.
    """
    drawn = int(sha256(cluster.encode()).hexdigest()[:8], 16) % 10
    return "fitting" if drawn < 8 else ""


_KNOWN = {
    "attributionbench/dev": Origin("AttributionBench", _evidence, _calibrated_on_dev),
    "attributionbench/test500": Origin("AttributionBench", _evidence, _unseen),
    "attributionbench/test_ood": Origin("AttributionBench", _evidence, _unseen),
    "check-covid/check_covid": Origin("Check-COVID", _evidence, _unseen),
    "healthver/healthver": Origin("HealthVer", _evidence, _unseen),
    "qags/qags": Origin("QAGS", _evidence, _unseen),
    "scifact/scifact": Origin("SciFact", _evidence, _four_fifths),
    "summedits/summedits_other": Origin("SummEdits", _said_or_evidence, _unseen),
    "wice/wice_claim": Origin("WiCE", _evidence, _calibrated_on_dev),
}
