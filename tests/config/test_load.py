"""config.yaml becomes a ``Config``: the six lines that are enough, every default, the search order."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from daemon.config.load import load
from daemon.config.values import (
    CommandsConfig,
    Config,
    DigestConfig,
    MailboxConfig,
    SecretSource,
    SmtpConfig,
)
from store.errors import ConfigError
from tests.config.conftest import LEAST

Read = Callable[[str], Config]
Write = Callable[..., Path]

EVERYTHING = """\
mailbox:
  host:
  user:
  port: 993
  tls: implicit
  ca_file:
  password_command:
  watch: [inbox, sent, archive]
  since: all
  read: headers
  also_me: []
digest:
  when: monday 07:30
  time_zone: system
  to:
  people: 5
  wildcard: 1
  slot:
  folder: INBOX
  subject: names
commands: {accept: [sent], expire: 60d, answer: problems, tidy: trash}
drafts: off
store:
rules: rules.yaml
"""


def test_six_lines_are_enough(read: Read, tmp_path: Path) -> None:
    found = read(LEAST)
    assert found == Config(
        mailboxes=(
            MailboxConfig(
                "maya@example.org",
                "imap.example.org",
                "maya@example.org",
                993,
                "implicit",
                SecretSource("command", "pass show mail/digwell"),
            ),
        ),
        digest=DigestConfig(),
        smtp=None,
        commands=CommandsConfig(),
        drafts=False,
        store=tmp_path / "home/.local/share/digwell/digwell.db",
        rules=tmp_path / "rules.yaml",
        file=tmp_path / "config.yaml",
    )
    assert found.owner == "maya@example.org"


def test_the_defaults_written_out_say_the_same_as_six_lines(read: Read) -> None:
    filled = EVERYTHING.replace("host:\n", "host: imap.example.org\n").replace(
        "user:\n", "user: maya@example.org\n"
    )
    filled = filled.replace("password_command:", "password_command: pass show mail/digwell")
    assert read(filled) == read(LEAST)


def test_every_key_is_taken_over(read: Read, tmp_path: Path) -> None:
    found = read(
        """\
mailboxes:
  - name: home
    host: IMAP.example.org
    user: maya
    tls: starttls
    ca_file: ca.pem
    password_file: ~/secret
    watch: all
    since: 2021-01-01
    read: first lines
    also_me: Maya@Example.net
  - {name: work, host: 127.0.0.1, user: m, tls: none, port: 1143, keyring: yes, watch: [sent, Kunden/Alt]}
digest: {when: fri 7:05, time_zone: Europe/Lisbon, to: me@example.com, people: 3, wildcard: 0,
  slot: tuesday 08:30, folder: Digests, subject: discreet}
