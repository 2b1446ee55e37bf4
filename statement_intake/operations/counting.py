"""How many of something, for people at a terminal."""


def counted(count: int, what: str) -> str:
    """Like "1 letter" and "2 letters"."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
