"""The computed MSIDs that come with jeta."""

from __future__ import annotations

import numpy as np
import pytest

from computed.conftest import T0
from jeta import fetch
from jeta.computed import compute, find
from jeta.errors import UnknownMsidError, ValuesError
from jeta.fetch import systems

pytestmark = pytest.mark.usefixtures("in_use")


def samples(name, first=0.0, last=99.0, system="cxc"):
    """What a fetch of a computed MSID gives, by seconds after T0, both ends inside."""
    cls, args = find(name)
    result = compute(cls, systems.modules(), system, T0 + first, T0 + last, name, args)
    times = result.columns["times"] - T0
    return times.tolist(), result.columns["vals"], result.columns["bads"], result.unit


@pytest.mark.parametrize(
    ("name", "cls", "args"),
    [
        ("diff__a__b", "Difference", ["a", "b"]),
        ("DIFF__A-1.x_y___B", "Difference", ["a-1.x_y", "_b"]),
        ("rate__a", "Rate", ["a"]),
        ("rate__diff__a__b", "Rate", ["diff__a__b"]),
        ("norm__a__b", "Magnitude", ["a__b"]),
        ("norm__a__b__c__d", "Magnitude", ["a__b__c__d"]),
        ("mean__a__60s", "MovingMean", ["a", "60"]),
        ("mean__a__0.5S", "MovingMean", ["a", "0.5"]),
        ("mean__diff__a__b__60s", "MovingMean", ["diff__a__b", "60"]),
    ],
)
def test_names(name, cls, args):
    found, given = find(name)
    assert (found.__name__, given) == (cls, args)


@pytest.mark.parametrize(
    "name", ["diff__a", "diff__a__b__c", "diff_a_b", "norm__a", "mean__a", "mean__a__60", "rate__", "a"]
)
def test_other_names_are_none_of_them(name):
    assert find(name) is None


def test_difference_takes_the_nearest_sample_of_the_second():
    times, vals, bads, unit = samples("diff__a__b", 4, 8)
    assert times == [4, 5, 6, 7, 8]
    assert vals.tolist() == [16 - 4, 25 - 4, 36 - 4, 49 - 8, 64 - 8]
    assert (bads.any(), unit) == (False, "V")


def test_difference_does_not_depend_on_the_span():
    """A span between two samples of the second one still finds them."""
    _, whole, _, _ = samples("diff__a__b")
    for first in (5, 6, 97):
        assert samples("diff__a__b", first, first)[1].tolist() == [whole[first]]


def test_difference_is_bad_where_either_is_bad_or_too_old():
    _, _, bads, _ = samples("diff__z__a", 45, 60)
    assert bads.tolist() == [False] * 5  # z ends at 49
    _, _, bads, _ = samples("diff__a__z", 47, 54)
    assert bads.tolist() == [False, False, False, True, False, False, True, True]


def test_difference_converts_the_second_to_the_unit_of_the_first():
    _, vals, _, unit = samples("diff__amp__x", 5, 5)
    assert (vals.tolist(), unit) == ([2.0], "A")  # x has no unit
    _, vals, _, unit = samples("diff__a__milli", 5, 5)
    assert (vals.tolist(), unit) == ([20.0], "V")


def test_difference_of_unlike_quantities_is_refused():
    with pytest.raises(ValuesError, match="amp is in 'A', which cannot be converted to 'V'"):
        samples("diff__a__amp")


def test_texts_are_refused():
    with pytest.raises(ValuesError, match="state has values of type"):
        samples("rate__state")


def test_unknown_input_is_named():
    with pytest.raises(UnknownMsidError, match="nothing"):
        samples("diff__a__nothing")


def test_rate_is_the_change_from_the_good_sample_before():
    times, vals, bads, unit = samples("rate__a", 48, 52)
    assert times == [48, 49, 50, 51, 52]
    assert np.array_equal(vals, [95, 97, np.nan, (51**2 - 49**2) / 2, 103], equal_nan=True)
    assert (bads.tolist(), unit) == ([False, False, True, False, False], "V/s")


def test_rate_has_none_at_the_first_sample_of_all():
    _, vals, bads, _ = samples("rate__a", 0, 1)
    assert np.array_equal(vals, [np.nan, 1], equal_nan=True)
    assert bads.tolist() == [True, False]


def test_rate_passes_over_nan():
    _, vals, bads, _ = samples("rate__nan", 9, 11)
    assert np.array_equal(vals, [1, np.nan, 1], equal_nan=True)
    assert bads.tolist() == [False, True, False]


def test_magnitude():
    _, vals, bads, _ = samples("norm__x__y", 0, 3)
    assert (vals.tolist(), bads.any()) == ([5.0] * 4, False)
    _, vals, bads, _ = samples("norm__x__y__z", 48, 54)
    assert vals.tolist() == [13.0] * 7
    assert bads.tolist() == [False] * 5 + [True, True]


def test_moving_mean_looks_beyond_the_span_and_leaves_out_what_is_bad():
    times, vals, bads, unit = samples("mean__a__2s", 49, 51)
    assert times == [49, 50, 51]
    assert vals == pytest.approx([(48**2 + 49**2) / 2, (49**2 + 51**2) / 2, (51**2 + 52**2) / 2])
    assert (bads.any(), unit) == (False, "V")


def test_moving_mean_without_good_samples_is_bad():
    _, vals, bads, _ = samples("mean__nan__0.5s", 9, 11)
    assert np.array_equal(vals, [9, np.nan, 11], equal_nan=True)
    assert bads.tolist() == [False, True, False]


def test_units_are_those_of_the_user():
    assert samples("mean__temp__10s", 5, 5, "eng")[1:] == (pytest.approx([80.33]), [False], "DEGF")


@pytest.mark.parametrize("name", ["diff__a__b", "rate__a", "norm__x__y", "mean__a__60s"])
def test_span_without_samples_is_empty(name):
    times, vals, bads, _ = samples(name, 1000, 2000)
    assert (times, len(vals), len(bads)) == ([], 0, 0)


def test_fetch_serves_them():
    dat = fetch.MSID("Diff__A__B", T0 + 4, T0 + 8)
    assert (dat.msid, dat.MSID, dat.unit) == ("Diff__A__B", "DIFF__A__B", "V")
    assert dat.vals.tolist() == [12, 21, 32, 41, 56]  # both ends inside


def test_computed_of_computed():
    dat = fetch.Msid("mean__rate__a__4s", T0 + 20, T0 + 22)
    assert dat.vals == pytest.approx([39, 41, 43])
