"""What a notebook shows of an archive."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from jeta import update
from jeta.archive import create_archive, open_archive
from jeta.archive.several import SeveralReaders
from jeta.tdb import Entry, write_yaml

S = 1_600_000_000.0


def parsed(archive):
    """The HTML as XML: headline, rows of cells as texts, and the bars of each row."""
    root = ET.fromstring(archive._repr_html_().replace("&nbsp;", " "))
    rows = root.find("table").findall("tr")[1:]
    cells = [["".join(cell.itertext()) for cell in row.findall("td")] for row in rows]
    bars = [[shape.attrib for shape in row.iter("{http://www.w3.org/2000/svg}rect")][1:] for row in rows]
    return "".join(root.itertext()), cells, bars


@pytest.fixture
def archive(tmp_path):
    archive = create_archive(tmp_path / "a", name="<b>mission</b>")
    entries = [Entry("SA_A", unit="K", description="hot & <cold>"), Entry("SA_HELD", on_change=True)]
    write_yaml(entries, archive.layout.tdb / "entries.yaml")
    times = S + np.arange(200) * 10.0
    times[100:] += 8000.0
    update.append("SA_A", times, np.arange(200.0), archive=archive)
    update.append("SA_HELD", [S, S + 9990.0], [1.0, 2.0], archive=archive)
    return open_archive(archive.root)


def test_headline_and_escaping(archive):
    """Names and descriptions are shown as they are, never as markup."""
    text, cells, _ = parsed(archive)
    assert text.startswith(f"<b>mission</b> at {archive.root}: 2 MSIDs, times in unix seconds")
    assert cells[0][:6] == ["SA_A", "200", "2020:257:12:26:40.000", "2020:257:15:13:10.000", "K", "hot & <cold>"]


def test_bars_show_gaps_but_not_between_values_that_hold(archive):
    _, _, (sampled, held) = parsed(archive)
    assert len(sampled) == 2
    assert float(sampled[1]["x"]) > 250
    assert len(held) == 1


def test_an_empty_archive(tmp_path):
    text, cells, _ = parsed(create_archive(tmp_path / "b"))
    assert ": 0 MSIDs" in text
    assert cells == []


def test_many_msids_are_not_all_looked_at(archive, monkeypatch):
    for number in range(30):
        update.append(f"SB_{number:02}", [S], [1.0], archive=archive.root)
    again = open_archive(archive.root)
    asked = []
    time_range = type(again).time_range
    monkeypatch.setattr(type(again), "time_range", lambda self, msid: asked.append(msid) or time_range(self, msid))
    text, cells, _ = parsed(again)
    assert len(cells) == 20
    assert len(asked) == 20
    assert "and 12 more" in text


def test_one_sample_is_a_bar(tmp_path):
    archive = create_archive(tmp_path / "c")
    update.append("SA_ONE", [S], [1.0], archive=archive)
    _, cells, ((bar,),) = parsed(open_archive(archive.root))
    assert (cells[0][1], bar["width"]) == ("1", "1.0")


def test_several_archives_as_one(archive, tmp_path):
    other = create_archive(tmp_path / "d")
    update.append("SA_OTHER", [S], [1.0], archive=other)
    text, cells, _ = parsed(SeveralReaders([archive, open_archive(other.root)]))
    assert re.match(r"2 archives as one at .*: 3 MSIDs", text)
    assert [row[0] for row in cells] == ["SA_A", "SA_HELD", "SA_OTHER"]
