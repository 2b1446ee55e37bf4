"""The text of a document, and what lies beneath it."""
