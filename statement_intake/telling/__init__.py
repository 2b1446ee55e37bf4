"""What the staff, monitoring and systemd are told of how it goes."""
