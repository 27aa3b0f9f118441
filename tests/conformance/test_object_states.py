"""Objects in every state they can get into: copies and pickles are whole, one sample suffices, filters may follow filters."""

from __future__ import annotations

import copy
import pickle
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from jeta import fetch, fetch_eng, fetch_sci, update
from jeta.archive import Writer
from jeta.computed import ComputedMsid
from jeta.computed.registry import COMPUTED
from jeta.samples import Samples
from jeta.tdb import Calibration, Entry, Polynomial, write_yaml

pytestmark = pytest.mark.usefixtures("small")

T0 = 1_262_304_000.0  # 2010:001
DUPLICATES = {
    "deepcopy": copy.deepcopy,
    "copy": lambda dat: dat.copy(),
    "pickle": lambda dat: pickle.loads(pickle.dumps(dat)),
    "old_pickle": lambda dat: pickle.loads(pickle.dumps(dat, 2)),
}


def after(dat, name, *args, **kwargs):
    """An object once a method has worked on it."""
    getattr(dat, name)(*args, **kwargs)
    return dat


def looked_at(name):
    """States whose texts and counts have been made."""
    dat = fetch.MSID(name)
    assert len(dat.vals) == len(dat.raw_vals)
    return dat


STATES = {
    "fetched": lambda: fetch.MSID("temp"),
    "filtered": lambda: fetch.Msid("temp"),
    "engineering": lambda: fetch_eng.MSID("temp"),
    "scientific": lambda: fetch_sci.Msid("temp"),
    "states_as_codes": lambda: fetch.MSID("mode"),
    "states_as_texts": lambda: looked_at("mode"),
    "booleans": lambda: fetch.MSID("flag"),
    "bracketed": lambda: fetch.MSID("count", T0 + 12, T0 + 18, bracket=True),
    "intervals": lambda: fetch.MSID("mode", [(T0, T0 + 15), (T0 + 50, T0 + 70)]),
    "empty": lambda: fetch.MSID("temp", 0, 1),
    "5min": lambda: fetch.MSID("temp", stat="5min"),
    "daily": lambda: fetch.MSID("temp", stat="daily"),
    "daily_states": lambda: fetch.MSID("mode", stat="daily"),
    "computed": lambda: fetch.MSID("diff__temp__count"),
    "computed_daily": lambda: fetch.MSID("diff__temp__count", stat="daily"),
    "interpolated": lambda: after(fetch.MSID("temp"), "interpolate", 7.0),
    "interpolated_states": lambda: after(fetch.MSID("mode"), "interpolate", 7.0, method="previous", max_age=3),
    "selected": lambda: after(fetch.MSID("temp"), "select_intervals", [(T0 + 20, T0 + 60)]),
    "removed_states": lambda: after(fetch.MSID("mode"), "remove_intervals", [(T0 + 20, T0 + 60)]),
}


def arrays(dat):
    """Every array that users see."""
    names = [*dat.colnames, "raw_vals", "times0", "alarms", "indexes"]
    return {name: getattr(dat, name, None) for name in names}


@pytest.mark.parametrize("way", DUPLICATES)
@pytest.mark.parametrize("state", STATES)
def test_duplicate_is_the_same_in_all_that_users_see(state, way):
    dat = STATES[state]()
    new = DUPLICATES[way](dat)
    assert (type(new), repr(new), new.colnames) == (type(dat), repr(dat), dat.colnames)
    for name in ("msid", "MSID", "unit", "stat", "tstart", "tstop", "data_source", "state_codes", "dtype", "content"):
        assert getattr(new, name) == getattr(dat, name), name
    assert (new.units["system"], getattr(new, "dt", None)) == (dat.units["system"], getattr(dat, "dt", None))
    for name, array in arrays(dat).items():
        np.testing.assert_array_equal(getattr(new, name, None), array, err_msg=name)


@pytest.mark.parametrize("way", DUPLICATES)
@pytest.mark.parametrize("state", STATES)
def test_duplicate_is_independent(state, way):
    """What is done to it does not reach the original."""
    dat = STATES[state]()
    before = {name: copy.deepcopy(array) for name, array in arrays(dat).items()}
    new = DUPLICATES[way](dat)
    for array in arrays(new).values():
        if array is not None and len(array):
            array[:] = array[0]
    new.units["system"] = "sci"
    new.colnames.append("mine")
    new.data_source["mine"] = {}
    new.remove_intervals([(0, 2e9)])
    for name, array in before.items():
        np.testing.assert_array_equal(getattr(dat, name, None), array, err_msg=name)
    assert ("mine" in dat.colnames, "mine" in dat.data_source) == (False, False)


