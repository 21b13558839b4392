"""What ``init`` and ``doctor`` know about mail providers: servers, hurdles, and what to say of them.

Data with the truth of November 2026. Must never look anything up: a provider is told by the domain
of an address, by its server, or by the word that the owner says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from daemon.config.values import Tls
from store.addresses import domain


class Way(StrEnum):
    """How one signs in at a provider."""

    APP = "app password"
    USUAL = "password"
    WEB = "sign in"
    BRIDGE = "bridge"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. ``way`` is app password, password, sign in or bridge; ``steps`` go before it.

    ``imap`` and ``smtp`` are host and port; ``sign_in`` names the kind of sign-in on the web there
    is, empty for none. ``refused`` says what a refused password most likely means, ``word`` how to name
    the provider of a domain of one's own.
    """

    name: str
    imap: tuple[str, int]
    smtp: tuple[str, int]
    way: Way
    steps: tuple[str, ...] = ()
    refused: str = ""
    sign_in: str = ""
    tls: Tls = "implicit"
    domains: tuple[str, ...] = ()
    word: str = ""


_GOOGLE_STEPS = (
    "Two-step sign-in must be on:  https://myaccount.google.com/signinoptions/twosv",
    "Make one, name it digwell:    https://myaccount.google.com/apppasswords",
    (
        "No “App passwords” page? Your account has Advanced Protection, security keys only, or an employer"
        " who forbids it. Then: digwell init --sign-in google"
    ),
)
_GOOGLE_REFUSED = (
    "Gmail needs an app password, not your usual one; changing your Google password also deletes all app"
    " passwords. Make a new one: https://myaccount.google.com/apppasswords"
)

PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "Gmail",
        ("imap.gmail.com", 993),
        ("smtp.gmail.com", 465),
        Way.APP,
        ("It wants an app password: a 16-letter password for this program only.", *_GOOGLE_STEPS),
        _GOOGLE_REFUSED,
        "google",
        domains=("gmail.com", "googlemail.com"),
    ),
    Provider(
        "Google Workspace",
        ("imap.gmail.com", 993),
        ("smtp.gmail.com", 465),
        Way.APP,
        (
            (
                "Your administrator may have switched off IMAP or app passwords. If so, forward this: “Please"
                " allow IMAP and app passwords for my account, or an OAuth client of mine with the scope"
                " https://mail.google.com/.”"
            ),
            *_GOOGLE_STEPS,
        ),
        _GOOGLE_REFUSED + " If that fails too, your administrator has switched IMAP off.",
        "google",
        word="google",
    ),
    Provider(
        "Outlook.com",
        ("outlook.office365.com", 993),
        ("smtp-mail.outlook.com", 587),
        Way.WEB,
        ("Passwords and app passwords ended there on 16 September 2024; you sign in on the web.",),
        "Outlook.com takes no passwords any more, app passwords included: digwell init --sign-in microsoft",
        "microsoft",
        domains=(
            "outlook.com",
            "hotmail.com",
            "live.com",
            "msn.com",
            "outlook.de",
            "outlook.fr",
            "outlook.es",
            "outlook.it",
            "hotmail.co.uk",
            "hotmail.de",
            "hotmail.fr",
            "hotmail.it",
            "hotmail.es",
            "live.de",
            "live.fr",
            "live.nl",
            "live.co.uk",
            "windowslive.com",
            "passport.com",
        ),
    ),
    Provider(
        "Microsoft 365",
        ("outlook.office365.com", 993),
        ("smtp.office365.com", 587),
        Way.WEB,
        (
            "Passwords no longer work for IMAP there; you sign in on the web.",
            (
                "Your organisation may have to allow this program first (AADSTS65001); digwell then says"
                " what to forward to the administrator."
            ),
        ),
        "Microsoft 365 takes no passwords for IMAP: digwell init --sign-in microsoft",
        "microsoft",
        word="microsoft",
    ),
    Provider(
        "Fastmail",
        ("imap.fastmail.com", 993),
        ("smtp.fastmail.com", 465),
        Way.APP,
        (
            "Make an app password, access “Mail (IMAP)” only:  https://app.fastmail.com/settings/security",
            "The plan called Basic has no IMAP.",
        ),
        "Fastmail wants an app password with access to “Mail (IMAP)”; the plan called Basic has no IMAP.",
        word="fastmail",
        domains=("fastmail.com", "fastmail.fm", "fastmail.net", "fastmail.org", "messagingengine.com"),
    ),
    Provider(
        "iCloud",
        ("imap.mail.me.com", 993),
        ("smtp.mail.me.com", 587),
        Way.APP,
        ("With two-factor on, make an app-specific password:  https://account.apple.com/account/manage",),
        "iCloud wants an app-specific password; changing your Apple password deletes them all.",
        domains=("icloud.com", "me.com", "mac.com"),
    ),
    Provider(
        "Yahoo",
        ("imap.mail.yahoo.com", 993),
        ("smtp.mail.yahoo.com", 465),
        Way.APP,
        ("Make an app password:  https://login.yahoo.com/account/security",),
        "Yahoo wants an app password, not your usual one.",
        domains=(
            "yahoo.com",
            "ymail.com",
            "rocketmail.com",
            "yahoo.co.uk",
            "yahoo.de",
            "yahoo.fr",
            "yahoo.it",
            "yahoo.es",
            "yahoo.ca",
            "yahoo.com.br",
            "yahoo.co.in",
            "aol.com",
        ),
    ),
    Provider(
        "GMX",
        ("imap.gmx.net", 993),
        ("mail.gmx.net", 465),
        Way.USUAL,
        (
            "Switch IMAP on first: GMX in the browser, Settings, POP3 & IMAP.",
            "With two-factor on, make an app password for digwell there, too.",
        ),
        "GMX refuses IMAP until it is switched on (Settings, POP3 & IMAP); with two-factor it wants an app"
        " password.",
        domains=("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "gmx.org", "gmx.eu"),
    ),
    Provider(
        "WEB.DE",
        ("imap.web.de", 993),
        ("smtp.web.de", 587),
        Way.USUAL,
        (
            "Switch IMAP on first: WEB.DE in the browser, Settings, POP3 & IMAP.",
            "With two-factor on, make an app password for digwell there, too.",
        ),
        "WEB.DE refuses IMAP until it is switched on (Settings, POP3 & IMAP); with two-factor it wants an app"
        " password.",
        domains=("web.de",),
    ),
    Provider(
        "Proton",
        ("127.0.0.1", 1143),
        ("127.0.0.1", 1025),
        Way.BRIDGE,
        (
            "Proton has no IMAP of its own: Proton Mail Bridge must run on this machine (paid plans).",
            "Use the user name and the password that the Bridge shows, not those of Proton.",
            "Export the Bridge's certificate (Settings, Advanced) and name it under ca_file.",
        ),
        "The Bridge has a password of its own; open the Bridge and copy it from there.",
        tls="starttls",
        domains=("proton.me", "protonmail.com", "protonmail.ch", "pm.me"),
    ),
)


def by_address(address: str) -> Provider | None:
    """Return the provider that an address's domain names, None for a domain of somebody's own."""
    host = domain(address.lower())
    return next((p for p in PROVIDERS if host in p.domains), None)


def by_word(word: str) -> Provider | None:
    """Return the provider of domains of one's own that is called so: google, microsoft, fastmail."""
    return next((p for p in PROVIDERS if p.word and p.word == word.lower()), None)


def by_host(host: str) -> Provider | None:
    """Return the provider that runs an IMAP server; the first where one server has several names."""
    return next((p for p in PROVIDERS if p.imap[0] == host and p.way is not Way.BRIDGE), None)


def own_server(address: str) -> Provider:
    """Return what can be guessed of a server of somebody's own: the usual names and ports."""
    host = domain(address)
    return Provider("your own server", (f"imap.{host}", 993), (f"smtp.{host}", 465), Way.USUAL)
