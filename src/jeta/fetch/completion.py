"""`msids`: the names of the archive in use, for completion with the tabulator key."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

from jeta.errors import ArchiveNotFoundError
from jeta.fetch import session
from jeta.fetch.names import find_one

if TYPE_CHECKING:
    from collections.abc import Iterator


class Names:
    """The names of all MSIDs of the archive in use, as attributes; ``fetch.msids`` is the one that there is.

    In IPython and Jupyter, ``fetch.msids.SA_`` and the tabulator key lists the names that begin so, and ``fetch.msids["SA_`` all of
    them, also those that Python does not accept as names. What comes out is the name as a text, to be given to `fetch.MSID`.

    Examples
    --------
    ::

        fetch.MSID(fetch.msids.SA_ZATTEST2, "2022:143", "2022:144")
        "SA_ZATTEST2" in fetch.msids, len(fetch.msids)
    """

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except (KeyError, ArchiveNotFoundError) as err:
            raise AttributeError(str(err)) from err

    def __getitem__(self, name: str) -> str:
        """Return the upper-case name of one MSID.

        Raises
        ------
        UnknownMsidError
            If there is none of this name; it is also a `KeyError`.
        """
        return find_one(name, session.archive_for_fetch()).MSID

    def __iter__(self) -> Iterator[str]:
        return iter(session.current_archive().names())

    def __len__(self) -> int:
        return len(session.current_archive().names())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.upper() in session.current_archive()

    def __dir__(self) -> list[str]:
        return [
            name for name in self._ipython_key_completions_() if name.isidentifier() and not keyword.iskeyword(name)
        ]

    def _ipython_key_completions_(self) -> list[str]:
        """What IPython offers within brackets."""
        try:
            return list(self)
        except ArchiveNotFoundError:
            # Nobody has asked for telemetry yet: there is nothing to offer, and nothing to complain of.
            return []

    def __repr__(self) -> str:
        names = self._ipython_key_completions_()
        some = ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
        return f"<{len(names)} MSIDs{': ' if names else ''}{some}>"


msids = Names()
"""The names of the archive in use."""
