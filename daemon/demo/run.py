"""The demo: the whole loop on an invented mailbox, ending in this week's mail.

Everything goes through the doors that a real mailbox uses. It must write nowhere but its own folder.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

from daemon import clock, post, saying, week
from daemon.app import House, open_house
from daemon.config.extras import how_to_add
from daemon.demo.cast import BIRTHDAY_OF, OWNER, SAID
from daemon.demo.server import PASSWORD, USER, DemoServer
from daemon.demo.village import DAY, letters, villagers
from daemon.imports.door import import_path
from daemon.passing import whole_pass
from daemon.scan.values import Wishes
from daemon.service.line import open_session
from rules.names import called
from rules.verbs import Command
from rules.verdicts import Suggestion
from store.errors import DigwellError
from store.facts import Role
from store.ledger import commands

Say = Callable[[str], None]

SEED = 5
ANSWER = "snooze 4 2w"
BIRTHDAY_IN = 4
PYMAP = "'pymap>=0.36.7,<0.37'"
OURS = ("config.yaml", "password", "friends.vcf", "digwell.", "digest.")

CONFIG = """\
# Made by `digwell demo`: an invented mailbox on this machine.
mailbox:
  host: 127.0.0.1
  port: {port}
  tls: none
  user: {user}
  password_file: {folder}/password
digest:
  when: monday 07:30
  slot: tuesday 08:30
store: {folder}/digwell.db
"""
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{}\r\nEMAIL:{}\r\nBDAY:{:%Y-%m-%d}\r\nEND:VCARD\r\n"


def run(folder: Path, say: Say) -> Path:
    """Make the village, scan it, judge it, deliver this week's mail, answer it; return the HTML file.

    ``say`` is given every line for the terminal. Raises DigwellError where the folder holds files
    that are not the demo's, or where the demo's own package is missing.
    """
    _needs_a_server()
    folder = _clear(folder)
    now, started = clock.now(), clock.monotonic()
    mail = letters(SEED, now)
    people = len(villagers(SEED))
    with DemoServer(mail) as server:
        _done(say, f"Made a mailbox of {len(mail):,} mails with {people} people, all invented", started)
        _configure(folder, server.port)
        _read(folder, say)
        _remember(folder, now)
        page, named = _deliver(folder, say)
        _answer(folder, say)
    _show(folder, page, named, say)
    return page


def _needs_a_server() -> None:
    try:
        import pymap  # noqa: F401, PLC0415 - an extra
    except ImportError:
        hint = f"{how_to_add(PYMAP)}   (or, in a checkout: ./run demo)"
        raise DigwellError("the demo's mail server is an extra package", hint=hint) from None


def _clear(folder: Path) -> Path:
    folder = folder.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = sorted(folder.iterdir())
    strange = [path.name for path in found if not path.name.startswith(OURS)]
    if strange:
        raise DigwellError(
            f"{folder} holds files that are not the demo's: {', '.join(strange[:3])}",
            hint="name an empty folder: digwell demo --dir FOLDER",
        )
    for path in found:
        path.unlink()
    return folder


def _configure(folder: Path, port: int) -> None:
    config = CONFIG.format(port=port, user=USER, folder=folder)
    for name, text in (("password", PASSWORD + "\n"), ("config.yaml", config)):
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")


def _read(folder: Path, say: Say) -> None:
    started = clock.monotonic()
    with _opened(folder) as house:
        new = _pass(house)
    _done(say, f"Read it, headers only: {new:,} mails", started)


def _pass(house: House) -> int:
    passed = whole_pass(house, Wishes(now=house.now))
    for _, error in passed.failed:
        raise error
    return sum(one.new for one in passed.scanned)


def _remember(folder: Path, now: int) -> None:
    """Tell digwell what the owner has told it over the months, and import an address book."""
    with _opened(folder) as house:
        for verb, address, words, days in SAID:
            then = House(house.config, house.store)
            then.now = now - days * DAY
            saying.tell(then, Command(verb, (address,), "", words), dry_run=False)
        book = folder / "friends.vcf"
        day = datetime.fromtimestamp(now, timezone.utc) + timedelta(days=BIRTHDAY_IN)
        book.write_text(
            CARD.format(*BIRTHDAY_OF, day.replace(year=day.year - 40)), encoding="utf-8", newline=""
        )
        import_path(house.store, "vcard", book, now)


def _deliver(folder: Path, say: Say) -> tuple[Path, tuple[Suggestion, ...]]:
    """Put this week's mail into the inbox, and show what was put there as files."""
    started = clock.monotonic()
    with _opened(folder) as house:
        made = week.compose(house, house.now, synced=house.now)
        rendered = week.render(house, made)
        sent = post.send_now(house)
    (folder / "digest.txt").write_text(f"Subject: {rendered.subject}\n\n{rendered.text}", encoding="utf-8")
    (folder / "digest.html").write_text(rendered.html, encoding="utf-8")
    count = len(made.digest.suggestions)
    _done(say, f"Put this week's mail into the inbox ({sent.delivery.state.value}): {count} people", started)
    return folder / "digest.html", made.digest.suggestions


def _answer(folder: Path, say: Say) -> None:
    """Answer the mail as its reader would, from Sent, and let digwell find it there."""
    started = clock.monotonic()
    with _opened(folder) as house:
        cited = house.snapshot.editions[-1].message_id
        with open_session(house.config.mailboxes[0]) as mailbox:
            sent = next(f for f in mailbox.folders() if f.role is Role.SENT)
            mailbox.append(sent.wire, _reply(cited, house.now), ("\\Seen",), house.now)
    with _opened(folder) as house:
        _pass(house)
        told = commands(house.store)[0]
    _done(say, f"Answered it by mail: {told.text}", started)
    say(f"  digwell: {told.answer}")


def _reply(message_id: str, now: int) -> bytes:
    date = format_datetime(datetime.fromtimestamp(now, timezone.utc))
    fields = (
        f"From: {OWNER[0]} <{OWNER[1]}>",
        f"To: digwell <{OWNER[1]}>",
        "Subject: Re: this week",
        f"Date: {date}",
        f"Message-ID: <answer.{now}@example.org>",
        f"In-Reply-To: <{message_id.strip('<>')}>",
    )
    return ("\r\n".join(fields) + f"\r\n\r\n{ANSWER}\r\n").encode()


def _show(folder: Path, page: Path, named: tuple[Suggestion, ...], say: Say) -> None:
    say("")
    for line in (folder / "digest.txt").read_text(encoding="utf-8").splitlines():
        say(f"  │ {line}".rstrip())  # set apart: what is numbered below are the five people, a line each
    say("")
    for one in named:
        say(f"{one.number} {called(one.person):<16} {one.reason.value:<11} {one.person.main.address}")
    say("")
    say(f"The mail itself: {_short(page)}")
    config = _short(folder / "config.yaml")
    digwell = _program()
    say(f"Try:   {digwell} --config {config} who northwind")
    say(f"       {digwell} --config {config} rules explain Tomás")
    say(f"Then:  {digwell} init")


def _program() -> str:
    """Return the words that start digwell again from here: a checkout's program is not on the PATH."""
    started = Path(sys.argv[0])
    return "digwell" if started.name != "digwell" or shutil.which("digwell") else _short(started.absolute())


def _opened(folder: Path) -> AbstractContextManager[House]:
    return open_house(folder / "config.yaml", None)


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _done(say: Say, what: str, started: float) -> None:
    say(f"{what:<68}{clock.monotonic() - started:5.1f} s")
