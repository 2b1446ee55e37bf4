"""Access tokens for mailboxes and mail server: where passwords are not taken any more."""
