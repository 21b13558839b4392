"""The verbs on the command line: each has its effect, shows in the ledger, and can be taken back."""

from __future__ import annotations

import pytest

from daemon.cli.say import COMMANDS
from tests.cli.town import Town

SAID = {
    "done": ("done", "Ana", "coffee, she", "starts in May"),
    "snooze": ("snooze", "Ana", "3w"),
    "skip": ("skip", "Ana"),
    "never": ("never", "Ana", "Ribeiro"),
    "slower": ("slower", "Ana"),
    "faster": ("faster", "Ana"),
    "every": ("every", "Ana", "6w"),
    "note": ("note", "Ana", "moving in May"),
    "gave": ("gave", "Ana", "introduced her to Sofia"),
    "asked": ("asked", "Ana", "to read my draft"),
    "promised": ("promised", "Ana", "the agent's name", "--by", "friday"),
    "introduced": ("introduced", "Ana", "Grace"),
    "same": ("same", "Ana", "Grace"),
    "different": ("different", "Ana", "Grace"),
    "friend": ("friend", "news@shop.example"),
    "not-a-person": ("not-a-person", "grace@kestrel.example"),
    "tag": ("tag", "Ana", "rail"),
    "pause": ("pause", "2w"),
}


def view(town: Town) -> tuple[object, ...]:
    shown = [
        town("people", "show", who, "--json").json["item"]
        for who in ("ana@example.net", "grace@kestrel.example")
    ]
    listed = town("people", "list", "--json", "--all").items
    return (*shown, *listed)


def test_every_verb_of_the_command_line_is_tried_here() -> None:
    assert set(COMMANDS) - {"kept", "release", "resume", "undo", "untag"} == set(SAID)


@pytest.mark.parametrize("verb", SAID)
def test_a_verb_is_said_shown_in_the_ledger_and_taken_back_exactly(town: Town, verb: str) -> None:
    before = view(town)
    ran = town(*SAID[verb])
    assert ran.code == 0, ran.err
    assert ran.out.strip()
    (row,) = town("log", "--json").items
    assert row["text"].startswith(verb)
    assert row["state"] == "obeyed"
    assert town("undo").code == 0
    assert view(town) == before
    assert town("log", "--json").items[1]["undone_by"] is not None


@pytest.mark.parametrize("verb", SAID)
def test_a_dry_run_says_what_would_be_and_changes_nothing(town: Town, verb: str) -> None:
    before = view(town)
    ran = town(*SAID[verb], "-n")
    assert ran.code == 0
    assert ran.out.startswith("would be: ")
    assert view(town) == before
    assert town("log", "--json").items == []


def test_never_takes_somebody_out_of_what_is_due(town: Town) -> None:
    assert "Tomás Leal" in town("due", "--all").out
    town("never", "Tomás Leal")
    assert "Tomás Leal" not in town("due", "--all").out


def test_whom_the_rules_never_want_is_shown_so(town: Town) -> None:
    town.rules('never: ["*@example.net", "tag:ex"]\npeople: {grace@kestrel.example: {tags: [ex]}}\n')
    listed = {p["addresses"][0]: p["never"] for p in town("people", "list", "--json", "--all").items}
    assert listed["ana@example.net"]
    assert listed["grace@kestrel.example"]
    assert not listed["tomas@example.com"]


def test_a_snooze_holds_until_its_day(town: Town) -> None:
    town("snooze", "Tomás Leal", "2w")
    assert "Tomás Leal" not in town("due", "--all").out
    assert "Tomás Leal" in town("due", "--all", "--as-of", "2026-12-08").out


def test_snooze_without_a_time_is_two_weeks(town: Town) -> None:
    town("snooze", "Ana")
    assert town("people", "show", "Ana", "--json").json["item"]["snoozed_until"] == "2026-12-07T00:00:00Z"


def test_done_counts_as_contact(town: Town) -> None:
    town("done", "Tomás Leal")
    assert "Tomás Leal" not in town("due", "--all").out


