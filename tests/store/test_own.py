"""Which addresses are the owner's: configured, learned from Sent, asked about, never assumed."""

from __future__ import annotations

from pathlib import Path

from store.db import Store
from store.facts import DAY, Folder, Message, Named
from store.messages import learn_own, own_addresses, record
from store.own import confirm
from store.snapshot import load
from tests.store.letters import ME, START, letter, new_store, seen, without_ids

LATER = START + 30 * DAY


def sent_by(store: Store, folder: dict[str, Folder], who: Named, count: int = 3) -> None:
    mail: list[Message] = []
    for n in range(count):
        one = letter(f"{who.address}{n}", who.address, "ana@x.example", at=START + n)
        mail.append(one._replace(sender=(who,)))
    record(store, folder["Sent"], seen(*mail))


def own(store: Store) -> dict[str, bool]:
    return {o.address: o.used for o in own_addresses(store)}


def test_an_alias_with_my_name_is_learned_and_all_is_counted_anew(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    sent_by(store, folder, Named(ME, "Maya Miller"))
    sent_by(store, folder, Named("work@firm.example", "Miller, Maya"))
    assert {p.main.address for p in load(store, LATER).people.values()} == {
        "ana@x.example",
        "work@firm.example",
    }
    assert learn_own(store, [ME])
    assert own(store) == {ME: True, "work@firm.example": True}
    (ana,) = load(store, LATER).people.values()
    assert ana.main.sent == 6
    assert not learn_own(store, [ME])


def test_the_same_local_part_elsewhere_in_sent_is_mine(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    sent_by(store, folder, Named("maya@old.example", ""))
    assert learn_own(store, [ME])
    assert own(store)["maya@old.example"]


def test_an_assistant_in_sent_is_asked_about_not_assumed(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    sent_by(store, folder, Named(ME, "Maya Miller"))
    sent_by(store, folder, Named("tom@firm.example", "Tom Aide"), 9)
    assert not learn_own(store, [ME])
    assert own(store) == {ME: True, "tom@firm.example": False}
    assert confirm(store, "tom@firm.example", mine=True)
    assert own(store)["tom@firm.example"]
    assert confirm(store, "tom@firm.example", mine=False)
    assert not learn_own(store, [ME])
    assert not own(store)["tom@firm.example"]


def test_a_stray_sender_is_not_worth_a_question(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    sent_by(store, folder, Named("once@firm.example", "Once"), 2)
    learn_own(store, [ME])
    assert own(store) == {ME: True}


def test_without_a_usable_address_the_one_that_wrote_sent_is_mine(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db", own=["maya"])
    sent_by(store, folder, Named(ME, "Maya Miller"), 8)
    sent_by(store, folder, Named("tom@firm.example", "Tom Aide"))
    assert learn_own(store, ["maya"])
    assert own(store) == {ME: True, "tom@firm.example": False}


def test_who_signs_in_as_one_and_writes_as_another_is_known_by_the_mail_that_was_sent(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    sent_by(store, folder, Named("hello@mydomain.example", "Maya Miller"), 8)
    sent_by(store, folder, Named("tom@firm.example", "Tom Aide"))
    assert learn_own(store, [ME])
    assert own(store) == {ME: True, "hello@mydomain.example": True, "tom@firm.example": False}


def test_an_address_that_is_configured_no_more_is_not_mine(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db", own=[ME, "second@x.example"])
    sent_by(store, folder, Named("second@x.example", "Other Name"), 1)
    assert learn_own(store, [ME])
    assert own(store) == {ME: True}
    assert [p.main.address for p in load(store, LATER).people.values()] == ["second@x.example"]


def test_learning_late_gives_the_same_store_as_knowing_at_once(tmp_path: Path) -> None:
    late, folder = new_store(tmp_path / "late.db")
    alias = "work@firm.example"
    mail = [
        letter(
            f"m{n}",
            alias if n % 2 else "ana@x.example",
            ME if n % 2 == 0 else "ana@x.example",
            at=START + n * DAY,
            parent=f"m{n - 1}",
        )
        for n in range(8)
    ]
    early, _ = new_store(tmp_path / "early.db", own=[ME, alias])
    for store in (late, early):
        record(store, folder["Sent"], seen(*mail[1::2]))
        record(store, folder["INBOX"], seen(*mail[::2]))
    assert without_ids(late) != without_ids(early)
    confirm(late, alias, mine=True)
    assert without_ids(late) == without_ids(early)
