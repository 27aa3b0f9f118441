"""`plot_panels`: what is drawn, read back from the figure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import jeta
from jeta.plotting import Series, plot_panels

START = np.datetime64("2022-05-23T00:36:07", "ns")


def dates(*seconds):
    return START + (np.array(seconds) * 1e9).astype("m8[ns]")


def line(series):
    """The one line of a figure of one series, and its axes."""
    (axes,) = plot_panels([series]).axes
    (drawn,) = axes.lines
    return drawn, axes


def ys(series):
    return np.asarray(line(series)[0].get_ydata()).tolist()


def test_a_panel_for_each_series_over_one_axis_of_time():
    figure = plot_panels(
        [Series("A", dates(0, 1), np.array([1.0, 2.0]), "V"), Series("B", dates(5, 9), np.array([3.0, 4.0]))],
        title="Two",
    )
    first, second = figure.axes
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["A [V]", "B"]
    assert first.get_xlim() == second.get_xlim()
    assert (second.get_xlabel(), figure.get_suptitle()) == ("UTC", "Two")


def test_no_title_unless_given():
    assert plot_panels([Series("A", dates(0), np.array([1.0]))]).get_suptitle() == ""


def test_numbers_are_drawn_as_they_are():
    drawn, _ = line(Series("A", dates(0, 1, 2), np.array([1.5, np.nan, -2.0])))
    np.testing.assert_array_equal(drawn.get_xdata(), dates(0, 1, 2))
    np.testing.assert_array_equal(drawn.get_ydata(), [1.5, np.nan, -2.0])
    assert drawn.get_drawstyle() == "default"


def test_a_gap_breaks_the_line():
    values = ys(Series("A", dates(0, 1, 2, 3, 100, 101), np.arange(6.0)))
    assert [None if value != value else value for value in values] == [0, 1, 2, 3, None, 4, 5]  # noqa: PLR0124 - NaN


def test_uneven_samples_are_no_gap():
    assert len(ys(Series("A", dates(0, 1, 2, 20, 21), np.arange(5.0)))) == 5


@pytest.mark.parametrize("values", [np.arange(6), np.arange(6) % 2 == 0, np.array(list("abcabc"))])
def test_a_gap_breaks_steps_too(values):
    drawn, _ = line(Series("A", dates(0, 1, 2, 3, 100, 101), values))
    assert np.isnan(drawn.get_ydata()).tolist() == [False] * 4 + [True] + [False] * 2
    assert drawn.get_drawstyle() == "steps-post"


def test_a_value_on_change_holds_until_the_next():
    """However long that takes: there are no gaps in what is sent when it changes."""
    drawn, _ = line(Series("A", dates(0, 1, 2, 1000, 1001), np.arange(5.0), on_change=True))
    assert np.asarray(drawn.get_ydata()).tolist() == [0, 1, 2, 3, 4]
    assert drawn.get_drawstyle() == "steps-post"


def test_states_are_named_on_the_axis():
    drawn, axes = line(Series("A", dates(0, 1, 2), np.array(["ON", "OFF", "ON"])))
    assert np.asarray(drawn.get_ydata()).tolist() == [1, 0, 1]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["OFF", "ON"]
    assert axes.get_yticks().tolist() == [0, 1]


@pytest.mark.parametrize("kind", ["f8", "i4", "?", "U4"])
@pytest.mark.parametrize("rows", [0, 1, 2])
@pytest.mark.parametrize("on_change", [True, False])
def test_few_samples_are_drawn_without_a_complaint(tmp_path, kind, rows, on_change):
    figure = plot_panels([Series("A", dates(*range(rows)), np.zeros(rows, kind), on_change=on_change)])
    figure.savefig(tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_what_is_handed_in_is_not_changed():
    series = Series("A", dates(0, 1, 2, 3, 100), np.arange(5.0))
    plot_panels([series])
    assert series.values.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(series.dates, dates(0, 1, 2, 3, 100))


def test_matplotlib_is_not_imported_before_use_and_pyplot_never():
    """Pyplot would choose a window system; a figure of its own needs none."""
    code = (
        "import sys, numpy as np; from jeta.plotting import Series, plot_panels\n"
        "print('matplotlib' in sys.modules)\n"
        "plot_panels([Series('A', np.zeros(1, 'M8[ns]'), np.zeros(1))])\n"
        "print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    source = str(Path(jeta.__file__).parents[1])
    words = [sys.executable, "-c", f"import sys; sys.path.insert(0, {source!r})\n{code}"]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    assert ran.stdout == "False\nTrue False\n"
