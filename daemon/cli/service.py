"""The service group: put digwell under systemd, or take it out again. Each act is told before it is done."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import output
from daemon.cli.shape import Group, dry_run, session

if TYPE_CHECKING:
    from daemon.service.install import Act


@click.group(cls=Group, example="digwell service install --user\nsudo digwell service install --system")
def service() -> None:
    """Let systemd keep digwell running."""


def _where(function: Callable[..., Any]) -> Callable[..., Any]:
    system = click.option("--system", "where", flag_value="system", help="For the machine (needs root).")
    user = click.option(
        "--user", "where", flag_value="user", default=True, help="For your own session (the default)."
    )
    return user(system(function))


@service.command(
    example="digwell service install --dry-run\ndigwell service install --user\n"
    "sudo digwell --config ./config.yaml service install --system"
)
@_where
@dry_run
def install(*, where: str, dry_run: bool) -> None:
    """Install the systemd unit. Doing it twice changes nothing."""
    from daemon.app import read_config
    from daemon.service import install as room
    from daemon.service import units

    said = session()
    config = read_config(said.config, said.store)
    assert config.file is not None
    program = units.this_program()
    if where == "system":
        acts = room.plan_system(config, config.file.read_text(encoding="utf-8"), program)
    else:
        acts = room.plan_user(config.file.absolute(), program, room.user_unit_path(os.environ))
    _carry_out(acts, dry=dry_run)
    if where == "system":
        output.say(room.hand_over(program))


@service.command(example="digwell service uninstall\nsudo digwell service uninstall --system")
@_where
@dry_run
def uninstall(*, where: str, dry_run: bool) -> None:
    """Remove the systemd unit. Your store, its key and your configuration stay."""
    from daemon.service import install as room
    from daemon.service import units

    if where == "system":
        acts = room.plan_removal_of_system(sorted(path.name for path in units.ETC.glob("*-password*")))
    else:
        acts = room.plan_removal_of_user(room.user_unit_path(os.environ))
    _carry_out(acts, dry=dry_run)


def _carry_out(acts: tuple[Act, ...], *, dry: bool) -> None:
    from daemon.config.secrets import secret
    from daemon.service import install as room

    if dry:
        for act in acts:
            output.say(f"would {room.explain(act)}")
        return
    for act, done in room.carry_out(acts, lambda source, user, host: secret(source, user, host, os.environ)):
        output.say(f"{done:<14}{room.explain(act)}")


COMMANDS = {"service": service}
