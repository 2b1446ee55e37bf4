"""The way of mail from the mailboxes to the intake: found, received, and several in work at once."""