@pytest.mark.parametrize("way", DUPLICATES)
@pytest.mark.parametrize("state", STATES)
def test_duplicate_can_do_what_the_original_can(state, way):
    dat, new = STATES[state](), DUPLICATES[way](STATES[state]())
    for each in (dat, new):
        each.filter_bad()
        each.select_intervals([(T0, T0 + 80)])
        each.interpolate(dt=9.0)
    for name, array in arrays(dat).items():
        np.testing.assert_array_equal(getattr(new, name, None), array, err_msg=name)


@pytest.mark.parametrize("way", ["deepcopy", "pickle"])
def test_duplicate_keeps_vals_and_means_one_array(way, scenario):
    dat = fetch_eng.MSID("tephin", "2010:001", "2010:003", stat="daily")
    new = DUPLICATES[way](dat)
    assert new.vals is new.means
    new.filter_bad([True, False])
    assert new.vals is new.means


def test_pickle_is_read_in_another_process_with_its_states_and_units(small_archive):
    """Which has the archive in use by the environment only for what is not in the object."""
    dats = fetch_eng.MSIDset(["temp", "mode"])
    script = (
        "import pickle, sys\n"
        "dats = pickle.load(sys.stdin.buffer)\n"
        "print(type(dats).__module__, dats['temp'].unit, dats['mode'].raw_vals.sum(), len(dats['mode'].state_intervals()))"
    )
    done = subprocess.run([sys.executable, "-c", script], input=pickle.dumps(dats), capture_output=True, check=True)
    assert done.stdout.decode().split() == ["jeta.fetch_eng", "DEGF", "4", "5"]


# ---------------------------------------------------------------- sets

SET_STATES = {
    "fetched": lambda: fetch.MSIDset(["temp", "mode"]),
    "filtered": lambda: fetch.Msidset(["temp", "count"]),
    "engineering": lambda: fetch_eng.Msidset(["temp", "mode"]),
    "statistics": lambda: fetch.MSIDset(["temp", "mode"], stat="daily"),
    "intervals": lambda: fetch.MSIDset(["temp", "mode"], [(T0, T0 + 15), (T0 + 50, T0 + 70)]),
    "empty": lambda: fetch.MSIDset(["temp"], 0, 1),
    "nothing": fetch.MSIDset,
    "interpolated": lambda: after(fetch.MSIDset(["temp", "mode"]), "interpolate", 10.0),
    "united": lambda: after(fetch.MSIDset(["temp", "mode"]), "interpolate", 10.0, filter_bad=False, bad_union=True),
    "with_computed": lambda: fetch.MSIDset(["temp", "diff__temp__count"]),
}


@pytest.mark.parametrize("way", DUPLICATES)
@pytest.mark.parametrize("state", SET_STATES)
def test_duplicate_of_a_set(state, way):
    dats = SET_STATES[state]()
    new = DUPLICATES[way](dats)
    assert (type(new), repr(new), list(new)) == (type(dats), repr(dats), list(dats))
    for name in ("tstart", "tstop", "datestart", "datestop"):
        assert getattr(new, name, None) == getattr(dats, name, None)
    np.testing.assert_array_equal(getattr(new, "times", []), getattr(dats, "times", []))
    for name, dat in dats.items():
        assert new[name] is not dat
        np.testing.assert_array_equal(new[name].vals, dat.vals)


@pytest.mark.parametrize("way", DUPLICATES)
def test_duplicate_of_a_set_shares_the_arrays_that_the_set_shares(way):
    dats = SET_STATES["united"]()
    new = DUPLICATES[way](dats)
    assert new["temp"].bads is new["mode"].bads
    assert new["temp"].times is new.times


@pytest.mark.parametrize("state", [state for state in SET_STATES if state != "nothing"])
def test_shallow_copy_has_the_same_members_and_a_range(state):
    dats = SET_STATES[state]()
    new = copy.copy(dats)
    assert [new[name] is dats[name] for name in dats] == [True] * len(dats)
    assert (new.tstart, new.datestop) == (dats.tstart, dats.datestop)


# ---------------------------------------------------------------- one sample


def one(**kwargs):
    return fetch.MSID("temp", T0 + 50, T0 + 55, **kwargs)


@pytest.mark.parametrize("name", ["temp", "count", "mode", "flag"])
def test_one_sample_is_filtered_and_selected(name):
    for method, left in (("select_intervals", 1), ("remove_intervals", 0)):
        dat = fetch.MSID(name, T0 + 50, T0 + 55)
        getattr(dat, method)([(T0 + 50, T0 + 50)])
        dat.filter_bad()
        assert {len(dat.times), len(dat.vals), len(dat)} == {left}


def test_one_sample_has_no_grid_but_can_be_taken_at_its_time():
    dat = one()
    dat.interpolate()
    assert len(dat) == 0
    for method in (None, "previous", "linear"):
        assert one().interpolate(times=[T0 + 50], method=method, copy=True).vals.tolist() == [285]


