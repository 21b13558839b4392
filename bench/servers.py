"""Fetch Cyrus and Courier for the tests: bench/servers.py FOLDER, then DIGWELL_SERVERS=FOLDER ./run test.

Debian's packages are downloaded and unpacked into the folder, never installed: they exclude each
other and Dovecot, and no service of the system is to be touched. With --dovecot-2.4 (root only) the next
Debian is unpacked too, with its Dovecot, which the tests run by chroot.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

PACKAGES = {
    "courier": [
        *("courier-imap", "courier-base", "courier-authlib", "libcourier-unicode4", "libltdl7"),
        *("libidn12", "libpcre3", "libgamin0", "libgdbm6"),
    ],
    "cyrus": ["cyrus-imapd", "cyrus-common", "libpcre3", "libxapian30", "libical3", "libgdbm6"],
}


def main() -> None:
    """Download and unpack every server."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path)
    options.add_argument("--dovecot-2.4", action="store_true", dest="next", help="needs debootstrap and root")
    asked = options.parse_args()
    folder: Path = asked.folder
    for name, packages in PACKAGES.items():
        downloads = folder / f"{name}.packages"
        downloads.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", *packages], cwd=downloads, check=True)
        for package in sorted(downloads.glob("*.deb")):
            subprocess.run(["dpkg", "-x", str(package), str(folder / name)], check=True)
    if asked.next:
        debian = ["debootstrap", "--variant=minbase", "--include=dovecot-imapd", "trixie"]
        subprocess.run([*debian, str(folder / "dovecot-2.4")], check=True)
    print(f"DIGWELL_SERVERS={folder.resolve()}")


if __name__ == "__main__":
    main()
