"""The mailbox: IMAP, SMTP, and reading hostile bytes into facts."""
