"""What the owner brings along: mail folders, address books, connections. Importing twice is a no-op."""
