"""Decision "empty results": never an exception. Every method, on every kind of object without samples."""

from __future__ import annotations

import copy
import pickle
import zipfile

import numpy as np
import pytest

from jeta import fetch, fetch_eng, update, utils

pytestmark = pytest.mark.usefixtures("small")

T0 = 1_262_304_000.0  # 2010:001
PAIRS = [(T0 + 20, T0 + 40)]


def emptied(name):
    """Fetched in full, and all of it removed."""
    dat = fetch.MSID(name)
    dat.remove_intervals([(0, 2e9)])
    return dat


EMPTY = {
    "numbers": lambda: fetch.MSID("temp", 0, 1),
    "integers": lambda: fetch.MSID("count", T0 + 1, T0 + 2),
    "states": lambda: fetch.MSID("mode", T0 + 50, T0),
    "booleans": lambda: fetch.MSID("flag", 0, 1),
    "filtered": lambda: fetch.Msid("temp", 0, 1),
    "no_intervals": lambda: fetch.MSID("mode", []),
    "5min": lambda: fetch.MSID("temp", 0, 1, stat="5min"),
    "daily": lambda: fetch.MSID("count", stat="daily"),
    "daily_states": lambda: fetch.MSID("mode", stat="daily"),
    "computed": lambda: fetch.MSID("diff__temp__count", 0, 1),
    "computed_5min": lambda: fetch.MSID("diff__temp__count", 0, 1, stat="5min"),
    "emptied": lambda: emptied("temp"),
    "emptied_states": lambda: emptied("mode"),
    "engineering": lambda: fetch_eng.MSID("temp", 0, 1),
    "beyond_bracket": lambda: fetch.MSID("temp", T0 + 50, T0, bracket=True),
}
WORD = {"states", "no_intervals", "daily_states", "emptied_states"}

