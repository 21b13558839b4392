"""Find, read and check config.yaml: a ``Config``, or every fault of the file at once.

Must never print the value of a key that may hold a secret, nor read a file that others can write.
"""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from daemon import clock
from daemon.config.files import DEFAULT_RULES, read_guarded, show_path
from daemon.config.values import CommandsConfig, Config, DigestConfig
from store.errors import ConfigError, UsageError

SYSTEM_CONFIG = Path("/etc/digwell/config.yaml")
SYSTEM_STORE = Path("/var/lib/digwell/digwell.db")
_STORE = re.compile(r"""^store:[ \t]+(?:"([^"\n]+)"|'([^'\n]+)'|([^\s#"'][^#\n]*))""", re.MULTILINE)


def load(
    path: Path | None,
    store: Path | None,
    environ: Mapping[str, str],
    *,
    needed: bool = True,
    today: date | None = None,
) -> Config:
    """Return the configuration of a file, or of the first that the search order finds.

    ``store`` (then ``$DIGWELL_STORE``) beats the file. ``today`` settles what ``since: 3y`` means, by
    default the clock's day. With ``needed=False`` the absence of any file gives a configuration
    without mailboxes. Raises ConfigError with every fault.
    """
    file = find(path, environ)
    if file is None and needed:
        places = " and ".join(str(place) for place in search(path, environ))
        what = f"there is no configuration yet; looked for {places}"
        raise ConfigError(what, hint="make one: digwell init")
    found = read(file, environ) if file else _without_file(None, environ)
    return _settle_since(_told_store(found, store, environ), today)


def without_file(path: Path | None, store: Path | None, environ: Mapping[str, str]) -> Config:
    """Return the configuration that a file amounts to which is wrong: no mailbox, and the store it names."""
    file = next((place for place in search(path, environ) if place.is_file()), None)
    found = _without_file(file, environ)
    named = _store_named(file, environ) if file else None
    return _told_store(found._replace(store=named) if named else found, store, environ)


def _store_named(file: Path, environ: Mapping[str, str]) -> Path | None:
    """Return the store that a wrong file names in a line of its own, so that ``status`` finds it still."""
    try:
        line = _STORE.search(read_guarded(file))
    except ConfigError:
        return None
    if line is None:
        return None
    from daemon.config import build  # noqa: PLC0415 - as below

    home = build.Home(file.parent, user_home(environ), default_store(file, environ))
    return home.path(next(text for text in line.groups() if text).strip())


def _told_store(found: Config, store: Path | None, environ: Mapping[str, str]) -> Config:
    told = store or (Path(environ["DIGWELL_STORE"]) if environ.get("DIGWELL_STORE") else None)
    return found if told is None else found._replace(store=told.absolute())


def search(path: Path | None, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return where a configuration is looked for, first place first."""
    if path is not None:
        return (path.absolute(),)
    if environ.get("DIGWELL_CONFIG"):
        return (Path(environ["DIGWELL_CONFIG"]).absolute(),)
    return (folder(environ, "XDG_CONFIG_HOME", ".config") / "digwell/config.yaml", SYSTEM_CONFIG)


def find(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return the file that counts; one named outright must exist."""
    places = search(path, environ)
    found = next((p for p in places if p.is_file()), None)
    if found is None and len(places) == 1:
        raise ConfigError(f"there is no file {places[0]}", hint="make one: digwell init")
    return found


def folder(environ: Mapping[str, str], variable: str, otherwise: str) -> Path:
    """Return an XDG folder; a relative or empty variable does not count (as that standard asks)."""
    told = environ.get(variable, "")
    return Path(told) if told.startswith("/") else user_home(environ) / otherwise


def user_home(environ: Mapping[str, str]) -> Path:
    """Return the owner's home: ``HOME``, else what the machine knows of the account.

    Raises UsageError where it knows nothing.
    """
    told = environ.get("HOME", "")
    if told.startswith("/"):
        return Path(told)
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        hint = "set HOME, or name the files: --config and --store"
        raise UsageError(f"the account {os.getuid()} has no home on this machine", hint=hint) from None


def default_store(file: Path | None, environ: Mapping[str, str]) -> Path:
    """Return where the store lies if nobody says: the system's for the system's configuration."""
    if file is not None and file.parent == SYSTEM_CONFIG.parent:
        return SYSTEM_STORE
    return folder(environ, "XDG_DATA_HOME", ".local/share") / "digwell/digwell.db"


def read(file: Path, environ: Mapping[str, str]) -> Config:
    """Return the configuration of one file; ``since_days`` is still open. Raises ConfigError."""
    text = read_guarded(file)
    # pydantic and ruamel.yaml cost a tenth of a second
    from daemon.config import build  # noqa: PLC0415

    home = build.Home(file.parent, user_home(environ), default_store(file, environ))
    return build.read(show_path(file), text, home)._replace(file=file)


def _settle_since(config: Config, today: date | None) -> Config:
    if not any(m.since_days for m in config.mailboxes):
        return config
    day = today or datetime.fromtimestamp(clock.now(), timezone.utc).date()
    return config._replace(
        mailboxes=tuple(
            m._replace(since=day - timedelta(days=m.since_days)) if m.since_days else m
            for m in config.mailboxes
        ),
    )


def _without_file(file: Path | None, environ: Mapping[str, str]) -> Config:
    return Config(
        mailboxes=(),
        digest=DigestConfig(),
        smtp=None,
        commands=CommandsConfig(),
        drafts=False,
        store=default_store(file, environ),
        rules=folder(environ, "XDG_CONFIG_HOME", ".config") / "digwell" / DEFAULT_RULES,
    )
