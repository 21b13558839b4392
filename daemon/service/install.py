"""Put digwell under systemd, or take it out again: plan acts with their reasons, then carry them out.

A plan can be shown without touching anything, and carried out twice with the same end. This room must
never delete a store, a configuration or a key, nor read a secret while only planning.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from daemon.config.load import folder
from daemon.config.values import Config, SecretSource
from daemon.service import units
from store.errors import DigwellError, UsageError

Reveal = Callable[[SecretSource, str, str], str]
"""Return the secret of a source for a user and a host."""


@dataclass(frozen=True, slots=True)
class Put:
    """Write a file (only if it differs); ``group`` may read it where the mode says so."""

    path: Path
    text: str
    why: str
    mode: int = 0o644
    group: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """Write a secret into a file that only root reads; it is fetched when that is done."""

    path: Path
    source: SecretSource
    user: str
    host: str
    why: str


@dataclass(frozen=True, slots=True)
class Run:
    """Run a program; ``needed`` says that the rest makes no sense if it fails."""

    command: tuple[str, ...]
    why: str
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a file if it is there."""

    path: Path
    why: str


Act = Put | Keep | Run | Remove

UNIT = Path("/etc/systemd/system/digwell.service")
SYSUSERS = Path("/etc/sysusers.d/digwell.conf")
TMPFILES = Path("/etc/tmpfiles.d/digwell.conf")
CONFIG = units.ETC / "config.yaml"
ELSEWHERE = (
    "in a checkout: sudo python3 -m venv /opt/digwell && sudo /opt/digwell/bin/pip install . &&"
    " sudo /opt/digwell/bin/digwell --config {} service install --system"
)


def plan_system(config: Config, text: str, program: units.Program) -> tuple[Act, ...]:
    """Plan the system service from a configuration (``text`` is its file). Raises UsageError."""
    if program.in_a_home:
        raise UsageError(
            "this digwell lies in a home, which a system service cannot see",
            hint=ELSEWHERE.format(shlex.quote(str(config.file and config.file.absolute()))),
        )
    moved = units.for_the_system(config, text)
    etc = units.ETC
    acts: list[Act] = [
        Put(SYSUSERS, units.shipped("digwell.sysusers"), "the user digwell runs as, who can do nothing else"),
        Run(("systemd-sysusers", str(SYSUSERS)), "make that user"),
        Put(TMPFILES, units.shipped("digwell.tmpfiles"), "who may read the configuration"),
        Run(("systemd-tmpfiles", "--create", str(TMPFILES)), "make /etc/digwell"),
        Put(CONFIG, moved.text, "your configuration, without any secret", 0o640, "digwell"),
    ]
    for new, old in moved.files:
        acts.append(Put(new, old.read_text(encoding="utf-8"), f"your {old.name}", 0o640, "digwell"))
    for name, source, user, host in moved.secrets:
        acts.append(
            Keep(etc / name, source, user, host, f"the password for {host}, for systemd alone to read")
        )
    return (
        *acts,
        Put(UNIT, units.system_unit(program, units.loaded(config, moved)), "the service and its walls"),
        Run(("systemctl", "daemon-reload"), "let systemd read it"),
        Run(("systemctl", "enable", "digwell.service"), "start it with the machine"),
        Run(("systemctl", "restart", "digwell.service"), "start it now"),
    )


def plan_user(config: Path, program: units.Program, unit: Path) -> tuple[Act, ...]:
    """Plan the service of the owner's own session; ``unit`` is where its unit goes."""
    return (
        Put(unit, units.user_unit(program, config), "the service, in your own session"),
        Run(("systemctl", "--user", "daemon-reload"), "let your systemd read it"),
        Run(("systemctl", "--user", "enable", "digwell.service"), "start it when you log in"),
        Run(("systemctl", "--user", "restart", "digwell.service"), "start it now"),
        Run(("loginctl", "enable-linger"), "keep it running while you are logged out", needed=False),
    )


