"""How long a video truly is, and how it looks and sounds."""
