import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import stays_under

from rag.answering.question import Kind, keywords, read_question
from rag.terms import terms


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How many languages does Quill cover?", Kind.NUMBER),
        ("how MANY languages are there", Kind.NUMBER),
        ("How much faster is Quill than Reed?", Kind.NUMBER),
        ("What accuracy does Reed reach on TideQA?", Kind.NUMBER),
        ("What percentage of claims is wrong?", Kind.NUMBER),
        ("By how much did recall rise?", Kind.NUMBER),
        ("How long does training take?", Kind.NUMBER),
        ("How large is the corpus?", Kind.NUMBER),
        ("What is the F1 of the second model?", Kind.NUMBER),
        ("What was the total cost of annotation?", Kind.NUMBER),
        ("What does Reed score on MossBench?", Kind.NUMBER),
        ("Tell me the number of bells.", Kind.NUMBER),
        ("What is the name of the benchmark?", Kind.NAME),
        ("Which dataset was used to train Quill?", Kind.NAME),
        ("What is the method called?", Kind.NAME),
        ("Who annotated the claims?", Kind.NAME),
        ("Where were the kites flown?", Kind.NAME),
        ("When was the bell cast?", Kind.NAME),
        ("Which optimizer trains the model?", Kind.NAME),
        ("Is yeast slower in salt water?", Kind.YES_NO),
        ("Does Quill need labels?", Kind.YES_NO),
        ("I read about bells. Are they cast in sand?", Kind.YES_NO),
        ("Can a model count?", Kind.YES_NO),
        ("Which papers study tides?", Kind.SURVEY),
        ("What approaches have been proposed for moss detection?", Kind.SURVEY),
        ("Is there any work on lanterns?", Kind.SURVEY),
        ("Give me an overview of kite research.", Kind.SURVEY),
        ("What do researchers say about yeast?", Kind.SURVEY),
        ("What have people tried against drift?", Kind.SURVEY),
        ("How do people evaluate bells?", Kind.SURVEY),
        ("Give a list of all looms.", Kind.SURVEY),
        ("Who uses tide tables?", Kind.SURVEY),
        ("Quill vs Reed?", Kind.COMPARISON),
        ("What is the difference between Quill and Reed?", Kind.COMPARISON),
        ("Compare Quill with Reed.", Kind.COMPARISON),
        ("How do Quill and Reed differ?", Kind.COMPARISON),
        ("Quill or Reed?", Kind.COMPARISON),
        ("Is Quill better than Reed?", Kind.COMPARISON),
        ("What did Quill, Reed and TideQA find?", Kind.COMPARISON),
        ("Do Quill, Reed, and MossNLI agree?", Kind.COMPARISON),
        ("How does Quill work?", Kind.EXPLANATION),
        ("Why does yeast slow down?", Kind.EXPLANATION),
        ("Explain the idea behind late tides.", Kind.EXPLANATION),
        ("What happens when the wind drops?", Kind.EXPLANATION),
        ("What is a kite?", Kind.EXPLANATION),
        ("Describe the training of Reed.", Kind.EXPLANATION),
        ("How are the passages split?", Kind.EXPLANATION),
        ("In what way does salt matter?", Kind.EXPLANATION),
        ("tides", Kind.EXPLANATION),
        ("?", Kind.EXPLANATION),
        ("", Kind.EXPLANATION),
    ],
)
def test_a_question_wants_this_kind_of_answer(text, kind):
    assert read_question(text).kind is kind


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("Quill vs Reed?", ("Quill", "Reed")),
        ("What is the difference between Quill and Reed?", ("Quill", "Reed")),
        ("How do Quill and Reed differ?", ("Quill", "Reed")),
        ("Quill or Reed?", ("Quill", "Reed")),
        ("What did Quill, Reed and TideQA find?", ("Quill", "Reed", "TideQA")),
        ("Do Quill, Reed, and MossNLI agree?", ("Quill", "Reed", "MossNLI")),
        ("Is Quill better than Reed?", ()),
        ("How many bells and kites are there?", ()),
        ("Is it the one or the other?", ()),
    ],
)
def test_a_comparison_has_these_sides(text, sides):
    assert read_question(text).sides == sides


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" or BERT?"),
        pytest.param("... or GPT-3?"),
        pytest.param("between  and BERT"),
        pytest.param("compare  with BERT"),
        pytest.param("does  and BERT differ?"),
        "vs BERT",
        "between and BERT",
        "or BERT?",
        "vs",
    ],
)
def test_a_comparison_may_lack_a_side(text):
    assert "" not in read_question(text).sides


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Does BERT beat mT5?", {"BERT", "mT5"}),
        ("Which paper does Kaplan cite?", {"Kaplan"}),
        ("BERT-like models", {"BERT"}),
        ("Who is right? Nobody.", set()),
        ("What happens next", set()),
        ("How large is GPT-3.5?", {"GPT-3.5"}),
    ],
)
def test_a_question_names_these_things(text, names):
    assert set(read_question(text).names) == names