def plan_removal_of_system(credentials: Iterable[str]) -> tuple[Act, ...]:
    """Plan the way back: the store, its key and the configuration stay."""
    return (
        Run(("systemctl", "disable", "--now", "digwell.service"), "stop it", needed=False),
        Remove(UNIT, "the service"),
        Remove(TMPFILES, "the rule for /etc/digwell"),
        Remove(SYSUSERS, "the rule for the user (the user stays: the store belongs to it)"),
        *(Remove(units.ETC / name, "the password") for name in credentials),
        Run(("systemctl", "daemon-reload"), "let systemd forget it", needed=False),
    )


def plan_removal_of_user(unit: Path) -> tuple[Act, ...]:
    """Plan the way back for a session's service: the store and the configuration stay."""
    return (
        Run(("systemctl", "--user", "disable", "--now", "digwell.service"), "stop it", needed=False),
        Remove(unit, "the service"),
        Run(("systemctl", "--user", "daemon-reload"), "let your systemd forget it", needed=False),
    )


def user_unit_path(environ: Mapping[str, str]) -> Path:
    """Return where a user's unit lies, as systemd finds it: by ``XDG_CONFIG_HOME``, else by ``HOME``."""
    return folder(environ, "XDG_CONFIG_HOME", ".config") / "systemd/user/digwell.service"


def explain(act: Act) -> str:
    """Say on one line what an act does and why."""
    match act:
        case Put(path, _, why, mode):
            return f"write {path} (mode {mode:04o}): {why}"
        case Keep(path, _, _, _, why):
            return f"write {path} (mode 0600): {why}"
        case Run(command, why):
            return f"run {' '.join(command)}: {why}"
        case Remove(path, why):
            return f"remove {path}: {why}"


def carry_out(acts: Iterable[Act], reveal: Reveal, root: Path = Path("/")) -> Iterator[tuple[Act, str]]:
    """Carry out a plan, yielding each act with ``done``, ``as it was`` or ``not possible``.

    ``root`` is put before every path, for images and tests; programs are not run then. Raises
    UsageError where rights are missing or a needed program fails.
    """
    for act in acts:
        try:
            yield act, _one(act, reveal, root)
        except PermissionError as error:
            raise UsageError(
                f"{error.filename} may not be written by you", hint="a system service needs root: sudo"
            ) from error


def _one(act: Act, reveal: Reveal, root: Path) -> str:
    match act:
        case Put(path, text, _, mode, group):
            return _write(_under(root, path), text, mode, group if root == Path("/") else "")
        case Keep(path, source, user, host):
            return _write(_under(root, path), reveal(source, user, host) + "\n", 0o600, "")
        case Remove(path):
            there = _under(root, path).exists()
            _under(root, path).unlink(missing_ok=True)
            return "done" if there else "as it was"
        case Run(command, why, needed):
            return _run(command, why, needed) if root == Path("/") else "not possible"


def _under(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def _write(path: Path, text: str, mode: int, group: str) -> str:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if path.exists() and path.read_text(encoding="utf-8") == text and path.stat().st_mode & 0o7777 == mode:
        return "as it was"
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    if group:
        shutil.chown(draft, "root", group)
    draft.chmod(mode)
    draft.replace(path)
    return "done"


def _run(command: tuple[str, ...], why: str, needed: bool) -> str:
    found = shutil.which(command[0])
    if found is None:
        if needed:
            raise UsageError(
                f"there is no {command[0]} here", f"to {why}", "digwell run works without systemd"
            )
        return "not possible"
    ended = subprocess.run([found, *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode and needed:
        said = (ended.stderr or ended.stdout).strip().splitlines()
        hint = "log in as yourself, not by su or sudo; or let the machine run it: --system"
        raise DigwellError(
            f"{' '.join(command)} failed",
            said[-1] if said else f"exit {ended.returncode}",
            hint if "--user" in command else "",
        )
    return "not possible" if ended.returncode else "done"


def hand_over(program: units.Program) -> str:
    """Say how the owner's command line reaches the store of the system service.

    The program is named in full: sudo looks for it in places of its own.
    """
    return f"to look into its store: sudo -u digwell {shlex.join(program.command)} --config {CONFIG} status"
