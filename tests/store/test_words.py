"""What the owner says: written once, undone exactly, and who is one person by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.db import Store
from store.editions import edition, editions, plan_edition, set_edition
from store.errors import NotFoundError
from store.export import as_line, records
from store.facts import DAY, Edition, Said, Suggested
from store.ledger import (
    Command,
    acts_of,
    begin_command,
    command,
    commands,
    count_commands,
    end_command,
    last_undoable,
    said,
    say,
    undo,
    untold,
)
from store.messages import record
from store.people import Link, grouping, know, links, replace_certain
from store.snapshot import load
from tests.store.letters import ME, START, letter, new_store, seen

LATER = START + 30 * DAY


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store, folder = new_store(tmp_path / "s.db")
    for n, name in enumerate(("ana", "bob", "cleo", "dan")):
        record(store, folder["Sent"], seen(letter(f"to-{name}", ME, f"{name}@x.example", at=START + n)))
    return store


def key(store: Store, name: str) -> int:
    row = store.one("SELECT id FROM address WHERE address = ?", (f"{name}@x.example",))
    assert row
    return int(row[0])


def tell(store: Store, verb: str, *, at: int = START + DAY, mid: str = "", **more: object) -> int:
    with store.transaction():
        number = begin_command(store, Command(mid=mid, at=at, text=verb))
        say(store, number, [Said("", at, verb, **more)])  # type: ignore[arg-type]
    return number


def take_back(store: Store, number: int) -> tuple[Said, ...]:
    with store.transaction():
        return undo(store, number, begin_command(store, Command(at=START + 2 * DAY, text="undo")))


def export(store: Store) -> list[str]:
    return [as_line(record) for record in records(store)]


def persons(store: Store) -> set[frozenset[str]]:
    people = load(store, LATER).people.values()
    return {frozenset(a.address.partition("@")[0] for a in p.addresses) for p in people}


def test_the_same_mail_is_obeyed_once(store: Store) -> None:
    assert begin_command(store, Command(mid="c1", at=START, channel="mail"))
    assert begin_command(store, Command(mid="c1", at=START + 9, channel="mail")) == 0
    found = command(store, "c1")
    assert found is not None
    assert found.at == START
    assert command(store, "c2") is None
    assert command(store, "") is None


def test_commands_without_mail_never_collide(store: Store) -> None:
    assert begin_command(store, Command(at=START)) != begin_command(store, Command(at=START))


def test_a_word_and_its_command_stand_or_fall_together(store: Store) -> None:
    def die() -> None:
        with store.transaction():
            number = begin_command(store, Command(mid="c1", at=START))
            say(store, number, [Said("", START, "note", key(store, "ana"), text="hi")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        die()
    assert not commands(store)
    assert not said(store)


def test_equal_words_in_one_second_have_different_ids(store: Store) -> None:
    tell(store, "note", key=key(store, "ana"), text="same")
    tell(store, "note", key=key(store, "ana"), text="same")
    one, two = said(store)
    assert one.id != two.id
    assert one.id.startswith("n")


def test_ids_of_words_do_not_depend_on_row_ids(tmp_path: Path, store: Store) -> None:
    other, _ = new_store(tmp_path / "other.db")
    know(other, "first@x.example", [])
    tell(store, "note", key=key(store, "ana"), text="moving")
    number = begin_command(other, Command(at=START))
    (note,) = say(
        other, number, [Said("", START + DAY, "note", know(other, "ana@x.example", []), text="moving")]
    )
    assert note.id == said(store)[0].id


def test_undo_restores_the_export_byte_for_byte(store: Store) -> None:
    tell(store, "tag", key=key(store, "ana"), value="friend")
    before = export(store)
    for verb in ("note", "snooze", "never", "tag"):
        number = tell(store, verb, key=key(store, "bob"), text="x", value="y", until=LATER)
        assert export(store) != before
        assert len(take_back(store, number)) == 1
        assert export(store) == before
    number = tell(store, "same", key=key(store, "ana"), other=key(store, "bob"))
    assert export(store) != before
    take_back(store, number)
    assert export(store) == before


def test_undoing_twice_takes_nothing_back_twice(store: Store) -> None:
    number = tell(store, "note", key=key(store, "ana"), text="x")
    assert len(take_back(store, number)) == 1
    assert take_back(store, number) == ()
    assert [act.verb for act in acts_of(store, number)] == ["note"]
    with pytest.raises(NotFoundError):
        take_back(store, 999)


def test_the_last_thing_said_is_what_undo_offers(store: Store) -> None:
    assert last_undoable(store) is None
    first = tell(store, "note", key=key(store, "ana"), text="x")
    second = tell(store, "note", key=key(store, "ana"), text="y")
    found = last_undoable(store)
    assert found
    assert found.id == second
    take_back(store, second)
    found = last_undoable(store)
    assert found
    assert found.id == first


def test_commands_by_mail_are_counted_by_state(store: Store) -> None:
    number = begin_command(store, Command(mid="c1", at=START, channel="mail"))
    end_command(store, number, "misread", "sorry")
    begin_command(store, Command(mid="c2", at=START, channel="mail"))
    begin_command(store, Command(at=START))
    assert count_commands(store) == {"obeyed": 1, "misread": 1, "refused": 0}
    assert count_commands(store, START + 1) == {"obeyed": 0, "misread": 0, "refused": 0}
    assert [c.mid for c in untold(store)] == ["c1", "c2"]
    assert untold(store)[0].answer == "sorry"


def test_what_was_said_later_does_not_hold_earlier(store: Store) -> None:
    tell(store, "note", key=key(store, "ana"), text="x", at=START + 5 * DAY)
    assert load(store, START + 5 * DAY).said == ()
    assert len(load(store, START + 5 * DAY + 1).said) == 1


def test_same_joins_and_different_parts(store: Store) -> None:
    ana, bob, cleo = (key(store, n) for n in ("ana", "bob", "cleo"))
    tell(store, "same", key=ana, other=bob)
    tell(store, "same", key=bob, other=cleo, at=START + DAY + 1)
    assert persons(store) == {frozenset({"ana", "bob", "cleo"}), frozenset({"dan"})}
    (person,) = [p for p in load(store, LATER).people.values() if len(p.addresses) == 3]
    assert person.main.address == "ana@x.example"
    tell(store, "different", key=ana, other=cleo, at=START + DAY + 2)
    assert frozenset({"ana", "bob"}) in persons(store)
    assert frozenset({"cleo"}) in persons(store)


def test_the_owner_outweighs_certain_merges(store: Store) -> None:
    ana, bob, cleo = (key(store, n) for n in ("ana", "bob", "cleo"))
    assert replace_certain(store, [Link(bob, ana, "same name and domain")], START)
    assert frozenset({"ana", "bob"}) in persons(store)
    number = tell(store, "different", key=ana, other=bob)
    assert frozenset({"ana"}) in persons(store)
    assert not replace_certain(store, [Link(bob, ana, "same name and domain")], START)
    replace_certain(store, [Link(bob, ana, "same name and domain"), Link(cleo, bob, "reply-to")], START)
    assert frozenset({"bob", "cleo"}) in persons(store)
    take_back(store, number)
    assert frozenset({"ana", "bob", "cleo"}) in persons(store)
    assert replace_certain(store, [], START)
    assert len(persons(store)) == 4
    assert links(store) == ()


def test_a_merge_adds_up_and_a_split_restores_both_histories(store: Store) -> None:
    before = load(store, LATER)
    ana, bob = key(store, "ana"), key(store, "bob")
    number = tell(store, "same", key=ana, other=bob)
    both = load(store, LATER)
    assert list(both.timelines[ana].outs) == [2]
    assert both.timelines[ana].last_out == START + 1
    assert bob not in both.timelines
    take_back(store, number)
    after = load(store, LATER)
    assert after.people == before.people
    assert after.timelines == before.timelines


def test_a_merge_said_later_does_not_hold_earlier(store: Store) -> None:
    tell(store, "same", key=key(store, "ana"), other=key(store, "bob"), at=START + DAY)
    assert grouping(store, START + DAY) == {}
    assert len(grouping(store)) == 1


def test_people_from_an_address_book_are_there_without_mail(store: Store) -> None:
    number = know(store, "Eve@X.example", ["Eve E."])
    assert know(store, "eve@x.example", ["Eve E."]) == number
    assert know(store, "nonsense", ["N"]) == 0
    assert know(store, "name:gus grey", ["Gus Grey"])
    people = load(store, LATER).people
    assert people[number].name == "Eve E."
    assert people[number].main.last == 0
    assert "name:gus grey" in {p.main.address for p in people.values()}


def test_an_edition_is_planned_once(store: Store) -> None:
    one = Edition("2020w40", START + DAY, "composed", "dw.2020w40.all.x@x")
    line = Suggested(
        "2020w40",
        "1",
        key(store, "ana"),
        0,
        "new",
        wildcard=False,
        sentence="Hi",
        evidence=(("date", "2020-09-13"),),
    )
    assert plan_edition(store, one, [line])
    assert not plan_edition(store, one, [line])
    assert edition(store, "2020w41") is None
    set_edition(store, "2020w40", "delivered", START + DAY + 60)
    assert [e.state for e in editions(store)] == ["delivered"]
    assert editions(store, START) == ()
    (found,) = load(store, LATER).suggested
    assert (found.sentence, found.evidence, found.at) == ("Hi", line.evidence, START + DAY + 60)
