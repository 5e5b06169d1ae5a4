"""PubMed XML: sections, names, dates, identifiers, books, and what stands in for what."""

from pathlib import Path

import pytest

from rag.schema import Record, Rejection, Source
from rag.sources import pubmedxml

SHARED = {
    "efetch-markup-in-abstract.xml": (1, 1),
    "efetch-mathml-in-abstract.xml": (1, 1),
    "efetch-one-article.xml": (1, 1),
    "efetch-structured-abstract.xml": (2, 2),
    "efetch-two-old-articles.xml": (2, 2),
    "metapub-collective-author.xml": (1, 1),
    "metapub-greek-and-superscript.xml": (1, 1),
    "metapub-labelled-sections.xml": (1, 1),
    "metapub-no-abstract.xml": (1, 0),
}
"""Records and those with an abstract in the shared files."""

FULL = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://dtd.invalid/p.dtd">
<PubmedArticleSet>
<PubmedArticle>
<MedlineCitation Status="MEDLINE" Owner="NLM">
 <PMID Version="1">70001</PMID>
 <Article PubModel="Print">
  <Journal>
   <JournalIssue><PubDate><Year>2019</Year><Month>May</Month></PubDate></JournalIssue>
   <Title>Journal of tidal pools</Title><ISOAbbreviation>J Tid Pools</ISOAbbreviation>
  </Journal>
  <ArticleTitle>Salt in <i>Littorina</i> at 10<sup>3</sup> lux.</ArticleTitle>
  <ELocationID EIdType="pii" ValidYN="Y">S1</ELocationID>
  <ELocationID EIdType="doi" ValidYN="N">10.1000/wrong</ELocationID>
  <ELocationID EIdType="doi" ValidYN="Y">10.1000/POOL.1</ELocationID>
  <Abstract>
   <AbstractText Label="AIM" NlmCategory="OBJECTIVE">We count snails.</AbstractText>
   <AbstractText Label="UNLABELLED">Some <b>hid</b>.</AbstractText>
   <AbstractText Label="RESULT:"/>
   <AbstractText>Few (<i>n</i>=4) left.</AbstractText>
   <CopyrightInformation>Copyright 2019 Pools.</CopyrightInformation>
  </Abstract>
  <AuthorList CompleteYN="Y">
   <Author ValidYN="Y"><LastName>Byron</LastName><ForeName>Ada M</ForeName><Initials>AM</Initials>
    <Suffix>Jr</Suffix><AffiliationInfo><Affiliation>Shore.</Affiliation></AffiliationInfo></Author>
   <Author ValidYN="N"><LastName>Ly</LastName><ForeName>Bo</ForeName></Author>
   <Author ValidYN="Y"><LastName>Li</LastName><Initials>B</Initials></Author>
   <Author ValidYN="Y"><CollectiveName>Pool Watch</CollectiveName></Author>
  </AuthorList>
  <ArticleDate DateType="Electronic"><Year>2018</Year></ArticleDate>
 </Article>
 <OtherAbstract Type="Publisher" Language="fre"><AbstractText>Des limaces.</AbstractText>
 </OtherAbstract>
</MedlineCitation>
<PubmedData>
 <ArticleIdList><ArticleId IdType="pubmed">70001</ArticleId>
  <ArticleId IdType="pmc">PMC7654321</ArticleId></ArticleIdList>
 <ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1000/cited</ArticleId>
 </ArticleIdList></Reference></ReferenceList>
