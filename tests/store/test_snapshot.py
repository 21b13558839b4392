"""The read model: sums, timelines, names and dossiers as of an instant."""

from __future__ import annotations

from pathlib import Path

from store.facts import DAY, Mark, Named
from store.messages import record
from store.opening import open_store
from store.people import Link, know, replace_certain
from store.snapshot import dossiers, load
from tests.store.letters import ME, START, letter, new_store, seen, without_ids

LATER = START + 400 * DAY


def test_a_timeline_counts_days_not_messages(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    day = START // DAY * DAY
    record(
        store,
        folder["Sent"],
        seen(
            letter("a", ME, "ana@x.example", at=day + 5),
            letter("b", ME, "ana@x.example", at=day + 9),
            letter("c", ME, [f"p{n}@x.example" for n in range(3)] + ["ana@x.example"], at=day + DAY),
        ),
    )
    record(
        store, folder["INBOX"], seen(letter("d", "ana@x.example", at=day + 7), letter("e", "zoe@x.example"))
    )
    shot = load(store, LATER)
    (key,) = [p.key for p in shot.people.values() if p.main.address == "ana@x.example"]
    line = shot.timelines[key]
    assert [list(x) for x in (line.days, line.outs, line.ins, line.others)] == [
        [day // DAY],
        [2],
        [1],
        [day // DAY + 1],
    ]
    assert (line.last_out, line.last_in) == (day + 9, day + 7)
    assert list(shot.paces) == [day // DAY, day // DAY + 1]
    assert shot.first_day == day // DAY
    assert "zoe@x.example" in {p.main.address for p in shot.people.values()}
    assert len(shot.timelines) == 4


def test_names_come_by_use(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    for n, name in enumerate(("Ana R.", "Ana Ribeiro", "Ana Ribeiro", "")):
        mail = letter(f"m{n}", "ana@x.example")._replace(sender=(Named("ana@x.example", name),))
        record(store, folder["INBOX"], seen(mail))
    (ana,) = load(store, LATER).people.values()
    assert ana.main.names == ("Ana Ribeiro", "Ana R.")
    assert ana.name == "Ana Ribeiro"


def test_a_merged_person_takes_the_name_that_there_is(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    bare = letter("a", ME)._replace(sender=(Named(ME, "Me"),), to=(Named("a1@x.example", ""),))
    record(store, folder["Sent"], seen(bare, letter("b", ME, "a2@x.example", at=START + 1)))
    record(store, folder["Sent"], seen(letter("c", ME, "a2@x.example", at=START + 3 * DAY)))
    one, two = know(store, "a1@x.example", []), know(store, "a2@x.example", [])
    replace_certain(store, [Link(two, one, "x")], START)
    shot = load(store, LATER)
    (person,) = shot.people.values()
    assert person.name == "A2"
    assert [a.address for a in person.addresses] == ["a1@x.example", "a2@x.example"]
    line = shot.timelines[one]
    assert list(line.outs) == [2, 1]
    assert line.last_out == START + 3 * DAY


def test_a_day_cut_in_two_merges_with_the_days_before(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    noon = START // DAY * DAY + DAY // 2
    record(
        store,
        folder["Sent"],
        seen(
            letter("a", ME, "ana@x.example", at=noon - DAY),
            letter("b", ME, "ana@x.example", at=noon - 1),
            letter("c", ME, "ana@x.example", at=noon + 1),
            letter("d", ME, ["ana@x.example", "new@x.example"], at=noon - 2, dated=False),
        ),
    )
    shot = load(store, noon)
    lines = {shot.people[key].main.address: line for key, line in shot.timelines.items()}
    assert list(lines["ana@x.example"].outs) == [1, 2]
    assert lines["ana@x.example"].last_out == noon - 1
    assert list(lines["new@x.example"].outs) == [1]
    ana = next(p.main for p in shot.people.values() if p.main.address == "ana@x.example")
    assert (ana.sent, ana.last, ana.last_out) == (3, noon - 1, noon - 1)


def test_a_dossier_holds_letters_threads_and_months(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    sent = [letter(f"s{n}", ME, "ana@x.example", at=START + n * DAY, subject=f"s{n}") for n in range(30)]
    wide = letter("w", ME, ["ana@x.example", "bob@x.example"], at=START + 40 * DAY)
    record(store, folder["Sent"], seen(*sent, wide))
    record(
        store,
        folder["INBOX"],
        seen(
            letter(
                "r",
                "ana@x.example",
                [ME, "bob@x.example"],
                at=START + 41 * DAY,
                parent="w",
                references=("w",),
            ),
            letter("away", "ana@x.example", at=START + 42 * DAY, marks=Mark.AUTO),
            letter(
                "list",
                "ana@x.example",
                ["l@x.example", "cleo@x.example"],
                at=START + 43 * DAY,
                marks=Mark.LIST_ID,
            ),
            letter("fake", ME, "ana@x.example", at=START + 44 * DAY),
        ),
    )
    record(store, folder["Junk"], seen(letter("spam", "ana@x.example", at=START + 45 * DAY)))
    shot = load(store, START + 50 * DAY)
    ana, bob = (
        next(p.key for p in shot.people.values() if p.main.address == f"{n}@x.example")
        for n in ("ana", "bob")
    )
    found = dossiers(store, shot, [ana, bob])
    assert [e.mid for e in found[ana].exchanges[:4]] == ["list", "r", "w", "s29"]
    assert len(found[ana].exchanges) == 24
    listed, answer, first = found[ana].exchanges[:3]
    assert (listed.direct, answer.direct, answer.out, answer.root, answer.parent) == (
        False,
        True,
        False,
        "w",
        "w",
    )
    assert (first.out, first.direct, first.root) == (True, True, "w")
    assert found[ana].shared == {bob: 1}
    assert found[bob].shared == {ana: 1}
    assert [e.mid for e in found[bob].exchanges] == ["w"]
    assert sum(found[ana].months) == 32
    assert found[ana].months[-1] > 0
    assert dossiers(store, shot, []) == {}


def test_a_dossier_looks_no_further_than_the_snapshot(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(
        store,
        folder["Sent"],
        seen(letter("a", ME, "ana@x.example"), letter("b", ME, "ana@x.example", at=START + DAY)),
    )
    shot = load(store, START + DAY)
    (key,) = shot.people
    assert [e.mid for e in dossiers(store, shot, [key])[key].exchanges] == ["a"]


def test_mail_in_bulk_counts_as_mail_one_by_one(tmp_path: Path) -> None:
    mail = [letter(f"m{n}", f"p{n}@x.example", at=START + n) for n in range(700)]
    stores = []
    for size in (700, 100):
        store, folder = new_store(tmp_path / f"{size}.db")
        for at in range(0, 700, size):
            record(store, folder["INBOX"], seen(*mail[at : at + size]))
        stores.append(store)
    assert stores[0].one("SELECT count(*) FROM fresh_day") == (700,)
    assert stores[1].one("SELECT count(*) FROM fresh_day") == (0,)
    with open_store(stores[0].path, readonly=True) as reader:
        assert reader.one("SELECT count(*) FROM fresh_day") == (0,)
        assert len(load(reader, LATER).people) == 700
    assert without_ids(stores[0]) == without_ids(stores[1])


def test_bulk_after_bulk_finds_its_place_by_itself(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    for at in range(0, 18_000, 2_000):
        record(
            store, folder["INBOX"], seen(*(letter(f"m{n}", f"p{n}@x.example") for n in range(at, at + 2_000)))
        )
    row = store.one("SELECT count(*) FROM contact_day")
    assert row
    assert row[0] == 18_000
    assert len(load(store, LATER).people) == 18_000
