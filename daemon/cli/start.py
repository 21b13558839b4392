"""The first commands: demo, init, doctor."""

from __future__ import annotations

from pathlib import Path

import click

from daemon.cli import output
from daemon.cli.shape import Command


@click.command(cls=Command, example="digwell demo\ndigwell demo --dir somewhere")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("digwell-demo"),
    show_default=True,
    help="Where the demo may write.",
)
def demo(*, folder: Path) -> None:
    """Show the whole loop on an invented mailbox: nothing to set up, nothing leaves this machine."""
    from daemon.demo.run import run

    run(folder, output.say)


COMMANDS = {"demo": demo}
