"""A frame of every kind of column."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.tables import Column, Frame
from jeta.times import unix_to_cxcsec

T0 = 1_653_266_167.888  # 2022:143:00:36:07.888
ROWS = 7


def columns(missing=None):
    """Columns by what they hold."""
    big = np.array([2**53 + 1, -(2**63), 2**63 - 1, 0, 1, 2, 3])
    rows = np.arange(ROWS)
    more = {"missing": missing}
    return {
        "float64": Column(np.array([1.5, np.nan, np.inf, -np.inf, -0.0, 1 / 3, 1e300]), "K", "A temperature", **more),
        "float32": Column(np.array([0.1, 280.34558, np.nan, 1, 2, 3, 4], np.float32), "V", **more),
        "int8": Column(np.array([-128, 127, 0, 1, 2, 3, 4], np.int8), **more),
        "int64": Column(big, "CNTS", **more),
        "uint64": Column(np.array([2**64 - 1, 2**63, 0, 1, 2, 3, 4], np.uint64), **more),
        "bool": Column(rows % 2 == 0, **more),
        "states": Column((rows % 3).astype(np.int8), None, "A mode", ("OFF", "ON", "SAFE"), (0, 1, 7), **more),
        "texts": Column((rows % 5).astype(np.int8), states=("", "a,b", 'q"q', "n\nn", "ünï"), **more),
        "unused": Column(np.zeros(ROWS, np.int8), states=("A", "NEVER"), counts=(3, None), **more),
    }


def frame_of(system="unix", missing=None, times=None):
    """A frame."""
    seconds = T0 + 0.125 * np.arange(ROWS) if times is None else times
    if system == "cxcsec":
        seconds = np.round(unix_to_cxcsec(seconds), 3)
    known = {
        "MSID": "ALL_KINDS",
        "stat": None,
        "time_system": system,
        "dt": 328,
        "source": {"archive": {"start": "2022:143"}},
        "state_codes": [[0, "OFF"]],
    }
    return Frame("ALL_KINDS", seconds, system, columns(missing), known)


HOLES = np.array([False, True, False, False, True, False, False])


@pytest.fixture(params=["unix", "cxcsec"])
def frame(request):
    """Without anything missing, in either time system."""
    return frame_of(request.param)


@pytest.fixture
def holed():
    """With two rows missing in every column."""
    return frame_of("unix", HOLES)


@pytest.fixture
def nothing():
    """Without rows."""
    whole = frame_of()
    empty = {
        name: Column(of.values[:0], of.unit, of.description, of.states, of.counts) for name, of in whole.columns.items()
    }
    return Frame("NONE", np.empty(0), "unix", empty, whole.metadata)


@pytest.fixture
def vectors():
    """Columns of more than one number a sample."""
    return Frame("Q", T0 + np.arange(2.0), "unix", {"vals": Column(np.arange(12.0).reshape(2, 3, 2), "V")})
