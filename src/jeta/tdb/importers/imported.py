"""What an importer returns, and how what several sources say of one MSID is put together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jeta.tdb.entry import stated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jeta.tdb.entry import Entry


@dataclass(frozen=True, slots=True)
class Imported:
    """Entries made of a file, and all that was in it but is not in them.

    Attributes
    ----------
    entries : list of Entry
        One per MSID, in the order of the file.
    skipped : list of (str, str)
        Where (a line or a name) and why, for each record of the file of which no entry was made.
    notes : list of (str, str)
        Name and what was left out or open, for records that did become entries.
    """

    entries: list[Entry] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


_TAKEN_AS_A_WHOLE = (("limits", "limits_history"), ("state_codes", "calibrations"))
"""Keys that are taken together."""


def merged_entry(earlier: Entry, later: Entry) -> Entry:
    """Put together what two sources say of one MSID.

    Parameters
    ----------
    earlier, later : Entry
        Entries of the same name.

    Returns
    -------
    Entry
        What the later says, and what the earlier says where the later says nothing. Limits, and state codes or calibrations,
        are each taken as a whole, from one of the two: limits of two sources can contradict each other. ``on_change``
        is true if either says so.

    Examples
    --------
    >>> from jeta.tdb import Entry
    >>> merged_entry(Entry("A", unit="V", description="old"), Entry("A", description="new")).unit
    'V'
    """
    says = stated(later)
    for whole in _TAKEN_AS_A_WHOLE:
        if any(key in says for key in whole):
            says |= {key: getattr(later, key) for key in whole}
    return replace(earlier, **says)


def merged(parts: Iterable[Imported]) -> Imported:
    """Put together what several files say.

    Parameters
    ----------
    parts : iterable of Imported
        What was made of each file; a later one wins where two say different things of one MSID.

    Returns
    -------
    Imported
        One entry per MSID in order of first appearance, and all that was skipped or noted.
    """
    entries: dict[str, Entry] = {}
    skipped: list[tuple[str, str]] = []
    notes: list[tuple[str, str]] = []
    for part in parts:
        skipped += part.skipped
        notes += part.notes
        for entry in part.entries:
            earlier = entries.get(entry.name)
            entries[entry.name] = entry if earlier is None else merged_entry(earlier, entry)
    return Imported(list(entries.values()), skipped, notes)
