"""Judgement: pure functions from facts to intentions. No database, no clock, no network."""
