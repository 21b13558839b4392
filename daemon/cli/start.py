"""The way in: demo."""

from __future__ import annotations

from pathlib import Path

import click

from daemon.cli import output
from daemon.cli.shape import Command, session


@click.command(cls=Command, example="digwell demo\ndigwell demo --dir /tmp/village")
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default=Path("digwell-demo"), show_default=True,
    metavar="D", help="Where the demo's files go.",
)  # fmt: skip
def demo(*, folder: Path) -> None:
    """Make an invented mailbox, read it, and write this week's mail from it. Nothing is set up."""
    from daemon.demo.run import run

    quiet = session().quiet
    run(folder, (lambda _: None) if quiet else output.say)


COMMANDS = {"demo": demo}
