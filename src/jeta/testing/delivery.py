"""A delivery of telemetry files with everything that goes wrong in real ones, and the truth about what it holds.

`plan_delivery` says what each file shall be; `write_delivery` writes the files. The truth follows from the plan and the
simulation, never from the files.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from jeta.errors import UnknownMsidError, ValuesError
from jeta.testing.fos_writer import FOS_DTYPE, fos_rows, write_fos_file
from jeta.testing.simulation import alarm_status, simulate
from jeta.testing.spacecraft import Channel, spacecraft

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

START_MS = 1_767_225_600_000
"""2026-01-01T00:00 UTC, ms since 1970."""

SEAM_MS = 20_000
"""How much of the file before is repeated at the beginning of each file."""

UNKNOWN_ID = 999_999
"""Identifier of rows that belong to no channel."""

BAD_APID = 712
"""Packet whose rows must not be archived."""

PAIR_MSID = "IMIR_FPE_BOX_TEMP"
"""The MSID that has two values at one instant; the second is 1 K above the first."""

_BAD_APID_MSID = "SE_BUS_VOLT"
_PAIR_STEP = 1.0
_BAD_VALUE, _FOREIGN_VALUE = -9999.0, -777.0
_PADDING_ROWS = 5
_LEAST_FILES, _LEAST_FILE_HOURS = 5, 0.1


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """What one file of a delivery shall hold.

    Attributes
    ----------
    name : str
        File name; names sort by the instant at which the files begin.
    start_ms, stop_ms : int
        Range of its samples, ms since 1970 UTC, ``[start, stop)``.
    repeats_ms : int
        How much of the range, from its start, the file before holds too, ms.
    datasets : int
        Number of datasets.
    origin : str
        Data origin; only files of the OBSERVATORY belong into an archive.
    unknown_rows, bad_apid_rows, duplicate_rows : int
        Number of rows of an unknown identifier, of the bad packet, and of rows that occur twice in the file.
    pair_from_ms : int or None
        The first sample of `PAIR_MSID` from this instant on gets a second value; None for no such pair.
    """

    name: str
    start_ms: int
    stop_ms: int
    repeats_ms: int
    datasets: int
    origin: str = "OBSERVATORY"
    unknown_rows: int = 0
    bad_apid_rows: int = 0
    duplicate_rows: int = 0
    pair_from_ms: int | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether the file is not of the spacecraft."""
        return "OBSERVATORY" not in self.origin


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """What a delivery shall be.

    Attributes
    ----------
    files : tuple of PlannedFile
        In order of delivery: by time, but for the late file, which comes last.
    spans_ms : tuple of (int, int)
        The ranges ``[start, stop)`` that the delivery covers, ms since 1970 UTC; between them is the gap.
    seed : int
        Seed of the simulation.
    """

    files: tuple[PlannedFile, ...]
    spans_ms: tuple[tuple[int, int], tuple[int, int]]
    seed: int

    @property
    def late(self) -> PlannedFile:
        """The file that is delivered last although it is not the last in time."""
        return self.files[-1]

    @property
    def gap_ms(self) -> tuple[int, int]:
        """The range that no file holds, ms since 1970 UTC, ``[start, stop)``."""
        return self.spans_ms[0][1], self.spans_ms[1][0]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What the archive must hold of one MSID in the end.

    Attributes
    ----------
    times_ms : int64 array, shape (rows,)
        Instants, ms since 1970 UTC, increasing; strictly but for the pair of `PAIR_MSID`.
    values : float64 array, shape (rows,)
        Values; numeric codes for a state.
    texts : str array, shape (rows,), or None
        Texts of a state; None for other types.
    alarms : int16 array, shape (rows,)
        Alarm status: 0 nominal, 1 yellow, 2 red.
    """

    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    texts: NDArray[np.str_] | None
    alarms: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.times_ms)


@dataclass(frozen=True, slots=True)
class SimulatedDelivery:
    """The files of a delivery, and the truth about them.

    Attributes
    ----------
    files : tuple of Path
        The files in order of delivery.
    plan : DeliveryPlan
        What each file holds.
    rows : Counter of str
        Rows in all files by what must become of them: ``kept``, or dropped as ``seam`` (repeated from the file before),
        ``duplicate`` (twice in a file), ``unknown_id``, ``bad_apid``, ``foreign_origin`` or ``padding``.
    """

    files: tuple[Path, ...]
    plan: DeliveryPlan
    rows: Counter[str]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the MSIDs, sorted."""
        return tuple(channel.name for channel in spacecraft())

    def truth(self, name: str) -> Truth:
        """Return what the archive must hold of one MSID when all files are ingested.

        Parameters
        ----------
        name : str
            Name of the MSID, one of `names`.

        Returns
        -------
        Truth
            Its rows in order of time; those of one instant in order of delivery.

        Raises
        ------
        UnknownMsidError
            If the spacecraft has no such channel.
        """
        channel = _channel(name)
        pieces = [simulate(channel, start, stop, self.plan.seed) for start, stop in self.plan.spans_ms]
        times_ms = np.concatenate([piece[0] for piece in pieces])
        values = np.concatenate([piece[1] for piece in pieces])
        texts = [piece[2] for piece in pieces if piece[2] is not None]
        if name == PAIR_MSID:
            times_ms, values = self._with_pairs(times_ms, values)
        return Truth(times_ms, values, np.concatenate(texts) if texts else None, alarm_status(channel, values))

    def _with_pairs(
        self, times_ms: NDArray[np.int64], values: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Insert the second value at one instant, as the plan has it."""
        starts_ms = [planned.pair_from_ms for planned in self.plan.files if planned.pair_from_ms is not None]
        first = np.searchsorted(times_ms, starts_ms)
        return np.insert(times_ms, first + 1, times_ms[first]), np.insert(values, first + 1, values[first] + _PAIR_STEP)


def plan_delivery(
    *, start_ms: int = START_MS, hours: float = 48.0, file_hours: float = 4.0, seed: int = 0
) -> DeliveryPlan:
    """Plan a delivery: which file holds what, and in which order they come.

    Parameters
    ----------
    start_ms : int, optional
        First instant, ms since 1970 UTC; by default 2026-01-01.
    hours : float, optional
        Time covered, h.
    file_hours : float, optional
        Time from file to file, h, at least 0.1; there must be 5 files or more.
    seed : int, optional
        Seed of the simulation.

    Returns
    -------
    DeliveryPlan
        Each file but the first repeats the last 20 s of the one before. After two thirds of the files there is a gap of
        a sixth of a file. The file after the first third comes late. A file of another origin lies between.

    Raises
    ------
    ValuesError
        If the files are too short or too few for all that.

    Examples
    --------
    >>> plan = plan_delivery(hours=1.0, file_hours=0.2)
    >>> [planned.name for planned in plan.files][-2:]
    ['E2026001004800_04.h5', 'E2026001001200_01.h5']
    """
    count = round(hours / file_hours) if file_hours > 0 else 0
    if count < _LEAST_FILES or file_hours < _LEAST_FILE_HOURS:
        raise ValuesError(
            f"{hours} h in files of {file_hours} h cannot hold a gap and a late file; "
            f"ask for at least {_LEAST_FILES} files of at least {_LEAST_FILE_HOURS} h"
        )
    file_ms = round(file_hours * 3_600_000)
    after_gap = 2 * count // 3
    edges = [start_ms + number * file_ms for number in range(count + 1)]
    gap_start_ms = edges[after_gap] - file_ms // 6
    files = [_planned(edges, number, count, after_gap, gap_start_ms) for number in range(count)]
    late = files.pop(count // 3)
    files.insert(2, _planned_foreign(edges[2], edges[2] + file_ms // 10))
    spans_ms = ((start_ms, gap_start_ms), (edges[after_gap], edges[-1]))
    return DeliveryPlan((*files, late), spans_ms, seed)


def write_delivery(
    folder: Path, *, start_ms: int = START_MS, hours: float = 48.0, file_hours: float = 4.0, seed: int = 0
) -> SimulatedDelivery:
    """Write a delivery of telemetry files, as `plan_delivery` plans it.

    Parameters
    ----------
    folder : Path
        Where to write; made if need be.
    start_ms, hours, file_hours, seed
        As in `plan_delivery`: ms since 1970 UTC, h, h, and the seed of the simulation.

    Returns
    -------
    SimulatedDelivery
        The files in order of delivery, the plan, the count of rows by kind, and the truth per MSID. By default two
        days, two million rows, 13 files.

    Raises
    ------
    ValuesError
        If the files would be too short or too few.
    """
    plan = plan_delivery(start_ms=start_ms, hours=hours, file_hours=file_hours, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    paths = []
    for planned in plan.files:
        rows, kinds = file_rows(planned, seed)
        paths.append(folder / planned.name)
        write_fos_file(paths[-1], rows, origin=planned.origin, datasets=planned.datasets, padding_rows=_PADDING_ROWS)
        counts.update(kinds)
        counts["padding"] += planned.datasets * _PADDING_ROWS
    return SimulatedDelivery(tuple(paths), plan, counts)


def file_rows(planned: PlannedFile, seed: int) -> tuple[NDArray[np.void], Counter[str]]:
    """Make the rows of one file, without padding.

    Parameters
    ----------
    planned : PlannedFile
        What the file shall hold.
    seed : int
        Seed of the simulation.

    Returns
    -------
    rows : array of `FOS_DTYPE`, shape (rows,)
        In order of time, the channels interleaved.
    kinds : Counter of str
        Number of rows by kind, named as in `SimulatedDelivery.rows`.
    """
    genuine = np.concatenate([_channel_rows(channel, planned, seed) for channel in spacecraft()], dtype=FOS_DTYPE)
    genuine = genuine[np.argsort(genuine["observatoryTime"], kind="stable")]
    if planned.is_foreign:
        genuine["engineeringNumericValue"] = _FOREIGN_VALUE
        return genuine, Counter(foreign_origin=len(genuine))
    seam = int(np.searchsorted(genuine["observatoryTime"], planned.start_ms + planned.repeats_ms))
    pair = _pair_rows(genuine, planned)
    # What is added comes last, so that the stable sort leaves each copy behind its original.
    extras = [_duplicates(genuine, planned.duplicate_rows), pair, _unknown_rows(planned), _bad_apid_rows(planned)]
    rows = np.concatenate([genuine, *extras], dtype=FOS_DTYPE)
    kinds = Counter(
        kept=len(genuine) - seam + len(pair),
        seam=seam,
        duplicate=planned.duplicate_rows,
        unknown_id=planned.unknown_rows,
        bad_apid=planned.bad_apid_rows,
    )
    return rows[np.argsort(rows["observatoryTime"], kind="stable")], kinds


def _planned(edges: list[int], number: int, count: int, after_gap: int, gap_start_ms: int) -> PlannedFile:
    """Plan the file of one number; what is special about a file depends on its place among the others."""
    middle_ms = (edges[number] + edges[number + 1]) // 2
    repeats_ms = 0 if number in {0, after_gap} else SEAM_MS
    start_ms = edges[number] - repeats_ms
    return PlannedFile(
        name=f"E{_stamp(edges[number])}_{number:02d}.h5",
        start_ms=start_ms,
        stop_ms=gap_start_ms if number == after_gap - 1 else edges[number + 1],
        repeats_ms=repeats_ms,
        datasets=number % 4 + 1,
        unknown_rows=150 if number in {1, count - 1} else 0,
        bad_apid_rows=400 if number in {0, after_gap} else 0,
        duplicate_rows=60 if number == count // 2 else 0,
        pair_from_ms=middle_ms if number == count - 2 else None,
    )


def _planned_foreign(start_ms: int, stop_ms: int) -> PlannedFile:
    """Plan a file that a simulator made."""
    return PlannedFile(f"E{_stamp(start_ms)}_sim.h5", start_ms, stop_ms, 0, 1, origin="SIMULATOR")


def _stamp(ms: int) -> str:
    """Year, day of year and time of day for a file name."""
    return datetime.fromtimestamp(ms / 1000, tz=UTC).strftime("%Y%j%H%M%S")


def _channel(name: str) -> Channel:
    """Find the channel of one name."""
    for channel in spacecraft():
        if channel.name == name:
            return channel
    raise UnknownMsidError(f"{name!r} is not a simulated MSID; the property `names` lists them")


def _channel_rows(channel: Channel, planned: PlannedFile, seed: int) -> NDArray[np.void]:
    """All rows of one channel in the range of a file."""
    times_ms, values, texts = simulate(channel, planned.start_ms, planned.stop_ms, seed)
    return fos_rows(channel.id, times_ms, values, texts=texts, apids=channel.apid, alarms=alarm_status(channel, values))


def _duplicates(genuine: NDArray[np.void], count: int) -> NDArray[np.void]:
    """Copy rows from 20 to 30 % of the file, clear of seams and of the pair in the middle."""
    picked = np.linspace(0.2 * len(genuine), 0.3 * len(genuine), count, endpoint=False).astype(np.int64)
    return genuine[picked]


def _pair_rows(genuine: NDArray[np.void], planned: PlannedFile) -> NDArray[np.void]:
    """Make the second row at one instant of one MSID, if the file shall have it."""
    if planned.pair_from_ms is None:
        return np.empty(0, FOS_DTYPE)
    channel = _channel(PAIR_MSID)
    candidates = (genuine["id"] == channel.id) & (genuine["observatoryTime"] >= planned.pair_from_ms)
    first = int(np.argmax(candidates))
    second = genuine[first : first + 1].copy()
    second["engineeringNumericValue"] += _PAIR_STEP
    second["alarmStatus"] = alarm_status(channel, second["engineeringNumericValue"])
    return second


def _unknown_rows(planned: PlannedFile) -> NDArray[np.void]:
    """Rows of an identifier that belongs to no channel."""
    return fos_rows(UNKNOWN_ID, _foreign_times(planned, planned.unknown_rows), 0.0)


def _bad_apid_rows(planned: PlannedFile) -> NDArray[np.void]:
    """Rows of a known identifier in the bad packet."""
    times_ms = _foreign_times(planned, planned.bad_apid_rows)
    return fos_rows(_channel(_BAD_APID_MSID).id, times_ms, _BAD_VALUE, apids=BAD_APID)


def _foreign_times(planned: PlannedFile, count: int) -> NDArray[np.int64]:
    """Instants from 60 to 80 % of the range of a file."""
    length_ms = planned.stop_ms - planned.start_ms
    return planned.start_ms + np.linspace(0.6 * length_ms, 0.8 * length_ms, count, endpoint=False).astype(np.int64)
