"""What a notebook shows of an MSID and of a set."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.tdb import Entry, write_yaml

S = 1_600_000_000.0
SVG = "{http://www.w3.org/2000/svg}"
ROWS = 5000


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    archive = create_archive(tmp_path_factory.mktemp("notebook") / "a")
    entries = [
        Entry("SA_TEMP", unit="K", description="hot & <cold>"),
        Entry("SA_MODE", state_codes=((0, "IDLE"), (1, "<script>"))),
    ]
    write_yaml(entries, archive.layout.tdb / "entries.yaml")
    times = S + np.arange(ROWS) * 1.0
    bad = np.arange(ROWS) == 17
    values = 280.0 + np.sin(np.arange(ROWS) / 100)
    values[17], values[4000] = 999.0, 300.0
    update.append("SA_TEMP", times, values, bad, archive=archive)
    update.append("SA_MODE", times, np.where(np.arange(ROWS) < 4000, "IDLE", "<script>"), archive=archive)
    return archive


@pytest.fixture
def archive(filled):
    with fetch.set_archive(filled):
        yield filled


def parsed(dat):
    """The HTML as XML, which it must be: the whole text, the table's cells, and the paths of the pictures."""
    root = ET.fromstring(dat._repr_html_().replace("<br>", "<br/>"))
    rows = [(row.find("th"), row.find("td")) for row in root.iter("tr")]
    cells = {head.text: cell.text for head, cell in rows if head is not None and cell is not None}
    return "".join(root.itertext()), cells, [path.attrib["d"] for path in root.iter(f"{SVG}path")]


def test_numbers(archive):
    """Name, description, span, counts, range of good values with their unit; the bad extreme is no part of the picture."""
    text, cells, (line,) = parsed(fetch.MSID("sa_temp", S, S + ROWS))
    assert text.startswith("SA_TEMP hot & <cold>")
    assert cells["start"] == "2020:257:12:26:40.000"
    assert (cells["samples"], cells["bad"]) == ("5,000", "1")
    assert cells["values"].startswith("279")
    assert "to 300 K, mean 280" in cells["values"]
    assert 200 < line.count("L") < 700


def test_the_true_extreme_is_in_the_picture_at_its_time(archive):
    """One sample of 5,000, at four fifths of the span, reaches the upper edge of the picture."""
    _, _, (line,) = parsed(fetch.MSID("SA_TEMP", S, S + ROWS))
    points = [tuple(map(float, point.split())) for point in line[1:].replace("M", "L").split("L")]
    assert [round(x) for x, y in points if y == 2.0] == [255]


def test_states(archive):
    """Shares of the states, escaped; the picture is of steps."""
    _, cells, (line,) = parsed(fetch.MSID("SA_MODE", S, S + ROWS))
    assert cells["values"] == "IDLE 80.0%, <script> 20.0%"
    assert "bad" not in cells
    assert line.count("V") in {1, 2, 3}
    assert "<script>" not in fetch.MSID("SA_MODE", S, S + ROWS)._repr_html_()


def test_statistics_have_a_band(archive):
    text, cells, paths = parsed(fetch.MSID("SA_TEMP", S - 1000, S + ROWS, stat="5min"))
    assert text.startswith("SA_TEMP (5min)")
    assert "bins" in cells
    assert len(paths) == 2


@pytest.mark.parametrize("name", ["SA_TEMP", "SA_MODE"])
@pytest.mark.parametrize("stat", [None, "1h"])
def test_nothing(archive, name, stat):
    _, cells, paths = parsed(fetch.MSID(name, S - 100, S - 50, stat=stat))
    assert cells.get("samples", cells.get("bins")) == "0"
    assert "values" not in cells
    assert paths == []


def test_nothing_but_bad_samples(archive):
    dat = fetch.MSID("SA_TEMP", S, S + 10)
    dat.bads = np.ones(10, bool)
    _, cells, paths = parsed(dat)
    assert (cells["samples"], cells["bad"], paths) == ("10", "10", [])


def test_the_object_is_left_as_it_is(archive):
    dat = fetch.MSID("SA_MODE", S, S + ROWS)
    dat._repr_html_()
    assert len(dat) == ROWS
    assert dat.bads is not None


def test_times_in_another_form_have_no_picture(archive):
    dats = fetch.get_telem(["SA_TEMP"], S, S + 100, time_format="date")
    assert parsed(dats["SA_TEMP"])[2] == []


def test_a_set_is_a_table(archive):
    text, _, paths = parsed(fetch.MSIDset(["SA_TEMP", "SA_MODE"], S, S + ROWS))
    assert text.startswith("MSIDset of 2, 2020:257:12:26:40.000 to 2020:257:13:50:00.000")
    assert "SA_MODE5,000IDLE 80.0%" in text
    assert len(paths) == 2


def test_an_empty_set(archive):
    assert parsed(fetch.MSIDset([], S, S + 1))[0].startswith("MSIDset of 0")


def test_neither_matplotlib_nor_pandas_is_needed(archive):
    code = (
        "import sys\nfrom jeta import fetch\nfetch.set_archive(sys.argv[1])\n"
        "fetch.MSID('SA_TEMP')._repr_html_()\nprint({'matplotlib', 'pandas'} & set(sys.modules))"
    )
    words = [sys.executable, "-c", code, str(archive.root)]
    assert subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout.strip() == "set()"


@pytest.mark.parametrize("change", ["two columns", "too few", "backwards", "no times"])
def test_arrays_that_somebody_changed_are_no_error(archive, change):
    """A notebook shows an object also while it is being worked on."""
    dat = fetch.MSID("sa_temp", S, S + 100)
    if change == "two columns":
        dat.vals = np.stack([dat.vals, dat.vals], axis=1)
    elif change == "too few":
        dat.vals = dat.vals[:5]
    elif change == "backwards":
        dat.times = dat.times[::-1].copy()
    else:
        dat.times = np.full(100, np.nan)
    text, cells, _ = parsed(dat)
    assert text.startswith("SA_TEMP")
    assert cells["samples"] == "100"
    assert ("values" in cells) is (change in {"backwards", "no times"})


def test_infinite_values_among_statistics_are_no_error(archive):
    update.append("SA_INF", S + np.arange(2000.0), np.where(np.arange(2000) < 1000, np.inf, -np.inf), archive=archive)
    _, cells, _ = parsed(fetch.MSID("sa_inf", S, S + 2000, stat="100s"))
    assert cells["values"] == "-inf to inf, mean nan"
