"""Rows in the unit of the telemetry database, or an error; never silently in another."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.errors import ValuesError
from jeta.samples import Samples
from jeta.tdb import Calibration, Entry, Polynomial
from jeta.update.stored_units import in_stored_unit

NUMBERS = Samples(np.arange(2), "ms", np.array([0.0, 100.0]))
RAW = Entry("A", unit="V", type="int16", calibrations=Calibration(Polynomial((0.0, 0.5))))


def test_temperatures_have_an_offset():
    samples, is_kept = in_stored_unit("A", NUMBERS, "degC", Entry("A", unit="K"))
    assert (samples.values.tolist(), is_kept) == ([273.15, 373.15], True)


@pytest.mark.parametrize(("unit", "stored"), [("K", "K"), ("SEC", "s"), ("V", "VDC")])
def test_the_same_unit_changes_nothing(unit, stored):
    assert in_stored_unit("A", NUMBERS, unit, Entry("A", unit=stored)) == (NUMBERS, True)


def test_integers_become_floats_only_if_they_are_converted():
    whole = Samples(np.arange(2), "ms", np.array([1, 2]))
    assert in_stored_unit("A", whole, "V", Entry("A", unit="V"))[0].values.dtype == np.int64
    assert in_stored_unit("A", whole, "V", Entry("A", unit="mV"))[0].values.tolist() == [1000.0, 2000.0]


@pytest.mark.parametrize("entry", [None, Entry("A"), Entry("A", unit="K")], ids=["unknown", "no unit", "unit"])
def test_without_a_unit_nothing_is_converted(entry):
    assert in_stored_unit("A", NUMBERS, None, entry) == (NUMBERS, True)


@pytest.mark.parametrize("entry", [None, Entry("A")], ids=["unknown", "no unit"])
def test_a_unit_that_there_is_nothing_to_compare_with_is_told(entry):
    assert in_stored_unit("A", NUMBERS, "K", entry) == (NUMBERS, False)


@pytest.mark.parametrize(
    "samples",
    [Samples.from_texts(np.arange(1), "ms", ["ON"]), Samples(np.arange(1), "ms", np.array([True]))],
    ids=["texts", "booleans"],
)
def test_states_have_no_unit(samples):
    assert in_stored_unit("A", samples, "V", Entry("A", unit="K")) == (samples, True)


@pytest.mark.parametrize("entry", [Entry("A", unit="K"), RAW], ids=["inconvertible", "raw counts"])
def test_what_cannot_be_converted_is_an_error_that_names_both(entry):
    with pytest.raises(ValuesError, match=f"A: the values are in 'V'.*{'raw counts' if entry is RAW else 'K'}"):
        in_stored_unit("A", NUMBERS, "V", entry)
