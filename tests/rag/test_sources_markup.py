"""XML: elements one by one, nothing expanded or fetched, and an end to what never ends."""

import tracemalloc
from collections.abc import Iterable, Iterator

import pytest
from pace import stays_under

from rag.schema import Record, Source
from rag.sources.draft import Draft
from rag.sources.markup import elements, records, root
from rag.sources.xmldocument import DEEPEST, Found


def place(position: int) -> Source:
    return Source(file="papers.xml", position=position, format="xml")


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def found_in(*text: str, wanted: Iterable[str] = ("a",)) -> list[Found]:
    return list(elements([line for part in text for line in lines(part)], list(wanted)))


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("<a/>", "a"),
        ("\n <?xml version='1.0'?>\n<!-- <no> -->\n<!DOCTYPE a PUBLIC 'x' \"u\">\n<a >", "a"),
        ("<!DOCTYPE a [\n<!ENTITY b 'c'> ]><m:a xmlns:m='u'>", "a"),
        ("words <a>", ""),
        ("<!-- open", ""),
        ("<?open", ""),
        ('{"a": 1}', ""),
        ("", ""),
    ],
)
def test_the_outermost_element_has_a_name(head: str, name: str):
    assert root(head) == name


def test_elements_come_with_line_and_surroundings_and_without_prefixes():
    text = "<o:x xmlns:o='u' n='1'>\n<y>\n<o:a o:k='1' k='2'>b<o:i>c</o:i>d</o:a></y></o:x>"

    (found,) = found_in(text)

    assert (found.element.tag, found.element.attrib, found.line) == ("a", {"k": "2"}, 3)
    assert ["".join(found.element.itertext()), found.element[0].tag] == ["bcd", "i"]
    assert [(name, dict(told).get("n")) for name, told in found.around] == [
        ("x", "1"),
        ("y", None),
    ]


def test_an_element_in_another_wanted_one_is_part_of_it():
    (found,) = found_in("<x><a><b><a>in</a></b></a></x>", wanted=("a", "b"))

    assert "".join(found.element.itertext()) == "in"


def test_elements_are_there_before_the_file_ends():
    def endless() -> Iterator[str]:
        yield "<x>\n"
        while True:
            yield "<a>words</a>\n"

    assert next(elements(endless(), ["a"])).line == 2


def test_no_more_is_held_than_what_is_read():
    def file(count: int) -> Iterator[str]:
        yield "<x>"
        for _ in range(count):
            yield "<a k='v'>" + "<b>words and more words</b>" * 20 + "</a>"

    tracemalloc.start()
    count = sum(1 for _ in elements(file(4_000), ["a"]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 4_001
    assert peak < 3_000_000


def test_one_long_line_is_read_as_many():
    text = "<x>" + "<a>w</a>" * 20_000 + "</x>"

    assert len(list(elements([text], ["a"]))) == 20_000


def test_a_document_type_is_neither_read_nor_missed():
    text = "<!DOCTYPE x PUBLIC '-//N' 'https://dtd.invalid/x.dtd'>\n<x><a>b</a></x>"

    assert [found.reason for found in found_in(text)] == [""]


@pytest.mark.parametrize("start", ["", "<!DOCTYPE x SYSTEM 'x.dtd'>"])
def test_names_of_html_are_known_and_no_others(start: str):
    text = f"{start}<x>\n<a>caf&eacute; &amp;&nbsp;&alpha;</a>\n<a>b\n&bogus; c</a>\n<a>d</a></x>"

    first, second, third = found_in(text)

    assert first.element.text == "café &\xa0α"
    assert (second.line, second.reason) == (4, "unknown entity &bogus;")
    assert (third.element.text, third.reason) == ("d", "")


def test_an_unknown_name_outside_of_any_entry_ends_the_reading():
    first, last = found_in("<x><a/>\n&bogus;<a/></x>")

    assert first.reason == ""
    assert (last.line, last.reason) == (2, "unknown entity &bogus;; nothing after this was read")


def test_what_looks_like_a_name_in_verbatim_text_is_text():
    (found,) = found_in("<a><![CDATA[&bogus; <i>]]><!-- &bogus; --></a>")

    assert found.element.text == "&bogus; <i>"


@pytest.mark.parametrize(
    "declared",
    [
        "<!ENTITY b 'c'>",
        "<!ENTITY eacute 'e'>",
        "<!ENTITY b SYSTEM 'file:///etc/hostname'>",
        "<!ENTITY b PUBLIC 'p' 'http://example.invalid/b'>",
        "<!ENTITY % b SYSTEM 'http://example.invalid/b'> %b;",
        "<!NOTATION n SYSTEM 'n'><!ENTITY b SYSTEM 'c' NDATA n>",
    ],
)
def test_an_entity_may_not_be_declared(declared: str):
    (found,) = found_in(f"<!DOCTYPE x [\n{declared}]>\n<x><a>&b;</a></x>")

    assert found.line == 2
    assert found.reason.startswith("declares the entity ")


def test_defaults_of_a_document_type_are_not_taken():
    (found,) = found_in("<!DOCTYPE a [<!ATTLIST a k CDATA 'v'>]><a/>")

    assert found.element.attrib == {}


def test_characters_that_xml_forbids_are_dropped():
    text = "\ufeff<a>b\x01&#2;&#x1F;&#xFFFE;&#55357;\ufffe c&#233;&#x1F600;&#10;</a>"

    (found,) = found_in(text)

    assert found.element.text == "b cé\U0001f600\n"


def test_the_declared_encoding_of_text_is_moot():
    (found,) = found_in("<?xml version='1.0' encoding='UTF-16'?><a>é</a>")

    assert found.element.text == "é"


def test_documents_may_follow_each_other():
    text = "<?xml version='1.0'?>\n<x><a>1</a></x>"

    found = found_in(text, "\n\n", text, "<!DOCTYPE x>" + text[22:], "\n<!-- end -->\n")

    assert [(one.element.text, one.line) for one in found] == [("1", 2), ("1", 5), ("1", 5)]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("<x>\n<a>1</a>\n<a>2</x>", 3, "broken XML (mismatched tag)"),
        ("<x>\n<a>1</a>\n<a>2 < 3</a></x>", 3, "broken XML (not well-formed (invalid token))"),
        ("<x>\n<a>1</a>\n<a>2", 3, "XML cut short"),
        ("<x>\n<a>1</a>\n", 3, "XML cut short"),
        ("<x>\n<a>1</a>\n<a", 3, "broken XML (unclosed token)"),
        ("<x>\n<a>1</a>\n<a><![CDATA[2", 3, "broken XML (unclosed CDATA section)"),
        ("<x>\n<a>1</a></x>\n words", 3, "broken XML (junk after document element)"),
        ("<x>\n<a>1</a></x> words", 2, "broken XML (junk after document element)"),
    ],
)
def test_a_broken_document_tells_where_once(text: str, line: int, reason: str):
    first, last = found_in(text)

    assert first.element.text == "1"
    assert (last.line, last.reason) == (line, f"{reason}; nothing after this was read")


