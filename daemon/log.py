"""Log lines made for journald: one event a line, ids and counts, one place that hides secrets.

What is said here may be read by anybody who may read the journal. This room must never let through a
secret at any level, nor a mail address at info and above; subjects and bodies are never given to it.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from base64 import b64encode
from typing import TextIO
from urllib.parse import quote

PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
SHORTEST = 4  # a shorter secret would hide half the words of the log, and protects nothing
_ADDRESS = re.compile(r"[^\s<>\"'(),:;=@\[\]]+@[^\s<>\"'(),:;=@\[\]]+")
_secrets: set[str] = set()


def logger() -> logging.Logger:
    """Return the one logger."""
    return logging.getLogger("digwell")


def conceal(secret: str) -> None:
    """Hide this text, and the ways it is written on a wire, in everything logged from now on."""
    if len(secret) < SHORTEST:
        return
    _secrets.update(
        {secret, quote(secret, safe=""), repr(secret)[1:-1], b64encode(secret.encode()).decode("ascii")}
    )


def redact(text: str) -> str:
    """Return the text with every known secret hidden."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return text


def event(what: str, level: int = logging.INFO, **facts: object) -> None:
    """Log one event with its facts, like ``scan done folder=3 new=12``."""
    log = logger()
    if log.isEnabledFor(level):
        log.log(level, "%s", " ".join([what, *(f"{key}={_fact(value)}" for key, value in facts.items())]))


def _fact(value: object) -> str:
    text = f"{value:.1f}" if isinstance(value, float) else str(value)
    return f'"{text}"' if " " in text or not text else text


class Lines(logging.Formatter):
    """Format a record; under journald with a priority before every line.

    Each line of a record becomes a line of its own with the same priority, and control characters
    are made visible, so nothing taken from mail can forge a record or move a cursor.
    """

    def __init__(self, journal: bool) -> None:
        super().__init__("%(message)s")
        self.journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line or lines."""
        text = redact(super().format(record))
        if record.levelno >= logging.INFO:
            text = _ADDRESS.sub("[address]", text)
        prefix = f"<{PRIORITY.get(record.levelno // 10 * 10, 6)}>" if self.journal else ""
        return "\n".join(prefix + _visible(line) for line in text.splitlines())


def _visible(line: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)


def under_journald(fd: int = 2) -> bool:
    """Say whether that file descriptor is the journal's own stream (``JOURNAL_STREAM``)."""
    try:
        device, inode = map(int, os.environ["JOURNAL_STREAM"].split(":"))
        status = os.fstat(fd)
    except (KeyError, ValueError, OSError):
        return False
    return (status.st_dev, status.st_ino) == (device, inode)


def set_up(verbose: bool = False, stream: TextIO | None = None) -> None:
    """Send the log to stderr (or ``stream``); other people's libraries may only warn."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines(stream is None and under_journald()))
    log = logger()
    log.handlers[:] = [handler]
    log.propagate = False
    log.setLevel(logging.DEBUG if verbose else logging.INFO)
    for name in ("imapclient", "schedule", "mailparser", "urllib3", "msal"):
        # at debug they print whole messages
        logging.getLogger(name).setLevel(logging.WARNING)
