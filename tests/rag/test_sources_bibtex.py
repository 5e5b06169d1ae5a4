"""BibTeX: values, names, LaTeX, broken entries, and that no entry is lost in silence."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import grows_linearly

from rag.schema import Record, Rejection
from rag.sources import read_papers
from rag.sources.bibnames import people
from rag.sources.cleaning import clean
from rag.sources.latex import plain


def saved(folder: Path, text: str) -> Path:
    path = folder / "library.bib"
    path.write_text(text, encoding="utf-8")
    return path


def one(folder: Path, fields: str, kind: str = "article") -> Record:
    (found,) = read_papers(saved(folder, f"@{kind}{{key,\n{fields}\n}}\n"))
    assert isinstance(found, Record), found.reason
    return found


def test_every_field_is_taken(tmp_path: Path):
    found = one(
        tmp_path,
        """  Title = {{On} {B}races},
  AUTHOR = "Byron, Ada and Bo {von} Li",
  abstract = {Two
    lines.},
  journaltitle = {Journal}, date = {2019-05}, Doi = {https://doi.org/10.1000/X\\_1},
  eprint = {2001.00001v2}, archiveprefix = {arXiv}, pmid = 12,
  url = {\\url{https://example.org/~a\\_b}},""",
    )

    assert (found.title, found.abstract) == ("On Braces", "Two lines.")
    assert found.authors == ("Ada Byron", "Bo von Li")
    assert (found.year, found.venue, found.key) == (2019, "Journal", None)
    assert found.url == "https://example.org/~a_b"
    assert found.identifiers.pairs() == (
        ("doi", "10.1000/x_1"),
        ("arxiv", "2001.00001"),
        ("pmid", "12"),
    )
    assert (found.source.format, found.source.position) == ("bibtex", 1)


@pytest.mark.parametrize(
    ("fields", "arxiv"),
    [
        ("eprint = {2001.00001},", "2001.00001"),
        ("eprint = {3250920}, eprinttype = {jstor},", None),
        ("journal = {arXiv preprint arXiv:2001.00001},", "2001.00001"),
        ("journal = {CoRR}, volume = {abs/2001.00001},", "2001.00001"),
        ("url = {https://arxiv.org/abs/2001.00001},", "2001.00001"),
    ],
)
def test_the_arxiv_id_is_found_where_tools_put_it(tmp_path, fields: str, arxiv: str | None):
    assert one(tmp_path, f"title = {{T}}, {fields}").identifiers.arxiv == arxiv


def test_macros_are_joined_and_know_no_case(tmp_path: Path):
    text = """@string{JMLR = "Journal of {ML}" # { Research}}
@STRING(pub = {Pub})
@article{a, title = "A # B" # {, C}, journal = jmlr # " (" # PUB # ")", year = 2001}
@article{b, title = {T}, journal = unknown}"""

    first, second = read_papers(saved(tmp_path, text))

    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.title, first.venue) == ("A # B, C", "Journal of ML Research (Pub)")
    assert second.venue == "unknown"


def test_macros_reach_over_the_pieces_of_a_long_file(tmp_path: Path):
    filler = "@article{k, title = {T}, abstract = {" + "word " * 200 + "}}\n"
    text = "@string{j = {Journal}}\n" + filler * 600 + "@article{z, title = {Z}, journal = j}\n"

    found = list(read_papers(saved(tmp_path, text)))

    assert len(found) == 601
    assert isinstance(found[-1], Record)
    assert found[-1].venue == "Journal"


def test_remarks_preambles_and_comments_are_no_entries(tmp_path: Path):
    text = """% Encoding: UTF-8
@PREAMBLE{" \\makeatletter \\@ifundefined{url}{\\newcommand{\\url}[1]{\\texttt{#1}}}{} "}
Free text here.
@article{a, title = {One}}
@comment{jabref-meta: groupsversion:3;}
@Article ( b, title = {Two} )
@ misc
{ c, title = "Three" }
@online-thing{d, title = {Four}}"""

    records = [one for one in read_papers(saved(tmp_path, text)) if isinstance(one, Record)]
    assert [found.title for found in records] == [
        "One",
        "Two",
        "Three",
        "Four",
    ]


def test_repeated_keys_and_fields_are_no_fault(tmp_path: Path):
    text = "@article{a, title={One}}\n@article{a, title={Two}, title={Three}}"

    records = [one for one in read_papers(saved(tmp_path, text)) if isinstance(one, Record)]
    assert [found.title for found in records] == ["One", "Two"]


def test_titles_come_from_where_they_are(tmp_path: Path):
    assert one(tmp_path, "title={A}, subtitle={B}").title == "A: B"
    assert one(tmp_path, "booktitle={Proceedings}", "proceedings").title == "Proceedings"


def test_an_entry_without_title_and_abstract_is_rejected_with_its_line(tmp_path: Path):
    text = "\n\n@article{a, title={One}}\n@article{b,\n year=2001}\n@misc{c, abstract={Words.}}"

    first, second, third = read_papers(saved(tmp_path, text))

    assert isinstance(first, Record)
    assert isinstance(second, Rejection)
    assert (second.source.position, second.reason) == (2, "line 4: neither title nor abstract")
    assert isinstance(third, Record)


def test_a_broken_field_costs_that_field_only(tmp_path: Path):
    text = """@article{a,
  title = {One},
  publisher = {Taylor {{\\&} Francis},
  abstract = {Words.},
  year = 2001,
}

@article{b, title = {Two}}"""

    first, second = read_papers(saved(tmp_path, text))

    assert isinstance(first, Record)
    assert (first.title, first.abstract, first.year) == ("One", "Words.", 2001)
    assert isinstance(second, Record)


def test_a_broken_title_or_abstract_costs_the_entry_and_no_other(tmp_path: Path):
    text = """@article{a,
  title = {One},
  abstract = {Words {that never end,
  year = 2001,
}
@article{b, title = {Two}}
@article{c, title = {Cut"""

    first, second, third = read_papers(saved(tmp_path, text))

    assert isinstance(first, Rejection)
    assert first.reason.startswith("line 1: ")
    assert isinstance(second, Record)
    assert isinstance(third, Rejection)
    assert (third.source.position, third.reason[:7]) == (3, "line 7:")


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Byron, Ada and Li, Bo", ("Ada Byron", "Bo Li")),
        ("{The ATLAS Collaboration} and Byron, Ada", ("The ATLAS Collaboration", "Ada Byron")),
        ("{Barnes and Noble} and others", ("Barnes and Noble",)),
        ("{Barnes, Inc.}", ("Barnes, Inc.",)),
        ("van Beethoven, Jr., Ludwig", ("Ludwig van Beethoven Jr.",)),
        ("Donald~E. Knuth\n  AND  D{\\'e}sir\\'ee Nu\\~nez", ("Donald E. Knuth", "Désirée Nuñez")),
        ("family=Beethoven, given=Ludwig, prefix=van", ("Ludwig van Beethoven",)),
        ("Anderson, Andy and Sandy Brandt", ("Andy Anderson", "Sandy Brandt")),
        ("{\\O}sterg{\\aa}rd, S{\\o}ren", ("Søren Østergård",)),
        ("", ()),
        (" and ", ()),
        ("}{ and {", ("and",)),
    ],
)
def test_names_are_split_before_they_are_decoded(field: str, names: tuple[str, ...]):
    assert people(field) == names


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("plain text -- as ``it'' is, 5~10", "plain text -- as ``it'' is, 5 10"),
        ('G{\\"o}del and G\\"odel and G{\\"{o}}del', "Gödel and Gödel and Gödel"),
        ("\\'{\\i}, \\c{c}, \\v s, \\H{o}, \\k{a}, \\r a, \\.z", "í, ç, š, ő, ą, å, ż"),
        ("{\\ss} \\ae{} \\O re \\L{}", "ß æ Øre Ł"),
        ("50\\% of \\$5 \\& \\#1 \\_x \\{y\\}", "50% of $5 & #1 _x {y}"),
        ("about ~10% {of} it", "about ~10% of it"),
        ("\\emph{very {nested} words} \\textbf{bold}", "very nested words bold"),
        ("\\textendash{} \\textquotedblleft a\\textquotedblright", "– “a”"),
        ("{Cu$_2$O} and $\\alpha_{i}$", "Cu$_2$O and $\\alpha_{i}$"),
        ("a \\(x_{1}\\) b", "a \\(x_{1}\\) b"),
        ("\\href{https://x.org}{here}\\cite{k}", "here"),
        ("\\unknowncommand{x}", "\\unknowncommandx"),
        ("C:\\textbackslash{}new", "C:\\new"),
        ("{\\textbraceleft}x\\textbraceright{} y", "{x} y"),
        ("costs $5 {US}", "costs $5 US"),
        ("line\\\\break", "line break"),
        ("\\LaTeX is", "LaTeX is"),
        ("O(n \\log n)", "O(n log n)"),
        ("\\", "\\"),
        ("}{", ""),
    ],
)
def test_latex_becomes_text_and_maths_stays(latex: str, text: str):
    assert plain(latex) == text


