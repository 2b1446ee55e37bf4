"""Clean PDFs for publication."""
