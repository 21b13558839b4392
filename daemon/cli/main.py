"""The command line's front door: the map of commands, and the frame where every error ends.

Light by design: a command's room is imported when it is called. This frame is one of the two places
that may catch everything; it never shows a traceback unless asked with ``-v``.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any, NoReturn

import click

from daemon.cli.shape import LazyCommands, Session, anywhere, write_examples

gc.set_threshold(50_000, 20, 50)  # what is loaded makes no garbage: looking for it takes a tenth of the start

Entry = tuple[str, str, str]

SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Start": (
        ("demo", "start", "an invented mailbox: the whole loop, nothing to set up"),
        ("init", "setup", "set up your own mailbox"),
        ("doctor", "setup", "check everything and say what to do about it"),
    ),
    "Look": (
        ("due", "look", "who is due, and why"),
        ("who", "look", "whom do I know at, in, or who knows: digwell who acme"),
        ("people", "people", "list, show, merge, split, tag"),
        ("why", "look", "what stands behind an address, and which rule decided"),
        ("before", "look", "what to know before you write to somebody"),
        ("status", "look", "what the daemon did and will do next"),
        ("log", "look", "every command, where it came from, and its effect"),
        ("rank", "rank", "everybody in order, as a table for other programs"),
        ("classify", "rank", "person, list or machine: judge mail files"),
    ),
    "Do": (
        ("note", "say", 'remember something: digwell note Tomás "moving in May"'),
        ("done", "say", "met or called: digwell done Tomás"),
        ("snooze", "say", "not now: digwell snooze Grace 2w"),
        ("skip", "say", "not this time"),
        ("never", "say", "not this person"),
        ("slower", "say", "less often"),
        ("faster", "say", "more often"),
        ("every", "say", "as often as that: digwell every Ana 6w"),
        ("gave", "say", "you helped them"),
        ("asked", "say", "you asked them for help"),
        ("promised", "say", "you owe them this"),
        ("kept", "say", "promise kept"),
        ("release", "say", "let the promise go"),
        ("introduced", "say", "you brought two people together"),
        ("same", "say", "two entries are one person"),
        ("different", "say", "two entries are two people"),
        ("friend", "say", "a person, not a robot"),
        ("not-a-person", "say", "a robot, not a person"),
        ("tag", "say", "put a word on somebody"),
        ("untag", "say", "take the word off"),
        ("pause", "say", "no weekly mail for so long"),
        ("resume", "say", "weekly mail again"),
        ("undo", "say", "take the last command back"),
        ("digest", "digest", "preview or send the weekly mail"),
    ),
    "Mail": (
        ("scan", "mail", "read new mail once"),
        ("run", "mail", "stay running (systemd does this for you)"),
        ("service", "service", "install or remove the systemd unit"),
    ),
    "Rules": (
        ("rules", "rules", "check, explain, simulate"),
        ("schema", "rules", "JSON Schema of the two YAML files, for your editor"),
    ),
    "Data": (
        ("import", "data", "maildir, mbox, linkedin, vcard"),
        ("export", "data", "everything, as JSON lines, CSV or vCard"),
        ("backup", "care", "a verified copy of the store and its key"),
        ("restore", "care", "put a backup back"),
        ("forget", "care", "erase a person for good"),
        ("completion", "complete", "completion for bash, zsh or fish"),
    ),
}
"""The one-screen map: section → (command, room in ``daemon/cli``, what it does)."""

ALSO = {
    "before", "log", "rank", "classify", "skip", "never", "slower", "faster", "every", "gave", "asked",
    "promised", "kept", "release", "introduced", "same", "different", "friend", "not-a-person", "tag",
    "untag", "pause", "resume", "schema", "backup", "restore", "forget", "completion",
}  # fmt: skip
"""Commands that the map only names, so that it stays one screen."""

SAYS = {name: says for entries in SECTIONS.values() for name, _, says in entries}


class Map(click.Group):
    """The top of the command line: lazy rooms, a grouped map, and near misses named."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        rooms = {name: room for entries in SECTIONS.values() for name, room, _ in entries}
        self.commands = LazyCommands(rooms)  # type: ignore[assignment]
        self.params += anywhere(hidden=False)
        self.no_args_is_help = False
        self.invoke_without_command = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `help` and `help COMMAND` as `--help` and `COMMAND --help`, as git does."""
        return super().parse_args(ctx, [*args[1:], "--help"] if args[:1] == ["help"] else args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the map."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the map: sections on the left, commands and what they do on the right."""
        formatter.write("\n")
        for section, entries in SECTIONS.items():
            shown = [(name, says) for name, _, says in entries if name not in ALSO]
            for index, (name, says) in enumerate(shown):
                formatter.write(f"{section if index == 0 else '':<8}{name:<12}{says}\n")
            also = ", ".join(name for name, _, _ in entries if name in ALSO)
            if also:
                formatter.write(
                    fill(f"also: {also}", 78, initial_indent=" " * 8, subsequent_indent=" " * 14) + "\n"
                )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how to go on."""
        write_examples(formatter, "digwell demo\ndigwell due --json\ndigwell done Tomás")
        formatter.write("\ndigwell COMMAND --help shows examples.\n")


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from daemon.app import version

        click.echo(f"digwell {version()}")
        ctx.exit()


@click.group(
    cls=Map,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    help="digwell keeps you in touch: it reads your mailbox and writes you one mail a week.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
@click.pass_context
def digwell(ctx: click.Context) -> None:
    """Print the map where no command is named."""
    ctx.ensure_object(Session)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every error ends here, as a sentence."""
    _mend_streams()
    session = Session()
    try:
        left = digwell.main(args=words, prog_name="digwell", standalone_mode=False, obj=session)
    except click.ClickException as error:
        from daemon.cli.failing import misused

        return misused(error, as_json=_says(words, "--json"))
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        sys.stdout = None  # nobody reads any more: do not flush at exit
        return 141
    except Exception as error:  # noqa: BLE001 - the outermost frame
        from daemon.cli.failing import explain

        unanswered = _says(words, "--json") and not session.answered
        return explain(error, verbose=_says(words, "-v", "--verbose"), as_json=unanswered)
    return left if isinstance(left, int) else 0


def _mend_streams() -> None:
    """Let a closed stream swallow what is printed, and print what the terminal's charset lacks as `?`."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for the whole run
        else:
            stream.reconfigure(errors="replace")


def _says(words: Sequence[str] | None, *wanted: str) -> bool:
    told = sys.argv[1:] if words is None else words
    return any(word in wanted for word in told)


def main() -> NoReturn:
    """Run the command line and leave."""
    code = run()
    gc.freeze()  # else Python looks through all that is loaded for cycles, three times, only to leave
    sys.exit(code)


if __name__ == "__main__":
    main()

__all__ = ["SAYS", "SECTIONS", "digwell", "main", "run"]
