from dataclasses import dataclass, field
from pathlib import Path

import pytest
from light import SAMPLE, library_of
from saidbefore import answer, citation

from rag.build import open_assistant
from rag.examples import examples
from rag.examples.rules import comparisons, definitions, named, quantities, questions, topics
from rag.library import Library
from rag.schema import Answer, Paper
from rag.settings import Settings
from rag.store.snapshot import Snapshot


def _paper(title: str, abstract: str = "", name: str = "") -> Paper:
    return Paper(id=name or title, title=title, abstract=abstract)


def _asked(rule: object, *papers: Paper) -> list[str]:
    return sorted(each.question for each in rule(papers))  # type: ignore


# Rules


@pytest.mark.parametrize(
    ("title", "abstract", "name"),
    [
        ("SQuAD: Questions for Machines", "SQuAD has questions.", "SQuAD"),
        ("MS MARCO: A Dataset", "We present MS MARCO.", "MS MARCO"),
        ("Longformer: A Transformer", "Longformer reads. The Longformer is long.", "Longformer"),
        (
            "Background: A Review",
            "Background is one thing. Background noise, another.",
            "Background",
        ),
        ("Performance: A Review", "Performance is key. Performance and performance.", ""),
        ("Performance: A Review", "Performance is key.", ""),
        ("SQuAD: Questions", "Nothing of that name, but SQuAD-2.", ""),
        ("SQuAD:", "SQuAD has questions.", ""),
        ("Part I: SQuAD", "SQuAD has questions.", ""),
        ("$L_2$: A Norm", "$L_2$ is a norm.", ""),
        ("2024: A Year", "2024 was a year.", ""),
        ("Attention Is All You Need", "Attention.", ""),
    ],
)
def test_a_title_gives_a_name_where_the_abstract_bears_it_out(title: str, abstract: str, name: str):
    assert named(_paper(title, abstract)) == name
    assert _asked(definitions, _paper(title, abstract)) == ([f"What is {name}?"] if name else [])


@pytest.mark.parametrize(
    ("abstract", "question"),
    [
        (
            "GPT-3 has 175 billion parameters, ten times more.",
            "How many parameters does GPT-3 have?",
        ),
        (
            "We build it. The KILT contains more than 1,000 hard questions from Wikipedia.",
            "How many hard questions does KILT contain?",
        ),
        (
            "We present VQA2, a large new dataset of 80k images and 3 maps.",
            "How many images does VQA2 contain?",
        ),
        ("The vocabulary of GPT-3 has 50,000 tokens, all told.", ""),
        ("Our model has 175 billion parameters, ten times more.", ""),
        ("Birds have 2 wings. Wings has 2 feathers.", ""),
        ("GPT-3 uses 20 times, more or less, what GPT-2 did.", ""),
        ("GPT-3 has 5 class labels errors mean little to.", ""),
    ],
)
def test_a_count_is_asked_for_where_a_name_has_it(abstract: str, question: str):
    assert _asked(quantities, _paper("Any", abstract)) == ([question] if question else [])


def test_things_of_one_kind_are_compared_and_others_are_not():
    bert = _paper("BERT: Encoders for Text", "BERT reads.")
    sci = _paper("SciBERT: Encoders for Science", "SciBERT is BERT for science.")
    glue = _paper("GLUE: A Benchmark of Encoders for Text", "GLUE is hard. BERT does well on GLUE.")
    lora = _paper("LoRA: Adapting Weights", "LoRA changes BERT a little.")
    assert _asked(comparisons, bert, sci, glue, lora) == ["How do BERT and SciBERT differ?"]


def test_a_topic_stands_in_several_titles_and_needs_no_article():
    papers = [
        _paper(f"Machine Translation {n}: Language Model {n}", text)
        for n, text in enumerate(
            (
                "Work on machine translation, with a language model, goes on.",
                "The state of machine translation and of a language model.",
                "Of Bayes factors in machine translation.",
            )
        )
    ]
    assert _asked(topics, *papers) == ["What is known about machine translation?"]
    assert _asked(topics, *papers[:2]) == []
    titled = [_paper(f"Bayes Factors {n}", f"We write of Bayes factors. {n}") for n in range(3)]
    assert _asked(topics, *titled) == ["What is known about Bayes factors?"]


def test_a_title_that_asks_is_written_as_a_sentence_where_that_is_sure():
    plain = _paper("Do We Need BERT to Read?", "What do we need to read?")
    unsure = _paper("Do We Need Bayes to Read?")
    assert _asked(questions, plain, unsure) == [
        "Do We Need Bayes to Read?",
        "Do we need BERT to read?",
    ]
    assert _asked(questions, _paper("Whither Reading?"), _paper("Why? An Essay")) == []


