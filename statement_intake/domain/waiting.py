"""How long to wait before something is tried again."""

from datetime import timedelta

#: The longest wait before the next attempt at a message or a letter. What is put off for longer was put off by a clock
#: that went wrong, and is due.
LONGEST_WAIT = timedelta(hours=4)
