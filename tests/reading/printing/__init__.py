"""Tests of clean PDFs made."""
