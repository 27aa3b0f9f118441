"""Section 2 of the contract up to errors: signatures (2.1), names (2.2), intervals (2.3), ranges (2.4), errors (2.5).

Rows about the source MAUDE have no test: jeta has no such source. See `test_contract_2_objects` for 2.6 to 2.8.
"""

from __future__ import annotations

import inspect
import re
from collections import OrderedDict

import numpy as np
import pytest
from astropy.table import Table

from jeta import fetch, fetch_eng, fetch_sci, update
from jeta.computed import ComputedMsid
from jeta.computed.registry import COMPUTED

pytestmark = pytest.mark.usefixtures("small")

T0 = 1_262_304_000.0  # 2010:001
MODULES = [fetch, fetch_eng, fetch_sci]


def defaults(cls):
    """Positional parameters of a class and their defaults."""
    parameters = inspect.signature(cls).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD}


# ---------------------------------------------------------------- 2.1 signatures


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
@pytest.mark.parametrize(
    ("name", "first", "filter_bad"),
    [("MSID", "msid", False), ("Msid", "msid", True), ("MSIDset", "msids", False), ("Msidset", "msids", True)],
)
def test_2_1_signature_of_each_class(module, name, first, filter_bad):
    """The default start is the archive's first sample by decision, which None says; Chandra's launch in cheta."""
    found = defaults(getattr(module, name))
    required = inspect.Parameter.empty
    assert list(found) == [first, "start", "stop", "filter_bad", "stat"]
    assert found[first] is (None if name == "MSIDset" else required)
    assert (found["start"], found["stop"], found["filter_bad"], found["stat"]) == (None, None, filter_bad, None)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_2_1_kinds_are_subclasses(module):
    assert issubclass(module.Msid, module.MSID)
    assert issubclass(module.Msidset, module.MSIDset)
    assert issubclass(module.MSIDset, OrderedDict)


def test_2_1_names_are_required_in_msidset_with_small_letters_only():
    assert len(fetch.MSIDset()) == 0
    with pytest.raises(TypeError):
        fetch.Msidset()


def test_2_1_all_five_arguments_may_be_positional():
    for one, several in ((fetch.MSID, fetch.MSIDset), (fetch.Msid, fetch.Msidset)):
        assert len(one("temp", T0, T0 + 100, True, None)) == 8
        assert len(several(["temp"], T0, T0 + 100, True, None)["temp"]) == 8


def test_2_1_launch_date():
    assert fetch.LAUNCH_DATE == "1999:204"
    assert len(fetch.MSID("temp", fetch.LAUNCH_DATE)) == 10


# ---------------------------------------------------------------- 2.2 name resolution


@pytest.fixture
def computed():
    """A class of computed MSIDs that is forgotten after the test."""
    before = list(COMPUTED.classes)

    class Made(ComputedMsid):
        msid_match = r"te\w+_made|count"

        def get_msid_attrs(self, tstart, tstop, msid, msid_args):
            return {"vals": np.array([7.0]), "bads": np.array([False]), "times": np.array([tstart]), "unit": None}

    yield Made
    COMPUTED.classes[:] = before


def test_2_2_returns_two_lists_of_str():
    msids, names = fetch.msid_glob("temp")
    assert (msids, names, type(msids), type(names)) == (["temp"], ["TEMP"], list, list)


@pytest.mark.parametrize("typed", ["Temp_Made", "TEMP_MADE"])
def test_2_2_step_1_computed_names_match_whole_in_any_case(computed, typed):
    assert fetch.msid_glob(typed) == ([typed], ["TEMP_MADE"])
    with pytest.raises(ValueError):
        fetch.msid_glob(typed + "2")


def test_2_2_step_1_computed_names_win_over_the_archive(computed):
    assert fetch.MSID("Count", T0, T0 + 100).vals.tolist() == [7.0]


def test_2_2_step_1_no_globbing_of_computed_names(computed):
    with pytest.raises(ValueError):
        fetch.msid_glob("*_made")


@pytest.mark.parametrize("typed", ["Calc_Power", "CALC_POWER", "Dp_Power"])
def test_2_2_step_2a_calc_is_dp(typed):
    assert fetch.msid_glob(typed) == ([typed], ["DP_POWER"])


def test_2_2_step_2b_dp_is_tried_second(archive):
    for name in ("x", "dp_x", "dp_y"):
        update.append(name, T0, 1, archive=archive)
    assert [fetch.msid_glob(name)[1] for name in ("x", "dp_x", "y")] == [["X"], ["DP_X"], ["DP_Y"]]


@pytest.mark.parametrize("typed", ["temp", "TEMP", "TeMp"])
def test_2_2_step_2c_exact_name_as_typed_and_upper_case(typed):
    dat = fetch.MSID(typed)
    assert (dat.msid, dat.MSID) == (typed, "TEMP")


