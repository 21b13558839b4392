"""The shape every command shares: the session, the options that stand anywhere, lazy groups, dates.

Must stay light: `digwell --help` imports this file, click and the standard library, nothing else of ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from daemon.app import House
    from daemon.config.values import InForce
    from store.errors import ConfigError


FIRST, LAST = 31_536_000, 32_503_680_000
"""The years 1971 to 2999 in Unix seconds: no mail is older, and no sum of days leaves the calendar."""
_WORD = re.compile(r"[\w.%+=@][\w.%+=@-]*")


@dataclass(slots=True)
class Session:
    """What the options that stand anywhere said."""

    config: Path | None = None
    store: Path | None = None
    quiet: bool = False
    verbose: bool = False
    no_input: bool = False
    answered: bool = False
    """Whether a JSON object has been printed: of an error after it only stderr tells."""


class Moment(click.ParamType[int]):
    """A date, RFC 3339 or Unix seconds, as Unix seconds; a bare date is its first instant in UTC."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return Unix seconds, or fail with the forms that are understood."""
        if isinstance(value, int):
            return value
        seconds = value.isascii() and value.isdigit() and 9 <= len(value) <= 12
        try:
            told = None if seconds else datetime.fromisoformat(value.upper())
        except ValueError:
            self.fail(f"“{value}” is no date; write 2026-11-23 or 2026-11-23T07:30:00Z", param, ctx)
        at = (
            int((told if told.tzinfo else told.replace(tzinfo=timezone.utc)).timestamp())
            if told
            else int(value)
        )
        if not FIRST <= at < LAST:
            self.fail(f"“{value}” is outside the years 1971 to 2999", param, ctx)
        return at


def session() -> Session:
    """Return the session of the command that is running."""
    found: Session = click.get_current_context().ensure_object(Session)
    return found


@contextmanager
def house(
    *,
    readonly: bool = False,
    as_it_is: bool = False,
    mailbox: bool = False,
    read: Callable[[], InForce] | None = None,
) -> Iterator[House]:
    """Open what the session names: configuration, rules and store, sound or, if wished, as it is.

    With ``mailbox`` one must be configured; ``read`` as in ``app.open_house``. Raises ConfigError.
    """
    from daemon.app import open_house

    said = session()
    with open_house(
        said.config, said.store, readonly=readonly, as_it_is=as_it_is, mailbox=mailbox, read=read
    ) as opened:
        yield opened


@contextmanager
def blind_house(error: ConfigError) -> Iterator[House]:
    """Open the store alone, where the configuration is wrong. Raises ``error`` where there is none."""
    from daemon.app import open_blindly

    said = session()
    with open_blindly(said.config, said.store, error=error) as opened:
        yield opened


def names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete an address by its beginning or that of the name; offer nothing where anything is wrong.

    What is completed stands on a command line unquoted: an address in which a shell would read more than
    a word, such as ``$(id)@example.net``, is not offered.
    """
    from daemon.app import read_config
    from store.errors import DigwellError
    from store.opening import open_store
    from store.people import beginning

    said = ctx.find_root().ensure_object(Session)
    try:
        path = read_config(said.config, said.store, needed=False).store
        with open_store(path, readonly=True) as store:
            return [address for address in beginning(store, incomplete) if _WORD.fullmatch(address)]
    except DigwellError:
        return []


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value is not None and value is not False and param.name:
        setattr(ctx.ensure_object(Session), param.name, value)


def anywhere(*, hidden: bool) -> list[click.Parameter]:
    """Make the options that may stand before and after any command."""

    def option(*names: str, says: str, **more: Any) -> click.Parameter:
        return click.Option(
            names, help=says, hidden=hidden, expose_value=False, is_eager=True, callback=_remember, **more
        )

    path = click.Path(path_type=Path)
    return [
        option("--config", type=path, metavar="FILE", says="The configuration to use."),
        option("--store", type=path, metavar="FILE", says="The store to use."),
        option("-q", "--quiet", is_flag=True, says="Only what was asked for; no progress."),
        option("-v", "--verbose", is_flag=True, says="Say more; show where an error comes from."),
        option("--no-input", is_flag=True, says="Never ask; use what the options say."),
    ]


class Command(click.Command):
    """A command that also takes the options that stand anywhere, and shows an example."""

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = {name for param in self.params for name in param.opts}
        self.params += [p for p in anywhere(hidden=True) if not taken.intersection(p.opts)]
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below the options, one a line."""
        write_examples(formatter, self.example)


class Group(click.Group):
    """A group whose commands are ours; called alone it shows its help, or does what ``alone`` says it can."""

    command_class = Command

    def __init__(self, *args: Any, example: str = "", alone: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alone = alone
        self.no_args_is_help = False
        self.invoke_without_command = True
        self.params += anywhere(hidden=True)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below the commands."""
        write_examples(formatter, self.example)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the named command; without a name show the help and leave with 0."""
        if not self.alone and not ctx._protected_args and not ctx.args:
            click.echo(ctx.get_help())
            return 0
        return super().invoke(ctx)


def write_examples(formatter: click.HelpFormatter, example: str) -> None:
    """Write the examples of a command, each on a line of its own."""
    if example:
        with formatter.section("Examples"):
            for line in example.strip().splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{line.strip()}\n")


class LazyCommands(Mapping[str, click.Command]):
    """Commands by name, each imported from its room when it is first asked for."""

    def __init__(self, rooms: Mapping[str, str]) -> None:
        self._rooms = rooms

    def __getitem__(self, name: str) -> click.Command:
        found: click.Command = import_module(f"daemon.cli.{self._rooms[name]}").COMMANDS[name]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._rooms)

    def __len__(self) -> int:
        return len(self._rooms)


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def as_json(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(function)


def as_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--as-of``: look from another day; only what came before it counts."""
    said = "Look from that day (2026-11-23 or RFC 3339): only what came before it counts."
    return click.option("--as-of", type=Moment(), metavar="DATE", help=said)(function)


def dry_run(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``-n/--dry-run``."""
    said = "Say what would be done and do nothing."
    return click.option("-n", "--dry-run", is_flag=True, help=said)(function)
