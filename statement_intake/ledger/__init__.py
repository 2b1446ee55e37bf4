"""The record of every decision. Rows stay in here; values go out."""
