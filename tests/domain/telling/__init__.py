"""Tests of what the staff is told."""
