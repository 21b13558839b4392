"""The demo: the whole loop on an invented mailbox, ending in this week's mail.

Everything goes through the doors that a real mailbox uses. It must write nowhere but its own folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from daemon import clock, saying, week
from daemon.app import House, open_house
from daemon.config.secrets import secret
from daemon.demo.cast import SAID
from daemon.demo.server import PASSWORD, USER, DemoServer
from daemon.demo.village import DAY, letters, villagers
from daemon.mail.imap import Session, connect
from daemon.mail.values import Credential
from daemon.scan.run import scan
from daemon.scan.values import Wishes
from rules.verbs import Command
from store.errors import DigwellError

SEED = 5
OURS = (
    "config.yaml",
    "password",
    "digwell.db",
    "digwell.db-wal",
    "digwell.db-shm",
    "digwell.key",
    "digest.html",
    "digest.txt",
)

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


def run(folder: Path, say: Callable[[str], None]) -> Path:
    """Make the village, scan it, judge it, write this week's mail; return the HTML file.

    ``say`` is given every line for the terminal. Raises DigwellError where the folder holds files
    that are not the demo's.
    """
    folder = _clear(folder)
    now, started = clock.now(), clock.monotonic()
    mail = letters(SEED, now)
    people = len(villagers(SEED))
    with DemoServer(mail) as server:
        _done(say, f"Made a mailbox of {len(mail):,} mails with {people} people, all invented", started)
        _configure(folder, server.port)
        with open_house(folder / "config.yaml", None) as house:
            _read(house, say)
            _remember(house, now)
    with open_house(folder / "config.yaml", None) as house:
        return _write(house, folder, say)


def _clear(folder: Path) -> Path:
    folder = folder.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    strange = sorted(p.name for p in folder.iterdir() if not p.name.startswith(OURS))
    if strange:
        raise DigwellError(
            f"{folder} holds files that are not the demo's: {', '.join(strange[:3])}",
            hint="name an empty folder: digwell demo --dir FOLDER",
        )
    for name in OURS:
        (folder / name).unlink(missing_ok=True)
    return folder


def _configure(folder: Path, port: int) -> None:
    for name, text in (
        ("password", PASSWORD + "\n"),
        ("config.yaml", CONFIG.format(port=port, user=USER, folder=folder)),
    ):
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")


def _read(house: House, say: Callable[[str], None]) -> None:
    started = clock.monotonic()
    box = house.config.mailboxes[0]

    def dial() -> Session:
        return connect(box, Credential(secret(box.secret, box.user, box.host, os.environ)))

    found = scan(house.store, box, dial, Wishes(now=house.now))
    _done(say, f"Read it, headers only: {found.new:,} mails", started)


def _remember(house: House, now: int) -> None:
    """Say what the owner has told digwell over the months."""
    for verb, address, words, days in SAID:
        then = House(house.config, house.store)
        then.now = now - days * DAY
        saying.tell(then, Command(verb, (address,), "", words), dry_run=False)


def _write(house: House, folder: Path, say: Callable[[str], None]) -> Path:
    started = clock.monotonic()
    made = week.compose(house, house.now, synced=house.now)
    rendered = week.render(house, made)
    page = folder / "digest.html"
    page.write_text(rendered.html, encoding="utf-8")
    (folder / "digest.txt").write_text(rendered.text, encoding="utf-8")
    _done(say, f"Wrote this week's mail: {len(made.digest.suggestions)} people", started)
    say("")
    say(f"Subject: {rendered.subject}\n\n{rendered.text}")
    say("")
    for one in made.digest.suggestions:
        say(f"{one.number} {one.person.name:<16} {one.reason.value:<11} {one.person.main.address}")
    say("")
    say(f"The mail itself: {_short(page)}")
    config = _short(folder / "config.yaml")
    say(f"Try:   digwell --config {config} who kestrel")
    say(f"       digwell --config {config} rules explain Tomás")
    say("Then:  digwell init")
    return page


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _done(say: Callable[[str], None], what: str, started: float) -> None:
    say(f"{what:<66}{clock.monotonic() - started:5.1f} s")
