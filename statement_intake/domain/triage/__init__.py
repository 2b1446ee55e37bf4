"""Is a mail an attempt at a statement? Asked twice: at a glance, before anything is downloaded, and when it is read."""
