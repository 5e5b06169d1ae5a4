"""Taking the dress off what a model writes: lists, tables, fences, emphasis, links, pictures."""

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^\s*(?:```|~~~)")
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$|^\s*\|?(?:\s*:?-+:?\s*\|)+\s*:?-*:?\s*\|?\s*$")
_HEADING = re.compile(r"^\s*#{1,6}\s|^\s*\*\*[^*]+:?\*\*:?\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+•‣–]|\(?\d{1,2}[.)]|>)\s+")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_LEAD_IN = re.compile(r"^[^.!?\[\]【】]{0,120}:\s*$")
_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|!\[[^\]]*\]\[[^\]]*\]")
_LINK = re.compile(r"\[([^\[\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
_ADDRESS = re.compile(
    r"<?\b(?:https?|ftp|file|data|javascript)\s?:\s?//?\S*|\bwww\.\S+|<mailto:\S+"
)
_TAG = re.compile(
    r"<!--.*?-->|</?(?:a|abbr|b|body|br|button|cite|code|div|em|embed|form|h[1-6]|head|html|i|iframe"
    r"|img|input|li|link|mark|math|meta|object|ol|p|pre|script|small|span|strong|style|sub|sup|svg"
    r"|table|tbody|td|th|thead|tr|u|ul|video|audio|base|details|summary)\b[^>]{0,2000}>"
    # Any other name too where it has attributes; ``<mask>`` alone is a word of our field.
    r"|<[a-z][\w:-]*\s[^<>]{0,2000}=[^<>]{0,2000}>",
    re.IGNORECASE | re.DOTALL,
)
_HOST = re.compile(
    r"\b(?:[a-z0-9-]+\.)+(?:[a-z]{2,24}/\S*|(?:com|org|net|io|ai|dev|app|info|biz|xyz|ru|cn|co|me"
    r"|site|online|top|link|click|example|test|invalid|localhost)\b(?!\.\w))",
    re.IGNORECASE,
)
"""An address without its scheme."""
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?![\w*])")
_CODE = re.compile(r"(`+)([^`]*)\1")
_IDS_ALONE = re.compile(r"^\W*(?:[^\W\d_]\W?\d{1,4}\W*)+$")
_ENDED = re.compile(r"[.!?…。！？:;][\"'”’)\]】]*\s*$|[\])】]\s*$")


def prose(text: str) -> list[str]:
    """Return the lines of a text that say something, without their dress.

    A line that goes on on the next is joined with it; a row of a table becomes a line;
    headings, rules, lead-ins such as ``Here is what they say:`` and thoughts are left out.
    """
    lines = list(_joined(_told(bare(text).split("\n"))))
    return [each for each in map(plain, lines) if each and not _LEAD_IN.match(each)]


def bare(text: str) -> str:
    """Return a text without thoughts, pictures and tags."""
    return _TAG.sub("", _PICTURE.sub("", _THOUGHTS.sub("", text)))


def plain(line: str) -> str:
    """Return a line without emphasis, code marks, links and addresses; their words stay."""
    line = _LINK.sub(lambda each: f"[{each[1]}]" if re.search(r"\d", each[1]) else each[1], line)
    line = _HOST.sub("", _ADDRESS.sub("", line))
    for pattern, kept in ((_CODE, r"\2"), (_STRONG, r"\2"), (_EMPHASIS, r"\1")):
        line = pattern.sub(kept, line)
    return " ".join(line.split())


def _told(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield the lines that say something, and whether each begins anew."""
    for number, line in enumerate(lines):
        after = lines[number + 1] if number + 1 < len(lines) else ""
        if not line.strip() or _FENCE.match(line) or _RULE.match(line) or _HEADING.match(line):
            yield "", True
        elif _ROW.match(line):
            if not _RULE.match(after):  # else it names the columns
                yield _row(line), True
        else:
            item = _ITEM.match(line)
            yield (line[item.end() :] if item else line), bool(item)


def _row(line: str) -> str:
    first, *rest = [each.strip() for each in line.strip().strip("|").split("|") if each.strip()]
    ids = [each for each in rest if re.fullmatch(r"[\[(【].*[\])】]", each)]
    said = [each for each in rest if each not in ids]
    return " ".join([f"{first}: {', '.join(said)}" if said else first, *ids])


def _joined(lines: Iterator[tuple[str, bool]]) -> Iterator[str]:
    held = ""
    for line, anew in lines:
        goes_on = _IDS_ALONE.match(line) is not None
        if held and (anew or _ENDED.search(held)) and not goes_on:
            yield held
            held = ""
        held = f"{held} {line.strip()}" if held else line.strip()
    if held:
        yield held