def test_an_oversize_entry_is_refused_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rag.sources.xmldocument.WHOLE", 5_000)
    big = ("<b/>" * 100, "<b>" + "w" * 6_000 + "</b>", f"<b k='{'v' * 6_000}'/>")

    found = found_in("<x><a>1</a>", *(f"\n<a>{one}&bogus;</a>" for one in big), "<a>2</a></x>")

    assert [one.element.text for one in found if not one.reason] == ["1", "2"]
    assert [(one.line, one.reason[:10]) for one in found if one.reason] == [
        (line, "entry over") for line in (2, 3, 4)
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<x>" * (DEEPEST + 1), "elements inside each other"),
        ("<!--" + "x" * 2**21, "without an element"),
        ("<x k='" + "x" * 2**21, "without an element"),
        ("<x " + "".join(f"a{number}='' " for number in range(200_000)), "without an element"),
        ("<!DOCTYPE x [" + "<!ELEMENT b (#PCDATA)>" * 100_000, "without an element"),
        ("<x>" + "".join(f"<b{number}/>" for number in range(20_000)), "different names"),
    ],
)
def test_what_no_list_of_papers_holds_ends_the_reading(text: str, reason: str):
    (found,) = found_in(text)

    assert reason in found.reason


def test_no_nonsense_takes_long():
    nonsense = (
        "<x>" * 300_000,
        "<x>" + "<x/>" * 100_000,
        "<x/>" * 30_000,
        "<!---->" * 100_000,
        "<x " + "a='1' " * 200_000,
        "<!DOCTYPE x [<!ATTLIST b k CDATA '" + "v" * 900_000 + "'>]><x>" + "<b/>" * 50_000,
        "&" * 300_000,
        "<a>" + "&eacute;" * 50_000,
        "<a>" + "&bogus;" * 50_000,
        "<a>" + "]" * 500_000,
        "<![CDATA[" * 100_000,
    )

    for text in nonsense:
        assert stays_under(1, lambda text=text: found_in(text)), text[:40]


def test_records_count_what_is_an_entry_and_tell_lines():
    forms = {"1": "no paper", "2": None, "3": Draft(title="Three")}
    text = "<x>\n<a>1</a>\n<a>2</a>\n<a>3</a>&bogus;</x>"

    found = records(
        lines(text), place, wanted=("a",), form=lambda one: forms[one.element.text or ""]
    )

    assert [
        (one.source.position, one.title if isinstance(one, Record) else one.reason) for one in found
    ] == [
        (1, "line 2: no paper"),
        (2, "Three"),
        (3, "line 4: unknown entity &bogus;; nothing after this was read"),
    ]
