"""The service broken at every step: see points, campaign and prove."""
