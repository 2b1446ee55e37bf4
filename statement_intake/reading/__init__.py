"""The reader: hostile bytes go in, facts come out. Everything but `headers` and `sandbox` runs in the child alone."""
