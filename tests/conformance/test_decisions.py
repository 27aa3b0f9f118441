"""Each row of the table of decisions, where jeta's API differs from its ancestors', and what neither ancestor has.

Named ``test_<row>_...``. Rows that whole suites are about have one test here that states the fact: late data, coverage,
provenance and mirrors are tested with the folders that make them.
"""

from __future__ import annotations

import inspect
import os
import subprocess
import sys

import numpy as np
import pytest

from jeta import errors, fetch, fetch_eng, update
from jeta.archive import Writer, create_archive
from jeta.errors import JetaError
from jeta.samples import Samples
from jeta.tdb import Entry, Limits, write_yaml

pytestmark = pytest.mark.usefixtures("small")

T0 = 1_262_304_000.0  # 2010:001


def run_python(script, **environment):
    """Run a script in a process of its own; returns what it printed, both ways."""
    clean = {name: value for name, value in os.environ.items() if name not in ("ENG_ARCHIVE", "COV_CORE_SOURCE")}
    done = subprocess.run(
        [sys.executable, "-c", script], env={**clean, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr


# ---------------------------------------------------------------- numbers in times


@pytest.mark.parametrize(("system", "zero"), [("unix", 1262304000.0), ("cxcsec", 378691266.184)])
def test_numbers_are_seconds_of_the_archives_time_system(tmp_path, system, zero):
    archive = create_archive(tmp_path / "a", time_system=system)
    update.append("x", ["2010:001", "2010:002"], [1, 2], archive=archive)
    with fetch.set_archive(archive):
        dat = fetch.MSID("x", zero, "2010:002")
        assert (dat.times.tolist(), dat.tstart, dat.datestart) == ([zero], zero, "2010:001:00:00:00.000")
        assert dat.tstop == zero + 86400


def test_numbers_of_unix_time_do_not_count_leap_seconds(archive):
    update.append("x", ["2016:366:23:59:59", "2017:001"], [1, 2], archive=archive)
    assert np.diff(fetch.MSID("x").times).tolist() == [1.0]


# ---------------------------------------------------------------- dates, default start, accepted forms


def test_dates_2022_010_is_midnight():
    assert fetch.MSID("temp", "2022:010").datestart == "2022:010:00:00:00.000"


def test_dates_iso_with_t_is_utc():
    assert fetch.MSID("temp", "2010-01-01T00:00:00").tstart == T0


def test_dates_none_as_stop_is_now(monkeypatch):
    monkeypatch.setenv("CXOTIME_NOW", "2010:001:00:00:35")
    assert fetch.MSID("count", T0).vals.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("make", [lambda: fetch.MSID("late"), lambda: fetch.MSIDset(["late"])])
def test_default_start_is_the_first_sample_of_the_archive(archive, make):
    update.append("late", [T0 + 500], [1], archive=archive)
    update.append("early", [T0], [1], archive=archive)
    assert make().tstart == T0


def test_accepted_forms_take_a_pandas_timestamp():
    pd = pytest.importorskip("pandas")
    for stamp in (pd.Timestamp("2010-01-01 00:00:50"), pd.Timestamp("2010-01-01 01:00:50+01:00")):
        assert fetch.MSID("count", stamp).vals.tolist() == [5, 6, 7, 8, 9]


def test_accepted_forms_that_are_plain_are_parsed_without_astropy(small_archive):
    script = (
        "import sys; from jeta import fetch\n"
        f"fetch.set_archive({str(small_archive)!r})\n"
        "for start in ('2010:001', '2010-01-01', '2010-01-01T00:00:00', '2010001.000000', 1.26e9, '-20yr'):\n"
        "    assert len(fetch.MSID('temp', start, '2010:002'))\n"
        "print('astropy' in sys.modules)"
    )
    assert run_python(script).strip() == "False"


# ---------------------------------------------------------------- ranges, empty results


def test_ranges_half_open_in_fetch_and_closed_in_filters():
    span = (T0 + 20, T0 + 40)
    assert fetch.MSID("count", *span).vals.tolist() == [2, 3]
    assert fetch.MSID("count").select_intervals([span], copy=True).vals.tolist() == [2, 3, 4]
    assert fetch.MSID("flag").filter_bad_times(*span, copy=True).times.tolist() == [
        T0 + s for s in (0, 10, 50, 60, 70, 80, 90)
    ]


def test_empty_results_are_never_an_exception():
    """Every method in `test_empty_objects`."""
    dat = fetch.MSID("temp", 0, 1)
    dat.interpolate(dt=10)
    dat.select_intervals([(0, 1)])
    assert (len(dat), len(dat.logical_intervals(">", 0)), len(dat.state_intervals())) == (0, 0, 0)


# ---------------------------------------------------------------- errors

PUBLIC = [error for _, error in inspect.getmembers(errors, inspect.isclass) if issubclass(error, JetaError)]


@pytest.mark.parametrize("error", [error for error in PUBLIC if error is not JetaError])
def test_errors_are_also_builtin_ones(error):
    builtin = [kind for kind in error.__mro__ if kind.__module__ == "builtins" and kind is not Exception]
    assert any(issubclass(kind, Exception) for kind in builtin)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fetch.MSID("tmep"), ["'tmep'", "TEMP"]),
        (lambda: fetch.MSID("temp", "yesterday"), ["'yesterday'", "2022:143"]),
        (lambda: fetch.MSID("temp", stat="hourly"), ["'hourly'", "5min", "daily"]),
        (lambda: fetch.MSID("temp").logical_intervals("=", 1), ["'='", "=="]),
        (lambda: fetch.set_units("si"), ["'si'", "'eng'"]),
        (lambda: fetch.MSID("*o*"), ["'*o*'", "MSIDset"]),
    ],
)
def test_errors_have_the_value_and_the_way_out(call, words):
    """Near names are suggested."""
    with pytest.raises(JetaError) as caught:
        call()
    assert [word for word in words if word not in str(caught.value)] == []


