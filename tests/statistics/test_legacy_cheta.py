"""The statistics of real files of a cheta archive, against what cheta itself returned for them."""

from __future__ import annotations

import hashlib
import json

import h5py
import numpy as np
import pytest

from jeta.statistics import bin_width_s, statistics

# cheta's columns that are exact; of the others the last digit depends on the order of a sum.
EXACT = ("times", "indexes", "samples", "mins", "maxes", "midvals")
# cheta stores spread and percentiles in the MSID's own type: the fractions of an integer are cut off, True stands for all but 0.
CUT_OFF = ("stds", "p01s", "p05s", "p16s", "p50s", "p84s", "p95s", "p99s")


@pytest.fixture(scope="module")
def cheta(shared_data):
    folder = shared_data / "legacy_cheta"
    states = json.loads((folder / "state_codes.json").read_text())
    cases = {case["id"]: case for case in json.loads((folder / "expected" / "cases.json").read_text())["cases"]}
    return folder, states, cases


def good_samples(folder, case):
    """Times and values of an MSID, without the rows that cheta flagged."""
    content = folder / "archive" / "data" / case["content"]
    with h5py.File(content / "TIME.h5") as time_file, h5py.File(content / f"{case['MSID']}.h5") as file:
        good = ~(time_file["quality"][:].astype(bool) | file["quality"][:].astype(bool))
        times, values = time_file["data"][:][good], file["data"][:][good]
        is_bool = file["data"].id.get_type().get_class() == h5py.h5t.BITFIELD
    if is_bool:
        return times, values.astype(bool)
    return times, values.astype("U") if values.dtype.kind == "S" else values


def ours_in_range(cheta, case):
    """Our statistics of the bins that cheta was asked for; the unfinished last bin, which cheta leaves out, is cut off."""
    folder, states, _ = cheta
    times, values = good_samples(folder, case)
    dt = bin_width_s(case["stat"])
    ours = statistics(times, values, dt, daily=case["stat"] == "daily", state_codes=states.get(case["MSID"]))
    wanted = (ours["times"] >= case["tstart"]) & (ours["times"] < case["tstop"]) & (ours["indexes"] < times[-1] // dt)
    return {name: array[wanted] for name, array in ours.items()}, values.dtype


def expected_in_type_of(ours, dtype):
    """Our float64 spread or percentile as cheta would have stored it."""
    return ours != 0 if dtype.kind == "b" else ours.astype(dtype)


STATS_WITH_ARRAYS = [
    f"stat_{stat}_{name}"
    for stat in ("5min", "daily")
    for name in ("f4", "f8", "i2", "u1", "bool", "str", "slow_f4", "slow_f4b", "slow_press", "slow_str", "dp")
] + ["stat_edge_start_on_midpoint", "stat_edge_stop_on_midpoint", "stat_edge_bins_touched_only", "stat_good_same"]


@pytest.mark.parametrize("name", STATS_WITH_ARRAYS)
def test_statistics_are_those_of_cheta(cheta, name):
    """Section 5 of the contract, on whole archives of five types with gaps, overlaps, flags and a leap second."""
    case = cheta[2][name]
    ours, dtype = ours_in_range(cheta, case)
    assert (ours.pop("nans", None) is not None) == (dtype.kind == "f")  # ours alone, of floating-point MSIDs
    assert list(ours) == case["colnames"]
    with np.load(cheta[0] / "expected" / case["npz"]) as theirs:
        for column in case["colnames"]:
            compare_column(column, ours[column], theirs[column], dtype)


def compare_column(column, ours, theirs, dtype):
    if column in CUT_OFF and dtype.kind != "f":
        np.testing.assert_array_equal(expected_in_type_of(ours, dtype), theirs, err_msg=column)
    elif column in EXACT or dtype.kind == "U":
        np.testing.assert_array_equal(ours, theirs, err_msg=column)
        assert dtype.kind == "U" or ours.dtype == theirs.dtype
    else:  # cheta rounds means to float32, and takes the spread about the rounded mean
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, err_msg=column)


@pytest.mark.parametrize("name", ["slow_f4", "slow_f4b", "slow_press", "slow_str", "dp"])
def test_5min_statistics_of_whole_archives_have_the_digests_of_cheta(cheta, name):
    """Forty days, ten thousand bins: every exact column has the bytes of cheta's, the means have the sum."""
    case = cheta[2][f"stat_5min_{name}_whole_archive"]
    ours, _ = ours_in_range(cheta, case)
    for column, told in case["digests"].items():
        if column in EXACT:
            assert hashlib.sha256(ours[column].tobytes()).hexdigest() == told["sha256_of_bytes"], column
        elif column in ours and ours[column].dtype.kind in "fi":
            assert ours[column].sum(dtype=float) == pytest.approx(told["sum"], rel=1e-6), column
