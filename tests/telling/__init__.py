"""Tests of what is told to staff and monitoring."""
