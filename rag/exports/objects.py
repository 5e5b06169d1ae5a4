"""JSON: the contract of ``attest ask --json`` with time, papers and a hash over it all."""

import json
from importlib.metadata import PackageNotFoundError, version

from rag.contract import Json, answered, escaped, stored
from rag.exports.exported import Exported, Options
from rag.exports.keys import keys
from rag.exports.ordering import ordered
from rag.schema import text_hash

FORMAT = "attest-export"
HASH = "sha256"


def write(exported: Exported, options: Options) -> str:
    """Return the answers and the full papers that they cite."""
    content = _content(exported, options)
    text = json.dumps({**content, HASH: hashed(content)}, ensure_ascii=False, indent=2)
    return escaped(text) + "\n"


def hashed(content: Json) -> str:
    """Return the SHA-256 of an export without its hash: canonical JSON, keys sorted, ASCII."""
    kept = {name: value for name, value in content.items() if name != HASH}
    return text_hash(json.dumps(kept, sort_keys=True, separators=(",", ":"), allow_nan=False))


def _content(exported: Exported, options: Options) -> Json:
    names = keys(exported.papers)
    return {
        "format": FORMAT,
        "version": 1,
        "attest": _version(),
        "answers": [
            {**answered(each.answer), "conversation": each.conversation, "date": each.time}
            for each in exported.items
        ],
        "papers": [
            {"key": names[each.id], **stored(each)}
            for each in ordered(exported.papers, options.order)
        ],
    }


def _version() -> str:
    try:
        return version("attest-rag")
    except PackageNotFoundError:
        return "from a source tree"
