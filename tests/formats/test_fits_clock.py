"""Times of FITS tables, against astropy's."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.time import Time, TimeDelta

from formats import fits_example as example
from jeta.errors import FormatError
from jeta.formats.fits_table import FitsTable
from jeta.formats.table import read_mapping
from jeta.times import cxcsec_ticks_to_unix_ticks

SECONDS = np.array([0.0, 0.256, 86_400.5, 1e6 + 0.125])


def unix_ns(batch):
    """Instants of a batch, ns since 1970; leap seconds are those of the second after."""
    ticks = batch.samples.ticks * {"ms": 10**6, "us": 10**3, "ns": 1}[batch.samples.resolution]
    return ticks if batch.time_system == "unix" else cxcsec_ticks_to_unix_ticks(ticks, "ns")


def read_one(path, header, times=SECONDS, form="D", mapping=None, **more):
    """The only batch of a file with a time and one value a row."""
    columns = [("TIME", form, times, more), ("A", "J", np.arange(len(times)))]
    (batch,) = FitsTable(mapping).read(example.write(path, example.table(columns, header))).batches
    return batch


def astropy_ns(mjd, scale, seconds):
    """The same instants by astropy, ns since 1970."""
    times = Time(mjd, format="mjd", scale=scale) + TimeDelta(
        seconds, format="sec", scale="tai" if scale == "utc" else scale
    )
    days, part = times.utc.jd1 - 2_440_587.5, times.utc.jd2
    return np.rint((days % 1 + part) * 86_400 * 1e9).astype(np.int64) + np.floor(days).astype(np.int64) * 86_400 * 10**9


@pytest.mark.parametrize("name", ["TT", "TAI", "UTC"])
@pytest.mark.parametrize("mjd", [50814.0, 51910.0, 57000.5])
def test_reference_and_scale_are_honoured_as_by_astropy(tmp_path, name, mjd):
    batch = read_one(tmp_path / "x.fits", {"MJDREF": mjd, "TIMESYS": name})
    assert np.abs(unix_ns(batch) - astropy_ns(mjd, name.lower(), SECONDS)).max() < 200  # ns: astropy counts in days


def test_chandra_seconds_are_exact_to_the_bit(tmp_path):
    seconds = np.array([686111012.366093, 686111016.466093, 0.1 + 0.2])
    batch = read_one(tmp_path / "x.fits", example.TT, seconds)
    whole = batch.samples.ticks - example.ZERO_UNIX_MS * 10**6 * (batch.samples.resolution == "ns")
    leaps = np.array([6, 6, 0])  # leap seconds from 1998 to 2019
    assert batch.samples.resolution == "ns"
    assert (whole + leaps * 10**9).tolist() == [686111012366093000, 686111016466093000, 300000000]


def test_leap_second_is_kept_apart(tmp_path):
    midnight_s = (
        int((Time("2017-01-01", scale="utc") - Time(50814, format="mjd", scale="tt")).sec.round(3) * 1000) / 1000
    )
    batch = read_one(tmp_path / "x.fits", example.TT, midnight_s + np.array([-1.5, -1.0, -0.5, 0.0, 0.5]))
    assert (batch.time_system, batch.samples.resolution) == ("cxcsec", "ms")
    assert np.diff(batch.samples.ticks).tolist() == [500] * 4


def test_utc_seconds_go_through_a_leap_second(tmp_path):
    batch = read_one(
        tmp_path / "x.fits", {"MJDREF": 57753.0, "TIMESYS": "UTC"}, np.array([86_399.0, 86_401.0, 86_402.0])
    )
    assert (unix_ns(batch) // 10**9 - 1_483_228_799).tolist() == [0, 1, 2]  # from 23:59:59, the leap second left out


def test_reference_in_two_parts_is_to_the_microsecond(tmp_path):
    header = {"MJDREFI": 51910, "MJDREFF": 7.428703703703703e-04, "TIMESYS": "TT"}
    batch = read_one(tmp_path / "x.fits", header, np.array([0.0, 0.5]))
    assert batch.samples.resolution == "ms"
    assert (batch.samples.ticks - int(Time("2001-01-01", scale="utc").unix) * 1000).tolist() == [0, 500]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"TIMEZERO": 2.5}, [2.5, 3.5]),
        ({"TIMEZERI": 2, "TIMEZERF": 0.25}, [0.0, 1.0]),
        ({"TIMEZERO": 2, "TIMEUNIT": "d"}, [172_800.0, 259_200.0]),
        ({"TIMEUNIT": "min"}, [0.0, 60.0]),
        ({"TIMEUNIT": "ms"}, [0.0, 0.001]),
    ],
    ids=["zero", "other-keywords", "days", "minutes", "milliseconds"],
)
def test_zero_and_unit_are_honoured(tmp_path, header, seconds):
    batch = read_one(tmp_path / "x.fits", {"MJDREF": 50814.0, "TIMESYS": "TT", **header}, np.array([0.0, 1.0]))
    assert (batch.samples.ticks - example.ZERO_UNIX_MS).tolist() == [second * 1000 for second in seconds]


def test_unit_of_the_column_is_before_that_of_the_header(tmp_path):
    batch = read_one(tmp_path / "x.fits", example.TT, np.array([0.0, 1.0]), unit="h")
    assert np.diff(batch.samples.ticks).tolist() == [3_600_000]


@pytest.mark.parametrize(
    "header",
    [
        {"JDREF": 2450814.5, "TIMESYS": "TT"},
        {"DATEREF": "1998-01-01T00:00:00", "TIMESYS": "TT"},
        {"MJDREF": 50814, "TIMESYS": "TDT"},
    ],
    ids=["julian-day", "date", "old-name"],
)
def test_other_ways_to_say_the_same(tmp_path, header):
    batch = read_one(tmp_path / "x.fits", header, np.array([1.0]))
    assert (batch.samples.ticks - example.ZERO_UNIX_MS).tolist() == [1000]


def test_keywords_of_the_primary_header_count_where_the_table_has_none(tmp_path):
    from astropy.io import fits

    primary = fits.PrimaryHDU()
    primary.header.update(example.TT)
    fits.HDUList([primary, example.timed(("A", "J", [1, 2, 3]), header={})]).writeto(tmp_path / "x.fits")
    (batch,) = FitsTable().read(tmp_path / "x.fits").batches
    assert batch.samples.ticks[0] - example.ZERO_UNIX_MS == 10_000


@pytest.mark.parametrize(
    ("scale", "ahead_ms"),
    [("UTC", 0), ("TT", 69_184), ("TAI", 37_000), ("GPS", 18_000)],
    ids=["utc", "tt", "tai", "gps"],
)
def test_dates_are_read_on_the_clock_of_the_file(tmp_path, scale, ahead_ms):
    batch = read_one(tmp_path / "x.fits", {"TIMESYS": scale}, np.array(["2022-05-23T00:36:07.888"]), "30A")
    assert batch.samples.ticks.tolist() == [1_653_266_167_888 - ahead_ms]


def test_single_precision_and_whole_seconds_are_times_too(tmp_path):
    for number, form in enumerate("EJK"):
        batch = read_one(tmp_path / f"{number}.fits", example.TT, np.array([5, 6]), form)
        assert (batch.samples.ticks - example.ZERO_UNIX_MS).tolist() == [5000, 6000]


def test_rows_without_a_time_are_counted(tmp_path):
    times = np.array([1.0, np.nan, np.inf, 1e300])
    path = example.write(tmp_path / "x.fits", example.timed(("A", "J", np.arange(4)), seconds=times))
    delivery = FitsTable().read(path)
    assert dict(delivery.rejected) == {("A", "time is not a number"): 1, ("A", "time does not fit into 64 bits"): 2}
    assert delivery.batches[0].samples.values.tolist() == [0]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({}, "nothing in the header says since when TIME counts"),
        ({"MJDREF": 50814.0, "TIMESYS": "LOCAL"}, "TIMESYS is 'LOCAL', expected one of TT"),
        ({"MJDREF": 50814.0, "TIMEUNIT": "a"}, "TIME counts in 'a', expected one of s"),
        ({"MJDREF": 1e15}, "MJDREF is 1e\\+15, expected the number of a day"),
        ({"MJDREF": 5e6, "TIMESYS": "UTC"}, "further away than a date can be"),
        ({"MJDREF": "today"}, "MJDREF is 'today', expected a number"),
        ({"DATEREF": "soon"}, "DATEREF is 'soon', expected a date"),
        ({"MJDREF": 50814.0, "TIMEZERO": 1e20}, "further away than a date can be"),
    ],
    ids=["nothing", "scale", "unit", "far", "far-utc", "text", "date", "zero"],
)
def test_a_clock_that_cannot_be_told_is_an_error_that_names_file_and_keyword(tmp_path, header, message):
    with pytest.raises(FormatError, match=f"x.fits: .*{message}"):
        read_one(tmp_path / "x.fits", header)


def test_mapping_says_what_the_header_does_not(tmp_path):
    (tmp_path / "m.yaml").write_text("time: {column: TIME, format: cxcsec}")
    batch = read_one(tmp_path / "x.fits", {}, np.array([1.0, 2.5]), mapping=read_mapping(tmp_path / "m.yaml"))
    assert (batch.samples.ticks - example.ZERO_UNIX_MS).tolist() == [1000, 2500]


def test_mapping_may_name_another_column_of_times(tmp_path):
    (tmp_path / "m.yaml").write_text("time: END")
    columns = [("TIME", "D", [1.0]), ("END", "D", [2.0]), ("A", "J", [7])]
    path = example.write(tmp_path / "x.fits", example.table(columns))
    found = example.by_key(FitsTable(read_mapping(tmp_path / "m.yaml")).read(path))
    assert (found["A"].ticks - example.ZERO_UNIX_MS).tolist() == [2000]
    assert found["TIME"].values.tolist() == [1.0]
