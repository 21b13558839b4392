"""A real systemd (PID 1) to try the units in, on a machine whose own PID 1 may be something else.

A minimal Debian made by debootstrap is booted by systemd-nspawn with a loopback network only. Needs
root, and the packages debootstrap and systemd-container. It must never touch the machine's own units.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = (
    "systemd,systemd-sysv,dbus,libpam-systemd,python3,python3-venv,ca-certificates,tzdata,dovecot-imapd"
)
# nspawn without a bus needs a pure cgroup2 tree at the usual place, in a namespace of its own
BOOT = """
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
exec env SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn -q -D "$0" --boot --register=no --keep-unit \
  --private-network --console=passive systemd.log_target=journal
"""


def available() -> bool:
    """True where a box can be made and booted."""
    tools = ("debootstrap", "systemd-nspawn", "unshare", "nsenter")
    return os.geteuid() == 0 and all(shutil.which(tool) for tool in tools)


def make(root: Path, suite: str = "bookworm", mirror: str = "http://deb.debian.org/debian") -> None:
    """Make the image if it is not there; ``root.with_suffix(".made")`` says that it is whole."""
    mark = root.with_name(root.name + ".made")
    if mark.exists():
        return
    shutil.rmtree(root, ignore_errors=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, str(root), mirror]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    mark.touch()


class Box:
    """A booted image. ``run`` executes a command inside and returns what it printed."""

    def __init__(self, root: Path, process: subprocess.Popen[bytes]) -> None:
        self.root = root
        self._process = process
        self._inside = 0

    def run(self, *command: str, check: bool = True, timeout: float = 120) -> str:
        """Run a command inside; the output of a failing one is raised if ``check``."""
        ended = subprocess.run(
            [*self._enter(), *command], capture_output=True, text=True, timeout=timeout, check=False
        )
        if check and ended.returncode:
            raise RuntimeError(f"{command}: {ended.returncode}\n{ended.stdout}{ended.stderr}")
        return ended.stdout

    def shows(self, *properties: str) -> dict[str, str]:
        """Return properties of the service."""
        said = self.run("systemctl", "show", "digwell", *(f"-p{name}" for name in properties))
        return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)

    def journal(self) -> str:
        """Return what the service logged."""
        return self.run("journalctl", "-u", "digwell", "-o", "cat", "--no-pager")

    def until(self, what: str, wanted: str, seconds: float = 60) -> str:
        """Wait until a property of the service begins with ``wanted``."""
        end = time.monotonic() + seconds
        while True:
            now = self.shows(what).get(what, "")
            if now.startswith(wanted):
                return now
            if time.monotonic() > end:
                raise TimeoutError(f"{what} is {now!r}, not {wanted!r}\n{self.journal()}")
            time.sleep(0.2)

    def wait_for_boot(self) -> None:
        """Wait until the system inside is up."""
        for _ in range(120):
            time.sleep(0.5)
            try:
                state = self.run("systemctl", "is-system-running", check=False).strip()
            except (LookupError, subprocess.TimeoutExpired):
                continue
            if state in {"running", "degraded"}:
                return
        raise TimeoutError("the box did not come up")

    def stop(self) -> None:
        """Shut it down."""
        try:
            self.run("systemctl", "poweroff", "--no-wall", check=False, timeout=10)
            self._process.wait(20)
        except (subprocess.TimeoutExpired, LookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _enter(self) -> list[str]:
        clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "SYSTEMD_COLORS=0"]
        flags = ["-m", "-p", "-u", "-i", "-n", "-C", "-r", "-w"]
        return ["nsenter", "-t", str(self._first()), *flags, "--", *clean]

    def _first(self) -> int:
        """Return the process that is PID 1 inside."""
        if not self._inside:
            children = (
                Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
            )
            if not children:
                raise LookupError("nothing runs inside yet")
            self._inside = int(children[0])
        return self._inside


@contextmanager
def booted(root: Path) -> Iterator[Box]:
    """Boot an image and shut it down at the end."""
    process = subprocess.Popen(
        ["unshare", "--mount", "--cgroup", "bash", "-c", BOOT, str(root)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    box = Box(root, process)
    try:
        box.wait_for_boot()
        yield box
    finally:
        box.stop()
