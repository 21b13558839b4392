"""Action: digwell's senses and hands. Whatever the outside world can make fail lives here."""
