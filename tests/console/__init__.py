"""The console: its pages, its doors, and an officer's day in a real browser."""
