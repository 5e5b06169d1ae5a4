import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from eval.calibration import sets
from eval.validation import Span, labelled_sets
from rag.errors import SourceError

RECORD = {
    "id": "a-1",
    "question": "What do owls eat?",
    "context": "Owls eat voles.",
    "response": "Owls eat mice.",
    "label": False,
    "spans": [{"start": 9, "end": 13, "text": "mice", "type": "conflict"}],
    "model": None,
    "task": "qa",
    "split": "test",
    "meta": {},
}


def write(path: Path, *records: object) -> Path:
    text = "".join(json.dumps(record) + "\n" for record in records)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def test_a_record_of_the_shared_form_is_read_whole(tmp_path: Path):
    (found,) = labelled_sets(write(tmp_path / "owls.jsonl.gz", RECORD))
    (item,) = found.items
    assert found.data == "owls test"
    assert (item.id, item.question, item.text) == ("a-1", "What do owls eat?", "Owls eat mice.")
    assert item.evidence == ("Owls eat voles.",)
    assert (item.supported, item.label) == (False, "unsupported")
    assert item.spans == (Span(9, 13, "conflict"),)
    assert found.one_sided


def test_evidence_may_be_several_texts_and_most_fields_may_be_absent(tmp_path: Path):
    poor = {"id": 7, "context": ["One.", "Two."], "response": "Both.", "label": 1}
    (found,) = labelled_sets(write(tmp_path / "poor.jsonl", poor))
    (item,) = found.items
    assert item.evidence == ("One.", "Two.")
    assert (item.split, item.supported, item.question, item.spans) == ("all", True, None, None)


def test_original_labels_and_kinds_of_edit_are_kept(tmp_path: Path):
    metas = ({"orig_label": "REFUTE"}, {"edit_types": ["antonym_swap"]}, {"edit_types": ["a", "b"]})
    path = write(tmp_path / "x.jsonl", *({**RECORD, "meta": meta} for meta in metas))
    (found,) = labelled_sets(path)
    assert [item.label for item in found.items] == ["REFUTE", "antonym swap", "several edits"]


def test_items_with_the_same_evidence_or_document_hang_together(tmp_path: Path):
    path = write(
        tmp_path / "x.jsonl",
        RECORD,
        {**RECORD, "response": "Owls."},
        {**RECORD, "context": "Else."},
        {**RECORD, "context": "One.", "meta": {"doc_id": 4}},
        {**RECORD, "context": "Two.", "meta": {"doc_id": 4}},
    )
    (found,) = labelled_sets(path)
    first, second, third, fourth, fifth = (item.cluster for item in found.items)
    assert first == second != third
    assert fourth == fifth


def test_every_split_is_a_set_and_knows_the_others(tmp_path: Path):
    write(tmp_path / "a" / "x.jsonl", RECORD, {**RECORD, "split": "dev", "label": True})
    write(tmp_path / "b" / "y.jsonl", RECORD)
    (tmp_path / "a" / "README.md").write_text("no labels", encoding="utf-8")
    write(tmp_path / "answers.jsonl", {"question": "?", "response": "!", "label": True})
    (tmp_path / "list.jsonl").write_text("[1]\n", encoding="utf-8")
    found = {each.data: each for each in labelled_sets(tmp_path)}
    assert list(found) == ["x dev", "x test", "y test"]
    assert [item.split for item in found["x dev"].others] == ["test"]
    assert found["y test"].others == ()


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        ({**RECORD, "label": "perhaps"}, "line 2: label"),
        ({**RECORD, "response": None}, "line 2: response"),
        ({k: v for k, v in RECORD.items() if k != "context"}, "line 2: context"),
    ],
)
def test_a_bad_record_is_named_and_not_left_out(tmp_path: Path, broken: object, what: str):
    path = write(tmp_path / "x.jsonl", RECORD, broken)
    with pytest.raises(SourceError, match=what) as caught:
        labelled_sets(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_cut_line_and_a_cut_archive_are_named(tmp_path: Path):
    path = write(tmp_path / "x.jsonl", RECORD)
    path.write_text(path.read_text(encoding="utf-8") + '{"id": 1, "con', encoding="utf-8")
    with pytest.raises(SourceError, match="line 2"):
        labelled_sets(path)
    archive = write(tmp_path / "y.jsonl.gz", RECORD)
    archive.write_bytes(archive.read_bytes()[:-12])
    with pytest.raises(SourceError, match="cannot be read"):
        labelled_sets(archive)


def test_a_place_without_labels_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="no such file or folder"):
        labelled_sets(tmp_path / "nowhere")
    with pytest.raises(SourceError, match="no labelled texts"):
        labelled_sets(tmp_path)


# RAGTruth's published layout, in words of our own.

