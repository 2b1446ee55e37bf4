"""Who speaks: States, groups and organisations, and where a text names them."""
