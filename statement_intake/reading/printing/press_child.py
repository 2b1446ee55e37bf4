"""In the press's jail: `python -m statement_intake.reading.printing.press_child STEP INPUT OUTPUT`, run by `press.py`.

Says one word on standard output, and exits with 0, or with 1 where the document is at fault.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from statement_intake.reading.documents.contents import Bomb, Locked, TooMuch
from statement_intake.reading.text import decode

if TYPE_CHECKING:
    from collections.abc import Callable

#: Letters of scripts that are written from right to left.
_RIGHT_TO_LEFT = (("\u0590", "\u08ff"), ("\ufb1d", "\ufdff"), ("\ufe70", "\ufefc"))


def main() -> int:
    """Do one step. A document at fault is named in a word."""
    step, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    steps: dict[str, Callable[[Path, Path], None]] = {"odt": _odt, "pdf": _pdf, "txt": _txt}
    try:
        steps[step](source, target)
    except (MemoryError, OSError, ImportError):
        raise
    except Exception as error:  # noqa: BLE001 - parsers of hostile files raise anything
        sys.stdout.write(_WORDS.get(type(error).__name__, "damaged"))
        return 1
    return 0


#: By the name of the exception, so that no library is loaded for it.
_WORDS = {
    Locked.__name__: "encrypted",
    "PasswordError": "encrypted",
    Bomb.__name__: "bomb",
    TooMuch.__name__: "limited",
}


def _odt(source: Path, target: Path) -> None:
    from statement_intake.reading.printing.cleaned_odt import clean_odt  # noqa: PLC0415 - each step loads its own libraries

    clean_odt(source, target)


def _pdf(source: Path, target: Path) -> None:
    from statement_intake.reading.printing.cleaned_pdf import clean_pdf  # noqa: PLC0415

    sys.stdout.write(str(clean_pdf(source, target)))


def _txt(source: Path, target: Path) -> None:
    """A text as RTF, so that each of its paragraphs runs the way that it is read."""
    text = decode(source.read_bytes())
    lines = [_paragraph(line) for line in text.lstrip("\ufeff").splitlines()]
    target.write_text("{\\rtf1\\ansi\\uc0\\fs24 " + "\n".join(lines) + "}", encoding="ascii")


def _paragraph(line: str) -> str:
    units = line.encode("utf-16-le", "replace")
    pairs = [int.from_bytes(units[place : place + 2], "little", signed=True) for place in range(0, len(units), 2)]
    backwards = sum(any(first <= letter <= last for first, last in _RIGHT_TO_LEFT) for letter in line)
    letters = sum(letter.isalpha() for letter in line)
    way = "\\rtlpar\\qr" if backwards * 2 > letters else "\\ltrpar\\ql"
    return f"\\pard{way} " + "".join(f"\\u{pair} " for pair in pairs) + "\\par"


if __name__ == "__main__":
    sys.exit(main())
