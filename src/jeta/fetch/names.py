"""From what a user types to the names of MSIDs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jeta.errors import AmbiguousMsidError, SourceError, UnknownMsidError
from jeta.fetch import session
from jeta.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jeta.archive import ArchiveReader
    from jeta.computed import ComputedMsid
    from jeta.sources import Source
    from jeta.tdb import Entry

_log = logger(__name__)

MAX_GLOB_MATCHES = 10
"""Most names that a pattern may match; set ``fetch.MAX_GLOB_MATCHES`` for more."""

_PATTERN_CHARACTERS = frozenset("*?[")
_PATH_CHARACTERS = frozenset("/\\:\0")
_MAX_NAME = 200
_ELEMENT = re.compile(r"([^*?\[\]]+)\[([0-9]{1,9})\]")


def as_list(msids: Iterable[str] | str) -> list[str]:
    """Return names as typed, also of one alone.

    Raises
    ------
    UnknownMsidError
        If this is neither a name nor several.
    """
    if isinstance(msids, str):
        return [msids]
    if not hasattr(msids, "__iter__"):
        raise UnknownMsidError(f"MSIDs must be given as names, but got {msids!r} of type {type(msids).__name__}")
    return list(msids)


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


@dataclass(frozen=True, slots=True)
class Found:
    """What one name stands for.

    Attributes
    ----------
    msid, MSID : str
        What to call it, and its upper-case name.
    entry : Entry or None
        What is known of it.
    computed : tuple or None
        Class and arguments of a computed MSID.
    """

    msid: str
    MSID: str
    entry: Entry | None
    computed: tuple[type[ComputedMsid], list[Any]] | None


def find_one(typed: str, archive: ArchiveReader) -> Found:
    """Find the one MSID that a name or pattern stands for.

    Raises
    ------
    UnknownMsidError
        If there is none.
    AmbiguousMsidError
        If there are several.
    """
    computed = _computed(typed)
    if computed is not None:
        return Found(typed, typed.upper(), archive.tdb().get(typed), computed)
    msids, names = _glob(typed, archive)
    if len(names) > 1:
        raise AmbiguousMsidError(
            f"Multiple matches for {typed!r} in the archive: {', '.join(msids)}; name one, or use fetch.MSIDset"
        )
    return Found(msids[0], names[0], archive.tdb().get(names[0]), None)


def find_stored(typed: str, archive: ArchiveReader) -> Found:
    """Find the one MSID that a name or pattern stands for, of those that are stored somewhere.

    Raises
    ------
    UnknownMsidError
        If there is none, or it is worked out at each fetch.
    AmbiguousMsidError
        If there are several.
    """
    found = find_one(typed, archive)
    if found.computed is not None:
        raise UnknownMsidError(
            f"MSID {typed!r} is computed at each fetch by {found.computed[0].__name__}, so that no archive holds it; "
            "ask for the MSIDs that it is made of"
        )
    return found


def _computed(typed: Any) -> tuple[type[ComputedMsid], list[Any]] | None:
    """The class of a computed MSID, which wins over what the archive holds."""
    from jeta.computed import find  # noqa: PLC0415 - not needed to import fetch

    return find(typed) if isinstance(typed, str) else None


def others() -> list[Source]:
    """Return the sources in use besides the archive, in order."""
    return [source for _, source in session.sources() if source is not None]


def entry_of_others(name: str) -> Entry | None:
    """Return what the sources besides the archive say of an MSID; None where none says anything.

    A source that cannot tell is logged and passed over: the samples are there, only their unit is not known.
    """
    for source in others():
        try:
            entry = source.entry(name)
        except SourceError as err:
            _log.warning("unit and description of %s are not known: %s", name, err)
            continue
        if entry is not None:
            return entry
    return None


def resolve(typed: str, archive: ArchiveReader, max_matches: int) -> tuple[list[str], list[str]]:
    """Find the MSIDs that a name or pattern stands for, in all the sources in use.

    Parameters
    ----------
    typed : str
        A name in any case, or a pattern with ``*``, ``?`` or ``[...]``. Where nothing matches ``IMGRAW[3]`` as a pattern, it is
        the element ``IMGRAW_3`` of a vector.
    archive : ArchiveReader
        The archive in use.
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
    found: dict[str, str] = {}
    in_use = [(label, source) for label, source in session.sources() if not label.startswith("test-")]
    for _, source in in_use:
        holder = archive if source is None else KnownNames(source)
        for msid, name in _matches(typed, holder, max_matches):
            found.setdefault(name, msid)
    if not found:
        raise _unknown(typed, archive, [label for label, _ in in_use])
    return list(found.values()), list(found)


