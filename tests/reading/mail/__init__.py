"""Tests of mail taken apart."""
