"""Values and decisions. Nothing here knows of a clock, a disk, a network, SQL or another process."""
