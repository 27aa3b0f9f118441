"""Contract 4.9: `fetch.get_telem` and all its options; 13.3."""

from __future__ import annotations

import logging
import threading
import zipfile

import numpy as np
import pytest

from conformance.small import columns, describe, put
from jeta import fetch, fetch_eng
from jeta.archive.reader import JetaReader
from jeta.errors import StatError, UnitSystemError, UnknownMsidError
from jeta.tdb import Entry

DAY = 86400.0


@pytest.fixture(autouse=True)
def two(archive):
    """TEMP in kelvin at 0, 10 ... 190 s, bad at 50 s; STEP 3 s later, bad at 103 s; both each day for 40 days as DAILY."""
    describe(archive, Entry("TEMP", unit="K"), Entry("MODE", state_codes={0: "OFF", 1: "ON"}))
    seconds = 10.0 * np.arange(20)
    put("temp", seconds, 300.0 + np.arange(20), seconds == 50)
    put("step", seconds + 3, np.arange(20), seconds == 100)
    put("daily", DAY * np.arange(40), np.arange(40.0))
    put("mode", seconds, np.where(seconds < 100, "OFF", "ON"))
    return archive


@pytest.fixture
def events(archive):
    """Two event sets: a table, and a logical expression."""
    (archive.root / "events").mkdir(exist_ok=True)
    (archive.root / "events" / "dumps.csv").write_text("tstart,tstop,kind\n20,40,long\n120,125,short\n")
    (archive.root / "events" / "modes.yaml").write_text("on: MODE == 'ON'\nhot: {where: TEMP > 315, pad: 5}\n")


@pytest.fixture
def never_read(monkeypatch):
    """Reading samples is an error; looking at the index is not, nor at a few rows to know how large a row is."""
    read = JetaReader.read

    def refuse(self, msid, start_s, stop_s):
        assert stop_s - start_s < 2 * DAY, "samples were read before the limits were looked at"
        return read(self, msid, start_s, stop_s)

    monkeypatch.setattr(JetaReader, "read", refuse)


def times_of(dats):
    return [dat.times.tolist() for dat in dats.values()]


def test_returns_a_set_without_bad_samples_in_engineering_units():
    dats = fetch.get_telem(["Temp", "step"], 0.0, 100.0)
    assert (type(dats), list(dats)) == (fetch.MSIDset, ["Temp", "step"])
    assert (dats["Temp"].unit, dats["Temp"].vals[0]) == ("DEGF", pytest.approx(80.33))
    assert times_of(dats) == [[0, 10, 20, 30, 40, 60, 70, 80, 90], [3, 13, 23, 33, 43, 53, 63, 73, 83, 93]]
    assert [dat.bads for dat in dats.values()] == [None, None]


def test_order_of_arguments(tmp_path, events):
    """`msids, start, stop, sampling, unit_system, interpolate_dt, remove_events, select_events, time_format, outfile, quiet,
    max_fetch_Mb, max_output_Mb`."""
    out = tmp_path / "a.zip"
    dats = fetch.get_telem(["temp"], 0.0, 100.0, "full", "cxc", 20.0, "on", "dumps", "date", out, True, 1000, 100)
    assert dats["temp"].times.tolist() == ["1970:001:00:00:20.000", "1970:001:00:00:40.000"]
    assert out.exists()


def test_stop_is_now_and_start_30_days_before(monkeypatch):
    monkeypatch.setenv("CXOTIME_NOW", "1970:036")
    assert fetch.get_telem("daily")["daily"].vals.tolist() == list(range(5, 35))
    assert fetch.get_telem("daily", stop=DAY * 33)["daily"].vals.tolist() == list(range(3, 33))
    assert fetch.get_telem("daily", "1970:031")["daily"].vals.tolist() == [30, 31, 32, 33, 34]


def test_one_name_as_text_and_patterns():
    assert list(fetch.get_telem("temp", 0.0, 100.0)) == ["temp"]
    assert list(fetch.get_telem(["te*", "step"], 0.0, 100.0)) == ["temp", "step"]
    with pytest.raises(UnknownMsidError):
        fetch.get_telem(["temp", "nope"], 0.0, 100.0)


@pytest.mark.parametrize(("sampling", "stat"), [("full", None), ("5min", "5min"), ("daily", "daily")])
def test_sampling(sampling, stat):
    dats = fetch.get_telem(["daily"], 0.0, 10 * DAY, sampling)
    assert (dats["daily"].stat, len(dats["daily"])) == (stat, 10)


@pytest.mark.parametrize("sampling", ["hourly", "", "FULL"])
def test_unknown_sampling_is_refused(sampling):
    with pytest.raises(StatError):
        fetch.get_telem("daily", 0.0, DAY, sampling=sampling)


