from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pace import stays_under

from rag.terms import fold, is_name, mentions, names, numbers, stands_for, terms, words

TEXTS = st.text(max_size=60) | st.text("aZ019 .,-'’_+&%\\機é", max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n\t", []),
        ("... !? ((", []),
        ("Transformers", ["transform"]),
        ("running runs", ["run", "run"]),
        ("Pre-training", ["pre", "train", "pretrain"]),
        ("pretraining", ["pretrain"]),
        ("fine-tuned", ["fine", "tune", "finetun"]),
        ("fine_tuned", ["fine", "tune", "finetun"]),
        ("state-of-the-art", ["state", "art", "stateoftheart"]),
        ("R&D", ["r", "rd"]),
        ("U.S.A.", ["u", "usa"]),
        ("C++", ["c++"]),
        ("3.5", ["3.5"]),
        ("v2.0", ["v2.0"]),
        ("GPT-3.5", ["gpt", "3.5", "gpt3.5"]),
        ("wav2vec2.0", ["wav2vec2.0"]),
        ("1,000", ["1000"]),
        ("1,234,567", ["1234567"]),
        ("1,2", ["1", "2"]),
        ("10,00", ["10", "00"]),
        ("(1,000)", ["1000"]),
        ("LLMs", ["llm"]),
        ("LLM", ["llm"]),
        ("GPUs", ["gpu"]),
        ("BERT's", ["bert"]),
        ("BERT’s", ["bert"]),
        ("models' weights", ["model", "weight"]),
        ("the of and is", []),
        ("What do the authors of this paper study?", []),
        ("What's it's", []),
        ("café naïve", ["cafe", "naiv"]),
        ("ﬁne", ["fine"]),
        ("ＢＥＲＴ", ["bert"]),
        ("機械学習", ["機", "械", "学", "習"]),
        ("テスト data", ["テ", "ス", "ト", "data"]),
        ("Привет Мир", ["привет", "мир"]),
        ("snake_case.end", ["snake", "case", "end", "snakecaseend"]),
    ],
)
def test_a_text_has_these_terms(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pre-training", "pretraining"),
        ("pre-training", "pre training"),
        ("colour", "color"),
        ("behaviours", "behavior"),
        ("modelling", "modeling"),
        ("labelled", "labeled"),
        ("centre", "center"),
        ("licence", "license"),
        ("judgements", "judgment"),
        ("optimisation", "optimization"),
        ("tokenisation", "tokenization"),
        ("LLMs", "llm"),
        ("1,000", "1000"),
        ("Müller", "Muller"),
        ("GPT-3.5", "gpt3.5"),
        ("BERT's", "BERT"),
        pytest.param(
            "optimise",
            "optimize",
        ),
        pytest.param(
            "analyse",
            "analyze",
        ),
        pytest.param(
            "tokeniser",
            "tokenizer",
        ),
    ],
)
def test_two_spellings_share_a_term(one, other):
    assert set(terms(one)) & set(terms(other))


@pytest.mark.parametrize("word", ["don't", "DON’T", "doesn't", "isn't", "we've", "they're"])
def test_a_contraction_carries_no_subject_matter(word):
    assert terms(word) == []


def test_different_words_share_no_term():
    kinds = ["models", "modes", "moss", "1,000", "100", "GPT-3", "BERT-4", "tune", "tuna"]
    found = [set(terms(kind)) for kind in kinds]
    for place, one in enumerate(found):
        assert one
        assert not any(one & other for other in found[place + 1 :])


@given(TEXTS)
def test_words_are_exact_and_in_order(text):
    found = list(words(text))
    assert all(text[word.start : word.end] == word.text != "" for word in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8))
def test_every_letter_and_digit_is_in_a_word(text):
    assert "".join(word.text for word in words(text)) == text


@given(TEXTS.filter(lambda text: not {"\ufdfa", "\ufdfb"} & set(text)))
@example("a\u00a0b\u2003c\u3000d")
def test_no_term_is_empty_or_holds_a_blank(text):
    assert all(term.split() == [term] for term in terms(text))


@pytest.mark.parametrize("letter", ["\ufdfa", "\ufdfb"])
def test_no_ligature_becomes_a_term_with_a_blank(letter):
    assert all(term.split() == [term] for term in terms(letter))


@given(TEXTS)
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(max_codepoint=0x24F), max_size=60))
def test_no_term_has_upper_case(text):
    assert all(term == term.lower() for term in terms(text))


@given(TEXTS, TEXTS)
def test_terms_of_texts_side_by_side_are_those_of_each(one, other):
    assert terms(f"{one} {other}") == terms(one) + terms(other)


@given(TEXTS)
def test_the_same_text_always_has_the_same_terms(text):
    assert terms(text) == terms(text)


@pytest.mark.parametrize(
    "text",
    [
        "We pre-trained 1,000 models on GPT-3.5's data. " * 20_000,
        "a-" * 500_000,
        "a'" * 500_000,
        "+" * 1_000_000,
        "x" * 1_000_000,
        "機" * 200_000,
        "1 " * 500_000,
        "1" * 1_000_000,
        "\u0301" * 1_000_000,
    ],
    ids=lambda text: text[:6],
)
def test_a_megabyte_is_read_in_a_moment(text):
    assert stays_under(3, lambda: terms(text))