def test_one_sample_in_a_set_is_the_grid():
    dats = fetch.MSIDset(["temp", "flag"], T0 + 50, T0 + 55)
    dats.interpolate(dt=10.0)
    assert (dats.times.tolist(), dats["temp"].vals.tolist()) == ([T0 + 50], [285])


def test_one_sample_has_no_intervals_and_says_so():
    """As in cheta: its length in time is not known."""
    for call in (lambda: one().state_intervals(), lambda: one().logical_intervals(">", 1)):
        with pytest.raises(ValueError, match=r"1|one"):
            call()


def test_one_good_sample_of_many_has_no_intervals_and_says_so():
    """cheta looks at the length before bad samples are left out."""
    dat = fetch.MSID("temp", T0 + 20, T0 + 50)
    assert (len(dat), dat.bads.sum()) == (3, 2)
    with pytest.raises(ValueError, match=r"one|1"):
        dat.state_intervals()


def test_one_sample_with_all_others_bad_is_no_error_where_none_is_good():
    dat = fetch.MSID("temp", T0 + 30, T0 + 50)
    assert dat.bads.all()
    assert (len(dat.state_intervals()), len(dat.logical_intervals(">", 1))) == (0, 0)


def test_one_sample_pickles_and_is_written(tmp_path):
    dat = one()
    dat.write_zip(tmp_path / "a.zip")
    assert repr(pickle.loads(pickle.dumps(dat))) == repr(dat)


# ---------------------------------------------------------------- one after another


def test_filters_one_after_another_are_those_of_their_union():
    dat = fetch.MSID("mode")
    dat.remove_intervals([(T0, T0 + 10)])
    dat.filter_bad(dat.times > T0 + 70)
    dat.filter_bad_times(T0 + 30, T0 + 30)
    dat.select_intervals([(T0 + 20, T0 + 60)])
    assert (dat.times - T0).tolist() == [20, 40, 50, 60]
    assert (dat.vals.tolist(), dat.raw_vals.tolist()) == (["ON", "OFF", "OFF", "ON"], [1, 0, 0, 1])
    assert dat.bads is None


def test_bads_given_twice_are_those_given_last():
    dat = fetch.MSID("count")
    dat.filter_bad(np.arange(10) < 5)
    dat.filter_bad([True, False, False, False, False])
    assert (dat.vals.tolist(), dat.bads) == ([6, 7, 8, 9], None)


def test_interpolating_twice_keeps_the_times_of_the_first_result():
    dat = fetch.MSID("count")
    dat.interpolate(dt=20.0)
    dat.interpolate(dt=40.0)
    assert ((dat.times - T0).tolist(), (dat.times0 - T0).tolist(), dat.vals.tolist()) == ([0, 40], [0, 40], [0, 4])


def test_filter_after_interpolating_takes_times0_along():
    dat = fetch.MSID("count")
    dat.interpolate(dt=8.0)
    dat.select_intervals([(T0, T0 + 20)])
    assert ((dat.times - T0).tolist(), (dat.times0 - T0).tolist()) == ([0, 8, 16], [0, 10, 20])


def test_filtered_msid_takes_part_in_a_union_with_a_warning():
    dats = fetch.Msidset(["temp", "count"])
    with pytest.warns(UserWarning, match="MSIDset"):
        dats.interpolate(dt=10.0, bad_union=True)
    assert len(dats.times) == 10


def test_columns_of_statistics_stay_of_one_length_after_filters(scenario):
    dat = fetch.MSID("tephin", "2010:001", "2010:002", stat="5min")
    dat.select_intervals([("2010:001:06:00", "2010:001:12:00")])
    dat.interpolate(dt=1000.0)
    assert {len(getattr(dat, name)) for name in dat.colnames} == {len(dat)} != {0}
    assert dat.vals is dat.means


def test_calibrated_values_keep_their_counts_through_filters_and_pickles(archive):
    entry = Entry("x", calibrations=Calibration(Polynomial((1.0, 2.0))))
    write_yaml([entry], archive.layout.tdb / "x.yaml")
    update.append("x", T0 + np.arange(5), np.arange(5), [0, 1, 0, 0, 0], archive=archive)
    dat = pickle.loads(pickle.dumps(fetch.MSID("x")))
    dat.filter_bad()
    assert (dat.vals.tolist(), dat.raw_vals.tolist()) == ([1, 5, 7, 9], [0, 2, 3, 4])


