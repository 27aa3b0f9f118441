"""`Arrays`: the arrays of one MSID in memory, and what is known of them."""

from __future__ import annotations

import copy as copying
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from jeta.errors import ValuesError
from jeta.fetch import session, states
from jeta.fetch.slices import kept_slices, picked

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    from jeta.fetch.reading import Sampled
    from jeta.tdb import Entry
    from jeta.units import Units

_BESIDE = ("alarms", "nans", "times0", "_counts")
"""Arrays of one item a sample that are no columns."""


class Arrays:
    """The samples, or statistics, of one MSID: its arrays, one item a sample, and what they are of."""

    fetch: ModuleType
    """The module that this class belongs to."""

    msid: str
    MSID: str
    unit: str | None
    units: Units
    stat: str | None
    colnames: list[str]
    times: NDArray[np.float64]
    times0: NDArray[np.float64]
    bads: NDArray[np.bool_] | None
    alarms: NDArray[np.int16] | None
    nans: NDArray[np.int32] | None = None
    tstart: float
    tstop: float
    datestart: str
    datestop: str
    data_source: dict[str, dict[str, Any]]
    archive_key: str | None
    """The archive that the samples are of: its roots as one text; None where there is none."""
    time_system: str
    """What the seconds of `times` count: ``unix`` or ``cxcsec``."""
    time_format: str | None = None
    """What `times` are shown as, where `get_telem` was asked for another form than seconds."""
    inputs: frozenset[str] = frozenset()
    """Upper-case names of the MSIDs that were fetched to work a computed one out, and of those that these were worked out from."""
    entry: Entry | None
    """What the telemetry database says of the MSID; None if it has no entry."""
    _vals: NDArray[Any] | None
    _codes: NDArray[Any] | None
    _texts: NDArray[np.str_]
    _counts: NDArray[Any] | None
    _states: list[tuple[int, str]]

    def __len__(self) -> int:
        return len(self.times)

    def __repr__(self) -> str:
        parts = {
            "start": self.datestart,
            "stop": self.datestop,
            "len": len(self),
            "dtype": self.dtype.name,
            "unit": self.unit,
            "stat": self.stat,
        }
        shown = " ".join(f"{name}={value}" for name, value in parts.items() if value is not None)
        return f"<{type(self).__name__} {self.MSID} {shown}>"

    @property
    def vals(self) -> Any:
        """Numbers, booleans or texts, shape (rows,).

        States are held as one small number a sample until their texts are asked for.
        """
        # Two threads may get here at once: the codes are looked at first and dropped last.
        codes = self._codes
        if self._vals is None and codes is not None:
            self._vals = self._texts[codes] if len(self._texts) else np.empty(len(codes), "U1")
            self._codes = None
        return self._vals

    @vals.setter
    def vals(self, values: Any) -> None:
        # Raw counts would not be those of the new values.
        self._vals, self._codes, self._counts = values, None, None

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values; ``object`` for values that are no array."""
        if self._codes is not None and self._vals is None:
            return self._texts.dtype if len(self._texts) else np.dtype("U1")
        return getattr(self._vals, "dtype", np.dtype("object"))

    @property
    def content(self) -> str | None:
        """The group of MSIDs that share time stamps; None, since in jeta's archives each MSID has its own."""
        return None

    @property
    def tdb(self) -> Entry:
        """What the telemetry database says of the MSID.

        Raises
        ------
        UnknownMsidError
            If it has no entry; also a `KeyError`.
        """
        if self.entry is not None:
            return self.entry
        archive = session.current_archive() if self.archive_key is None else session.archive_of(self.archive_key)
        return archive.tdb()[self.MSID]

    @property
    def state_codes(self) -> list[tuple[int, str]] | None:
        """Pairs of raw count and state, sorted by count, from the telemetry database, else as the source sent them.

        None for MSIDs whose values are not texts, and for texts without counts. ``fetch.STATE_CODES`` wins always.
        """
        return states.state_codes(self, self._states)

    @property
    def raw_vals(self) -> NDArray[Any] | None:
        """Raw count of each sample; made anew at each use, so that it always fits `vals`.

        Where a calibration made the values, the counts that the archive holds, until other values are set. For states, the
        count of each, -1 for a text that is none: int8 where that holds all counts, as in the ancestors, else a wider type.
        None without `state_codes`.
        """
        if self._counts is not None:
            return self._counts
        codes = self.state_codes
        if codes is None:
            return None
        if self._codes is not None:
            return states.counts_of(self._texts, codes)[self._codes] if len(self._texts) else np.empty(0, np.int8)
        return states.counts_of(np.asarray(self.vals), codes)

    def _columns(self) -> dict[str, Any]:
        """Every array that has one item a sample, by the attribute that holds it; values as codes while they are."""
        names = [name for name in self.colnames if name != "vals"]
        names += ["_vals" if self._codes is None else "_codes"]
        found = {name: getattr(self, name, None) for name in (*names, *_BESIDE)}
        return {name: array for name, array in found.items() if array is not None}

    @property
    def coded(self) -> tuple[NDArray[Any], NDArray[np.str_]] | None:
        """Codes of the states, shape (rows,), and the text of each code; None once texts were asked for, or for numbers."""
        codes = self._codes
        return None if codes is None else (codes, self._texts)

    def set_samples(self, samples: Sampled) -> None:
        """Take samples that were read, each array as it is.

        Parameters
        ----------
        samples : Sampled
            The samples.
        """
        self.times, self.bads, self.alarms = samples.times, samples.bads, samples.alarms
        self._texts, self._codes = samples.texts, samples.codes
        self._vals, self._counts, self._states = samples.vals, samples.counts, samples.states

    def take(self, rows: NDArray[Any] | list[slice]) -> None:
        """Keep some rows of every array, in place; arrays that are one stay one.

        Parameters
        ----------
        rows : bool array, shape (rows,), or int array, or list of slice
            Which rows: as a mask, by number, or as stretches.
        """
        if not isinstance(rows, list) and rows.dtype == bool:
            rows = kept_slices(rows) or rows
        columns = self._columns()
        taken = picked({id(array): array for array in columns.values()}, rows)
        for name, array in columns.items():
            setattr(self, name, taken[id(array)])

    def blank(self, rows: NDArray[np.bool_], names: list[str]) -> None:
        """Make floating-point values NaN, in new arrays; arrays that are one stay one.

        Parameters
        ----------
        rows : bool array, shape (rows,)
            Where.
        names : list of str
            Of which attributes.
        """
        counts, blanked = self._counts, {}
        for name in names:
            array = None if name == "vals" and self._codes is not None else getattr(self, name)
            if getattr(getattr(array, "dtype", None), "kind", "") == "f":
                if id(array) not in blanked:
                    blanked[id(array)] = np.array(array)
                    blanked[id(array)][rows] = np.nan
                setattr(self, name, blanked[id(array)])
        self._counts = counts

    def check_seconds(self) -> None:
        """Refuse to work with times that are no seconds.

        Raises
        ------
        ValuesError
            If `get_telem` has shown them in another form.
        """
        if self.time_format is not None:
            raise ValuesError(
                f"times of {self.MSID} are shown as {self.time_format!r}, which nothing can be worked out with; "
                "call get_telem without time_format, and show them at the end"
            )

    def copy(self) -> Self:
        """Return a copy whose arrays are its own."""
        return copying.deepcopy(self)
