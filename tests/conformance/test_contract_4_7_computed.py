"""Contract 4.7: computed MSIDs through `fetch`; the classes themselves are tested with `jeta.computed`."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.small import columns, describe, pairs, put
from jeta import fetch, fetch_eng, fetch_sci
from jeta.fetch import ComputedMsid
from jeta.tdb import Entry

SECONDS = np.arange(0.0, 1000.0, 10.0)


@pytest.fixture(autouse=True)
def temp(archive):
    """TEMP in kelvin: 300 at 0 s, 301 at 10 s and so on, every tenth bad; classes of a test are forgotten."""
    describe(archive, Entry("TEMP", unit="K"))
    put("temp", SECONDS, 300.0 + np.arange(100), np.arange(100) % 10 == 0)
    before = list(ComputedMsid.msid_classes)
    yield archive
    ComputedMsid.msid_classes[:] = before


def define(pattern=r"twice_(\w+)", name="Twice", **attributes):
    """A computed MSID that is twice another, in the unit system of the user."""
    asked = []

    def get_msid_attrs(self, tstart, tstop, msid, msid_args):
        asked.append((tstart, tstop, msid, msid_args))
        dat = self.fetch_sys.MSID(msid_args[0], tstart, tstop + 100)
        return {
            "vals": 2 * dat.vals,
            "bads": dat.bads,
            "times": dat.times,
            "unit": dat.unit,
            "count": np.arange(len(dat)),
            "note": "ours",
        }

    body = {"msid_match": pattern, "get_msid_attrs": get_msid_attrs, "asked": asked}
    return type(name, (ComputedMsid,), {**body, **attributes})


def test_subclass_is_registered_by_its_definition_and_fetched_by_its_name():
    cls = define()
    assert ComputedMsid.msid_classes[-1] is cls
    dat = fetch.MSID("Twice_TEMP", 0.0, 50.0)
    assert (dat.msid, dat.MSID, dat.content, dat.data_source) == ("Twice_TEMP", "TWICE_TEMP", None, {})
    assert cls.asked == [(0.0, 50.0, "twice_temp", ["temp"])]


def test_class_without_msid_match_is_refused():
    with pytest.raises(ValueError, match="comp Nameless must define msid_match"):
        type("Nameless", (ComputedMsid,), {})


@pytest.mark.parametrize("missing", ["vals", "bads", "times", "unit"])
def test_attribute_that_is_missing_is_named_with_the_class(missing):
    returned = {"vals": [1.0], "bads": None, "times": [0.0], "unit": None}
    del returned[missing]
    define("short", get_msid_attrs=lambda self, *_: returned)
    with pytest.raises(ValueError, match=f"comp Twice did not set required {missing} attribute"):
        fetch.MSID("short", 0.0, 50.0)


def test_both_ends_are_inside_unlike_in_an_ordinary_fetch():
    """13.1: closed at both ends."""
    define()
    assert fetch.MSID("twice_temp", 10.0, 30.0).times.tolist() == [10, 20, 30]
    assert fetch.MSID("temp", 10.0, 30.0).times.tolist() == [10, 20]
    assert fetch.MSID("twice_temp", 10.0, 10.0).times.tolist() == [10]


def test_computed_names_win_over_the_archive_and_the_first_match_wins():
    for name, pattern in (("First", "temp"), ("Second", "te.*")):
        returned = {"vals": [1], "bads": None, "times": [0.0], "unit": name}
        define(pattern, name, get_msid_attrs=lambda self, *_, returned=returned: returned)
    assert (fetch.MSID("TEMP", 0.0, 9.0).unit, fetch.MSID("test", 0.0, 9.0).unit) == ("First", "Second")
    assert fetch.msid_glob("Temp") == (["Temp"], ["TEMP"])


def test_whole_name_must_match_in_every_branch():
    define("one_(x)|two")
    for name in ("one_x_more", "twofold", "a_two"):
        with pytest.raises(ValueError, match="is not in ARCHIVE data source"):
            fetch.MSID(name, 0.0, 9.0)


def test_groups_without_part_are_none():
    cls = define(r"temp(_v\d)?(_clean)?_copy", get_msid_attrs=None)
    cls.get_msid_attrs = lambda self, tstart, tstop, msid, args: {
        "vals": [args],
        "bads": None,
        "times": [0.0],
        "unit": None,
    }
    assert fetch.MSID("TEMP_CLEAN_copy", 0.0, 9.0).vals.tolist() == [[None, "_clean"]]


def test_extra_entries_are_attributes_and_arrays_of_that_length_columns():
    define()
    dat = fetch.MSID("twice_temp", 0.0, 50.0)
    assert (dat.colnames, dat.note) == (["vals", "bads", "times", "count"], "ours")
    assert dat.count.tolist() == [0, 1, 2, 3, 4, 5]
    dat.filter_bad()
    assert (dat.count.tolist(), len(dat.vals), dat.note) == ([1, 2, 3, 4, 5], 5, "ours")


def test_object_can_do_what_all_can():
    define()
    dat = fetch.MSID("twice_temp", 0.0, 50.0)
    copied = dat.select_intervals([(10, 20)], copy=True)
    assert (columns(copied), copied.count.tolist()) == (([10, 20], [602, 604], [False, False]), [1, 2])
    assert pairs(dat.logical_intervals(">", 605)) == [(25, 55)]
    dat.interpolate(dt=20)
    assert (dat.vals.tolist(), dat.count.tolist()) == ([600, 604, 608], [0, 2, 4])
    assert repr(dat).startswith("<MSID TWICE_TEMP start=1970:001:00:00:00.000")


def test_msid_leaves_bad_samples_out_and_sets_mix_both_kinds():
    define()
    assert fetch.Msid("twice_temp", 0.0, 50.0).bads is None
    dats = fetch.MSIDset(["temp", "twice_temp"], 0.0, 50.0)
    dats.interpolate(dt=10, filter_bad=False)
    assert (dats["twice_temp"].vals == 2 * dats["temp"].vals).all()


@pytest.mark.parametrize(
    ("module", "value", "unit"), [(fetch, 602, "K"), (fetch_sci, 2 * 27.85, "DEGC"), (fetch_eng, 2 * 82.13, "DEGF")]
)
def test_helper_fetch_sys_is_the_module_of_the_users_system(module, value, unit):
    define()
    dat = module.MSID("twice_temp", 10.0, 10.0)
    assert (dat.vals.tolist(), dat.unit) == (pytest.approx([value]), unit)


def test_helpers_of_fixed_systems_and_the_name_of_the_users():
    def get_msid_attrs(self, tstart, tstop, msid, args):
        units = [each.MSID("temp", tstart, tstop + 1).unit for each in (self.fetch_cxc, self.fetch_sci, self.fetch_eng)]
        return {"vals": [0], "bads": None, "times": [tstart], "unit": " ".join([*units, self.unit_system])}

    define("units", get_msid_attrs=get_msid_attrs)
    assert fetch_eng.MSID("units", 10.0, 20.0).unit == "K DEGC DEGF eng"
    assert fetch.get_telem("units", 10.0, 20.0, unit_system="sci")["units"].unit == "K DEGC DEGF sci"


@pytest.mark.parametrize(
    ("module", "value", "unit"), [(fetch, 273.15, "K"), (fetch_sci, 0, "DEGC"), (fetch_eng, 32, "DEGF")]
)
def test_units_of_the_class_convert_the_attributes_it_lists(module, value, unit):
    units = {
        "internal_system": "eng",
        "eng": "DEGF",
        "sci": "DEGC",
        "cxc": "K",
        "convert_attrs": ["vals", "low"],
    }
    returned = {"vals": [32.0], "low": np.array([32.0]), "raw": [32.0], "bads": None, "times": [5.0], "unit": "DEGF"}
    define("iced", get_msid_attrs=lambda self, *_: returned, units=units)
    dat = module.MSID("iced", 0.0, 9.0)
    assert (dat.vals[0], dat.low[0], dat.raw[0], dat.unit) == (pytest.approx(value), pytest.approx(value), 32, unit)


def test_statistics_are_of_the_good_samples_of_the_span_widened_by_a_bin():
    cls = define()
    dat = fetch.MSID("twice_temp", 164.0, 656.0, stat="5min")
    assert cls.asked[0][:2] == (164.0 - 328, 656.0 + 328)
    assert (dat.times.tolist(), dat.samples.tolist(), dat.dt) == ([164, 492], [29, 30], 328)
    assert (dat.mins.tolist(), dat.maxes.tolist()) == ([602, 666], [664, 730])
    assert (dat.unit, dat.vals is dat.means, dat.data_source) == ("K", True, {})


def test_statistics_have_an_all_false_mask_or_none():
    define()
    assert fetch.MSID("twice_temp", 0.0, 984.0, stat="5min").bads.tolist() == [False] * 3
    assert fetch.Msid("twice_temp", 0.0, 984.0, stat="5min").bads is None


def test_daily_statistics_have_standard_deviations_and_percentiles():
    define("ramp", get_msid_attrs=lambda self, *_: ramp())
    dat = fetch.MSID("ramp", 0.0, 86400.0, stat="daily")
    assert (dat.samples.tolist(), dat.p50s.tolist(), len(dat.stds)) == ([86400], [43199.5], 1)


def ramp():
    seconds = np.arange(86401.0)
    return {"vals": seconds, "bads": None, "times": seconds, "unit": None}


def test_times_that_go_back_are_refused():
    returned = {"vals": [1, 2], "bads": None, "times": [10.0, 5.0], "unit": None}
    define("back", get_msid_attrs=lambda self, *_: returned)
    for stat in (None, "5min"):
        with pytest.raises(ValueError, match="ascending"):
            fetch.MSID("back", 0.0, 20.0, stat=stat)


def test_statistics_of_texts_are_counts_of_their_states_or_refused_in_words():
    """The ancestor failed with a KeyError; without state codes there is nothing to count."""
    returned = {"vals": np.array(["A", "B"]), "bads": None, "times": [0.0, 656.0], "unit": None}
    define("texts", get_msid_attrs=lambda self, *_: returned)
    dat = fetch.MSID("texts", 0.0, 656.0, stat="5min")
    assert (dat.vals.tolist(), dat.samples.tolist()) == (["A"], [1])


def test_several_intervals_are_computed_each():
    cls = define()
    dat = fetch.MSID("twice_temp", [(0.0, 10.0), (50.0, 60.0)])
    assert (dat.times.tolist(), len(cls.asked)) == ([0, 10, 50, 60], 2)
    assert dat.count.tolist() == [0, 1, 0, 1]


def test_span_without_samples_is_empty():
    define()
    dat = fetch.MSID("twice_temp", 5000.0, 6000.0)
    assert (columns(dat), dat.count.tolist()) == (([], [], []), [])
    assert len(fetch.MSID("twice_temp", 50.0, 10.0)) == 0
    assert len(fetch.MSID("twice_temp", 5000.0, 6000.0, stat="5min")) == 0


def test_error_in_a_class_is_the_error_of_the_fetch():
    def get_msid_attrs(self, *_):
        raise RuntimeError("no model")

    define("broken", get_msid_attrs=get_msid_attrs)
    with pytest.raises(RuntimeError, match="no model"):
        fetch.MSID("broken", 0.0, 9.0)


@pytest.mark.parametrize(
    ("name", "vals"),
    [
        ("diff__temp__temp", [0, 0, 0]),
        ("rate__temp", [0.1, 0.1, 0.1]),
        ("norm__temp__temp", [301 * 2**0.5, 302 * 2**0.5, 303 * 2**0.5]),
        ("mean__temp__20s", [301.5, 302, 303]),
    ],
)
def test_mission_free_ones_are_there(name, vals):
    dat = fetch.MSID(name, 10.0, 30.0)
    usable = ~dat.bads
    assert dat.vals[usable] == pytest.approx(np.array(vals)[usable])
    assert usable.sum() >= 2


def test_bracket_of_a_computed_msid_is_refused_since_a_class_is_asked_for_a_span_only():
    with pytest.raises(ValueError, match="bracket"):
        fetch.MSID("diff__temp__temp", 11.0, 19.0, bracket=True)
