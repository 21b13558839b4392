"""One pass over the mailbox: plan purely, then fetch and record."""
