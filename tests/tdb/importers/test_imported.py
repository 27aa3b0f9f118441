"""What several sources say of one MSID."""

from __future__ import annotations

import pytest

from jeta.tdb import Calibration, Entry, Limits, Polynomial
from jeta.tdb.importers import Imported, merged, merged_entry

FULL = Entry(
    "A",
    id=0,
    description="old",
    unit="V",
    type="state",
    state_codes={0: "OFF", 1: "ON"},
    limits=Limits(red_low=1, red_high=2),
    subsystem="EPS",
    cadence_s=1,
    on_change=True,
)


def test_a_later_source_that_says_nothing_changes_nothing():
    assert merged_entry(FULL, Entry("A")) == FULL


def test_a_later_source_fills_what_the_earlier_lacks():
    assert merged_entry(Entry("A"), FULL) == FULL


@pytest.mark.parametrize(
    "later",
    [
        {"id": 5},
        {"description": "new"},
        {"unit": "W"},
        {"type": "float64"},
        {"subsystem": "TCS"},
        {"cadence_s": 0.5},
        {"state_codes": ((2, "FAULT"),)},
        {"limits": Limits(yellow_low=9)},
    ],
)
def test_where_both_say_something_the_later_wins_as_a_whole(later):
    ((key, value),) = later.items()
    assert getattr(merged_entry(FULL, Entry("A", **later)), key) == value


@pytest.mark.parametrize(
    "later",
    [
        {"limits": Limits(5)},
        {"limits_history": [("2020:001", Limits(5))]},
        {"limits_history": [(None, Limits(5)), ("2020:001", Limits())]},
    ],
)
@pytest.mark.parametrize(
    "earlier", [{"limits": Limits(4)}, {"limits_history": [(None, Limits(4)), ("2010:001", Limits(3))]}]
)
def test_limits_come_with_their_dates_from_one_source(earlier, later):
    one, two = Entry("A", **earlier), Entry("A", **later)
    assert merged_entry(one, two) == two
    assert merged_entry(one, Entry("A")) == one


def test_calibrations_take_the_place_of_state_codes_and_the_other_way_round():
    codes, curves = Entry("A", state_codes={0: "OFF"}), Entry("A", calibrations=Calibration(Polynomial((0, 1))))
    assert (merged_entry(codes, curves), merged_entry(curves, codes)) == (curves, codes)


def test_on_change_is_true_if_either_says_so():
    assert merged_entry(FULL, Entry("A", on_change=False)).on_change
    assert merged_entry(Entry("A"), FULL).on_change


def test_files_are_put_together_in_order_of_first_appearance():
    one = Imported([Entry("B", unit="V"), Entry("A")], [("line 1", "why")], [("B", "note")])
    two = Imported([Entry("A", unit="W"), Entry("C"), Entry("B", unit="K")], [("line 2", "why not")])
    both = merged([one, two])
    assert both.entries == [Entry("B", unit="K"), Entry("A", unit="W"), Entry("C")]
    assert both.skipped == [("line 1", "why"), ("line 2", "why not")]
    assert both.notes == [("B", "note")]


def test_no_files_make_no_entries():
    assert merged([]) == Imported([], [], [])