def test_a_long_run_of_grouped_digits_is_read_in_a_moment():
    assert stays_under(0.05, lambda: terms("000," * 8_000))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no figure here", []),
        ("75%", [(75, "%")]),
        ("75 %", [(75, "%")]),
        (r"75\%", [(75, "%")]),
        ("12.5 percent", [(12.5, "%")]),
        ("5 per cent", [(5, "%")]),
        ("3x faster", [(3, "x")]),
        ("3× faster", [(3, "x")]),
        ("3 times", [(3, "x")]),
        ("10-fold", [(10, "x")]),
        ("1,000", [(1000, "")]),
        ("1,234,567 words", [(1_234_567, "word")]),
        ("1k examples", [(1e3, "exampl")]),
        ("64K tokens", [(64e3, "token")]),
        ("1.5M", [(1.5e6, "")]),
        ("5 thousand papers", [(5e3, "paper")]),
        ("7 billion parameters", [(7e9, "paramet")]),
        ("175B", [(175e9, "")]),
        ("1.4T tokens", [(1.4e12, "token")]),
        ("ten languages", [(10, "languag")]),
        ("Twelve layers", [(12, "layer")]),
        ("zero errors", [(0, "error")]),
        ("two-stage", [(2, "stage")]),
        ("five of them", [(5, "them")]),
        ("often", []),
        ("3-5 layers", [(3, ""), (5, "layer")]),
        ("9% to 19%", [(9, "%"), (19, "%")]),
        ("2019–2021", [(2019, ""), (2021, "")]),
        ("k=60", [(60, "")]),
        ("$5", [(5, "")]),
        ("GPT-3.5", []),
        ("ResNet-50", []),
        ("BERT–2", []),
        ("v2", []),
        ("wav2vec2", []),
        ("top-5", []),
        ("0.5 and .5", [(0.5, "and")]),
        pytest.param(
            "two million words",
            [(2e6, "word")],
        ),
    ],
)
def test_a_text_holds_these_numbers(text, expected):
    assert [(number.value, number.unit) for number in numbers(text)] == expected


@given(st.integers(0, 10**15), st.sampled_from(["", "%", "x", " words", " times", "M"]))
def test_digits_and_groups_of_digits_mean_the_same(value, after):
    plain, grouped = numbers(f"{value}{after}"), numbers(f"{value:,}{after}")
    assert [(one.value, one.unit) for one in plain] == [(one.value, one.unit) for one in grouped]
    assert len(plain) == 1


@given(TEXTS)
def test_numbers_are_inside_the_text_and_in_order(text):
    found = numbers(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.start <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize("text", ["1,000," * 150_000, "1 " * 200_000, "1" * 500_000, "%" * 10**6])
def test_numbers_of_a_long_text_are_read_in_a_moment(text):
    assert stays_under(3, lambda: numbers(text))


@pytest.mark.parametrize(
    "word",
    "BERT mT5 BLIP-2 wav2vec GPT-3.5 iPhone BM25 c4 k1 F1 U.S. LLMs Self-RAG 7B-parameter".split(),
)
def test_this_is_a_name(word):
    assert is_name(word)


@pytest.mark.parametrize(
    "word",
    "Paris bert Transformer 10k 1st 2nd 3rd 4th 3D 1990s 2.5 1,000 10x 100M 5T x A 7 é".split(),
)
def test_this_is_no_name(word):
    assert not is_name(word)


def test_names_of_a_text_come_in_order_with_their_places():
    text = "We compare BERT, a baseline and mT5 on BM25."
    assert [(word.text, word.start) for word in names(text)] == [
        ("BERT", text.index("BERT")),
        ("mT5", text.index("mT5")),
        ("BM25", text.index("BM25")),
    ]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("VCR", "a task of Visual Commonsense Reasoning", True),
        ("LLMs", "we study large language models", True),
        ("LLM", "we study large language models", True),
        ("RAG", "retrieval-augmented generation helps", True),
        ("QA", "question answering", True),
        ("NLI", "natural language understanding", False),
        ("VCR", "visual reasoning over commonsense", False),
        ("it", "in time", False),
        ("X", "x-ray", False),
        ("GPT-3", "great plain text 3", False),
        ("ABCDEFG", "a b c d e f g", False),
        ("VCR", "", False),
    ],
)
def test_initials_stand_for_a_run_of_words(name, text, expected):
    assert stands_for(name, text) is expected


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=6), min_size=2, max_size=6))
def test_initials_stand_for_the_words_they_were_taken_from(run):
    initials = "".join(word[0] for word in run).upper()
    assert stands_for(initials, " ".join(run))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("BERT", "BERT reads both ways", True),
        ("GPT-3", "GPT 3 was large", True),
        ("GPT-3", "GPT3 was large", True),
        ("Self-RAG", "the self RAG loop", True),
        ("VCR", "visual commonsense reasoning", True),
        ("BERT", "RoBERTa is robust", False),
        ("GPT-3", "the 3 variants of GPT", False),
        ("ELMo", "", False),
    ],
)
def test_a_text_mentions_a_name(name, text, expected):
    assert mentions(name, text, frozenset(terms(text))) is expected
