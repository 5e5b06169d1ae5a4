"""Strings that attack a page, from the shared lists, and what they must not become."""

import json
from pathlib import Path

FORBIDDEN = (
    *("img", "iframe", "svg", "form", "script", "object", "embed", "link", "meta", "base"),
    *("video", "audio", "picture", "source", "style", "math", "template", "textarea", "select"),
)
"""Elements that nothing of a paper, a person or a model may become."""


def hostile(shared: Path) -> list[str]:
    """Return all strings of the three lists, each once."""
    lists = shared / "adversarial"
    found = [
        each["payload"]
        for each in json.loads((lists / "dompurify-fixtures" / "expect.json").read_text("utf-8"))
    ]
    found += json.loads((lists / "naughty-strings" / "blns.json").read_text("utf-8"))
    for path in sorted((lists / "payloads-all-the-things" / "XSS_Injection").rglob("*.txt")):
        found += path.read_bytes().decode("utf-8", "replace").splitlines()
    return list(dict.fromkeys(text for text in found if text.strip()))
