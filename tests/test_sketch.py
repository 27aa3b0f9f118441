"""`jeta.sketch`: small pictures, read back as XML."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta import sketch
from jeta.errors import ValuesError

NUMBER = re.compile(r"-?\d+\.\d+")


def shapes(text):
    """The elements of a picture, which is whole XML."""
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    return list(root)


def path(text):
    (shape,) = shapes(text)
    return shape.attrib["d"]


def test_line_goes_from_lower_left_to_upper_right():
    assert path(sketch.line([0.0, 10.0], [1, 2], (0.0, 10.0))) == "M2.0 46.0L318.0 2.0"


def test_steps_hold_each_value_until_the_next():
    assert path(sketch.line([0.0, 5.0, 10.0], [0, 1, 0], (0.0, 10.0), steps=True)) == "M2.0 46.0H160.0V2.0H318.0V46.0"


def test_line_is_broken_where_a_value_is_not_finite():
    drawn = path(sketch.line(np.arange(5.0), [0.0, 1.0, np.nan, 1.0, 0.0], (0.0, 4.0)))
    assert drawn.count("M") == 2
    assert drawn.count("L") == 2


def test_a_single_sample_is_a_dot():
    assert path(sketch.line([3.0], [7.0], (3.0, 3.0))) == "M160.0 24.0h.1"


@pytest.mark.parametrize("values", [[], [np.nan, np.inf]], ids=["none", "none finite"])
def test_nothing_to_draw_gives_an_empty_path(values):
    assert path(sketch.line(np.arange(float(len(values))), values, (0.0, 1.0))) == ""


def test_constant_values_lie_in_the_middle():
    assert path(sketch.line([0.0, 1.0], [5.0, 5.0], (0.0, 1.0))) == "M2.0 24.0L318.0 24.0"


def test_band_widens_the_range_and_lies_behind_the_line():
    band, line = shapes(sketch.line([0.0, 1.0], [5.0, 5.0], (0.0, 1.0), band=([4.0, 4.0], [6.0, 6.0])))
    assert band.attrib["fill-opacity"] == "0.25"
    assert band.attrib["d"].count("L") == 3
    assert line.attrib["d"] == "M2.0 24.0L318.0 24.0"


def test_numbers_as_far_apart_as_can_be():
    assert path(sketch.line([0.0, 1.0], [-1.7e308, 1.7e308], (0.0, 1.0))) == "M2.0 46.0L318.0 2.0"


def test_wrong_lengths_are_refused():
    with pytest.raises(ValuesError, match=r"as many values as times, got \(1,\) and \(2,\)"):
        sketch.line([0.0, 1.0], [1.0], (0.0, 1.0))


def test_bars_show_even_the_shortest_interval():
    background, first, second = shapes(sketch.bars([0.0, 50.0], [1e-9, 100.0], (0.0, 100.0)))
    assert (background.attrib["width"], first.attrib["width"], second.attrib["width"]) == ("320", "1.0", "158.0")
    assert (first.attrib["x"], second.attrib["x"]) == ("2.0", "160.0")


def test_bars_of_nothing():
    assert len(shapes(sketch.bars([], [], (0.0, 0.0)))) == 1


@given(st.lists(st.floats(width=64), min_size=1, max_size=30), st.booleans())
def test_every_point_lies_inside_the_picture(values, steps):
    """Whatever the values are, and no warning is given."""
    drawn = path(sketch.line(np.arange(float(len(values))), values, (0.0, len(values) - 1.0), steps=steps))
    numbers = [float(number) for number in NUMBER.findall(drawn)]
    assert all(0 <= number <= sketch.WIDTH_PX for number in numbers)
    assert bool(drawn) == bool(np.isfinite(values).any())
