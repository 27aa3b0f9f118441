"""Raw counts become engineering values by the curve that is valid at their time; nothing is invented."""

from __future__ import annotations

import copy
import json
import pickle
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import TdbError, ValuesError
from jeta.tdb import Calibration, Enumeration, PointPairs, Polynomial
from jeta.tdb.calibration import as_values, restored

DAY_S = 86400.0
ONE, TWO = Polynomial((0, 1)), Polynomial((0, 2))
OFF_ON = Enumeration({0: "OFF", 1: "ON"})
POINTS = PointPairs(((0, 1), (10, 6), (20, 26)))
COUNT_TYPES = ["i1", "u1", "i2", "u2", ">i2", "i4", "u4", "i8", "u8", "f4", "f8", ">f8"]


def same(found, expected):
    """Whether an array is float64 and has these values, NaN being equal to itself."""
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, np.array(expected, float))
    return True


class TestPolynomial:
    def test_coefficients_are_in_ascending_powers(self):
        assert same(Polynomial((1, 10, 100)).apply([0, 1, 2, -1]), [1, 111, 421, 91])

    @pytest.mark.parametrize("coefficients", [(5,), (5, 1), (5, 0, 0)])
    def test_no_count_has_no_value_even_if_the_polynomial_is_constant(self, coefficients):
        assert same(Polynomial(coefficients).apply([nan, 0.0]), [nan, 5])

    def test_counts_too_large_for_the_result_do_not_warn(self):
        assert same(Polynomial((0, 0, 1)).apply([1e200, -inf]), [inf, inf])

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(-9, 9), min_size=1, max_size=5), st.lists(st.integers(-50, 50), max_size=9))
    def test_values_are_those_of_the_definition(self, coefficients, counts):
        expected = [sum(c * x**power for power, c in enumerate(coefficients)) for x in counts]
        assert same(Polynomial(coefficients).apply(counts), expected)

    @pytest.mark.parametrize("given_", [(), [], 5, "12", None, ("a",), (nan,), (inf,), (True,)])
    def test_coefficients_must_be_finite_numbers_and_at_least_one(self, given_):
        with pytest.raises(TdbError, match=r"key 'calibrations': expected .*coefficient"):
            Polynomial(given_)


class TestPointPairs:
    def test_values_lie_on_lines_between_the_points(self):
        assert same(POINTS.apply([0, 5, 10, 15, 20]), [1, 3.5, 6, 16, 26])

    def test_counts_beyond_the_points_have_no_value(self):
        assert same(POINTS.apply([-1, 20.5, inf, -inf, nan]), [nan] * 5)

    def test_the_first_and_last_line_go_on_if_asked_for(self):
        pairs = PointPairs(POINTS.points, extrapolate=True)
        assert same(pairs.apply([-2, 0, 20, 21, nan]), [0, 1, 26, 28, nan])

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(-999, 999), min_size=2, max_size=6, unique=True).map(sorted), st.booleans())
    def test_values_are_exact_at_the_points(self, raws, extrapolate):
        values = [raw * 0.1 for raw in raws]
        pairs = PointPairs(list(zip(raws, values, strict=True)), extrapolate)
        assert same(pairs.apply(np.array(raws)), values)

    @pytest.mark.parametrize(
        ("points", "said"),
        [
            ([(0, 1)], "expected at least 2 points"),
            (None, "expected at least 2 points"),
            ([(0, 1), (0, 2)], "expected points of ascending raw counts, got 0.0 after 0.0"),
            ([(1, 1), (0, 2)], "expected points of ascending raw counts, got 0.0 after 1.0"),
            ([(0, 1), 5], "expected points [raw, value], got 5"),
            ([(0, 1), (1, 2, 3)], "expected points [raw, value], got (1, 2, 3)"),
            ([(0, 1), (nan, 2)], "expected each raw count as a finite number, got nan"),
            ([(0, 1), (1, "2")], "expected the value of each point as a finite number, got '2'"),
        ],
    )
    def test_points_must_be_pairs_of_ascending_counts(self, points, said):
        with pytest.raises(TdbError) as caught:
            PointPairs(points)
        assert said in str(caught.value)
        assert caught.value.key == "calibrations"

    def test_whether_to_extrapolate_is_yes_or_no(self):
        with pytest.raises(TdbError, match="key 'calibrations': expected true or false, got 'no'"):
            PointPairs(POINTS.points, "no")


