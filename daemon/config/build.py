"""From text to plain values: the models, and the checks that need two keys or a file at once.

Must never look at the environment or the clock: home and base folder are the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from daemon.config import wording
from daemon.config.check import SECRET_WAYS, name_of, validate, ways_given
from daemon.config.files import DEFAULT_RULES, readable_by_others, wrong
from daemon.config.nodes import Node, Place, Source
from daemon.config.problems import may_hold_a_secret, shown
from daemon.config.schema import ConfigFile, Mailbox, Server, Smtp
from daemon.config.values import (
    CommandsConfig,
    Config,
    DigestConfig,
    MailboxConfig,
    SecretSource,
    SmtpConfig,
)

IMAP_PORTS = {"implicit": 993, "starttls": 143, "none": 143}
SMTP_PORTS = {"implicit": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True, slots=True)
class Home:
    """What relative paths are relative to, and where the store lies if nothing else is said."""

    folder: Path  # of the configuration file
    user: Path  # for ~
    store: Path

    def path(self, text: str) -> Path:
        """Return a path as the owner meant it: ``~`` is home, relative means beside the file."""
        if text == "~" or text.startswith("~/"):
            return self.user / text[2:]
        return self.folder / text


def read(file: str, text: str, home: Home) -> Config:
    """Return the values of a configuration file; ``file`` is how to name it. Raises ConfigError."""
    source = Source(file, text)
    root = source.read()
    checked = None
    if not source.problems or root.value:  # after a syntax error there is nothing to look at
        checked = validate(ConfigFile, root, source)
        check_together(root, source)
        check_files(root, home, source)
    if source.problems or checked is None:
        raise wrong(file, source.problems)
    return config(checked, home)


def check_files(root: Node, home: Home, source: Source) -> None:
    """Tell the source of secret files that others can read, and of rules that are not there."""
    several = root.get("mailboxes")
    boxes = several.value if several and isinstance(several.value, list) else []
    for server in [root.get("mailbox"), *boxes, root.get("smtp")]:
        node = server.get("password_file") if server else None
        if node is None or not isinstance(node.value, str) or not node.value.strip():
            continue
        file = home.path(node.value.strip())
        if readable_by_others(file):
            source.fault(node.place, f"others can read the secret in {file}", f"chmod 600 {file}")
    rules = root.get("rules")
    if rules and isinstance(rules.value, str) and rules.value.strip() != DEFAULT_RULES:
        file = home.path(rules.value.strip())
        if not file.is_file():
            source.fault(rules.place, f"there is no file {file}")


def check_together(root: Node, source: Source) -> None:
    """Tell the source every fault that lies between two keys."""
    one, several = root.get("mailbox"), root.get("mailboxes")
    if one and several:
        source.fault(root.keys["mailboxes"], "either mailbox or mailboxes, not both")
    if (one is None or one.value is None) and (several is None or several.value in (None, [])):
        place = root.keys.get("mailbox") or root.keys.get("mailboxes") or Place(1, 1)
        source.fault(place, "“mailbox” is needed: host, user and where the password comes from")
    if one:
        _check_server(one, ("mailbox",), root.keys["mailbox"], source)
    if several and isinstance(several.value, list):
        _check_several(several.value, root.keys["mailboxes"], source)
    smtp = root.get("smtp")
    if smtp and smtp.value is not None:
        _check_server(smtp, ("smtp",), root.keys["smtp"], source, secret_needed=_has(smtp, "user"))
    _check_week(root.get("digest"), source)


def config(file: ConfigFile, home: Home) -> Config:
    """Return the values of a checked file."""
    mailboxes = file.mailboxes or ([file.mailbox] if file.mailbox else [])
    digest = file.digest
    return Config(
        mailboxes=_as_one_owner(tuple(_mailbox(m, home) for m in mailboxes)),
        digest=DigestConfig(
            weekday=digest.when[0],
            at=digest.when[1],
            time_zone=digest.time_zone,
            to=digest.to or "",
            people=digest.people,
            wildcard=min(digest.wildcard, digest.people),
            slot=digest.slot,
            folder=digest.folder,
            subject=digest.subject,
        ),
        smtp=_smtp(file.smtp, mailboxes[0].user, home) if file.smtp else None,
        commands=CommandsConfig(
            tuple(file.commands.accept), file.commands.expire, file.commands.answer, file.commands.tidy
        ),
        drafts=file.drafts,
        store=home.path(file.store) if file.store else home.store,
        rules=home.path(file.rules),
    )


def _as_one_owner(boxes: tuple[MailboxConfig, ...]) -> tuple[MailboxConfig, ...]:
    """Tell each of several mailboxes of the owner's addresses in the others."""
    mine = tuple(dict.fromkeys(a for box in boxes for a in (box.user, *box.also_me)))
    if len(boxes) < 2:
        return boxes
    return tuple(box._replace(also_me=tuple(a for a in mine if a != box.user)) for box in boxes)


