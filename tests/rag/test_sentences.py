from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import grows_linearly, stays_under

from eval.bench.sentences import MARKS, read_marked, score
from rag.schema import Paper
from rag.sentences import SPLITTER, sentences_of, split

# Each case is a text with | at every boundary; the bars are removed before splitting.
CASES = {
    "plain_sentences": "We sort the shells by hand. |The rest is done by machine.",
    "no_final_stop": "We sort the shells by hand. |The rest waits",
    "outer_blanks": "  The tide rose. |\tThe gulls left.\n",
    "question_and_exclamation": "Does it float? |It does! |Nobody knew.",
    "interrobang": "Does it really float?! |It does.",
    "et_al_year": "Ferris et al. (2011) drew the map. |We use it.",
    "et_al_bare_year": "The map (Ferris et al. 2011) is old. |We use it.",
    "et_al_number": "The map of Ferris et al. [7] is old.",
    "et_al_verb": "Ferris et al. drew the map.",
    "et_al_ends": "The map is due to Ferris et al. |The new one is ours.",
    "eg_ie": "Use a bird, e.g. Corvus, or its nest, i.e. Twigs. |Both work.",
    "figure": "The curve in Fig. 2 is flat. |It stays so.",
    "equation": "Insert Eq. (3) into Eqs. 4 and 5. |The sum is zero.",
    "cf_vs": "Rates differ (cf. Table 1) for wet vs. Dry soils. |Others agree.",
    "approx": "It takes approx. 40 turns.",
    "decimals": "The gap was small (p < 0.05). |It was 3.25 mm.",
    "bare_decimals": "The gap was small (p < .05) and r = .31 here.",
    "broken_decimal": "The gap was small (p < 0. 05) in both.",
    "versions": "We compare wav2vec 2.0 with GPT-3.5 and v1.2. |All fail.",
    "version_ends": "The tool is written in Lua 5. |We ported it.",
    "year_ends": "The dam was built in 1931. |Floods then stopped.",
    "iid_inside": "Draws are i.i.d. Gaussian with unit variance.",
    "iid_ends": "The draws are i.i.d. |We relax this later.",
    "wrt": "It is convex w.r.t. Gaussian noise. |It has one minimum.",
    "initials": "J. Smith and A. B. Moreau drew it. |Nobody else did.",
    "hyphened_initials": "The theorem of J.-P. Duval holds.",
    "letter_name_ends": "They lacked vitamin C. |Oranges helped.",
    "letter_before_first_word": "Let the graph be G. |We colour it.",
    "us_inside": "Most U.S. Harbours silt up.",
    "us_ends": "It was grown in the U.S. |The seeds came later.",
    "titles": "Dr. Lang met Prof. Ode at St. Ives. |They spoke.",
    "milliseconds_are_no_title": "The delay was 5 ms. |Users noticed.",
    "numbered_abbreviation": "Only sample no. 24 broke. |The others held.",
    "the_word_no": "Some say no. |They are wrong.",
    "genus": "Growth of S. aureus and E. coli stopped. |B. subtilis grew.",
    "units": "It ran for 5 min. |Then 3 g. was added. |All cooled for 2 h.",
    "doses": "Rats got 4 mg i.v. and 2 mg p.o. daily. |Pups got 1 mg i.p. |Weight rose later.",
    "acronym_like_abbreviation": "This helps image SR. |Noise drops for PP. |Users like CH.",
    "company": "It is sold by Brass Horn Inc. in bulk. |The makers agree.",
    "etc_inside": "Crabs, eels, etc. were weighed.",
    "etc_ends": "We weighed crabs, eels, etc. |Then we left.",
    "etc_in_brackets": "Animals (crabs, eels, etc.) Were weighed.",
    "formula": "Let $x_1. y$ be odd with 5\\% noise. |It stays odd.",
    "stop_inside_dollars": "The cost is $n^{2.5}.$ |We lower it.",
    "prices_are_no_formula": "It cost $5 million. |Later it cost $7 million.",
    "url_ends": "See https://github.com/x/y. |It is free.",
    "url_query": "See http://example.org/a.b?c=d.E&f=1! |It is free.",
    "url_at_the_end": "Code is at https://github.com/x/y.",
    "url_after_stop": "Code is free. |https://github.com/x/y",
    "mail": "Write to a.b@example.org. |We answer.",
    "ellipsis_inside": "It rose ... and fell.",
    "ellipsis_ends": "It rose and fell ... |Then it rested.",
    "stop_in_quotes": 'They call it "the long wait." |It is short.',
    "stop_in_curly_quotes": "They call it “the long wait.” |It is short.",
    "quoted_opening": 'It is short. |"Long" is a myth.',
    "stop_in_bracket": "(It was dry.) |Then it rained.",
    "exclamation_in_bracket": "They left (so we hear!), and came back.",
    "question_inside_quotes": 'The "why now?" problem is open.',
    "citation_after_stop": "The bay is deep.[3,4] |It is cold.",
    "missing_blank": "We plant data.|Specifically, OAKS grow.",
    "missing_blank_after_bracket": "It is small (p < 0.01).|The rest is large.",
    "missing_blank_after_acronym": "We tune the CNN.|We test it.",
    "dotted_names": "See arXiv.org and Node.js, call model.fit on 1.5B tokens.",
    "inline_numbers": "We (1) dig. and (2) sow, then (3) wait.",
    "list_numbers": "1. First we dig. |2. Then we sow. |3. We wait.",
    "list_after_colon": "There are two steps: 1. Digging of beds. |2. Sowing of seeds.",
    "bracketed_list": "(a) Who digs? |(b) Who sows? |ii) Nobody waits.",
    "lower_case_product": "We train one model. |mT5 is small. |iBOT is not.",
    "lower_case_gene": "We looked at tumours. |p53 was absent.",
    "lower_case_slip": "They value speed, taste. good looks and price.",
    "lower_case_we": "The drop is sudden. |we explain it.",
    "units_with_exponent": "They gave 2 microg. kg-1 each hour.",
    "label_with_colon": "AIM: To dig. |RESULTS: It rained. |CONCLUSIONS: Dig early.",
    "label_with_stop": "Results. It rained. |Materials and methods. We dug.",
    "label_without_blank": "Objective.We dig. |It rains.|Conclusions.Dig early.",
    "truncated_abstract": "It rained for days.|(ABSTRACT TRUNCATED AT 250 WORDS)",
    "chinese": "模型很小。|它真的有用吗？|有用！",
    "japanese_quotation": "彼は「無理。」と言った。|帰った。",
    "full_width_stop": "雨です．|晴れです．",
    "arabic": "هل تمطر اليوم؟ |نعم.",
    "hindi": "बारिश हुई। |हम रुके।",
    "copyright": "It rained. |(C) 2001 Elsevier Ltd. |All rights reserved.",
    "copyright_initials": "It rained. |© 2012 Elsevier B.V. |All rights reserved",
    "semicolon_and_colon": "One dug; two slept: All were tired.",
    "paragraphs": "Soil and rain\n\n|We dig in the rain.",
    "wrapped_line": "We dig in\nthe rain. |It stops.",
    "html": "<p>We dig.</p>|<p>It <i>rains</i> now.</p>",
    "name_with_exclamation": "We read Yahoo! Answers daily. |It ended.",
    "symbol_opening": "It is odd. |$\\pi$ is not. |75% agree.",
}


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize("marked", CASES.values(), ids=CASES.keys())
def test_boundaries_are_where_a_reader_puts_them(marked: str) -> None:
    assert pieces(marked.replace("|", "")) == [part.strip() for part in marked.split("|")]


