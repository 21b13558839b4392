"""The long-running daemon: loop, editions owed, back-off, notification, stop."""
