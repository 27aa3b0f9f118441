"""Section 2 of the contract, what an object is: attributes (2.6), sets (2.7), copies (2.8). Tests name the row.

``content`` is None throughout: in jeta each MSID has time stamps of its own. The table of Chandra's 14 state codes is empty.
"""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict

import numpy as np
import pytest

from jeta import fetch, fetch_eng, fetch_sci, update
from jeta.computed import ComputedMsid
from jeta.computed.registry import COMPUTED
from jeta.tdb import Entry, write_yaml

pytestmark = pytest.mark.usefixtures("small")

T0 = 1_262_304_000.0  # 2010:001
SAMPLED = ["vals", "times", "bads"]
FIRST = ["times", "indexes", "samples", "vals"]
SPREAD = ["stds", "p01s", "p05s", "p16s", "p50s", "p84s", "p95s", "p99s"]


# ---------------------------------------------------------------- 2.6 attributes, one test a row


def test_2_6_msid_as_typed_or_lower_case_match():
    assert [fetch.MSID(name).msid for name in ("TeMp", "TEM?")] == ["TeMp", "temp"]


def test_2_6_msid_upper_case():
    assert [fetch.MSID(name).MSID for name in ("TeMp", "TEM?", "power")] == ["TEMP", "TEMP", "DP_POWER"]


def test_2_6_units_is_a_snapshot_of_the_system_at_construction():
    before = fetch.MSID("temp")
    fetch.set_units("eng")
    assert (before.units["system"], fetch.MSID("temp").units["system"]) == ("cxc", "eng")
    assert isinstance(before.units, fetch.Units)


def test_2_6_unit_in_that_system():
    found = [module.MSID("temp").unit for module in (fetch, fetch_sci, fetch_eng)]
    assert (found, fetch.MSID("count").unit, fetch.MSID("mode").unit) == (["K", "DEGC", "DEGF"], None, None)


@pytest.mark.parametrize("stat", [None, "5min", "daily"])
def test_2_6_stat(stat):
    assert fetch.MSID("temp", stat=stat).stat == stat


@pytest.mark.parametrize(("stat", "dt"), [("5min", 328), ("daily", 86400)])
def test_2_6_dt_of_statistics_only(stat, dt):
    assert fetch.MSID("temp", stat=stat).dt == dt
    assert not hasattr(fetch.MSID("temp"), "dt")


def test_2_6_tstart_and_tstop_are_the_range_asked_for():
    dat = fetch.MSID("temp", T0 - 5, T0 + 1000)
    assert (dat.tstart, dat.tstop, type(dat.tstart)) == (T0 - 5, T0 + 1000, float)


def test_2_6_datestart_and_datestop_are_the_same_as_text():
    dat = fetch.MSID("temp", T0 - 5, T0 + 1000)
    assert (dat.datestart, dat.datestop) == ("2009:365:23:59:55.000", "2010:001:00:16:40.000")


def test_2_6_data_source():
    """Empty for statistics and computed MSIDs; see below for intervals."""
    first_to_last = {"start": "2010:001:00:00:00.000", "stop": "2010:001:00:01:30.000"}
    assert fetch.MSID("temp").data_source == {"archive": first_to_last}
    assert fetch.MSID("temp").data_source["cxc"] == first_to_last
    for empty in (fetch.MSID("temp", stat="5min"), fetch.MSID("diff__temp__temp")):
        assert empty.data_source == {}


@pytest.mark.parametrize("intervals", [[], [(T0, T0 + 9)], [(T0, T0 + 9), (T0 + 50, T0 + 60)]], ids=len)
def test_2_6_data_source_of_intervals_is_empty(intervals):
    """However many they are."""
    assert fetch.MSID("temp", intervals).data_source == {}


def test_2_6_data_source_without_samples_is_empty_for_the_source():
    assert fetch.MSID("temp", 0, 1).data_source == {"archive": {}}