smtp: {host: smtp.example.org, user: maya, token_command: oama x, from: maya@example.org}
commands: {accept: [sent, inbox], expire: 2w, answer: always, tidy: keep}
drafts: on
store: data/d.db
"""
    )
    home, work = found.mailboxes
    assert (home.port, home.tls, home.host, home.ca_file) == (
        143,
        "starttls",
        "imap.example.org",
        tmp_path / "ca.pem",
    )
    assert home.secret == SecretSource("file", str(tmp_path / "home/secret"))
    assert (home.watch, home.since, home.read, home.also_me) == (
        ("all",),
        date(2021, 1, 1),
        "first lines",
        ("maya@example.net", "m"),
    )
    assert (work.name, work.port, work.secret, work.watch) == (
        "work",
        1143,
        SecretSource("keyring"),
        ("sent", "Kunden/Alt"),
    )
    assert found.digest == DigestConfig(
        4, time(7, 5), "Europe/Lisbon", "me@example.com", 3, 0, (1, time(8, 30)), "Digests", "discreet"
    )
    assert found.smtp == SmtpConfig(
        "smtp.example.org",
        465,
        "implicit",
        "maya",
        SecretSource("token_command", "oama x"),
        None,
        "maya@example.org",
    )
    assert found.commands == CommandsConfig(("sent", "inbox"), 14, "always", "keep")
    assert found.drafts
    assert found.store == tmp_path / "data/d.db"


def test_a_mail_server_with_a_password_takes_the_name_of_the_mailbox(read: Read) -> None:
    smtp = read(LEAST + "smtp: {host: smtp.example.org, keyring: yes}\n").smtp
    assert smtp is not None
    assert smtp.user == "maya@example.org"
    relay = read(LEAST + "smtp: {host: 127.0.0.1, tls: none}\n").smtp
    assert relay is not None
    assert (relay.user, relay.secret, relay.port) == ("", None, 25)


def test_looking_back_three_years_is_counted_from_today(write: Write, environ: dict[str, str]) -> None:
    file = write(LEAST.replace("digest:", "  since: 3y\ndigest:"))
    found = load(file, None, environ, today=date(2026, 11, 22))
    assert found.mailboxes[0].since == date(2023, 11, 23)


def test_plain_words_stay_words(read: Read) -> None:
    found = read(
        LEAST.replace("user: maya@example.org", "user: no").replace("digest:", "  watch: [on, 7:30]\ndigest:")
    )
    assert found.mailboxes[0].user == "no"
    assert found.mailboxes[0].watch == ("on", "7:30")


def test_the_file_named_outright_comes_first_then_the_variable_then_the_homes(
    write: Write, tmp_path: Path
) -> None:
    def variant(name: str) -> Path:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        return write(LEAST.replace("imap.", f"{Path(name).parts[0]}."), name)

    outright, variable = variant("outright/c.yaml"), variant("variable/c.yaml")
    variant("xdg/digwell/config.yaml")
    variant("home/.config/digwell/config.yaml")
    environ = {
        "HOME": str(tmp_path / "home"),
        "DIGWELL_CONFIG": str(variable),
        "XDG_CONFIG_HOME": str(tmp_path / "xdg"),
    }

    def host(path: Path | None) -> str:
        return load(path, None, environ).mailboxes[0].host

    assert host(outright) == "outright.example.org"
    assert host(None) == "variable.example.org"
    del environ["DIGWELL_CONFIG"]
    assert host(None) == "xdg.example.org"
    del environ["XDG_CONFIG_HOME"]
    assert host(None) == "home.example.org"


def test_the_store_lies_where_the_caller_then_the_variable_then_the_file_says(
    write: Write, tmp_path: Path
) -> None:
    file = write(LEAST + "store: from-file.db\n")
    environ = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    assert load(file, Path("/x/told.db"), environ).store == Path("/x/told.db")
    assert load(file, None, environ | {"DIGWELL_STORE": "/x/v.db"}).store == Path("/x/v.db")
    assert load(file, None, environ).store == tmp_path / "from-file.db"
    assert load(write(LEAST), None, environ).store == tmp_path / "data/digwell/digwell.db"


def test_without_any_file_the_places_are_named(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    with pytest.raises(ConfigError, match="there is no configuration yet") as caught:
        load(None, None, environ)
    assert str(tmp_path / ".config/digwell/config.yaml") in str(caught.value)
    assert caught.value.exit_code == 78
    with pytest.raises(ConfigError, match=str(tmp_path / "absent")):
        load(tmp_path / "absent.yaml", None, environ)


def test_commands_that_need_no_mailbox_can_do_without_a_file(tmp_path: Path) -> None:
    found = load(None, None, {"HOME": str(tmp_path)}, needed=False)
    assert (found.mailboxes, found.owner) == ((), "")


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_is_refused_by_name(
    write: Write, environ: dict[str, str], mode: int
) -> None:
    file = write(LEAST)
    file.chmod(mode)
    with pytest.raises(ConfigError, match="others can write") as caught:
        load(file, None, environ)
    assert str(file) in str(caught.value)
    assert "chmod go-w" in caught.value.hint


def test_a_file_that_others_can_read_is_fine(write: Write, environ: dict[str, str]) -> None:
    file = write(LEAST)
    file.chmod(0o644)
    assert load(file, None, environ)


def test_a_secret_file_that_others_can_read_is_refused_where_it_is_named(
    write: Write, environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("hunter2")
    (tmp_path / "secret").chmod(0o644)
    file = write(LEAST.replace("password_command: pass show mail/digwell", "password_file: secret"))
    with pytest.raises(ConfigError) as caught:
        load(file, None, environ)
    (problem,) = caught.value.problems
    assert problem.line == 4
    assert str(tmp_path / "secret") in problem.message
    (tmp_path / "secret").chmod(0o600)
    assert load(file, None, environ)


def test_bytes_that_are_no_text_are_told_with_their_place(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_bytes(LEAST.encode() + b"# caf\xe9\n")
    with pytest.raises(ConfigError) as caught:
        load(file, None, dict(os.environ))
    assert (caught.value.problems[0].line, caught.value.problems[0].column) == (7, 6)


def test_a_mark_at_the_start_of_the_file_is_no_fault(read: Read) -> None:
    assert read("\ufeff" + LEAST).mailboxes[0].host == "imap.example.org"


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become somebody unknown")
def test_an_account_the_machine_does_not_know_is_told_to_name_its_home() -> None:
    code = (
        "import os; from daemon.config.load import search; from store.errors import UsageError\n"
        "os.setuid(54321)\n"
        "try: search(None, {})\n"
        "except UsageError as error: print(error, '|', error.hint)\n"
        "print(search(None, {'HOME': '/tmp'})[0])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == [
        "the account 54321 has no home on this machine | set HOME, or name the files: --config and --store",
        "/tmp/.config/digwell/config.yaml",
    ]
