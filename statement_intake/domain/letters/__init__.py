"""Letters: whether and where one may go, what it says, how many, and what became of them."""
