"""Completion scripts for the three common shells; the words themselves come from click.

The scripts lie in ``completions/`` too, for packages; a test keeps those files true.
"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from daemon.cli.shape import Command

VARIABLE = "_DIGWELL_COMPLETE"


@click.command(
    cls=Command,
    example="digwell completion bash > ~/.local/share/bash-completion/completions/digwell\n"
    "digwell completion zsh > ~/.zfunc/_digwell\n"
    "digwell completion fish > ~/.config/fish/completions/digwell.fish",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    An installation for the whole machine has them under share/ already; pipx and venv installations
    need the line below once.
    """
    from daemon.cli.main import digwell

    made = get_completion_class(shell)
    assert made is not None
    click.echo(made(digwell, {}, "digwell", VARIABLE).source())


COMMANDS = {"completion": completion}
