"""Commands that talk to the mailbox: scan once, or run for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.shape import Command, as_json, dry_run, house, session

if TYPE_CHECKING:
    from daemon.app import House
    from daemon.passing import Passed
    from daemon.scan.values import FolderScan, Scanned


@click.command(cls=Command, example="digwell scan\ndigwell scan --json\ndigwell scan --accept-loss")
@click.option("--full", is_flag=True, help="Read every folder anew; nothing is counted twice.")
@click.option("--accept-loss", is_flag=True, help="Go on although much mail has vanished from the mailbox.")
@dry_run
@as_json
def scan(*, full: bool, accept_loss: bool, dry_run: bool, as_json: bool) -> int:
    """Record what is new in the mailbox, once. It may be interrupted: the next scan goes on."""
    if dry_run:
        return _rehearse(as_json=as_json)
    return read_mail(full=full, accept_loss=accept_loss, as_json=as_json)


def read_mail(*, full: bool = False, accept_loss: bool = False, as_json: bool = False) -> int:
    """Do one whole pass and show what came of it; return the exit code. Raises what keeps it from it."""
    from daemon.cli.failing import tell_error
    from store.errors import DamagedError

    said = session()
    if full:
        _rescue()  # damage that this pass would not come across is looked for too
    try:
        opened, done = _pass(full=full, accept_loss=accept_loss, quiet=said.quiet or as_json)
    except DamagedError:
        _rescue(broken=True)
        opened, done = _pass(full=full, accept_loss=accept_loss, quiet=said.quiet or as_json)
    for name, error in done.failed:
        tell_error(error, name if len(opened.config.mailboxes) > 1 else "")
    for one in done.scanned:
        for trouble in (*one.troubles, *one.alerts, *(f"{f} could not be finished" for f in one.unfinished)):
            output.tell(f"{one.mailbox}: {trouble}")
    if as_json:
        output.item("scan", _record(done), opened.now)
    elif not said.quiet and done.scanned:
        _show(done)
    return done.exit_code


def _pass(*, full: bool, accept_loss: bool, quiet: bool) -> tuple[House, Passed]:
    from daemon.app import read_beside

    said = session()
    read = read_beside(said.config, said.store)
    from daemon import clock, passing
    from daemon.cli.progress import Bars
    from daemon.scan.values import Wishes
    from daemon.service.lock import Lock

    bars = Bars(quiet=quiet)
    with house(mailbox=True, read=read) as opened, Lock(opened.store.path):
        inbox = "inbox" in opened.config.commands.accept
        wishes = Wishes(clock.now(), full=full, accept_loss=accept_loss, inbox=inbox, progress=bars)
        try:
            return opened, passing.whole_pass(opened, wishes)
        finally:
            bars.close()


def _rescue(*, broken: bool = False) -> None:
    """Put a sound store in the place of a damaged one, and say so."""
    from daemon import clock
    from daemon.app import read_config
    from daemon.service import keeping
    from daemon.service.lock import Lock

    said = session()
    path = read_config(said.config, said.store).store
    with Lock(path):
        rescue = keeping.sound(path, clock.now(), broken=broken)
    if rescue is not None:
        output.tell(keeping.told(rescue))


def _rehearse(*, as_json: bool) -> int:
    from daemon import passing

    with house(mailbox=True) as opened:
        found = sorted(passing.rehearse(opened))
    if as_json:
        rows = [{"mailbox": box, "name": name, "new": count} for box, name, count in found]
        output.item("scan", {"dry_run": True, "folders": rows}, opened.now)
        return 0
    for _, name, count in found:
        output.say(f"would read {name}: about {count} new")
    return 0


def _record(done: Passed) -> dict[str, object]:
    folders = [
        {"mailbox": one.mailbox, "name": f.name, "role": f.role.value, "new": f.new, "total": f.total}
        for one in done.scanned
        for f in _in_order(one)
    ]
    return {
        "messages_new": sum(one.new for one in done.scanned),
        "messages_total": done.counts.messages,
        "people": done.counts.people,
        "quarantined": done.counts.quarantined,
        "folders": folders,
        "seconds": round(done.seconds, 3),
    }


def _in_order(one: Scanned) -> list[FolderScan]:
    """Return the folders by role and name: in what order they were read is chance."""
    from store.facts import Role

    roles = list(Role)
    return sorted(one.folders, key=lambda folder: (roles.index(folder.role), folder.name))


def _show(done: Passed) -> None:
    for one in done.scanned:
        for folder in _in_order(one):
            if folder.new:  # dozens of folders where nothing happened would hide the one where it did
                output.say(f"{folder.name}  {folder.new} new")
    new = sum(one.new for one in done.scanned)
    plural = "" if new == 1 else "s"
    output.say(f"done: {new} new mail{plural}, {done.counts.people} addresses known, {done.seconds:.1f} s")


@click.command(cls=Command, example="digwell run\ndigwell --config /etc/digwell/config.yaml run")
def run() -> int:
    """Stay running: watch the mailbox, write the weekly mail, obey your answers."""
    from daemon.service.start import serve

    said = session()
    return serve(said.config, said.store, verbose=said.verbose)


COMMANDS = {"scan": scan, "run": run}
