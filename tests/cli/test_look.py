"""Commands that look: what scripts are promised, and that what mail brings stays inert."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from store.ledger import said
from store.messages import find
from store.opening import open_store
from tests.cli.town import Town

TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
MAYBE_TIME = {"anyOf": [TIME, {"type": "null"}]}
MAYBE_NUMBER = {"type": ["number", "null"]}
TEXTS = {"type": "array", "items": {"type": "string"}}


def shape(**properties: object) -> dict[str, object]:
    return {"type": "object", "required": list(properties), "properties": properties}


EVIDENCE = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            "message_id": {"type": "string"},
            "note_id": {"type": "string"},
            "date": {"type": "string"},
        },
        "additionalProperties": False,
    },
}
SUGGESTION = shape(
    person_id={"type": "string"},
    name={"type": "string"},
    address={"type": "string"},
    reason={"enum": ["promise", "news", "your turn", "gone quiet", "new", "wildcard"]},
    sentence={"type": "string", "minLength": 1},
    evidence=EVIDENCE,
    last=MAYBE_TIME,
    rhythm_days=MAYBE_NUMBER,
    silence_days={"type": "number"},
    score={"type": "number"},
    circle={"type": "string"},
    wildcard={"type": "boolean"},
)
PERSON = shape(
    id={"type": "string"},
    name={"type": "string"},
    addresses={"type": "array", "minItems": 1, "items": {"type": "string"}},
    kind={"enum": ["person", "list", "newsletter", "machine", "role", "self"]},
    first=MAYBE_TIME,
    last=MAYBE_TIME,
    last_in=MAYBE_TIME,
    last_out=MAYBE_TIME,
    sent={"type": "integer"},
    received={"type": "integer"},
    contact_days={"type": "integer"},
    rhythm_days=MAYBE_NUMBER,
    warmth=MAYBE_NUMBER,
    circle={"type": ["string", "null"]},
    organisations=TEXTS,
    tags=TEXTS,
    snoozed_until=MAYBE_TIME,
    never={"type": "boolean"},
)
LOGGED = shape(
    id={"type": "integer"}, at=TIME, channel={"enum": ["cli", "mail"]}, text={"type": "string"},
    state={"enum": ["obeyed", "misread", "refused"]}, effect={"type": "string"},
)  # fmt: skip
EDITION = shape(
    edition={"type": "string"}, state={"type": "string"}, slot=MAYBE_TIME, people={"type": "array"}
)
LISTED = {
    ("due", "--json"): SUGGESTION,
    ("due", "--all", "--json"): SUGGESTION,
    ("digest", "preview", "--format", "json"): SUGGESTION,
    ("people", "list", "--all", "--json"): PERSON,
    ("people", "list", "--json"): PERSON,
    ("log", "--json"): LOGGED,
    ("digest", "history", "--json"): EDITION,
    ("rank", "--format", "json"): shape(
        owner={"type": "string"}, contact={"type": "string"}, score={"type": "number"}
    ),
}


@pytest.mark.parametrize("words", LISTED, ids=" ".join)
def test_every_listing_keeps_its_promised_shape(town: Town, words: tuple[str, ...]) -> None:
    town("note", "Ana", "moving in May")
    envelope = town(*words).json
    items = shape(digwell={"const": 1}, kind={"type": "string"}, as_of=TIME)
    Draft202012Validator({**items, "required": [*items["required"], "items"]}).validate(envelope)  # type: ignore[misc]
    for item in envelope["items"]:
        Draft202012Validator(LISTED[words]).validate(item)


@pytest.mark.parametrize(
    "words", [("people", "show", "Ana"), ("why", "Ana"), ("note", "Ana", "x"), ("undo",)], ids=" ".join
)
def test_what_is_about_one_thing_is_an_item(town: Town, words: tuple[str, ...]) -> None:
    town("note", "Ana", "moving in May")
    found = town(*words, "--json").json
    assert found["digwell"] == 1
    assert isinstance(found["item"], dict)


def test_due_names_those_who_have_gone_quiet_and_not_those_in_touch(town: Town) -> None:
    names = [item["name"] for item in town("due", "--json").items]
    assert "Tomás Leal" in names
    assert "Priya Nair" not in names


def test_due_names_what_the_preview_will_name(town: Town) -> None:
    due, preview = town("due", "--json").items, town("digest", "preview", "--json").items
    assert [d["person_id"] for d in due] == [p["person_id"] for p in preview]


def test_every_evidence_of_a_suggestion_is_a_message_or_note_that_exists(town: Town) -> None:
    town("promised", "Ana", "the agent's name", "--by", "tomorrow")
    found = town("due", "--all", "--json", "--as-of", "2026-11-30").items
    proofs = [proof for item in found for proof in item["evidence"]]
    with open_store(town.store, readonly=True) as store:
        notes = {act.id for act in said(store)}
        assert all(find(store, p["message_id"]) for p in proofs if "message_id" in p)
        assert all(p["note_id"] in notes for p in proofs if "note_id" in p)
    assert {sort for proof in proofs for sort in proof} >= {"message_id", "note_id"}


def test_robots_are_listed_only_among_all(town: Town) -> None:
    kinds = {item["addresses"][0]: item["kind"] for item in town("people", "list", "--json", "--all").items}
    assert kinds["news@shop.example"] == "newsletter"
    assert kinds["noreply@bank.example"] == "machine"
    assert kinds["ana@example.net"] == "person"
    listed = {item["addresses"][0] for item in town("people", "list", "--json").items}
    assert "news@shop.example" not in listed
    assert "ana@example.net" in listed


def test_as_of_counts_only_what_came_before(town: Town) -> None:
    before = {i["addresses"][0]: i for i in town("people", "list", "--json", "--as-of", "2026-11-20").items}
    today = {i["addresses"][0]: i for i in town("people", "list", "--json").items}
    assert before["priya@kestrel.example"]["last"] < "2026-11-20"
    assert today["priya@kestrel.example"]["last"] > "2026-11-20"


@pytest.mark.parametrize(
    "told",
    [
        "2026-11-20",
        "2026-11-20T00:00:00Z",
        "2026-11-20t00:00:00.0z",
        "2026-11-20T01:00:00+01:00",
        "1795132800",
    ],
)
def test_as_of_takes_a_date_or_rfc_3339(town: Town, told: str) -> None:
    assert town("due", "--json", "--as-of", told).json["as_of"] == "2026-11-20T00:00:00Z"


@pytest.mark.parametrize(
    "told", ["soon", "", "0001-01-01", "1969-12-31", "9999-12-31", "9" * 30, "2026-02-30"]
)
@pytest.mark.parametrize("command", ["due", "rank", "people list"])
def test_as_of_refuses_what_is_no_date_or_in_no_year_of_mail(town: Town, told: str, command: str) -> None:
    assert town(*command.split(), "--as-of", told).code == 2


def test_rank_lists_everybody_with_mail_both_ways_once_in_order(town: Town) -> None:
    rows = list(csv.DictReader(io.StringIO(town("rank", "--as-of", "2026-11-23", "--format", "csv").out)))
    assert list(rows[0]) == ["owner", "T", "contact", "score", "warmth"]
    assert {row["owner"] for row in rows} == {"maya@example.org"}
    assert {row["T"] for row in rows} == {"2026-11-23"}
    assert len({row["contact"] for row in rows}) == len(rows) == 7
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= float(row["warmth"]) <= 1 for row in rows)
    same = town("rank", "--as-of", "2026-11-23", "--json").items
    assert [list(row) for row in same] == [list(rows[0])] * len(rows)
    assert [(row["contact"], row["T"]) for row in same] == [(row["contact"], row["T"]) for row in rows]


def test_several_who_fit_are_listed_and_nobody_is_guessed(town: Town) -> None:
    ran = town("people", "show", "tomas")
    assert ran.code == 2
    assert "tomas@example.com" in ran.err
    assert "tberg@example.net" in ran.err
    assert ran.out == ""


def test_a_name_needs_no_accents_and_no_quotes(town: Town) -> None:
    assert "Tomás Leal" in town("people", "show", "tomas", "leal").out


def test_nobody_is_6(town: Town) -> None:
    assert town("people", "show", "zebedee").code == 6
    assert town("why", "zebedee@example.com").code == 6


def test_a_person_is_found_by_public_id(town: Town) -> None:
    found = town("people", "show", "Ana", "--json").json["item"]["id"]
    assert town("people", "show", found, "--json").json["item"]["name"] == "Ana Ribeiro"


@pytest.mark.parametrize(
    "words", ["Ana Ribeiro <ana@example.net>", "Ribeiro, Ana", "<ana@example.net>", '"Ana"']
)
def test_a_person_is_found_as_a_mail_writes_the_name(town: Town, words: str) -> None:
    assert town("people", "show", words, "--json").json["item"]["addresses"][0] == "ana@example.net"


def inert(text: str) -> bool:
    return not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)


def every_view() -> Iterator[tuple[str, ...]]:
    yield from LISTED
    yield from [
        ("due",), ("due", "--all"), ("people", "list", "--all"), ("people", "show", "mal@example.net"),
        ("people", "show", "mal@example.net", "--json"), ("log",), ("why", "mal@example.net"),
        ("digest", "preview"), ("digest", "preview", "--format", "html"), ("people", "show", "example.net"),
    ]  # fmt: skip


@pytest.mark.parametrize("words", list(every_view()), ids=" ".join)
def test_nothing_from_a_mail_reaches_the_terminal_alive(town: Town, words: tuple[str, ...]) -> None:
    town("note", "mal@example.net", "a \x1b[31mred\x1b[0m \u202enote\u202c")
    ran = town(*words)
    assert inert(ran.out)
    assert inert(ran.err)
    for value in re.findall(r'"((?:[^"\\]|\\.)*)"', ran.out if "json" in " ".join(words) else ""):
        assert "\\u001b" not in value.lower()


def test_a_pipe_gets_whole_lines_without_colour(town: Town) -> None:
    out = town("due", "--all").out
    assert "\x1b" not in out
    assert "…" not in out
    assert all("@" in row for row in out.splitlines()[1:])
