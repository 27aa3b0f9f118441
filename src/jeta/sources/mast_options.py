"""The options of the source ``mast``, checked when it is chosen."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jeta import settings
from jeta.errors import SourceSpecError, TimeFormatError
from jeta.times import to_seconds

_API = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
_TOKEN = re.compile(r"[!-~]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class MastOptions:
    """How to ask the public MAST Engineering Database.

    Attributes
    ----------
    base : str
        Where the service is, http or https.
    api : str
        What stands between `base` and ``Download/file``; newer clients use ``"jwst/api/v0.1"``.
    timeout : float
        How long to wait for a connection and for each further part of an answer; seconds, above 0.
    retries : int
        How often to ask again after a failure that may pass, 0 or more.
    pause : float
        How long to wait before the first retry, seconds, 0 or more; twice as long before each further one.
    token : str or None
        The user's token; None for that of ``MAST_API_TOKEN``, if that is set. It goes to `base`, whatever that is.
    cache : bool, str, path or None
        Folder in which answers are kept; True for that of ``JETA_CACHE`` or, where that is not set, of the user; None or
        False to keep none. What the service says of a mnemonic is kept there too, for a day.
    settle_days : float
        An answer is kept only if all in it is older than this: what a spacecraft recorded comes down late. Days, 0 or more.
    chunk_days : float
        Longest range that is asked for at once, days, at least a minute.
    max_bytes : int
        Largest answer wanted, bytes; what gives a larger one is asked for in smaller parts.
    since : any accepted time
        Nothing older is asked for.

    Raises
    ------
    SourceSpecError
        If a value cannot be so.

    Examples
    --------
    >>> MastOptions(timeout=5).timeout
    5
    """

    base: str = "https://mast.stsci.edu"
    api: str = "api/v0.1"
    timeout: float = 60.0
    retries: int = 3
    pause: float = 1.0
    token: str | None = field(default=None, repr=False)
    cache: bool | str | os.PathLike[str] | None = True
    settle_days: float = 7.0
    chunk_days: float = 7.0
    max_bytes: int = 128 << 20
    since: Any = "2010:001"

    def __post_init__(self) -> None:
        _check_base(self.base)
        if not isinstance(self.api, str) or not _API.fullmatch(self.api):
            raise _wrong("api", self.api, "a path such as 'jwst/api/v0.1'")
        for name, least, words in _NUMBERS:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < math.inf:
                raise _wrong(name, value, words)
        for name in ("retries", "max_bytes"):
            if not isinstance(getattr(self, name), int):
                raise _wrong(name, getattr(self, name), "a whole number")
        if self.token is not None and (not isinstance(self.token, str) or not _TOKEN.fullmatch(self.token)):
            raise _wrong("token", type(self.token).__name__, "a text of visible ASCII characters")
        if not isinstance(self.cache, bool | str | os.PathLike | None):
            raise _wrong("cache", self.cache, "a folder, True or None")
        self.since_s  # noqa: B018 - so that a wrong time is found here

    @property
    def since_s(self) -> float:
        """`since` in unix seconds."""
        try:
            seconds = to_seconds(self.since, "unix")
        except TimeFormatError as err:
            raise _wrong("since", self.since, "a time such as '2021:359'") from err
        if not isinstance(seconds, float):
            raise _wrong("since", self.since, "one time such as '2021:359'")
        return seconds

    @property
    def current_token(self) -> str | None:
        """The token to send, as the environment is now."""
        return self.token if self.token is not None else settings.from_environment().mast_api_token

    @property
    def cache_folder(self) -> Path | None:
        """The folder for answers, as the environment is now; None where none are kept."""
        if self.cache is None or self.cache is False:
            return None
        if self.cache is not True:
            return Path(self.cache).expanduser()
        folder = settings.from_environment().cache_folder or settings.user_cache_folder()
        return None if folder is None else folder / "mast"


_NUMBERS = (
    ("timeout", 1e-3, "a number of seconds above 0"),
    ("retries", 0, "a whole number of at least 0"),
    ("pause", 0, "a number of seconds of at least 0"),
    ("settle_days", 0, "a number of days of at least 0"),
    ("chunk_days", 1 / 1440, "a number of days of at least a minute"),
    ("max_bytes", 1, "a number of bytes of at least 1"),
)


def mast_options(given: dict[str, Any]) -> MastOptions:
    """Check options by name and value.

    Parameters
    ----------
    given : dict of str to object
        Options by name.

    Raises
    ------
    SourceSpecError
        If there is no such option, or a value cannot be so.
    """
    known = [each.name for each in fields(MastOptions)]
    strange = [name for name in given if name not in known]
    if strange:
        raise SourceSpecError(f"data source 'mast' has no option {strange[0]!r}; expected some of {', '.join(known)}")
    return MastOptions(**given)


def _check_base(base: Any) -> None:
    """Refuse what is not the beginning of an address on the web."""
    words = "an address such as 'https://mast.stsci.edu', without user, '?' and '#'"
    if not isinstance(base, str) or not base.isascii() or not base.isprintable() or " " in base:
        raise _wrong("base", base, words)
    try:
        parts = urlsplit(base)
        _ = parts.port
    except ValueError as err:
        raise _wrong("base", base, words) from err
    if parts.username is not None or parts.password is not None:
        raise _wrong("base", "an address with a user", words)  # which may be a secret
    if parts.scheme not in {"http", "https"} or not parts.hostname or "?" in base or "#" in base:
        raise _wrong("base", base, words)


def _wrong(name: str, value: Any, expected: str) -> SourceSpecError:
    """Say which option is wrong."""
    return SourceSpecError(f"data source 'mast': option {name} must be {expected}, but is {value!r}")
