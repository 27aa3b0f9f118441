"""``jeta fetch`` with the options of ``ska_fetch``: what `fetch.get_telem` gives, in the format that the file's name says."""

from __future__ import annotations

import csv
import io
import zipfile

import numpy as np
import pytest

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.tdb import Entry, write_yaml

S = 1_600_000_000.0
SPAN = ("--start", S, "--stop", S + 4000)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    archive = create_archive(tmp_path_factory.mktemp("options") / "archive")
    states = ((0, "IDLE"), (1, "SLEW"))
    entries = [Entry("SA_TEMP", unit="K", units={"eng": "degF"}), Entry("SA_MODE", state_codes=states)]
    write_yaml(entries, archive.layout.tdb / "units.yaml")
    times = S + np.arange(400) * 10.0
    update.append("SA_TEMP", times, 280.0 + np.arange(400) % 7, np.arange(400) == 3, archive=archive)
    update.append("SA_MODE", times + 2, np.where(np.arange(400) % 100 < 50, "IDLE", "SLEW"), archive=archive)
    (archive.layout.root / "events").mkdir(exist_ok=True)
    (archive.layout.root / "events" / "modes.yaml").write_text("slews: SA_MODE == 'SLEW'\n")
    return archive.root


@pytest.fixture
def lines(run, root):
    """Run ``jeta fetch`` on the archive; head and lines of what it writes."""

    def lines(*words):
        ran = run("fetch", *words, *SPAN, "--archive", root)
        assert (ran.code, ran.err) == (0, "")
        head, *rest = csv.reader(io.StringIO(ran.out))
        return head, rest

    return lines


def test_statistics_have_the_columns_of_all_msids(lines, root):
    """States have columns of their own, which are empty for numbers."""
    head, rows = lines("SA_TEMP", "SA_MODE", "--sampling", "5min", "--time-format", "secs")
    assert head[:7] == ["msid", "time", "samples", "vals", "mins", "maxes", "means"]
    assert head[-2:] == ["n_IDLEs", "n_SLEWs"]
    with fetch.set_archive(root):
        temp = fetch.MSID("SA_TEMP", *SPAN[1::2], stat="5min")
        mode = fetch.MSID("SA_MODE", *SPAN[1::2], stat="5min")
    assert [row[0] for row in rows] == ["SA_TEMP"] * len(temp) + ["SA_MODE"] * len(mode)
    assert [float(row[head.index("means")]) for row in rows[: len(temp)]] == temp.means.tolist()
    assert [float(row[1]) for row in rows[: len(temp)]] == temp.times.tolist()
    assert {row[head.index("n_SLEWs")] for row in rows[: len(temp)]} == {""}
    assert [int(row[-1]) for row in rows[len(temp) :]] == mode.n_SLEWs.tolist()


def test_unit_system(lines):
    plain, engineering = (lines("SA_TEMP", "--unit-system", system)[1] for system in ("cxc", "eng"))
    assert float(plain[0][2]) == 280.0
    assert float(engineering[0][2]) == pytest.approx(280 * 1.8 - 459.67)


def test_interpolation_leaves_out_what_is_bad_if_told(lines):
    """Multiples of the step; the bad sample at 30 s makes one grid point bad for both MSIDs."""
    words = ("SA_TEMP", "SA_MODE", "--interpolate-dt", 10, "--time-format", "secs")
    kept, filtered = lines(*words)[1], lines(*words, "--filter-bad")[1]
    assert {float(row[1]) % 10 for row in kept} == {0.0}
    assert len(kept) - len(filtered) == 2
    assert {row[1] for row in kept if row[3] == "1"} == {str(S + 30)}
    assert [row for row in kept if row[3] == "0"] == filtered


@pytest.mark.parametrize(("option", "expected"), [("--remove-events", {"IDLE"}), ("--select-events", {"SLEW"})])
def test_events(lines, option, expected):
    values = {row[2] for row in lines("SA_MODE", option, "slews[pad=-1]" if option.startswith("--s") else "slews")[1]}
    assert expected <= values
    assert len(values - expected) == 0


def test_zip_file_is_that_of_get_telem(run, root, tmp_path):
    """MSIDs are named as they were typed, and times are seconds unless told otherwise."""
    ran = run(
        "fetch",
        "sa_temp",
        "SA_MODE",
        *SPAN,
        "--filter-bad",
        "--outfile",
        tmp_path / "a.zip",
        "--quiet",
        "--archive",
        root,
    )
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    with fetch.set_archive(root):
        fetch.get_telem(["sa_temp", "SA_MODE"], *SPAN[1::2], unit_system="cxc", outfile=tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as ours, zipfile.ZipFile(tmp_path / "b.zip") as theirs:
        assert ours.namelist() == theirs.namelist() == ["sa_temp.csv", "SA_MODE.csv"]
        assert [ours.read(name) for name in ours.namelist()] == [theirs.read(name) for name in theirs.namelist()]


def test_zip_file_with_dates(run, root, tmp_path):
    ran = run("fetch", "SA_TEMP", *SPAN, "--time-format", "date", "-o", tmp_path / "a.zip", "--archive", root)
    assert ran.code == 0
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        assert b",2020:257:12:26:40.000," in file.read("SA_TEMP.csv").splitlines()[1]


def test_what_is_too_large_is_refused_with_exit_code_2(run, root, tmp_path):
    """The ancestor printed the error, and ended as if all was well."""
    words = ("fetch", "SA_TEMP", "--start", S, "--stop", S + 40 * 86400, "--archive", root)
    ran = run(*words, "--max-fetch-Mb", 0.001)
    assert ran.code == 2
    assert "Requested fetch requires 0.01 Mb vs. limit of 0.00 Mb" in ran.err
    ran = run(*words, "--max-output-Mb", 0.001, "-o", tmp_path / "a.zip")
    assert (ran.code, list(tmp_path.iterdir())) == (2, [])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--sampling", "fortnightly"), "sampling must be 'full', '5min', 'daily', or a width"),
        (("--remove-events", "no_such_event"), "no_such_event"),
        (("--interpolate-dt", "-3"), "above 0"),
        (("-o", "a.xlsx"), "a.xlsx: the ending must be one of .csv, .ecsv, .fit, .fits, .h5"),
        (("-o", "a.parquet", "--time-format", "date"), "--time-format date is for texts"),
        (("-o", "no/such/folder/a.zip"), "does not exist; make it"),
    ],
    ids=["sampling", "event", "step", "ending", "time format", "folder"],
)
def test_mistakes_are_told(run, root, words, message):
    ran = run("fetch", "SA_TEMP", *SPAN, *words, "--archive", root)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


@pytest.mark.parametrize("ending", ["parquet", "pq", "ecsv", "h5", "hdf5", "fits"])
@pytest.mark.parametrize("names", [["SA_TEMP"], ["SA_TEMP", "SA_MODE"]], ids=["one", "two"])
def test_format_by_ending(run, root, tmp_path, ending, names):
    """The file is the one that the method of the MSID, or of the set, writes; read back it holds the values."""
    path = tmp_path / f"a.{ending}"
    ran = run("fetch", *names, *SPAN, "-o", path, "--archive", root)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    if ending in {"parquet", "pq"}:
        table = pytest.importorskip("pyarrow.parquet", reason="needs the extra arrow").read_table(path)
        assert table.num_rows == 400 * len(names)
    else:
        assert path.read_bytes()[:6] in {b"# %ECS", b"\x89HDF\r\n", b"SIMPLE"}
