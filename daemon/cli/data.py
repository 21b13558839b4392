"""Data in and out: import and export."""

from __future__ import annotations

from pathlib import Path

import click

from daemon.cli import output
from daemon.cli.shape import Command, as_json, house

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
@as_json
def importing(*, kind: str, path: Path, me: tuple[str, ...], as_json: bool) -> None:
    """Read mail or contacts from files. Importing the same twice changes nothing."""
    from daemon.imports.door import import_path

    with house() as opened:
        mine = [*me, *opened.mine]
        done = import_path(opened.store, kind, path, opened.now, mine)
    if as_json:
        output.item("import", {"kind": done.kind, "read": done.read, "new": done.new}, opened.now)
    else:
        output.say(f"{done.read} read, {done.new} new")


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
