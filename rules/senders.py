"""What a sender's address and name say by themselves: the last resort of judging a kind.

Word lists and shapes only; behaviour and header fields are asked first. Pure; a word that is
missing costs a question, a word too many would cost a person, so the lists stay short.
"""

from __future__ import annotations

import re
from functools import lru_cache

from store.addresses import domain, is_role, local_part


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MACHINES = _words(
    """
    noreply noreplies donotreply notreply dontreply devnull nobody postmaster bounce bounces notification
    notifications notify notifier alert alerts automailer automated autoconfirm autoreply autoresponder
    automessage mailerdaemon listserv majordomo reminder reminders daemon robot bugzilla jira
    """
)
_NEWS = _words(
    """
    newsletter newsletters news enews announce announcement announcements digest bulletin update updates
    offers deals promo promos promotion promotions mailing mailings mailinglist mailer subscriptions
    subscription subscribe unsubscribe campaign campaigns dispatch headlines specials eblast notices
    customernotices weekly daily rundbrief infobrief noticias boletin lettre nieuwsbrief
    """
)
_NEWS_HOSTS = _words(
    """
    newsletter newsletters enews mailer mailers mailing mailings campaign campaigns offers edm announce
    alerts bounce bounces m0 marketing mailout enewsletter eblast
    """
)
_MAIL_HOSTS = _words(
    """
    mail email e em news list lists click info go reply link mkt notice
    """
)
_LIST_ENDS = ("-l", "-list", "-users", "-user", "-devel", "-dev", "-announce", "-discuss", "-talk", "-all")
_LIST_HOSTS = _words(
    """
    lists list groups googlegroups listserv yahoogroups
    """
)
_NOT_NAMES = _words(
    """
    team support service services customer help desk newsletter news info sales office admin system
    administrator mailer daemon notification notifications account accounts billing shop store online inc
    gmbh ltd llc corp company group club daily weekly update updates alerts reply noreply the your bot
    list mailing marketing offers member members network
    """
)
_NEWS_LOCALS = frozenset({"list", "lists", "members", "replies"})
_NEWS_NAMES = frozenset(
    {"newsletter", "newsletters", "news", "enews", "digest", "alerts", "bulletin", "offers", "deals"}
)
_OFFICES = frozenset(
    {"service", "services", "editor", "support", "info", "sales", "customer", "webmaster", "feedback"}
)
_SERIAL = re.compile(r"\d{12}")  # a number made for one mailing; a telephone number is shorter
_SPLIT = re.compile(r"[-_.+]+")
_WORD = re.compile(r"[^\W\d_][^\W\d_'’.-]*")


@lru_cache(maxsize=8192)
def machine_name(address: str) -> bool:
    """Tell whether the address says that nobody reads what is sent to it."""
    local = local_part(address)
    words = _SPLIT.split(local)
    joined = "".join(words)
    if not _MACHINES.isdisjoint(words) or joined in _MACHINES:
        return True
    if "noreply" in joined or "donotreply" in joined or "mailerdaemon" in joined:
        return True
    # a dot before "bot" may be a surname
    return re.search(r"(?:^|[-_+])bot(?:$|[-_+])", local) is not None


@lru_cache(maxsize=8192)
def news_name(address: str) -> bool:
    """Tell whether the address is one that only sends to many."""
    if machine_name(address):
        return False
    local = local_part(address)
    words = _SPLIT.split(local)
    labels = domain(address).split(".")[:-1]
    hosts = {*labels, *(label.rstrip("0123456789") for label in labels)}
    if not _NEWS.isdisjoint(words) or not _NEWS_HOSTS.isdisjoint(hosts) or local in _NEWS_LOCALS:
        return True
    if _SERIAL.search(local) and not local.isdecimal():
        return True
    head = labels[0] if len(labels) > 1 else ""
    return head in _MAIL_HOSTS and (is_role(local_part(address)) or "#" in address)


def list_name(address: str) -> bool:
    """Tell whether the address looks like that of a list or a group of receivers."""
    local = local_part(address)
    if local.startswith(("dl-", "all-", "users.dl-")) or local.endswith(_LIST_ENDS):
        return True
    return not _LIST_HOSTS.isdisjoint(domain(address).split("."))


def news_title(name: str) -> bool:
    """Tell whether a display name is that of a publication."""
    return not _NEWS_NAMES.isdisjoint(word.casefold() for word in _WORD.findall(name))


def role_name(address: str, names: tuple[str, ...]) -> bool:
    """Tell whether the address is that of a function, with no person's name behind it."""
    local = local_part(address)
    words = _SPLIT.split(local)
    office = is_role(local) or (len(words) > 1 and not _OFFICES.isdisjoint((words[0], words[-1])))
    return office and not any(personal(name) for name in names)


def personal(name: str) -> bool:
    """Tell whether a display name looks like a person's: two to four words, none of an office."""
    words = [word.casefold() for word in _WORD.findall(name.partition(" (")[0])]
    return 2 <= len(words) <= 4 and _NOT_NAMES.isdisjoint(words)
