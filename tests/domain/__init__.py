"""The rules, each in the sentences it has to keep."""
