"""An invented village of correspondents on an embedded IMAP server."""
