"""Data in and out: import and export."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.shape import Command, as_json, dry_run, house

if TYPE_CHECKING:
    from store.db import Store

KINDS = ("maildir", "mbox", "linkedin", "vcard")
SHAPES = ("jsonl", "csv", "vcard")


@click.command(
    "import",
    cls=Command,
    example="digwell import maildir ~/Maildir\ndigwell import mbox old-mail.mbox\n"
    "digwell import linkedin Connections.csv\ndigwell import vcard contacts.vcf",
)
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--me", multiple=True, metavar="ADDRESS", help="An address of yours, where none is configured.")
@dry_run
@as_json
def importing(*, kind: str, path: Path, me: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Read mail or contacts from files. Importing the same twice changes nothing."""
    from daemon.imports.door import import_path

    with house() as opened, suppress(_RehearsedError), _all_or_nothing(opened.store, wanted=dry_run):
        done = import_path(opened.store, kind, path, opened.now, [*me, *opened.mine])
        if dry_run:
            raise _RehearsedError
    if as_json:
        found = {"kind": done.kind, "read": done.read, "new": done.new, "dry_run": dry_run}
        output.item("import", found, opened.now)
    else:
        output.say(f"{'would be: ' if dry_run else ''}{done.read} read, {done.new} new")


def _all_or_nothing(store: Store, *, wanted: bool) -> AbstractContextManager[None]:
    """Hold everything back for a rehearsal; else each batch of an import is safe by itself."""
    return store.transaction() if wanted else nullcontext()


class _RehearsedError(Exception):
    """All was done as it would be, and is to be taken back."""


@click.command(
    cls=Command,
    example="digwell export --format jsonl > digwell.jsonl\ndigwell export --format vcard -o people.vcf",
)
@click.option("--format", "shape", type=click.Choice(SHAPES), default="jsonl", show_default=True)
@click.option(
    "-o", "--output", "path", type=click.Path(path_type=Path), help="Write to a file of yours (0600)."
)
def export(*, shape: str, path: Path | None) -> None:
    """Write everything digwell knows: all facts as JSON lines, or the people as CSV or vCard."""
    from daemon.exporting import lines
    from daemon.settling import settle

    with house(readonly=True) as opened:
        settle(opened)
        output.stream(lines(opened, shape), path)


COMMANDS = {"import": importing, "export": export}
