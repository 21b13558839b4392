from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.config.learned import learned_beside
from rules.standing import Standing
from store import outbox
from store.export import records
from store.facts import DAY, Said
from store.ledger import commands, count_commands, said
from tests.reply.desk import EDITION, FRIENDS, JONAS, NOW, Desk, mail


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.close()


def standing(desk: Desk, item: str) -> Standing:
    address = FRIENDS.get(item, JONAS)
    house = desk.house(NOW + 3600)
    return house.standings.get(house.person(address).key, Standing())


def records_of(desk: Desk, verb: str) -> list[Said]:
    return [act for act in said(desk.store) if act.verb == verb]


LINKS = [
    ("done", "", "", lambda s: len(s.done) == 1),
    ("done", "", "Met her for lunch.", lambda s: s.notes[0].text == "Met her for lunch."),
    ("snooze", "2w", "", lambda s: s.snoozed_until > NOW + 12 * DAY),
    ("snooze", "1m", "", lambda s: s.snoozed_until > NOW + 27 * DAY),
    ("slower", "", "", lambda s: s.pace == 1.5),
    ("faster", "", "", lambda s: s.pace < 1),
    ("every", "6w", "", lambda s: s.every == 42),
    ("never", "", "", lambda s: s.never),
    ("skip", "", "", lambda s: len(s.skipped) == 1),
    ("note", "", "moving to Lisbon\nin May", lambda s: s.notes[0].text == "moving to Lisbon in May"),
    ("friend", "", "", lambda s: s.friend),
    ("not-a-person", "", "", lambda s: s.not_a_person),
]


@pytest.mark.parametrize(("verb", "value", "words", "holds"), LINKS)
def test_a_link_does_what_it_says(desk: Desk, verb: str, value: str, words: str, holds: object) -> None:
    subject = f"digwell {verb} {value} Tomás Leal {desk.tag('2')}".replace("  ", " ")
    assert desk.answer(mail(subject, f"Just press send.\n\n{words}\n")).state == "obeyed"
    assert holds(standing(desk, "2"))  # type: ignore[operator]
    assert standing(desk, "1") == Standing()
    assert desk.receipts() == []


def test_words_may_stand_behind_a_colon_in_the_subject_of_a_link(desk: Desk) -> None:
    desk.answer(mail(f"digwell note Tomás Leal: moving to Lisbon {desk.tag('2')}"))
    desk.answer(mail(f"digwell note: worried about schools {desk.tag('2')}"), NOW + 1)
    assert [note.text for note in standing(desk, "2").notes] == ["moving to Lisbon", "worried about schools"]


def test_a_tag_anywhere_in_another_subject_proves_what_the_text_says(desk: Desk) -> None:
    assert desk.answer(mail(f"Re: {desk.tag()} five people", "never 2\n")).state == "obeyed"
    assert standing(desk, "2").never


def test_a_free_answer_does_several_things_at_once(desk: Desk) -> None:
    text = "done 1, 3\nsnooze 2 2w\nkept a\nintroduced i\n\nthanks\n> done 2\n"
    done = desk.answer(mail("Re: Ana, Tomás", text, References=f"<{desk.letter_id}>"))
    assert done.state == "obeyed"
    assert standing(desk, "1").done
    assert standing(desk, "3").done
    assert standing(desk, "2").snoozed_until
    assert not standing(desk, "2").done
    assert standing(desk, "a").promises == ()
    (row,) = commands(desk.store, 1)
    assert (row.channel, row.edition, row.state) == ("mail", EDITION, "obeyed")
    assert "done 1, 3" in row.text


@pytest.mark.parametrize(
    "text",
    [
        "gave 1: a lift", "asked 2: for a book", "promised 3: the slides by friday", "tag 1: rail", "kept a",
        "release a", "introduced i", "skip i", "pause 2w", "people 3", "same ana@example.net mei@example.com",
        "never tomas@example.com", "done all", "yes i",
    ],
)  # fmt: skip
def test_every_verb_of_a_free_answer_leaves_an_act_that_undo_takes_back(desk: Desk, text: str) -> None:
    before = list(records(desk.store))
    assert desk.answer(mail("Re: letter", text, In_Reply_To=f"<{desk.letter_id}>")).state == "obeyed"
    assert list(records(desk.store)) != before
    assert desk.receipts() == []
    undone = desk.answer(mail("Re: letter", "undo", References=f"<{desk.letter_id}>"), NOW + 60)
    assert undone.state == "obeyed"
    assert list(records(desk.store)) == before


