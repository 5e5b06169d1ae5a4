"""What readers tell of papers that were taken back, and that it is never lost on the way."""

import json
from collections.abc import Iterable
from itertools import permutations
from pathlib import Path

import pytest
from light import library_of

from rag import retractions
from rag.exports.exported import Exported, Options
from rag.exports.formats import write
from rag.identity import identify, identity_keys
from rag.schema import Identifiers, Paper, Record, Source
from rag.sources import read_papers

WITHDRAWN = "This paper has been withdrawn by the author: Lemma 2 is wrong"
PUBMED = """<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article>
<ArticleTitle>{title}</ArticleTitle><PublicationTypeList><PublicationType UI="D016428">{kind}
</PublicationType></PublicationTypeList></Article><CommentsCorrectionsList><CommentsCorrections
RefType="{reference}"><RefSource>Lancet. 2010;375:445</RefSource></CommentsCorrections>
</CommentsCorrectionsList></MedlineCitation></PubmedArticle></PubmedArticleSet>"""
NBIB = "PMID- 12\nTI  - On owls\nPT  - {kind}\n{tag} - Lancet. 2010;375:445\n"
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
<entry><id>http://arxiv.org/abs/2001.00001v2</id><title>On owls</title><summary>Owls.</summary>
<arxiv:comment>{comment}</arxiv:comment></entry></feed>"""
OAI = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><metadata>
<arXiv><id>2001.00001</id><title>On owls</title><comments>{comment}</comments></arXiv>
</metadata></record></ListRecords></OAI-PMH>"""
IN_BRIEF = "retracted: Lancet. 2010;375:445"


def taken_back(folder: Path, content: str) -> str | None:
    (folder / "file").write_text(content, encoding="utf-8")
    (found,) = read_papers(folder / "file")
    assert isinstance(found, Record), found
    return found.retraction


@pytest.mark.parametrize(
    ("title", "expected", "plain"),
    [
        ("RETRACTED: On owls", "retracted", "On owls"),
        ("[Retracted] On owls", "retracted", "On owls"),
        ("Retracted article: On owls", "retracted", "On owls"),
        ("RETRACTED ARTICLE On owls", "retracted", "On owls"),
        ("WITHDRAWN: On owls", "withdrawn", "On owls"),
        ("On owls (Retracted)", "retracted: Retracted", "On owls"),
        ("On owls (Retracted article. See 3)", "retracted: Retracted article. See 3", "On owls"),
        ("Retraction: On owls", None, None),
        ("Retraction of On owls (Retraction of vol 3, pg 4)", None, None),
        ("Retracted papers in medicine: a study", None, None),
        ("RETRACTED PUBLICATIONS", None, None),
        ("Study withdrawn patients", None, None),
        ("", None, None),
    ],
)
def test_a_title_may_say_it(title: str, expected: str | None, plain: str | None):
    assert retractions.in_title(title) == expected
    assert retractions.unmarked(title) == (title if plain is None else plain)


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        (WITHDRAWN, True),
        ("withdrawn", True),
        ("12 pages; withdrawn by arXiv administrators", True),
        ("The submission has been temporarily withdrawn", True),
        ("5 pages. An earlier version was withdrawn", False),
        ("replaces withdrawn arXiv:2001.00001", False),
        ("Withdrawn from ICML 2019", False),
        ("12 pages, 3 figures", False),
    ],
)
def test_arxiv_says_it_in_the_comment(tmp_path: Path, comment: str, found: bool):
    expected = f"withdrawn: {comment}" if found else None
    kaggle = {"id": "2001.00001", "title": "On owls", "abstract": "Owls.", "comments": comment}
    line = json.dumps({**kaggle, "authors": "A. B", "categories": "x", "update_date": "2020-01-01"})
    assert taken_back(tmp_path, line) == expected
    assert taken_back(tmp_path, ATOM.format(comment=comment)) == expected
    assert taken_back(tmp_path, OAI.format(comment=comment)) == expected


