"""From what a user types to the names of MSIDs."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from jeta.errors import AmbiguousMsidError, UnknownMsidError
from jeta.fetch import session

if TYPE_CHECKING:
    from jeta.archive import ArchiveReader

MAX_GLOB_MATCHES = 10
"""Most names that a pattern may match; set ``fetch.MAX_GLOB_MATCHES`` for more."""

_PATTERN_CHARACTERS = frozenset("*?[")
_PATH_CHARACTERS = frozenset("/\\:\0")
_MAX_NAME = 200


def candidates(typed: str) -> list[str]:
    """Return the upper-case names or patterns that a typed one may stand for, in order of precedence.

    ``CALC_`` is another word for ``DP_``, and ``DP_`` may be left out, as in the ancestors.

    Examples
    --------
    >>> candidates("Calc_xyZ"), candidates("tephin")
    (['DP_XYZ'], ['TEPHIN', 'DP_TEPHIN'])
    """
    name = typed.upper()
    if name.startswith("CALC_"):
        name = "DP_" + name.removeprefix("CALC_")
    return [name] if name.startswith("DP_") else [name, "DP_" + name]


def resolve(typed: str, archive: ArchiveReader, max_matches: int) -> tuple[list[str], list[str]]:
    """Find the MSIDs that a name or pattern stands for.

    Parameters
    ----------
    typed : str
        A name in any case, or a pattern with ``*``, ``?`` or ``[...]``.
    archive : ArchiveReader
        Where to look.
    max_matches : int
        Most names that a pattern may match.

    Returns
    -------
    msids : list of str
        What to call them: a name as typed, the matches of a pattern in lower case, sorted.
    MSIDs : list of str
        Their upper-case names, in the same order.

    Raises
    ------
    UnknownMsidError
        If nothing matches; near names are suggested.
    AmbiguousMsidError
        If a pattern matches more than `max_matches`.
    """
    if not isinstance(typed, str):
        raise UnknownMsidError(f"an MSID must be given as a str, but got {typed!r} of type {type(typed).__name__}")
    wanted = candidates(typed)
    for name in wanted:
        if _can_be_name(name) and name in archive:
            return [str(typed)], [name]
    if _PATTERN_CHARACTERS.intersection(typed):
        everything = archive.names()
        for pattern in wanted:
            matches = [name for name in everything if fnmatchcase(name, pattern)]
            if len(matches) > max_matches:
                raise AmbiguousMsidError(
                    f"{typed!r} matches {len(matches)} MSIDs, more than the {max_matches} of fetch.MAX_GLOB_MATCHES: "
                    f"{', '.join(matches[:3])} ...; make it narrower, or raise fetch.MAX_GLOB_MATCHES"
                )
            if matches:
                return [name.lower() for name in matches], matches
    if wanted[0] in archive.tdb():
        raise UnknownMsidError(
            f"MSID {typed!r} is in the telemetry database, but the archive {archive.root} holds no samples of it; ingest some"
        )
    raise UnknownMsidError(f"MSID {typed!r} is not in the archive {archive.root}{_hint(wanted[0], archive)}")


def _can_be_name(name: str) -> bool:
    """Whether an archive may be asked for a name: it looks names up as folders, so that a path must not get there."""
    return len(name) <= _MAX_NAME and not _PATH_CHARACTERS.intersection(name)


def _hint(name: str, archive: ArchiveReader) -> str:
    """What may have been meant."""
    from jeta.tdb.search import near_names  # noqa: PLC0415 - only errors need it

    everything = archive.names()
    near = near_names(name, everything)
    if near:
        return f"; did you mean {', '.join(near)}?"
    return f", which holds {len(everything)} MSIDs; fetch.msid_glob('*part*') looks for part of a name"


def msid_glob(msid: str) -> tuple[list[str], list[str]]:
    """Return the MSIDs that a name or pattern stands for.

    Parameters
    ----------
    msid : str
        A name in any case, or a pattern with ``*``, ``?`` or ``[...]``. ``CALC_`` stands for ``DP_``, which may be left out.

    Returns
    -------
    msids : list of str
        What to call them: a name as typed, the matches of a pattern in lower case, sorted.
    MSIDs : list of str
        Their upper-case names, in the same order.

    Raises
    ------
    UnknownMsidError
        If nothing matches; it is also a `ValueError` and a `KeyError`.
    AmbiguousMsidError
        If a pattern matches more than ``fetch.MAX_GLOB_MATCHES`` names; it is also a `ValueError`.
    """
    from jeta import fetch  # noqa: PLC0415 - the limit is set by users as an attribute of the public module

    return resolve(msid, session.current_archive(), fetch.MAX_GLOB_MATCHES)
