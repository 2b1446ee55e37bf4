"""What fits into a mail: attachments travel as base64, in lines of 76 characters (RFC 2045 section 6.8)."""

#: 57 octets become a line of 76 characters, CR and LF.
_OCTETS, _ENCODED = 57, 78
#: Kept free for headers, the covering note and a transcript.
_BESIDE = 500_000


def largest_file(message_octets: int) -> int:
    """Octets of the largest video that fits into a message of that size, beside note and transcript."""
    return max(0, message_octets - _BESIDE) * _OCTETS // _ENCODED


def bit_rate(file_octets: int, seconds: float) -> float:
    """Megabits a second, picture and sound together, at which a video of that length fills such a file."""
    return file_octets * 8 / seconds / 1_000_000
