"""Quality by size of a library: what grows, what stays, and what is drawn of it."""

import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from light import SAMPLE, library_of
from typer.testing import CliRunner

from eval.datasets import read_dataset
from eval.metrics.golds import relevant
from eval.reporting.curves import Sized, curves
from eval.scaling import Point, nested, scale, table
from eval.schema import Dataset, Figure, Interval, norm
from rag.answering.answerer import ExtractiveAnswerer
from rag.answering.fitted import load
from rag.assistant import Assistant
from rag.cli.app import app
from rag.embedding import open_embedder
from rag.errors import UsageError
from rag.library import Library
from rag.retrieval import HybridRetriever
from rag.schema import Record
from rag.settings import Settings
from rag.sources import read_papers
from rag.verification import LexicalChecker

PAPERS = [each for each in read_papers(SAMPLE / "papers.jsonl") if isinstance(each, Record)]
WHOLE = read_dataset(SAMPLE)
DATA = WHOLE.model_copy(update={"cases": WHOLE.cases[:4], "kind": "retrieval"})
GOLD = {norm(gold.title or "") for case in DATA.cases for gold in relevant(case)}


def opened(here: Settings) -> tuple[Library, Assistant]:
    embedder = open_embedder("hash")
    library = library_of(Path(here.library), embedder=embedder)
    retriever, answerer = HybridRetriever(embedder), ExtractiveAnswerer(load())
    return library, Assistant(library, retriever, answerer, LexicalChecker(), hits=here.hits)


def scaled(out: Path, sizes: Sequence[int], data: Dataset = DATA, **more: int) -> list[Point]:
    here = Settings(embedder="hash", hits=100)
    return list(
        scale(
            data,
            PAPERS,
            sizes,
            out,
            settings=here,
            opening=opened,
            progress=lambda *_: None,
            **more,
        )
    )


def held(out: Path, *sizes: int) -> list[str]:
    return [
        json.loads(line)["_id"]
        for size in sizes
        for line in (out / f"papers-{size}.jsonl").read_text().splitlines()
    ]


# What grows


def test_gold_papers_come_first_and_none_is_lost():
    ordered, gold = nested(DATA, PAPERS, seed=0)
    assert {norm(paper.title) for paper in ordered[:gold]} == GOLD
    assert gold == len(GOLD)
    assert sorted(map(id, ordered)) == sorted(map(id, PAPERS))


