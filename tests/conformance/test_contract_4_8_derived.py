"""Contract 4.8: derived parameters: what a class is given, and how what `update.derived` stored is fetched."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.small import describe, put
from jeta import fetch, update
from jeta.computed.derived import times_indexes
from jeta.computed.registry import DERIVED
from jeta.fetch import DerivedParameter
from jeta.tdb import Entry


@pytest.fixture(autouse=True)
def inputs(archive):
    """A at 0, 10 ... 200 s, its value at 50 s bad; B 4 s later, without samples from 80 to 160 s; classes are forgotten."""
    seconds = 10.0 * np.arange(21)
    put("a", seconds, np.arange(21.0), seconds == 50)
    late = (seconds <= 70) | (seconds >= 160)
    put("b", seconds[late] + 4, 100.0 + np.arange(21)[late])
    before = list(DERIVED.classes)
    yield archive
    DERIVED.classes[:] = before


def make(name="DP_SUM", **attributes):
    """A derived parameter that is the sum of A and B each 10 s."""
    body = {"rootparams": ["a", "b"], "time_step": 10.0, "calc": lambda self, data: data["a"].vals + data["b"].vals}
    return type(name, (DerivedParameter,), {**body, **attributes})


def bad_times(data):
    return data.times[data.bads].tolist()


def test_defaults():
    """Table of attributes: content_root and time_step have none in the ancestors; the rest is as there."""
    cls = make()
    assert (cls.max_gap, cls.max_gaps, cls.unit_system, cls.dtype) == (66.0, {}, "eng", None)


@pytest.mark.parametrize(
    ("start", "stop", "indexes"), [(20.0, 50.0, [2, 3, 4, 5]), (29.9, 50.1, [2, 3, 4, 5]), (30.0, 49.9, [3, 4])]
)
def test_grid_is_whole_multiples_of_the_step_from_floor_to_floor(start, stop, indexes):
    """`times_indexes(start, stop, dt)` returns times and indexes, the last one included."""
    data = make()().fetch(start, stop)
    times, numbers = times_indexes(start, stop, 10.0)
    assert (data.indexes.tolist(), numbers.tolist()) == (indexes, indexes)
    assert data.times.tolist() == times.tolist() == [10.0 * index for index in indexes]


def test_inputs_are_not_filtered_and_nearest_in_time():
    data = make()().fetch(0.0, 61.0)
    assert isinstance(data, fetch.MSIDset)
    assert data["a"].vals.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert data["b"].vals.tolist() == [100, 101, 102, 103, 104, 105, 105]


def test_bads_are_those_of_any_input_and_of_samples_too_far_away():
    data = make(max_gap=6.0)().fetch(0.0, 201.0)
    assert bad_times(data) == [50, 90, 100, 110, 120, 130, 140, 150]
    assert bad_times(make(max_gap=30.0)().fetch(0.0, 201.0)) == [50, 110, 120, 130]


@pytest.mark.parametrize(("max_gap", "bads"), [(4.0, []), (3.9, [0, 10])])
def test_gap_is_too_large_only_beyond_max_gap(max_gap, bads):
    """At 0 and 10 s the nearest sample of B is 4 s away: strict."""
    assert bad_times(make(max_gap=max_gap)().fetch(0.0, 15.0)) == bads


@pytest.mark.parametrize("name", ["b", "B"])
def test_max_gaps_override_for_single_msids(name):
    assert bad_times(make(max_gaps={name: 6.0})().fetch(60.0, 120.0)) == [90, 100, 110, 120]


def test_grid_must_not_be_a_multiple_of_a_minor_frame():
    """In the ancestors 0.25625 s; jeta's missions have other frames."""
    cls = make(time_step=8.2, content_root="Thermal")
    assert (cls().mnf_step, cls().content) == (32, "dp_thermal32")


@pytest.mark.parametrize("count", [0, 1])
def test_input_of_fewer_than_two_samples_is_bad_throughout(count):
    put("few", np.arange(count) * 10.0 + 1000.0, np.ones(count))
    put("few", [-1e5], [0.0])
    data = make(rootparams=["a", "few"])().fetch(0.0, 60.0)
    assert bad_times(data) == data.times.tolist() == [0, 10, 20, 30, 40, 50, 60]


def test_on_and_off_become_1_and_0():
    put("switch", [0, 10, 20], ["OFF", "ON ", "OFF"])
    put("mode", [0, 10, 20], ["OFF", "ON", "AUTO"])
    data = make(rootparams=["switch", "mode"])().fetch(0.0, 25.0)
    assert (data["switch"].vals.tolist(), data["switch"].vals.dtype) == ([0, 1, 0], np.int8)
    assert data["mode"].vals.tolist() == ["OFF", "ON", "AUTO"]


