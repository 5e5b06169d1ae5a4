"""The benches of identity and of the round trip, in short."""

import json
from pathlib import Path

from eval.bench import identity, roundtrip
from rag.schema import Identifiers, Record, Source
from rag.sources import crossref


def made(count: int) -> list[Record]:
    topics = ("rivers", "parsers", "proteins", "markets", "galaxies", "dialects")
    return [
        Record(
            source=Source(file="f", position=number, format="bibtex"),
            title=f"How {topics[number % 6]} were measured in our B-study, volume {number // 6}",
            abstract=f"We measured {number}.",
            authors=(f"Ada Byron{number}", "José Núñez"),
            year=1990 + number % 30,
            identifiers=Identifiers(doi=f"10.1000/{number}"),
        )
        for number in range(count)
    ]


def test_pairs_are_of_every_way_and_come_out_right():
    found = identity.pairs(made(300), 120, 0)
    assert {pair.way for pair in found} == {*identity.SAME, *identity.OTHER, identity.NEAR}
    assert sum(pair.same for pair in found) == 60
    assert found == identity.pairs(made(300), 120, 0)
    *_, last = identity.table(identity.judged(found))
    assert last == "precision 1.0000, recall 1.0000 on 120 pairs"


def test_wrong_outcomes_are_counted():
    found = identity.pairs(made(300), 20, 0)
    *_, last = identity.table([(pair, True) for pair in found])
    assert last == "precision 0.5000, recall 1.0000 on 20 pairs"
    *_, last = identity.table([(pair, False) for pair in found])
    assert last == "precision 1.0000, recall 0.0000 on 20 pairs"


def test_corpora_are_put_together_with_the_ids_of_their_files(tmp_path: Path):
    by = {"authors": ["Ada Byron"]}
    rows = [{"id": "x:1", "title": "Bees in many gardens", **by}, {"id": "x:2", "title": "Ants"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "b.jsonl").write_text(json.dumps({**rows[0], "id": "y:1"}) + "\n")
    told = identity.together([tmp_path / "a.jsonl", tmp_path / "b.jsonl"])
    assert told.startswith("3 records are 2 papers; 1 titles are in both, 1 of them merged")


def test_the_round_trip_adds_nothing(tmp_path: Path):
    row = {"_id": "a", "title": "On $x_1$ & {bees}", "text": "Bees <b>fly</b> in 5%.", "year": 2001}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    roundtrip.library_at(tmp_path / "library").add([tmp_path / "a.jsonl"])
    for form in roundtrip.WRITERS:
        turn = roundtrip.turn(tmp_path / "library", form, tmp_path)
        assert (turn.report.read, turn.report.new, turn.written) == (1, 0, 1)


def test_half_a_character_in_an_identifier_costs_no_record():
    work = '{"message": {"DOI": "10.1000/a\\ud800b", "title": ["Bees"], "deposited": {}}}'
    (found,) = crossref.read([work], lambda at: Source(file="f", position=at, format="f"))
    assert isinstance(found, Record)
    assert found.model_dump_json().encode()
