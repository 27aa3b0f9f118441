"""`Tdb`: the telemetry database of an archive, by name, pattern, words and id."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, overload

import numpy as np

from jeta.errors import UnknownMsidError
from jeta.tdb import search
from jeta.tdb.cache import read_cache, write_cache
from jeta.tdb.sources import list_files, read_stamped
from jeta.tdb.stores import LoadedEntries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from jeta.tdb.entry import Entry
    from jeta.tdb.stores import EntryStore

T = TypeVar("T")

CACHE_NAME = ".cache.jsonl"
"""Name of the cache within the folder of a telemetry database."""

_SHOWN_ROWS = 10


class Tdb(Mapping[str, "Entry"]):
    """The entries of a telemetry database, a mapping of canonical names.

    Names are looked up in any case and come out in upper case, sorted.

    Parameters
    ----------
    entries : iterable of Entry
        In any order.
    store : EntryStore, optional
        Where the entries are held already, instead of `entries`.

    Raises
    ------
    TdbError
        If two entries have the same name or the same id.

    Examples
    --------
    >>> from jeta.tdb import Entry
    >>> tdb = Tdb([Entry("TEPHIN", unit="K", description="EPHIN temperature"), Entry("AOPCADMD", type="state")])
    >>> tdb["tephin"].unit, tdb.glob("ao*"), [entry.name for entry in tdb.search("temp")]
    ('K', ['AOPCADMD'], ['TEPHIN'])
    """

    def __init__(self, entries: Iterable[Entry] = (), *, store: EntryStore | None = None) -> None:
        self._store: EntryStore = LoadedEntries(entries) if store is None else store
        self._positions = {name: position for position, name in enumerate(self._store.names)}
        self._made: dict[int, Entry] = {}
        self._lines: list[str] | None = None
        self._by_id: dict[int, int] | None = None

    @classmethod
    def load(cls, folder: Path | str, cache: Path | str | None = None) -> Tdb:
        """Load the telemetry database in a folder.

        Parameters
        ----------
        folder : Path
            Its ``*.yaml`` and ``*.yml`` files are read in the order of their names. A folder that does not exist is
            an empty database.
        cache : Path, optional
            Where to keep a cache; ``.cache.jsonl`` in the folder by default. It is replaced when it is missing,
            damaged or older than a file; where it cannot be written, loading does without.

        Returns
        -------
        Tdb
            The database as the files are at this moment.

        Raises
        ------
        TdbError
            If any file holds an error; the message tells the first ten, each with file, line, MSID, key and what was
            expected.
        """
        folder = Path(folder)
        files = list_files(folder)
        if not files:
            return cls()
        path = folder / CACHE_NAME if cache is None else Path(cache)
        return cls(store=read_cache(path, files) or _load_files(folder, files, path))

    def __getitem__(self, name: str) -> Entry:
        position = self._position(name)
        if position is None:
            near = search.near_names(str(name), self._store.names)
            hint = f"did you mean {' or '.join(near)}?" if near else "search('...') finds MSIDs by words"
            raise UnknownMsidError(f"MSID {name!r} is not among the {len(self)} of the telemetry database; {hint}")
        return self._at(position)

    def _position(self, name: object) -> int | None:
        """Return where an MSID is, or None for an unknown one."""
        return self._positions.get(name.upper()) if isinstance(name, str) else None

    def _at(self, position: int) -> Entry:
        """Return the entry at a position, made once."""
        entry = self._made.get(position)
        if entry is None:
            # Two threads may make it at once; setdefault lets both return the same.
            entry = self._made.setdefault(position, self._store.entry(position))
        return entry

    def __contains__(self, name: object) -> bool:
        return self._position(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._store.names)

    def __len__(self) -> int:
        return len(self._store.names)

    @overload
    def get(self, name: str, /) -> Entry | None: ...
    @overload
    def get(self, name: str, /, default: Entry | T) -> Entry | T: ...
    def get(self, name: str, /, default: Entry | T | None = None) -> Entry | T | None:
        """Return the entry of an MSID, or a default where there is none.

        Parameters
        ----------
        name : str
            The MSID, in any case.
        default : object
            What to return for an unknown MSID.

        Returns
        -------
        Entry or object
            The entry, or `default`.
        """
        # Not Mapping's own: it would look for near names on every miss.
        position = self._position(name)
        return default if position is None else self._at(position)

    def glob(self, pattern: str) -> list[str]:
        """Return the names that match a pattern.

        Parameters
        ----------
        pattern : str
            A glob in any case: ``*``, ``?``, ``[abc]``, ``[!abc]``.

        Returns
        -------
        list of str
            Canonical names, sorted.
        """
        return search.match_names(pattern, self._store.names)

    def search(
        self,
        words: str | Iterable[str] = "",
        unit: str | None = None,
        subsystem: str | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        """Find entries by words.

        Parameters
        ----------
        words : str or iterable of str
            Words or parts of words in any case, all of which must appear in name, description, unit or subsystem.
        unit, subsystem : str, optional
            Only entries of this unit or subsystem, in any case; or of one that a glob (``*``, ``?``, ``[abc]``,
            ``[!abc]``) matches.
        limit : int, optional
            How many to return at most.

        Returns
        -------
        list of Entry
            The best matches first, then by name.
        """
        if self._lines is None:
            self._lines = self._store.search_lines()
        found = search.find_words(search.split_words(words), self._lines, unit, subsystem)
        return [self._at(position) for position in found[:limit]]

    def by_id(self, number: int) -> Entry | None:
        """Return the entry with an id.

        Parameters
        ----------
        number : int
            The id.

        Returns
        -------
        Entry or None
            None if no entry has it.
        """
        if self._by_id is None:
            self._by_id = {known: position for position, known in enumerate(self._store.ids) if known is not None}
        position = self._by_id.get(number)
        return None if position is None else self._at(position)

    def ids(self) -> tuple[NDArray[np.int64], list[str]]:
        """Return all ids with their names, for mapping many ids at once.

        Returns
        -------
        ids : int64 array, shape (entries with an id,)
            In ascending order.
        names : list of str
            The canonical name of each.

        Examples
        --------
        >>> from jeta.tdb import Entry
        >>> ids, names = Tdb([Entry("A", id=7), Entry("B", id=3)]).ids()
        >>> [names[at] for at in np.searchsorted(ids, [7, 3, 7])]
        ['A', 'B', 'A']
        """
        pairs = sorted(
            (number, name)
            for number, name in zip(self._store.ids, self._store.names, strict=True)
            if number is not None
        )
        return np.array([number for number, _ in pairs], dtype=np.int64), [name for _, name in pairs]

    def __repr__(self) -> str:
        names = self._store.names
        shown = names if len(names) <= 4 else [*names[:3], "...", names[-1]]
        return f"<Tdb of {len(names)} MSIDs{': ' if shown else ''}{', '.join(shown)}>"

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415 - only notebooks need it

        columns = ("name", "description", "unit", "type", "subsystem")
        head = "".join(f"<th>{column}</th>" for column in columns)
        rows = [
            "".join(f"<td>{escape(getattr(self._at(position), column) or '')}</td>" for column in columns)
            for position in range(min(len(self), _SHOWN_ROWS))
        ]
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        rest = f"<p>and {len(self) - len(rows)} more</p>" if len(self) > len(rows) else ""
        return f"<p>Telemetry database of {len(self)} MSIDs</p><table><tr>{head}</tr>{body}</table>{rest}"


def _load_files(folder: Path, files: list[Path], cache: Path) -> LoadedEntries:
    """Read all files of a folder, and keep a cache of them."""
    from jeta.tdb.loader import Loader  # noqa: PLC0415 - not needed where a cache is valid

    read_ns = time.time_ns()
    loader, stamps = Loader(), []
    for path in files:
        content, stamp = read_stamped(path)
        loader.read(content, str(Path(folder.name, path.name)))
        stamps.append(stamp)
    store = LoadedEntries(loader.finish())
    write_cache(cache, stamps, read_ns, store)
    return store
