"""Installing and removing the service: planned first, the same twice, and never a secret too far."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.config.load import load
from daemon.config.secrets import secret
from daemon.config.values import Config, SecretSource
from daemon.service import install, units
from store.errors import UsageError

ROOT = Path(__file__).parents[3]
PROGRAM = units.Program(("/opt/digwell/bin/digwell",), (Path("/opt/digwell"), Path("/usr/lib")))
CONFIG = """\
# my own comment
mailboxes:
  - name: home
    host: imap.example.org
    user: maya@example.org
    password_command: echo canary-one
    ca_file: ca.pem
  - {{name: work, host: imap.example.com, user: maya@example.com, password_credential: work-password}}
digest:
  when: monday 07:30
smtp:
  host: smtp.example.org
  user: maya@example.org
  password_file: {there}/smtp-password
rules: my-rules.yaml
"""


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    (tmp_path / "smtp-password").write_text("canary-two\n")
    (tmp_path / "smtp-password").chmod(0o600)
    (tmp_path / "ca.pem").write_text("a certificate\n")
    (tmp_path / "my-rules.yaml").write_text("never: []\n")
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.format(there=tmp_path))
    file.chmod(0o600)
    return file


@pytest.fixture
def config(config_file: Path) -> Config:
    return load(config_file, None, {"HOME": str(config_file.parent)})


def reveal(source: SecretSource, user: str, host: str) -> str:
    return secret(source, user, host, {"PATH": "/usr/bin:/bin"})


def planned(config: Config) -> tuple[install.Act, ...]:
    assert config.file is not None
    return install.plan_system(config, config.file.read_text(), PROGRAM)


def test_the_plan_tells_every_act_and_no_secret(config: Config) -> None:
    told = "\n".join(install.explain(act) for act in planned(config))
    assert "canary" not in told
    for path in (
        "/etc/digwell/config.yaml",
        "/etc/digwell/rules.yaml",
        "/etc/digwell/ca.pem",
        "/etc/digwell/imap-password (mode 0600)",
        "/etc/digwell/smtp-password (mode 0600)",
        "/etc/systemd/system/digwell.service",
        "systemctl restart digwell.service",
    ):
        assert path in told


def test_carried_out_twice_everything_is_as_it_was(config: Config, tmp_path: Path) -> None:
    root = tmp_path / "root"
    first = list(install.carry_out(planned(config), reveal, root))
    assert {said for _, said in first} == {"done", "not possible"}
    again = list(install.carry_out(planned(config), reveal, root))
    assert {said for _, said in again} == {"as it was", "not possible"}
    secret_file = root / "etc/digwell/imap-password"
    assert secret_file.read_text() == "canary-one\n"
    assert secret_file.stat().st_mode & 0o777 == 0o600
    assert (root / "etc/digwell/smtp-password").read_text() == "canary-two\n"


def test_the_moved_configuration_reads_the_same_but_for_its_secrets(config: Config, tmp_path: Path) -> None:
    root = tmp_path / "root"
    list(install.carry_out(planned(config), reveal, root))
    text = (root / "etc/digwell/config.yaml").read_text()
    assert "canary" not in text
    assert "# my own comment" in text
    moved = load(root / "etc/digwell/config.yaml", None, {"HOME": "/nonexistent"})
    ways = [(box.secret.way, box.secret.value) for box in moved.mailboxes]
    assert ways == [("credential", "imap-password"), ("credential", "work-password")]
    assert moved.smtp is not None
    assert moved.smtp.secret == SecretSource("credential", "smtp-password")
    assert (moved.digest, moved.commands) == (config.digest, config.commands)
    assert (root / "etc/digwell/rules.yaml").read_text() == "never: []\n"


def test_the_unit_loads_each_credential_and_starts_this_program_only(config: Config) -> None:
    assert config.file is not None
    moved = units.for_the_system(config, config.file.read_text())
    unit = units.system_unit(PROGRAM, units.loaded(config, moved))
    loads = [line for line in unit.splitlines() if line.startswith("LoadCredential=")]
    assert loads == [
        "LoadCredential=imap-password:/etc/digwell/imap-password",
        "LoadCredential=smtp-password:/etc/digwell/smtp-password",
        "LoadCredential=work-password:/etc/digwell/work-password",
    ]
    assert "ExecStart=/opt/digwell/bin/digwell --config /etc/digwell/config.yaml run" in unit
    assert [line for line in unit.splitlines() if "ExecPaths" in line] == [
        "NoExecPaths=/",
        "ExecPaths=/opt/digwell /usr/lib",
    ]
    assert "env" not in unit.replace("environment", "")


@pytest.mark.parametrize("way", ["keyring", "token_command", "sign_in"])
def test_a_sign_in_that_needs_a_session_stays_in_one(way: str, config: Config) -> None:
    box = config.mailboxes[0]

    other = config._replace(mailboxes=(box._replace(secret=SecretSource(way, "x")),), smtp=None)
    with pytest.raises(UsageError, match=r"maya@example\.org") as refusal:
        units.for_the_system(other, "")
    assert "--user" in refusal.value.hint


def test_a_program_in_a_home_is_refused_for_the_system(config: Config) -> None:
    program = units.Program(("/home/maya/.local/bin/digwell",), (Path("/home/maya/.local"),))
    with pytest.raises(UsageError, match="home") as refusal:
        install.plan_system(config, "", program)
    assert "/opt/digwell/bin/pip install . " in refusal.value.hint, "by its name it would be anybody's"
    assert refusal.value.hint.endswith(
        f"/opt/digwell/bin/digwell --config {config.file} service install --system"
    )


def test_the_way_to_the_store_names_the_program_in_full_as_sudo_needs_it() -> None:
    assert "sudo -u digwell /opt/digwell/bin/digwell --config /etc/digwell/config.yaml" in install.hand_over(
        PROGRAM
    )


def test_removal_leaves_store_configuration_and_key(tmp_path: Path, config: Config) -> None:
    root = tmp_path / "root"
    list(install.carry_out(planned(config), reveal, root))
    (root / "var/lib/digwell").mkdir(parents=True)
    (root / "var/lib/digwell/digwell.db").write_bytes(b"a life")
    list(install.carry_out(install.plan_removal_of_system(["imap-password"]), reveal, root))
    left = {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()}
    assert "etc/systemd/system/digwell.service" not in left
    assert "etc/digwell/imap-password" not in left
    assert {"var/lib/digwell/digwell.db", "etc/digwell/config.yaml"} <= left


def test_a_users_service_lies_in_the_users_home(tmp_path: Path) -> None:
    place = install.user_unit_path({"HOME": "/home/maya"})
    acts = install.plan_user(Path("/home/maya/.config/digwell/config.yaml"), PROGRAM, place)
    list(install.carry_out(acts, reveal, tmp_path))
    unit = (tmp_path / "home/maya/.config/systemd/user/digwell.service").read_text()
    assert "ExecStart=/opt/digwell/bin/digwell --config /home/maya/.config/digwell/config.yaml run" in unit
    list(install.carry_out(install.plan_removal_of_user(place), reveal, tmp_path))
    assert not (tmp_path / "home/maya/.config/systemd/user/digwell.service").exists()


def test_the_environment_says_where_a_users_service_lies_as_it_does_for_systemd() -> None:
    known = Path(pwd.getpwuid(os.getuid()).pw_dir)
    unit = "systemd/user/digwell.service"
    for told, wanted in (
        ({"HOME": "/home/maya"}, Path("/home/maya/.config")),
        ({"HOME": "/home/maya", "XDG_CONFIG_HOME": "/etc/maya"}, Path("/etc/maya")),
        ({"HOME": "/home/maya", "XDG_CONFIG_HOME": "relative"}, Path("/home/maya/.config")),
        ({"HOME": "relative"}, known / ".config"),
        ({}, known / ".config"),
    ):
        assert install.user_unit_path(told) == wanted / unit


def test_installing_for_a_user_goes_by_home_on_the_command_line_too(
    config_file: Path, tmp_path: Path
) -> None:
    """Only told, not done: this must touch no session of this machine."""
    environ = {"HOME": str(tmp_path / "elsewhere"), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    for verb, act in (("install", "write"), ("uninstall", "remove")):
        ran = subprocess.run(
            [sys.executable, "-m", "daemon.cli.main", "--config", str(config_file), "service", verb, "-n"],
            env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        assert f"would {act} {tmp_path}/elsewhere/.config/systemd/user/digwell.service" in ran.stdout
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze (Debian: systemd)")
def test_systemd_accepts_the_units_and_finds_little_exposed(tmp_path: Path) -> None:
    unit = tmp_path / "digwell.service"
    unit.write_text(units.shipped("digwell.service"))
    assert _analyze("verify", str(unit), runtime=tmp_path).returncode == 0
    assert _exposure(unit, tmp_path) <= 1.1
    (tmp_path / "digwell.service.d").mkdir()
    (tmp_path / "digwell.service.d/addresses.conf").write_text(units.shipped("drop-in/addresses.conf"))
    assert _exposure(unit, tmp_path) <= 0.9
    mine = units.Program((sys.executable, "-m", "daemon.cli.main"), (Path(sys.executable),))
    unit.write_text(units.system_unit(mine, ["imap-password"]))
    assert _analyze("verify", str(unit), runtime=tmp_path).returncode == 0
    (tmp_path / "user").mkdir()
    (tmp_path / "user/digwell.service").write_text(units.shipped("user/digwell.service"))
    assert (
        _analyze("verify", "--user", str(tmp_path / "user/digwell.service"), runtime=tmp_path).returncode == 0
    )


def _analyze(*words: str, runtime: Path) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "XDG_RUNTIME_DIR": str(runtime), "LANG": "C.UTF-8"}
    return subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, env=environ, check=False
    )


def _exposure(unit: Path, runtime: Path) -> float:
    said = _analyze("security", "--offline=true", str(unit), runtime=runtime).stdout
    return float(said.rsplit("digwell.service:", 1)[1].split()[0])


def test_a_session_that_cannot_be_reached_is_told_with_the_way_out(config_file: Path, tmp_path: Path) -> None:
    """As after su or sudo: systemd says no more than that there is no bus."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "systemctl").write_text(
        "#!/bin/sh\necho 'Failed to connect to bus: No medium found' >&2\nexit 1\n"
    )
    (programs / "systemctl").chmod(0o755)
    environ = {"HOME": str(tmp_path), "PATH": f"{programs}:/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-m", "daemon.cli.main", "--config", str(config_file), "service", "install"],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert "No medium found" in ran.stderr
    assert "not by su or sudo" in ran.stderr
