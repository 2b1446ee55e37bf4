"""The steps of the line that `intake` follows, a file each; `review` takes the same ones again."""
