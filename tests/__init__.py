"""The tests mirror the package. Each test's docstring is the sentence that it proves."""