# What is shown


@dataclass
class Scripted:
    """Answers with the papers named in a script, and refuses everything else."""

    cites: dict[str, tuple[str, ...]]
    says: str = ""
    """What is quoted; the question itself unless given."""
    asked: list[str] = field(default_factory=list)

    def ask(self, question: str) -> Answer:
        self.asked.append(question)
        cited = self.cites.get(question, ())
        said = self.says or question
        citations = tuple(citation(n, paper, said) for n, paper in enumerate(cited, start=1))
        return answer("a", question, *(["Said."] if cited else [])).model_copy(
            update={"citations": citations}
        )


def _sample(library: Library) -> tuple[Snapshot, dict[str, tuple[str, ...]]]:
    snapshot = library.snapshot()
    papers = snapshot.listing(count=400).papers
    rules = (definitions, quantities, topics, comparisons, questions)
    made = [each for rule in rules for each in rule(papers)]
    return snapshot, {each.question: tuple(sorted(each.papers)) for each in made}


def test_of_what_is_answered_each_kind_has_its_turn(sample_library: Library):
    snapshot, cites = _sample(sample_library)
    with snapshot:
        assistant = Scripted(cites)
        found = examples(assistant, snapshot)  # type: ignore
    starts = [" ".join(each.split()[:3]) for each in found]
    assert [each.split()[0] for each in starts] == ["What", "How", "What", "How"]
    assert starts[2] == "What is known"
    assert found[3].startswith("How do ")


def test_what_is_refused_or_cites_other_papers_is_not_shown(sample_library: Library):
    snapshot, cites = _sample(sample_library)
    with snapshot:
        refusing = Scripted({})
        assert examples(refusing, snapshot) == ()  # type: ignore
        assert len(refusing.asked) == 12
        astray = Scripted({each: ("no such paper",) for each in cites})
        assert examples(astray, snapshot) == ()  # type: ignore
        beside = Scripted({each: ("no such paper", *papers) for each, papers in cites.items()})
        assert examples(beside, snapshot) == ()  # type: ignore
        silent = examples(Scripted(cites, says="Something else."), snapshot)  # type: ignore
        assert silent
        assert not [each for each in silent if each.startswith("What is")]
        half = Scripted({each: papers[:1] for each, papers in cites.items()})
        found = examples(half, snapshot)  # type: ignore
        assert len(found) == 4
        assert not [each for each in found if each.startswith(("How do ", "What is known"))]


def test_no_more_are_asked_or_returned_than_wanted(sample_library: Library):
    snapshot, cites = _sample(sample_library)
    with snapshot:
        assistant = Scripted(cites)
        assert examples(assistant, snapshot, 0) == ()  # type: ignore
        assert assistant.asked == []
        assert len(examples(assistant, snapshot, 2)) == len(assistant.asked) == 2  # type: ignore


def test_the_bundled_papers_give_questions_that_they_answer(sample_library: Library):
    assistant = open_assistant(Settings(library=sample_library.directory))
    with sample_library.snapshot() as snapshot:
        found = examples(assistant, snapshot)
        again = examples(assistant, snapshot)
    assert found == again
    assert len(set(found)) == 4
    assert any(each.startswith("How many ") for each in found)
    assert all(assistant.ask(each).refusal is None for each in found)


def test_questions_follow_from_the_content_and_not_from_how_it_came_in(tmp_path: Path):
    lines = (SAMPLE / "papers.jsonl").read_text(encoding="utf-8").splitlines()
    halves = [tmp_path / "1.jsonl", tmp_path / "2.jsonl"]
    for path, half in zip(halves, (lines[40:], lines[:40]), strict=True):
        path.write_text("\n".join(half), encoding="utf-8")
    library = library_of(tmp_path / "library", embedder="hash")
    for path in halves:
        library.add([path])
    whole = library_of(tmp_path / "whole", SAMPLE / "papers.jsonl", embedder="hash")
    found: list[tuple[str, ...]] = []
    for each in (library, whole):
        snapshot, cites = _sample(each)
        with snapshot:
            found.append(examples(Scripted(cites), snapshot, 8))  # type: ignore
    assert found[0] == found[1]
    assert len(found[0]) == 8


def test_papers_that_no_rule_fits_give_no_question(tmp_path: Path):
    path = tmp_path / "papers.jsonl"
    path.write_text('{"id": "a", "title": "鳥", "text": "鳥は飛ぶ。"}\n', encoding="utf-8")
    with library_of(tmp_path / "library", path).snapshot() as snapshot:
        assistant = Scripted({})
        assert examples(assistant, snapshot) == ()  # type: ignore
    assert assistant.asked == []
