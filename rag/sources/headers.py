"""What columns are called: names of each field in the exports of databases and by people.

A name counts as its letters and digits without case and accents, so that ``Author(s)``,
``AUTHORS`` and ``author_s`` are one. Two letters are the tags of Web of Science and RIS.
"""

import unicodedata
from collections.abc import Mapping, Sequence

LONGEST_NAME = 80
"""Characters; a longer cell is no name of a column."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "title": tuple(
        "title documenttitle articletitle itemtitle papertitle primarytitle titleprimary ti t1"
        " englishtitle titleenglish worktitle studytitle recordtitle maintitle titles"
        " translatedtitle titletranslated originaltitle displayname"
        " titel titre titulo titolo 题名 标题 篇名 title题名 タイトル 제목 название".split()
    ),
    "abstract": tuple(
        "abstract abstracttext abstractnote notesabstract ab n2 abstractenglish englishabstract"
        " originalabstract abstracts summary summaries summaryabstract zusammenfassung resume"
        " resumen resumo riassunto 摘要 summary摘要 abstract摘要 抄録 초록 аннотация"
        " text description".split()
    ),
    "authors": tuple(
        "authorfullnames authorsfullnames authorfullname af authors authornames authornamesfull"
        " author au authorlist a1 allauthors authorsnames creators creator firstauthors"
        " authorshipsauthordisplayname contributors bookauthorfullnames bookauthors ba bf"
        " groupauthors ca autoren autor auteurs auteur autores autori"
        " 作者 author作者 著者 저자 авторы firstauthor authors1".split()
    ),
    "year": tuple(
        "year publicationyear pubyear yearpublished publishedyear yearofpublication py"
        " publishyear articleyear y1 publicationdate datepublished dateofpublication pubdate"
        " publisheddate published publishtime date coverdate issuedate onlinedate da"
        " earlyaccessdate ea issued jahr annee anno ano"
        " 年 year年 发表时间 pubtime发表时间 год".split()
    ),
    "dated": ("source", "citation"),
    "kind": ("documenttype", "publicationtype", "dt", "typeofdocument"),
    "venue": tuple(
        "sourcetitle publicationtitle publicationname journal journaltitle journalname"
        " journalbook fulljournalname so secondarytitle t2 jf jo venue containertitle booktitle"
        " conferencename conference proceedingstitle conferencetitle proceedings anthologytitle"
        " bookseriestitle publication primarylocationsourcedisplayname hostvenuedisplayname"
        " j9 abbreviatedsourcetitle journalabbreviation pubtitle source zeitschrift revue revista"
        " rivista 刊名 来源 文献来源 source文献来源 журнал".split()
    ),
    "doi": tuple(
        "doi itemdoi di do digitalobjectidentifier digitalobjectidentifierdoi doinumber"
        " articledoi paperdoi doiurl doilink openurllink openurl".split()
    ),
    "pmid": tuple(
        "pmid pubmedid pubmedpmid pubmed pubmednumber pm medlineid medlinepmid ut utuniquewosid"
        "".split()
    ),
    "pmcid": tuple("pmcid pmc pubmedcentralid pmcidnumber".split()),
    "arxiv": tuple("arxivid arxiv arxivnumber arxividentifier id".split()),
    "acl": tuple("aclid aclanthologyid anthologyid acl".split()),
    "openalex": tuple("openalexid openalex id".split()),
    "s2": tuple("s2id s2paperid semanticscholarid paperid".split()),
    "url": tuple(
        "url link articleurl sourceurl sourceurls externalurl landingpageurl weblink articlelink"
        " ur lk href uri plink documenturl doiurl doilink fulltexturl fulltextlink pdflink pdfurl"
        " id".split()
    ),
}
"""Names by field, best first; what holds an identifier, a year or a URL must look like one."""

SIDE = frozenset({"dated", "kind"})
"""Fields that do not speak for a table of papers."""

TABLES = frozenset({"title", "abstract"})
"""Fields by which a table is one of papers."""

NOISE = (
    *("reference", "cited", "affiliation", "address", "keyword", "term", "funding", "note"),
    *("fulltext", "papertext", "body", "comment", "reason", "copyright", "acknowledg", "concept"),
)
"""Parts of names of columns that hold long texts but never an abstract."""


def squeezed(name: str) -> str:
    """Return the letters and digits of a column's name, without case and accents."""
    if len(name) > LONGEST_NAME:
        return ""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in unicodedata.normalize("NFC", _bare(plain)) if sign.isalnum())


def _bare(text: str) -> str:
    return "".join(sign for sign in text if not "\u0300" <= sign <= "\u036f")


def known(cells: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return by field the columns that are named after it, best first."""
    at: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        at.setdefault(squeezed(cell), []).append(index)
    found: dict[str, tuple[int, ...]] = {}
    for field, names in NAMES.items():
        used = [name for name in names if name in at]
        if field in TABLES and any(field in name for name in used):
            # A description does not stand in for an abstract that is missing.
            used = [name for name in used if field in name]
        if used:
            found[field] = tuple(index for name in used for index in at[name])
    return found


def is_noise(name: str) -> bool:
    """Tell whether a column by its name holds long texts that are no abstracts."""
    return any(part in squeezed(name) for part in NOISE)
