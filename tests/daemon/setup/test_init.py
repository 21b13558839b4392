"""Three answers, each checked on the spot: init against a real Dovecot."""

from __future__ import annotations

import imaplib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from daemon.config.load import load
from daemon.config.values import SecretSource
from daemon.setup import writing
from daemon.setup.glance import own_addresses
from daemon.setup.init import Wishes, begin, new_password, sign_in_again
from daemon.setup.writing import Chosen
from store.errors import NeedsOwnerError, TemporaryError, UsageError
from store.facts import Message, Named
from tests.fakes.dovecot import Account, Dovecot, free_port
from tests.fakes.providers import provider

NOW = 1_795_400_000


@dataclass
class Owner:
    """Somebody who answers questions in order, and hears what is said."""

    answers: list[str]
    heard: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    live: bool = True

    def ask(self, question: str, default: str = "", *, hidden: bool = False) -> str:
        self.asked.append(question)
        return self.answers.pop(0) or default

    def say(self, text: str) -> None:
        self.heard.append(text)

    @property
    def told(self) -> str:
        return "\n".join(self.heard)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}


@pytest.fixture
def bare() -> Iterator[Account]:
    """Give a mailbox that has an inbox and drafts, and no folder of sent mail."""
    if not Dovecot.available():
        pytest.skip("dovecot is not installed (Debian: dovecot-imapd)")
    with Dovecot(folders=("Drafts",)) as server:
        yield server.account()


def wishes(account: Account, **more: object) -> Wishes:
    told = {"host": account.host, "port": account.port, "tls": "none", "user": account.user, "keyring": False}
    return Wishes(**{**told, **more})  # type: ignore[arg-type]


def mails(account: Account, folder: str) -> list[bytes]:
    line = imaplib.IMAP4(account.host, account.port)
    line.login(account.user, account.password)
    line.select(folder, readonly=True)
    found = line.search(None, "ALL")[1][0].split()
    bodies = []
    for number in found:
        answer = line.fetch(number, "(BODY.PEEK[])")[1][0]
        assert isinstance(answer, tuple)
        bodies.append(answer[1])
    line.logout()
    return bodies


def sent(account: Account, sender: str, count: int) -> None:
    for number in range(count):
        raw = f"From: {sender}\r\nTo: ana@example.com\r\nMessage-ID: <{number}.{hash(sender)}@x>\r\n\r\nx\r\n"
        account.deliver(raw.encode(), "Sent")


