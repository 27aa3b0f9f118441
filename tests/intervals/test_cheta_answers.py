"""What cheta's own `utils.state_intervals` and `utils.logical_intervals` returned for the same samples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from jeta.intervals import logical_intervals, state_intervals, to_table
from jeta.times import to_seconds

STATES = ["plain", "inside", "beyond", "outside", "start_only", "one_sample"]
LOGICALS = ["plain", "inside", "beyond", "outside", "start_only", "max_gap_complete_start"]


@pytest.fixture(scope="module")
def case(shared_data):
    """Arguments and expected columns of a case by its id."""
    folder = Path(shared_data) / "legacy_cheta" / "expected"
    document = json.loads((folder / "cases.json").read_text())
    cases = {one["id"]: one for one in (document["cases"] if isinstance(document, dict) else document)}

    def of(name):
        found = cases[name]
        arrays = dict(np.load(folder / f"{name}.npz"))
        kwargs = {key: arrays[one["npz"]] if isinstance(one, dict) else one for key, one in found["kwargs"].items()}
        for key in {"start", "stop"} & set(kwargs):
            kwargs[f"{key}_s"] = to_seconds(kwargs.pop(key), "cxcsec")
        return found, kwargs, arrays

    return of


def assert_same(table, found, arrays):
    assert table.colnames == found["columns"]
    assert len(table) == found["len"]
    for name in table.colnames:
        expected = arrays[f"table__{name}"]
        if name in ("duration", "tstart", "tstop"):
            np.testing.assert_allclose(table[name], expected, rtol=0, atol=1e-6)
        else:
            assert table[name].dtype == expected.dtype
            assert table[name].tolist() == expected.tolist()


@pytest.mark.parametrize("name", STATES)
def test_states_are_those_of_cheta(name, case):
    found, kwargs, arrays = case(f"utils_state_{name}")
    intervals, vals = state_intervals(**kwargs)
    assert_same(to_table(intervals, "cxcsec", vals), found, arrays)


@pytest.mark.parametrize("name", LOGICALS)
def test_logical_intervals_are_those_of_cheta(name, case):
    found, kwargs, arrays = case(f"utils_logical_{name}")
    assert_same(to_table(logical_intervals(**kwargs), "cxcsec"), found, arrays)


def test_no_sample_is_the_error_of_cheta(case):
    found, kwargs, _ = case("utils_state_error_no_sample")
    with pytest.raises(ValueError, match=f"^{found['message']}$"):
        state_intervals(**kwargs)
