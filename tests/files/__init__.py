"""The store, and what is decoded on its way there."""
