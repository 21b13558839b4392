"""Servers for tests: real ones started privately on 127.0.0.1, and scripted ones that misbehave."""
