"""The scripts of ``examples/`` run in an empty folder, and do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from examples.notebooks import EXAMPLES, SOURCE

PNG = b"\x89PNG"
COUNTS = r"([\d,]+) rows read, ([\d,]+) stored, ([\d,]+) duplicate, ([\d,]+) replaced, ([\d,]+) rejected"


def start(script, folder, *arguments):
    """Run a script in a process of its own, in which every warning is an error."""
    return subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / script, *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": SOURCE, "MPLBACKEND": "agg"}, check=False, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip


def run(script, folder, *arguments):
    """What a script prints that ends well."""
    done = start(script, folder, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def counts(text):
    """Rows read, stored, duplicate, replaced and rejected of each report in a text."""
    return [tuple(int(number.replace(",", "")) for number in found) for found in re.findall(COUNTS, text)]


def test_demo_accounts_for_every_row_and_plots(tmp_path):
    """demo.py goes from files to a picture, and prints a report that accounts for every row."""
    pytest.importorskip("matplotlib", reason="demo.py plots; pip install 'jeta[plot]'")
    ((read, stored, duplicate, replaced, rejected),) = counts(run("demo.py", tmp_path, "--hours", "2"))
    assert read == stored + duplicate + rejected > 100_000
    assert replaced == 0
    assert (tmp_path / "jeta-example/example.png").read_bytes().startswith(PNG)


@pytest.fixture(scope="module")
def own_data(tmp_path_factory):
    """What append_own_data.py printed, and the folder that it wrote."""
    for package in ("matplotlib", "pandas", "pyarrow"):
        pytest.importorskip(package, reason="append_own_data.py needs it; pip install 'jeta[plot,pandas,arrow]'")
    folder = tmp_path_factory.mktemp("own")
    return run("append_own_data.py", folder, "--hours", "3"), folder / "jeta-own-data"


@pytest.mark.parametrize("script", ["demo.py", "append_own_data.py"])
def test_a_folder_that_is_used_is_refused(script, tmp_path):
    """What was written before stays, and the message says what to do."""
    pytest.importorskip("pandas", reason="append_own_data.py needs it; pip install 'jeta[plot,pandas,arrow]'")
    (tmp_path / "old.txt").touch()
    done = start(script, tmp_path, "--folder", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("is not empty; delete it, or name another with --folder\n")


def test_own_data_is_stored_once_and_corrected(own_data):
    """Three hours of two MSIDs are stored, the same hour again is duplicate, and three values are replaced."""
    *hours, again, mended = counts(own_data[0])
    assert hours == [(720, 720, 0, 0, 0)] * 3
    assert again == (720, 0, 720, 0, 0)
    assert mended == (3, 3, 0, 3, 0)


def test_own_data_is_plotted_and_written_for_others(own_data):
    """The picture and the Parquet file are there, the latter with every sample."""
    import pyarrow.parquet

    assert (own_data[1] / "tank.png").read_bytes().startswith(PNG)
    table = pyarrow.parquet.read_table(own_data[1] / "tank.parquet")
    assert table.num_rows == 3 * 360
    assert table.schema.names == ["time", "tank_heater", "tank_temp"]


class Tags(HTMLParser):
    """Which elements a page has, and what it loads from elsewhere."""

    def __init__(self, page):
        super().__init__()
        self.names, self.loaded = set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.names.add(tag)
        self.loaded += [value for name, value in attrs if name in {"src", "href"} and value.startswith("http")]


def test_report_tells_limits_and_gaps_and_needs_no_network(tmp_path):
    """daily_report.py simulates a day, prints a line for each MSID, and writes a page that loads nothing."""
    pytest.importorskip("plotly", reason="daily_report.py writes a page; pip install 'jeta[html]'")
    printed = run("daily_report.py", tmp_path)
    assert re.search(r"^SE_BATT_TEMP1 +10,327 +\d+\.\d+ +\d+\.\d+ +\d+\.\d+  K +[\d,]+ s +\d+$", printed, re.MULTILINE)
    assert re.search(r"^(yellow|red) +SE_\w+ +2026:001:", printed, re.MULTILINE)
    assert (tmp_path / "jeta-report/report.txt").read_text(encoding="utf-8") == printed
    tags = Tags((tmp_path / "jeta-report/report.html").read_text(encoding="utf-8"))
    assert "script" in tags.names
    assert tags.loaded == []
    assert run("daily_report.py", tmp_path) == printed  # of the archive that the first run made


def test_report_of_an_archive_that_is_there(tmp_path, own_data):
    """daily_report.py reports on the archive that it is given, and makes none."""
    pytest.importorskip("plotly", reason="daily_report.py writes a page; pip install 'jeta[html]'")
    printed = run(
        "daily_report.py", tmp_path, "--archive", own_data[1] / "archive", "--day", "2026:060", "--msids", "TANK_*"
    )
    assert re.search(r"^TANK_TEMP +1,080 ", printed, re.MULTILINE)
    assert not (tmp_path / "jeta-report/archive").exists()
