"""What analysts do with one year of 1 Hz data (31.5 million samples), page cache warm, beside the plain numpy way of doing it.

The peers are written as one would without jeta: masks, `numpy.diff`, a loop over intervals, `numpy.searchsorted`. They run in
the same process on the same arrays, and must give the same answer.
"""

from __future__ import annotations

import operator

import numpy as np
from measuring import arguments, best_s, report, time_s, work_folder

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.tdb import Entry, write_yaml

YEAR_S, T0_S = 31_536_000, 1_640_995_200.0
CHANGES, BAD_TIMES = 70_000, 1_000
SETS_DAYS, SETS_STEP_S, GRID_S = 30, 1.025, 32.8


def main() -> None:
    options = arguments(__doc__)
    rows = YEAR_S // 20 if options.quick else YEAR_S
    with work_folder(options.folder) as folder:
        archive = create_archive(folder / "archive")
        write_yaml([Entry("MODE", state_codes={0: "OFF", 1: "ON", 2: "SAFE"})], archive.layout.tdb / "bench.yaml")
        fill(archive, rows)
        with fetch.set_archive(archive):
            for measure in (states, bad_times, grids):
                report(*measure(rows))


def fill(archive: object, rows: int) -> None:
    """A temperature, a state that changes 70,000 times, and five MSIDs of 1.025 s."""
    chance = np.random.default_rng(1)
    times = T0_S + np.arange(rows, dtype=np.float64)
    update.append("TEMP", times, np.round(300 + chance.normal(0, 1, rows), 2).astype(np.float32), archive=archive)
    turns = np.sort(chance.choice(rows - 1, CHANGES * rows // YEAR_S - 1, replace=False)) + 1
    mode = np.zeros(rows, np.uint8)
    mode[turns] = 1
    np.cumsum(mode, out=mode, dtype=np.uint8)
    update.append("MODE", times, np.array(["OFF", "ON", "SAFE"])[mode % 3], archive=archive)
    few = int(SETS_DAYS * 86400 / SETS_STEP_S)
    for number in range(5):
        bads = chance.random(few) < 0.005
        own = T0_S + 0.1 * number + SETS_STEP_S * np.arange(few)
        update.append(f"FAST{number}", own, chance.normal(0, 1, few).astype(np.float32), bads, archive=archive)
    update.fold(archive)


def states(rows: int) -> tuple[str, list[tuple[str, str]]]:
    """A state of a year: its texts, its counts, when it is something."""

    def as_texts() -> np.ndarray:
        return fetch.MSID("MODE").vals

    def as_counts() -> np.ndarray:
        return fetch.MSID("MODE").raw_vals

    dat = fetch.MSID("MODE")
    counts, times = dat.raw_vals.copy(), dat.times
    texts = as_texts()
    plain = best_s(lambda: runs(times, texts), 3)
    wanted = runs(times, texts)
    found = dat.state_intervals()
    same(len(wanted[0]), len(found))
    same(float(np.abs(wanted[0] - found["tstart"]).max()) < 1e-6, True)
    beyond = dat.copy()
    beyond.vals = texts
    numbers = dat.copy()
    numbers.vals = counts
    return f"One state, {rows:,} samples, {len(found):,} intervals", [
        ("fetch, as texts", f"{best_s(as_texts, 3):.3f} s"),
        ("fetch, as raw counts", f"{best_s(as_counts, 3):.3f} s"),
        ("state_intervals()", f"{best_s(dat.state_intervals, 3):.3f} s"),
        ("state_intervals() of texts that were asked for", f"{best_s(beyond.state_intervals, 3):.3f} s"),
        ("logical_intervals('==', 'ON')", f"{(own := best_s(lambda: dat.logical_intervals('==', 'ON'), 3)):.3f} s"),
        ("logical_intervals('==', 1) of counts", f"{best_s(lambda: numbers.logical_intervals('==', 1), 3):.3f} s"),
        ("plain numpy on the texts, edges alone", f"{plain:.3f} s, {plain / own:.1f} times logical_intervals"),
    ]


def runs(times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges of runs of equal value, the plain way."""
    turns = np.flatnonzero(values[1:] != values[:-1]) + 1
    middles = (times[turns - 1] + times[turns]) / 2
    first, last = times[0] - (times[1] - times[0]) / 2, times[-1] + (times[-1] - times[-2]) / 2
    return np.concatenate([[first], middles]), np.concatenate([middles, [last]])


def bad_times(rows: int) -> tuple[str, list[tuple[str, str]]]:
    """A thousand bad times of a year."""
    starts = T0_S + np.linspace(0, rows - 1000, BAD_TIMES * rows // YEAR_S)
    lines = [f"{start!r} {start + 300!r}" for start in starts.tolist()]
    dat = fetch.MSID("TEMP")

    def plain() -> list[np.ndarray]:
        keep = np.ones(len(dat), bool)
        for start in starts:
            keep[np.searchsorted(dat.times, start) : np.searchsorted(dat.times, start + 300, "right")] = False
        return [array[keep] for array in (dat.times, dat.vals, dat.bads)]

    def ours() -> tuple[float, object]:
        fresh = fetch.MSID("TEMP")
        return time_s(lambda: fresh.filter_bad_times(table=lines)), fresh

    same(bool(np.array_equal(plain()[0], ours()[1].times)), True)
    took, peer = min(ours()[0] for _ in range(5)), best_s(plain)
    return f"filter_bad_times, {len(starts):,} intervals, {rows:,} samples", [
        ("jeta", f"{took:.3f} s"),
        ("plain numpy, a mask filled interval by interval", f"{peer:.3f} s, {peer / took:.1f} times"),
    ]


def grids(_: int) -> tuple[str, list[tuple[str, str]]]:
    """Five MSIDs of 30 days onto one grid."""
    names = [f"FAST{number}" for number in range(5)]

    def ours() -> float:
        fresh = fetch.MSIDset(names)
        return time_s(lambda: fresh.interpolate(GRID_S, filter_bad=False))

    def default() -> float:
        fresh = fetch.MSIDset(names)
        return time_s(lambda: fresh.interpolate(GRID_S))

    dats = fetch.MSIDset(names)
    done = dats.interpolate(GRID_S, filter_bad=False, copy=True)
    grid = done.times

    def plain() -> list[np.ndarray]:
        return [nearest(dat.times, dat.vals, grid) for dat in dats.values()]

    for values, dat in zip(plain(), done.values(), strict=True):
        same(bool(np.array_equal(values, dat.vals)), True)
    took, filtered, peer = min(ours() for _ in range(7)), min(default() for _ in range(7)), best_s(plain)
    return f"interpolate, 5 MSIDs of {len(dats['FAST0']):,} samples onto {len(grid):,} times", [
        ("jeta, bad samples left in", f"{took:.4f} s"),
        ("jeta, default: bad samples left out before", f"{filtered:.4f} s"),
        ("plain numpy, values alone", f"{peer:.4f} s, {peer / took:.1f} times the first"),
    ]


def nearest(times: np.ndarray, values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Values of the nearest samples, the plain way."""
    after = np.clip(np.searchsorted(times, grid), 1, len(times) - 1)
    is_before = grid - times[after - 1] < times[after] - grid
    return values[after - is_before]


def same(one: object, two: object) -> None:
    """Stop where the peers disagree."""
    if not operator.eq(one, two):
        raise SystemExit(f"the peers disagree: {one} and {two}")


if __name__ == "__main__":
    main()