def test_2_6_times_are_float64():
    assert fetch.MSID("mode").times.dtype == fetch.MSID("temp", stat="daily").times.dtype == np.float64


def test_2_6_bads_is_a_mask_or_none():
    assert np.flatnonzero(fetch.MSID("temp").bads).tolist() == [3, 4]
    assert fetch.MSID("temp").bads.dtype == np.bool_
    assert [dat.bads for dat in (fetch.Msid("temp"), fetch.MSID("temp", stat="5min"))] == [None, None]


def test_2_6_content_is_a_property():
    """None, since jeta has no content types."""
    assert isinstance(fetch.MSID.content, property)
    assert fetch.MSID("temp").content is None


@pytest.mark.parametrize("module", [fetch, fetch_eng, fetch_sci], ids=lambda module: module.__name__)
def test_2_6_fetch_is_the_module_of_the_class(module):
    assert module.MSID.fetch is module.Msid.fetch is module.MSID("temp").fetch is module


def test_2_6_dtype_is_that_of_vals_or_object():
    dat = fetch.MSID("mode")
    assert (dat.dtype, fetch.MSID("temp").dtype) == (np.dtype("<U3"), np.float32)
    dat.vals = [object()] * 10
    assert dat.dtype == np.dtype("object")


def test_2_6_state_codes_is_a_sorted_list_or_none():
    assert [(code, state.rstrip()) for code, state in fetch.MSID("mode").state_codes] == [(0, "OFF"), (1, "ON")]
    assert fetch.MSID("temp").state_codes is None


def test_2_6_raw_vals_is_int8_or_none():
    raw = fetch.MSID("mode").raw_vals
    assert (raw.tolist(), raw.dtype) == ([0, 0, 1, 1, 0, 0, 1, 1, 0, 0], np.int8)
    assert fetch.MSID("temp").raw_vals is None


def test_2_6_tdb_is_the_record_and_unknown_a_key_error():
    assert fetch.MSID("temp").tdb.unit == "K"
    with pytest.raises(KeyError):
        _ = fetch.MSID("count").tdb


# ---------------------------------------------------------------- 2.6 colnames and statistics


@pytest.mark.parametrize("filter_bad", [False, True])
def test_2_6_colnames_of_samples(filter_bad):
    """``bads`` stays in the list when it is None."""
    assert fetch.MSID("temp", filter_bad=filter_bad).colnames == SAMPLED


@pytest.mark.parametrize(("stat", "spread"), [("5min", []), ("daily", SPREAD)])
def test_2_6_colnames_of_statistics_of_numbers(stat, spread):
    expected = [*FIRST, "mins", "maxes", "means", *spread, "midvals"]
    for name in ("temp", "count", "dp_power", "flag"):
        assert fetch.MSID(name, stat=stat).colnames == expected


@pytest.mark.parametrize("stat", ["5min", "daily"])
def test_2_6_colnames_of_statistics_of_texts(stat):
    """A column for each state and neither means nor midvals."""
    assert fetch.MSID("mode", stat=stat).colnames == [*FIRST, "n_OFFs", "n_ONs"]


def test_2_6_colnames_of_computed_msids_are_those_that_the_class_returned():
    before = list(COMPUTED.classes)

    class Made(ComputedMsid):
        msid_match = "made"

        def get_msid_attrs(self, tstart, tstop, msid, msid_args):
            rows = np.arange(3.0)
            good = np.zeros(3, bool)
            return {"bads": good, "vals": rows, "twice": 2 * rows, "times": T0 + rows, "unit": "V", "note": "a word"}

    dat = fetch.MSID("made", T0, T0 + 1)
    COMPUTED.classes[:] = before
    assert dat.colnames == ["bads", "vals", "twice", "times"]
    assert (dat.twice.tolist(), dat.note, dat.unit) == ([0, 2], "a word", "V")


def test_2_6_statistics_times_are_midpoints_of_bins(scenario):
    dat = fetch.MSID("tephin", "2010:001", "2010:002", stat="5min")
    assert dat.times.tolist() == ((dat.indexes + 0.5) * 328).tolist()


