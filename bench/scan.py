"""How long a first scan takes, beside other programs in the same run: bench/scan.py MAILDIR --floor floor.py.

Each round runs every contestant once as a whole process, in an order that rotates, against one private
Dovecot that serves MAILDIR. What counts is the ratio to the floor of the same round: machines are noisy.

    --floor FILE    fetches the needed header fields over a bare socket and throws them away
    --naive FILE    the obvious program
    --mbsync        pulls all mail (isync must be installed)
    --latency FILE  a proxy that adds --rtt milliseconds
    --cold          the server's indexes and caches are dropped before each run

The floor and naive programs are called with --port, --user and --password (naive also with --db and
--what fields), the proxy with --listen, --to and --rtt-ms.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))

from tests.fakes.dovecot import Account, Dovecot, free_port  # noqa: E402

CONFIG = """mailbox:
  {{host: 127.0.0.1, port: {port}, tls: none, user: {user}, watch: all, password_file: {folder}/pw}}
digest: {{when: monday 07:30}}
store: {folder}/digwell.db
"""
MBSYNC = """FSync no

IMAPAccount b
Host 127.0.0.1
Port {port}
User {user}
Pass pw
SSLType None
AuthMechs LOGIN

IMAPStore r
Account b

MaildirStore l
Path {folder}/mail/
Inbox {folder}/mail/INBOX
SubFolders Verbatim

Channel c
Far :r:
Near :l:
Patterns *
Create Near
Sync Pull
SyncState *
"""


def main() -> None:
    """Run the rounds and print the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("maildir", type=Path)
    options.add_argument("--floor", type=Path, required=True)
    options.add_argument("--naive", type=Path)
    options.add_argument("--latency", type=Path)
    options.add_argument("--rtt", type=float, default=0)
    options.add_argument("--mbsync", action="store_true")
    options.add_argument("--cold", action="store_true")
    options.add_argument("--rounds", type=int, default=5)
    told = options.parse_args()
    names = ["floor", "digwell"] + ["naive"] * bool(told.naive) + ["mbsync"] * told.mbsync
    with Dovecot() as server, tempfile.TemporaryDirectory() as folder:
        account = server.account("bench@example.org")
        account.maildir.parent.chmod(0o755)
        shutil.copytree(told.maildir, account.maildir, copy_function=os.link)
        account.adopt()
        port, proxy = _proxied(account, told)
        try:
            rounds = _rounds(names, told, account, port, Path(folder))
        finally:
            if proxy is not None:
                proxy.terminate()
                proxy.wait()
    _print(names, rounds)


def _proxied(account: Account, told: argparse.Namespace) -> tuple[int, subprocess.Popen[bytes] | None]:
    if not told.rtt:
        return account.port, None
    port = free_port()
    words = ["--listen", str(port), "--to", str(account.port), "--rtt-ms", str(told.rtt)]
    proxy = subprocess.Popen([sys.executable, str(told.latency), *words])
    time.sleep(0.7)
    return port, proxy


def _rounds(
    names: list[str], told: argparse.Namespace, account: Account, port: int, folder: Path
) -> list[dict[str, tuple[float, float, float]]]:
    rounds = []
    for number in range(-1, told.rounds):
        order = names[number % len(names) :] + names[: number % len(names)]
        taken = {}
        for name in order:
            if told.cold:
                _forget(account)
            place = folder / f"{number}-{name}"
            place.mkdir()
            taken[name] = _timed(_words(name, told, account, port, place))
            shutil.rmtree(place)
        if number >= 0:  # the first only warms the server
            rounds.append(taken)
            print(" ".join(f"{n} {taken[n][0]:.2f} s" for n in names), file=sys.stderr, flush=True)
    return rounds


def _words(name: str, told: argparse.Namespace, account: Account, port: int, place: Path) -> list[str]:
    reach = ["--port", str(port), "--user", account.user, "--password", "pw"]
    if name == "floor":
        return [sys.executable, str(told.floor), *reach, "--mode", "fields-nosize", "--chunk", "2000"]
    if name == "naive":
        return [sys.executable, str(told.naive), *reach, "--db", str(place / "n.db"), "--what", "fields"]
    if name == "mbsync":
        (place / "mail").mkdir()
        (place / "rc").write_text(MBSYNC.format(port=port, user=account.user, folder=place))
        return ["mbsync", "-q", "-q", "-c", str(place / "rc"), "c"]
    for file, text in (
        ("pw", "pw\n"),
        ("config.yaml", CONFIG.format(port=port, user=account.user, folder=place)),
    ):
        (place / file).write_text(text)
        (place / file).chmod(0o600)
    return [sys.executable, "-m", "daemon.cli.main", "--config", str(place / "config.yaml"), "-q", "scan"]


def _timed(words: list[str]) -> tuple[float, float, float]:
    """Return wall and CPU seconds of a process from the kernel's accounting, and its peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(words, cwd=HOUSE, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak))
    watcher.start()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words[1]} failed with {process.returncode}")
    return wall, used.ru_utime + used.ru_stime, peak[0]


def _watch(pid: int, peak: list[float]) -> None:
    """Note the peak of a process's memory, with what its children have of their own.

    The kernel's own account also counts the process it came from.
    """
    while True:
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            most, now = (_memory(pid, "status", name) for name in ("VmHWM", "VmRSS"))
        except OSError:
            return
        for child in children:
            with suppress(OSError):  # it has ended meanwhile
                now += _memory(int(child), "smaps_rollup", "Private_")
        peak[0] = max(peak[0], most, now)
        time.sleep(0.005)


def _memory(pid: int, table: str, name: str) -> float:
    """Return the figures of that name in a table of a process's memory, added, in MB."""
    lines = Path(f"/proc/{pid}/{table}").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def _forget(account: Account) -> None:
    for path in account.maildir.rglob("dovecot*index*"):
        path.unlink()


def _print(names: list[str], rounds: list[dict[str, tuple[float, float, float]]]) -> None:
    print(f"{'':10s}{'wall s':>9s}{'cpu s':>9s}{'MB':>8s}{'x floor':>9s}{'min..max':>15s}")
    for name in names:
        ratios = [taken[name][0] / taken["floor"][0] for taken in rounds]
        wall, cpu, memory = (statistics.median(taken[name][i] for taken in rounds) for i in range(3))
        span = f"{min(ratios):.2f}..{max(ratios):.2f}"
        print(f"{name:10s}{wall:9.3f}{cpu:9.3f}{memory:8.1f}{statistics.median(ratios):9.2f}{span:>15s}")


if __name__ == "__main__":
    main()