MARK = {"start": 14, "end": 18, "text": "blue", "meta": "why", "label_type": "Subtle Conflict"}
LOOSE = {"start": 0, "end": 3, "text": "The", "label_type": "Evident Baseless Info",
         "implicit_true": True, "due_to_null": False}  # fmt: skip


def response(n: int, source: str, **fields: object) -> dict[str, object]:
    given = {"id": str(n), "source_id": source, "model": "m", "temperature": 0.7}
    said = {"split": "test", "quality": "good", "response": "The beetle is blue."}
    return {**given, "labels": [], **said, **fields}


def ragtruth(folder: Path) -> Path:
    write(
        folder / "source_info.jsonl",
        {"source_id": "s1", "task_type": "Summary", "source": "news", "prompt": "p",
         "source_info": "The beetle is green."},
        {"source_id": "s2", "task_type": "QA", "source": "web", "prompt": "p",
         "source_info": {"question": "Which colour?", "passages": "passage 1:Green."}},
        {"source_id": "s3", "task_type": "Data2txt", "source": "shop", "prompt": "p",
         "source_info": {"name": "Beetle & Co", "open": None}},
    )  # fmt: skip
    write(
        folder / "response.jsonl",
        response(1, "s1"),
        response(2, "s1", labels=[LOOSE, MARK], quality="truncated"),
        response(3, "s2", labels=[LOOSE]),
        response(4, "s3", split="train"),
    )
    return folder


def test_ragtruth_is_read_as_published(tmp_path: Path):
    test, train = labelled_sets(ragtruth(tmp_path / "ragtruth"))
    assert (test.data, train.data) == ("RAGTruth test", "RAGTruth train")
    whole, marked, asked = test.items
    assert [item.supported for item in test.items] == [True, False, False]
    assert [item.label for item in test.items] == [
        "Summary, supported",
        "Summary, conflict",
        "QA, baseless",
    ]
    assert whole.cluster == marked.cluster != asked.cluster
    assert marked.spans == (
        Span(0, 3, "Evident Baseless Info"),
        Span(14, 18, "Subtle Conflict"),
    )
    assert (whole.question, whole.evidence) == (None, ("The beetle is green.",))
    assert (asked.question, asked.evidence) == ("Which colour?", ("passage 1:Green.",))
    (table,) = train.items
    assert json.loads(table.evidence[0]) == {"name": "Beetle & Co", "open": None}


def test_a_ragtruth_response_without_its_source_is_refused(tmp_path: Path):
    folder = ragtruth(tmp_path)
    write(folder / "response.jsonl", response(9, "s9"))
    with pytest.raises(SourceError, match="response 9: source s9 is not in"):
        labelled_sets(folder)


COUNTS = {
    "AttributionBench dev": (1095, 545),
    "AttributionBench test500": (450, 225),
    "Check-COVID dev": (207, 69),
    "Check-COVID train": (1068, 359),
    "HealthVer dev": (1917, 533),
    "HealthVer test": (1823, 671),
    "QAGS cnndm": (235, 113),
    "QAGS xsum": (239, 116),
    "SciFact train": (739, 298),
    "SciFact train (held-out part)": (180, 72),
    "SummEdits evaluation": (871, 341),
    "SummEdits test": (3344, 1162),
    "WiCE dev": (349, 115),
    "WiCE test": (358, 111),
    "wice_spans dev": (124, 0),
    "wice_spans test": (105, 0),
    "wice_spans train": (374, 0),
}


def test_the_shared_sets_are_all_found(shared_data: Path):
    found = labelled_sets(shared_data / "faithfulness")
    counted = {e.data: (len(e.items), sum(i.supported for i in e.items)) for e in found}
    assert counted == COUNTS
    assert {e.data for e in found if e.seen} == {
        "AttributionBench dev",
        "SciFact train",
        "WiCE dev",
    }


def test_nothing_that_shipped_weights_were_made_with_passes_for_held_out(shared_data: Path):
    found = labelled_sets(shared_data / "faithfulness")
    reported = [each for each in found if not each.one_sided]
    labels = {(i.evidence[0], i.text): (each, i) for each in reported for i in each.items}
    names = {"qags-cnndm": "QAGS", "qags-xsum": "QAGS"}
    parts: Counter[tuple[str, str]] = Counter()
    for item in sets.load(shared_data):
        if (item.evidence, item.claim) not in labels:
            continue  # a training set that is not among the labelled ones
        each, same = labels[item.evidence, item.claim]
        assert same.cluster == item.group
        assert names.get(item.data_set, item.data_set).lower() == same.data.lower()
        if item.part in ("fit", "calibrate"):
            assert each.seen, (each.data, item.part)
        if item.part == "report":
            assert not each.seen, each.data
        parts[each.data, item.part] += 1
    assert parts["SciFact train (held-out part)", "report"] == 180
    assert parts["WiCE test", "report"] == 358
