"""From a mail found in Sent to its effect, its row in the ledger and its receipt, all or nothing.

The same mail seen twice does nothing the second time. Receipts go through the outbox into the owner's
own inbox; nothing here talks to a network or writes to anybody else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from daemon import tokens, verbs
from daemon.app import House
from daemon.digest.letter import Settings, settings_of
from daemon.digest.send import APPEND
from daemon.mail.opened import opened
from daemon.reply import tidying
from daemon.reply.asked import Desk
from daemon.reply.drafts import keep_draft
from daemon.reply.read import MOST_A_DAY, TOLD, Facts, Ignore, Obey, Refuse, Why, judge
from daemon.reply.receipt import Answered, Line, Transcript, receipt, refusal, transcript
from daemon.reply.whom import Failed, Finder
from daemon.scan.values import OwnMail
from daemon.teaching import teach, unteach
from daemon.verbs import Effect, Order, Source
from rules.contact import person_of
from rules.standing import house as owner_standing
from rules.verbs import BY_WORD, Command
from rules.words import LETTER, Words
from store import editions, ledger, outbox
from store.errors import DigwellError
from store.facts import DAY, Message, Role
from store.own import own_addresses

INBOX = "INBOX"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What only the daemon can do: this week's letter ``now``."""

    verb: str


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of one mail: ``state`` is obeyed, misread, refused or "" for no command at all.

    ``receipt`` tells that one waits in the outbox.
    """

    state: str = ""
    receipt: bool = False
    wants: tuple[Wanted, ...] = ()


def handle(house: House, mail: OwnMail) -> Handled:
    """Obey a mail, refuse it, or let it be. Harmless to repeat; raises only what the store raises."""
    settings = settings_of(house.config, key_of(house), house.policy.words)
    facts = facts_for(house, mail, settings)
    judgement = judge(mail.message, opened(mail.raw) if mail.raw else None, facts)
    match judgement:
        case Obey():
            return Obeying(house, mail.message, judgement, settings).go()
        case Refuse(why, edition):
            return _refuse(house, mail.message, why, edition, settings, facts)
        case Ignore():
            return Handled()


def key_of(house: House) -> bytes:
    """Return the key that signs this store's letters."""
    return tokens.load_key(tokens.key_file(house.store.path))


def facts_for(house: House, mail: OwnMail, settings: Settings) -> Facts:
    """Gather what must be known to judge a mail."""
    store, say = house.store, Words(settings.words)
    own = {known.address for known in own_addresses(store) if known.used} | {settings.from_address}
    written = {e.key: e.at or e.slot for e in editions.editions(store)}
    for mid, at in outbox.written(store):
        for tag in tokens.cited(settings.key, [mid]):
            written.setdefault(tag.edition, at)
    box = next(box for box in house.config.mailboxes if box.name == mail.mailbox)
    today = ledger.count_commands(store, house.now - DAY + 1)
    return Facts(
        own=frozenset(own),
        key=settings.key,
        editions=written,
        now=house.now,
        expire=house.config.commands.expire,
        known=ledger.command(store, mail.message.mid) is not None,
        today=today["obeyed"] + today["misread"],
        sent=mail.role is Role.SENT,
        host=box.host,
        prefilled=tuple(say(key) for key in LETTER if key.startswith("say.") and key != "say.note"),
        below=say("say.note"),
    )


