"""Statistics of bins by plain loops over plain numbers, to compare with; and archives in each state that statistics may be in."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats.mstats import mquantiles

from jeta import update
from jeta.archive import JetaReader, product_fold

DAILY = {"p01s": 1, "p05s": 5, "p16s": 16, "p50s": 50, "p84s": 84, "p95s": 95, "p99s": 99}
STATES_OF_ARCHIVE = ["journal", "stored", "stored and late"]


def weights_of(times):
    """Contract 5.3."""
    if len(times) <= 2:
        return np.ones(len(times))
    weights = [times[1] - times[0]]
    weights += [((times[i] - times[i - 1]) + (times[i + 1] - times[i])) / 2 for i in range(1, len(times) - 1)]
    weights += [times[-1] - times[-2]]
    return np.clip(weights, 0.001, 300.0)


def row_of_numbers(times, vals, spread, percents):
    """The numbers of one bin."""
    values, weights = vals.astype(float), weights_of(times)
    mean = np.average(values, weights=weights)
    row = {"samples": len(times), "midvals": vals[len(vals) // 2], "mins": vals.min(), "maxes": vals.max()}
    row |= {"means": mean, "vals": mean}
    if spread:
        row["stds"] = np.sqrt(np.average((values - mean) ** 2, weights=weights))
    for name, percent in percents.items():
        row[name] = float(mquantiles(values, [percent / 100], alphap=0.4, betap=0.4)[0])
    return row


def plain(times, vals, dt, start, stop, *, last=False, good=None, spread=True, percents=None):
    """Rows of the bins of samples whose midpoint is in ``[start, stop)``, as lists by name.

    The bin of the last sample of all, good or not, is left out unless `last`.
    """
    times, vals = np.asarray(times, float), np.asarray(vals)
    percents = (DAILY if spread else {}) if percents is None else percents
    keep = np.ones(len(times), bool) if good is None else np.asarray(good, bool)
    is_text = vals.dtype.kind == "U"
    numbers = np.array([int(t // dt) for t in times])
    if vals.dtype.kind == "f":
        nans = np.isnan(vals) & keep
        keep = keep & ~nans
    rows = []
    for number in np.unique(numbers[keep]).tolist():
        is_over = number < numbers[-1]
        if not ((is_over and start <= (number + 0.5) * dt < stop) or (last and not is_over)):
            continue
        here = (numbers == number) & keep
        row = {"times": (number + 0.5) * dt, "indexes": number}
        if is_text:
            row |= {"samples": int(here.sum()), "vals": vals[here][here.sum() // 2].rstrip()}
        else:
            row |= row_of_numbers(times[here], vals[here], spread, percents)
        if vals.dtype.kind == "f":
            row["nans"] = int((nans & (numbers == number)).sum())
        rows.append(row)
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


def assert_same(dat, wanted, names=None):
    """An object has the rows wanted, and no others; floats to the last few digits."""
    assert len(wanted) or len(dat) == 0
    for name in wanted if names is None else names:
        got = getattr(dat, name)
        if name == "nans":
            got = np.zeros(len(dat), int) if got is None else got
        if got.dtype.kind == "f":
            np.testing.assert_allclose(got, wanted[name], rtol=1e-11, atol=1e-11, err_msg=name)
        else:
            assert got.tolist() == wanted[name], name


def fill(archive, state, name, times, vals, bads=None):
    """Append samples so that statistics of them are stored, or not, or only those of half of them.

    "stored and late": half of the samples, spread over the whole span, come after what is stored, and stay in the journal.
    """
    times, vals = np.asarray(times, float), np.asarray(vals)
    bads = np.zeros(len(times), bool) if bads is None else np.asarray(bads)
    late = (np.arange(len(times)) // 50 % 2 == 1) if state == "stored and late" else np.zeros(len(times), bool)
    update.append(name, times[~late], vals[~late], bads[~late], archive=archive)
    if state != "journal":
        update.fold(archive)
        update.statistics(archive=archive)
        assert archive.product(name.upper(), "5min") is not None
    if late.any():
        update.append(name, times[late], vals[late], bads[late], archive=archive)


@pytest.fixture
def reads(monkeypatch):
    """Spans of samples that readers have read since, of some rows at least."""
    spans = []
    read = JetaReader.read

    def counted(self, msid, start_s, stop_s):
        if start_s < stop_s:
            spans.append((msid, start_s, stop_s))
        return read(self, msid, start_s, stop_s)

    monkeypatch.setattr(JetaReader, "read", counted)
    return spans


@pytest.fixture
def small_products(monkeypatch):
    """Statistics of a handful of samples are stored."""
    monkeypatch.setattr(product_fold, "ROWS_WORTH_STORING", 5)
