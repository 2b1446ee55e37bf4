"""How words and names are found in texts, however they are spelt."""
