"""Tests of the walls around a mail."""
