"""The letters to delegations: from a Letter to a finished message, and from there to the server."""