def test_three_answers_are_enough_and_hello_arrives(
    account: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    sent(account, "Maya Lind <maya@example.org>", 4)
    sent(account, "Maya Lind <maya@other.example>", 3)
    sent(account, "Pat Assistant <pat@example.org>", 9)
    owner = Owner(["maya@example.org", account.password, ""])
    made = begin(wishes(account), tmp_path / "c/config.yaml", environ, owner, NOW)
    assert owner.asked == ["Your mail address", "Password", "Weekly mail on (now: the first one today)"]
    assert made.hello
    (hello,) = mails(account, "INBOX")
    assert b"Auto-Submitted: auto-generated" in hello
    assert "maya@other.example" in owner.told
    assert "pat@example.org" not in owner.told
    config = load(made.config, None, environ)
    assert config.mailboxes[0].also_me == ("maya@other.example",)
    assert config.owner == "maya@example.org"
    password = Path(config.mailboxes[0].secret.value)
    assert password.read_text() == account.password + "\n"
    assert {password.stat().st_mode & 0o777, made.config.stat().st_mode & 0o777} == {0o600}
    assert account.password not in owner.told


def test_a_wrong_password_is_asked_for_again_and_then_given_up(
    account: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    file = tmp_path / "config.yaml"
    owner = Owner(["wrong", account.password, "friday 8:00"])
    begin(wishes(account, address="maya@example.org"), file, environ, owner, NOW)
    assert "does not let" in owner.told
    assert load(file, None, environ).digest.weekday == 4
    owner = Owner(["wrong"] * 3)
    with pytest.raises(NeedsOwnerError):
        begin(wishes(account, address="maya@example.org"), tmp_path / "d.yaml", environ, owner, NOW)
    assert not (tmp_path / "d.yaml").exists()


def test_an_answer_that_cannot_be_read_is_asked_for_again(
    account: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    owner = Owner(["maya", "maya@example.org", account.password, "tusday 8:00", "tuesday 8:00"])
    begin(wishes(account), tmp_path / "config.yaml", environ, owner, NOW)
    assert "is not a mail address" in owner.told
    assert "did you mean “tuesday”?" in owner.told


def test_what_the_command_line_says_is_not_asked(
    account: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    source = SecretSource("command", f"echo {account.password}")
    told = wishes(account, address="maya@example.org", when="monday 7:30", source=source, hello=False)
    owner = Owner([])
    made = begin(told, tmp_path / "config.yaml", environ, owner, NOW)
    assert owner.asked == []
    assert mails(account, "INBOX") == []
    assert "password_command: echo pw" in made.config.read_text()


def test_a_configuration_that_is_there_is_not_written_over(
    account: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    (tmp_path / "config.yaml").write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        begin(wishes(account), tmp_path / "config.yaml", environ, Owner([]), NOW)
    assert (tmp_path / "config.yaml").read_text() == "mine"


def test_a_provider_without_passwords_is_not_asked_for_one(tmp_path: Path, environ: dict[str, str]) -> None:
    owner = Owner([])
    with pytest.raises(NeedsOwnerError, match="sign-in on the web only") as caught:
        begin(Wishes(address="maya@hotmail.com"), tmp_path / "config.yaml", environ, owner, NOW)
    assert "--sign-in microsoft" in caught.value.hint
    assert owner.asked == []


def test_a_new_password_is_tried_and_kept_where_the_old_one_lay(
    account: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    file = tmp_path / "config.yaml"
    begin(
        wishes(account, address="maya@example.org", hello=False),
        file,
        environ,
        Owner([account.password, ""]),
        NOW,
    )
    kept = Path(load(file, None, environ).mailboxes[0].secret.value)
    kept.write_text("outdated\n")
    owner = Owner(["wrong", account.password])
    assert new_password(file, environ, owner) == account.user
    assert kept.read_text() == f"{account.password}\n"
    assert "does not let" in owner.told
    file.write_text(file.read_text().replace(f"password_file: {kept}", "password_command: echo pw"))
    with pytest.raises(UsageError, match="program of yours"):
        new_password(file, environ, Owner([]))


def test_a_server_that_cannot_be_guessed_is_asked_for(
    account: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    there = f"{account.host}:{account.port}"
    owner = Owner(["maya@no-such-domain.invalid", "not a host", there, account.password, ""])
    begin(wishes(account, host="", port=0), tmp_path / "config.yaml", environ, owner, NOW)
    assert "I find no server" in owner.told
    assert "is not the name of a machine" in owner.told
    box = load(tmp_path / "config.yaml", None, environ).mailboxes[0]
    assert (box.host, box.port) == (account.host, account.port)


def test_mail_of_this_very_machine_is_looked_for_at_this_machine(
    account: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    owner = Owner([account.password, ""])
    told = wishes(account, address="maya@localhost", host="", tls=None, ca_file=str(account.ca_file))
    begin(told, tmp_path / "config.yaml", environ, owner, NOW)
    assert f"localhost:{account.port} answers" in owner.told


def test_a_server_that_was_guessed_and_does_not_answer_is_asked_for(
    account: Account, tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever answers from a script meets the error itself: his next line is the password."""
    ask = socket.getaddrinfo

    def name_server(host: str, *more: Any, **how: Any) -> Any:
        """Know the one name imap.maya.example: this machine."""
        return ask("127.0.0.1" if host == "imap.maya.example" else host, *more, **how)

    monkeypatch.setattr(socket, "getaddrinfo", name_server)
    guessed = wishes(account, address="me@maya.example", host="", port=0, tls="implicit")
    owner = Owner([account.password, ""], live=False)
    with pytest.raises(TemporaryError, match=r"nobody answers at imap\.maya\.example:993"):
        begin(guessed, tmp_path / "d.yaml", environ, owner, NOW)
    assert owner.asked == []
    owner = Owner([f"127.0.0.1:{account.tls_port}", account.password, ""])
    begin(replace(guessed, ca_file=str(account.ca_file)), tmp_path / "config.yaml", environ, owner, NOW)
    assert "nobody answers at imap.maya.example:993" in owner.told
    assert owner.asked[0].startswith("IMAP server")


def test_a_server_that_does_not_answer_is_asked_for_again_before_any_password(
    account: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    closed = f"127.0.0.1:{free_port()}"
    there = f"{account.host}:{account.port}"
    answers = ["maya@no-such-domain.invalid", "no-such-host.invalid", closed, there, account.password, ""]
    owner = Owner(answers)
    begin(wishes(account, host="", port=0), tmp_path / "config.yaml", environ, owner, NOW)
    assert [question.split()[0] for question in owner.asked] == ["Your", *["IMAP"] * 3, "Password", "Weekly"]
    assert "no address found for no-such-host.invalid" in owner.told
    assert f"nobody answers at {closed}" in owner.told
    owner = Owner(["maya@no-such-domain.invalid", *[closed] * 3])
    with pytest.raises(TemporaryError):
        begin(wishes(account, host="", port=0), tmp_path / "d.yaml", environ, owner, NOW)
    owner = Owner(["maya@no-such-domain.invalid", closed], live=False)
    with pytest.raises(TemporaryError):
        begin(wishes(account, host="", port=0), tmp_path / "d.yaml", environ, owner, NOW)
    assert not (tmp_path / "d.yaml").exists()


def test_a_provider_without_passwords_that_is_named_is_not_asked_about_again(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    owner = Owner(["maya@no-such-domain.invalid", "microsoft"])
    with pytest.raises(NeedsOwnerError, match="sign-in on the web only"):
        begin(Wishes(), tmp_path / "config.yaml", environ, owner, NOW)
    assert len(owner.asked) == 2


@pytest.mark.parametrize("host", ["imaps://imap.example.org", "maya@imap.example.org", "imap example"])
def test_a_server_that_is_no_name_is_refused_in_words(
    account: Account, tmp_path: Path, environ: dict[str, str], host: str
) -> None:
    with pytest.raises(UsageError, match="is not the name of a machine"):
        begin(wishes(account, address="maya@example.org", host=host), tmp_path / "c", environ, Owner([]), NOW)


def test_how_the_line_is_secured_is_found_out(
    account: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    """TLS first, then STARTTLS, and in the clear to this machine alone."""
    told = {"address": "maya@example.org", "tls": None, "hello": False, "ca_file": str(account.ca_file)}
    for name, port, tls in (("a", account.tls_port, "implicit"), ("b", account.port, "starttls")):
        owner = Owner([account.password, ""])
        begin(wishes(account, port=port, **told), tmp_path / f"{name}.yaml", environ, owner, NOW)
        assert load(tmp_path / f"{name}.yaml", None, environ).mailboxes[0].tls == tls
        assert f"127.0.0.1:{port} answers, TLSv1.3" in owner.told
    owner = Owner([account.password, ""])
    begin(wishes(account, **{**told, "ca_file": ""}), tmp_path / "c.yaml", environ, owner, NOW)
    assert load(tmp_path / "c.yaml", None, environ).mailboxes[0].tls == "none"
    assert f"127.0.0.1:{account.port} answers, no TLS" in owner.told


def test_no_password_is_asked_for_where_the_certificate_is_not_to_be_trusted(
    account: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    owner = Owner([])
    told = wishes(account, address="maya@example.org", port=account.tls_port, tls=None)
    with pytest.raises(NeedsOwnerError, match="is not to be trusted") as caught:
        begin(told, tmp_path / "config.yaml", environ, owner, NOW)
    assert "--ca-file" in caught.value.hint
    assert owner.asked == []


def test_a_mailbox_without_sent_mail_is_told_what_it_lacks(
    bare: Account, tmp_path: Path, environ: dict[str, str]
) -> None:
    owner = Owner([bare.password, ""])
    begin(wishes(bare, address="maya@example.org"), tmp_path / "config.yaml", environ, owner, NOW)
    assert "warn  no folder of sent mail was found" in owner.told
    assert "watch: [inbox, My Sent Mail, archive]" in owner.told


def test_signing_in_anew_shows_the_page_and_the_code(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    environ |= {"SSL_CERT_FILE": str(tmp_path / "ca.pem")}
    with provider(authority) as server:
        source = SecretSource("sign_in", "microsoft", "app-id", f"{server.base}/tenant")
        chosen = Chosen("outlook.office365.com", 993, "implicit", "maya@example.org", source, "monday 7:30")
        writing.put(tmp_path / "config.yaml", writing.text(chosen))
        owner = Owner([])
        assert sign_in_again(tmp_path / "config.yaml", environ, "microsoft", owner) == "maya@example.org"
        with pytest.raises(UsageError, match="no mailbox has sign_in: google"):
            sign_in_again(tmp_path / "config.yaml", environ, "google", owner)
    assert "F7QK-2XZP" in owner.told


@pytest.mark.parametrize(
    "chosen",
    [
        Chosen("imap.example.org", 993, "implicit", "maya", SecretSource("keyring"), "monday 07:30"),
        Chosen(
            "127.0.0.1", 1143, "starttls", "maya: x", SecretSource("command", 'pass "a b" # c'),
            "friday 8:00", "/ca file.pem", "maya@example.org", ("m@a.example", "n@b.example"),
        ),
        Chosen("h", 993, "implicit", "- dash", SecretSource("file", "/a b/c"), "sun 0:00"),
        Chosen("h", 993, "implicit", "no", SecretSource("sign_in", "microsoft", "id", "t"), "sun 0:00"),
        Chosen("h", 993, "implicit", "null", SecretSource("token_command", "x '%'"), "sun 0:00"),
    ],
)  # fmt: skip
def test_what_is_written_is_read_back(chosen: Chosen, tmp_path: Path, environ: dict[str, str]) -> None:
    writing.put(tmp_path / "c.yaml", writing.text(chosen))
    found = load(tmp_path / "c.yaml", None, environ)
    box = found.mailboxes[0]
    assert (box.host, box.port, box.tls, box.user, box.secret, box.also_me) == (
        chosen.host,
        chosen.port,
        chosen.tls,
        chosen.user,
        chosen.source,
        chosen.also_me,
    )


def test_the_usual_configuration_is_six_lines() -> None:
    usual = Chosen("imap.example.org", 993, "implicit", "maya", SecretSource("keyring"), "monday 07:30")
    assert len(writing.text(usual).splitlines()) == 6


def test_somebody_elses_mail_in_sent_makes_nobody_the_owner() -> None:
    def mail(name: str, address: str) -> Message:
        return Message(b"", "", 0, "", (Named(address, name),))

    sent_mails = [
        *[mail("Maya Lind", "maya@example.org")] * 3,
        *[mail("Lind, Maya", "ml@work.example")] * 3,
        *[mail("Maya", "maya@home.example")] * 3,
        *[mail("Pat", "pat@example.org")] * 9,
        *[mail("Maya Lind", "rare@example.org")] * 2,
    ]
    assert own_addresses(sent_mails, "maya@example.org") == ("maya@home.example", "ml@work.example")


def test_where_nothing_was_sent_from_the_address_given_most_of_sent_names_the_owner() -> None:
    sent_mails = [
        Message(b"", "", 0, "", (Named(address, ""),))
        for address in ("hello@mydomain.example",) * 8 + ("pat@example.org",) * 3
    ]
    assert own_addresses(sent_mails, "maya@example.org") == ("hello@mydomain.example",)
