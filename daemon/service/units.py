"""The texts an installation needs: the unit with this machine's paths, the config with credentials.

Pure. This room must never read a secret nor touch a file outside the program's own folder.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from daemon.config.values import Config, SecretSource
from store.errors import UsageError

ETC = Path("/etc/digwell")
_HOMES = ("/home/", "/root/", "/run/user/")
_KEY = re.compile(
    r"^(?P<lead>[\s{,-]*)(?P<key>password_command|password_file|ca_file|rules|store):\s*(?P<rest>.*)$"
)


@dataclass(frozen=True, slots=True)
class Program:
    """How this digwell is started, and the paths from which code is executed then."""

    command: tuple[str, ...]
    executable: tuple[Path, ...]

    @property
    def in_a_home(self) -> bool:
        """True where a system service could not see it."""
        return any(str(path).startswith(_HOMES) for path in self.executable)


def this_program() -> Program:
    """Find the program that runs now: its interpreter, its folder, the libraries both need."""
    python, script = Path(sys.executable), Path(sys.executable).with_name("digwell")
    command = (str(script),) if script.exists() else (str(python), "-m", "daemon.cli.main")
    wanted = [
        python.resolve(),
        Path(sys.prefix),
        *(Path(base) / lib for base in (sys.base_prefix, "/usr", "/") for lib in ("lib", "lib64")),
    ]
    return Program(command, tuple(dict.fromkeys(path for path in wanted if path.exists())))


def shipped(name: str) -> str:
    """Return a file of the ``systemd`` folder, from a checkout or an installation."""
    places = (Path(__file__).parents[2] / "systemd", Path(sys.prefix) / "share/digwell/systemd")
    for place in places:
        if (place / name).is_file():
            return (place / name).read_text(encoding="utf-8")
    raise UsageError(f"the file systemd/{name} is missing from this installation")


def system_unit(program: Program, credentials: Iterable[str]) -> str:
    """Write the system unit with exact paths and one credential a secret."""
    unit = shipped("digwell.service")
    start = shlex.join((*program.command, "--config", str(ETC / "config.yaml"), "run"))
    paths = " ".join(str(path) for path in program.executable)
    unit = _with(unit, "ExecStart", (start,), "exactly this program")
    unit = _with(unit, "ExecPaths", (paths,), "")
    return _with(unit, "LoadCredential", tuple(f"{name}:{ETC / name}" for name in credentials), "")


def user_unit(program: Program, config: Path) -> str:
    """Write the unit of a user's own manager with exact paths."""
    start = shlex.join((*program.command, "--config", str(config), "run"))
    return _with(shipped("user/digwell.service"), "ExecStart", (start,), "exactly this program")


def _with(unit: str, key: str, values: tuple[str, ...], why: str) -> str:
    """Replace every line of a key by the given ones; the comment above ``ExecStart`` by ``why``."""
    lines, done = [], False
    for line in unit.splitlines():
        if not line.startswith(key + "="):
            lines.append(line)
            continue
        if why and lines[-1].startswith("#"):
            lines[-1] = f"# {why}"
        if not done:
            lines += [f"{key}={value}" for value in values]
            done = True
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Moved:
    """A configuration made fit for the system service.

    ``secrets`` maps the name of each credential to where the secret comes from now, ``files`` the
    new place of each file to the old one.
    """

    text: str
    secrets: tuple[tuple[str, SecretSource, str, str], ...]
    files: tuple[tuple[Path, Path], ...]


def for_the_system(config: Config, text: str) -> Moved:
    """Rewrite a config.yaml: secrets become credentials, files it names move along.

    The service may run no other program and sees no home, so ``password_command`` and
    ``password_file`` become ``password_credential``. Raises UsageError for ways that cannot move.
    """
    secrets = _credentials(config)
    names = iter(secrets)
    files: list[tuple[Path, Path]] = []
    lines = []
    for line in text.splitlines():
        found = _KEY.match(line)
        if not found:
            lines.append(line)
            continue
        lines.append(_moved_line(found, config, names, files))
    if next(names, None) is not None:
        raise UsageError(
            "not every secret of this config.yaml could be turned into a credential",
            hint="put each password_… key on a line of its own and install again",
        )
    if config.rules and config.rules.is_file():
        files.append((ETC / "rules.yaml", config.rules))
    return Moved("\n".join(lines) + "\n", tuple(secrets), tuple(files))


def _moved_line(
    found: re.Match[str],
    config: Config,
    names: Iterable[tuple[str, SecretSource, str, str]],
    files: list[tuple[Path, Path]],
) -> str:
    lead, key, rest = found["lead"], found["key"], found["rest"].strip()
    if not rest or rest.startswith("#"):
        return found[0]
    if key in {"password_command", "password_file"}:
        name = next(iter(names), ("imap-password",))[0]
        return f"{lead}password_credential: {name}"
    if key == "rules":
        return f"{lead}rules: rules.yaml"
    if key == "store":
        return f"{lead}store: /var/lib/digwell/digwell.db"
    authorities = [box.ca_file for box in config.mailboxes] + [config.smtp.ca_file if config.smtp else None]
    wanted = Path(rest.strip("'\"")).name
    old = next((file for file in authorities if file and file.name == wanted), None)
    if old is None:
        return found[0]
    files.append((ETC / old.name, old))
    return f"{lead}ca_file: {ETC / old.name}"


def _credentials(config: Config) -> list[tuple[str, SecretSource, str, str]]:
    found = []
    for number, box in enumerate(config.mailboxes):
        name = "imap-password" if number == 0 else f"imap-password-{number + 1}"
        found.append((name, box.secret, box.user, box.host))
    if config.smtp and config.smtp.secret:
        found.append(("smtp-password", config.smtp.secret, config.smtp.user, config.smtp.host))
    for _, source, user, _ in found:
        if source.way in {"keyring", "token_command", "sign_in"}:
            raise UsageError(
                f"the sign-in of {user} ({source.way.replace('_', ' ')}) needs your own session",
                hint="install it there: digwell service install --user",
            )
    return [one for one in found if one[1].way in {"command", "file"}]


def loaded(config: Config, moved: Moved) -> tuple[str, ...]:
    """Name every credential the unit has to load, moved now or there before."""
    sources = [box.secret for box in config.mailboxes]
    sources += [config.smtp.secret] if config.smtp and config.smtp.secret else []
    before = [source.value for source in sources if source.way == "credential"]
    return tuple(dict.fromkeys([name for name, *_ in moved.secrets] + before))