def test_undo_of_a_receipt_takes_back_what_that_receipt_told_of(tmp_path: Path) -> None:
    desk = Desk(tmp_path, answer="always")
    desk.answer(mail("Re: letter", "never 1", References=f"<{desk.letter_id}>"))
    desk.answer(mail("Re: letter", "never 2", References=f"<{desk.letter_id}>"), NOW + 5)
    first = next(line for line in _raw_receipts(desk)[0].splitlines() if line.startswith("Message-ID:"))
    parent = first.split()[1]
    desk.answer(mail("Re: Re: letter", "undo", In_Reply_To=parent, References=parent), NOW + 9)
    assert not standing(desk, "1").never
    assert standing(desk, "2").never


def _raw_receipts(desk: Desk) -> list[str]:
    return [p.raw.decode() for p in outbox.pending(desk.store) if p.key.startswith("receipt")]


def test_the_same_mail_seen_twice_is_obeyed_once(desk: Desk) -> None:
    raw = mail(f"digwell slower Ana {desk.tag('1')}")
    assert desk.answer(raw).state == "obeyed"
    assert desk.answer(raw).state == ""
    assert standing(desk, "1").pace == 1.5


def test_what_was_not_understood_is_answered_with_what_was_done_first(desk: Desk) -> None:
    text = "done 1\ndone ana and tomas maybe\nnever 9\n"
    done = desk.answer(mail("Re: letter", text, References=f"<{desk.letter_id}>"))
    assert (done.state, done.receipt) == ("obeyed", True)
    told = desk.receipts()[0].replace("\r\n", "\n")
    assert told.index("Ana") < told.index("done ana and tomas maybe") < told.index("undo")
    assert "there is no 9 in that letter" in told


def test_only_problems_are_answered_unless_wished_otherwise(tmp_path: Path) -> None:
    for wish, count in (("always", 1), ("never", 0)):
        desk = Desk(tmp_path / wish, answer=wish)
        desk.answer(mail("Re: letter", "done 1\ndone ana maybe", References=f"<{desk.letter_id}>"))
        assert len(desk.receipts()) == count
        desk.answer(mail("Re: letter", "why 1", References=f"<{desk.letter_id}>"))
        assert len(desk.receipts()) == count + 1


def test_prose_does_nothing_and_is_not_answered(desk: Desk) -> None:
    before = list(records(desk.store))
    done = desk.answer(
        mail("Re: letter", "Lovely, thank you!\nI met Ana.\n", References=f"<{desk.letter_id}>")
    )
    assert done.state == ""
    assert list(records(desk.store)) == before
    assert desk.receipts() == []


def test_questions_are_answered_with_evidence(desk: Desk) -> None:
    for subject, text in (("Re: letter", "why 2"), (f"digwell why {desk.tag()}", ""), ("Re: letter", "help")):
        desk.answer(mail(subject, text, References=f"<{desk.letter_id}>"))
    one, everybody, manual = desk.receipts()
    assert "Tomas" in one
    assert "It has been 13 weeks." in one
    assert "Ana" in everybody
    assert "Grace" in everybody
    assert "“snooze N 2w”" in manual


def test_an_untagged_mail_to_oneself_may_log_and_ask_and_no_more(desk: Desk) -> None:
    log = mail("log call tomas@example.com 20 min, new job in March")
    assert desk.answer(log).state == "obeyed"
    assert standing(desk, "2").notes[0].text == "call 20 min, new job in March"
    assert desk.answer(mail("log Grace lunch at noon"), NOW + 1).state == "obeyed"
    assert standing(desk, "3").notes[0].text == "lunch at noon"
    assert desk.answer(mail("who tomas"), NOW + 2).receipt
    assert desk.answer(mail("done 1"), NOW + 3).state == ""
    assert desk.answer(mail("never tomas@example.com"), NOW + 4).state == ""