def test_one_long_run_without_punctuation_is_one_span() -> None:
    text = "shell " * 5000
    assert split(text) == ((0, len(text) - 1),)


WORDS = "A b We we e.g al. et 1. a) No 0.5 RESULTS é 界 https://x.y/z </p> <p>"
MARKS_AND_BLANKS = ".?!…。।()[]\"'”$<>/\\,;:-1\u200b \n"
PARTS = st.sampled_from([*WORDS.split(" "), *MARKS_AND_BLANKS, "  ", "\n\n", "J. "])
TEXTS = st.one_of(st.text(), st.lists(PARTS, max_size=40).map("".join))


@given(TEXTS)
def test_every_non_blank_character_is_in_exactly_one_ordered_span(text: str) -> None:
    rest, last = list(text), 0
    for start, end in split(text):
        assert last <= start < end
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        rest[start:end] = " " * (end - start)
        last = end
    assert not "".join(rest).strip()


@given(st.text(alphabet=" \t\n\r\x0b\x0c\x1c\x85\xa0\u2003\u3000"))
def test_blank_text_has_no_sentence(text: str) -> None:
    assert split(text) == ()


@given(TEXTS)
def test_outer_blanks_only_move_the_spans(text: str) -> None:
    stripped = text.strip()
    lead = len(text) - len(text.lstrip())
    assert split(text) == tuple((start + lead, end + lead) for start, end in split(stripped))


