"""The page stands alone, is inert whatever it shows, and reads without a script."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from eval.reporting import render, specimen
from eval.reporting.report import Report
from eval.schema import Outcome

HOSTILE = (
    "</title></style><script>alert(1)</script><img src=x onerror=alert(1)> \"'` onload=x "
    "javascript:alert(1) {{ 7*7 }} \u202egnp\u2066 \x00\x1b[31m \ud800 ]]> <!-- "
) + "x" * 20_000


class Page(HTMLParser):
    """What is on a page: its elements in order, and the text of some."""

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.raw: dict[str, str] = {}
        self.text = ""
        self._inside = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in {"script", "style"}:
            self.raw[self._inside] = self.raw.get(self._inside, "") + data
        else:
            self.text += data

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def policy(self) -> str:
        return next(each["content"] for each in self.of("meta") if "http-equiv" in each)


def page_of(report: Report) -> Page:
    return Page(render(report, "html"))


PAGES = {
    "full": specimen(12),
    "empty": specimen(0),
    "all errors": specimen(12, lost=1.0),
    "hostile": specimen(6, text=HOSTILE),
}


@pytest.mark.parametrize("report", PAGES.values(), ids=PAGES)
def test_nothing_is_loaded_from_anywhere(report: Report):
    page = page_of(report)

    links = [value for _, attributes in page.elements for name, value in attributes.items()
             if name in {"src", "href", "srcset", "action", "data", "poster"}]  # fmt: skip
    assert all(re.fullmatch(r"#[a-z]+", link) for link in links)
    assert not re.search(r"url\(|@import|https?:", page.raw["style"] + page.raw["script"])
    allowed = {"html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav",
               "section", "h1", "h2", "h3", "h4", "p", "a", "b", "br", "div", "span", "strong",
               "small", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th",
               "td", "details", "summary", "figure", "figcaption", "form", "input", "select",
               "option", "label", "button", "output", "bdi", "q", "code", "script", "svg", "desc",
               "line", "rect", "circle", "path", "text"}  # fmt: skip
    assert {tag for tag, _ in page.elements} <= allowed


@pytest.mark.parametrize("report", PAGES.values(), ids=PAGES)
def test_only_its_own_style_and_script_may_run(report: Report):
    page = page_of(report)

    assert (len(page.of("script")), len(page.of("style"))) == (1, 1)
    assert page.policy.startswith("default-src 'none'; ")
    assert "unsafe" not in page.policy
    for part in ("style", "script"):
        digest = hashlib.sha256(page.raw[part].encode()).digest()
        assert f"{part}-src 'sha256-{base64.b64encode(digest).decode()}'" in page.policy
    names = {name for _, attributes in page.elements for name in attributes}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]


def test_hostile_text_is_shown_and_does_nothing():
    content = render(PAGES["hostile"], "html")
    page = Page(content)

    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7*7 }}" in page.text
    assert "⟨U+202E⟩gnp⟨U+2066⟩ ⟨U+0000⟩⟨U+001B⟩[31m ⟨U+D800⟩" in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", content)
    content.encode("utf-8")


def test_a_huge_text_is_cut_and_says_by_how_much():
    page = page_of(PAGES["hostile"])

    assert re.search(r"x … \(16,\d\d\d more characters\)", page.text)
    assert "x" * 4001 not in page.text


def test_every_id_is_there_once():
    ids = [attributes["id"] for _, attributes in page_of(PAGES["full"]).elements
           if "id" in attributes]  # fmt: skip

    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in page_of(PAGES["full"]).of("a")} <= set(ids)


def test_it_reads_without_its_script():
    page = page_of(PAGES["full"])

    cases = [each for each in page.of("details") if each.get("class") == "case"]
    assert len(cases) == 12
    assert not any("hidden" in each for each in cases)
    assert "hidden" in next(each for each in page.of("form") if each["id"] == "filters")


def test_its_script_is_short():
    script = (files("eval.reporting") / "templates" / "report.js").read_text(encoding="utf-8")

    assert len(script.splitlines()) < 60


def test_compared_answers_stand_side_by_side():
    content = render(PAGES["full"], "html")
    alone = render(PAGES["full"].model_copy(update={
        "comparison": None,
        "cases": tuple(case.model_copy(update={"before": None, "before_error": None})
                       for case in PAGES["full"].cases),
    }), "html")  # fmt: skip

    assert content.count("<h4>Before</h4>") == content.count("<h4>After</h4>") == 12
    assert "<h4>Before</h4>" not in alone


def test_figures_come_with_formula_interval_and_counts():
    report = PAGES["full"]
    page = page_of(report)

    for figure, formula in (pair for section in report.sections for pair in section.figures):
        assert formula.formula in page.text
        cells = f"{figure.scored}{figure.not_applicable}{figure.errors}"
        assert cells in re.sub(r"\s", "", page.text)


def test_a_thousand_cases_make_a_page_of_a_few_megabytes():
    content = render(specimen(1000), "html")

    assert content.count('class="case"') == 1000
    assert len(content.encode()) < 4_000_000


def test_the_same_report_gives_the_same_page():
    assert render(specimen(5), "html") == render(specimen(5), "html")


def test_numbers_on_the_page_are_numbers():
    for report in PAGES.values():
        assert not re.search(r"\b(nan|NaN|inf|None|Undefined)\b", page_of(report).text)


def test_what_failed_in_a_metric_is_told_once_with_its_reason():
    base = PAGES["full"]
    failed = Outcome(state="error", reason="the judge gave no verdict")
    whole = next(case for case in base.cases if case.said)
    case = whole.model_copy(update={"outcomes": {"faithfulness": failed, "recall@5": failed}})

    page = page_of(base.model_copy(update={"cases": (case,)}))

    assert page.text.count("the judge gave no verdict") == 1
    assert "in recall@5, faithfulness: the judge gave no verdict" in page.text
