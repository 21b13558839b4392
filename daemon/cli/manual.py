"""The manual page, written from the commands themselves, for ``man digwell``.

``python -m daemon.cli.manual`` prints ``docs/digwell.1``; a test keeps the file true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from daemon.cli.main import SECTIONS, digwell
from daemon.cli.reference import EXIT_CODES

HEAD = r""".\" Made from the program by "python -m daemon.cli.manual"; do not edit.
.TH DIGWELL 1 "" "digwell" "User Commands"
.SH NAME
digwell \- read your own mailbox and get one mail a week: whom to write to, and why now
.SH SYNOPSIS
.B digwell
.RI [ options ]
.I command
.RI [ arguments ]
.SH DESCRIPTION
digwell reads the headers of your own mailbox over IMAP, remembers with whom you correspond, and once a week
puts one mail into your inbox: five people to write to, with the evidence and a way to start. You answer by
writing to them, or by replying to that mail. It talks to your mail servers and to nobody else.
.PP
A person is named by any unique part of a name or an address; where several fit they are listed (exit 2).
Reading commands take
.BR \-\-json ;
where time matters,
.B \-\-as\-of
looks from another day. Acting commands take
.BR \-n .
"""
FILES = (
    (
        "$XDG_CONFIG_HOME/digwell/config.yaml, /etc/digwell/config.yaml",
        "the configuration; six lines are enough",
    ),
    ("rules.yaml beside it", "your intentions: circles, quiet weeks, whom never to name"),
    ("$XDG_DATA_HOME/digwell/digwell.db, /var/lib/digwell/digwell.db", "everything digwell knows, mode 0600"),
    ("digwell.key beside the store", "the key that proves digwell's own mails, mode 0600"),
)
VARIABLES = (
    ("DIGWELL_CONFIG", "the configuration to use, as --config"),
    ("DIGWELL_STORE", "the store to use, as --store"),
    ("NO_COLOR", "no colour and no animation"),
)


def manual() -> str:
    """Return the page as roff for the man macros."""
    top = click.Context(digwell, info_name="digwell")
    parts = [HEAD, ".SH OPTIONS", *_options(digwell, top)]
    for section, entries in SECTIONS.items():
        parts.append(f".SH {section.upper()}")
        for name, _, _ in entries:
            parts += _pages(digwell.commands[name], top, name)
    parts.append(".SH EXIT STATUS")
    parts += _terms((str(code), means) for code, means in EXIT_CODES)
    parts += [".SH FILES", *_terms(FILES), ".SH ENVIRONMENT", *_terms(VARIABLES)]
    return "\n".join(line.rstrip("\n") for line in parts) + "\n"


def _pages(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    ctx = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(piece for piece in command.collect_usage_pieces(ctx) if piece != "[OPTIONS]")
    yield f".SS {_plain(f'{ctx.command_path} {usage}'.strip())}"
    paragraphs = [_plain(" ".join(paragraph.split())) for paragraph in (command.help or "").split("\n\n")]
    yield "\n.PP\n".join(paragraphs)
    yield from _options(command, ctx)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from _pages(inner, ctx, inner.name or "")


def _options(command: click.Command, ctx: click.Context) -> Iterator[str]:
    records = (param.get_help_record(ctx) for param in command.params if isinstance(param, click.Option))
    yield from _terms((record[0], " ".join(record[1].split())) for record in records if record)


def _terms(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, means in rows:
        yield f".TP\n.B {_plain(term)}\n{_plain(means)}"


def _plain(text: str) -> str:
    """Return text that roff takes as it stands: no escape, no request at the start of a line."""
    safe = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq").replace("'", r"\(aq")
    return rf"\&{safe}" if safe.startswith(".") else safe


if __name__ == "__main__":
    click.echo(manual(), nl=False)
