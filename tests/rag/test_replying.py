"""What models write, however they write it, as sentences and numbers of evidence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.ids import LETTERS, letter, marks
from rag.answering.replying import DECLINES, Said, Written, read_reply

ONE = "BERT masks 15% of tokens."
TWO = "It has two tasks."


def read(text: str, *, done: bool = True) -> Said:
    return read_reply(text, "S", done=done)


def pairs(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.text, one.numbers) for one in read(text).sentences]


BOTH = [(ONE, (3,)), (TWO, (4,))]


@pytest.mark.parametrize(
    "text",
    [
        "BERT masks 15% of tokens [S3]. It has two tasks [S4].",
        "BERT masks 15% of tokens. [S3] It has two tasks. [S4]",
        "BERT masks 15% of tokens.[S3]\nIt has two tasks.[S4]\n",
        "[S3] BERT masks 15% of tokens.\n[S4] It has two tasks.",
        "[S3] BERT masks 15% of tokens. [S4] It has two tasks.",
        "S3: BERT masks 15% of tokens.\nS4: It has two tasks.",
        "(S3) BERT masks 15% of tokens. (S4) It has two tasks.",
        "BERT masks 15% of tokens (S3). It has two tasks (S4).",
        "BERT masks 15% of tokens【S3】. It has two tasks【S4】.",
        "BERT masks 15% of tokens ［Ｓ３］. It has two tasks ［Ｓ４］.",
        "BERT masks 15% of tokens [Ѕ3]. It has two tasks [s4].",
        "BERT masks 15% of tokens [S-3]. It has two tasks [S 4].",
        "BERT masks 15% of tokens [[S3]]. It has two tasks [^S4].",
        "BERT masks 15% of tokens [source: S3]. It has two tasks (see S4).",
        "BERT masks 15% of tokens {S3}. It has two tasks <S4>.",
        "- BERT masks 15% of tokens. [S3]\n- It has two tasks. [S4]",
        "1. BERT masks 15% of tokens. [S3]\n2) It has two tasks. [S4]",
        "* **BERT** masks *15%* of tokens. [S3]\n* It has `two` tasks. [S4]",
        "> BERT masks 15% of tokens. [S3]\n\n> It has two tasks. [S4]",
        "```\nBERT masks 15% of tokens. [S3]\nIt has two tasks. [S4]\n```",
        "```text\nBERT masks 15% of tokens. `[S3]`\nIt has two tasks. `[S4]`\n```",
        "## Answer\n\nHere is it:\n\nBERT masks 15% of tokens. [S3]\nIt has two tasks. [S4]",
        "<think>S9 says more. [S8]</think>BERT masks 15% of tokens. [S3]\nIt has two tasks. [S4]",
        "BERT masks 15% of tokens. [S3](https://evil.test/a)\nIt has two tasks. [S4][S4]",
        "BERT masks 15% of tokens.\n[S3]\n\nIt has two tasks.\n[S4]",
        "BERT masks 15%\nof tokens. [S3]\nIt has\ntwo tasks. [S4]",
        "According to S3, BERT masks 15% of tokens. As stated in S4, it has two tasks.",
        "BERT masks 15% of tokens, as shown in S3. It has two tasks, according to S4.",
        "BERT masks 15% of tokens. [3]\nIt has two tasks. [4]",
        "BERT masks 15% of \u200btokens. [S\u200b3]\nIt has two tasks. [S4]",
    ],
)
def test_ids_are_found_in_every_style(text: str):
    assert pairs(text) == BOTH


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It has two tasks [S3, S7].", (3, 7)),
        ("It has two tasks [S3,S7; S9].", (3, 7, 9)),
        ("It has two tasks [S3 and S7].", (3, 7)),
        ("It has two tasks [S3-S6].", (3, 4, 5, 6)),
        ("It has two tasks [S3–6].", (3, 4, 5, 6)),
        ("It has two tasks (S3, 5).", (3, 5)),
        ("It has two tasks [S3][S7] (S9).", (3, 7, 9)),
        ("It has two tasks [S3, S3].", (3,)),
        ("It has two tasks [S900].", (900,)),
        ("It has two tasks [S0].", (0,)),
        ("It has two tasks [S3-S900].", (3, 900)),
    ],
)
def test_several_ids_are_read_each(text: str, numbers: tuple[int, ...]):
    assert pairs(text) == [(TWO, numbers)]


def test_ids_glued_to_words_are_taken_off_them():
    assert pairs("BERT masks tokensS3.") == [("BERT masks tokens.", (3,))]
    assert pairs("S3BERT masks tokens.") == [("BERT masks tokens.", (3,))]


def test_a_row_of_a_table_is_a_sentence_and_its_heads_are_none():
    text = "| model | tokens | ids |\n|---|:-:|---|\n| BERT | 15% | [S3] |\n| GPT | none | S4 |"
    assert [numbers for _, numbers in pairs(text)] == [(3,), (4,)]
    assert pairs(text)[0][0] == "BERT: 15%"


@pytest.mark.parametrize("fence", ["{}", "```json\n{}\n```", "```\n{}```", " \n{}"])
def test_json_is_read_fenced_or_not(fence: str):
    parts = [{"text": ONE, "ids": ["S3"]}, {"text": TWO, "ids": ["S4"]}]
    text = fence.format(json.dumps({"answerable": True, "sentences": parts}))
    assert pairs(text) == BOTH


@pytest.mark.parametrize("ids", [["S4"], "S4", "[S4]", [4], ["[S4]"], ["s4"], 4])
def test_ids_of_json_may_have_any_form(ids: object):
    parts = json.dumps({"sentences": [{"text": TWO, "citations": ids}]})
    assert pairs(parts) == [(TWO, (4,))]


def test_json_is_read_while_it_is_written():
    text = json.dumps({"answerable": True, "sentences": [{"text": ONE, "ids": ["S3"]}] * 2})
    seen = [read(text[:size], done=False) for size in range(len(text) + 1)]
    counts = [len(each.sentences) for each in seen]
    assert counts == sorted(counts)
    assert counts[-1] == 2
    assert not any(each.declined for each in seen)
    assert any(each.tail == ONE[:9] for each in seen)


def test_broken_json_is_read_as_text():
    assert pairs('{"sentences": "BERT masks 15% of tokens [S3]')[0][1] == (3,)


def test_a_reply_that_grows_never_takes_a_sentence_back():
    text = "BERT masks 15% of tokens. [S3]\nIt has two tasks (S4). It is large [S5]."
    before: tuple[Written, ...] = ()
    for size in range(len(text) + 1):
        said = read(text[:size], done=False)
        assert said.sentences[: len(before)] == before
        before = said.sentences
    assert [one.numbers for one in read(text).sentences] == [(3,), (4,), (5,)]


@pytest.mark.parametrize("text", [DECLINES, f"{DECLINES}\n", f"- {DECLINES}", DECLINES.upper()])
def test_a_model_may_decline(text: str):
    assert read(text) == Said(declined=True)
    assert read('{"answerable": false, "sentences": []}').declined


def test_declining_beside_an_answer_is_no_refusal():
    said = read(f"BERT masks 15% of tokens. [S3]\n{DECLINES}")
    assert not said.declined
    assert [one.text for one in said.sentences] == [ONE]


@pytest.mark.parametrize(
    "text",
    [
        "See ![x](https://evil.test/p.png?q=1) it. [S1]",
        "See <img src=https://evil.test/p.png> it. [S1]",
        "See [here](https://evil.test/) it. [S1]",
        "See https://evil.test/?q=1 it. [S1]",
        "See <a href='https://evil.test'>it</a>. [S1]",
        "See <script src='//evil.test/x.js'></script> it. [S1]",
        "See [x]( javascript://evil.test ) it. [S1]",
        "See www.evil.test it. [S1]",
        "See evil.test/x?q=1 it. [S1]",
        "See it (evil.test). [S1]",
        "See <x-y onclick=go(evil.test)> it. [S1]",
        json.dumps({"sentences": [{"text": "See <img src='//evil.test/x'> it.", "ids": ["S1"]}]}),
        json.dumps({"sentences": [{"text": "See ![x](http://evil.test) it.", "ids": ["S1"]}]}),
    ],
)
def test_links_pictures_and_tags_do_not_get_through(text: str):
    (one,) = read(text).sentences
    assert "evil.test" not in one.text
    assert "<" not in one.text
    assert "!" not in one.text
    assert one.numbers == (1,)


def test_comparisons_are_no_tags():
    assert pairs("BERT predicts <mask> and Node.js, e.g. v1.5. [S1]") == [
        ("BERT predicts <mask> and Node.js, e.g. v1.5.", (1,))
    ]
    assert pairs("We saw p < 0.05 and x > 3 there. [S1]") == [
        ("We saw p < 0.05 and x > 3 there.", (1,))
    ]


def test_a_number_that_a_paper_has_in_brackets_stays():
    assert pairs("The age was 74 [14] years. [S1]") == [("The age was 74 [14] years.", (1,))]


def test_ids_of_another_kind_are_taken_out_and_told():
    (one,) = read("It has two tasks [P3] [S4].").sentences
    assert (one.text, one.numbers, one.strange) == (TWO, (4,), ("P3",))


def test_the_letter_of_ids_is_one_that_the_evidence_does_not_use():
    assert letter(["plain words 12"]) == "S"
    assert letter(["the S4 model"]) == "E"
    assert letter(["the s-4 layer and E5 vectors"]) == "Z"
    assert letter([" ".join(f"{each}1" for each in LETTERS)]) in LETTERS


def test_a_reply_of_nothing_says_nothing():
    for text in ("", " \n", "[S3]", "```\n```", "###", "| a |\n|---|"):
        assert read(text).sentences == ()


@given(st.text(max_size=200), st.booleans())
def test_any_text_at_all_is_read(text: str, done: bool):
    said = read(text, done=done)
    for one in said.sentences:
        assert one.text == one.text.strip()
        assert "\n" not in one.text


@given(st.lists(st.tuples(st.sampled_from([ONE, TWO]), st.integers(1, 99)), max_size=6))
def test_what_is_written_as_asked_is_read_as_meant(wanted: list[tuple[str, int]]):
    text = "\n".join(f"{sentence} [S{n}]" for sentence, n in wanted)
    assert pairs(text) == [(sentence, (n,)) for sentence, n in wanted]


@given(st.text(alphabet="S3 [](){}<>,;-–.【】aZ\n", max_size=60))
def test_marks_lie_in_the_text_and_apart(text: str):
    found = marks(text, "S")
    ends = [0]
    for each in found:
        assert ends[-1] <= each.start < each.end <= len(text)
        assert each.numbers
        ends.append(each.end)