METHODS = {
    "filter_bad": lambda dat: dat.filter_bad(copy=True),
    "filter_bad_with_a_mask": lambda dat: dat.filter_bad([], copy=True),
    "filter_bad_times": lambda dat: dat.filter_bad_times(copy=True),
    "filter_bad_times_of_a_span": lambda dat: dat.filter_bad_times(T0, T0 + 9, copy=True),
    "filter_bad_times_of_a_table": lambda dat: dat.filter_bad_times(table=["2010:001 2010:002"], copy=True),
    "select_intervals": lambda dat: dat.select_intervals(PAIRS, copy=True),
    "select_no_intervals": lambda dat: dat.select_intervals([], copy=True),
    "remove_intervals": lambda dat: dat.remove_intervals(PAIRS, copy=True),
    "interpolate": lambda dat: dat.interpolate(copy=True),
    "interpolate_from_to": lambda dat: dat.interpolate(10.0, T0, T0 + 100, copy=True),
    "interpolate_to_times": lambda dat: dat.interpolate(times=np.array([T0, T0 + 1]), copy=True),
    "interpolate_to_dates": lambda dat: dat.interpolate(times=["2010:001"], copy=True),
    "interpolate_previous": lambda dat: dat.interpolate(10.0, method="previous", max_age=5, copy=True),
    "copy": lambda dat: dat.copy(),
    "deepcopy": copy.deepcopy,
    "pickle": lambda dat: pickle.loads(pickle.dumps(dat)),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", EMPTY)
def test_method_of_an_empty_object_returns_an_empty_object(kind, method):
    dat = EMPTY[kind]()
    new = METHODS[method](dat)
    assert (len(dat), len(new), type(new), new.dtype.kind) == (0, 0, type(dat), dat.dtype.kind)
    for name in new.colnames:
        assert getattr(new, name) is None or len(getattr(new, name)) == 0


@pytest.mark.parametrize("kind", EMPTY)
def test_intervals_of_an_empty_object_are_an_empty_table(kind):
    dat = EMPTY[kind]()
    columns = ["datestart", "datestop", "duration", "tstart", "tstop"]
    for complete, max_gap in ((False, None), (True, 5)):
        table = dat.logical_intervals("==", "ON" if kind in WORD else 1, complete, max_gap)
        assert (len(table), table.colnames) == (0, columns)
    states = dat.state_intervals()
    assert (len(states), states.colnames, states["val"].dtype.kind) == (0, [*columns, "val"], dat.dtype.kind)


@pytest.mark.parametrize("kind", EMPTY)
def test_empty_object_can_be_shown_and_asked(kind):
    dat = EMPTY[kind]()
    assert " len=0 " in repr(dat)
    assert dat.raw_vals is None or len(dat.raw_vals) == 0
    assert (dat.state_codes is not None) is (kind in WORD)
    assert dat.vals.shape == dat.times.shape == (0,)


@pytest.mark.parametrize("kind", EMPTY)
def test_linear_interpolation_of_an_empty_object(kind):
    dat = EMPTY[kind]()
    if dat.dtype.kind in "UB?b":
        with pytest.raises(ValueError, match="linear"):
            dat.interpolate(10.0, method="linear")
    else:
        dat.interpolate(10.0, method="linear", max_age=3)
    assert len(dat) == 0


@pytest.mark.parametrize("kind", [kind for kind in EMPTY if "computed" not in kind])
def test_limit_violations_of_an_empty_object(kind):
    dat = EMPTY[kind]()
    if dat.MSID in ("TEMP", "MODE"):
        assert len(dat.limit_violations()) == 0


@pytest.mark.parametrize("kind", EMPTY)
def test_zip_of_an_empty_object_is_a_header_and_an_empty_line(kind, tmp_path):
    dat = EMPTY[kind]()
    dat.write_zip(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as found:
        header, rest = found.read(f"{dat.msid}.csv").decode().split("\n", 1)
    assert ("vals" in header.split(","), rest) == (True, "\n")


# ---------------------------------------------------------------- sets

SETS = {
    "no_members": lambda: fetch.MSIDset([], T0, T0 + 1),
    "nothing": fetch.MSIDset,
    "all_empty": lambda: fetch.MSIDset(["temp", "mode"], 0, 1),
    "all_empty_filtered": lambda: fetch.Msidset(["temp", "mode"], 0, 1),
    "no_intervals": lambda: fetch.MSIDset(["temp", "mode"], []),
    "statistics": lambda: fetch.MSIDset(["temp", "mode"], stat="daily"),
    "one_empty": lambda: fetch.MSIDset(["temp", "diff__temp__count"], T0 + 91, T0 + 95),
}
SET_METHODS = {
    **{name: METHODS[name] for name in METHODS if "mask" not in name and "interpolate" not in name},
    "filter_bad_union": lambda dats: dats.filter_bad(copy=True, union=True),
    "interpolate": lambda dats: dats.interpolate(10.0, copy=True),
    "interpolate_from_to": lambda dats: dats.interpolate(10.0, T0, T0 + 100, copy=True),
    "interpolate_to_times": lambda dats: dats.interpolate(times=np.array([T0, T0 + 1]), copy=True),
    "interpolate_unfiltered": lambda dats: dats.interpolate(10.0, filter_bad=False, max_age=5, copy=True),
    "shallow_copy": copy.copy,
}


@pytest.mark.parametrize("method", SET_METHODS)
@pytest.mark.parametrize("kind", SETS)
def test_method_of_an_empty_set_returns_an_empty_set(kind, method):
    dats = SETS[kind]()
    new = SET_METHODS[method](dats)
    assert (type(new), list(new), [len(dat) for dat in new.values()]) == (type(dats), list(dats), [0] * len(dats))
    assert len(getattr(new, "times", [])) == 0


@pytest.mark.parametrize("filter_bad", [False, True])
@pytest.mark.parametrize("kind", [kind for kind in SETS if "filtered" not in kind])
def test_union_of_bad_points_of_an_empty_set(kind, filter_bad):
    dats = SETS[kind]()
    dats.interpolate(10.0, filter_bad=filter_bad, bad_union=True)
    assert len(dats.times) == 0


@pytest.mark.parametrize("kind", SETS)
def test_intervals_and_zip_of_an_empty_set(kind, tmp_path):
    dats = SETS[kind]()
    numbers = copy.copy(dats)
    numbers.pop("mode", None)
    assert [len(table) for table in numbers.logical_intervals(">", 1).values()] == [0] * len(numbers)
    dats.write_zip(tmp_path / "a.zip")
    assert repr(dats).startswith(type(dats).__name__ + "(")


def test_expression_over_an_empty_set_is_an_empty_table():
    dats = SETS["all_empty"]()
    assert len(dats.logical_intervals("temp > 1 & mode == 'ON'")) == 0


def test_get_telem_and_its_table_without_samples(tmp_path):
    for more in ({}, {"interpolate_dt": 10}, {"sampling": "daily"}, {"outfile": tmp_path / "a.zip"}):
        dats = fetch.get_telem(["temp", "mode"], 0, 1, quiet=True, **more)
        assert [len(dat) for dat in dats.values()] == [0, 0]
    assert len(utils.get_telem_table(["temp", "mode"], 0, 1)) == 0


def test_member_that_filters_to_nothing_leaves_an_empty_set(archive):
    """All of its samples are bad."""
    update.append("good", T0 + np.arange(9), np.arange(9.0), archive=archive)
    update.append("bad", T0 + np.arange(9), np.arange(9.0), np.ones(9, bool), archive=archive)
    dats = fetch.MSIDset(["good", "bad"])
    dats.interpolate(dt=1.0)
    assert {len(dat) for dat in dats.values()} == {len(dats.times)} == {0}