class Obeying:
    """One mail being obeyed."""

    def __init__(self, house: House, message: Message, told: Obey, settings: Settings) -> None:
        self.house, self.message, self.told, self.settings = house, message, told, settings
        self.finder = Finder(house, told.edition)
        self.desk = Desk(house, self.finder, settings, told.edition)

    def go(self) -> Handled:
        """Do everything in one transaction: effects, ledger, receipt."""
        commands = self.told.script.commands
        with self.house.store.transaction():
            if len(commands) == 1 and commands[0].verb == "undo":
                done = self._undo(commands[0])
            else:
                done = self._carry_out(commands)
            if done is None:
                return Handled()  # somebody else was quicker
            what, wants = done
            told = self._answer(what)
            tidying.note(self.house.store, self.message, self.house.now)
        state = "obeyed" if what.done or what.told else "misread"
        return Handled(state, told, wants)

    def _carry_out(self, commands: tuple[Command, ...]) -> tuple[Transcript, tuple[Wanted, ...]] | None:
        asked = [self.desk.answer(c) for c in commands if BY_WORD[c.verb].asks]
        alone = [Line(c.line, outcome=self.desk.say("receipt.alone")) for c in commands if c.verb == "undo"]
        off = set() if self.house.config.drafts else {"draft"}
        alone += [Line(c.line, outcome=self.desk.say("receipt.drafts")) for c in commands if c.verb in off]
        found = [
            order
            for command in commands
            if not BY_WORD[command.verb].asks and command.verb not in {"undo", *off}
            for order in self.finder.orders(command)
        ]
        lost = [f for f in found if isinstance(f, Failed)]
        orders = [o for o in found if isinstance(o, Order)]
        effects = self._effects(orders, bool(asked))
        if effects is None:
            return None
        self._keep_drafts(effects)
        teach(self.house, (act for effect in effects for act in effect.acts))
        what = Transcript(
            done=tuple(_done(e) for e in effects if e.problem is None),
            failed=(
                *(_problem(e.order.command, e.problem, e.name) for e in effects if e.problem),
                *(_problem(f.command, f.problem) for f in lost),
                *alone,
                *(line for line in asked if isinstance(line, Line)),
            ),
            unread=self.told.script.unread,
            told=tuple(text for text in asked if isinstance(text, str)),
            undo=any(e.acts for e in effects),
        )
        wants = [Wanted(e.wants) for e in effects if e.wants and e.wants != "draft"]
        return what, tuple(wants)

    def _keep_drafts(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            one = effect.order.target.one
            if effect.wants == "draft" and one is not None:
                item = (self.told.edition, "".join(effect.order.command.items))
                keep_draft(self.house, self.settings, item, one.person.key)

    def _effects(self, orders: list[Order], asked: bool) -> tuple[Effect, ...] | None:
        """Carry the orders out under one row of the ledger; None if the mail was known after all."""
        store, source = self.house.store, self._source()
        if orders:
            holds = owner_standing(self.house.snapshot.said, person_of(self.house.snapshot))
            done = verbs.obey(store, orders, self.house.now, source, holds)
            return done.effects if done.command else None
        row = ledger.Command(
            mid=source.mid,
            at=self.house.now,
            channel=source.channel,
            edition=source.edition,
            item=source.item,
            text=source.text,
            state="obeyed" if asked else "misread",
        )
        return () if ledger.begin_command(store, row) else None

    def _undo(self, command: Command) -> tuple[Transcript, tuple[Wanted, ...]] | None:
        """Take back what the answered receipt is about, else the owner's last answer by mail."""
        store = self.house.store
        number = self._to_undo()
        try:
            if not number:
                raise _NOTHING
            _, acts = verbs.take_back(store, self.house.now, self._source(), number)
            unteach(self.house, acts)
        except DigwellError as problem:
            self._effects([], asked=False)
            return Transcript(failed=(_problem(command, problem),)), ()
        names = dict.fromkeys(self.finder.name(act.key) for act in acts)
        taken = tuple(Line(command.line, name, self.desk.say("receipt.undone")) for name in names)
        return Transcript(done=taken), ()

    def _to_undo(self) -> int:
        store, settings = self.house.store, self.settings
        parent = self.message.parent
        standing = [
            c for c in ledger.commands(store, 500)
            if c.channel == "mail" and not c.undone and ledger.acts_of(store, c.id)
        ]  # fmt: skip
        for command in standing:
            edition = command.edition or tokens.FIRST
            if parent == tokens.receipt_id(settings.key, edition, settings.domain, command.mid):
                return command.id
        return standing[0].id if standing else 0

    def _source(self) -> Source:
        lines = [c.line for c in self.told.script.commands] or list(self.told.script.unread)
        return Source(
            zone=self.settings.zone,
            channel="mail",
            mid=self.message.mid,
            edition=self.told.edition,
            item=self.told.item,
            text="; ".join(dict.fromkeys(lines))[:500],
        )

    def _answer(self, what: Transcript) -> bool:
        """Put a receipt into the outbox if one is due; return whether it is."""
        wish = self.house.config.commands.answer
        problem = bool(what.failed or what.unread)
        asked = bool(what.told)
        if not (asked or wish == "always" or (wish == "problems" and problem)):
            return False
        text = transcript(what, self.settings)
        return _post(self.house, text, self.message, self.told.edition, self.settings)


_NOTHING = DigwellError("there is no answer of yours left to take back")


def _refuse(
    house: House, message: Message, why: Why, edition: str, settings: Settings, facts: Facts
) -> Handled:
    """Count a refusal, once; tell the owner only what is surely the owner's own mail, and not too often."""
    if why is Why.KNOWN or not facts.sent:
        return Handled()
    with house.store.transaction():
        row = ledger.Command(
            mid=message.mid, at=house.now, channel="mail", edition=edition, text=why.value, state="refused"
        )
        if not message.mid or not ledger.begin_command(house.store, row):
            return Handled()
        quiet = house.config.commands.answer == "never" or (why is Why.OFTEN and _told_today(house))
        told = why in TOLD and not quiet
        if told:
            text = refusal(why, settings, house.config.commands.expire)
            _post(house, text, message, edition, settings)
    return Handled("refused", told)


def _told_today(house: House) -> bool:
    """Tell whether the owner heard today that there were too many mails."""
    said = [c for c in ledger.commands(house.store, MOST_A_DAY * 2) if c.text == Why.OFTEN.value]
    return sum(1 for c in said if house.now - c.at < DAY) > 1


def _post(house: House, text: str, message: Message, edition: str, settings: Settings) -> bool:
    to = Answered(message.mid, message.subject, edition)
    mid, raw = receipt(text, to, settings, house.now)
    return outbox.put(house.store, f"receipt {mid}", mid, raw, (APPEND, INBOX), house.now)


def _done(effect: Effect) -> Line:
    return Line(effect.order.command.line, effect.name, effect.sentence)


def _problem(command: Command, problem: DigwellError, name: str = "") -> Line:
    said = replace(command).line
    outcome = f"{problem.what}. {problem.hint}".strip(" .")
    return Line(said, name, f"{outcome}.")
