"""Proofs with other people's servers, run by hand."""
