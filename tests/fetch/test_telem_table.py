"""`get_telem_table`, and where it is found."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u

from jeta import fetch, utils
from jeta.errors import UnknownMsidError, ValuesError

pytestmark = pytest.mark.usefixtures("in_use")

T0 = 1_262_304_000.0  # 2010:001


def test_it_is_where_either_ancestor_would_look():
    """fetch and utils have the same function."""
    assert fetch.get_telem_table is utils.get_telem_table
    assert "get_telem_table" in fetch.__all__
    assert "get_telem_table" in dir(fetch)


def test_times_are_those_of_the_first_where_none_is_bad():
    """Every fifth sample of TEPHIN is."""
    table = fetch.get_telem_table(["tephin", "aamode", "aaint"], T0, T0 + 100)
    assert table.colnames == ["time", "tephin", "aamode", "aaint"]
    assert table["time"].tolist() == [T0 + 10 * row for row in range(10) if row % 5]
    assert table["aaint"].tolist() == [1, 2, 3, 4, 6, 7, 8, 9]
    assert table["time"].info.format == ".3f"


@pytest.mark.parametrize("system", ["eng", "sci", "cxc"])
def test_values_are_in_the_unit_system_asked_for(system):
    """Engineering units by default."""
    table = fetch.get_telem_table("tephin", T0, T0 + 100, unit_system=system)
    kelvin = np.array([1, 2, 3, 4, 6, 7, 8, 9])
    expected = {"cxc": kelvin, "sci": kelvin - 273.15, "eng": (kelvin - 273.15) * 1.8 + 32}[system]
    np.testing.assert_allclose(table["tephin"], expected, rtol=1e-5)
    if system == "eng":
        assert (fetch.get_telem_table("tephin", T0, T0 + 100)["tephin"] == table["tephin"]).all()


@pytest.mark.parametrize("pad", [60, 60.0, 1 * u.min, np.float32(60), np.int64(60)], ids=repr)
def test_pad_is_seconds_or_a_quantity(pad):
    """Of time."""
    assert len(fetch.get_telem_table(["aaint", "aabool"], T0, T0 + 100, pad)) == 10


@pytest.mark.parametrize("pad", [-1, "a", None, [1], True, float("nan"), 5 * u.m, [1, 2] * u.s], ids=repr)
def test_pad_that_is_no_span_of_time(pad):
    """Named."""
    with pytest.raises(ValuesError, match="time_pad"):
        fetch.get_telem_table("aaint", T0, T0 + 100, pad)


def test_no_samples_are_no_rows_of_floats():
    """As the ancestor has it."""
    table = fetch.get_telem_table(["aaint", "aamode"], T0 - 1e6, T0 - 1e6 + 10)
    assert (len(table), [table[name].dtype.kind for name in table.colnames]) == (0, ["f"] * 3)


def test_unknown_name():
    """As in any fetch."""
    with pytest.raises(UnknownMsidError):
        fetch.get_telem_table(["aaint", "nope"], T0, T0 + 10)
