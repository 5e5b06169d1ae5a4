"""Seeds for fuzzing, taken from real files, and what is done to them.

A mutated input is a function of the seeds, the name of the reader, the seed and its number, so
that any one can be made again alone.
"""

import io
import random
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.errors import SourceError
from rag.sources import READERS, recognise

PIECE = 8_000
"""Characters of a seed; longer files give pieces."""

MOST = 60
"""Seeds of a reader that are used."""

_TOKENS = (
    *("{", "}", '"', "<", ">", "&", "#", "@", "\\", "\n", "\r\n", "\n\n", "\t", ",", ";", "|", ":"),
    *(
        "\0",
        "\ufeff",
        "\u202e",
        "\\ud800",
        "\u2028",
        "é",
        "漢",
        "𝔸",
        "\x1b[31m",
        "  - ",
        "ER  - ",
        "TY",
    ),
    *(
        "null",
        "[]",
        "{}",
        "1e999",
        "-0",
        "]]>",
        "<![CDATA[",
        "<!DOCTYPE a [",
        "&amp;",
        "&#0;",
        "<!--",
    ),
    *(
        "@string{a = ",
        "\\'",
        "$",
        "PMID- ",
        "<b>",
        "</b>",
        "xmlns:a='b'",
        '"a":',
        "10.1000/x",
        "9" * 30,
    ),
)
_SHEET = (
    '<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>Title</t></is></c>'
    '<c t="inlineStr"><is><t>Abstract</t></is></c></row><row r="2"><c t="inlineStr">'
    '<is><t>Bees</t></is></c><c t="s"><v>0</v></c></row></sheetData></worksheet>'
)
_BOOK = {
    "[Content_Types].xml": "<Types/>",
    "xl/workbook.xml": '<workbook><sheets><sheet name="a" id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Type="x/worksheet" '
    'Target="worksheets/s1.xml"/><Relationship Id="r2" Type="x/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>',
    "xl/sharedStrings.xml": "<sst><si><t>Bees fly in small gardens.</t></si></sst>",
    "xl/worksheets/s1.xml": _SHEET,
}
_OWN = {
    "aclxml": """<?xml version='1.0'?><collection id="2020.acl"><volume id="main"><meta>
<booktitle>Proceedings of ACL</booktitle><year>2020</year></meta><paper id="1"><title>On
<fixed-case>BERT</fixed-case> and <i>bees</i></title><author><first>Ada</first><last>Byron</last>
</author><abstract>Bees <tex-math>x_1</tex-math> fly.</abstract><url>2020.acl-main.1</url>
<doi>10.1/x</doi></paper></volume></collection>""",
    "webpages": """<!DOCTYPE html><html><head><meta name="citation_title" content="Bees fly">
<meta name="citation_author" content="Byron, Ada"><meta name="citation_date" content="2020/01/02">
<meta name="citation_doi" content="10.1000/x"><meta name="description" content="Bees &amp; ants.">
<title>Bees</title></head><body><h1>Bees fly</h1><blockquote class="abstract">Abstract: Bees fly in
gardens and come home again, as we show.</blockquote><script>var a = "</p>";</script></body>
</html>""",
}
"""For formats of which the shared data hold no file."""


def own() -> Mapping[str, str]:
    """Return a text of our own for each format of which the shared data hold no file."""
    return _OWN


def seeds(folders: Sequence[Path]) -> dict[str, list[str]]:
    """Return pieces of the files below folders by the reader that recognises the file."""
    found: dict[str, list[str]] = {reader.name: [] for reader in READERS}
    for folder in folders:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            try:
                name = recognise(path).name
            except SourceError:
                continue
            text = path.read_bytes()[: 20 * PIECE].decode("utf-8", "replace")
            found[name] += _pieces(text)
    for name, text in _OWN.items():
        found[name].append(text)
    # From every file something, not all from the largest.
    return {name: _spread(pieces) for name, pieces in found.items()}


def _pieces(text: str) -> list[str]:
    whole = [text[:PIECE]]
    return whole + [text[at : at + PIECE] for at in range(PIECE, len(text), 5 * PIECE)]


def _spread(pieces: list[str]) -> list[str]:
    step = max(1, len(pieces) // MOST)
    return pieces[::step][:MOST]


def mutated(pieces: Sequence[str], name: str, seed: int, number: int) -> str:
    """Return one input: a piece, or two of them, changed in one to eight places."""
    chance = random.Random(f"{name}:{seed}:{number}")
    text = chance.choice(pieces)
    if chance.random() < 0.3:
        other = chance.choice(pieces)
        text = text[: chance.randrange(len(text) + 1)] + other[chance.randrange(len(other) + 1) :]
    for _ in range(chance.randint(1, 8)):
        text = _changed(text, chance)
    return text


def _changed(text: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice((1, 1, 2, 5, 30, 400)))
    way = chance.randrange(16)
    if way == 0:
        return text[:start]
    if way < 4:
        return text[:start] + text[end:]
    if way < 7:
        return text[:start] + text[start:end] * chance.choice((2, 3, 20)) + text[end:]
    if way < 10:
        sign = chr(chance.choice((chance.randrange(256), chance.randrange(0x3000))))
        return text[:start] + sign + text[start + 1 :]
    token = chance.choice(_TOKENS) * chance.choice((1, 1, 2, 50))
    return text[:start] + token + text[start if way < 13 else end :]


def workbook(seed: int, number: int) -> bytes:
    """Return a workbook of which a member, or in one of four cases the archive, is damaged."""
    chance = random.Random(f"workbook:{seed}:{number}")
    members: Mapping[str, str] = dict(_BOOK)
    broken = chance.choice(list(members))
    if chance.random() < 0.75:
        changed = mutated([members[broken]], broken, seed, number)
        members = {**members, broken: changed}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content.encode("utf-8", "surrogatepass"))
    data = bytearray(buffer.getvalue())
    if members == _BOOK:
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)