def test_2_6_statistics_vals_are_the_means_the_same_array(scenario):
    dat = fetch.MSID("tephin", "2010:001", "2010:003", stat="daily")
    assert dat.vals is dat.means
    assert not np.array_equal(dat.midvals, dat.means)


def test_2_6_statistics_of_texts_have_the_sample_as_vals(scenario):
    dat = fetch.MSID("aamode", "2010:001", "2010:002", stat="5min")
    assert dat.vals.dtype.kind == "U"
    assert not hasattr(dat, "means")
    assert not hasattr(dat, "midvals")


def test_2_6_statistics_indexes_and_samples_are_int32_and_bads_none(scenario):
    """Each hundredth sample is bad and does not count."""
    dat = fetch.MSID("tephin", "2010:001", "2010:002", stat="daily")
    assert (dat.indexes.dtype, dat.samples.dtype, dat.bads) == (np.int32, np.int32, None)
    assert (dat.indexes.tolist(), dat.samples.tolist()) == ([4383], [2606])


@pytest.mark.parametrize(
    ("state", "column"),
    [("OFF", "n_OFFs"), ("RUNS", "n_RUNSs"), ("runs", "n_runses"), ("max", "n_maxes"), ("+1/2", "n_PLUS_1_DIV_2s")],
)
def test_2_6_plurals(archive, state, column):
    """``es`` after lower-case x or s, else ``s``."""
    update.append("x", T0 + np.arange(600), [state] * 600, archive=archive)
    write_yaml([Entry("x", state_codes={0: state})], archive.layout.tdb / "x.yaml")
    assert fetch.MSID("x", stat="5min").colnames[-1] == column


# ---------------------------------------------------------------- 2.6 len, repr, pickling, types


def test_2_6_len_is_that_of_vals():
    dat = fetch.MSID("temp", T0, T0 + 45)
    assert len(dat) == len(dat.vals) == 5


def test_2_6_repr_as_in_the_contract(scenario):
    text = "<MSID TEPHIN start=2010:001:00:00:00.000 stop=2010:002:00:00:00.000 len=2635 dtype=float32 unit=K>"
    dat = fetch.MSID("tephin", "2010:001", "2010:002")
    assert repr(dat) == str(dat) == text


def test_2_6_repr_omits_none_and_shows_stat():
    assert repr(fetch.MSID("count", T0, T0 + 5)).endswith("len=1 dtype=int16>")
    assert repr(fetch.MSID("temp", T0, T0 + 5, stat="5min")).endswith("unit=K stat=5min>")


def test_2_6_repr_of_four_characters_is_str128(archive):
    update.append("x", T0, "ABCD", archive=archive)
    assert " dtype=str128" in repr(fetch.MSID("x"))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))], ids=["copy", "pickle"])
@pytest.mark.parametrize(
    "made", [lambda: fetch.MSID("temp"), lambda: fetch.MSIDset(["temp", "mode"])], ids=["one", "set"]
)
def test_2_6_pickling_and_deepcopy(duplicate, made):
    dat = made()
    assert repr(duplicate(dat)) == repr(dat)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "int16", "int32", "bool"])
def test_2_6_types_are_kept_as_stored(archive, dtype):
    update.append("x", [T0, T0 + 1], np.array([0, 1], dtype), archive=archive)
    assert fetch.MSID("x").vals.dtype == np.dtype(dtype)


def test_2_6_byte_strings_come_back_as_unicode_without_blanks(archive):
    """With their trailing blanks in cheta; without by decision."""
    update.append("x", [T0, T0 + 1], np.array([b"ON ", b"OFF"]), archive=archive)
    dat = fetch.MSID("x")
    assert (dat.vals.tolist(), dat.vals.dtype.kind) == (["ON", "OFF"], "U")


def test_2_6_linear_converters_keep_float32():
    assert fetch_eng.MSID("temp").vals.dtype == np.float32