class TestEnumeration:
    @pytest.mark.parametrize("dtype", COUNT_TYPES)
    def test_counts_of_any_type_become_states(self, dtype):
        assert OFF_ON.apply(np.array([1, 0, 1], dtype)).tolist() == ["ON", "OFF", "ON"]

    def test_truth_values_are_counts(self):
        assert OFF_ON.apply(np.array([True, False])).tolist() == ["ON", "OFF"]
        assert same(TWO.apply(np.array([True, False])), [2, 0])

    def test_a_count_without_a_state_becomes_the_empty_text(self):
        assert OFF_ON.apply([2, -1, 0.5, nan, inf, 0]).tolist() == ["", "", "", "", "", "OFF"]

    def test_the_width_is_that_of_the_longest_state_whatever_comes(self):
        assert OFF_ON.apply([1]).dtype == OFF_ON.apply([]).dtype == np.dtype("<U3")

    @pytest.mark.parametrize(
        ("states", "said"),
        [
            ({}, "expected states, such as {0: OFF, 1: ON}, got {}"),
            ("ON", "expected pairs of raw count and state name, got 'ON'"),
            ({0.5: "ON"}, "expected each raw count as a whole number of 64 bits, got 0.5"),
            ([(0, "A"), (0, "B")], "expected each raw count once, got 0 for 'A' and for 'B'"),
            ({0: ""}, "expected a state name for raw count 0, got ''"),
        ],
    )
    def test_states_must_be_counts_with_names(self, states, said):
        with pytest.raises(TdbError) as caught:
            Enumeration(states)
        assert str(caught.value) == f"key 'calibrations': {said}"


class TestAnyCurve:
    @pytest.mark.parametrize("curve", [TWO, POINTS, OFF_ON])
    @pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", ">i2", ">u2"])
    def test_many_samples_of_few_counts_are_as_few_of_them(self, curve, dtype):
        info = np.iinfo(dtype)
        every = np.arange(info.min, info.max + 1, dtype=np.int64).astype(dtype)
        many = np.concatenate([every, every[::-7]])
        expected = np.concatenate([curve.apply(every.astype(np.int64)), curve.apply(every[::-7].astype(np.int64))])
        np.testing.assert_array_equal(curve.apply(many), expected)

    @pytest.mark.parametrize("curve", [TWO, Polynomial((1,)), POINTS, PointPairs(POINTS.points, True), OFF_ON])
    @pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
    def test_the_shape_stays(self, curve, shape):
        assert curve.apply(np.zeros(shape)).shape == shape

    @pytest.mark.parametrize("curve", [TWO, POINTS, OFF_ON])
    @pytest.mark.parametrize("raw", [["ON", "OFF"], [b"1"], [None], [1j], np.array(["2020"], "M8")])
    def test_what_is_no_number_cannot_be_calibrated(self, curve, raw):
        with pytest.raises(ValuesError, match="cannot be calibrated; expected raw counts"):
            curve.apply(raw)

    def test_the_counts_given_stay_as_they_are(self):
        counts = np.array([1.0, 2.0])
        Polynomial((1, 2, 3)).apply(counts)
        assert counts.tolist() == [1, 2]

    @pytest.mark.parametrize("curve", [ONE, POINTS, OFF_ON])
    def test_a_curve_can_be_hashed_copied_and_pickled(self, curve):
        assert pickle.loads(pickle.dumps(curve)) == copy.deepcopy(curve) == curve
        assert len({curve, copy.deepcopy(curve)}) == 1