# ---------------------------------------------------------------- globs, one text, texts, states


def test_globs_are_sorted_and_the_limit_is_ten():
    assert fetch.msid_glob("*")[0] == ["count", "dp_power", "flag", "mode", "temp"]
    assert fetch.MAX_GLOB_MATCHES == 10


def test_msidset_takes_one_text_as_one_name(archive):
    with pytest.raises(errors.UnknownMsidError, match="'A B'"):
        fetch.MSIDset("A B")
    update.append("ab", T0, 1, archive=archive)
    assert list(fetch.MSIDset("AB")) == ["AB"]


def test_strings_are_stored_without_trailing_blanks_and_compared_without(archive):
    update.append("x", [T0, T0 + 1], ["ON  ", "OFF "], archive=archive)
    dat = fetch.MSID("x")
    assert dat.vals.tolist() == ["ON", "OFF"]
    assert len(dat.logical_intervals("==", "ON   ")) == 1


def test_state_codes_from_the_telemetry_database(archive):
    write_yaml([Entry("x", state_codes={3: "LOW", 9: "HIGH"})], archive.layout.tdb / "x.yaml")
    update.append("x", [T0, T0 + 1], ["HIGH", "LOW"], archive=archive)
    dat = fetch.MSID("x")
    assert (dat.state_codes, dat.raw_vals.tolist(), dat.vals.tolist()) == (
        [(3, "LOW"), (9, "HIGH")],
        [9, 3],
        ["HIGH", "LOW"],
    )


def test_state_codes_are_never_stale():
    dat = fetch.MSID("mode")
    _ = dat.raw_vals
    dat.select_intervals([(T0 + 15, T0 + 25)])
    assert (dat.vals.tolist(), dat.raw_vals.tolist()) == (["ON"], [1])


# ---------------------------------------------------------------- logical_intervals, interpolate


def test_logical_intervals_have_the_ancestors_defaults():
    parameters = inspect.signature(fetch.MSID.logical_intervals).parameters
    assert (parameters["complete_intervals"].default, parameters["max_gap"].default) == (False, None)


@pytest.mark.parametrize(
    ("method", "vals"),
    [(None, [1.5, 1.5]), ("nearest", [1.5, 1.5]), ("previous", [1.0, 1.5]), ("linear", [1.4, 1.6])],
)
def test_interpolate_methods(method, vals):
    """The power is half of the number of the sample; nearest is the default."""
    dat = fetch.MSID("dp_power")
    dat.interpolate(times=T0 + np.array([28.0, 32.0]), method=method)
    assert dat.vals.tolist() == pytest.approx(vals)


def test_interpolate_beyond_max_age_is_bad_and_not_invented(archive):
    update.append("x", [T0, T0 + 100], [1.0, 2.0], archive=archive)
    dat = fetch.MSID("x")
    dat.interpolate(dt=20.0, max_age=25)
    assert dat.bads.tolist() == [False, False, True, True, False]
    assert np.isnan(dat.vals).tolist() == dat.bads.tolist()


# ---------------------------------------------------------------- statistics


@pytest.mark.parametrize("dtype", ["float32", "int16", "bool"])
def test_statistics_std_and_percentiles_are_float64(archive, dtype):
    update.append("x", T0 + np.arange(0, 90_000, 100.0), np.arange(900).astype(dtype), archive=archive)
    dat = fetch.MSID("x", stat="daily")
    assert {getattr(dat, name).dtype for name in ("stds", "p01s", "p50s", "p99s")} == {np.dtype(np.float64)}