# ---------------------------------------------------------------- 2.6 state_codes and raw_vals


def test_2_6_state_codes_of_the_fixed_table_win_always():
    fetch.STATE_CODES["MODE"] = [(5, "ON"), (4, "OFF")]
    assert fetch.MSID("mode").state_codes == [(4, "OFF"), (5, "ON")]
    assert fetch.MSID("mode").raw_vals.tolist()[:3] == [4, 4, 5]
    fetch.STATE_CODES["COUNT"] = [(0, "NONE")]
    assert fetch.MSID("count").state_codes == [(0, "NONE")]


def test_2_6_state_codes_none_for_texts_without_any(archive):
    update.append("x", [T0], ["a"], archive=archive)
    assert (fetch.MSID("x").state_codes, fetch.MSID("x").raw_vals) == (None, None)


def test_2_6_raw_vals_minus_one_where_no_code_matches(archive):
    write_yaml([Entry("x", state_codes={0: "OFF", 1: "ON"})], archive.layout.tdb / "x.yaml")
    update.append("x", [T0, T0 + 1, T0 + 2], ["ON", "O", "OFF"], archive=archive)
    assert fetch.MSID("x").raw_vals.tolist() == [1, -1, 0]


def test_2_6_raw_vals_match_whatever_the_blanks():
    """Codes hold ``'ON '``, values ``'ON'``."""
    assert 1 in fetch.MSID("mode").raw_vals


@pytest.mark.parametrize("change", ["filter", "select", "interpolate"])
def test_2_6_raw_vals_are_made_anew_at_each_use(change):
    """Stale in cheta after a filter."""
    dat = fetch.MSID("mode")
    assert len(dat.raw_vals) == 10
    if change == "filter":
        dat.filter_bad(np.arange(10) < 7)
    elif change == "select":
        dat.select_intervals([(T0 + 70, T0 + 90)])
    else:
        dat.interpolate(times=T0 + np.array([70.0, 80, 90]))
    assert dat.raw_vals.tolist() == [1, 0, 0]


# ---------------------------------------------------------------- 2.7 sets


def test_2_7_ordered_dict_keyed_by_the_resolved_name():
    dats = fetch.MSIDset(["TeMp", "M*", "power"])
    assert isinstance(dats, OrderedDict)
    assert list(dats) == list(dats.keys()) == ["TeMp", "mode", "power"]
    assert [dat.MSID for dat in dats.values()] == ["TEMP", "MODE", "DP_POWER"]


def test_2_7_two_spellings_are_two_entries_and_keys_are_case_sensitive():
    dats = fetch.MSIDset(["temp", "TEMP"])
    assert list(dats) == ["temp", "TEMP"]
    with pytest.raises(KeyError):
        dats["Temp"]


def test_2_7_items_deletion_and_assignment():
    dats = fetch.MSIDset(["temp", "mode"])
    del dats["temp"]
    dats["mine"] = fetch.MSID("count")
    assert [(name, dat.MSID) for name, dat in dats.items()] == [("mode", "MODE"), ("mine", "COUNT")]


def test_2_7_range_attributes_and_times_only_after_interpolate():
    dats = fetch.MSIDset(["temp", "mode"], T0, T0 + 100)
    assert (dats.tstart, dats.tstop, dats.datestart) == (T0, T0 + 100, "2010:001:00:00:00.000")
    assert dats.datestop == "2010:001:00:01:40.000"
    assert not hasattr(dats, "times")
    dats.interpolate(dt=20.0)
    assert dats.times.tolist() == [T0, T0 + 20, T0 + 40, T0 + 60, T0 + 80]


@pytest.mark.parametrize("module", [fetch, fetch_eng, fetch_sci], ids=lambda module: module.__name__)
def test_2_7_members_are_of_the_class_attribute_msid(module):
    for cls in (module.MSIDset, module.Msidset):
        assert cls.MSID is module.MSID
        assert {type(dat) for dat in cls(["temp", "mode"]).values()} == {module.MSID}


