"""statement-intake: takes in the statements that delegations e-mail to a conference secretariat."""