@pytest.mark.parametrize(
    ("text", "asked", "counted"),
    [
        ("How many languages does Quill cover?", [("languag",)], [("languag",)]),
        ("Tell us the number of bells.", [("bell",)], [("bell",)]),
        pytest.param(
            "How many hours and how many layers?",
            [("hour",), ("layer",)],
            [("hour",), ("layer",)],
        ),
        pytest.param("How many papers are held?", [("paper",)], [("paper",)]),
        ("How many red bells?", [("red", "bell")], [("red", "bell")]),
        ("Which license does it have?", [("licens",)], []),
        ("How much did it cost?", [], []),
        ("Why?", [], []),
    ],
)
def test_a_question_asks_for_and_counts_these_things(text, asked, counted):
    found = read_question(text)
    assert list(found.asked) == asked
    assert list(found.counted) == counted


def test_a_question_tells_the_numbers_that_it_gives_itself():
    found = read_question("How many of the 12 tasks improve by 3%?")
    assert [(one.value, one.unit) for one in found.numbers] == [(12, "task"), (3, "%")]


def test_terms_are_those_of_the_text_each_once():
    assert read_question("tides and tides and bells").terms == ("tide", "bell")


def test_keywords_are_a_question_without_its_politeness():
    assert keywords("Could you please tell me how Quill finds tides?") == "Quill finds tides"


def test_what_a_question_wants_does_not_depend_on_blanks_around_it():
    for text in ("How many bells?", "Which papers study tides?", "Does Quill need labels?"):
        assert read_question(f"  {text}\n").kind is read_question(text).kind


@given(
    st.text(max_size=80).filter(lambda text: " or " not in f" {text} ")
    | st.lists(
        st.sampled_from(
            "How many which papers vs BERT compare with GPT-3 , ? . ( is tides 5 %".split()
        ),
        max_size=20,
    ).map(" ".join)
)
def test_any_text_can_be_read(text):
    found = read_question(text)
    assert found.text == text
    assert set(found.terms) == set(terms(text))
    assert all(name in text for name in found.names)
    assert len(found.sides) != 1
    assert all(side.strip() for side in found.sides)
    assert set(found.counted) <= set(found.asked)


@pytest.mark.parametrize(
    "text",
    [
        "a " * 2_000,
        "A " * 2_000,
        "(" * 4_000,
        "?" * 4_000,
        " " * 3_999 + "a",
        "\n" * 4_000,
        "a" * 4_000,
        ". " * 2_000,
        "GPT-3, " * 571,
        "what " * 800,
        "which the " * 400,
        "how many " * 444,
        "between a b c " * 285,
        "a vs " * 800,
        "compare x and " * 285,
        "is " * 1_333,
        "what score " * 363,
        "1,000," * 666,
        "\u0301" * 4_000,
        "\ud800" * 4_000,
        "\x00" * 4_000,
        "機" * 4_000,
    ],
    ids=lambda text: ascii(text[:14]),
)
def test_a_hostile_text_is_read_in_a_moment(text):
    assert stays_under(0.2, lambda: read_question(text))


@pytest.mark.parametrize("text", ["a." * 2_000, "a+" * 2_000])
def test_a_text_full_of_dots_is_read_in_a_moment(text):
    assert stays_under(0.05, lambda: read_question(text))
