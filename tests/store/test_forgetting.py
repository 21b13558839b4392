"""Forgetting a person: counted first, really gone, and left out by the next scan."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from store import keep
from store.cards import keep_cards
from store.db import Store
from store.editions import plan_edition, suggested
from store.errors import NeedsOwnerError, TemporaryError
from store.events import bounces, keep_bounces, keep_meetings, meetings
from store.facts import DAY, Bounce, Card, Edition, Folder, Meeting, Said, Suggested
from store.forgetting import forget, traces
from store.ledger import Command, begin_command, command, said, say
from store.messages import counts, record
from store.outbox import done, put
from store.people import Link, replace_certain
from store.snapshot import load
from store.soundness import problems
from tests.store.letters import ME, START, days, letter, new_store, seen

KIM, OLD, ANA = "kim@lund.example", "kim@old.example", "ana@x.example"
LATER = START + 30 * DAY
SECRET = b"k" * 32


def mailbox() -> dict[str, list[object]]:
    return {
        "INBOX": [
            letter("from-kim", KIM, parent="to-both"),
            letter("kim-old", OLD, at=START + 1),
            letter("from-ana", ANA, [ME, KIM], subject="lunch with kim@lund.example?"),
            letter("ana-alone", ANA, at=START + 2, parent="from-kim"),
        ],
        "Sent": [
            letter("to-kim", ME, [KIM, OLD], at=START + 3),
            letter("to-both", ME, [KIM, ANA], at=START + 4),
            letter("to-ana", ME, ANA, at=START + 5),
        ],
    }


@pytest.fixture
def home(tmp_path: Path) -> tuple[Store, dict[str, Folder]]:
    store, folder = new_store(tmp_path / "s.db")
    (tmp_path / keep.KEY).write_bytes(SECRET)
    for name, mail in mailbox().items():
        record(store, folder[name], seen(*mail))  # type: ignore[arg-type]
    ids: dict[str, int] = dict(store.rows("SELECT address, id FROM address"))
    replace_certain(store, [Link(ids[OLD], ids[KIM], "same name")], START)
    number = begin_command(store, Command(mid="cmd-kim", at=START, channel="mail", text="note Kim: tall"))
    say(store, number, [Said("", START, "note", ids[KIM], text="tall")])
    number = begin_command(store, Command(mid="cmd-ana", at=START, channel="mail", text="note Ana: short"))
    say(store, number, [Said("", START, "note", ids[ANA], text="friend of Kim")])
    plan_edition(
        store,
        Edition("2020w38", START, "delivered", "dw@x", START),
        [
            Suggested("2020w38", n, ids[a], 0, "new", wildcard=False, sentence=f"{a} it is")
            for n, a in (("1", KIM), ("2", ANA))
        ],
    )
    put(store, "2020w38", "dw@x", b"Dear Maya, write to Kim", ("append", "INBOX"), START)
    keep_bounces(
        store, [Bounce(KIM, True, START + 9, "b1", "to-kim"), Bounce(ANA, True, START + 9, "b2", "to-ana")]
    )
    keep_meetings(store, [Meeting("u", START, "accepted", (KIM, ANA), "Tea with Kim", "from-ana")], START)
    keep_cards(store, [Card("vcard", "1", "Kim", (KIM,), "Lund", "baker")], START)
    return store, folder


def key(store: Store, address: str) -> int:
    row = store.one("SELECT person FROM address WHERE address = ?", (address,))
    assert row
    return int(row[0])


def test_what_there_is_is_counted_first(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    copy = keep.backup(store, START).path
    found = traces(store, key(store, KIM))
    assert found.addresses == (KIM, OLD)
    assert found.names == ("Kim",)
    assert (found.messages, found.shared) == (3, 2)
    assert (found.words, found.suggestions, found.mentions) == (1, 1, 1)
    assert found.copies == (copy,)
    assert counts(store).messages == 7


def test_a_letter_on_its_way_holds_forgetting_up(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    with pytest.raises(TemporaryError):
        forget(store, key(store, KIM), SECRET)
    assert traces(store, key(store, KIM)).messages == 3


def test_a_forgotten_person_is_gone_from_every_byte(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    done(store, "2020w38")
    assert b"lund" in store.path.read_bytes() + _journal(store)
    forget(store, key(store, KIM), SECRET)
    left = (store.path.read_bytes() + _journal(store)).lower()
    for trace in (b"kim@", b"lund", b"old.example", b"tall", b"from-kim", b"tea with", b"baker"):
        assert trace not in left, trace
    assert b"ana@x.example" in left


def _journal(store: Store) -> bytes:
    return b"".join(p.read_bytes() for p in store.path.parent.glob(store.path.name + "-*"))


def test_everybody_else_keeps_everything(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    done(store, "2020w38")
    ana = key(store, ANA)
    before = load(store, LATER)
    forget(store, key(store, KIM), SECRET)
    after = load(store, LATER)
    assert after.people == {ana: before.people[ana]}
    assert [act.text for act in said(store)] == ["friend of Kim"]
    assert [s.sentence for s in suggested(store)] == ["ana@x.example it is"]
    assert [b.address for b in bounces(store)] == [ANA]
    assert [m.addresses for m in meetings(store)] == [(ANA,)]
    assert problems(store, thoroughly=True) == ()


def test_a_forgotten_command_is_not_obeyed_again(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    done(store, "2020w38")
    forget(store, key(store, KIM), SECRET)
    kept = command(store, "cmd-kim")
    assert kept is not None
    assert kept.text == ""


def test_the_next_scan_leaves_the_person_out(home: tuple[Store, dict[str, Folder]]) -> None:
    store, folder = home
    done(store, "2020w38")
    forget(store, key(store, KIM), SECRET)
    before = days(store)
    for name, mail in mailbox().items():
        assert record(store, folder[name], seen(*mail)).new == 0  # type: ignore[arg-type]
    assert days(store) == before
    assert not store.one("SELECT 1 FROM address WHERE address IN (?, ?)", (KIM, OLD))
    record(store, folder["INBOX"], seen(letter("later", ANA, [ME, KIM], at=START + DAY)))
    assert not store.one("SELECT 1 FROM address WHERE address IN (?, ?)", (KIM, OLD))


def test_without_a_fingerprint_the_person_may_come_back(home: tuple[Store, dict[str, Folder]]) -> None:
    store, folder = home
    done(store, "2020w38")
    forget(store, key(store, KIM), None)
    assert record(store, folder["INBOX"], seen(*mailbox()["INBOX"])).new == 2  # type: ignore[arg-type]
    assert key(store, KIM)


def test_without_its_key_no_scan_goes_past_the_forgotten(
    home: tuple[Store, dict[str, Folder]], tmp_path: Path
) -> None:
    store, folder = home
    done(store, "2020w38")
    forget(store, key(store, KIM), SECRET)
    (tmp_path / keep.KEY).unlink()
    with pytest.raises(NeedsOwnerError):
        record(store, folder["INBOX"], seen(letter("later", "new@x.example")))


def test_a_reader_that_holds_the_journal_is_named(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    done(store, "2020w38")
    reader = sqlite3.connect(store.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM message").fetchone()
    store.execute("PRAGMA busy_timeout = 100")
    with pytest.raises(TemporaryError):
        forget(store, key(store, KIM), SECRET)
    reader.close()
    assert not store.one("SELECT 1 FROM address WHERE address = ?", (KIM,))
