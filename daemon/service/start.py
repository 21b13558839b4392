"""Start the daemon for a command line: signals, log, configuration, and the rooms it obeys with."""

from __future__ import annotations

from pathlib import Path

from daemon import log
from daemon.app import read_config
from daemon.config.rules_file import load_policy
from daemon.config.values import InForce
from daemon.service.loop import Daemon
from daemon.service.stop import Stop, Stopping
from store.errors import ConfigError


def serve(config: Path | None, store: Path | None, *, verbose: bool = False) -> int:
    """Run until stopped, and return the exit code.

    0 stopped, 130 stopped by Ctrl-C, 4 not signed in, 65 stopped for safety.
    Raises ConfigError (start only), LockedError, and errors of the store.
    """
    log.set_up(verbose)

    def read() -> InForce:
        found = read_config(config, store)
        if not found.mailboxes:
            raise ConfigError("there is no mailbox in the configuration", hint="digwell init")
        return InForce(found, load_policy(found))

    with Stop() as stop:
        try:
            return Daemon(read, stop).run()
        except Stopping:  # told to go before it had begun, or twice
            return stop.exit_code