def test_2_7_filter_bad_per_msid_not_union():
    dats = fetch.MSIDset(["temp", "count"], filter_bad=True)
    assert (dats["temp"].vals.tolist()[3], dats["count"].vals.tolist()) == (285, [0, 1, 2, 3, 5, 6, 8, 9])


def test_2_7_unknown_name_raises_before_any_data():
    with pytest.raises(ValueError, match="MSID 'nope'"):
        fetch.MSIDset(["temp", "nope"])


def test_2_7_one_text_is_one_name():
    """Its letters in cheta; one name as advised."""
    assert list(fetch.MSIDset("temp")) == ["temp"]
    with pytest.raises(ValueError, match="'nope'"):
        fetch.MSIDset("nope")


def test_2_7_nothing_is_an_empty_set():
    assert dict(fetch.MSIDset()) == {}


def test_2_7_repr_is_that_of_an_ordered_dict():
    """As it was before Python 3.12 changed it."""
    dats = fetch.MSIDset(["temp"])
    assert repr(dats) == f"MSIDset([('temp', {dats['temp']!r})])"


def test_2_7_copy_keeps_members_range_class_and_times():
    """cheta drops ``times``."""
    dats = fetch.Msidset(["temp", "mode"], T0, T0 + 100)
    dats.interpolate(dt=20.0)
    new = dats.copy()
    assert (type(new), list(new), new.tstart, new.datestop) == (fetch.Msidset, list(dats), dats.tstart, dats.datestop)
    assert new.times.tolist() == dats.times.tolist()
    assert not np.shares_memory(new.times, dats.times)
    assert new["temp"] is not dats["temp"]


# ---------------------------------------------------------------- 2.8 copy semantics

SPAN = (T0, T0 + 100)
MADE = [lambda: fetch.MSID("temp", *SPAN), lambda: fetch.MSIDset(["temp", "count"], *SPAN)]
FILTERS = {
    "filter_bad": (),
    "filter_bad_times": (T0, T0 + 20),
    "select_intervals": ([(T0, T0 + 20)],),
    "remove_intervals": ([(T0, T0 + 20)],),
    "interpolate": (20.0,),
}


@pytest.mark.parametrize("method", FILTERS)
@pytest.mark.parametrize("made", MADE, ids=["one", "set"])
def test_2_8_in_place_and_none_by_default(method, made):
    dat, before = made(), repr(made())
    assert getattr(dat, method)(*FILTERS[method]) is None
    assert repr(dat) != before


@pytest.mark.parametrize("method", FILTERS)
@pytest.mark.parametrize("made", MADE, ids=["one", "set"])
def test_2_8_copy_is_returned_and_the_object_left(method, made):
    """`MSID.interpolate` has the argument too, which cheta's lacks."""
    dat, changed = made(), made()
    getattr(changed, method)(*FILTERS[method])
    new = getattr(dat, method)(*FILTERS[method], copy=True)
    assert (type(new), repr(new), repr(dat)) == (type(dat), repr(changed), repr(made()))


def test_2_8_filter_bad_returns_the_copy_also_of_filtered_data():
    """None in cheta."""
    dat = fetch.Msid("temp")
    assert len(dat.filter_bad(copy=True)) == 8
    assert dat.filter_bad(copy=True) is not dat


def test_2_8_write_zip_returns_none(tmp_path):
    assert fetch.MSID("temp").write_zip(tmp_path / "a.zip") is None
    assert fetch.MSIDset(["temp"]).write_zip(tmp_path / "b.zip") is None


def test_2_8_arrays_of_a_fetch_are_the_callers_own():
    first, second = fetch.MSID("temp"), fetch.MSID("temp")
    for name in SAMPLED:
        assert not np.shares_memory(getattr(first, name), getattr(second, name))
        getattr(first, name)[:] = 0
    assert fetch.MSID("temp").vals.tolist() == second.vals.tolist()