def _mailbox(mailbox: Mailbox, home: Home) -> MailboxConfig:
    source = _secret(mailbox, home)
    assert source is not None, "check_together refuses a mailbox without a way to its password"
    since = mailbox.since
    return MailboxConfig(
        name=mailbox.name or mailbox.user,
        host=mailbox.host,
        user=mailbox.user,
        port=mailbox.port or IMAP_PORTS[mailbox.tls],
        tls=mailbox.tls,
        secret=source,
        ca_file=home.path(mailbox.ca_file) if mailbox.ca_file else None,
        watch=tuple(dict.fromkeys(mailbox.watch)),
        since=since if isinstance(since, date) else None,
        read=mailbox.read,
        also_me=tuple(dict.fromkeys(mailbox.also_me)),
        since_days=since if isinstance(since, int) else 0,
    )


def _smtp(smtp: Smtp, usual: str, home: Home) -> SmtpConfig:
    secret = _secret(smtp, home)
    return SmtpConfig(
        host=smtp.host,
        port=smtp.port or SMTP_PORTS[smtp.tls],
        tls=smtp.tls,
        user=smtp.user or (usual if secret else ""),
        secret=secret,
        ca_file=home.path(smtp.ca_file) if smtp.ca_file else None,
        sender=smtp.sender or "",
    )


def _secret(server: Server, home: Home) -> SecretSource | None:
    if server.password_command:
        return SecretSource("command", server.password_command)
    if server.password_file:
        return SecretSource("file", str(home.path(server.password_file)))
    if server.password_credential:
        return SecretSource("credential", server.password_credential)
    if server.token_command:
        return SecretSource("token_command", server.token_command)
    if server.sign_in:
        client = server.sign_in_client or ""
        if client and server.sign_in == "google":
            client = str(home.path(client))
        return SecretSource("sign_in", server.sign_in, client, server.sign_in_tenant or "")
    return SecretSource("keyring") if server.keyring else None


def _check_several(nodes: list[Node], place: Place, source: Source) -> None:
    names: dict[str, int] = {}
    for index, node in enumerate(nodes):
        _check_server(node, ("mailboxes", index), node.place, source)
        name = node.get("name")
        if isinstance(node.value, dict) and (name is None or name.value is None):
            if len(nodes) > 1:
                source.fault(node.place, f"“name” is needed in {name_of(('mailboxes', index))}")
        elif name is not None and isinstance(name.value, str):
            if name.value in names:
                source.fault(name.place, f"two mailboxes are called {shown(name.value)}")
            names[name.value] = index
    assert place is not None


def _check_server(
    node: Node, path: tuple[str | int, ...], place: Place, source: Source, *, secret_needed: bool = True
) -> None:
    if not isinstance(node.value, dict):
        return
    given = ways_given(node.value)
    where = name_of(path)
    for extra in given[1:]:
        source.fault(
            node.keys[extra], f"one way to the secret is enough in {where}; {given[0]} stands there already"
        )
    literal = any(may_hold_a_secret(k) and k not in SECRET_WAYS for k in node.value)
    if not given and secret_needed and not literal:
        source.fault(
            place,
            f"{where} does not say where its password comes from",
            f"add one of {', '.join(SECRET_WAYS)}",
        )
    _check_tls(node, source)
    _check_sign_in(node, given, source)


def _check_tls(node: Node, source: Source) -> None:
    tls, host = node.get("tls"), node.get("host")
    if not tls or not host or str(tls.value).lower() != "none" or not isinstance(host.value, str):
        return
    if not wording.is_loopback(host.value):
        source.fault(
            tls.place,
            "without TLS anybody on the way reads password and mail; none is for loopback addresses",
            "write implicit or starttls",
        )


def _check_sign_in(node: Node, given: list[str], source: Source) -> None:
    for key in ("sign_in_client", "sign_in_tenant"):
        if _has(node, key) and "sign_in" not in given:
            source.fault(node.keys[key], f"{shown(key)} goes with sign_in only")


def _check_week(digest: Node | None, source: Source) -> None:
    if digest is None:
        return
    people, wildcard = digest.get("people"), digest.get("wildcard")
    if wildcard is None or not isinstance(wildcard.value, str) or not wildcard.value.isdecimal():
        return
    most = int(people.value) if people and isinstance(people.value, str) and people.value.isdecimal() else 5
    if int(wildcard.value) > most and people is not None:
        source.fault(wildcard.place, f"more wildcards than the {most} people of the mail")


def _has(node: Node, key: str) -> bool:
    child = node.get(key)
    return child is not None and child.value is not None
