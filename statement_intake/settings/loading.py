"""The only reader of the environment and of service.toml.

Order: the environment (`STATEMENT_INTAKE_<TABLE>__<KEY>`, `..._FILE` for secrets) over the file named by
`STATEMENT_INTAKE_CONFIG` (default `config/service.toml`, which may be absent) over the defaults below. Relative paths
are relative to the file that names them; in the environment and in the defaults, to the working directory.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from statement_intake.settings.everything import Settings
from statement_intake.settings.problems import in_plain_words
from statement_intake.settings.toml import UnreadableError, tables_of

PREFIX = "STATEMENT_INTAKE_"
CONFIG_VARIABLE = PREFIX + "CONFIG"
DEFAULT_FILE = Path("config/service.toml")

#: A secret may be given as it is or in a file.
_SECRETS = ("password", "secret", "certificate", "refresh_token")
_OTHER_FORM = {word: f"{word}_file" for word in _SECRETS} | {f"{word}_file": word for word in _SECRETS}


class SettingsError(Exception):
    """The configuration cannot be used. The text names every key, what is wrong with it, and where it stands."""


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    *environment* defaults to the process's own. Raises SettingsError with every fault at once.
    """
    environment = os.environ if environment is None else environment
    named = environment.get(CONFIG_VARIABLE)
    file = Path(named) if named else DEFAULT_FILE
    tables: dict[str, Any] = {}
    if named or file.exists():
        tables = _from_file(file)
    origins = _overlay_environment(tables, environment)
    _read_secret_files(tables)
    try:
        return Settings(**tables)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(fault, file, origins) for fault in error.errors())) from None


def _from_file(file: Path) -> dict[str, Any]:
    try:
        tables = tables_of(file)
    except UnreadableError as error:
        raise SettingsError(f"{file}: {error}") from error
    _anchor(tables, file.resolve().parent)
    return tables


def _anchor(table: dict[str, Any], folder: Path) -> None:
    """Make the relative paths of a file's tables absolute."""
    for key, value in table.items():
        if isinstance(value, dict):
            _anchor(value, folder)
        elif isinstance(value, str) and (key == "path" or key.endswith("_file")):
            table[key] = str(folder / value)
        elif isinstance(value, str) and key == "url":
            table[key] = _anchor_url(value, folder)


def _anchor_url(url: str, folder: Path) -> str:
    scheme, separator, path = url.partition(":///")
    if not scheme.startswith("sqlite") or not separator or path in {"", ":memory:"} or path.startswith("/"):
        return url
    return f"{scheme}:///{folder / path}"


def _overlay_environment(tables: dict[str, Any], environment: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Put the environment's values over the file's; give back which variable set which key."""
    origins: dict[tuple[str, ...], str] = {}
    for variable, text in sorted(environment.items()):
        if not variable.startswith(PREFIX) or "__" not in variable:
            continue
        *path, last = variable.removeprefix(PREFIX).lower().split("__")
        table = tables
        for place, key in enumerate(path):
            path[place] = _as_spelled(key, table)
            table = table.setdefault(path[place], {})
            if not isinstance(table, dict):
                raise SettingsError(f"{variable}: {'.'.join(path)} is not a table")
        keys = (*path, last)
        value = _value(variable, last, text)
        # A password here takes the place of a file's password_file, and the other way round.
        table.pop(_OTHER_FORM.get(keys[-1], ""), None)
        table[keys[-1]] = value
        origins[keys] = variable
        leaf = {keys[-1]: value}
        _anchor(leaf, Path.cwd())
        table.update(leaf)
    return origins


def _as_spelled(key: str, table: Mapping[str, Any]) -> str:
    """The table that a variable means: the file may call it "Vienna-copies", which no shell takes in a variable."""
    return next((known for known in table if known.lower().replace("-", "_") == key), key)


def _value(variable: str, key: str, text: str) -> Any:  # noqa: ANN401 - what JSON gives
    if key in _OTHER_FORM or not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SettingsError(f"{variable}: looks like a list or table but is not JSON: {error}") from error


def _read_secret_files(table: dict[str, Any], place: str = "") -> None:
    """Replace `password_file` by the `password` it holds, and the like."""
    for key in list(table):
        value = table[key]
        where = f"{place}.{key}" if place else key
        if isinstance(value, dict):
            _read_secret_files(value, where)
        elif key.endswith("_file") and key in _OTHER_FORM and isinstance(value, str):
            word = _OTHER_FORM[key]
            if word in table:
                raise SettingsError(f"{where}: there is a {word}, too; which one is it?")
            table[word] = _secret(Path(value), where)
            del table[key]


def _secret(file: Path, where: str) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingsError(f"{where}: cannot be read: {file}: {error.strerror}") from error
    except UnicodeDecodeError:
        # Not from the error, which quotes the secret.
        raise SettingsError(f"{where}: is not UTF-8 text: {file}") from None


def _explain(fault: Any, file: Path, origins: Mapping[tuple[str, ...], str]) -> str:  # noqa: ANN401 - pydantic's dict
    keys = tuple(str(part) for part in fault["loc"])
    place = next((origins[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in origins), None)
    if place is None:
        # A table as a whole: what the environment says of it may be the cause, or what the file says.
        below = [variable for named, variable in origins.items() if named[: len(keys)] == keys]
        known = fault["type"] != "extra_forbidden" or not below
        place = ", ".join([*([str(file)] if known and file.exists() else []), *below]) or str(file)
    return f"{place}: {'.'.join(keys) or 'settings'}: {in_plain_words(fault)}"