ESCAPES = {
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "{}$%&#_"},
}


def escaped(text: str) -> str:
    return "".join(ESCAPES.get(sign, sign) for sign in text)


def written(rows: list[tuple[str, str, list[tuple[str, str]]]]) -> str:
    return "\n".join(
        f"@article{{k{number},\n  title = {{{escaped(title)}}},\n"
        f"  abstract = {{{escaped(abstract)}}},\n"
        f"  author = {{{' and '.join(f'{family}, {given}' for given, family in names)}}}\n}}"
        for number, (title, abstract, names) in enumerate(rows)
    )


texts = st.text(max_size=50).map(clean).filter(lambda text: not text.startswith("@"))
letters = st.text(alphabet="abcdefghijkxyzÄÖÜéñçőŁ", min_size=1, max_size=8)
rows = st.lists(
    st.tuples(texts.filter(bool), texts, st.lists(st.tuples(letters, letters), max_size=3)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=120, deadline=None)
@given(rows)
def test_titles_abstracts_and_authors_written_as_bibtex_read_back_equal(tmp_path_factory, rows):
    path = saved(tmp_path_factory.mktemp("round"), written(rows))

    back = [
        (one.title, one.abstract, list(one.authors))
        for one in read_papers(path)
        if isinstance(one, Record)
    ]

    assert back == [
        (title, abstract, [f"{given} {family}" for given, family in names])
        for title, abstract, names in rows
    ]


def test_naughty_strings_come_back_as_their_clean_selves(tmp_path: Path, shared_data: Path):
    strings = json.loads((shared_data / "adversarial/naughty-strings/blns.json").read_text("utf-8"))
    cleaned = [clean(text) for text in strings]

    found = list(read_papers(saved(tmp_path, written([(f"x {t}", t, []) for t in cleaned]))))

    assert len(found) == len(strings) > 500
    for text, back in zip(cleaned, found, strict=True):
        assert isinstance(back, Record)
        assert (back.title, back.abstract) == (clean(f"x {text}"), text)


@pytest.mark.parametrize(
    ("name", "records", "abstracts", "rejected"),
    [
        ("jabref-managed-library.bib", 216, 79, 1),  # one entry has neither title nor abstract
        ("zotero-betterbibtex-export.bib", 213, 83, 0),
        ("zotero-export.biblatex.bib", 12, 12, 0),
        ("pmlr-aistats17.bib", 161, 160, 0),
        ("windows-1252-encoded.bib", 1, 1, 0),
        ("gbk-encoded.bib", 1, 0, 0),
    ],
)
def test_real_exports_give_the_counts_they_should(
    shared_data: Path, name: str, records: int, abstracts: int, rejected: int
):
    found = list(read_papers(shared_data / "formats" / "bibtex" / name))

    kept = [one for one in found if isinstance(one, Record)]
    assert (len(kept), sum(bool(one.abstract) for one in kept)) == (records, abstracts)
    assert len(found) - len(kept) == rejected


OPENING = re.compile(r"^[ \t]*%?@[ \t]*([^\s{}(),=\"@]+)\s*[{(]", re.MULTILINE)


def test_no_entry_of_the_torture_files_is_lost_in_silence(shared_data: Path):
    files = sorted((shared_data / "adversarial/better-bibtex-import/bib").iterdir())
    assert len(files) == 92
    for file in files:
        kinds = OPENING.findall(file.read_text("utf-8-sig", errors="replace"))
        entries = [kind for kind in kinds if kind.lower() not in ("comment", "string", "preamble")]

        assert len(list(read_papers(file))) == len(entries), file.name


@pytest.mark.parametrize(
    "part",
    [
        "@article{k, title={x}}\n",
        "@article{k,\n title={x\n",
        "@a{",
        "@a{k\n",
        "a = {x, ",
        "\na = {x",
        '"#"',
        "$\\(",
        "\\'{",
        "\\",
        " and ",
        "\n",
    ],
)
def test_time_grows_with_size_only(tmp_path: Path, part: str):
    def read(count: int) -> None:
        path = saved(tmp_path, "@article{k, title={t}, author={" + part * count)
        for _ in read_papers(path):
            pass

    assert grows_linearly(read, size=1_000)