@pytest.mark.parametrize(
    ("unit_system", "unit", "value"), [("eng", "DEGF", 80.33), ("sci", "DEGC", 26.85), ("cxc", "K", 300)]
)
def test_unit_system_of_the_call_and_not_of_the_module_afterwards(unit_system, unit, value):
    """The ancestor left the module in the system of the call."""
    dats = fetch.get_telem("temp", 0.0, 100.0, unit_system=unit_system)
    assert (dats["temp"].unit, dats["temp"].vals[0]) == (unit, pytest.approx(value))
    assert (fetch.get_units(), fetch_eng.get_units()) == ("cxc", "eng")
    assert fetch.MSID("temp", 0.0, 10.0).unit == "K"


def test_unit_system_stays_as_it_was_also_after_an_error():
    fetch.set_units("sci")
    for wrong in ({"unit_system": "si"}, {"msids": ["nope"]}, {"remove_events": "nope"}):
        with pytest.raises(ValueError):
            fetch.get_telem(**{"msids": ["temp"], "start": 0.0, "stop": 100.0, **wrong})
        assert fetch.get_units() == "sci"
    with pytest.raises(UnitSystemError, match="unit_system must be in"):
        fetch.get_telem("temp", 0.0, 100.0, unit_system="si")


def test_unit_system_of_another_thread_is_its_own():
    seen, inside = [], threading.Barrier(2, timeout=30)

    def other():
        inside.wait()
        seen.extend(fetch.MSID("temp", 0.0, 10.0).unit for _ in range(20))

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait()
    for _ in range(10):
        fetch.get_telem("temp", 0.0, 100.0, unit_system="sci")
    thread.join()
    assert set(seen) == {"K"}


def test_grid_is_anchored_to_multiples_of_the_step_and_bad_for_one_is_left_out_of_all():
    """13.3: a third grid: start floored to a multiple, the end excluded, cut to the common range, bad union removed."""
    dats = fetch.get_telem(["temp", "step"], 1.0, 200.0, interpolate_dt=20.0)
    assert times_of(dats) == [[20, 40, 60, 80, 120, 140, 160, 180]] * 2
    assert dats.times.tolist() == [20, 40, 60, 80, 120, 140, 160, 180]
    # At 60 s TEMP's own sample is good; STEP has 63 s nearest. At 100 s STEP is bad.
    assert (dats["step"].vals.tolist(), dats["temp"].bads) == ([2, 4, 6, 8, 12, 14, 16, 18], None)


@pytest.mark.parametrize(
    ("start", "stop", "grid"),
    [
        (0.0, 41.0, [0, 10, 20, 30]),
        (0.0, 40.0, [0, 10, 20, 30]),
        (7.0, 38.0, [10, 20]),
        (5.0, 5.0, []),
        (50.0, 20.0, []),
    ],
)
def test_end_of_the_grid_is_excluded_and_counted_from_the_floored_start(start, stop, grid):
    """`floor((tstop - start) / dt)` points: 7 floored to 0 gives 0, 10, 20, cut to the samples from 10 on."""
    dats = fetch.get_telem("temp", start, stop, interpolate_dt=10.0, unit_system="cxc")
    assert times_of(dats) == [grid]


def test_statistics_can_be_interpolated_too():
    dats = fetch.get_telem(["daily"], 0.0, 10 * DAY, "daily", interpolate_dt=DAY)
    assert dats.times.tolist() == [DAY * number for number in range(1, 10)]


def test_interpolation_of_a_member_without_samples_leaves_no_times():
    put("late", [1e6, 1e6 + 10], [0, 1])
    dats = fetch.get_telem(["temp", "late"], 0.0, 200.0, interpolate_dt=20.0)
    assert times_of(dats) == [[], []]


def test_events_are_removed_and_selected(events):
    """Both ends of an event belong to it, as for `select_intervals`."""
    kept = fetch.get_telem(["temp", "step"], 0.0, 200.0, remove_events="dumps | on")
    assert times_of(kept) == [[0, 10, 60, 70, 80, 90], [3, 13, 43, 53, 63, 73, 83, 93]]
    only = fetch.get_telem(["temp"], 0.0, 200.0, select_events="dumps")
    assert times_of(only) == [[20, 30, 40, 120]]
    both = fetch.get_telem(["temp"], 0.0, 200.0, remove_events="on", select_events="dumps")
    assert times_of(both) == [[20, 30, 40]]


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("dumps[kind='long']", [20, 30, 40]),
        ("dumps[kind='long', pad=10]", [10, 20, 30, 40]),
        ("dumps[pad=-5]", [30]),
        ("dumps[pad=-5]|dumps[kind='short']", [30, 120]),
        # Where a dump begins or ends, at 20 and 40 s, also the rest of the time does.
        ("~dumps & ~on", [0, 10, 20, 40, 60, 70, 80, 90]),
        ("dumps() & on", [120]),
        ("hot", [150, 160, 170, 180, 190]),
        (" ( dumps ) & ~ hot [ pad = 5 ] ", [20, 30, 40, 120]),
    ],
)
def test_event_expressions(events, expression, times):
    assert times_of(fetch.get_telem("temp", 0.0, 200.0, select_events=expression)) == [times]


def test_conditions_are_of_values_as_stored_whatever_the_unit_system_of_the_call(events):
    for unit_system in ("eng", "sci", "cxc"):
        assert times_of(fetch.get_telem("temp", 0.0, 200.0, unit_system=unit_system, select_events="hot"))[0][0] == 150


