"""Tests of what files are told to be."""