</PubmedData>
</PubmedArticle>
</PubmedArticleSet>
"""


def read(text: str) -> list[Record | Rejection]:
    def place(position: int) -> Source:
        return Source(file="papers.xml", position=position, format="pubmedxml")

    return list(pubmedxml.read(text.splitlines(keepends=True), place))


def one(text: str) -> Record:
    (found,) = read(text)
    assert isinstance(found, Record), found.reason
    return found


def article(inside: str, *, citation: str = "", data: str = "") -> Record:
    return one(
        "<PubmedArticle><MedlineCitation><PMID>7</PMID>"
        f"<Article><ArticleTitle>T</ArticleTitle>{inside}</Article>{citation}</MedlineCitation>"
        f"<PubmedData>{data}</PubmedData></PubmedArticle>"
    )


def test_every_field_is_taken():
    found = one(FULL)

    assert found.title == "Salt in Littorina at 10^3 lux."
    assert found.abstract == "AIM: We count snails. Some hid. Few (n=4) left."
    assert found.authors == ("Ada M Byron Jr", "B Li", "Pool Watch")
    assert (found.year, found.venue, found.url) == (2019, "Journal of tidal pools", None)
    assert found.identifiers.pairs() == (
        ("doi", "10.1000/pool.1"),
        ("pmid", "70001"),
        ("pmcid", "PMC7654321"),
    )


@pytest.mark.parametrize(
    ("dates", "year"),
    [
        ("<PubDate><MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate>", 1998),
        ("<PubDate><MedlineDate>Spring</MedlineDate></PubDate>", 2007),
        ("<PubDate/>", 2007),
    ],
)
def test_the_year_is_that_of_the_issue_or_else_of_the_article(dates: str, year: int):
    journal = f"<Journal><JournalIssue>{dates}</JournalIssue></Journal>"

    assert article(f"{journal}<ArticleDate><Year>2007</Year></ArticleDate>").year == year


def test_the_doi_may_stand_among_the_ids():
    ids = "<ArticleIdList><ArticleId IdType='doi'>10.1000/a</ArticleId></ArticleIdList>"
    deeper = f"<ReferenceList><Reference>{ids}</Reference></ReferenceList>"

    assert article("", data=ids).identifiers.doi == "10.1000/a"
    assert article("", data=deeper).identifiers.doi is None


def test_the_doi_of_another_version_is_not_taken():
    place = "<ELocationID EIdType='doi' ValidYN='N'>10.1000/wrong</ELocationID>"

    assert article(place).identifiers.doi is None


def test_another_abstract_stands_in_only_where_there_is_none():
    others = "".join(
        f"<OtherAbstract Language='{language}'><AbstractText>{text}</AbstractText></OtherAbstract>"
        for language, text in (("spa", "Otro."), ("eng", "Plain words."))
    )

    assert article("", citation=others).abstract == "Plain words."
    own = "<Abstract><AbstractText>Own.</AbstractText></Abstract>"
    assert article(own, citation=others).abstract == "Own."
    empty = (
        "<Abstract><AbstractText>Abstract available from the publisher.</AbstractText></Abstract>"
    )
    assert article(empty).abstract == ""


def test_a_title_in_its_own_language_stands_in():
    text = (
        "<MedlineCitation><Article><ArticleTitle>[Not Available].</ArticleTitle>"
        "<VernacularTitle>Über Schnecken.</VernacularTitle></Article></MedlineCitation>"
    )

    assert one(text).title == "Über Schnecken."


def test_the_journal_goes_by_the_name_there_is():
    medline = "<MedlineJournalInfo><MedlineTA>J Pools</MedlineTA></MedlineJournalInfo>"

    assert article("", citation=medline).venue == "J Pools"


def test_a_set_of_citations_without_data_is_read():
    text = (
        "<MedlineCitationSet><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>One</ArticleTitle>"
        "</Article></MedlineCitation>\n<MedlineCitation><PMID>2</PMID></MedlineCitation>"
        "<DeleteCitation><PMID>3</PMID><PMID>4</PMID></DeleteCitation></MedlineCitationSet>"
    )

    first, second, third = read(text)

    assert isinstance(first, Record)
    assert first.identifiers.pmid == "1"
    assert isinstance(second, Rejection)
    assert second.reason == "line 2: neither title nor abstract"
    assert isinstance(third, Rejection)
    assert third.reason == "line 2: deleted by PubMed: 3 4"


def test_a_chapter_and_a_book_are_read():
    book = (
        "<Book><BookTitle>Shores</BookTitle><PubDate><Year>2011</Year></PubDate>"
        "<AuthorList Type='editors'><Author><LastName>Ed</LastName></Author></AuthorList></Book>"
    )
    authors = "<AuthorList Type='authors'><Author><LastName>Au</LastName></Author></AuthorList>"
    abstract = "<Abstract><AbstractText>Words.</AbstractText></Abstract>"
    ids = "<ArticleIdList><ArticleId IdType='doi'>10.1000/b</ArticleId></ArticleIdList>"
    chapter = f"<ArticleTitle>Tides</ArticleTitle>{authors}"
    text = "".join(
        f"<PubmedBookArticle><BookDocument><PMID>5</PMID>{ids}{book}{own}{abstract}</BookDocument>"
        "</PubmedBookArticle>"
        for own in (chapter, "")
    )

    first, second = read(f"<PubmedBookArticleSet>{text}</PubmedBookArticleSet>")

    assert isinstance(first, Record)
    assert (first.title, first.venue, first.authors) == ("Tides", "Shores", ("Au",))
    assert (first.year, first.abstract, first.identifiers.doi) == (2011, "Words.", "10.1000/b")
    assert isinstance(second, Record)
    assert (second.title, second.venue, second.authors) == ("Shores", None, ("Ed",))


def test_articles_may_stand_without_a_set():
    text = "<PubmedArticle><MedlineCitation><Article><ArticleTitle>{}</ArticleTitle></Article>"
    ends = "</MedlineCitation></PubmedArticle>\n"

    found = read(text.format("One") + ends + text.format("Two") + ends)

    assert [record.title for record in found if isinstance(record, Record)] == ["One", "Two"]


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (FULL, True),
        ("<PubmedBookArticle>", True),
        ("<html><body>&lt;PubmedArticle&gt;</body></html>", False),
        ("<eSummaryResult><DocSum/></eSummaryResult>", False),
        ("PMID- 7", False),
    ],
)
def test_the_outermost_element_tells_the_format(head: str, claimed: bool):
    assert (pubmedxml.sniff(head) > 0) == claimed


def shared(folder: Path, name: str) -> list[Record | Rejection]:
    text = (folder / "formats/pubmed-xml" / name).read_text(encoding="utf-8")
    assert pubmedxml.sniff(text) > 0.9
    return read(text)


@pytest.mark.parametrize("name", SHARED)
def test_shared_files_give_what_they_hold(shared_data: Path, name: str):
    found = shared(shared_data, name)

    records = [record for record in found if isinstance(record, Record)]
    assert len(found) == len(records)
    assert (len(records), sum(1 for record in records if record.abstract)) == SHARED[name]


def test_all_shared_files_are_known(shared_data: Path):
    assert {file.name for file in (shared_data / "formats/pubmed-xml").iterdir()} == set(SHARED)


def test_labelled_sections_are_as_a_person_reads_them(shared_data: Path):
    (found,) = shared(shared_data, "metapub-labelled-sections.xml")

    assert isinstance(found, Record)
    assert found.title.startswith("Hfe mutations and iron overload in patients")
    assert found.abstract.startswith("CONTEXT: Alcoholic liver disease (ALD)")
    assert " alcoholic patients. OBJECTIVES: To compare" in found.abstract
    assert found.abstract.endswith("disease activity or severity.")
    assert found.authors == (
        "Luís Costa-Matos",
        "Paulo Batista",
        "Nuno Monteiro",
        "Pedro Henriques",
        "Fernando Girão",
        "Armando Carvalho",
    )
    assert (found.year, found.venue) == (2013, "Arquivos de gastroenterologia")
    assert found.identifiers.pairs() == (
        ("doi", "10.1590/s0004-28032013000100008"),
        ("pmid", "23657305"),
    )


def test_markup_is_as_a_person_reads_it(shared_data: Path):
    (found,) = shared(shared_data, "efetch-markup-in-abstract.xml")

    assert isinstance(found, Record)
    assert found.title.endswith("on chromosome 19 and the APOE locus.")
    assert found.abstract.startswith("The apolipoprotein E (APOE) gene on")
    assert found.abstract.endswith("contribution of CD33 to AD susceptibility.")
    assert (len(found.authors), found.authors[0]) == (24, "Sonia Moreno-Grau")
    assert (found.year, found.venue) == (2018, "Oncotarget")
    assert found.identifiers.pairs() == (
        ("doi", "10.18632/oncotarget.25083"),
        ("pmid", "29872490"),
        ("pmcid", "PMC5973862"),
    )


def test_a_group_is_an_author(shared_data: Path):
    (found,) = shared(shared_data, "metapub-collective-author.xml")

    assert isinstance(found, Record)
    assert found.authors == (
        "Guideline Development Panel for the Treatment of Depressive Disorders",
    )
    assert (found.year, found.identifiers.pmid) == (2022, "34843274")


def test_importer_fixtures_are_read_or_rejected(shared_data: Path):
    folder = shared_data / "adversarial/jabref-importers/fileformat"
    told = {
        "ArticleID": 1,
        "ArticleItalics": 1,
        "ArticleNoISSN": 1,
        "BookArticleSet": 2,
        "KeywordSingleEntry": 1,
        "MalformedEntry": 1,
        "MathML": 1,
        "MeshHeadingList": 1,
        "MinimalEntry": 1,
        "Nbib": 2,
        "PubmedBook": 1,
    }
    found = {name: (folder / f"MedlineImporterTest{name}.xml").read_text("utf-8") for name in told}

    assert {name: len(read(text)) for name, text in found.items()} == told
    (malformed,) = read(found["MalformedEntry"])
    assert isinstance(malformed, Rejection)
    assert malformed.reason.startswith("line 4: broken XML (mismatched tag)")
