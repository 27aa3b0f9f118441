"""The rule for MSID names, which become names of folders and files.

A name is one to 128 of the characters that every file system takes: letters, digits, ``_``, ``-`` and ``.`` (POSIX's
portable set). It starts with a letter, a digit or ``_``, has no two dots in a row, does not end in a dot, and is not
the name of a Windows device. Case does not count: the canonical spelling is upper case. Glob signs, blanks,
separators and all else are refused, so that a name is never a path or a pattern.
"""

from __future__ import annotations

import re

from jeta.errors import MsidNameError

MAX_LENGTH = 128
"""Longest name, in characters."""

_DEVICES = r"(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])"
_NAME = re.compile(
    rf"(?!{_DEVICES}(?:\.|\Z))(?!.*\.\.)[A-Z0-9_](?:[A-Z0-9_.-]{{0,{MAX_LENGTH - 2}}}[A-Z0-9_-])?",
    re.ASCII | re.IGNORECASE,
)
_DEVICE = re.compile(rf"{_DEVICES}(?:\.|\Z)", re.ASCII | re.IGNORECASE)
_STRANGE = re.compile(r"[^A-Z0-9_.-]", re.ASCII | re.IGNORECASE)


def check_name(name: str) -> str:
    """Return the canonical spelling of an MSID name.

    Parameters
    ----------
    name : str
        A name in any case.

    Returns
    -------
    str
        The name in upper case.

    Raises
    ------
    MsidNameError
        If the name cannot be an MSID; the message says which rule it breaks.

    Examples
    --------
    >>> check_name("aopcadmd")
    'AOPCADMD'
    """
    try:
        if _NAME.fullmatch(name):
            return name.upper()
    except TypeError as err:
        raise MsidNameError(f"an MSID name must be text, but got {name!r} of type {type(name).__name__}") from err
    raise MsidNameError(f"{name[: MAX_LENGTH + 1]!r} cannot be the name of an MSID: {_broken_rule(name)}")


def _broken_rule(name: str) -> str:
    """Say which rule a wrong name breaks, and what would be right."""
    strange = _STRANGE.search(name)
    if not name:
        return f"it is empty; expected 1 to {MAX_LENGTH} characters"
    if strange:
        return f"{strange[0]!r} is not allowed; expected letters, digits, '_', '-' and '.'"
    if len(name) > MAX_LENGTH:
        return f"it has {len(name)} characters; expected at most {MAX_LENGTH}"
    if _DEVICE.match(name):
        return "it is the name of a device on Windows; put a prefix before it"
    if ".." in name or name.endswith("."):
        return "a dot must stand between other characters"
    return f"it starts with {name[0]!r}; expected a letter, a digit or '_'"