def test_events_cut_an_interpolated_set_and_its_times_follow(events):
    """cheta leaves `times` of the set at its old length, where nothing fits it any more."""
    dats = fetch.get_telem(["temp", "step"], 0.0, 200.0, interpolate_dt=20.0, select_events="dumps")
    assert times_of(dats) == [[20, 40, 120]] * 2
    assert dats.times.tolist() == [20, 40, 120]


@pytest.mark.parametrize("expression", ["nope", "dumps.x", "dumps[1]", "dumps[pad=foo]", "dumps dumps", "", "dumps["])
def test_wrong_expressions_are_value_errors(events, expression):
    for option in ("remove_events", "select_events"):
        with pytest.raises(ValueError):
            fetch.get_telem("temp", 0.0, 200.0, **{option: expression})


def test_wrong_expressions_are_found_before_anything_is_fetched(two, events, never_read):
    with pytest.raises(ValueError, match="nope"):
        fetch.get_telem("daily", 0.0, 20 * DAY, select_events="nope")


@pytest.mark.parametrize(
    ("time_format", "first"),
    [
        (None, 0.0),
        ("secs", 0.0),
        ("unix", 0.0),
        ("date", "1970:001:00:00:00.000"),
        ("greta", "1970001.000000000"),
        ("iso", "1970-01-01 00:00:00.000"),
        ("maude", 1970001000000000),
        ("jd", 2440587.5),
    ],
)
def test_time_format_shows_the_times_of_members(time_format, first):
    dats = fetch.get_telem("temp", 0.0, 100.0, time_format=time_format)
    assert dats["temp"].times[0] == first
    assert (len(dats["temp"].times), dats.tstart) == (9, 0.0)


def test_unknown_time_format_is_refused():
    with pytest.raises(ValueError):
        fetch.get_telem("temp", 0.0, 100.0, time_format="stardate")


def test_outfile_holds_what_is_returned_with_times_as_shown(tmp_path):
    out = tmp_path / "out.zip"
    fetch.get_telem(["temp", "mode"], 0.0, 20.0, unit_system="cxc", time_format="date", outfile=out)
    with zipfile.ZipFile(out) as archive:
        assert archive.read("temp.csv").decode().splitlines() == [
            "vals,times",
            "300.0,1970:001:00:00:00.000",
            "301.0,1970:001:00:00:10.000",
        ]
        assert archive.read("mode.csv").decode().splitlines()[:2] == [
            "vals,times,raw_vals",
            "OFF,1970:001:00:00:00.000,0",
        ]


def test_progress_goes_to_a_logger_unless_quiet(caplog, capsys):
    with caplog.at_level(logging.INFO, "jeta"):
        logging.getLogger("jeta").addHandler(caplog.handler)
        fetch.get_telem("temp", 0.0, 100.0, quiet=True)
        assert not [each for each in caplog.records if each.name.endswith("get_telem")]
        fetch.get_telem("temp", 0.0, 100.0)
        logging.getLogger("jeta").removeHandler(caplog.handler)
    assert {each.name for each in caplog.records} >= {"jeta.get_telem"}
    assert capsys.readouterr().out == ""


def test_fetch_limit_is_looked_at_before_reading(never_read):
    """34560 samples of 17 bytes are 0.59 Mb."""
    put("often", np.arange(0, 40 * DAY, 100.0), np.arange(34560.0))
    with pytest.raises(MemoryError, match=r"0\.59.*0\.50"):
        fetch.get_telem("often", 0.0, 40 * DAY, max_fetch_Mb=0.5)


def test_output_limit_counts_only_where_a_file_is_written(tmp_path):
    put("often", np.arange(0, 40 * DAY, 100.0), np.arange(34560.0))
    assert len(fetch.get_telem("often", 0.0, 40 * DAY, max_output_Mb=0.5)["often"]) == 34560
    out = tmp_path / "out.zip"
    with pytest.raises(MemoryError, match="output"):
        fetch.get_telem("often", 0.0, 40 * DAY, max_output_Mb=0.5, outfile=out)
    assert not out.exists()
    fetch.get_telem("often", 0.0, 40 * DAY, max_output_Mb=0.5, outfile=out, interpolate_dt=1000.0)
    assert out.exists()


def test_limits_are_not_looked_at_below_30_days_and_for_statistics():
    put("often", np.arange(0, 40 * DAY, 100.0), np.arange(34560.0))
    assert len(fetch.get_telem("often", 0.0, 29 * DAY, max_fetch_Mb=0)["often"]) == 25056
    assert len(fetch.get_telem("often", 0.0, 35 * DAY, "daily", max_fetch_Mb=0)["often"]) == 35


def test_span_is_that_of_the_request():
    dats = fetch.get_telem("temp", "1970:001:00:00:10", "1970:001:00:01:00")
    assert (dats.tstart, dats.tstop, columns(dats["temp"])[0]) == (10, 60, [10, 20, 30, 40])
