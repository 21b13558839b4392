"""The doctor stops at the first cause and says the one thing to do: against a real Dovecot."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

from daemon.setup.checks import Check, State
from daemon.setup.doctor import Patient, examine
from store import keep
from store.facts import Cursor, Message, Named, Role, Sighting
from store.folders import account_id, sync_folders
from store.messages import record
from store.opening import open_store
from store.own import learn_own
from store.rescue import open_sound
from tests.fakes.dovecot import Account

NOW = int(time.time())


def config(account: Account, folder: Path, more: str = "", **changed: object) -> Path:
    told = {"host": account.host, "port": account.port, "tls": "none", "password": account.password} | changed
    file = folder / "config.yaml"
    (folder / "password").write_text(f"{told['password']}\n")
    (folder / "password").chmod(0o600)
    file.write_text(
        f"mailbox:\n  host: {told['host']}\n  port: {told['port']}\n  tls: {told['tls']}\n"
        f"  ca_file: {account.ca_file}\n  user: {account.user}\n  password_file: password\n{more}"
    )
    file.chmod(0o600)
    return file


def checks(file: Path, folder: Path, now: int = NOW) -> list[Check]:
    environ = {"HOME": str(folder), "PATH": os.environ["PATH"]}
    return list(examine(Patient(file, folder / "state/digwell.db", environ, now)))


def named(found: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in found}


def sent_lately(account: Account) -> None:
    account.deliver(b"From: maya@example.org\r\nTo: ana@example.com\r\nMessage-ID: <a@x>\r\n\r\n", "Sent")


def store(folder: Path) -> Path:
    path = folder / "state/digwell.db"
    path.parent.mkdir(mode=0o700)
    with open_store(path):
        pass
    return path


def test_a_healthy_mailbox_is_called_so(account: Account, tmp_path: Path) -> None:
    sent_lately(account)
    store(tmp_path)
    found = checks(config(account, tmp_path), tmp_path)
    told = named(found)
    assert not [c for c in found if c.state is State.NO], found
    for name in ("config", "rules", "server", "sign-in", "folders", "sent mail", "store", "letters"):
        assert told[name].state is State.OK, told[name]
    assert found[-1].exit_code == 0


def test_tls_is_told_with_its_date(account: Account, tmp_path: Path) -> None:
    file = config(account, tmp_path, host="localhost", port=account.tls_port, tls="implicit")
    tls = named(checks(file, tmp_path))["tls"]
    assert tls.said.startswith("TLSv1.")
    assert "good until" in tls.said


def test_a_wrong_password_is_the_last_thing_looked_at(account: Account, tmp_path: Path) -> None:
    found = checks(config(account, tmp_path, password="wrong"), tmp_path)
    assert (found[-1].name, found[-1].state, found[-1].exit_code) == ("sign-in", State.NO, 4)
    assert found[-1].todo
    assert "wrong" not in found[-1].said


def test_a_server_that_is_not_there_is_told_before_anything_of_it(account: Account, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = checks(config(account, tmp_path, port=port), tmp_path)
    assert (found[-1].name, found[-1].state, found[-1].exit_code) == ("server", State.NO, 5)


def test_a_name_that_nobody_knows_is_told(account: Account, tmp_path: Path) -> None:
    found = checks(config(account, tmp_path, host="no-such-host.invalid", tls="implicit"), tmp_path)
    assert found[-1].name == "server"
    assert "no-such-host.invalid" in found[-1].said


def test_a_certificate_nobody_vouches_for_is_told(account: Account, tmp_path: Path) -> None:
    file = config(account, tmp_path, host="localhost", port=account.tls_port, tls="implicit")
    file.write_text(file.read_text().replace(f"  ca_file: {account.ca_file}\n", ""))
    last = checks(file, tmp_path)[-1]
    assert last.state is State.NO
    assert "certificate" in last.said
    assert "ca_file" in last.todo


def test_a_wrong_configuration_is_told_with_its_faults(account: Account, tmp_path: Path) -> None:
    file = config(account, tmp_path, "digset: {}\n")
    last = checks(file, tmp_path)[-1]
    assert (last.name, last.exit_code) == ("config", 78)
    assert last.error is not None
    assert last.error.problems[0].line == 8


def test_wrong_rules_are_told(account: Account, tmp_path: Path) -> None:
    file = config(account, tmp_path)
    (tmp_path / "rules.yaml").write_text("circels: {}\n")
    (tmp_path / "rules.yaml").chmod(0o600)
    last = checks(file, tmp_path)[-1]
    assert (last.name, last.exit_code) == ("rules", 78)


def test_a_sent_folder_that_receives_nothing_is_a_warning(account: Account, tmp_path: Path) -> None:
    sent = named(checks(config(account, tmp_path), tmp_path))["sent mail"]
    assert sent.state is State.WARN
    assert "save sent mail" in sent.todo


def test_a_digest_folder_that_is_not_there_is_a_warning(account: Account, tmp_path: Path) -> None:
    found = named(checks(config(account, tmp_path, "digest: {folder: Digests}\n"), tmp_path))
    assert found["digest folder"].state is State.WARN


def test_a_clock_that_is_behind_is_a_warning(account: Account, tmp_path: Path) -> None:
    account.deliver(b"From: ana@example.com\r\nTo: maya@example.org\r\nMessage-ID: <b@x>\r\n\r\n")
    found = named(checks(config(account, tmp_path), tmp_path, NOW - 3600))
    assert found["clock"].state is State.WARN


def test_a_store_that_others_can_read_is_a_warning(account: Account, tmp_path: Path) -> None:
    store(tmp_path).chmod(0o644)
    found = named(checks(config(account, tmp_path), tmp_path))
    assert found["store"].state is State.WARN
    assert "chmod 600" in found["store"].todo


def test_an_address_in_sent_that_may_be_the_owners_is_asked_about(account: Account, tmp_path: Path) -> None:
    sent_lately(account)
    with open_store(store(tmp_path)) as opened:
        folder = sync_folders(opened, account_id(opened, "m", "h", "u"), [("Sent", Role.SENT, True)])[0]
        for n, sender in enumerate([account.user, account.user, account.user, *["tom@firm.example"] * 3]):
            message = Message(
                bytes([n]) * 16, f"s{n}", NOW - n, "", (Named(sender),), (Named("a@b.example"),)
            )
            record(opened, folder, [Sighting(n + 1, message)], (), Cursor(1, 1, n + 1))
        learn_own(opened, [account.user])
    told = named(checks(config(account, tmp_path), tmp_path))["addresses"]
    assert told.state is State.WARN
    assert "tom@firm.example" in told.said
    assert "also_me: [tom@firm.example]" in told.todo


def test_a_damaged_store_is_what_stands_in_the_way(account: Account, tmp_path: Path) -> None:
    store(tmp_path).write_bytes(b"not a database at all" * 500)
    last = checks(config(account, tmp_path), tmp_path)[-1]
    assert (last.name, last.state) == ("store", State.NO)


def test_a_store_that_is_gone_is_what_stands_in_the_way_and_one_made_good_is_told_of(
    account: Account, tmp_path: Path
) -> None:
    path = store(tmp_path)
    with open_store(path) as opened:
        keep.backup(opened, NOW)
    path.unlink()
    last = checks(config(account, tmp_path), tmp_path)[-1]
    assert (last.name, last.state) == ("store", State.NO)
    assert "digwell restore" in last.todo
    made_good, _ = open_sound(path, NOW)
    made_good.close()
    found = named(checks(config(account, tmp_path), tmp_path))
    assert found["store"].state is State.OK
    assert found["made good"].state is State.WARN


def test_a_mail_server_that_takes_nothing_is_told(account: Account, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    smtp = f"smtp: {{host: 127.0.0.1, port: {port}, tls: none}}\n"
    last = checks(config(account, tmp_path, smtp), tmp_path)[-1]
    assert (last.name, last.state) == ("smtp", State.NO)


def test_the_doctor_changes_nothing(account: Account, tmp_path: Path) -> None:
    def mails() -> list[tuple[str, ...]]:
        """Return each mail's name and flags, without what the server moves about on its own."""
        files = [p for p in account.maildir.rglob("*") if p.parent.name in {"cur", "new"}]
        return sorted((p.name.split(":")[0], p.name.partition(":2,")[2]) for p in files)

    sent_lately(account)
    before = mails()
    checks(config(account, tmp_path), tmp_path)
    assert mails() == before == [(before[0][0], "")]
    assert not (tmp_path / "state").exists()