class TestCalibration:
    def test_a_curve_without_a_date_is_valid_at_all_times(self):
        assert same(Calibration(TWO).apply([1, 2, nan], [-1e9, 0, nan]), [2, 4, nan])

    def test_a_curve_is_valid_from_its_date_until_the_next(self):
        calibration = Calibration([("1970-01-02", ONE), ("1970-01-03", TWO)])
        times = [DAY_S - 0.001, DAY_S, 2 * DAY_S - 0.001, 2 * DAY_S, inf]
        assert same(calibration.apply([7] * 4, times[:4]), [nan, 7, 7, 14])

    def test_states_are_unknown_before_the_first_date(self):
        calibration = Calibration([("1970-01-02", OFF_ON), ("1970-01-03", Enumeration({1: "STANDBY"}))])
        states = calibration.apply([1, 1, 0, 1, 0], np.arange(5) * DAY_S)
        assert states.tolist() == ["", "ON", "", "STANDBY", ""]
        assert calibration.apply([], []).dtype == states.dtype == np.dtype("<U7")

    def test_kinds_of_numeric_curves_may_follow_each_other(self):
        calibration = Calibration([(None, TWO), ("1970-01-02", POINTS)])
        assert same(calibration.apply([5, 5, 99], [0, DAY_S, DAY_S]), [10, 3.5, nan])

    def test_dates_are_in_the_time_system_of_the_samples(self):
        calibration = Calibration([(None, ONE), ("2010:001", TWO)])
        at_s = 378691266.184
        assert same(calibration.apply([1, 1], [np.nextafter(at_s, 0), at_s], "cxcsec"), [1, 2])

    def test_a_leap_second_can_be_a_date(self):
        calibration = Calibration([(None, ONE), ("2016-12-31T23:59:60", TWO), ("2017-01-01", Polynomial((0, 3)))])
        assert [start for start, _, _ in calibration.spans("cxcsec")[1:]] == [599616068.184, 599616069.184]

    def test_times_need_not_ascend(self):
        calibration = Calibration([(None, ONE), ("1970-01-02", TWO)])
        assert same(calibration.apply([1, 2, 3, 4], [DAY_S, 0, 2 * DAY_S, nan]), [2, 2, 6, nan])

    @settings(max_examples=80, deadline=None)
    @given(
        st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True).map(sorted),
        st.booleans(),
        st.lists(st.tuples(st.sampled_from([-1, 0, 0.5, 3, 5, 9, 10]), st.integers(-2, 2)), max_size=12),
        st.booleans(),
    )
    def test_each_sample_takes_the_latest_curve_that_has_begun(self, days, since_ever, samples, ascending):
        dates = [None if since_ever and not at else f"1970-01-{day + 1:02d}" for at, day in enumerate(days)]
        curves = [Polynomial((100 * at, 1)) for at in range(len(days))]
        starts = [-inf if date is None else day for date, day in zip(dates, days, strict=True)]
        rows = sorted(samples) if ascending else samples
        expected = [
            next((curves[at].coefficients[0] + raw for at in range(len(days) - 1, -1, -1) if starts[at] <= time), nan)
            for time, raw in rows
        ]
        found = Calibration(list(zip(dates, curves, strict=True))).apply(
            [raw for _, raw in rows], [time * DAY_S for time, _ in rows]
        )
        assert same(found, expected)

    @pytest.mark.parametrize(("raw", "times"), [([1, 2], [1]), ([[1]], [[1]]), (1, 1)])
    def test_there_is_one_time_per_count(self, raw, times):
        with pytest.raises(ValuesError, match="expected one time per count"):
            Calibration(ONE).apply(raw, times)

    def test_texts_cannot_be_calibrated(self):
        with pytest.raises(ValuesError, match="values of type <U2 cannot be calibrated"):
            Calibration([("2020:001", OFF_ON)]).apply(["ON"], [0])

    def test_it_says_whether_users_see_texts_and_which(self):
        assert (Calibration(OFF_ON).is_text, Calibration(ONE).is_text) == (True, False)
        assert Calibration(OFF_ON).state_codes == ((0, "OFF"), (1, "ON"))
        assert Calibration([(None, OFF_ON), ("2020:001", OFF_ON)]).state_codes == Calibration(ONE).state_codes == ()

    @pytest.mark.parametrize(
        ("curves", "said"),
        [
            ((), "expected at least one curve, got ()"),
            (5, "expected pairs of valid_from and what is valid, got 5"),
            ([ONE], "expected pairs of valid_from and what is valid, got Polynomial"),
            ([(None, 5)], "expected a Polynomial, PointPairs or Enumeration, got 5"),
            ([(None, ONE), (None, TWO)], "later, in each but the first, got none after none"),
            ([("2020:002", ONE), ("2020:001", TWO)], "got 2020-01-01T00:00:00.000 after 2020-01-02T00:00:00.000"),
            ([("2020:001", ONE), ("2020-01-01", TWO)], "got 2020-01-01T00:00:00.000 after 2020-01-01T00:00:00.000"),
            ([(None, ONE), ("2020:001", OFF_ON)], "all give numbers or all give states, got Polynomial, Enumeration"),
        ],
    )
    def test_curves_are_in_order_and_of_one_kind(self, curves, said):
        with pytest.raises(TdbError) as caught:
            Calibration(curves)
        assert str(caught.value).startswith("key 'calibrations': ")
        assert said in str(caught.value)

    @pytest.mark.parametrize(
        "curves", [ONE, OFF_ON, [("2020:001", POINTS), ("2021:001", PointPairs(((0, 1), (1, 2)), True))]]
    )
    def test_it_comes_back_from_json_and_pickle_as_it_was(self, curves):
        calibration = Calibration(curves)
        assert restored(json.loads(json.dumps(as_values(calibration)))) == calibration
        assert pickle.loads(pickle.dumps(calibration)) == calibration
        assert hash(restored(as_values(calibration))) == hash(calibration)
