"""What came of a suggestion is read from the mail, and history found late changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.db import Store
from store.editions import plan_edition, set_edition, suggested
from store.facts import DAY, Edition, Folder, Suggested
from store.messages import record
from store.people import Link, know, replace_certain
from store.snapshot import load
from tests.store.letters import ME, START, letter, new_store, seen

SENT_OUT = START + DAY


@pytest.fixture
def week(tmp_path: Path) -> tuple[Store, dict[str, Folder]]:
    store, folder = new_store(tmp_path / "s.db")
    ana = know(store, "ana@x.example", ["Ana"])
    plan_edition(
        store,
        Edition("2020w38", SENT_OUT, "composed", "dw@x"),
        [Suggested("2020w38", "1", ana, 0, "new", wildcard=False)],
    )
    return store, folder


def outcome(store: Store, as_of: int = START + 99 * DAY) -> tuple[int, int]:
    people = {a.id: p.key for p in load(store, as_of).people.values() for a in p.addresses}
    (found,) = suggested(store, as_of, people=people)
    return found.wrote, found.answered


def test_a_letter_after_delivery_counts_and_its_answer_too(week: tuple[Store, dict[str, Folder]]) -> None:
    store, folder = week
    set_edition(store, "2020w38", "delivered", SENT_OUT + 60)
    record(store, folder["Sent"], seen(letter("a", ME, "ana@x.example", at=SENT_OUT + 100)))
    record(store, folder["INBOX"], seen(letter("b", "ana@x.example", at=SENT_OUT + 2 * DAY)))
    assert outcome(store) == (SENT_OUT + 100, SENT_OUT + 2 * DAY)
    assert outcome(store, SENT_OUT + 100) == (0, 0)
    assert outcome(store, SENT_OUT + DAY) == (SENT_OUT + 100, 0)


def test_before_delivery_nothing_counts(week: tuple[Store, dict[str, Folder]]) -> None:
    store, folder = week
    record(store, folder["Sent"], seen(letter("a", ME, "ana@x.example", at=SENT_OUT + 100)))
    assert outcome(store) == (0, 0)
    set_edition(store, "2020w38", "delivered", SENT_OUT + 200)
    assert outcome(store) == (0, 0)


@pytest.mark.parametrize("name", ["INBOX", "All", "Junk", "Trash"])
def test_a_letter_not_proven_to_be_mine_closes_nothing(
    week: tuple[Store, dict[str, Folder]], name: str
) -> None:
    store, folder = week
    set_edition(store, "2020w38", "delivered", SENT_OUT)
    record(store, folder[name], seen(letter("a", ME, "ana@x.example", at=SENT_OUT + 100)))
    assert outcome(store) == (0, 0)


def test_imported_mail_closes_nothing_until_the_mailbox_shows_it(
    week: tuple[Store, dict[str, Folder]],
) -> None:
    store, folder = week
    set_edition(store, "2020w38", "delivered", SENT_OUT)
    mail = seen(letter("a", ME, "ana@x.example", at=SENT_OUT + 100))
    record(store, None, mail)
    record(store, None, mail, sent=True)
    assert outcome(store) == (0, 0)
    record(store, folder["Sent"], mail)
    assert outcome(store)[0] == SENT_OUT + 100


def test_a_letter_to_another_address_of_the_person_counts(week: tuple[Store, dict[str, Folder]]) -> None:
    store, folder = week
    set_edition(store, "2020w38", "delivered", SENT_OUT)
    record(store, folder["Sent"], seen(letter("a", ME, "ana@home.example", at=SENT_OUT + 100)))
    assert outcome(store) == (0, 0)
    replace_certain(
        store, [Link(know(store, "ana@home.example", []), know(store, "ana@x.example", []), "")], START
    )
    assert outcome(store)[0] == SENT_OUT + 100