def test_the_order_is_that_of_the_seed():
    first, again, other = (
        [paper.key for paper in nested(DATA, PAPERS, seed=seed)[0]] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
    assert first[: len(GOLD)] == other[: len(GOLD)]


def test_gold_is_found_by_id_before_title():
    case = DATA.cases[0]
    gold = case.gold[0].model_copy(update={"paper_id": PAPERS[-1].key})
    data = DATA.model_copy(update={"cases": (case.model_copy(update={"gold": (gold,)}),)})
    ordered, count = nested(data, PAPERS, seed=0)
    assert (count, ordered[0].key) == (1, PAPERS[-1].key)


def test_each_size_holds_the_smaller_one_and_only_distractors_are_added(tmp_path: Path):
    small, middle, large = scaled(tmp_path, [40, 10, 20])
    assert [each.papers for each in (small, middle, large)] == [10, 20, 40]
    assert small.passages < middle.passages < large.passages
    names = held(tmp_path, 10, 20, 40)
    assert len(set(names)) == len(names) == 40
    titles = {paper.key: norm(paper.title) for paper in PAPERS}
    assert {titles[name] for name in names[: len(GOLD)]} == GOLD
    recall = {
        point.papers: figure.interval.value
        for point in (small, middle, large)
        for figure in point.figures
        if figure.name == "R@100" and figure.interval
    }
    assert recall == {10: 1, 20: 1, 40: 1}
    runs = [json.loads((tmp_path / str(size) / "run.json").read_text()) for size in (10, 20, 40)]
    assert [run["gold_missing"] for run in runs] == [[], [], []]
    assert 0 < small.p50_ms <= small.p95_ms


def test_a_scaling_that_was_stopped_is_not_continued_on_a_larger_library(tmp_path: Path):
    scaled(tmp_path, [10, 20])
    with pytest.raises(UsageError, match="holds 20 papers from before, not 10; choose another"):
        scaled(tmp_path, [10, 20])


def test_what_filters_read_is_kept(tmp_path: Path):
    scaled(tmp_path, [10])
    library, _ = opened(Settings(library=tmp_path / "library"))
    sources = {paper.key: paper for paper in PAPERS}
    with library.snapshot() as snapshot:
        for paper in snapshot.iter_papers():
            known = sources[paper.id]
            assert (paper.authors, paper.year, paper.venue) == (
                known.authors,
                known.year,
                known.venue,
            )


@pytest.mark.parametrize("sizes", [[], [3], [3, 20], [80], [0], [-5]])
def test_sizes_lie_between_gold_and_all(tmp_path: Path, sizes: list[int]):
    with pytest.raises(UsageError, match="4 of 79 papers are gold; give sizes between"):
        scaled(tmp_path, sizes)
    assert not (tmp_path / "library").exists()


def test_a_size_beyond_what_there_is_is_left_out(tmp_path: Path):
    assert [each.papers for each in scaled(tmp_path, [5, 1000])] == [5]


# What is told of it


def interval_of(*values: float) -> Interval:
    low, value, high = sorted(values)
    return Interval(value=value, low=low, high=high)


def figure(name: str, interval: Interval | None) -> Figure:
    return Figure(
        name=name, better="higher", interval=interval, scored=1, not_applicable=0, errors=0
    )


def point(papers: int, **found: Interval | None) -> Point:
    figures = tuple(figure(name.replace("_", " "), each) for name, each in found.items())
    return Point(papers=papers, passages=papers, figures=figures, p50_ms=1.25, p95_ms=20)


def test_the_table_has_a_line_per_size_and_a_column_per_figure_that_there_is():
    points = [
        point(1000, answer_correct=interval_of(0.4, 0.5, 0.6), evidence_recall=None),
        point(5000, answer_correct=None, evidence_recall=None),
    ]
    assert table(points).splitlines() == [
        "| papers | passages | answer correct | p50 ms | p95 ms |",
        "| --- | --- | --- | --- | --- |",
        "| 1,000 | 1,000 | 0.500 [0.400, 0.600] | 1.2 | 20.0 |",
        "| 5,000 | 5,000 | n.a. | 1.2 | 20.0 |",
    ]


FINITE = st.floats(allow_nan=False, allow_infinity=False)
INTERVAL = st.one_of(
    st.builds(interval_of, FINITE, FINITE, FINITE),
    st.builds(interval_of, *[st.floats(0, 1)] * 3),
)
FIGURE = st.builds(figure, st.sampled_from(["nDCG@10", "a < b & c", "x"]), st.none() | INTERVAL)
TIMES = st.tuples(st.floats(0, 1e9), st.floats(0, 1e9)).map(sorted).map(tuple)
POINTS = st.lists(
    st.tuples(
        st.integers(0, 10**9), st.lists(FIGURE, max_size=4, unique_by=lambda each: each.name), TIMES
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None)
@given(POINTS)
def test_curves_are_one_xml_file_with_every_number_in_its_frame(points: list[Sized]):
    drawn = curves(points)
    root = Xml.fromstring(drawn)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not any(word in drawn.lower() for word in (">nan", '"nan', "inf"))
    for each in root.iter():
        for name in ("x1", "x2", "y1", "y2", "x", "y"):
            value = each.get(name)
            assert value is None or 0 <= float(value) <= 300, (each.tag, name, value)


def test_a_curve_falls_where_the_figure_does():
    points: list[Sized] = [
        (size, [figure("nDCG@10", interval_of(value, value, value))], (1, 2))
        for size, value in ((100, 0.9), (1000, 0.7), (10_000, 0.5))
    ]
    root = Xml.fromstring(curves(points))
    panel = root.findall("{*}g")[0]
    trend = [line for line in panel.findall("{*}line") if line.get("class") == "trend"]
    places = [[float(line.get(name, "nan")) for name in ("x1", "y1", "x2", "y2")] for line in trend]
    assert len(places) == 2
    for x1, y1, x2, y2 in places:
        assert x2 > x1
        assert y2 > y1, "a lower value stands lower on the page"
    widths = {x2 - x1 for x1, _, x2, _ in places}
    assert max(widths) - min(widths) <= 0.2, "papers stand on a logarithmic axis"
    words = {text.text for text in panel.iter("{http://www.w3.org/2000/svg}text")}
    assert {"nDCG@10", "0.90", "0.70", "0.50", "100", "1,000", "10,000"} <= words


def test_the_command_prints_the_table_and_draws_it(tmp_path: Path):
    cases = (SAMPLE / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:3]
    data = tmp_path / "few.jsonl"
    data.write_text("\n".join(cases) + "\n", encoding="utf-8")
    arguments = ["scaling", data, "--papers", SAMPLE / "papers.jsonl", "--sizes", "10,2_0"]
    result = CliRunner().invoke(
        app,
        ["eval", *map(str, arguments), "--out", str(tmp_path / "out")],
        env={"ATTEST_EMBEDDER": "hash", "XDG_CONFIG_HOME": str(tmp_path)},
    )
    assert result.exit_code == 0, result.output
    rows = result.stdout.splitlines()
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| 10", "| 20"]
    assert "scaling.svg" in result.stderr.replace("\n", "")
    root = Xml.parse(tmp_path / "out" / "scaling.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
