"""State and logical intervals as a plain loop makes them, for comparison: one sample after another, nothing clever."""

from __future__ import annotations


def plain_states(times, vals):
    """(tstart, tstop, val) of each state: midpoints, and half a sample beyond each end; at least two samples."""
    rows = [[times[0] - (times[1] - times[0]) / 2, None, vals[0]]]
    for before, now, old, new in zip(times, times[1:], vals, vals[1:], strict=False):
        if old != new:
            rows[-1][1] = (before + now) / 2
            rows.append([rows[-1][1], None, new])
    rows[-1][1] = times[-1] + (times[-1] - times[-2]) / 2
    return [tuple(row) for row in rows]


def plain_clip(rows, start, stop):
    """What is left of the states in a range, the first and the last extended to its ends."""
    clipped = [(min(max(a, start), stop), min(max(b, start), stop), val) for a, b, val in rows]
    left = [row for row in clipped if row[1] - row[0] > 0]
    if left:
        left[0] = (start, *left[0][1:])
        left[-1] = (left[-1][0], stop, left[-1][2])
    return left


def plain_held(times, vals):
    """States that hold: each from its sample to the next of another value, the last to the last sample."""
    rows = [[times[0], None, vals[0]]]
    for now, old, new in zip(times[1:], vals, vals[1:], strict=False):
        if old != new:
            rows[-1][1] = now
            rows.append([now, None, new])
    rows[-1][1] = times[-1]
    return [tuple(row) for row in rows]


def plain_logical(times, bools, complete, max_gap):
    """(tstart, tstop) where true, with false samples put into every gap of the whole series."""
    padded_times, padded_bools = [times[0]], [bools[0]]
    for before, now, new in zip(times, times[1:], bools[1:], strict=False):
        if max_gap is not None and now - before > max_gap:
            padded_times += [before + max_gap / 2, now - max_gap / 2]
            padded_bools += [False, False]
        padded_times.append(now)
        padded_bools.append(new)
    rows = plain_states(padded_times, padded_bools)
    if complete:
        rows = [row for number, row in enumerate(rows) if number not in (0, len(rows) - 1) or not row[2]]
    return [row[:2] for row in rows if row[2]]