@pytest.mark.parametrize(("unit_system", "value"), [("eng", 80.33), ("sci", 26.85), ("cxc", 300.0)])
def test_inputs_are_in_the_unit_system_of_the_class(archive, unit_system, value):
    describe(archive, Entry("TEMP", unit="K"))
    put("temp", [0, 10, 20], [300.0] * 3)
    cls = make(rootparams=["temp"], unit_system=unit_system, calc=lambda self, data: data["temp"].vals)
    assert cls()(0.0, 25.0) == pytest.approx([value] * 3)


def test_call_gives_values_on_the_grid_of_the_set_without_bad_samples():
    cls = make()
    data = fetch.MSIDset(["a", "b"], 0.0, 61.0, filter_bad=True)
    data.interpolate(dt=10.0)
    assert cls()(0.0, 61.0).tolist() == (data["a"].vals + data["b"].vals).tolist()


def test_result_is_cast_to_dtype():
    make()
    assert make(name="DP_WHOLE", dtype=np.int16)()(0.0, 61.0).dtype == np.int16
    update.derived()
    assert (fetch.MSID("dp_sum").dtype, fetch.MSID("dp_whole").dtype) == (np.float64, np.int16)


@pytest.mark.parametrize("name", ["DP_SUM", "dp_sum", "Sum", "CALC_SUM"])
def test_stored_values_are_fetched_as_any_others_and_dp_may_be_left_out(name):
    make(max_gap=6.0)
    update.derived()
    dat = fetch.MSID(name, 0.0, 300.0)
    assert (dat.msid, dat.MSID, dat.colnames) == (name, "DP_SUM", ["vals", "times", "bads"])
    assert dat.times.tolist() == [10.0 * index for index in range(1, 21)]
    assert dat.times[dat.bads].tolist() == [50, 90, 100, 110, 120, 130, 140, 150]
    good = fetch.Msid(name, 0.0, 45.0)
    assert (good.times.tolist(), good.vals.tolist()) == ([10, 20, 30, 40], [102, 104, 106, 108])


def test_statistics_and_intervals_of_stored_values():
    put("a", [400], [0.0])
    put("b", [400], [0.0])
    make()
    update.derived()
    dat = fetch.MSID("dp_sum", 0.0, 300.0)
    assert dat.logical_intervals(">", 130)["tstart"].tolist() == [145]
    bins = fetch.MSID("dp_sum", 0.0, 328.0, stat="5min")
    assert (bins.samples.tolist(), bins.mins.tolist()) == ([25], [102])


def test_times_of_a_grid_that_is_no_binary_fraction_are_exact_products():
    for name in ("p", "q"):
        put(name, 1e9 + np.arange(100.0), np.arange(100))
    make(rootparams=["p"], time_step=0.25625, calc=lambda self, data: data["p"].vals)
    update.derived()
    dat = fetch.MSID("dp_sum")
    indexes = np.round(dat.times / 0.25625)
    assert np.array_equal(dat.times, indexes * 0.25625)


def test_a_derived_parameter_of_another():
    make()
    make("DP_DOUBLE", rootparams=["dp_sum"], calc=lambda self, data: 2 * data["dp_sum"].vals)
    update.derived()
    assert np.array_equal(fetch.Msid("double", 0.0, 45.0).vals, 2 * fetch.Msid("sum", 0.0, 45.0).vals)


def test_it_goes_on_where_it_ended():
    make()
    update.derived()
    before = fetch.MSID("dp_sum").times[-1]
    put("a", [210, 220], [21.0, 22.0])
    put("b", [214, 224], [121.0, 122.0])
    update.derived()
    assert (before, fetch.MSID("dp_sum").times[-1]) == (200, 220)


def test_archive_of_the_other_time_system(tmp_path):
    from jeta.archive import create_archive

    made = create_archive(tmp_path / "cxc", time_system="cxcsec")
    start = 378691266.184
    with fetch.set_archive(made):
        for name in ("a", "b"):
            put(name, start + np.arange(0, 100, 5.0), np.ones(20))
        make()
        update.derived()
        dat = fetch.MSID("dp_sum", "2010:001", "2010:002")
    assert np.array_equal(dat.times % 10.0, np.zeros(len(dat)))
    assert (dat.times[0], set(dat.vals.tolist())) == (378691270.0, {2.0})
