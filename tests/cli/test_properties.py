"""What must hold whatever is said and whenever one looks: splits restore, every sentence has its rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.facts import DAY
from tests.cli.town import NOW, Town

PEOPLE = ("ana@example.net", "tomas@example.com", "tberg@example.net", "grace@kestrel.example")
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

pairs = st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=2, unique=True)
sayings = st.sampled_from(
    [
        ("note", "{who}", "moving in May"),
        ("promised", "{who}", "the slides"),
        ("gave", "{who}", "an hour"),
        ("every", "{who}", "3w"),
        ("tag", "{who}", "rail"),
        ("done", "{who}"),
    ]
)


def exported(town: Town) -> str:
    ran = town("export", "--format", "jsonl")
    assert ran.code == 0, ran.err
    return ran.out


@FEW
@given(merges=st.lists(pairs, min_size=1, max_size=4))
def test_however_people_were_merged_splitting_them_restores_the_export(
    town: Town, merges: list[list[str]]
) -> None:
    before = exported(town)
    for one, other in merges:
        town("people", "merge", one, other)
    assert exported(town) != before
    for address in PEOPLE:
        town("people", "split", address)
    assert exported(town) == before


@FEW
@given(st.lists(st.tuples(sayings, st.sampled_from(PEOPLE)), max_size=4), st.integers(0, 400))
def test_every_sentence_of_a_letter_stands_on_rows_of_the_export(
    town: Town, said: list[tuple[tuple[str, ...], str]], ago: int
) -> None:
    for words, who in said:
        assert town(*(word.format(who=who) for word in words)).code == 0
    day = datetime.fromtimestamp(NOW - ago * DAY, UTC).date().isoformat()
    records = [json.loads(line) for line in exported(town).splitlines()]
    messages = {record["message_id"]: record for record in records if record["type"] == "message"}
    said_ids = {record["id"] for record in records if record["type"] in {"note", "promised", "word"}}
    for item in town("digest", "preview", "--format", "json", "--as-of", day).items:
        assert item["evidence"], item["sentence"]
        for row in item["evidence"]:
            (kind,) = row
            if kind == "message_id":
                assert item["address"] in json.dumps(messages[row[kind]])
                assert messages[row[kind]]["date"] < f"{day}T00:00:01Z"
            elif kind == "note_id":
                assert row[kind] in said_ids
    for _ in said:
        town("undo")