SENTENCES = st.lists(
    st.builds(
        "{} {} {}{}".format,
        st.sampled_from(["The tide", "We", "GPT-3.5", "J. Smith", "Ferris et al. (2011)", "mT5"]),
        st.sampled_from(
            ["rose by 0.5 m", "met Dr. Lang", "saw Fig. 2, i.e. Noise", "are i.i.d. here"]
        ),
        st.sampled_from(
            ["at noon", "in 1931", "(p < .05)", "for $x. y$ only", "at https://x.org/a.b"]
        ),
        st.sampled_from([".", "?", "!", '."', ".)"]),
    ),
    min_size=1,
    max_size=6,
)


@given(SENTENCES, SENTENCES)
def test_the_sentences_of_two_texts_joined_are_those_of_the_first_then_the_second(
    first: list[str], second: list[str]
) -> None:
    left, right = " ".join(first), " ".join(second)
    assert pieces(left) == first
    assert pieces(f"{left} {right}") == pieces(left) + pieces(right)


@pytest.mark.parametrize(
    "unit", [". ", "A. ", "1. ", "$a.", "(", "<a ", '."', "\n ", "https://x.", "et al. ", "。", "w"]
)
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    def read(length: int) -> None:
        split((unit * length)[:length])

    assert grows_linearly(read, size=10_000, by=8)


def test_a_megabyte_of_prose_takes_under_a_second() -> None:
    text = (
        "We weigh every crab that the tide leaves behind on the long beach (e.g. the U.S. kind). "
        "Their mean weight rose by 3.5 g between the first and the last of the eight summers. "
    ) * 6000
    assert len(split(text)) == 12_000
    assert stays_under(1, lambda: split(text))


def test_sentences_carry_field_number_offsets_and_text() -> None:
    paper = Paper(id="p1", title=" Do crabs sleep? A survey. ", abstract="We ask. They do.")
    found = [(s.paper_id, s.field, s.ordinal, s.start, s.end, s.text) for s in sentences_of(paper)]
    assert found == [
        ("p1", "title", 0, 1, 26, "Do crabs sleep? A survey."),
        ("p1", "abstract", 0, 0, 7, "We ask."),
        ("p1", "abstract", 1, 8, 16, "They do."),
    ]


@given(TEXTS, TEXTS)
def test_every_sentence_is_a_verbatim_piece_of_its_field(title: str, abstract: str) -> None:
    paper = Paper(id="p", title=title, abstract=abstract)
    for sentence in sentences_of(paper):
        field = paper.title if sentence.field == "title" else paper.abstract
        assert sentence.text == field[sentence.start : sentence.end]


def test_a_blank_title_or_abstract_has_no_sentence() -> None:
    assert sentences_of(Paper(id="p", title=" ")) == ()


def test_the_rules_have_a_version() -> None:
    assert SPLITTER.startswith("attest-sentences-")


@pytest.mark.may_skip
def test_hand_marked_boundaries_of_the_test_part_are_found(shared_data: Path) -> None:
    marked = [item for item in read_marked(MARKS, shared_data) if item.part == "test"]
    result = score(split, marked)
    assert len(marked) == 28
    assert result.f1 >= 0.98
