"""The way in to an own mailbox: init and doctor."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import output
from daemon.cli.shape import Command, as_json, session

if TYPE_CHECKING:
    from daemon.config.values import SecretSource
    from daemon.setup.checks import Check
    from daemon.setup.init import Made


class Terminal:
    """Questions on a terminal; with ``--no-input`` none is asked."""

    @property
    def live(self) -> bool:
        """Tell whether somebody sits there, and not a script."""
        return sys.stdin.isatty() and not session().no_input

    def ask(self, question: str, default: str = "", *, hidden: bool = False) -> str:
        """Return an answer. Raises UsageError where nobody may be asked."""
        from store.errors import UsageError

        if session().no_input:
            if default:
                return default
            hint = "give it as an option; digwell init --help lists them"
            raise UsageError(f"{question}: not given, and --no-input asks nothing", hint=hint)
        if not sys.stdin.isatty():
            return self._piped(question, default)
        said: str = click.prompt(
            output.clean(question), default=default or None, hide_input=hidden, err=True, show_default=True
        )
        return said

    def _piped(self, question: str, default: str) -> str:
        """Return the next line of a pipe; there is no echo to hide, and nobody to ask twice."""
        from store.errors import UsageError

        output.tell(f"{question}:")
        said = sys.stdin.readline()
        if not said and not default:
            raise UsageError(
                f"{question}: nobody is there to ask",
                hint="run it in a terminal, or give every answer as an option with --no-input",
            )
        return said.rstrip("\r\n") or default

    def say(self, text: str) -> None:
        """Show a line."""
        if not session().quiet:
            output.say(text)


@click.command(
    cls=Command,
    example="digwell init\ndigwell init maya@gmail.com\ndigwell init maya@example.org --host mail.example.org"
    ' --password-command "pass show mail" --no-input\ndigwell init --when "now, then friday 8:00"',
)
@click.argument("address", required=False, default="")
@click.option("--host", default="", help="The IMAP server, or google, microsoft, fastmail.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Its port.")
@click.option("--tls", type=click.Choice(["implicit", "starttls", "none"]), help="How the line is secured.")
@click.option("--ca-file", default="", help="The authority of a private server (PEM).")
@click.option("--user", default="", help="The name to sign in with, if it is not the address.")
@click.option(
    "--when",
    default="",
    metavar='"DAY CLOCK"',
    help="When the weekly mail comes: monday 07:30; now: the first one today.",
)
@click.option("--password-command", default="", help="A command that prints the password.")
@click.option("--password-file", default="", help="A file with the password, mode 0600.")
@click.option("--token-command", default="", help="A command that prints an OAuth access token.")
@click.option("--sign-in", type=click.Choice(["google", "microsoft"]), help="Sign in on the web.")
@click.option("--client", default="", help="For --sign-in: Google's client file, or Microsoft's client id.")
@click.option("--tenant", default="", help="For --sign-in microsoft: your organisation's tenant.")
@click.option("--keep", type=click.Choice(["keyring", "file"]), help="Where an asked password is kept.")
@click.option("--password", is_flag=True, help="Only ask for a new password and keep it.")
@click.option("--force", is_flag=True, help="Write over a configuration that is there.")
@click.option("--no-hello", is_flag=True, help="Put no hello into the inbox.")
def init(**said: Any) -> int:
    """Set up your own mailbox: three answers, each checked on the spot, and a hello into your inbox.

    Say “now” when asked for the day of the weekly mail, and your mail is read and the first one sent at once.

    With --sign-in or --password alone, sign in anew, or change the password, of the mailbox that is
    configured.
    """
    from daemon import clock
    from daemon.setup import init as rooms

    config, talk = session().config, Terminal()
    if said["sign_in"] and not said["address"] and not said["force"]:
        user = rooms.sign_in_again(config, os.environ, said["sign_in"], talk)
        output.say(f"signed in as {user}")
        return 0
    if said["password"]:
        output.say(f"kept the new password of {rooms.new_password(config, os.environ, talk)}")
        return 0
    wishes = rooms.Wishes(
        address=said["address"],
        host=said["host"],
        port=said["port"] or 0,
        tls=said["tls"],
        ca_file=said["ca_file"],
        user=said["user"],
        when=said["when"],
        source=_source(said),
        keyring=None if said["keep"] is None else said["keep"] == "keyring",
        force=said["force"],
        hello=not said["no_hello"],
        store=session().store,
    )
    made = rooms.begin(wishes, config, os.environ, talk, clock.now())
    code = _first_mail(talk) if made.now else 0
    _what_next(made, talk, f" --config {made.config}" if config else "", sent=made.now and not code)
    return code


def _first_mail(talk: Terminal) -> int:
    """Read the mailbox and send the first weekly mail; return the exit code of what came in between."""
    from daemon.cli.digest import send_weekly
    from daemon.cli.failing import explain
    from daemon.cli.mail import read_mail
    from store.errors import DigwellError

    talk.say("  ... reading the headers of your mail; Ctrl-C is safe")
    try:
        return read_mail() or send_weekly()
    except DigwellError as error:
        return explain(error, verbose=session().verbose)


def _what_next(made: Made, talk: Terminal, where: str, *, sent: bool) -> None:
    talk.say("")
    if made.hello:
        talk.say("Did your phone or mail program show it? If not, add an smtp section to the file.")
    steps = [("service install", "keep it running with systemd")]
    if sent:
        steps.insert(0, ("people merge", "who may be one person, asked one by one"))
    else:
        last = ("send", "the first mail") if made.now else ("preview", "this week's mail, shown only")
        steps[:0] = [("scan", "headers only; Ctrl-C is safe"), (f"digest {last[0]}", last[1])]
    for number, (command, why) in enumerate(steps):
        talk.say(f"{'' if number else 'Next:':<7}digwell{where} {command:<17} ({why})")


def _source(said: Mapping[str, Any]) -> SecretSource | None:
    """Return the one way to the secret that the options name. Raises UsageError for two."""
    from daemon.config.values import SecretSource
    from store.errors import UsageError

    file = said["password_file"]
    found = [
        SecretSource(way, value, client, said["tenant"] if client else "")
        for way, value, client in (
            ("command", said["password_command"], ""),
            ("file", str(Path(file).expanduser().absolute()) if file else "", ""),
            ("token_command", said["token_command"], ""),
            ("sign_in", said["sign_in"] or "", said["client"]),
        )
        if value
    ]
    if len(found) > 1:
        raise UsageError("one way to the password is enough")
    return found[0] if found else None


@click.command(cls=Command, example="digwell doctor\ndigwell doctor --json")
@as_json
def doctor(*, as_json: bool) -> int:
    """Check everything in turn, stop at the first cause of trouble, and say the one thing to do."""
    from daemon import clock
    from daemon.setup.doctor import Patient, examine

    said = session()
    now = clock.now()
    found = []
    for check in examine(Patient(said.config, said.store, os.environ, now)):
        found.append(check)
        if not as_json:
            _show(check)
    if as_json:
        output.items("doctor", (_record(check) for check in found), now)
    return found[-1].exit_code


def _show(check: Check) -> None:
    output.say(f"{check.state.value:<5} {check.name}: {check.said}")
    if check.error is not None and check.error.problems:
        from daemon.config.problems import render_problems

        output.say(render_problems(check.error.problems))
    if check.todo:
        output.say(f"      {check.todo}")


def _record(check: Check) -> dict[str, object]:
    return {"name": check.name, "state": check.state.value, "said": check.said, "todo": check.todo or None}


COMMANDS = {"init": init, "doctor": doctor}