@pytest.mark.parametrize(
    ("kind", "reference", "tag", "expected"),
    [
        ("Retracted Publication", "CommentIn", "CIN", "retracted"),
        ("Journal Article", "RetractionIn", "RIN", IN_BRIEF),
        ("Retracted Publication", "RetractionIn", "RIN", IN_BRIEF),
        ("Journal Article", "ExpressionOfConcernIn", "ECI", None),
        ("Retraction of Publication", "RetractionOf", "ROF", None),
        ("Journal Article", "ErratumIn", "EIN", None),
    ],
)
def test_pubmed_says_it_by_type_and_reference(
    tmp_path: Path, kind: str, reference: str, tag: str, expected: str | None
):
    if tag == "ECI":
        expected = "expression of concern: Lancet. 2010;375:445"
    xml = PUBMED.format(pmid=12, title="On owls", kind=kind, reference=reference)
    assert taken_back(tmp_path, xml) == expected
    assert taken_back(tmp_path, NBIB.format(kind=kind, tag=tag)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"updated-by": [{"type": "retraction", "DOI": "10.1/N"}]}, "retracted: doi:10.1/n"),
        ({"update-to": [{"type": "withdrawal", "DOI": "10.1000/A"}]}, "withdrawn"),
        ({"update-to": [{"type": "retraction", "DOI": "10.1000/b"}]}, None),
        ({"updated-by": [{"type": "correction", "DOI": "10.1/n"}, None]}, None),
        ({"updated-by": "no list"}, None),
    ],
)
def test_crossref_says_it_by_updates(tmp_path: Path, fields: dict, expected: str | None):
    work = {"DOI": "10.1000/a", "title": ["On owls"], "deposited": {}, **fields}
    assert taken_back(tmp_path, json.dumps({"message-type": "work", "message": work})) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("TY  - JOUR\nTI  - On owls\nM3  - Article; Retracted Publication\nER  - \n", "retracted"),
        ("TY  - JOUR\nTI  - On owls\nN1  - Retracted: by us\nER  - \n", "retracted: by us"),
        (
            "FN X\nVR 1.0\nPT J\nTI On owls\nDT Article; Retracted Publication\nER\nEF\n",
            "retracted",
        ),
        ("@article{a, title={On owls}, note={Withdrawn: by us}}", "withdrawn: by us"),
        ("@article{a, title={On owls}, note={Withdrawn patients were seen}}", None),
        ("title,abstract,Document Type\nOn owls,Owls hunt.,Retracted\n", "retracted"),
        ("title,abstract,Document Type\nOn owls,Owls hunt.,Article\n", None),
        ('{"_id": "1", "title": "On owls", "is_retracted": true}', "retracted"),
        ('{"_id": "1", "title": "On owls", "retraction": "withdrawn: by us"}', "withdrawn: by us"),
        ('{"_id": "1", "title": "On owls", "text": "This article has been retracted."}', "full"),
        ('{"_id": "1", "title": "On owls", "text": "The drug has been withdrawn."}', None),
    ],
)
def test_other_formats_say_it_in_types_notes_and_abstracts(
    tmp_path: Path, content: str, expected: str | None
):
    expected = "retracted: This article has been retracted." if expected == "full" else expected
    assert taken_back(tmp_path, content) == expected


class Nobody:
    """A library without papers."""

    def by_identity(self, keys: Iterable[str]) -> dict[str, Paper]:
        return {}


def test_a_merge_keeps_the_gravest_whatever_the_order():
    def record(position: int, retraction: str | None, title: str = "On the hearing of owls"):
        place = Source(file="a", position=position, format="bibtex")
        names = Identifiers(doi="10.1000/a")
        return Record(source=place, title=title, identifiers=names, retraction=retraction)

    records = [
        record(1, None),
        record(2, "withdrawn: at length, by the authors"),
        record(3, "retracted", "RETRACTED: On the hearing of owls"),
        record(4, "expression of concern: here"),
    ]
    found = {identify(order, Nobody()).papers for order in permutations(records)}
    assert {paper.retraction for papers in found for paper in papers} == {"retracted"}
    assert {len(papers) for papers in found} == {1}


def test_a_mark_in_the_title_is_no_part_of_what_a_paper_is_known_by():
    keys = [
        set(identity_keys(Paper(id="x", title=title)))
        for title in ("On the hearing of owls", "RETRACTED: On the hearing of owls")
    ]
    assert "title:onthehearingofowls" in keys[0] & keys[1]


def test_it_is_part_of_the_metadata_only_where_it_is_told():
    plain, gone = Paper(id="a", title="T"), Paper(id="a", title="T", retraction="retracted")
    assert "retraction" not in plain.metadata
    assert json.loads(gone.metadata)["retraction"] == "retracted"
    assert plain.content_hash != gone.content_hash


def test_it_is_stored_and_the_fingerprint_knows_it(tmp_path: Path):
    row = {"_id": "a", "title": "On owls", "text": "Owls hunt."}
    prints: set[str] = set()
    for name, more in (("plain", {}), ("gone", {"is_retracted": True})):
        (tmp_path / name).write_text(json.dumps({**row, **more}))
        library = library_of(tmp_path / f"library-{name}", tmp_path / name)
        with library.snapshot() as snapshot:
            assert snapshot.paper("a").retraction == ("retracted" if more else None)
            (entry,) = snapshot.entries()
            assert entry.metadata == snapshot.paper("a").metadata
        prints.add(library.verify())
    assert len(prints) == 2


@pytest.mark.parametrize("form", ["bibtex", "ris", "csl"])
def test_it_comes_back_out_of_an_export(tmp_path: Path, form: str):
    gone = Paper(
        id="a", title="On owls", authors=("A. Byron",), retraction=f"withdrawn: {WITHDRAWN}"
    )
    content = write(Exported(items=(), papers=(gone,)), form, Options())
    assert taken_back(tmp_path, content.decode()) == gone.retraction
