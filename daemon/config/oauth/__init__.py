"""Signing in on the web: one file a provider, and what they share in ``account``."""
