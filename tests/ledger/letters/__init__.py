"""Tests of letters in the ledger."""
