"""Tests of documents read."""
