"""What every reader of archives answers about the instants of an MSID, against a list of rows.

`check_reader` asks all questions of the protocol that are about time, and compares with plain Python and with what a read of
everything gives. It serves any reader: of one archive or of several, folded or not.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from jeta.times import ticks_to_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jeta.archive import ArchiveReader

INF = math.inf


def seconds_of(instants_ns: Iterable[int]) -> np.ndarray:
    """Seconds of instants in ns, as a read gives them."""
    return ticks_to_seconds(np.array(sorted(instants_ns), np.int64), "ns")


def check_reader(reader: ArchiveReader, msid: str, instants_ns: Iterable[int], spans: Iterable[tuple[float, float]]):
    """Compare all that a reader tells of an MSID with its instants, one for each row; over all time and some spans."""
    times = seconds_of(instants_ns)
    assert reader.read(msid, -INF, INF).times.tolist() == times.tolist()
    assert (msid in reader, msid in reader.names()) == (len(times) > 0, len(times) > 0)
    assert reader.time_range(msid) == ((times[0], times[-1]) if len(times) else None)
    assert not len(times) or reader.first_instant() <= times[0]
    for start_s, stop_s in [(-INF, INF), *spans]:
        inside = times[(times >= start_s) & (times < stop_s)]
        check_rows(reader, msid, inside, start_s, stop_s)
        check_gaps(reader, msid, inside, start_s, stop_s)
        check_spacing(reader, msid, inside, start_s, stop_s)
        for edge_s in (start_s, stop_s):
            check_neighbours(reader, msid, times, edge_s)


def check_rows(reader, msid, inside, start_s, stop_s):
    ends = inside[[0, -1]].tolist() if len(inside) else [None, None]
    assert reader.rows_between(msid, start_s, stop_s) == (len(inside), *ends)


def check_gaps(reader, msid, inside, start_s, stop_s):
    """At the widths that occur, where a comparison may go either way, and beside them."""
    steps = np.diff(inside)
    widths = np.unique(steps)[:: max(1, len(steps) // 8)].tolist()
    beside = [math.nextafter(width, side) for width in widths for side in (-INF, INF)]
    for longer_than_s in [-1.0, 0.0, 1e-9, INF, math.nan, *widths, *beside]:
        before, after = reader.gaps_longer_than(msid, start_s, stop_s, longer_than_s)
        longer = steps > longer_than_s
        assert (before.dtype, after.dtype) == (np.float64, np.float64)
        assert before.tolist() == inside[:-1][longer].tolist()
        assert after.tolist() == inside[1:][longer].tolist()


def check_spacing(reader, msid, inside, start_s, stop_s):
    """It is the median of the instants, each counted once, to the rounding of float64 seconds."""
    steps = np.diff(np.unique(inside))
    found = reader.spacing(msid, start_s, stop_s)
    if not len(steps):
        assert found is None or found <= np.spacing(abs(inside[0]))
        return
    assert steps.min() - 1e-6 <= found <= steps.max() + 1e-6
    if len(steps) == len(inside) - 1:
        assert abs(found - np.median(steps)) <= 1e-6


def check_neighbours(reader, msid, times, edge_s):
    """They are found again by a read from them to the next float64, and there is nothing between them and the edge."""
    before, after = times[times < edge_s], times[times >= edge_s]
    assert reader.instant_before(msid, edge_s) == (before[-1] if len(before) else None)
    assert reader.instant_at_or_after(msid, edge_s) == (after[0] if len(after) else None)
    for found in (*before[-1:].tolist(), *after[:1].tolist()):
        again = reader.read(msid, found, math.nextafter(found, INF)).times
        assert len(again)
        assert set(again.tolist()) == {found}
