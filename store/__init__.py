"""Memory: facts about messages, addresses and what the owner said. No judgement, no network."""
