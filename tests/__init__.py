"""Tests mirror the rooms; ``journeys`` are whole trips, ``fakes`` the servers they talk to."""