def test_a_promise_is_due_and_kept_ones_are_gone(town: Town) -> None:
    town("promised", "Ana", "the agent's name")
    assert town("people", "show", "Ana", "--json").json["item"]["promises"][0]["text"] == "the agent's name"
    assert town("kept", "Ana").code == 0
    assert town("people", "show", "Ana", "--json").json["item"]["promises"] == []
    assert town("kept", "Ana").code == 6


def test_of_several_promises_one_is_picked_by_its_words(town: Town) -> None:
    town("promised", "Ana", "the agent's name")
    town("promised", "Ana", "the slides")
    assert town("kept", "Ana").code == 2
    assert town("release", "Ana", "slides").code == 0
    (left,) = town("people", "show", "Ana", "--json").json["item"]["promises"]
    assert left["text"] == "the agent's name"


def test_what_holds_already_is_said_and_changes_nothing(town: Town) -> None:
    town("tag", "Ana", "rail")
    assert "already" in town("tag", "Ana", "rail").out
    assert town("undo").code == 0
    assert town("people", "show", "Ana", "--json").json["item"]["tags"] == []


def test_undo_takes_back_one_command_after_the_other(town: Town) -> None:
    town("tag", "Ana", "rail")
    town("tag", "Ana", "lisbon")
    town("undo")
    assert town("people", "show", "Ana", "--json").json["item"]["tags"] == ["rail"]
    town("undo")
    assert town("people", "show", "Ana", "--json").json["item"]["tags"] == []
    assert town("undo").code == 6


def test_merging_and_splitting_restores_both(town: Town) -> None:
    before = view(town)
    assert town("people", "merge", "ana@example.net", "grace@kestrel.example").code == 0
    merged = town("people", "show", "grace@kestrel.example", "--json").json["item"]
    assert merged["addresses"] == ["ana@example.net", "grace@kestrel.example"]
    assert town("people", "split", "grace@kestrel.example").code == 0
    assert view(town) == before
    assert town("people", "split", "grace@kestrel.example").code == 6


def test_different_takes_apart_whom_same_has_joined_by_the_very_words(town: Town) -> None:
    town("same", "Ana", "Ruth")
    assert len(town("people", "show", "Ana", "--json").json["item"]["addresses"]) == 2
    assert town("different", "Ana", "Ruth").code == 0
    assert len(town("people", "show", "Ana", "--json").json["item"]["addresses"]) == 1
    assert town("different", "Ana", "Ana").code == 2


def test_a_promise_says_by_when_as_it_does_by_mail(town: Town) -> None:
    assert "by Friday" in town("promised", "Ana", "the agent's name by friday").out
    (made,) = town("people", "show", "Ana", "--json").json["item"]["promises"]
    assert made["text"] == "the agent's name"
    assert made["until"]


def test_a_friend_is_written_where_the_owner_can_see_it_and_undo_wipes_it(town: Town) -> None:
    town("friend", "news@shop.example")
    learned = town.folder / "rules.learned.yaml"
    assert "news@shop.example: friend" in learned.read_text()
    assert town("why", "news@shop.example", "--json").json["item"]["kind"] == "person"
    town("undo")
    assert "news@shop.example" not in learned.read_text()
    assert town("why", "news@shop.example", "--json").json["item"]["kind"] == "newsletter"


@pytest.mark.parametrize(
    "words",
    [
        ("note", "Ana"), ("note", "Ana", "  "), ("snooze", "Ana", "yesterday"), ("every", "Ana", "often"),
        ("every", "Ana"), ("pause", "2020-01-01"), ("introduced", "Ana", "ana@example.net"), ("never",),
        ("tag", "Ana", "a,b"), ("promised", "Ana", "x", "--by", "never"), ("never", "tomas"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_cannot_be_done_as_it_stands_is_2_and_does_nothing(town: Town, words: tuple[str, ...]) -> None:
    assert town(*words).code == 2
    assert town("log", "--json").items == []


def test_a_text_is_kept_as_said_but_for_control_characters(town: Town) -> None:
    town("note", "Ana", "likes “Fado” \x1b[1m& <b>pastéis</b>")
    (note,) = town("people", "show", "Ana", "--json").json["item"]["notes"]
    assert note["text"] == "likes “Fado” [1m& <b>pastéis</b>"
