"""The same work done by this service, by a plain script, by the bare floor, and by programs that only copy mail."""
