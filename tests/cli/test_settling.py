"""What judgement leaves in the store: certain merges before anybody looks, and verdicts for SQL."""

from __future__ import annotations

import os

import pytest

from store.opening import open_store
from store.views import judged
from tests.cli.test_data import maildir
from tests.cli.town import MAYA, Town, letter


def spellings(town: Town) -> None:
    """Import mail with one mailbox that is spelt in two ways."""
    one, other = "Mei Tanaka <mei.tanaka@gmail.com>", "Mei Tanaka <meitanaka@gmail.com>"
    mails = [(True, letter(MAYA, who, ago)) for who in (one, other) for ago in (200, 150)]
    mails += [(False, letter(who, MAYA, ago)) for who in (one, other) for ago in (190, 140)]
    assert town("import", "maildir", str(maildir(town.folder / "mei", mails))).code == 0


def test_two_spellings_of_one_mailbox_are_one_person_for_whoever_looks(town: Town) -> None:
    spellings(town)
    rows = [line for line in town("rank").out.splitlines() if "tanaka" in line]
    assert len(rows) == 1
    assert len(town("people", "show", "mei tanaka", "--json").json["item"]["addresses"]) == 2


def test_what_is_certain_can_still_be_taken_apart(town: Town) -> None:
    spellings(town)
    assert town("people", "split", "mei tanaka").code == 0
    assert len([line for line in town("rank").out.splitlines() if "tanaka" in line]) == 2
    town("undo")
    assert len([line for line in town("rank").out.splitlines() if "tanaka" in line]) == 1


def test_the_last_verdicts_stand_in_the_store_with_their_day(town: Town) -> None:
    town("due")
    with open_store(town.store, readonly=True) as store:
        assert judged(store)[1] > 0
        kept: dict[str, str] = dict(
            store.rows("SELECT address, reason FROM verdict JOIN address ON address.id = address_id")
        )
    assert kept["tomas@example.com"]
    town("never", "tomas@example.com")
    town("due")
    with open_store(town.store, readonly=True) as store:
        (due,) = store.one("SELECT due FROM verdict JOIN address a ON a.id = address_id WHERE a.address = ?",
                           ("tomas@example.com",)) or (None,)  # fmt: skip
    assert due == 0


def test_a_look_into_the_past_keeps_no_verdict(town: Town) -> None:
    town("due", "--as-of", "2026-06-01")
    with open_store(town.store, readonly=True) as store:
        assert judged(store) == ("", 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_store_that_cannot_be_written_is_still_looked_at(town: Town) -> None:
    town.store.chmod(0o400)
    town.folder.chmod(0o500)
    try:
        assert town("people", "list").code == 0
    finally:
        town.folder.chmod(0o700)
