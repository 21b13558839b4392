"""Data in, out and cared for: import, export, backup, restore, forget."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path

import pytest

from daemon.cli.main import run
from tests.cli.town import MAYA, Town, letter


def maildir(folder: Path, mails: list[tuple[bool, bytes]]) -> Path:
    for where in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
        (folder / where).mkdir(parents=True)
    for number, (own, raw) in enumerate(mails):
        (folder / (".Sent/cur" if own else "cur") / f"{number}.test:2,S").write_bytes(raw)
    return folder


@pytest.fixture
def noor(tmp_path: Path) -> Path:
    """Give a Maildir with an exchange that the town does not know yet."""
    name = "Noor Haddad <noor@example.net>"
    pairs = [(True, letter(MAYA, name, 300 - n)) for n in range(0, 60, 20)]
    return maildir(
        tmp_path / "old", [*pairs, *[(False, letter(name, MAYA, 299 - n)) for n in range(0, 60, 20)]]
    )


def exported(town: Town) -> str:
    ran = town("export", "--format", "jsonl")
    assert ran.code == 0
    return ran.out


def test_importing_twice_changes_nothing(town: Town, noor: Path) -> None:
    first = town("import", "maildir", str(noor), "--json").json["item"]
    assert (first["read"], first["new"]) == (6, 6)
    before = exported(town)
    assert town("import", "maildir", str(noor), "--json").json["item"]["new"] == 0
    assert exported(town) == before
    assert "Noor Haddad" in town("people", "list").out


def test_a_rehearsed_import_says_what_would_come_and_leaves_nothing(town: Town, noor: Path) -> None:
    before = exported(town)
    assert town("import", "maildir", str(noor), "-n").out == "would be: 6 read, 6 new\n"
    assert exported(town) == before


def test_nothing_to_import_is_6_and_an_unknown_kind_is_2(town: Town, tmp_path: Path) -> None:
    assert town("import", "maildir", str(tmp_path / "nowhere")).code == 6
    (tmp_path / "empty").mkdir()
    assert town("import", "maildir", str(tmp_path / "empty")).code == 6
    assert town("import", "pst", str(tmp_path)).code == 2


def test_mail_is_judged_without_any_configuration(town: Town, noor: Path, tmp_path: Path) -> None:
    town.config.write_text("mailbox: {host: h.example, user: x@h.example, password_command: pass x}\n")
    store = tmp_path / "fresh.db"
    assert town("--store", str(store), "import", "maildir", str(noor), "--me", "maya@example.org").code == 0
    rows = list(csv.DictReader(io.StringIO(town("--store", str(store), "rank").out)))
    assert [row["contact"] for row in rows] == ["noor@example.net"]


def test_the_export_is_one_typed_record_a_line_in_order(town: Town) -> None:
    town("note", "Ana", "moving in May")
    records = [json.loads(line) for line in exported(town).splitlines()]
    assert {record["type"] for record in records} >= {"message", "address", "person", "note", "command"}
    kinds = [record["type"] for record in records]
    assert kinds == sorted(kinds)


def test_undo_leaves_the_export_as_it_was_to_the_byte(town: Town) -> None:
    before = exported(town)
    for words in (
        ("note", "Ana", "x"),
        ("never", "Grace"),
        ("same", "Ana", "Grace"),
        ("snooze", "Ana", "2w"),
    ):
        town(*words)
        assert exported(town) != before
        town("undo")
        assert exported(town) == before, words


def test_a_merge_and_a_split_leave_the_export_as_it_was(town: Town) -> None:
    before = exported(town)
    town("people", "merge", "ana@example.net", "grace@kestrel.example")
    town("people", "split", "ana@example.net")
    assert exported(town) == before


def test_a_table_starts_no_formula_and_a_card_is_whole(town: Town) -> None:
    rows = list(csv.DictReader(io.StringIO(town("export", "--format", "csv").out)))
    assert {"ana@example.net", "tomas@example.com"} <= {row["address"] for row in rows}
    assert "news@shop.example" not in {row["address"] for row in rows}
    cards = town("export", "--format", "vcard").out
    assert cards.count("BEGIN:VCARD") == cards.count("END:VCARD") == len(rows)


def test_an_export_to_a_file_is_readable_by_its_owner_only(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    assert town("export", "-o", str(path)).code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == exported(town)


def test_a_backup_brings_everything_back(town: Town) -> None:
    town("note", "Ana", "moving in May")
    before = exported(town)
    made = town("backup", "--json").json["item"]
    assert Path(made["path"]).is_file()
    town("never", "Ana")
    assert town("restore", "-n").code == 0
    assert exported(town) != before
    assert town("restore").code == 0
    assert exported(town) == before
    assert town("backup", "list", "--json").items[0]["path"] == made["path"]
    assert town("status", "--json").json["item"]["store"]["last_backup"] == made["at"]


@pytest.mark.parametrize("left", [None, b"", b"no store at all " * 500], ids=["gone", "empty", "damaged"])
def test_a_store_that_is_gone_is_said_aloud_and_can_be_restored(town: Town, left: bytes | None) -> None:
    town("note", "Ana", "moving in May")
    before = exported(town)
    made = town("backup", "--json").json["item"]["path"]
    town.store.unlink() if left is None else town.store.write_bytes(left)
    state = "damaged" if left else "gone"
    for words in (("due",), ("note", "Ana", "x"), ("export",)):
        refused = town(*words)
        assert (refused.code, refused.out) == (1, "")
        assert "digwell restore" in refused.err
        assert "damaged" in refused.err or left is not None or "the store is gone" in refused.err
    told = town("status", "--json")
    assert told.code == 1
    assert told.json["item"]["store"]["integrity"] == state
    assert told.json["item"]["mailboxes"][0]["state"] == "unknown"
    assert f"{state}, last backup" in town("status").out
    assert made in town("backup", "list").out
    assert town("restore").code == 0
    assert exported(town) == before


def test_a_backup_is_found_by_its_name_beside_the_store(town: Town) -> None:
    made = Path(town("backup", "--json").json["item"]["path"])
    assert f"restored from {made}" in town("restore", made.name, "-n").out
    assert f"restored from {made}" in town("restore", f"backups/{made.name}").out


def test_pruning_takes_the_store_that_a_restore_has_moved_aside(town: Town) -> None:
    town("note", "Ana", "moving to Lisboa-Alfama")
    town("backup")
    town("restore")
    (aside,) = town.folder.glob("digwell.db.before-*Z")
    assert str(aside) in town("forget", "Ana", "--dry-run").out
    assert str(aside) in town("backup", "prune", "--before", "2100-01-01", "-n").out
    assert aside.exists()
    assert town("backup", "prune", "--before", "2000-01-01").out == "No backup is that old.\n"
    assert str(aside) in town("backup", "prune", "--before", "2100-01-01").out
    assert not list(town.folder.glob("digwell.db.before-*"))
    assert "still hold these records" not in town("forget", "Ana", "--dry-run").out
    assert town("people", "show", "Ana").code == 0


def test_restoring_from_nothing_is_6_and_from_rubbish_touches_nothing(town: Town, tmp_path: Path) -> None:
    assert town("restore").code == 6
    (tmp_path / "rubbish.db").write_bytes(b"not a store")
    before = exported(town)
    assert town("restore", str(tmp_path / "rubbish.db")).code != 0
    assert exported(town) == before


def test_forgetting_counts_first_and_asks_for_the_name(town: Town) -> None:
    counted = town("forget", "Ana", "--dry-run", "--json").json["item"]
    assert counted["addresses"] == ["ana@example.net"]
    assert counted["messages"] == 28
    assert town("forget", "Ana", "--no-input").code == 2
    assert town("forget", "Ana", "--yes", "Anna").code == 2
    assert town("people", "show", "Ana").code == 0


def test_the_forgotten_are_gone_from_every_byte(town: Town) -> None:
    town("note", "Ana", "moving to Lisboa-Alfama")
    town("backup")
    shown = town("forget", "Ana", "--yes", "Ana Ribeiro")
    assert shown.code == 0
    assert "still hold these records" in shown.out
    assert town("people", "show", "ana@example.net").code == 6
    for path in town.folder.glob("digwell.db*"):
        content = path.read_bytes().lower()
        assert b"ana@example.net" not in content
        assert b"lisboa-alfama" not in content


def test_status_keeps_its_promised_shape(town: Town) -> None:
    found = town("status", "--json").json["item"]
    assert {
        "running",
        "mailboxes",
        "last_digest",
        "next_digest",
        "quarantined",
        "commands",
        "rules",
        "store",
    } <= set(found)
    assert set(found["commands"]) == {"obeyed", "misread", "refused"}
    assert set(found["mailboxes"][0]) >= {"name", "state", "since", "last_ok", "lag_seconds", "error"}
    assert set(found["store"]) == {"path", "bytes", "schema", "integrity", "last_backup"}
    assert found["store"]["integrity"] == "ok"
    assert found["next_digest"] == "2026-11-23T07:30:00Z"


def test_status_tells_of_wrong_rules_and_goes_on(town: Town) -> None:
    town.rules("circles:\n  family: {evry: 2w}\n")
    ran = town("status", "--json")
    assert ran.code == 0
    assert ran.json["item"]["rules"]["ok"] is False
    assert "rules.yaml:2:12:" in ran.json["item"]["rules"]["problems"][0]


def test_status_names_no_line_where_the_configuration_is_not_there(town: Town) -> None:
    town.config.unlink()
    ran = town("status", "--json")
    assert ran.code == 78
    assert ran.json["item"]["rules"]["problems"] == [f"there is no file {town.config}"]


@pytest.mark.parametrize("store", ["digwell.db", '"digwell.db"  # here', "{folder}/digwell.db"])
def test_status_finds_the_store_that_a_wrong_configuration_names(
    town: Town, capsys: pytest.CaptureFixture[str], store: str
) -> None:
    town.config.write_text(f"store: {store.format(folder=town.folder)}\n{town.config.read_text()}foo: 1\n")
    capsys.readouterr()
    assert run(["--config", str(town.config), "status", "--json"]) == 78
    found = json.loads(capsys.readouterr().out)["item"]
    assert found["store"]["path"] == str(town.store)
    assert "unknown setting “foo”" in found["rules"]["problems"][0]