def test_statistics_every_complete_bin_is_there_as_soon_as_its_data_is(archive):
    update.append("x", T0 + np.array([0.0, 86_400]), [1, 2], archive=archive)
    assert fetch.MSID("x", T0, stat="daily").samples.tolist() == [1]


def test_statistics_late_data_recompute_the_touched_bin(archive):
    update.append("x", T0 + np.array([0.0, 100, 90_000]), [1, 3, 0], archive=archive)
    assert fetch.MSID("x", stat="daily").means.tolist() == [2.0]
    update.append("x", T0 + 50, 50, archive=archive)
    dat = fetch.MSID("x", stat="daily")
    assert (dat.samples.tolist(), dat.maxes.tolist(), dat.midvals.tolist()) == ([3], [50], [50])


# ---------------------------------------------------------------- bads, copies, sets


def test_bads_are_flags_of_the_source_and_of_people_and_nothing_else(archive):
    """Not what is merely out of range, bit 4."""
    ticks = np.arange(5) * 1000 + int(T0) * 1000
    quality = np.array([0, 1, 2, 4, 6], np.uint8)
    with Writer(archive.root) as writer:
        writer.commit({"X": Samples(ticks, "ms", np.arange(5.0), quality=quality)})
    assert fetch.MSID("x").bads.tolist() == [False, True, True, False, True]


def test_bads_of_the_table_apply_through_filter_bad_times():
    fetch.read_bad_times(["te* 2010:001:00:00:50 2010:001:00:01:10"])
    dat = fetch.MSID("temp")
    assert np.flatnonzero(dat.bads).tolist() == [3, 4]
    dat.filter_bad_times()
    assert dat.vals.tolist() == [280, 281, 282, 283, 284, 288, 289]


def test_bads_of_the_table_apply_automatically_where_that_was_chosen():
    fetch.read_bad_times(["te* 2010:001:00:00:50 2010:001:00:01:10"])
    with fetch.apply_bad_times(True):
        assert np.flatnonzero(fetch.MSID("temp").bads).tolist() == [3, 4, 5, 6, 7]
        assert len(fetch.Msid("temp")) == 5
    assert len(fetch.Msid("temp")) == 8


def test_copies_are_returned_always_where_asked_for():
    dat = fetch.Msid("temp")
    for new in (dat.filter_bad(copy=True), dat.remove_intervals([], copy=True), dat.interpolate(10.0, copy=True)):
        assert isinstance(new, fetch.Msid)
        assert new is not dat


def test_sets_have_interval_methods_too():
    dats = fetch.MSIDset(["count", "mode"])
    dats.select_intervals([(T0, T0 + 50)])
    dats.remove_intervals([(T0, T0 + 10)])
    assert [len(dat) for dat in dats.values()] == [4, 4]
    assert len(dats.logical_intervals("count >= 4 & mode == 'OFF'")) == 1


# ---------------------------------------------------------------- printing, import, threads


def test_printing_nothing(small_archive):
    script = (
        "from jeta import fetch, fetch_eng, fetch_sci, utils\n"
        f"fetch.set_archive({str(small_archive)!r})\n"
        "dats = fetch.MSIDset(['*'], '2010:001', '2010:002')\n"
        "dats.interpolate(dt=20)\n"
        "dats['temp'].state_intervals(); fetch.MSID('temp', stat='daily'); fetch.get_time_range('temp')\n"
        "fetch.get_telem(['temp'], '2010:001', '2010:002', quiet=True)\n"
    )
    assert run_python(script) == ""


def test_import_loads_no_heavy_package_and_needs_no_environment():
    heavy = {"h5py", "astropy", "scipy", "matplotlib", "pandas"}
    script = f"import sys; from jeta import fetch; print(sorted({heavy} & set(sys.modules)))"
    assert run_python(script).strip() == "[]"


def test_import_opens_no_file_of_data(tmp_path):
    """Only Python's own modules are read, whatever the environment names."""
    script = (
        "import sys, numpy\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "from jeta import fetch\n"
        "print([name for name in opened if not name.endswith(('.py', '.pyc', '.so', '.pyd')) and '__pycache__' not in name])"
    )
    assert run_python(script, ENG_ARCHIVE=str(tmp_path / "none")).strip() == "[]"


@pytest.mark.parametrize("module", ["fetch", "fetch_eng", "fetch_sci", "fetch_cxc", "utils", "units"])
def test_import_lines_of_the_ancestors_scripts(module):
    assert getattr(__import__("jeta", fromlist=[module]), module).__name__ == f"jeta.{module}"


