"""Kinds of messages and of correspondents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.classify import is_automatic, kind_of, kind_of_message
from rules.policy import Policy
from rules.senders import list_name, machine_name, news_name, personal, role_name
from rules.standing import Standing
from rules.verdicts import Kind
from store.facts import NO_MARKS, Address, Mark, Message, Named, Person


def message(address: str, marks: Mark = NO_MARKS, name: str = "", subject: str = "hi") -> Message:
    return Message(
        identity=b"0" * 16,
        mid="a@example.org",
        at=1,
        subject=subject,
        sender=(Named(address, name),),
        marks=marks,
    )


def person(
    address: str = "anna@example.org", name: str = "Anna Mair", *, listed: bool = False, **sums: int
) -> Person:
    one = Address(1, address, name, 1, (name,) if name else (), **sums, listed=listed)
    return Person(id="p1", key=1, name=name or address, addresses=(one,))


@pytest.mark.parametrize(
    ("marks", "kind", "auto"),
    [
        (Mark(0), Kind.PERSON, False),
        (Mark.REPORT, Kind.MACHINE, True),
        (Mark.NULL_PATH, Kind.MACHINE, True),
        (Mark.AUTO, Kind.MACHINE, True),
        (Mark.AUTO | Mark.LIST_ID, Kind.MACHINE, True),
        (Mark.LIST_ID, Kind.LIST, False),
        (Mark.LIST_ID | Mark.UNSUBSCRIBE | Mark.PRECEDENCE_BULK, Kind.LIST, False),
        (Mark.PRECEDENCE_LIST, Kind.LIST, False),
        (Mark.UNSUBSCRIBE, Kind.NEWSLETTER, False),
        (Mark.UNSUBSCRIBE | Mark.BULK_SENDER, Kind.NEWSLETTER, True),
        (Mark.PRECEDENCE_BULK, Kind.NEWSLETTER, True),
        (Mark.CALENDAR, Kind.PERSON, False),
    ],
)
def test_the_fields_of_a_message_tell_its_kind(marks: Mark, kind: Kind, *, auto: bool) -> None:
    one = message("anna@example.org", marks, "Anna Mair")
    verdict = kind_of_message(one)
    assert (verdict.kind, is_automatic(one, verdict)) == (kind, auto)


@pytest.mark.parametrize(
    ("address", "name", "kind"),
    [
        ("no-reply@shop.example", "Shop", Kind.MACHINE),
        ("mailer-daemon@example.org", "", Kind.MACHINE),
        ("orders.noreply@shop.example", "", Kind.MACHINE),
        ("build-bot@example.org", "", Kind.MACHINE),
        ("j.bot@example.org", "Jan Bot", Kind.PERSON),
        ("newsletter@example.org", "The Daily", Kind.NEWSLETTER),
        ("anna@newsletter.example.org", "", Kind.NEWSLETTER),
        ("service@mail.example.org", "", Kind.NEWSLETTER),
        ("anna@mailer7.example.org", "", Kind.NEWSLETTER),
        ("body_216095411795471888@example.org", "Tech Tips", Kind.NEWSLETTER),
        ("4915112345678901@example.org", "", Kind.PERSON),
        ("4369912345678@sms.example.org", "Anna Mair", Kind.PERSON),
        ("anna@example.org", "Example News", Kind.NEWSLETTER),
        ("gretchen@example.org", "Gretchen Daily", Kind.PERSON),
        ("list@example.org", "", Kind.NEWSLETTER),
        ("customer.service.uk@example.org", "", Kind.ROLE),
        ("wise.counsel@example.org", "", Kind.PERSON),
        ("info@example.org", "", Kind.ROLE),
        ("info@mair.example", "Anna Mair", Kind.PERSON),
        ("support@example.org", "Example Support", Kind.ROLE),
        ("anna@example.org", "", Kind.PERSON),
    ],
)
def test_a_name_decides_where_no_field_does(address: str, name: str, kind: Kind) -> None:
    assert kind_of_message(message(address, name=name)).kind is kind


def test_a_letter_of_absence_is_a_machines_even_without_fields() -> None:
    assert kind_of_message(message("anna@example.org", subject="Automatic reply: boat")).kind is Kind.MACHINE
    assert kind_of_message(message("anna@example.org", subject="Re: out of office")).kind is Kind.PERSON


def test_an_answer_through_an_old_list_is_no_newsletter() -> None:
    one = message("anna@example.org", Mark.PRECEDENCE_BULK, subject="Re: boat")
    assert kind_of_message(one).kind is Kind.LIST


def test_a_message_of_nobody_is_no_persons() -> None:
    nobody = Message(identity=b"", mid="", at=1, subject="", sender=())
    assert kind_of_message(nobody).kind is Kind.MACHINE
    assert not is_automatic(nobody, kind_of_message(nobody))


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        (person(sent=3, received=3, answers=2), Kind.PERSON),
        (person(sent=3, received=3, news=3, lists=3, answers=2), Kind.PERSON),
        (person(sent=0, received=9), Kind.PERSON),
        (person(sent=0, received=9, news=9), Kind.NEWSLETTER),
        (person(sent=1, received=9, news=9), Kind.NEWSLETTER),
        (person(sent=0, received=9, machines=9), Kind.MACHINE),
        (person(sent=1, received=9, machines=9, answers=1), Kind.MACHINE),
        (person(sent=1, received=9, machines=1, answers=1), Kind.PERSON),
        (person(sent=0, received=9, lists=9, news=9), Kind.PERSON),
        (person("boat@example.org", "The Boat", received=9, lists=9, news=9), Kind.LIST),
        (person("boat-users@lists.example.org", "", sent=9), Kind.LIST),
        (person("bo@example.org", "", sent=1), Kind.PERSON),
        (person("boat@example.org", "", sent=1, listed=True), Kind.LIST),
        (person("boss@example.org", "", sent=1, received=1, listed=True), Kind.PERSON),
        (person("no-reply@example.org", "", sent=1, received=1, answers=1), Kind.MACHINE),
        (person("info@example.org", "", sent=3, received=3, answers=3), Kind.ROLE),
        (person("info@example.org", "Anna Mair", sent=3, received=3, answers=3), Kind.PERSON),
        (person("news@example.org", "", received=3), Kind.NEWSLETTER),
    ],
)
def test_behaviour_tells_the_kind_of_a_correspondent(who: Person, kind: Kind) -> None:
    assert kind_of(who).kind is kind


def test_the_owners_word_outweighs_all_evidence() -> None:
    machine = person("no-reply@example.org", "", received=9, machines=9)
    assert kind_of(machine, Standing(friend=True)).kind is Kind.PERSON
    assert kind_of(machine, policy=Policy(learned={"no-reply@example.org": "friend"})).kind is Kind.PERSON
    friend = person(sent=9, received=9, answers=9)
    assert kind_of(friend, Standing(not_a_person=True)).kind is Kind.MACHINE
    assert kind_of(friend, policy=Policy(learned={"anna@example.org": "not a person"})).kind is Kind.MACHINE
    assert kind_of(friend, own=frozenset({"anna@example.org"})).kind is Kind.SELF


@given(st.tuples(*[st.integers(0, 50)] * 5))
def test_who_answered_in_person_is_never_lost(sums: tuple[int, ...]) -> None:
    sent, plain, lists, news, machines = sums
    who = person(
        sent=sent,
        received=plain + lists + news + machines + 1,
        lists=lists,
        news=news,
        machines=machines,
        answers=1,
    )
    assert kind_of(who).kind is Kind.PERSON


def test_every_verdict_names_its_rule_and_grounds() -> None:
    verdict = kind_of(person(sent=2, received=3, answers=1))
    assert verdict.rule == verdict.grounds[0] == "answered you once"
    assert "you wrote there twice" in verdict.grounds


@pytest.mark.parametrize("address", ["no.reply@x.example", "x+notify@x.example", "devnull+a@x.example"])
def test_addresses_nobody_reads(address: str) -> None:
    assert machine_name(address)


@pytest.mark.parametrize(
    "address", ["abbot@x.example", "norbert@x.example", "alerta@x.example", "jon@x.example"]
)
def test_addresses_of_people_that_look_like_machines(address: str) -> None:
    assert not machine_name(address)
    assert not news_name(address)


def test_names_of_people_and_of_offices_are_told_apart() -> None:
    assert personal("Anna Mair")
    assert personal("Mair, Anna Maria")
    assert not personal("Anna")
    assert not personal("Customer Service")
    assert not personal("")
    assert not role_name("anna@example.org", ())
    assert list_name("friends-list@example.org")
    assert not list_name("anna@example.org")


def test_the_hosts_of_mailing_programs_need_a_function_or_a_code_before_them() -> None:
    assert news_name("service@mail.example.org")
    assert news_name("online#3.20292@news.example.org")
    assert not news_name("anna.mair@mail.example.org")
    assert not news_name("mailer-daemon@newsletter.example.org")
