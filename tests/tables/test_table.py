"""Frames as Table and TimeSeries of astropy, and as ECSV."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.table import Table
from astropy.time import Time
from astropy.timeseries import TimeSeries
from astropy.utils.masked import Masked

from jeta.errors import TimeFormatError, ValuesError
from jeta.tables import Column, Frame, to_table, to_timeseries, write_ecsv
from jeta.tables.table import digits
from jeta.times import to_datetime64, to_seconds


def assert_same(made, frame):
    """Whether a table has the values of a frame, and their types."""
    for name, column in frame.columns.items():
        if column.states is None:
            assert made[name].dtype == column.values.dtype, name
            np.testing.assert_array_equal(np.asarray(made[name]), column.values)
        else:
            texts = ["" if text is None else text for text in made[name].tolist()]  # ECSV has no empty texts
            assert texts == column.texts().tolist(), name


def with_unit(label):
    """A frame of one column."""
    return Frame("A", np.zeros(2), "unix", {"vals": Column(np.arange(2.0), label)})


def test_values_and_types(frame):
    """Each column as it is, states as texts."""
    made = to_table(frame)
    assert made.colnames == ["time", *frame.columns]
    assert_same(made, frame)


def test_times_are_utc_and_exact(frame):
    """They come back bit for bit."""
    time = to_table(frame)["time"]
    assert (type(time), time.scale) == (Time, "utc")
    assert to_seconds(time, frame.time_system).tolist() == frame.times.tolist()


def test_leap_second_is_a_time_of_its_own():
    """Unlike in numpy's and pandas' datetimes."""
    inside = to_seconds("2016-12-31T23:59:60.250", "cxcsec")
    time = to_table(Frame("A", np.array([inside]), "cxcsec", {}))["time"]
    assert time.isot.tolist() == ["2016-12-31T23:59:60.250"]


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("K", u.K),
        ("DEGC", u.deg_C),
        ("DEGF", u.imperial.deg_F),
        ("C", u.deg_C),
        ("AMP", u.A),
        ("V", u.V),
        ("CNTS", u.ct),
    ],
    ids=str,
)
def test_units_are_those_of_astropy(label, unit):
    """In the spellings of telemetry, where C is no coulomb."""
    assert to_table(with_unit(label))["vals"].unit == unit
    assert to_table(with_unit(label)).meta["units"] == {"vals": label}


@pytest.mark.parametrize("label", ["STEP", "dBm", "16"])
def test_unit_that_astropy_does_not_know_keeps_its_name(label):
    """It is no number and no other unit."""
    unit = to_table(with_unit(label))["vals"].unit
    assert isinstance(unit, u.UnrecognizedUnit)
    assert str(unit) == label


@pytest.mark.parametrize("label", [None, ""])
def test_without_unit(label):
    """There is none."""
    assert to_table(with_unit(label))["vals"].unit is None


def test_states_are_told_of(frame):
    """All, with their counts, in the meta of the column; what it is in its description."""
    made = to_table(frame)["states"]
    assert made.meta == {"states": ["OFF", "ON", "SAFE"], "state_codes": [[0, "OFF"], [1, "ON"], [7, "SAFE"]]}
    assert made.description == "A mode"


def test_missing_is_masked(holed):
    """In every column, and types stay."""
    made = to_table(holed)
    for name, column in holed.columns.items():
        assert made[name].mask.nonzero()[0].tolist() == [1, 4], name
        assert column.states is not None or made[name].dtype == column.values.dtype


def test_missing_vector_is_masked_as_a_whole():
    """All its components."""
    column = Column(np.zeros((2, 3)), missing=np.array([False, True]))
    mask = to_table(Frame("A", np.zeros(2), "unix", {"vals": column}))["vals"].mask
    assert mask.tolist() == [[False] * 3, [True] * 3]


def test_vectors_stay_one_column(vectors):
    """Of that shape."""
    assert to_table(vectors)["vals"].shape == (2, 3, 2)


def test_no_rows(nothing):
    """Columns of the right types."""
    made = to_table(nothing)
    assert (len(made), made["int8"].dtype, made["states"].dtype.kind) == (0, np.int8, "U")


def test_column_named_time():
    """Refused, instead of the times being lost."""
    with pytest.raises(ValuesError, match="'time'"):
        to_table(Frame("A", np.zeros(1), "unix", {"time": Column(np.zeros(1))}))


def test_times_beyond_the_calendar():
    """Refused."""
    with pytest.raises(TimeFormatError, match="years 1 to 9999"):
        to_table(Frame("A", np.array([1e12]), "unix", {}))


@pytest.mark.parametrize("step_s", [1e-3, 1e-6])
def test_times_show_the_digits_that_they_need(step_s):
    """In print, and in files."""
    times = 1.6e9 + np.arange(3) * step_s
    text = to_table(Frame("A", np.round(times, 6), "unix", {}))["time"].isot[1]
    assert len(text.partition(".")[2]) == round(-np.log10(step_s))


@pytest.mark.parametrize(("seconds", "expected"), [(0.0, 3), (0.125, 3), (1e-6, 6), (2**-30, 9)])
def test_digits(seconds, expected):
    """Of ms, us or ns."""
    assert digits(to_datetime64([1.0, seconds])) == expected


def test_timeseries(frame):
    """The class of astropy, with quantities; the rest as in the table."""
    made = to_timeseries(frame)
    assert (type(made), made.colnames) == (TimeSeries, ["time", *frame.columns])
    assert isinstance(made["float64"], u.Quantity)
    assert (made["float64"].unit, made["float64"][0]) == (u.K, 1.5 * u.K)
    assert made["int8"].dtype == np.int8
    assert to_seconds(made.time, frame.time_system).tolist() == frame.times.tolist()
    assert made.meta == to_table(frame).meta


def test_timeseries_masks_what_is_missing(holed):
    """Quantities too."""
    made = to_timeseries(holed)
    assert isinstance(made["float64"], Masked)
    assert made["float64"].mask.nonzero()[0].tolist() == made["bool"].mask.nonzero()[0].tolist() == [1, 4]


def test_timeseries_without_rows(nothing):
    """Nothing wrong with that."""
    assert len(to_timeseries(nothing)) == 0


def test_ecsv_keeps_everything(tmp_path, frame):
    """Values, types, times to the last bit, units, descriptions, states, metadata."""
    path = tmp_path / "a.ecsv"
    write_ecsv(frame, path)
    back, made = Table.read(path), to_table(frame)
    assert_same(back, frame)
    assert to_seconds(back["time"], frame.time_system).tolist() == frame.times.tolist()
    assert {name: back[name].unit for name in frame.columns} == {name: made[name].unit for name in frame.columns}
    assert back["states"].meta == made["states"].meta
    assert back["states"].description == "A mode"
    assert back.meta == made.meta


def test_ecsv_masks_what_is_missing(tmp_path, holed):
    """In every column."""
    write_ecsv(holed, tmp_path / "a.ecsv")
    back = Table.read(tmp_path / "a.ecsv")
    for name in holed.columns:
        assert {1, 4} <= set(back[name].mask.nonzero()[0].tolist()), name
    assert back["int64"].dtype == np.int64
    assert back["int64"][0] == 2**53 + 1


def test_ecsv_of_years_to_come(tmp_path):
    """Simulated telemetry: no warning that leap seconds of then are not known."""
    write_ecsv(Frame("A", np.array([2.5e9]), "unix", {"vals": Column(np.zeros(1))}), tmp_path / "a.ecsv")
    assert "2049-03-22T04:26:40.000 0.0" in (tmp_path / "a.ecsv").read_text()


@pytest.mark.parametrize("label", ["DEGF", "STEP", "PSIA", "%"])
def test_ecsv_keeps_any_unit(tmp_path, label):
    """Also those that astropy only knows by name."""
    write_ecsv(with_unit(label), tmp_path / "a.ecsv")
    back = Table.read(tmp_path / "a.ecsv")
    assert str(back["vals"].unit) == str(to_table(with_unit(label))["vals"].unit)
    assert back.meta["units"] == {"vals": label}


def test_ecsv_without_rows(tmp_path, nothing):
    """Types are there all the same."""
    write_ecsv(nothing, tmp_path / "a.ecsv")
    back = Table.read(tmp_path / "a.ecsv")
    assert (len(back), back["int8"].dtype) == (0, np.int8)
