"""What other libraries load where it is installed, and a service has no use for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def withheld(*packages: str) -> Iterator[None]:
    """Whatever is imported meanwhile finds *packages* not installed; one that is loaded already stays.

    None in `sys.modules` makes an import fail (the Python reference, 5.3.1). For the start of a process, with one
    thread.
    """
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is what makes it fail
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
