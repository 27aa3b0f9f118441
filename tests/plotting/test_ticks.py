"""Ticks of mission time: which are chosen for spans from fractions of a second to decades, and how they are labelled."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta, timezone

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import dates as mdates
from matplotlib.figure import Figure

from jeta.plotting import remake_ticks, set_time_ticks
from jeta.plotting.ticks import follow_view, slant, tick_scheme

DAY = 86_400.0


def axes_of(start, span_s):
    axes = Figure(figsize=(9, 4)).subplots()
    low = mdates.date2num(start)
    axes.set_xlim(low, low + span_s / DAY)
    return axes


def labels(axes):
    axes.figure.draw_without_rendering()
    return [label.get_text() for label in axes.get_xticklabels()]


def in_view(axes):
    low, high = axes.get_xlim()
    return [tick for tick in axes.get_xticks() if low <= tick <= high]


def test_there_are_33_choices_each_finer_than_the_one_before():
    choices = list(tick_scheme())
    assert len(choices) == 33
    assert [choice[2] for choice in choices] == (
        ["%Y"] * 4 + ["%Y-%b"] * 5 + ["%Y:%j"] * 5 + ["%j:%H:00"] * 5 + ["%j:%H:%M"] * 7 + ["%H:%M:%S"] * 7
    )
    start = datetime(2009, 1, 1)  # noqa: DTZ001 - matplotlib takes it as UTC
    majors = [choice[0](**choice[1]) for choice in choices[:19]]
    counts = [len(major.tick_values(start, datetime(2049, 1, 1))) for major in majors[:9]]  # noqa: DTZ001
    counts += [len(major.tick_values(start, datetime(2010, 1, 1))) for major in majors[9:14]]  # noqa: DTZ001
    assert counts[:9] == sorted(counts[:9])
    assert counts[9:] == sorted(counts[9:])


SPANS = [
    (10, "%H:%M:%S", {"bysecond": list(range(0, 60, 2))}),
    (60, "%H:%M:%S", {"bysecond": [0, 15, 30, 45]}),
    (600, "%j:%H:%M", {"byminute": list(range(0, 60, 2))}),
    (3600, "%j:%H:%M", {"byminute": [0, 15, 30, 45]}),
    (6 * 3600, "%j:%H:00", {}),
    (DAY, "%j:%H:00", {"byhour": [0, 6, 12, 18]}),
    (7 * DAY, "%Y:%j", {"interval": 1}),
    (30 * DAY, "%Y:%j", {"interval": 5}),
    (200 * DAY, "%Y-%b", {}),
    (366 * DAY, "%Y-%b", {"bymonth": [1, 4, 7, 10]}),
    (5 * 365.25 * DAY, "%Y", {"base": 1}),
    (30 * 365.25 * DAY, "%Y", {"base": 5}),
]


@pytest.mark.parametrize(("span_s", "label", "arguments"), SPANS, ids=[str(int(span[0])) for span in SPANS])
def test_the_first_choice_with_five_ticks_is_taken(span_s, label, arguments):
    axes = axes_of(datetime(2010, 1, 1, tzinfo=UTC), span_s)
    ((_, chosen, form, _, _),) = set_time_ticks(axes)
    assert (form, chosen) == (label, arguments)
    assert len(in_view(axes)) >= 5


@pytest.mark.parametrize("span_s", [*np.geomspace(5, 30 * 365 * DAY, 40).round(3)])
@pytest.mark.parametrize(
    "start", [datetime(1999, 7, 23, 4, 30, 11, tzinfo=UTC), datetime(2024, 2, 28, 23, 59, 50, tzinfo=UTC)]
)
def test_there_are_five_ticks_or_more_but_not_too_many(start, span_s, caplog):
    """Matplotlib logs a warning where a locator makes too many."""
    axes = axes_of(start, span_s)
    with caplog.at_level(logging.WARNING):
        set_time_ticks(axes)
        shown = labels(axes)
    assert 5 <= len(in_view(axes)) <= 20
    assert len(set(shown)) == len(shown)
    assert not caplog.records


@pytest.mark.parametrize("span_s", [2.0, 0.4, 0.05, 0.011])
def test_less_than_seconds_have_ticks_too(span_s):
    axes = axes_of(datetime(2010, 1, 1, 0, 0, 0, 600_000, tzinfo=UTC), span_s)
    set_time_ticks(axes)
    assert len(in_view(axes)) >= 2
    assert len(set(labels(axes))) >= 2


@pytest.mark.parametrize(
    ("span_s", "expected"),
    [(6 * DAY, "2010:001"), (DAY, "001:00:00"), (3600, "001:00:00"), (30, "00:00:00"), (366 * DAY, "2010-Jan")],
)
def test_labels_have_the_day_of_the_year(span_s, expected):
    axes = axes_of(datetime(2010, 1, 1, tzinfo=UTC), span_s)
    set_time_ticks(axes)
    assert labels(axes)[0] == expected


def test_what_was_chosen_for_one_plot_can_be_given_to_another():
    chosen = set_time_ticks(axes_of(datetime(2010, 1, 1, tzinfo=UTC), 7 * DAY))
    other = axes_of(datetime(2010, 1, 1, tzinfo=UTC), 40 * DAY)
    assert set_time_ticks(other, chosen) == chosen
    assert len(in_view(other)) == 41


def test_ticks_follow_the_view_once_they_were_told_to():
    axes = axes_of(datetime(2010, 1, 1, tzinfo=UTC), 7 * DAY)
    set_time_ticks(axes)
    follow_view(axes)
    low, _ = axes.get_xlim()
    axes.set_xlim(low, low + 1 / 24)
    assert labels(axes) == ["001:00:00", "001:00:15", "001:00:30", "001:00:45", "001:01:00"]


def test_axes_that_share_their_ticks_choose_them_once():
    """Else a set of n panels would take n times n choices."""
    above, below = Figure().subplots(2, 1, sharex=True)
    above.set_xlim(14_610, 14_617)
    chosen = set_time_ticks(above)
    locator = above.xaxis.get_major_locator()
    assert set_time_ticks(below) == chosen
    assert above.xaxis.get_major_locator() is below.xaxis.get_major_locator() is locator
    below.set_xlim(14_610, 14_611)
    assert set_time_ticks(above) != chosen


def test_ticks_of_the_same_view_in_another_time_zone_are_chosen_anew():
    axes = axes_of(datetime(2010, 1, 1, tzinfo=UTC), DAY)
    set_time_ticks(axes)
    axes.xaxis_date(timezone(timedelta(hours=-5)))
    set_time_ticks(axes)
    assert labels(axes)[:2] == ["365:20:00", "001:00:00"]


def test_ticks_that_somebody_else_set_are_chosen_anew():
    axes = axes_of(datetime(2010, 1, 1, tzinfo=UTC), DAY)
    set_time_ticks(axes)
    axes.set_xticks([14_610.0])
    set_time_ticks(axes)
    assert len(in_view(axes)) >= 5


def test_remaking_ticks_draws_them():
    axes = axes_of(datetime(2010, 1, 1, tzinfo=UTC), 7 * DAY)
    remake_ticks(axes)
    assert [label.get_text() for label in axes.get_xticklabels()][:2] == ["2010:001", "2010:002"]


def test_labels_are_in_the_time_zone_of_the_axis():
    axes = axes_of(datetime(2010, 1, 1, tzinfo=UTC), DAY)
    axes.xaxis_date(timezone(timedelta(hours=-5)))
    set_time_ticks(axes)
    assert labels(axes)[:2] == ["365:20:00", "001:00:00"]


def test_a_view_the_wrong_way_round_has_ticks():
    axes = axes_of(datetime(2010, 1, 1, tzinfo=UTC), 7 * DAY)
    axes.invert_xaxis()
    set_time_ticks(axes)
    assert len(in_view(axes)) == 0  # the limits are the wrong way round
    assert len(axes.get_xticks()) == 8


def test_slanting_labels_leaves_other_axes_alone():
    figure = Figure()
    above, below = figure.subplots(2, 1)
    slant(below)
    assert below.get_xticklabels()[0].get_rotation() == 30
    assert above.get_xticklabels()[0].get_rotation() == 0


@pytest.fixture(autouse=True)
def _utc():
    with mpl.rc_context({"timezone": "UTC"}):
        yield