def test_import_path_of_the_original_resolves_to_the_same():
    from jeta.archive import fetch as original

    names = ["MSID", "Msid", "MSIDset", "Msidset", "get_time_range", "msid_glob", "get_units", "set_units"]
    for name in [*names, "read_bad_times", "msid_bad_times", "data_source"]:
        assert getattr(original, name) is getattr(fetch, name)


# ---------------------------------------------------------------- what neither ancestor has


def test_beyond_2_bracket_adds_the_sample_before_and_the_one_after():
    assert fetch.MSID("count", T0 + 12, T0 + 18).vals.tolist() == []
    assert fetch.MSID("count", T0 + 12, T0 + 18, bracket=True).vals.tolist() == [1, 2]


def test_beyond_2_last_known_value_with_a_greatest_age():
    """Samples 3 and 4 of the temperature are bad."""
    found = fetch.last_known("temp", T0 + 45)
    assert (found.val, found.time, found.age_s, found.unit) == (282.0, T0 + 20, 25.0, "K")
    assert fetch.last_known("temp", T0 + 45, max_age=20) is None
    assert fetch.last_known("temp", T0 - 1) is None


def test_beyond_2_last_known_value_is_that_of_now_by_default(monkeypatch):
    assert fetch.last_known("flag").time == T0 + 90
    monkeypatch.setenv("CXOTIME_NOW", "2010:001:00:00:15")
    assert fetch.last_known("flag").time == T0 + 10


def test_beyond_3_gaps_and_coverage_with_the_cadence_of_the_data(archive):
    seconds = np.delete(np.arange(100.0), np.s_[40:60])
    update.append("x", T0 + seconds, seconds, archive=archive)
    gaps = fetch.gaps("x")
    assert (gaps["tstart"] - T0, gaps["tstop"] - T0) == ([39.0], [60.0])
    found = fetch.coverage("x")
    assert (found.rows, found.cadence_s, found.longest_gap_s) == (80, 1.0, 21.0)


def test_beyond_4_on_change_values_hold(archive):
    write_yaml([Entry("x", on_change=True)], archive.layout.tdb / "x.yaml")
    update.append("x", [T0, T0 + 100], [1.0, 2.0], archive=archive)
    dat = fetch.MSID("x", T0, T0 + 150)
    assert (dat.state_intervals()["tstop"] - T0).tolist() == [100, 150]
    dat.interpolate(times=[T0 + 99.0])
    assert dat.vals.tolist() == [1.0]


def test_beyond_5_search_by_words_unit_and_subsystem(archive):
    entries = [
        Entry("nrc_v1", description="NIRCam supply voltage", unit="V", subsystem="NRC"),
        Entry("nrc_t1", description="NIRCam temperature", unit="K", subsystem="NRC"),
    ]
    write_yaml(entries, archive.layout.tdb / "x.yaml")
    assert fetch.search("nircam voltage", unit="V").names == ["NRC_V1"]
    assert set(fetch.search(subsystem="NRC").names) == {"NRC_V1", "NRC_T1"}


def test_beyond_10_limits_in_force_then_are_evaluated_over_history(archive):
    history = [(None, Limits(red_high=5)), ("2010:001:00:00:50", Limits(red_high=100))]
    write_yaml([Entry("x", limits_history=history)], archive.layout.tdb / "x.yaml")
    update.append("x", T0 + 10.0 * np.arange(10), 2.0 * np.arange(10), archive=archive)
    table = fetch.MSID("x").limit_violations()
    # The sample at the change stands for the 5 s before it too.
    assert (table["severity"].tolist(), table["extreme"].tolist()) == (["red"], [10.0])
    np.testing.assert_allclose([table["tstart"][0] - T0, table["tstop"][0] - T0], [25, 50], atol=1e-6)


@pytest.mark.parametrize("order", ["sorted", "reversed"])
def test_beyond_names_of_fetch_are_never_modules(order):
    """Whatever was used before: ``fetch.gaps`` must not turn ``fetch.coverage`` into the module of that name."""
    script = (
        "import types; from jeta import fetch\n"
        f"for name in {order}(fetch.__all__):\n"
        "    getattr(fetch, name)\n"
        "print([name for name in fetch.__all__ if isinstance(getattr(fetch, name), types.ModuleType)])"
    )
    assert run_python(script).strip() == "[]"


def test_beyond_the_other_modules_have_the_same_names():
    for module in (fetch, fetch_eng):
        assert [name for name in fetch.__all__ if not hasattr(module, name)] == []
