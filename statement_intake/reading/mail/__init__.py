"""From a raw mail to its text and files, however they are packed."""
