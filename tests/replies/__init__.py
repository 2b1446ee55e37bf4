"""Letters: their words, their bytes and their delivery."""
