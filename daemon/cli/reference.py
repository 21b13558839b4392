"""The reference of all commands, written from the commands themselves.

``python -m daemon.cli.reference`` prints ``docs/reference/commands.md``; a test keeps the file true.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from daemon.cli.main import SECTIONS, digwell
from daemon.cli.shape import Command, Group

EXIT_CODES = (
    (0, "fine"),
    (1, "failed"),
    (2, "wrong usage, or a name that fits several"),
    (3, "done in part"),
    (4, "not signed in"),
    (5, "unreachable for now: try again"),
    (6, "nothing found"),
    (7, "another digwell holds the store"),
    (65, "stopped for safety"),
    (78, "configuration or rules wrong"),
    (130, "interrupted"),
)

HEAD = """# Commands

Made from the program by `python -m daemon.cli.reference`; do not edit.

These stand before or after every command: `--config FILE`, `--store FILE`, `-q`, `-v`, `--no-input`,
`--help`. A person is named by any unique part of a name or an address; several who fit are listed
(exit 2). Reading commands take `--json`; where time matters, `--as-of` looks from another day.

## Exit codes

| code | means |
| --- | --- |
{codes}

An unexpected error is one line and the path of a report; `-v` shows where it came from.
Where `--json` was asked for and nothing printed yet, an error is an object too: kind `error`, its item with
`exit_code`, `message`, `why`, `hint` and `choices`.
"""


def commands() -> str:
    """Return the reference as Markdown."""
    codes = "\n".join(f"| {code} | {means} |" for code, means in EXIT_CODES)
    parts = [HEAD.replace("{codes}", codes)]
    top = click.Context(digwell, info_name="digwell")
    for section, entries in SECTIONS.items():
        parts.append(f"\n## {section}\n")
        for name, _, _ in entries:
            parts += _pages(digwell.commands[name], top, name)
    return "\n".join(parts)


def _pages(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    ctx = click.Context(command, info_name=name, parent=parent)
    yield _page(command, ctx)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from _pages(inner, ctx, inner.name or "")


def _page(command: click.Command, ctx: click.Context) -> str:
    usage = " ".join(piece for piece in command.collect_usage_pieces(ctx) if piece != "[OPTIONS]")
    lines = [f"### `{f'{ctx.command_path} {usage}'.strip()}`", ""]
    for paragraph in (command.help or "").split("\n\n"):
        lines += [" ".join(paragraph.split()), ""]
    records = [param.get_help_record(ctx) for param in command.params if isinstance(param, click.Option)]
    shown = [f"- `{record[0]}`: {record[1]}" for record in records if record]
    if shown:
        lines += [*shown, ""]
    example = command.example if isinstance(command, Command | Group) else ""
    if example:
        lines += ["```sh", *(line.strip() for line in example.strip().splitlines()), "```", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    click.echo(commands(), nl=False)
