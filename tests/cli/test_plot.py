"""``jeta plot``: pictures and pages of what `fetch` gives."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from jeta import update
from jeta.archive import create_archive
from jeta.tdb import Entry, Limits, write_yaml

S = 1_600_000_000.0


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    archive = create_archive(tmp_path_factory.mktemp("plot") / "archive")
    entries = [
        Entry("SA_TEMP", unit="K", limits=Limits(yellow_high=285.0)),
        Entry("SA_MODE", state_codes=((0, "IDLE"), (1, "SLEW"))),
    ]
    write_yaml(entries, archive.layout.tdb / "entries.yaml")
    times = S + np.arange(400) * 10.0
    update.append("SA_TEMP", times, 280.0 + np.arange(400) % 8, np.arange(400) == 3, archive=archive)
    update.append("SA_MODE", times, np.where(np.arange(400) % 100 < 25, "SLEW", "IDLE"), archive=archive)
    return archive.root


@pytest.fixture
def plot(run, root, tmp_path):
    def plot(*words):
        return run("plot", *words, "--archive", root)

    return plot


SPAN = ("--start", S, "--stop", S + 4000)


def test_a_picture_has_the_size_that_was_asked_for(plot, tmp_path):
    """Width and height of a PNG stand in its head."""
    path = tmp_path / "a.png"
    ran = plot("SA_TEMP", *SPAN, "--size", "8x3", "--dpi", "50", "-o", path)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) == (400, 150)
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize(("ending", "head"), [("pdf", b"%PDF"), ("svg", b"<?xml"), ("SVG", b"<?xml")])
def test_other_kinds_of_picture(plot, tmp_path, ending, head):
    path = tmp_path / f"a.{ending}"
    assert plot("SA_TEMP", "SA_MODE", *SPAN, "-o", path).code == 0
    assert path.read_bytes().startswith(head)


def written(plot, tmp_path, *words, monkeypatch):
    """The texts of an SVG picture, kept as text."""
    import matplotlib as mpl

    monkeypatch.setitem(mpl.rcParams, "svg.fonttype", "none")
    path = tmp_path / "a.svg"
    ran = plot(*words, *SPAN, "-o", path)
    assert (ran.code, ran.err) == (0, "")
    return path.read_text()


def test_panels_states_and_units(plot, tmp_path, monkeypatch):
    text = written(plot, tmp_path, "SA_*", monkeypatch=monkeypatch)
    for expected in (">SA_TEMP<", ">SA_MODE<", ">SLEW<", ">IDLE<", ">K<"):
        assert expected in text


def test_statistics_title_and_units(plot, tmp_path, monkeypatch):
    words = ("SA_TEMP", "--sampling", "5min", "--unit-system", "sci", "--title", "two <hours>")
    text = written(plot, tmp_path, *words, monkeypatch=monkeypatch)
    assert ">SA_TEMP (5min)<" in text
    assert "two &lt;hours&gt;" in text
    assert ">K<" not in text


def test_a_page(plot, tmp_path):
    pytest.importorskip("plotly", reason="needs the extra html")
    for names in (["SA_TEMP"], ["SA_TEMP", "SA_MODE"]):
        path = tmp_path / "a.html"
        ran = plot(*names, *SPAN, "--limits", "--bads", "-o", path)
        assert (ran.code, ran.out, ran.err) == (0, "", "")
        assert all(name in path.read_text() for name in names)


def test_a_page_has_the_title_that_was_asked_for(plot, tmp_path):
    pytest.importorskip("plotly", reason="needs the extra html")
    path = tmp_path / "a.html"
    assert plot("SA_TEMP", *SPAN, "--title", "two <hours>", "-o", path).code == 0
    assert "<title>two &lt;hours&gt;</title>" in path.read_text()


def test_far_too_many_msids_are_refused_before_anything_is_fetched(run, tmp_path):
    """Each takes a panel: a picture of hundreds has more pixels than a file can hold."""
    archive = create_archive(tmp_path / "archive")
    for number in range(101):
        update.append(f"SA_{number}", [S], [1.0], archive=archive)
    ran = run("plot", "*", "-o", tmp_path / "a.png", "--archive", archive.root)
    assert (ran.code, ran.out) == (2, "")
    assert "101 MSIDs are too many to draw, 100 at most" in ran.err


def test_a_span_without_samples_is_a_picture_that_says_so(plot, tmp_path):
    path = tmp_path / "a.png"
    assert plot("SA_TEMP", "SA_MODE", "--start", S - 100, "--stop", S - 50, "--bads", "--limits", "-o", path).code == 0
    assert path.stat().st_size > 1000


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-o", "a.xlsx"), "a.xlsx: the ending must be one of"),
        (("-o", "plain"), "plain: the ending must be one of"),
        (("-o", "no/such/folder/a.png"), "does not exist"),
        (("--size", "10"), "must be width and height in inches"),
        (("--size", "0x4"), "must be width and height in inches"),
        (("--dpi", "0", "-o", "a.png"), "must be pixels per inch"),
        (("--dpi", "nan", "-o", "a.png"), "must be pixels per inch"),
        (("--together", "-o", "a.html"), "a.html has a panel for each MSID"),
        (("--sampling", "often", "-o", "a.png"), "unknown statistic 'often'"),
    ],
    ids=["ending", "no ending", "folder", "size", "no size", "no dpi", "dpi", "together", "sampling"],
)
def test_mistakes_are_told(plot, words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = plot("SA_TEMP", *SPAN, *words)
    assert (ran.code, ran.out) == (2, "")
    assert message in " ".join(ran.err.split())
    assert list(tmp_path.iterdir()) == []


def test_without_a_screen_a_window_is_refused_with_the_way_out(command, root):
    """In a process of its own, whose matplotlib can only write files."""
    start, environment = command
    environment["MPLBACKEND"] = "agg"
    words = [*start, "plot", "SA_TEMP", "--archive", str(root)]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 2
    assert "name a file to write to" in ran.stderr


HELP = """
import sys
from jeta.cli import main
try:
    main(["plot", "--help"])
except SystemExit:
    print("matplotlib" in sys.modules)
"""


def test_help_does_not_load_matplotlib():
    ran = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.splitlines()[-1] == "False"
