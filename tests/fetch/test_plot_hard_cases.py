"""`MSID.plot` where there was nothing before, and of texts that matplotlib would take for something else."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from jeta import fetch, update
from jeta.errors import ValuesError
from jeta.tdb import Entry, write_yaml

T0 = 1_262_304_000.0  # 2010:001
HOUR = "2010:001", "2010:001:01:00"
FORMULA = r"$\no{such$"


@pytest.fixture(autouse=True)
def _close():
    mpl.use("agg")
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return Figure().subplots()


def words(axes):
    axes.figure.draw_without_rendering()
    return [label.get_text() for label in axes.get_yticklabels()]


# ---------------------------------------------------------------------- after nothing


def nothing_good():
    dat = fetch.MSID("tephin", *HOUR)
    dat.bads[:] = True
    return dat


@pytest.mark.parametrize("name", ["tephin", "aamode", "aabool"])
def test_samples_drawn_after_none_are_seen_as_if_they_had_been_alone(in_use, ax, name):
    alone = fetch.MSID("dp_xyz", *HOUR).plot(ax=Figure().subplots())
    fetch.MSID(name, "2020:001", "2020:002").plot(ax=ax)
    fetch.MSID("dp_xyz", *HOUR).plot(ax=ax)
    assert [text.get_text() for text in ax.texts] == []
    assert (ax.get_xlim(), ax.get_ylim()) == (alone.get_xlim(), alone.get_ylim())
    assert words(ax) == words(alone)


def test_samples_drawn_after_bad_ones_only_are_seen_too(in_use, ax):
    nothing_good().plot(ax=ax)
    fetch.MSID("dp_xyz", *HOUR).plot(ax=ax)
    assert not ax.texts
    assert len(words(ax)) > 3


def test_nothing_after_nothing_is_said_once(in_use, ax):
    nothing_good().plot(ax=ax)
    fetch.MSID("dp_xyz", "2020:001", "2020:002").plot(ax=ax)
    assert [text.get_text() for text in ax.texts] == ["no samples"]


def test_values_without_any_good_one_have_no_numbers_at_the_axis(in_use, ax):
    nothing_good().plot(ax=ax)
    assert words(ax) == []


def test_an_axis_without_samples_can_be_logarithmic(in_use, ax):
    fetch.MSID("dp_xyz", "2020:001", "2020:002").plot(ax=ax)
    ax.set_yscale("log")
    ax.figure.draw_without_rendering()
    assert ax.get_ylim()[0] > 0


def test_what_are_no_axes_is_told(in_use):
    _, several = plt.subplots(2)
    with pytest.raises(ValuesError, match=r"ax is ndarray, but must be one axes .* ax\[0\]"):
        fetch.MSID("tephin", *HOUR).plot(ax=several)


# ---------------------------------------------------------------------- texts


@pytest.fixture
def dollars(own):
    write_yaml(
        [Entry("cost", unit=FORMULA), Entry("coded", state_codes={0: FORMULA, 1: "US$"})], own.layout.tdb / "m.yaml"
    )
    times = T0 + np.arange(6.0)
    update.append("cost", times, np.arange(6.0))
    for name in ("coded", "plain"):
        update.append(name, times, np.array([FORMULA, "US$"])[[0, 1, 1, 0, 0, 1]])


@pytest.mark.parametrize("draws", ["plot", "iplot"])
@pytest.mark.parametrize("name", ["cost", "coded", "plain"])
def test_dollar_signs_are_no_formula(dollars, draws, name):
    """As one, this would be an error at the time of drawing."""
    getattr(fetch.MSID(name, *HOUR), draws)()
    axes = plt.gca()
    texts = [axes.get_ylabel()] if name == "cost" else words(axes)
    assert FORMULA.replace("$", r"\$") in texts
    axes.figure.canvas.draw()


def test_dollar_signs_of_several_units_are_none_either(dollars, ax):
    fetch.MSIDset(["cost", "coded"], *HOUR).plot(ax=ax)
    ax.figure.draw_without_rendering()
    assert ax.get_ylabel() == FORMULA.replace("$", r"\$")
