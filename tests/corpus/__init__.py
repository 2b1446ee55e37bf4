"""Proof over folders of real mail that cannot be part of this repository."""
