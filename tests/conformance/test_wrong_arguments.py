"""Arguments of the wrong kind are refused in words: an error of jeta's own, a builtin kind too, that names the value."""

from __future__ import annotations

import numpy as np
import pytest

from jeta import fetch, utils
from jeta.errors import JetaError

pytestmark = pytest.mark.usefixtures("small")

T0 = 1_262_304_000.0  # 2010:001
SPAN = (T0, T0 + 100)
YEAR = (T0, T0 + 365 * 86400)


def temp():
    return fetch.MSID("temp", *SPAN)


def mode():
    return fetch.MSID("mode", *SPAN)


def both():
    return fetch.MSIDset(["temp", "mode"], *SPAN)


def telem(**kwargs):
    return fetch.get_telem(["temp"], *SPAN, quiet=True, **kwargs)


WRONG = {
    # constructors
    "name_number": (lambda: fetch.MSID(5), "5"),
    "name_none": (lambda: fetch.MSID(None), "None"),
    "name_list": (lambda: fetch.MSID(["temp"]), "temp"),
    "name_bytes": (lambda: fetch.MSID(b"temp"), "temp"),
    "names_number": (lambda: fetch.MSIDset(5), "5"),
    "names_of_numbers": (lambda: fetch.MSIDset([5]), "5"),
    "names_nested": (lambda: fetch.MSIDset([["temp"]]), "temp"),
    "start_bool": (lambda: fetch.MSID("temp", True), "True"),
    "start_nan": (lambda: fetch.MSID("temp", float("nan")), "nan"),
    "start_infinite": (lambda: fetch.MSID("temp", float("inf")), "inf"),
    "start_object": (lambda: fetch.MSID("temp", object()), "object"),
    "start_dict": (lambda: fetch.MSID("temp", {}), "{}"),
    "start_two_texts": (lambda: fetch.MSID("temp", ["2010:001", "2010:002"]), "2010:001"),
    "start_pair_of_nonsense": (lambda: fetch.MSID("temp", [("a", "b")]), "'a'"),
    "start_backwards": (lambda: fetch.MSID("temp", [(T0 + 1, T0)]), "1262304001"),
    "stop_list": (lambda: fetch.MSID("temp", T0, ["2010:002"]), "2010:002"),
    "stat_number": (lambda: fetch.MSID("temp", stat=5), "5"),
    "stat_list": (lambda: fetch.MSID("temp", stat=["5min"]), "5min"),
    "stat_true": (lambda: fetch.MSIDset(["temp"], stat=True), "True"),
    "stat_with_bracket": (lambda: fetch.MSID("temp", stat="5min", bracket=True), "5min"),
    "bracket_of_a_computed_msid": (lambda: fetch.MSID("diff__temp__count", *SPAN, bracket=True), "bracket"),
    # filters
    "bads_number": (lambda: temp().filter_bad(5), "()"),
    "bads_too_short": (lambda: temp().filter_bad([True]), "(1,)"),
    "bads_two_dimensions": (lambda: temp().filter_bad(np.zeros((10, 1), bool)), "(10, 1)"),
    "bads_texts": (lambda: temp().filter_bad(np.full(10, "x")), "<U1"),
    "bad_times_start_alone": (lambda: temp().filter_bad_times("2010:001"), "2010:001"),
    "bad_times_stop_alone": (lambda: temp().filter_bad_times(stop="2010:001"), "2010:001"),
    "bad_times_backwards": (lambda: temp().filter_bad_times("2010:002", "2010:001"), "1262"),
    "bad_times_nonsense": (lambda: temp().filter_bad_times("a", "b"), "'a'"),
    "bad_times_table_number": (lambda: temp().filter_bad_times(table=5), "5"),
    "bad_times_table_of_numbers": (lambda: temp().filter_bad_times(table=[5]), "5"),
    "bad_times_table_of_one_column": (lambda: temp().filter_bad_times(table=["2010:001"]), "2010:001"),
    "read_bad_times_none": (lambda: fetch.read_bad_times(None), "None"),
    "read_bad_times_number": (lambda: fetch.read_bad_times(5), "5"),
    "read_bad_times_of_numbers": (lambda: fetch.read_bad_times([5]), "5"),
    "read_bad_times_two_columns": (lambda: fetch.read_bad_times(["X 2010:001"]), "X 2010:001"),
    "read_bad_times_nonsense": (lambda: fetch.read_bad_times(["X a b"]), "'a'"),
    "select_none": (lambda: temp().select_intervals(None), "None"),
    "select_number": (lambda: temp().select_intervals(5), "5"),
    "select_text": (lambda: temp().select_intervals("2010:001"), "2010:001"),
    "select_singles": (lambda: temp().select_intervals([1, 2]), "[1, 2]"),
    "remove_one_of_a_pair": (lambda: temp().remove_intervals([(1,)]), "(1,)"),
    "remove_flat_array": (lambda: temp().remove_intervals(np.arange(4)), "[0, 1, 2, 3]"),
    "remove_nothing_known": (lambda: both().remove_intervals({}), "{}"),
    # grids
    "dt_text": (lambda: temp().interpolate("a"), "'a'"),
    "dt_zero": (lambda: temp().interpolate(0), "0"),
    "dt_negative_of_a_set": (lambda: both().interpolate(-3.0), "-3.0"),
    "dt_nan": (lambda: both().interpolate(float("nan")), "nan"),
    "grid_start_list": (lambda: temp().interpolate(start=[1, 2]), "[1, 2]"),
    "times_object": (lambda: temp().interpolate(times=object()), "object"),
    "times_text": (lambda: both().interpolate(times="soon"), "'soon'"),
    "times_and_dt": (lambda: temp().interpolate(5, times=[T0]), "dt"),
    "method_number": (lambda: temp().interpolate(method=5), "5"),
    "method_list": (lambda: temp().interpolate(method=["nearest"]), "nearest"),
    "method_linear_of_states": (lambda: both().interpolate(dt=10, method="linear"), "MODE"),
    "max_age_text": (lambda: temp().interpolate(max_age="a"), "'a'"),
    "max_age_negative": (lambda: both().interpolate(dt=10, max_age=-1), "-1"),
    # comparisons
    "op_single_equals": (lambda: temp().logical_intervals("=", 1), "'='"),
    "op_none": (lambda: temp().logical_intervals(None, 1), "None"),
    "op_list": (lambda: temp().logical_intervals(["=="], 1), "=="),
    "val_text_for_numbers": (lambda: temp().logical_intervals("==", "ON"), "'ON'"),
    "val_number_for_states": (lambda: mode().logical_intervals("==", 1), "1"),
    "val_none": (lambda: temp().logical_intervals("==", None), "None"),
    "val_none_in_order": (lambda: temp().logical_intervals(">", None), "None"),
    "val_object": (lambda: temp().logical_intervals(">", object()), "object"),
    "val_bytes": (lambda: temp().logical_intervals("==", b"ON"), "ON"),
    "val_list": (lambda: temp().logical_intervals("==", [1, 2]), "[1, 2]"),
    "max_gap_text": (lambda: temp().logical_intervals(">", 1, max_gap="a"), "'a'"),
    "max_gap_negative": (lambda: temp().logical_intervals(">", 1, max_gap=-1), "-1"),
    "expression_number": (lambda: both().logical_intervals(5), "5"),
    "expression_without_end": (lambda: both().logical_intervals("temp >"), "temp >"),
    "expression_of_no_member": (lambda: both().logical_intervals("nope > 1"), "nope"),
    # functions
    "glob_none": (lambda: fetch.msid_glob(None), "None"),
    "range_format_number": (lambda: fetch.get_time_range("temp", 5), "5"),
    "units_number": (lambda: fetch.set_units(5), "5"),
    "size_names_number": (lambda: fetch.get_fetch_size(5, *YEAR), "5"),
    "size_names_none": (lambda: fetch.get_fetch_size(None, *YEAR), "None"),
    "size_stat": (lambda: fetch.get_fetch_size("temp", *YEAR, stat="x"), "'x'"),
    "size_dt_zero": (lambda: fetch.get_fetch_size("temp", *YEAR, interpolate_dt=0), "0"),
    "size_dt_negative": (lambda: fetch.get_fetch_size("temp", *YEAR, interpolate_dt=-1), "-1"),
    "size_dt_text": (lambda: fetch.get_fetch_size("temp", *YEAR, interpolate_dt="a"), "'a'"),
    "telem_names_number": (lambda: fetch.get_telem(5, *SPAN, quiet=True), "5"),
    "telem_sampling": (lambda: telem(sampling="x"), "'x'"),
    "telem_units": (lambda: telem(unit_system="x"), "'x'"),
    "telem_dt": (lambda: telem(interpolate_dt=-4), "-4"),
    "telem_events_number": (lambda: telem(remove_events=5), "5"),
    "telem_events_unknown": (lambda: telem(select_events="nope"), "nope"),
    "telem_time_format": (lambda: telem(time_format="x"), "'x'"),
    "telem_limit_text": (lambda: telem(max_fetch_Mb="x"), "'x'"),
    "table_names_number": (lambda: utils.get_telem_table(5, *SPAN), "5"),
    "table_pad_text": (lambda: utils.get_telem_table(["temp"], *SPAN, time_pad="a"), "'a'"),
    "table_pad_none": (lambda: utils.get_telem_table(["temp"], *SPAN, time_pad=None), "None"),
    "basedir_number": (lambda: utils.set_fetch_basedir(5).__enter__(), "5"),
    "source_unknown": (lambda: fetch.data_source.set("nope"), "'nope'"),
    "source_number": (lambda: fetch.data_source.set(5), "5"),
    "source_option": (lambda: fetch.data_source.set("archive nope=5"), "nope=5"),
    "last_known_age_text": (lambda: fetch.last_known("temp", T0, max_age="a"), "'a'"),
    "last_known_age_negative": (lambda: fetch.last_known("temp", T0, max_age=-1), "-1"),
    "gaps_length_text": (lambda: fetch.gaps("temp", longer_than="a"), "'a'"),
    "gaps_length_negative": (lambda: fetch.gaps("temp", longer_than=-1), "-1"),
    "search_number": (lambda: fetch.search(5), "5"),
    "search_unit_number": (lambda: fetch.search(unit=5), "5"),
    "search_limit_negative": (lambda: fetch.search(limit=-1), "-1"),
    "gap_spec_number": (lambda: fetch.create_msid_data_gap(temp(), 5), "5"),
    "gap_spec_none": (lambda: fetch.create_msid_data_gap(temp(), None), "None"),
    "runs_times_nonsense": (lambda: utils.state_intervals(["a", "b"], [1, 2]), "'a'"),
    "runs_lengths": (lambda: utils.state_intervals([1, 2], [1]), "(1,)"),
    "runs_max_gap_text": (lambda: utils.logical_intervals([1, 2], [1, 0], max_gap="a"), "'a'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_argument_is_refused_in_words(case):
    call, word = WRONG[case]
    with pytest.raises(JetaError) as caught:
        call()
    assert word in str(caught.value)
    assert len(str(caught.value).split()) >= 4


def test_table_of_bad_times_is_read_as_a_whole_or_not_at_all():
    for wrong in ("X 2010:001", "X a b", "X 2010:002 2010:001"):
        with pytest.raises(ValueError):
            fetch.read_bad_times(["TEMP 2010:001 2010:002", wrong])
    assert dict(fetch.msid_bad_times) == {}


@pytest.mark.parametrize(
    "call",
    [
        lambda dat: dat.filter_bad_times("2010:001"),
        lambda dat: dat.select_intervals([(T0 + 1, T0)]),
        lambda dat: dat.interpolate(dt=-1),
        lambda dat: dat.interpolate(dt=10, method="no"),
        lambda dat: dat.interpolate(dt=10, max_age=-1),
    ],
    ids=["bad_times", "select", "dt", "method", "max_age"],
)
@pytest.mark.parametrize("make", [temp, both], ids=["one", "set"])
def test_refused_argument_leaves_the_object_as_it_was(call, make):
    dat = make()
    before = repr(dat)
    with pytest.raises((JetaError, TypeError)):
        call(dat)
    assert repr(dat) == before
    assert not hasattr(dat, "times") or len(dat.times) == 10


@pytest.mark.parametrize("names", [["temp", "mode"], ["mode", "temp"]], ids=str)
@pytest.mark.parametrize("filter_bad", [True, False])
def test_set_of_which_one_cannot_be_interpolated_is_left_as_it_was(names, filter_bad):
    """All members or none."""
    dats = fetch.MSIDset(names, *SPAN)
    before = repr(dats)
    with pytest.raises(ValueError, match="MODE"):
        dats.interpolate(dt=7.0, filter_bad=filter_bad, method="linear")
    assert (repr(dats), hasattr(dats, "times")) == (before, False)


@pytest.mark.parametrize("make", [temp, both], ids=["one", "set"])
def test_zip_to_an_impossible_place_leaves_nothing_behind(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("", ".", tmp_path / "absent" / "a.zip"):
        with pytest.raises(OSError):
            make().write_zip(name)
    assert list(tmp_path.iterdir()) == []


def test_patterns_in_a_table_of_telemetry_are_columns_of_their_matches():
    table = utils.get_telem_table(["te*", "flag"], *SPAN)
    assert table.colnames == ["time", "temp", "flag"]


def test_last_known_of_a_computed_msid_is_worked_out():
    """It has a value there, so that None would be wrong."""
    found = fetch.last_known("diff__temp__count", T0 + 55)
    assert (found.val, found.time) == (280.0, T0 + 50)
