"""What is known of providers: enough to fill a configuration, and nothing that promises too much."""

from __future__ import annotations

import pytest

from daemon.config import providers, wording
from daemon.config.providers import PROVIDERS, Provider


@pytest.mark.parametrize(
    ("address", "name", "way"),
    [
        ("maya@gmail.com", "Gmail", "app password"),
        ("Maya@Googlemail.com", "Gmail", "app password"),
        ("maya@hotmail.co.uk", "Outlook.com", "sign in"),
        ("maya@fastmail.fm", "Fastmail", "app password"),
        ("maya@me.com", "iCloud", "app password"),
        ("maya@yahoo.de", "Yahoo", "app password"),
        ("maya@gmx.net", "GMX", "password"),
        ("maya@web.de", "WEB.DE", "password"),
        ("maya@pm.me", "Proton", "bridge"),
    ],
)
def test_a_provider_is_told_by_the_domain(address: str, name: str, way: str) -> None:
    found = providers.by_address(address)
    assert found is not None
    assert (found.name, found.way) == (name, way)


def test_a_domain_of_ones_own_is_told_by_a_word() -> None:
    assert providers.by_address("maya@contoso.example") is None
    for word, name in (
        ("microsoft", "Microsoft 365"),
        ("Google", "Google Workspace"),
        ("fastmail", "Fastmail"),
    ):
        found = providers.by_word(word)
        assert found is not None
        assert found.name == name
    assert providers.by_word("imap.example.org") is None


def test_a_server_of_ones_own_is_guessed() -> None:
    assert providers.own_server("maya@example.org").imap == ("imap.example.org", 993)


def test_a_refusal_is_explained_by_the_host() -> None:
    found = providers.by_host("imap.gmail.com")
    assert found is not None
    assert "app password" in found.refused
    assert providers.by_host("127.0.0.1") is None


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda p: p.name)
def test_every_provider_has_servers_a_way_in_and_a_word_for_a_refusal(provider: Provider) -> None:
    assert wording.host(provider.imap[0])
    assert wording.host(provider.smtp[0])
    assert provider.way in {"app password", "password", "sign in", "bridge"}
    assert (provider.way == "sign in") <= bool(provider.sign_in)
    assert provider.steps
    assert provider.refused
    assert provider.domains or provider.word


def test_no_domain_belongs_to_two_providers() -> None:
    every = [d for p in PROVIDERS for d in p.domains]
    assert len(every) == len(set(every))