def test_what_only_the_daemon_can_do_is_handed_on(desk: Desk) -> None:
    desk.config = desk.config._replace(drafts=True)
    done = desk.answer(mail("Re: letter", "draft 2\nnow", References=f"<{desk.letter_id}>"))
    assert [w.verb for w in done.wants] == ["now"]
    (draft,) = [p for p in outbox.pending(desk.store) if p.channel == "draft"]
    assert b"To: Tomas <tomas@example.com>" in draft.raw
    assert b"Subject: Re: about in1" in draft.raw
    assert b"References: " in draft.raw
    assert b"digwell" not in draft.raw.lower()


def test_no_draft_is_made_where_drafts_are_off(desk: Desk) -> None:
    done = desk.answer(mail("Re: letter", "draft 2\ndone 1", References=f"<{desk.letter_id}>"))
    assert (done.state, done.receipt) == ("obeyed", True)
    assert not [p for p in outbox.pending(desk.store) if p.channel == "draft"]
    assert "“draft 2”: drafts are switched off" in desk.receipts()[0]
    assert standing(desk, "1").done


def test_what_to_know_before_writing_is_answered_by_mail_too(desk: Desk) -> None:
    desk.answer(mail("Re: letter", "note 2: moving to Lisbon", References=f"<{desk.letter_id}>"))
    done = desk.answer(
        mail("Re: letter", "before 2, mei@example.com", References=f"<{desk.letter_id}>"), NOW + 1
    )
    assert (done.state, done.receipt) == ("obeyed", True)
    told = desk.receipts()[0].replace("\r\n", "\n")
    assert "Tomas:\n  It has been 11 weeks since you two wrote" in told
    assert "moving to Lisbon" in told
    assert "\n\nMei:\n  It has been" in told


def test_two_items_of_people_are_a_pair_and_two_items_of_pairs_are_two_answers(desk: Desk) -> None:
    desk.answer(mail("Re: letter", "introduced 1, 3", References=f"<{desk.letter_id}>"))
    (act,) = records_of(desk, "introduced")
    assert {act.key, act.other} == {desk.person(FRIENDS["1"]).key, desk.person(FRIENDS["3"]).key}
    mixed = desk.answer(mail("Re: letter", "introduced i, 3", References=f"<{desk.letter_id}>"), NOW + 1)
    assert mixed.receipt
    assert len(records_of(desk, "introduced")) == 2
    assert "two people are needed" in desk.receipts()[0]


@pytest.mark.parametrize(
    ("turns", "holds"),
    [
        (("tag 1: rail", "untag 1: rail", "tag 1: rail"), lambda s: s.tags == ("rail",)),
        (("every 1 6w", "every 1 4w", "every 1 6w"), lambda s: s.every == 42),
        (("snooze 1 3m", "snooze 1 2w", "snooze 1 3m"), lambda s: s.snoozed_until > NOW + 80 * DAY),
        (("never 1", "friend 1", "never 1"), lambda s: s.never),
        (("slower 1", "slower 1"), lambda s: s.pace == 1.5),
    ],
)
def test_a_change_of_mind_counts_but_the_same_answer_twice_does_not(
    desk: Desk, turns: tuple[str, ...], holds: object
) -> None:
    for turn, text in enumerate(turns):
        desk.answer(mail(f"Re: {turn}", text, References=f"<{desk.letter_id}>"), NOW + turn)
    assert holds(standing(desk, "1"))  # type: ignore[operator]


def test_thirty_command_mails_a_day_are_enough(desk: Desk) -> None:
    for turn in range(32):
        desk.answer(mail(f"digwell slower Ana {desk.tag('1')}"), NOW + turn)
    counts = count_commands(desk.store)
    assert counts == {"obeyed": 30, "misread": 0, "refused": 2}
    assert len(desk.receipts()) == 1
    later = desk.answer(mail(f"digwell never Ana {desk.tag('1')}"), NOW + DAY)
    assert later.state == "obeyed"


def test_what_is_said_of_kinds_by_mail_stands_in_the_learned_rules_until_undone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.config = desk.config._replace(rules=tmp_path / "rules.yaml")
    desk.answer(mail("Re: letter", "not-a-person 2", References=f"<{desk.letter_id}>"))
    learned = learned_beside(tmp_path / "rules.yaml")
    assert "tomas@example.com" in learned.read_text()
    desk.answer(mail("Re: letter", "undo", References=f"<{desk.letter_id}>"), NOW + 5)
    assert not learned.exists() or "tomas@example.com" not in learned.read_text()
