"""Care for the store: backup, restore, and forgetting a person for good."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.shape import Command, Group, Moment, as_json, dry_run, house, names, session

if TYPE_CHECKING:
    from store.forgetting import Traces
    from store.keep import Backup


@click.group(
    cls=Group,
    alone=True,
    example="digwell backup\ndigwell backup list\ndigwell backup prune --before 2026-01-01",
)
@dry_run
@as_json
@click.pass_context
def backup(ctx: click.Context, *, dry_run: bool, as_json: bool) -> None:
    """Make a verified copy of the store and its key, beside it; the newest seven are kept."""
    from store import keep

    if ctx.invoked_subcommand:
        return
    with house() as opened:
        if dry_run:
            folder = keep.directory(opened.store.path)
            if as_json:
                output.item("backup", {"dry_run": True, "folder": str(folder)}, opened.now)
            else:
                output.say(f"would be: a copy of {opened.store.path} in {folder}")
            return
        made = keep.backup(opened.store, opened.now)
    if as_json:
        output.item("backup", _record(made), opened.now)
    else:
        output.say(f"{made.path}  {_size(made)}, checked")


@backup.command("list", example="digwell backup list --json")
@as_json
def listing(*, as_json: bool) -> None:
    """List the backups, the newest first."""
    from daemon import clock
    from store import keep

    found = keep.backups(_path())
    if as_json:
        output.items("backups", (_record(one) for one in found), clock.now())
        return
    if not found:
        output.say("There is no backup yet. Make one: digwell backup")
    output.table(("when", "size", "file"), ((_when(one), _size(one), str(one.path)) for one in found))


@backup.command(example="digwell backup prune --before 2026-01-01")
@click.option("--before", type=Moment(), required=True, metavar="DATE", help="Delete those made before it.")
@dry_run
def prune(*, before: int, dry_run: bool) -> None:
    """Delete old backups, and old stores that were moved aside."""
    from store import keep

    path = _path()
    old = keep.older(path, before) if dry_run else keep.prune(path, before)
    for one in old:
        output.say(f"{'would delete' if dry_run else 'deleted'} {one.path}")
    if not old:
        output.say("No backup is that old.")


@click.command(cls=Command, example="digwell restore\ndigwell restore backups/digwell-20261123T073000Z.db")
@click.argument("source", metavar="[BACKUP]", required=False, type=click.Path(path_type=Path))
@dry_run
def restore(*, source: Path | None, dry_run: bool) -> None:
    """Put a backup in the place of the store, by default the newest. The old store is kept beside it."""
    from daemon import clock
    from daemon.service import keeping
    from daemon.service.lock import Lock
    from store import keep
    from store.errors import DigwellError, LockedError, NotFoundError

    path = _path()
    newest = next(iter(keep.backups(path, clock.now())), None)
    chosen = keep.named(path, source) if source else (newest.path if newest else None)
    if chosen is None:
        raise NotFoundError("there is no backup", str(keep.directory(path)))
    keep.verify(chosen)
    if dry_run:
        output.say(f"would be: {path} restored from {chosen}, which is sound")
        return
    try:
        with Lock(path):
            aside = keeping.restore(path, chosen, clock.now())
    except LockedError as error:  # 7 is for a second scan or run
        raise DigwellError("nothing was restored", error.what, "stop it first, then restore") from error
    output.say(f"restored from {chosen}" + (f"; the old store is {aside}" if aside else ""))
    output.say("Mail that came since comes back with the next scan: digwell scan")


@click.command(
    cls=Command,
    example="digwell forget kim@example.com --dry-run\ndigwell forget 'Kim Lund' --yes 'Kim Lund'",
)
@click.argument("person", nargs=-1, required=True, shell_complete=names)
@click.option("--yes", "typed", metavar="NAME", help="Go on without a question: the name or the address.")
@click.option("--no-fingerprint", is_flag=True, help="Keep no mark; the next scan brings the person back.")
@dry_run
@as_json
def forget(
    *, person: tuple[str, ...], typed: str | None, no_fingerprint: bool, dry_run: bool, as_json: bool
) -> None:
    """Erase a person for good: counts first, then asks for the name. Mail in your mailbox is not touched."""
    from daemon import forgetting
    from rules.names import called
    from store.errors import UsageError

    with house() as opened:
        who = opened.person(" ".join(person))
        found = forgetting.traces(opened, who)
        if as_json:
            output.item("forget", {**forgetting.record(who, found), "dry_run": dry_run}, opened.now)
        else:
            _show(called(who), found)
        if dry_run:
            return
        if typed is None and not session().no_input and output.asks():
            typed = click.prompt("Type the name to go on", default="", show_default=False)
        if typed not in {called(who), who.name, who.id, *(a.address for a in who.addresses)}:
            raise UsageError(
                "nothing was erased: the name was not given", hint=f"--yes {shlex.quote(called(who))}"
            )
        forgetting.forget(opened, who, fingerprint=not no_fingerprint)
    if not as_json:
        output.say(
            "erased" if no_fingerprint else "erased; a one-way mark keeps the next scan from bringing it back"
        )


def _show(name: str, found: Traces) -> None:
    from rules.words import counted, number

    output.say(f"This erases {name} from digwell for good:")
    output.say(f"  {', '.join(found.addresses)}")
    mails = counted(found.messages, "mail", "mails")
    words = counted(found.words, "word of yours", "words of yours")
    lines = counted(found.suggestions, "line of earlier letters", "lines of earlier letters")
    shared = number(found.shared) if found.shared else "none"
    output.say(f"  {mails}, {shared} of them shared with others; {words}; {lines}")
    if found.mentions:
        times = counted(found.mentions, "time", "times")
        output.say(f"Your words about others mention the name {times}; those stay.")
    if found.copies:
        output.say("Backups that still hold these records (digwell backup prune --before DATE):")
        for path in found.copies:
            output.say(f"  {path}")


def _path() -> Path:
    """Return where the store is, or was: backups are there for the case that it is not."""
    from daemon.app import read_config

    said = session()
    return read_config(said.config, said.store, needed=False).store


def _record(one: Backup) -> dict[str, object]:
    from daemon.clock import rfc3339

    return {"path": str(one.path), "at": rfc3339(one.at), "bytes": one.bytes}


def _when(one: Backup) -> str:
    from daemon.clock import rfc3339

    return rfc3339(one.at)[:16].replace("T", " ")


def _size(one: Backup) -> str:
    return f"{one.bytes / 1_000_000:.1f} MB"


COMMANDS = {"backup": backup, "restore": restore, "forget": forget}
