"""Calibration curves: raw counts are stored, engineering values fetched; contract 2.6 and 4.2 hold for them too."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from conformance.small import columns, describe, pairs, put
from jeta import fetch, fetch_eng, fetch_sci
from jeta.tdb import Calibration, Entry, Enumeration, PointPairs, Polynomial

COUNTS = np.array([0, 1, 2, 3, 200], np.uint8)
SECONDS = 10.0 * np.arange(5)


@pytest.fixture(autouse=True)
def curves(archive):
    """One MSID for each kind of curve, all with the counts 0, 1, 2, 3, 200; that of 2 is bad."""
    kinds = {
        "POLY": Polynomial((10.0, 0.5, 0.25)),
        "POINTS": PointPairs(((1, 0.0), (3, 10.0))),
        "BEYOND": PointPairs(((1, 0.0), (3, 10.0)), extrapolate=True),
        "STATES": Enumeration({0: "OFF", 1: "ON", 2: "SAFE"}),
        "DATED": [(None, Polynomial((0, 1))), ("1970:001:00:00:20", Polynomial((100, 1)))],
        "LATER": [("1970:001:00:00:20", Polynomial((0, 1)))],
        "RENAMED": [(None, Enumeration({0: "A", 1: "B"})), ("1970:001:00:00:10", Enumeration({0: "A", 1: "LONGER"}))],
    }
    entries = [Entry(name, unit=None, type="uint8", calibrations=Calibration(curve)) for name, curve in kinds.items()]
    describe(
        archive, *entries, Entry("TEMP", unit="K", type="uint8", calibrations=Calibration(Polynomial((273.15, 1))))
    )
    for name in (*kinds, "TEMP"):
        put(name, SECONDS, COUNTS, [0, 0, 1, 0, 0])
    return archive


@pytest.mark.parametrize(
    ("name", "vals"),
    [
        ("poly", [10, 10.75, 12, 13.75, 10 + 100 + 10000]),
        ("points", [np.nan, 0, 5, 10, np.nan]),
        ("beyond", [-5, 0, 5, 10, 995]),
        ("dated", [0, 1, 102, 103, 300]),
        ("later", [np.nan, np.nan, 2, 3, 200]),
    ],
)
def test_numbers(name, vals):
    dat = fetch.MSID(name, 0.0, 99.0)
    assert dat.vals.tolist() == pytest.approx(vals, nan_ok=True)
    assert (dat.dtype, dat.bads.tolist()) == (np.float64, [False, False, True, False, False])


def test_states():
    dat = fetch.MSID("states", 0.0, 99.0)
    assert dat.vals.tolist() == ["OFF", "ON", "SAFE", "", ""]
    assert dat.state_codes == [(0, "OFF"), (1, "ON"), (2, "SAFE")]
    assert fetch.MSID("renamed", 0.0, 99.0).vals.tolist() == ["A", "LONGER", "", "", ""]


@pytest.mark.parametrize("name", ["poly", "points", "states", "dated"])
def test_raw_values_are_the_counts_as_stored(name):
    dat = fetch.MSID(name, 0.0, 99.0)
    assert (dat.raw_vals.tolist(), dat.raw_vals.dtype) == (COUNTS.tolist(), np.uint8)


def test_raw_values_follow_whatever_is_done():
    dat = fetch.MSID("poly", 0.0, 99.0)
    assert dat.filter_bad(copy=True).raw_vals.tolist() == [0, 1, 3, 200]
    assert dat.select_intervals([(10, 30)], copy=True).raw_vals.tolist() == [1, 2, 3]
    assert dat.interpolate(dt=20, copy=True).raw_vals.tolist() == [0, 2]
    assert dat.copy().raw_vals.tolist() == COUNTS.tolist()


def test_raw_values_between_samples_are_none_since_nobody_sent_them():
    """On a line there is no count; those of the nearest samples would contradict the values."""
    dat = fetch.MSID("poly", 0.0, 99.0)
    dat.interpolate(times=np.array([5.0, 15.0]), method="linear")
    assert dat.vals.tolist() == pytest.approx([10.375, 11.375])
    assert dat.raw_vals is None


@pytest.mark.parametrize(
    ("module", "unit", "first"), [(fetch, "K", 273.15), (fetch_sci, "DEGC", 0.0), (fetch_eng, "DEGF", 32.0)]
)
def test_unit_is_that_of_the_calibrated_values(module, unit, first):
    dat = module.MSID("temp", 0.0, 99.0)
    assert (dat.unit, dat.vals[0], dat.raw_vals[0]) == (unit, pytest.approx(first), 0)


def test_empty_span_has_the_types_of_a_full_one():
    for name, kind in (("poly", "f"), ("states", "U"), ("dated", "f"), ("renamed", "U")):
        dat = fetch.MSID(name, 500.0, 600.0)
        assert (len(dat), dat.dtype.kind, len(dat.raw_vals)) == (0, kind, 0)


def test_several_intervals_and_brackets_are_calibrated_as_one():
    dat = fetch.MSID("dated", [(0.0, 15.0), (25.0, 35.0)])
    assert (dat.vals.tolist(), dat.raw_vals.tolist()) == ([0, 1, 103], [0, 1, 3])
    assert fetch.MSID("dated", 12.0, 18.0, bracket=True).vals.tolist() == [1, 102]


def test_statistics_are_of_calibrated_values():
    put("poly", [400, 700], np.array([0, 0], np.uint8))
    dat = fetch.MSID("poly", 0.0, 328.0, stat="5min")
    assert (dat.samples.tolist(), dat.mins.tolist(), dat.maxes.tolist()) == ([4], [10], [10110])


def test_statistics_of_states_count_them():
    put("states", [400, 700], np.array([0, 0], np.uint8))
    dat = fetch.MSID("states", 0.0, 328.0, stat="5min")
    assert (dat.n_OFFs.tolist(), dat.n_ONs.tolist(), dat.n_SAFEs.tolist()) == ([1], [1], [0])


def test_intervals_are_of_calibrated_values():
    assert pairs(fetch.MSID("states", 0.0, 99.0).logical_intervals("==", "ON")) == [(5, 20)]
    assert pairs(fetch.MSID("poly", 0.0, 99.0).logical_intervals(">", 13)) == [(20, 45)]
    assert fetch.MSID("states", 0.0, 15.0).state_intervals()["val"].tolist() == ["OFF", "ON"]


def test_a_curve_that_is_mended_mends_what_was_stored(archive):
    before = fetch.MSID("poly", 0.0, 99.0).vals[0]
    describe(archive, Entry("POLY", type="uint8", calibrations=Calibration(Polynomial((20, 1)))))
    assert (before, fetch.MSID("poly", 0.0, 99.0).vals.tolist()) == (10, [20, 21, 22, 23, 220])


def test_dates_of_curves_in_an_archive_of_the_other_time_system(tmp_path):
    from jeta.archive import create_archive

    made = create_archive(tmp_path / "cxc", time_system="cxcsec")
    curves = Calibration([(None, Polynomial((0, 1))), ("2010:001", Polynomial((100, 1)))])
    describe(made, Entry("X", type="uint8", calibrations=curves))
    with fetch.set_archive(made):
        put("x", 378691266.184 + np.array([-1.0, 0.0, 1.0]), np.array([1, 2, 3], np.uint8))
        assert fetch.MSID("x").vals.tolist() == [1, 102, 103]


def test_sets_interpolate_calibrated_values():
    dats = fetch.MSIDset(["poly", "states"], 0.0, 99.0)
    dats.interpolate(dt=20)
    assert columns(dats["states"]) == ([0, 20, 40], ["OFF", "", ""], None)
    assert dats["poly"].raw_vals.tolist() == [0, 3, 200]


def test_zip_holds_values_and_for_states_their_counts(tmp_path):
    fetch.MSIDset(["poly", "states"], 0.0, 15.0).write_zip(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.read("poly.csv").decode().splitlines()[:2] == ["vals,times,bads", "10.0,0.0,False"]
        assert archive.read("states.csv").decode().splitlines()[1] == "OFF,0.0,False,0"