@pytest.mark.parametrize(
    ("pattern", "names"),
    [("*o*", ["COUNT", "DP_POWER", "MODE"]), ("mod?", ["MODE"]), ("[FT]*", ["FLAG", "TEMP"]), ("pow*", ["DP_POWER"])],
)
def test_2_2_step_2d_patterns(pattern, names):
    """Derived names are tried only where the plain pattern matches nothing."""
    assert fetch.msid_glob(pattern) == ([name.lower() for name in names], names)


def test_2_2_step_2d_more_matches_than_the_limit(archive):
    for number in range(11):
        update.append(f"many{number}", T0, 1, archive=archive)
    with pytest.raises(ValueError, match=r"'many\*'.*10.*fetch\.MAX_GLOB_MATCHES"):
        fetch.msid_glob("many*")
    assert len(fetch.msid_glob("many?")[0]) == 10


def test_2_2_step_3_nothing_found_names_what_was_typed_and_the_sources():
    """The source is called archive; cxc in cheta."""
    with pytest.raises(ValueError, match=re.escape("MSID 'Tmep' is not in ARCHIVE data source(s)")):
        fetch.msid_glob("Tmep")


def test_2_2_consequence_pattern_of_one_match_gives_a_lower_case_name():
    dat = fetch.MSID("TEM*")
    assert (dat.msid, dat.MSID) == ("temp", "TEMP")


def test_2_2_consequence_matches_are_sorted():
    """cheta's order is that of a set; sorted by decision."""
    msids = fetch.msid_glob("*")[0]
    assert msids == sorted(msids)


def test_2_2_single_object_refuses_several_matches():
    with pytest.raises(ValueError, match=r"Multiple matches for '\*o\*'"):
        fetch.MSID("*o*")


# ---------------------------------------------------------------- 2.3 start as a table of intervals

PAIRS = [(T0 + 40, T0 + 60), (T0, T0 + 20)]
IN_PAIRS = [0, 1, 4, 5]


def test_2_3_list_or_tuple_of_pairs():
    for pairs in (PAIRS, tuple(PAIRS), [list(pair) for pair in PAIRS]):
        assert fetch.MSID("count", pairs).vals.tolist() == IN_PAIRS


def test_2_3_pairs_of_dates():
    assert fetch.MSID("count", [("2010:001", "2010:001:00:00:20")]).vals.tolist() == [0, 1]


@pytest.mark.parametrize("columns", [("datestart", "datestop"), ("tstart", "tstop")])
def test_2_3_rows_with_columns(columns):
    rows = [("2010:001:00:00:40", "2010:001:00:01:00"), ("2010:001", "2010:001:00:00:20")]
    table = Table(rows=rows if columns[0] == "datestart" else PAIRS, names=columns)
    assert fetch.MSID("count", table).vals.tolist() == IN_PAIRS
    assert fetch.MSID("count", table.as_array()).vals.tolist() == IN_PAIRS


def test_2_3_dates_go_before_seconds():
    table = Table({"datestart": ["2010:001"], "datestop": ["2010:001:00:00:20"], "tstart": [0.0], "tstop": [1.0]})
    assert fetch.MSID("count", table).vals.tolist() == [0, 1]


def test_2_3_stop_is_ignored_and_intervals_are_sorted():
    dat = fetch.MSID("count", PAIRS, "2000:001")
    assert np.all(np.diff(dat.times) > 0)
    assert (dat.tstart, dat.tstop) == (T0, T0 + 60)
    assert (dat.datestart, dat.datestop) == ("2010:001:00:00:00.000", "2010:001:00:01:00.000")


def test_2_3_overlap_is_refused_and_touching_allowed():
    with pytest.raises(ValueError, match="Input intervals overlap"):
        fetch.MSID("count", [(T0, T0 + 20.5), (T0 + 20, T0 + 30)])
    assert len(fetch.MSID("count", [(T0, T0 + 20), (T0 + 20, T0 + 30)])) == 3


def test_2_3_filter_bad_after_joining_and_no_data_source():
    dat = fetch.MSID("count", PAIRS, filter_bad=True)
    assert (dat.vals.tolist(), dat.bads, dat.data_source) == ([0, 1, 5], None, {})
    assert fetch.MSID("count", PAIRS).bads.tolist() == [False, False, True, False]


def test_2_3_every_column_of_statistics_is_joined():
    dat = fetch.MSID("count", [(0, T0 + 50), (T0 + 50, 2e9)], stat="5min")
    assert {len(getattr(dat, name)) for name in dat.colnames} == {len(dat)}


def test_2_3_set_uses_the_same_intervals_for_all():
    dats = fetch.MSIDset(["count", "mode"], PAIRS)
    assert dats["count"].times.tolist() == dats["mode"].times.tolist() == [T0, T0 + 10, T0 + 40, T0 + 50]
    assert (dats.tstart, dats.tstop) == (T0, T0 + 60)


