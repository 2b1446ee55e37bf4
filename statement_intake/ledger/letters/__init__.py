"""Letters, from the decision that writes them to what became of them; each change a compare-and-swap on the state."""
