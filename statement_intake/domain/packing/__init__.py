"""What is handed out of a meeting: packages, their order, and what may be posted."""