@pytest.mark.parametrize("nothing", [[], (), Table({"tstart": [], "tstop": []})], ids=["list", "tuple", "table"])
def test_2_3_no_intervals_are_an_empty_result(nothing):
    """An IndexError in cheta; empty here, as advised."""
    dat = fetch.MSID("temp", nothing)
    assert (len(dat), dat.dtype) == (0, np.float32)


def test_2_3_list_of_two_texts_is_refused_loudly():
    with pytest.raises(ValueError, match="pairs"):
        fetch.MSID("temp", ["2010:001", "2010:002"])


# ---------------------------------------------------------------- 2.4 the time range


def test_2_4_half_open():
    assert fetch.MSID("count", T0 + 10, T0 + 30).vals.tolist() == [1, 2]


@pytest.mark.parametrize(("start", "stop"), [(T0, T0), (T0 + 50, T0), (0, 1), ("2030:001", "2031:001")])
@pytest.mark.parametrize("name", ["temp", "count", "mode", "flag", "dp_power"])
def test_2_4_equal_reversed_and_outside_are_empty_with_the_right_types(name, start, stop):
    dat = fetch.MSID(name, start, stop)
    assert (len(dat), dat.times.dtype, dat.vals.dtype.kind) == (0, np.float64, fetch.MSID(name).vals.dtype.kind)
    assert "len=0" in repr(dat)
    assert (dat.dtype, dat.colnames) == (dat.vals.dtype, ["vals", "times", "bads"])


def test_2_4_no_error_for_a_request_into_the_future():
    assert len(fetch.MSID("count", T0 + 50, "2100:001")) == 5


def test_2_4_last_sample_is_there_where_the_request_reaches_past_it():
    """Missing in the original jeta."""
    assert fetch.MSID("count").vals.tolist()[-1] == 9


def test_2_4_filter_bad_is_applied_after_fetching():
    assert fetch.MSID("count", T0 + 30, T0 + 80, filter_bad=True).vals.tolist() == [3, 5, 6]


def test_2_4_a_fetch_over_2000_001_is_one(archive):
    """cheta splits it; nobody sees that."""
    update.append("x", ["1999:365:23:59:59", "2000:001", "2000:002", "2000:003"], [1, 2, 3, 4], archive=archive)
    assert fetch.MSID("x", "1999:204", "2000:004").vals.tolist() == [1, 2, 3, 4]


# ---------------------------------------------------------------- 2.5 errors, one test a row


@pytest.mark.parametrize("call", [fetch.MSID, fetch.Msid, fetch.msid_glob, lambda name: fetch.MSIDset(["temp", name])])
def test_2_5_unknown_msid_is_a_value_error(call):
    with pytest.raises(ValueError, match="MSID 'x' is not in"):
        call("x")


def test_2_5_glob_of_several_in_msid_is_a_value_error():
    with pytest.raises(ValueError, match="Multiple matches"):
        fetch.MSID("*")


def test_2_5_glob_of_more_than_ten_is_a_value_error(monkeypatch):
    monkeypatch.setattr(fetch, "MAX_GLOB_MATCHES", 4)
    for call in (fetch.MSID, fetch.msid_glob, lambda pattern: fetch.MSIDset([pattern])):
        with pytest.raises(ValueError, match="MAX_GLOB_MATCHES"):
            call("*")


def test_2_5_unknown_msid_in_get_time_range_is_a_key_error():
    with pytest.raises(KeyError):
        fetch.get_time_range("x")
    assert fetch.get_time_range("temp") == (T0, T0 + 90)


@pytest.mark.parametrize("where", ["start", "stop"])
def test_2_5_bad_time_text_is_a_value_error(where):
    with pytest.raises(ValueError, match="garbage"):
        fetch.MSID("temp", **{where: "garbage"})


@pytest.mark.parametrize("error", [KeyError, ValueError])
@pytest.mark.parametrize("make", [fetch.MSID, fetch.Msid, lambda name, stat: fetch.MSIDset([name], stat=stat)])
def test_2_5_unknown_stat_is_a_key_error_and_a_value_error(make, error):
    """KeyError in both ancestors; also a ValueError, as advised."""
    with pytest.raises(error, match="hourly"):
        make("temp", stat="hourly")


@pytest.mark.parametrize("stat", ["5min", "daily"])
def test_2_5_statistics_are_never_absent(archive, stat):
    """No file of statistics is needed: an MSID with samples has some, if only none complete."""
    update.append("x", [T0, T0 + 1], [1, 2], archive=archive)
    assert len(fetch.MSID("x", stat=stat)) == 0


def test_2_5_overlapping_intervals_are_a_value_error():
    with pytest.raises(ValueError, match="overlap"):
        fetch.MSIDset(["temp"], [(T0, T0 + 20), (T0 + 10, T0 + 30)])


def test_2_5_one_hierarchy_that_is_also_the_builtin_kinds():
    from jeta.errors import JetaError, UnknownMsidError

    assert issubclass(UnknownMsidError, JetaError)
    assert issubclass(UnknownMsidError, ValueError)
    assert issubclass(UnknownMsidError, KeyError)