@pytest.mark.parametrize("described", [True, False], ids=["in_the_database", "only_in_the_samples"])
def test_object_outlives_the_archive_that_it_came_from(archive, tmp_path, described):
    """A pickle is looked at on another computer."""
    if described:
        write_yaml([Entry("x", state_codes={0: "OFF", 1: "ON"})], archive.layout.tdb / "x.yaml")
    ticks = np.arange(4) * 1000 + int(T0) * 1000
    with Writer(archive.root) as writer:
        writer.commit({"X": Samples.from_texts(ticks, "ms", ["OFF", "ON", "ON", "OFF"], raws=[0, 1, 1, 0])})
    dats = pickle.loads(pickle.dumps(fetch.MSIDset(["x"])))
    shutil.rmtree(archive.root)
    assert dats["x"].raw_vals.tolist() == [0, 1, 1, 0]
    dats["x"].filter_bad_times()
    dats.write_zip(tmp_path / "x.zip")
    assert len(dats.copy()["x"].state_intervals()) == 3


# ---------------------------------------------------------------- sets after interpolation


@pytest.mark.parametrize("method", ["select_intervals", "remove_intervals"])
def test_common_times_of_a_set_follow_its_members(method):
    """``times`` are the common times of all members, also after intervals were cut out of all."""
    dats = fetch.MSIDset(["count", "mode"], T0, T0 + 100)
    dats.interpolate(dt=10.0, filter_bad=False)
    getattr(dats, method)([(T0 + 20, T0 + 40)])
    assert dats.times.tolist() == dats["count"].times.tolist() == dats["mode"].times.tolist()


def test_common_times_of_a_set_follow_a_union_of_bad_samples():
    dats = fetch.MSIDset(["count", "mode"], T0, T0 + 100)
    dats.interpolate(dt=10.0, filter_bad=False)
    dats.filter_bad(union=True)
    assert (len(dats["count"]), len(dats["mode"])) == (8, 8)
    assert dats.times.tolist() == dats["count"].times.tolist()


# ---------------------------------------------------------------- brackets of intervals


@pytest.mark.parametrize(
    ("intervals", "vals"),
    [
        ([(12, 14), (16, 18)], [1, 2]),
        ([(12, 18), (22, 28)], [1, 2, 3]),
        ([(12, 18), (62, 68)], [1, 2, 6, 7]),
        ([(0, 15), (15, 30)], [0, 1, 2, 3]),
    ],
    ids=str,
)
def test_brackets_of_intervals_give_each_sample_once_and_in_order(intervals, vals):
    dat = fetch.MSID("count", [(T0 + start, T0 + stop) for start, stop in intervals], bracket=True)
    assert dat.vals.tolist() == vals


# ---------------------------------------------------------------- vectors


@pytest.fixture
def vector():
    """A computed MSID whose values are one number a sample and whose column ``axis`` is three."""
    before = list(COMPUTED.classes)

    class Made(ComputedMsid):
        msid_match = "made_(vector|number)"

        def get_msid_attrs(self, tstart, tstop, msid, msid_args):
            dat = self.fetch_sys.MSID("dp_power", tstart, tstop)
            axis = np.outer(dat.vals, [1.0, 2.0, 4.0])
            vals = axis if msid_args[0] == "vector" else dat.vals
            return {"vals": vals, "bads": dat.bads, "times": dat.times, "axis": axis, "unit": None}

    yield Made
    COMPUTED.classes[:] = before


@pytest.mark.parametrize("name", ["made_vector", "made_number"])
@pytest.mark.parametrize("method", ["nearest", "previous", "linear"])
def test_vectors_are_brought_onto_other_times(vector, name, method):
    dat = fetch.MSID(name, T0, T0 + 90)
    dat.interpolate(times=[T0 + 34.0, T0 + 36.0], method=method)
    third = {"nearest": [6, 8], "previous": [6, 6], "linear": [6.8, 7.2]}[method]
    assert dat.axis[:, 2].tolist() == pytest.approx(third)


@pytest.mark.parametrize("name", ["made_vector", "made_number"])
def test_vectors_too_far_from_a_sample_are_bad(vector, name):
    dat = fetch.MSID(name, T0, T0 + 90)
    dat.interpolate(times=[T0 + 31.0, T0 + 35.0], max_age=2)
    assert dat.bads.tolist() == [False, True]
    assert np.isnan(dat.vals[1]).all()


@pytest.mark.parametrize("name", ["made_vector", "made_number"])
def test_vectors_are_filtered_pickled_and_written(vector, name, tmp_path):
    """Each as numpy prints it."""
    dat = pickle.loads(pickle.dumps(fetch.MSID(name, T0, T0 + 90)))
    dat.select_intervals([(T0 + 20, T0 + 40)])
    assert dat.axis.tolist() == [[1, 2, 4], [1.5, 3, 6], [2, 4, 8]]
    dat.write_zip(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as found:
        assert "[1. 2. 4.]" in found.read(f"{name}.csv").decode().split("\n")[1]
