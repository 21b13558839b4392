"""The unit as it is shipped, in a booted systemd: every line of it on trial. Needs root; not for CI.

    python bench/box_proof.py [--image DIR]

Prints one line a proof. The image (Debian 12, some 400 MB) is made once and kept.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.box import Box, available, booted, make

ROOT = Path(__file__).parents[1]
SECRET = "canary-7f3a9c-secret"
DOVECOT = """\
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:/srv/mail/%u
first_valid_uid = 8
auth_verbose = yes
log_path = /var/log/dovecot.log
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail
}}
"""
CONFIG = """\
mailbox:
  host: 127.0.0.1
  port: 143
  tls: none
  user: maya@example.org
  password_command: cat /root/secret
digest:
  when: {when}
"""
PROBE = """\
import os, socket, subprocess
def tried(what, act):
    try: act(); print(what, "allowed")
    except OSError as error: print(what, "refused", error.errno)
tried("listen", lambda: socket.create_server(("127.0.0.1", 0)))
tried("bind", lambda: socket.socket().bind(("127.0.0.1", 0)))
tried("exec", lambda: subprocess.run(["/bin/true"], check=True))
tried("write", lambda: open("/etc/canary", "w"))
tried("home", lambda: os.listdir("/home/visitor"))
tried("raw", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
tried("state", lambda: open("/var/lib/digwell/probe", "w").close())
tried("connect", lambda: socket.create_connection(("127.0.0.1", 143), 5).close())
tried("credential", lambda: open(os.environ["CREDENTIALS_DIRECTORY"] + "/imap-password").read())
print("threads and maps", end=" "); import ctypes; print(ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)())
"""
Proof = Callable[[Box], str]


def furnish(root: Path) -> None:
    """Put this digwell into the image, as the README says, from wheels built here."""
    with tempfile.TemporaryDirectory() as made:
        pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "wheel", "-w", made, "."], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        shutil.rmtree(root / "wheels", ignore_errors=True)
        shutil.copytree(made, root / "wheels")
    shutil.rmtree(root / "opt/digwell", ignore_errors=True)
    for old in ("var/lib/digwell", "etc/digwell", "srv/mail"):
        shutil.rmtree(root / old, ignore_errors=True)
    (root / "root/secret").write_text(SECRET + "\n")
    (root / "home/visitor").mkdir(parents=True, exist_ok=True)
    (root / "etc/dovecot/dovecot.conf").write_text("protocols = imap\n!include_try local.conf\n")
    (root / "etc/dovecot/local.conf").write_text(DOVECOT.format(password=SECRET))
    mail = root / "srv/mail/maya@example.org"
    for number in range(2_000):
        folder = mail / (".Sent/cur" if number % 2 else "cur")
        folder.mkdir(parents=True, exist_ok=True)
        friend = f"friend{number % 40 // 2}@example.net"
        sender, to = ("maya@example.org", friend) if number % 2 else (friend, "maya@example.org")
        day = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(time.time() - 86_400 * (100 + number)))
        (folder / f"{1_600_000_000 + number}.M{number}.box:2,S").write_text(
            f"Message-ID: <m{number}@example.net>\nFrom: {sender}\nTo: {to}\nDate: {day}\n"
            f"Subject: {number}\n\nText\n"
        )


def prepare(box: Box) -> None:
    box.run("chown", "-R", "mail:mail", "/srv/mail")
    box.run("python3", "-m", "venv", "/opt/digwell")
    box.run("/opt/digwell/bin/pip", "-q", "install", "--no-index", "--find-links", "/wheels", "digwell")
    box.run("systemctl", "restart", "dovecot")
    write(box, "/root/config.yaml", CONFIG.format(when="monday 07:30"))


def write(box: Box, path: str, text: str) -> None:
    """Write a file of the image."""
    (box.root / path.lstrip("/")).write_text(text)


def digwell(box: Box, *words: str, check: bool = True) -> str:
    return box.run("/opt/digwell/bin/digwell", "--config", "/root/config.yaml", *words, check=check)


def installs(box: Box) -> str:
    told = digwell(box, "service", "install", "--system", "--dry-run")
    assert SECRET not in told
    assert not (box.root / "etc/systemd/system/digwell.service").exists()
    began = time.monotonic()
    digwell(box, "service", "install", "--system")
    took = time.monotonic() - began
    again = digwell(box, "service", "install", "--system")
    assert "done" not in [line.split()[0] for line in again.splitlines() if " write " in line], again
    box.until("StatusText", "1 of 1 mailboxes fine")
    return f"installed, started and READY in {took:.1f} s; twice is once"


def shows_itself(box: Box) -> str:
    shown = box.shows("ActiveState", "NRestarts", "StatusText", "MemoryCurrent", "MainPID")
    assert (shown["ActiveState"], shown["NRestarts"]) == ("active", "0")
    status = Path(f"/proc/{_outer(shown['MainPID'])}/status").read_text()
    rss = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    assert int(rss) < 55 * 1024, rss
    words = ["sudo"] if shutil.which("sudo", path=str(box.root / "usr/bin")) else []
    command = [*words, "runuser", "-u", "digwell", "--", "/opt/digwell/bin/digwell"]
    said = box.run(*command, "--config", "/etc/digwell/config.yaml", "status", "--json")
    assert '"running": true' in said, said
    return (
        f"STATUS {shown['StatusText']!r}; {int(rss) / 1024:.0f} MB; the owner's command line reads its store"
    )


def _outer(pid: str) -> str:
    """Return the process number that this machine knows that process by."""
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            numbers = next(line for line in path.read_text().splitlines() if line.startswith("NSpid")).split()
        except (OSError, StopIteration):
            continue
        if numbers[-1] == pid and len(numbers) > 2 and "digwell" in (path.parent / "cmdline").read_text():
            return path.parent.name
    raise LookupError(pid)


def keeps_its_walls(box: Box) -> str:
    unit = (box.root / "etc/systemd/system/digwell.service").read_text()
    start = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    write(box, "/opt/digwell/probe.py", PROBE)
    probe = unit.replace(start, "ExecStart=/opt/digwell/bin/python /opt/digwell/probe.py")
    probe = probe.replace("Type=notify", "Type=oneshot").replace("Restart=on-failure", "Restart=no")
    probe = probe.replace("WatchdogSec=180s\n", "")
    write(box, "/etc/systemd/system/digwell-probe.service", probe)
    box.run("systemctl", "daemon-reload")
    box.run("systemctl", "start", "digwell-probe", check=False)
    said = box.run("journalctl", "-u", "digwell-probe", "-o", "cat", "--no-pager")
    (box.root / "etc/systemd/system/digwell-probe.service").unlink()
    for what in ("listen", "bind", "exec", "write", "home", "raw"):
        assert f"{what} refused" in said, said
    for what in ("state", "connect", "credential"):
        assert f"{what} allowed" in said, said
    assert "threads and maps 7" in said
    other = box.run(
        "runuser", "-u", "nobody", "--", "cat", "/run/credentials/digwell.service/imap-password", check=False
    )
    assert SECRET not in other
    mode = box.run("stat", "-c", "%a %U", "/var/lib/digwell", "/var/lib/digwell/digwell.db").split()
    assert mode == ["700", "digwell", "600", "digwell"], mode
    return "listening, binding, other programs, /etc, homes, raw sockets refused; credential its own alone"


def comes_back_when_killed(box: Box) -> str:
    began = time.monotonic()
    box.run("systemctl", "kill", "-s", "KILL", "digwell")
    box.until("NRestarts", "1")
    box.until("StatusText", "1 of 1 mailboxes fine")
    return f"SIGKILL: back at work after {time.monotonic() - began:.0f} s"


def comes_back_when_it_hangs(box: Box) -> str:
    folder = box.root / "etc/systemd/system/digwell.service.d"
    folder.mkdir(exist_ok=True)
    (folder / "hurry.conf").write_text("[Service]\nWatchdogSec=40s\nRestartSec=1s\n")
    box.run("systemctl", "daemon-reload")
    box.run("systemctl", "restart", "digwell")
    box.until("StatusText", "1 of 1 mailboxes fine")
    time.sleep(60)
    assert box.shows("NRestarts")["NRestarts"] == "0"  # a healthy one is left alone
    began = time.monotonic()
    box.run("systemctl", "kill", "-s", "STOP", "digwell")
    box.until("NRestarts", "1", 90)
    box.until("StatusText", "1 of 1 mailboxes fine")
    took = time.monotonic() - began
    (folder / "hurry.conf").unlink()
    box.run("systemctl", "daemon-reload")
    return f"a hang is noticed by the watchdog (40 s here): back after {took:.0f} s"


def stops_in_the_middle_of_a_scan(box: Box) -> str:
    box.run("systemctl", "stop", "digwell")
    shutil.rmtree(box.root / "var/lib/digwell")
    box.run("systemctl", "start", "digwell")
    time.sleep(0.2)
    began = time.monotonic()
    box.run("systemctl", "stop", "digwell")
    took = time.monotonic() - began
    assert took < 10
    assert box.shows("Result")["Result"] == "success"
    return f"SIGTERM in mid-scan: clean stop in {took:.1f} s"


def starts_without_a_network(box: Box) -> str:
    box.run("systemctl", "stop", "dovecot")
    box.run("systemctl", "start", "digwell")
    box.until("ActiveState", "active")
    box.until("StatusText", "0 of 1 mailboxes fine")
    assert "offline" in box.shows("StatusText")["StatusText"]
    box.run("systemctl", "start", "dovecot")
    began = time.monotonic()
    box.until("StatusText", "1 of 1 mailboxes fine", 90)
    return f"no server at boot: active and 'offline'; fine {time.monotonic() - began:.0f} s after it came"


def holds_a_refused_mailbox(box: Box) -> str:
    write(box, "/etc/dovecot/local.conf", DOVECOT.format(password="another"))
    box.run("systemctl", "restart", "dovecot")
    (box.root / "var/log/dovecot.log").write_text("")
    box.run("systemctl", "restart", "digwell")
    mark = len(box.journal())
    box.until("ActiveState", "failed", 150)
    shown = box.shows("ExecMainStatus", "NRestarts")
    assert shown == {"ExecMainStatus": "4", "NRestarts": "0"}, shown
    log = box.journal()[mark:]
    assert log.count("does not let") == 1, log
    logins = (box.root / "var/log/dovecot.log").read_text().count("Password mismatch")
    assert logins <= 3, logins
    assert SECRET not in box.journal()
    write(box, "/etc/dovecot/local.conf", DOVECOT.format(password=SECRET))
    box.run("systemctl", "restart", "dovecot")
    return f"wrong password: one line in the journal, {logins} logins, exit 4, no restart"


def refuses_a_wrong_configuration(box: Box) -> str:
    config = box.root / "etc/digwell/config.yaml"
    good = config.read_text()
    config.write_text(good + "digets: {}\n")
    box.run("systemctl", "reset-failed", "digwell")
    box.run("systemctl", "start", "digwell", check=False)
    box.until("ActiveState", "failed")
    shown = box.shows("ExecMainStatus", "NRestarts")
    assert shown == {"ExecMainStatus": "78", "NRestarts": "0"}, shown
    assert "did you mean" in box.journal()
    config.write_text(good)
    box.run("systemctl", "reset-failed", "digwell")
    return "wrong configuration: exit 78, no restart, the fault in the journal"


def sends_one_letter(box: Box) -> str:
    when = box.run("date", "+%A %H:%M").strip().lower()
    config = box.root / "etc/digwell/config.yaml"
    config.write_text(
        "\n".join(f"  when: {when}" if "when:" in line else line for line in config.read_text().splitlines())
    )
    box.run("systemctl", "restart", "digwell")
    inbox = box.root / "srv/mail/maya@example.org"
    end = time.monotonic() + 60
    while not (found := _letters(inbox)) and time.monotonic() < end:
        time.sleep(0.5)
    box.run("systemctl", "restart", "digwell")
    time.sleep(10)
    found = _letters(inbox)
    assert found == 1, (found, box.journal())
    return "the weekly letter, composed behind these walls, comes once"


def _letters(inbox: Path) -> int:
    paths = [path for part in ("new", "cur") for path in (inbox / part).glob("*")]
    return sum(b"X-Digwell: digest" in path.read_bytes() for path in paths)


def goes_without_taking_the_store(box: Box) -> str:
    digwell(box, "service", "uninstall", "--system")
    left = [
        path
        for path in ("var/lib/digwell/digwell.db", "etc/digwell/config.yaml")
        if (box.root / path).exists()
    ]
    assert len(left) == 2, left
    assert not (box.root / "etc/systemd/system/digwell.service").exists()
    assert not (box.root / "etc/digwell/imap-password").exists()
    log = box.run("journalctl", "--no-pager", "-o", "cat")
    assert SECRET not in log
    return "uninstalled; store and configuration stay; the secret is nowhere in the journal"


PROOFS: tuple[Proof, ...] = (
    installs,
    shows_itself,
    keeps_its_walls,
    comes_back_when_killed,
    comes_back_when_it_hangs,
    stops_in_the_middle_of_a_scan,
    starts_without_a_network,
    holds_a_refused_mailbox,
    refuses_a_wrong_configuration,
    sends_one_letter,
    goes_without_taking_the_store,
)


def prove(image: Path) -> list[tuple[str, bool, str]]:
    """Boot the box and try everything; return name, success and what was seen."""
    make(image)
    furnish(image)
    found: list[tuple[str, bool, str]] = []
    with booted(image) as box:
        prepare(box)
        for proof in PROOFS:
            name = proof.__name__.replace("_", " ")
            try:
                found.append((name, True, proof(box)))
            except (AssertionError, RuntimeError, TimeoutError, OSError, LookupError) as error:
                found.append((name, False, str(error)[-2000:]))
            print(f"{'ok ' if found[-1][1] else 'NO '} {name}: {found[-1][2]}", flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", type=Path, default=Path.home() / ".cache/digwell-box/bookworm")
    options = parser.parse_args()
    if not available():
        print("needs root, debootstrap, systemd-nspawn, unshare and nsenter")
        return 2
    return 0 if all(fine for _, fine, _ in prove(options.image)) else 1


if __name__ == "__main__":
    sys.exit(main())
