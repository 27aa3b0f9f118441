"""`DerivedParameter`: definition, the grid, and how inputs come onto it (contract 4.8)."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from computed.conftest import T0
from jeta import fetch_eng
from jeta.computed import DerivedParameter, derived_parameters, set_modules, times_indexes
from jeta.errors import MsidNameError, ValuesError
from jeta.fetch import systems


def make(name="DP_TEST", base=DerivedParameter, **attributes):
    """A derived parameter that returns the values of its first input."""
    body = {"rootparams": ["a"], "time_step": 1.0, "calc": lambda self, data: data[self.rootparams[0]].vals}
    return type(name, (base,), {**body, **attributes})


def test_class_statement_makes_it_known_by_its_name():
    cls = make("DP_Power")
    assert derived_parameters()["DP_POWER"] is cls
    assert cls().msid == "DP_POWER"


def test_class_of_another_name_is_refused():
    with pytest.raises(MsidNameError, match=r"derived parameter POWER must be named DP_<NAME>.* try DP_POWER"):
        make("POWER")


def test_class_of_another_name_may_be_a_base():
    base = type("Thermal", (DerivedParameter,), {"content_root": "Thermal"})
    before = set(derived_parameters())
    cls = make("DP_T", base, time_step=32.8)
    assert set(derived_parameters()) - before == {"DP_T"}
    assert cls().content == "dp_thermal128"


@pytest.mark.parametrize("name", ["rootparams", "time_step", "calc"])
def test_incomplete_class_is_refused(name):
    attributes = {"rootparams": ["a"], "time_step": 1.0, "calc": len}
    del attributes[name]
    with pytest.raises(ValuesError, match=f"DP_PART must define {name}"):
        type("DP_PART", (DerivedParameter,), attributes)


@pytest.mark.parametrize("step", [0, -1.0, np.nan, np.inf, "1"])
def test_time_step_that_is_none_is_refused(step):
    with pytest.raises(ValuesError, match="time_step must be seconds above 0"):
        make(time_step=step)


def test_name_that_cannot_be_an_msid_is_refused():
    with pytest.raises(MsidNameError, match="not allowed"):
        make("DP_É")


def test_class_defined_again_replaces_the_old_one():
    make()
    new = make()
    assert derived_parameters()["DP_TEST"] is new


def test_the_last_of_two_in_different_modules_counts_with_a_warning(caplog):
    make(__module__="one")
    last = make(__module__="two")
    with caplog.at_level(logging.WARNING):
        assert derived_parameters()["DP_TEST"] is last
    assert "that of two replaces that of one" in caplog.text


def test_defaults_of_the_contract():
    cls = make()
    assert (cls.max_gap, cls.max_gaps, cls.unit_system, cls.dtype) == (66.0, {}, "eng", None)


@pytest.mark.parametrize(("step", "mnf_step"), [(0.25625, 1), (1.025, 4), (32.8, 128), (328.0, 1280)])
def test_steps_in_minor_frames(step, mnf_step):
    assert make(time_step=step, content_root="PCAD")().content == f"dp_pcad{mnf_step}"


def test_entry_for_the_telemetry_database():
    entry = make(unit="W", description="power", time_step=4)().entry()
    assert (entry.name, entry.unit, entry.description, entry.cadence_s) == ("DP_TEST", "W", "power", 4.0)


def test_calc_must_be_written():
    with pytest.raises(NotImplementedError, match="must define calc"):
        DerivedParameter().calc(None)


@pytest.mark.parametrize(("start", "stop", "indexes"), [(0.0, 3.0, [0, 1]), (1.9, 5.9, [0, 1, 2]), (-0.1, 0, [-1, 0])])
def test_grid_is_whole_multiples_from_floor_to_floor(start, stop, indexes):
    times, found = times_indexes(start, stop, 2)
    assert (found.tolist(), times.tolist(), times.dtype) == (indexes, [2.0 * index for index in indexes], np.float64)


def test_grid_takes_any_form_of_time():
    times, _ = times_indexes("2010:001", "2010:001:00:00:01", 0.5)
    assert times.tolist() == [T0, T0 + 0.5, T0 + 1]


# ------------------------------------------------------------------ inputs on the grid


@pytest.mark.usefixtures("in_use")
class TestFetch:
    def test_inputs_are_the_nearest_samples_bad_ones_too(self):
        data = make(rootparams=["a", "b"])().fetch(T0 + 48, T0 + 53)
        assert (data.times - T0).tolist() == [48, 49, 50, 51, 52, 53]
        assert data.indexes.tolist() == (data.times).astype(int).tolist()
        assert data["a"].vals.tolist() == [48**2, 49**2, 50**2, 51**2, 52**2, 52**2]  # the stop itself is outside
        assert (data["b"].times - T0).tolist() == [48.25] * 3 + [52.25] * 3
        assert data.bads.tolist() == [False, False, True, False, False, False]

    def test_bads_are_those_of_inputs_and_of_gaps(self):
        data = make(rootparams=["a", "z"], max_gap=2.0)().fetch(T0 + 45, T0 + 55)
        assert data.bads.tolist() == [False] * 5 + [True] + [False] + [True] * 4

    def test_gap_of_exactly_max_gap_is_good(self):
        data = make(rootparams=["z"], max_gap=3.0)().fetch(T0 + 45, T0 + 54)
        assert np.flatnonzero(data.bads).tolist() == [8, 9]

    def test_gaps_of_single_inputs(self):
        data = make(rootparams=["z", "x"], max_gap=1.0, max_gaps={"Z": 3.0})().fetch(T0 + 45, T0 + 54)
        assert np.flatnonzero(data.bads).tolist() == [8, 9]

    def test_input_of_fewer_than_two_samples_is_bad_throughout(self, caplog):
        with caplog.at_level(logging.INFO, "jeta"):
            data = make(rootparams=["z", "a"])().fetch(T0 + 60, T0 + 62)
        assert (data["z"].vals.tolist(), data.bads.tolist()) == ([0, 0, 0], [True] * 3)
        assert "Z has 0 samples" in caplog.text

    def test_on_and_off_are_numbers(self):
        data = make(rootparams=["state"])().fetch(T0 + 48, T0 + 51)
        assert (data["state"].vals.dtype, data["state"].vals.tolist()) == (np.int8, [1, 1, 0, 0])

    def test_inputs_are_in_its_unit_system(self):
        assert make(rootparams=["temp"])().fetch(T0, T0 + 2)["temp"].vals == pytest.approx([80.33] * 3)
        assert make(rootparams=["temp"], unit_system="cxc")().fetch(T0, T0 + 2)["temp"].vals.tolist() == [300] * 3

    def test_input_sent_on_change_holds_until_the_next_sample(self):
        """Never a sample to come, and no limit of age; nothing before the first."""
        data = make(rootparams=["setting", "x"], max_gap=1.5)().fetch(T0 + 8, T0 + 72.5)
        assert data["setting"].vals.tolist() == [1.0] * 62 + [2.0] * 3
        assert np.flatnonzero(data.bads).tolist() == [0, 1]

    @pytest.mark.parametrize(("start", "stop", "value"), [(30, 33, 1.0), (69, 73, 1.0), (90, 95, 2.0)])
    def test_value_held_at_the_start_is_known(self, start, stop, value):
        parameter = make(rootparams=["setting", "x"])()
        data = parameter.fetch(T0 + start, T0 + stop)
        assert (data["setting"].vals[0], data.bads.any()) == (value, False)
        parts = parameter.fetch_indexes(int(T0) + 30, int(T0) + 33)
        assert (parts["setting"].vals.tolist(), parts.bads.any()) == ([1.0] * 4, False)
        assert parameter(T0 + start, T0 + stop)[0] == value

    def test_age_of_what_holds_may_be_limited_for_that_input(self):
        data = make(rootparams=["setting"], max_gaps={"setting": 5.0})().fetch(T0 + 12, T0 + 18)
        assert data.bads.tolist() == [False] * 4 + [True] * 3

    def test_span_that_ends_before_it_begins_has_no_points(self):
        assert len(make(rootparams=["setting"])().fetch(T0 + 50, T0 + 20)["setting"].vals) == 0

    def test_how_the_grid_is_cut_makes_no_difference(self):
        parameter = make(rootparams=["b", "z"], time_step=3.0, max_gap=5.0)()
        first = int(T0 // 3)
        whole = parameter.fetch_indexes(first, first + 33)
        for cut in (first + 2, first + 16, first + 17):
            parts = [parameter.fetch_indexes(first, cut), parameter.fetch_indexes(cut + 1, first + 33)]
            assert np.concatenate([part.bads for part in parts]).tolist() == whole.bads.tolist()
            assert np.concatenate([part["b"].vals for part in parts]).tolist() == whole["b"].vals.tolist()

    def test_calling_it_gives_values_of_good_samples_on_the_grid(self):
        values = make(dtype=np.float32)()(T0 + 48, T0 + 52)
        data = fetch_eng.MSIDset(["a"], T0 + 48, T0 + 52, filter_bad=True)
        data.interpolate(dt=1.0)
        assert (values.dtype, values.tolist()) == (np.float32, data["a"].vals.tolist())
        assert 50**2 not in values

    def test_calc_of_another_length_is_refused(self):
        parameter = make(calc=lambda self, data: [1.0])()
        with pytest.raises(ValuesError, match="DP_TEST: calc must return one value for each of 5 times"):
            parameter.values(parameter.fetch(T0, T0 + 4))

    def test_points_that_are_no_values_are_told(self):
        """Apart from those whose inputs are bad."""
        parameter = make(dtype="i1", calc=lambda self, data: np.ma.masked_equal([1.5, 2, np.nan, 400, -129.0], 2))()
        values, bads = parameter.values_and_bads(parameter.fetch(T0, T0 + 4))
        assert (values.tolist(), values.dtype) == ([1, 0, 0, 0, 0], np.int8)
        assert bads.tolist() == [False, True, True, True, True]

    def test_modules_may_be_given(self):
        set_modules({"eng": None})
        assert len(make()(systems.modules()).fetch(T0, T0 + 4).times) == 5
