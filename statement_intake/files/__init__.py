"""Where raw mail and attachments are kept, and what is made of them on their way there."""

from statement_intake.files.store import FileStore, Stored

__all__ = ["FileStore", "Stored"]