class KnownNames:
    """The names of a source as those of an archive.

    Parameters
    ----------
    source : Source
        The source.
    """

    def __init__(self, source: Source) -> None:
        self.source = source

    def names(self) -> list[str]:
        """Return every MSID, sorted."""
        return sorted(self.source.names())

    def __contains__(self, msid: object) -> bool:
        return isinstance(msid, str) and self.source.knows(msid)


def _matches(typed: str, holder: ArchiveReader | KnownNames, max_matches: int) -> list[tuple[str, str]]:
    """What to call each MSID of one source that matches, and its name."""
    wanted = candidates(typed)
    if not _PATTERN_CHARACTERS.intersection(typed):
        return next(([(str(typed), name)] for name in wanted if _can_be_name(name) and name in holder), [])
    from jeta.tdb.search import match_names  # noqa: PLC0415 - only patterns need it

    everything = holder.names()
    for pattern in wanted:
        matches = match_names(pattern, everything)
        if len(matches) > max_matches:
            raise AmbiguousMsidError(
                f"{typed!r} matches {len(matches)} MSIDs, more than the {max_matches} of fetch.MAX_GLOB_MATCHES: "
                f"{', '.join(matches[:3])} ...; make it narrower, or raise fetch.MAX_GLOB_MATCHES"
            )
        if matches:
            return [(name.lower(), name) for name in matches]
    return _element(typed, holder)


def _element(typed: str, holder: ArchiveReader | KnownNames) -> list[tuple[str, str]]:
    """The MSID of an element of a vector: ``IMGRAW[3]`` is what FITS calls ``IMGRAW_3``, which is its name here."""
    match = _ELEMENT.fullmatch(typed)
    wanted = candidates(f"{match[1]}_{int(match[2])}") if match else []
    return next(([(str(typed), name)] for name in wanted if _can_be_name(name) and name in holder), [])


def _unknown(typed: str, archive: ArchiveReader, sources: list[str]) -> UnknownMsidError:
    """The error for a name that no source knows."""
    name = candidates(typed)[0]
    where = f"is not in {' or '.join(label.upper() for label in sources)} data source(s)"
    if "archive" not in sources:
        return UnknownMsidError(f"MSID {typed!r} {where}; fetch.data_source chooses others")
    if name in archive.tdb():
        return UnknownMsidError(
            f"MSID {typed!r} is in the telemetry database, but the archive {archive.root} holds no samples of it; ingest some"
        )
    return UnknownMsidError(f"MSID {typed!r} {where} {archive.root}{_hint(name, archive)}")


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
    return f", which holds {len(everything)} MSIDs; fetch.search('words') looks for words in names and descriptions"


def msid_glob(msid: str) -> tuple[list[str], list[str]]:
    """Return the MSIDs that a name or pattern stands for.

    Parameters
    ----------
    msid : str
        A name in any case, or a pattern with ``*``, ``?`` or ``[...]``. ``CALC_`` stands for ``DP_``, which may be left out.
        A computed MSID is what its class matches, and wins over the archive.

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
    if _computed(msid) is not None:
        return [msid], [msid.upper()]
    return _glob(msid, session.archive_for_fetch())


def _glob(typed: str, archive: ArchiveReader) -> tuple[list[str], list[str]]:
    """The same for what is not computed."""
    from jeta import fetch  # noqa: PLC0415 - the limit is set by users as an attribute of the public module

    return resolve(typed, archive, fetch.MAX_GLOB_MATCHES)
