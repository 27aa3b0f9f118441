"""``jeta fetch``: CSV that holds exactly what `fetch.MSID` gives."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.times import show

S = 1_600_000_000.0


@pytest.fixture
def fetched(run, filled, rows):
    def fetched(*words):
        ran = run("fetch", *words, "--archive", filled)
        assert (ran.code, ran.err) == (0, "")
        return rows(ran.out)

    return fetched


def parsed(text, dtype):
    """A value as a program would read it from CSV."""
    return text == "True" if dtype.kind == "b" else text if dtype.kind == "U" else dtype.type(text)


@pytest.mark.parametrize("name", ["SA_FLOAT", "SA_SINGLE", "SA_INT", "SA_FLAG", "SA_TEXT"])
def test_round_trip_is_exact(fetched, filled, name):
    lines = fetched(name, "--time-format", "secs")
    with fetch.set_archive(filled):
        dat = fetch.MSID(name)
    values = np.array([parsed(line[2], dat.vals.dtype) for line in lines], dat.vals.dtype)
    assert np.array([float(line[1]) for line in lines]).tobytes() == dat.times.tobytes()
    assert values.tobytes() == dat.vals.tobytes()
    assert [line[3] for line in lines] == ["0", "1", "0", "0", "0", "0", "0"]
    assert {line[0] for line in lines} == {name}


def test_round_trip_through_a_process(process, filled, rows):
    """Texts with commas, quotes, line ends and letters beyond ASCII come out of the real standard output too."""
    ran = process("fetch", "sa_text", "--archive", filled)
    assert (ran.code, ran.err) == (0, "")
    texts = [line[2] for line in rows(ran.out)]
    # The process's output was read as text, which turns carriage returns into line feeds.
    assert texts == ["a,b", 'say "x"', "two\nlines", "a\nb\nc", "é\U0001f680", "", "plain"]


def test_lines_end_in_line_feeds(run, filled):
    out = run("fetch", "SA_INT", "--archive", filled).out
    assert "\r" not in out
    assert out.endswith(",7,0\n")


def test_several_msids_in_the_order_given(fetched):
    lines = fetched("sa_text", "SA_FLAG")
    assert [line[0] for line in lines] == ["SA_TEXT"] * 7 + ["SA_FLAG"] * 7


def test_patterns(fetched):
    assert sorted({line[0] for line in fetched("sa_f*", "SA_[I]NT")}) == ["SA_FLAG", "SA_FLOAT", "SA_INT"]


def test_an_msid_that_is_meant_twice_comes_once(fetched):
    assert len(fetched("SA_INT", "sa_int", "SA_I*")) == 7


def test_patterns_may_match_more_than_in_a_session(run, tmp_path, rows):
    """The limit of ``fetch.MAX_GLOB_MATCHES`` is for what is held in memory; there is none here."""
    archive = create_archive(tmp_path / "many")
    for number in range(fetch.MAX_GLOB_MATCHES + 5):
        update.append(f"A{number:02d}", [S], [number], archive=archive)
    assert len(rows(run("fetch", "A*", "--archive", archive.root).out)) == fetch.MAX_GLOB_MATCHES + 5


def test_filter_bad_leaves_bad_samples_out(fetched):
    lines = fetched("SA_INT", "--filter-bad")
    assert len(lines) == 6
    assert {line[3] for line in lines} == {"0"}


@pytest.mark.parametrize(
    "form", ["date", "greta", "maude", "iso", "isot", "secs", "unix", "cxcsec", "jd", "mjd", "frac_year", "plot_date"]
)
def test_forms_of_time(fetched, filled, form):
    with fetch.set_archive(filled):
        expected = show(fetch.MSID("SA_INT").times, form).tolist()
    assert [line[1] for line in fetched("SA_INT", "--time-format", form)] == [str(time) for time in expected]


def test_start_is_inside_and_stop_is_not(fetched):
    lines = fetched("SA_INT", "--start", "1600000001.5", "--stop", "1600000004", "--time-format", "secs")
    assert [float(line[1]) - S for line in lines] == pytest.approx([1.5, 2.25, 3.000001])


@pytest.mark.parametrize(
    "start",
    [
        "1600000002", "1.600000002e9", "2020:257:12:26:42", "2020-09-13T12:26:42", "2020-09-13 12:26:42",
        "2020257.122642", "2020257122642000",
    ],
)  # fmt: skip
def test_forms_of_start(fetched, start):
    assert fetched("SA_INT", "--start", start)[0][2] == "0"


def test_whole_day_of_greta_is_no_number_of_seconds(fetched):
    assert len(fetched("SA_INT", "--start", "2020257", "--stop", "2020258")) == 7


def test_start_counted_from_now(fetched, monkeypatch):
    monkeypatch.setenv("CXOTIME_NOW", "2020:257:12:43:20")  # 1000 s after S
    assert len(fetched("SA_INT", "--start=-2d")) == 6
    assert len(fetched("SA_INT", "--start=-0d 0hr 16.61min", "--stop=+1d")) == 3


def test_default_stop_is_one_instant_for_all(fetched, monkeypatch):
    monkeypatch.setenv("CXOTIME_NOW", "2020:257:12:26:42")
    assert len(fetched("SA_INT", "SA_TEXT")) == 4


@pytest.mark.parametrize("span", [["1990:001", "1990:002"], ["2020:258", "2020:257"], ["2020:257", "2020:257"]])
def test_empty_span_gives_the_header_alone(run, filled, span):
    ran = run("fetch", "SA_INT", "SA_TEXT", "--start", span[0], "--stop", span[1], "--archive", filled)
    assert ran == (0, "msid,time,value,bad\n", "")


@pytest.mark.parametrize("start", ["nonsense", "nan", "inf", "1e400", "2022:400", "-5parsecs", ""])
def test_bad_time_writes_nothing(run, filled, start):
    ran = run("fetch", "SA_INT", f"--start={start}", "--archive", filled)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("jeta: error: ")


def test_unknown_msid_is_suggested(run, filled):
    ran = run("fetch", "SA_INT", "SA_FLOTA", "--archive", filled)
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean SA_FLOAT" in ran.err


def test_pattern_without_a_match(run, filled):
    ran = run("fetch", "ZZ*", "--archive", filled)
    assert (ran.code, ran.out) == (2, "")
    assert "'ZZ*' is not in ARCHIVE data source(s)" in ran.err


def test_output_file_holds_what_standard_output_would(run, filled, tmp_path):
    path = tmp_path / "out.csv"
    assert run("fetch", "SA_TEXT", "--archive", filled, "-o", path) == (0, "", "")
    assert path.read_bytes().decode() == run("fetch", "SA_TEXT", "--archive", filled).out


@pytest.mark.parametrize("before", [None, "old"])
def test_failing_fetch_leaves_the_output_file_as_it_was(run, filled, tmp_path, before):
    path = tmp_path / "out.csv"
    if before is not None:
        path.write_text(before)
    assert run("fetch", "NOPE", "--archive", filled, "-o", path).code == 2
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == (
        {} if before is None else {"out.csv": "old"}
    )


def test_fetch_that_fails_half_way_leaves_no_file(run, tmp_path):
    """The second MSID is damaged; what was written of the first does not appear."""
    archive = create_archive(tmp_path / "archive")
    for name in ("GOOD", "HURT"):
        update.append(name, [S, S + 1], [1, 2], archive=archive)
    update.fold(archive)
    (segment,) = archive.layout.column("HURT").glob("*.h5")
    segment.write_bytes(segment.read_bytes()[:100])
    (tmp_path / "out").mkdir()
    ran = run("fetch", "GOOD", "HURT", "--archive", archive.root, "-o", tmp_path / "out" / "a.csv")
    assert ran.code == 2
    assert list((tmp_path / "out").iterdir()) == []


def test_output_into_a_missing_folder(run, filled, tmp_path):
    ran = run("fetch", "SA_INT", "--archive", filled, "-o", tmp_path / "none" / "a.csv")
    assert ran.code == 2
    assert f"the folder {tmp_path / 'none'} does not exist" in ran.err


def test_output_onto_a_folder(run, filled, tmp_path):
    ran = run("fetch", "SA_INT", "--archive", filled, "-o", tmp_path)
    assert ran.code == 2
    assert str(tmp_path) in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="whoever runs this may write anywhere")
def test_output_into_a_folder_that_may_not_be_written(run, filled, tmp_path):
    tmp_path.chmod(0o500)
    assert run("fetch", "SA_INT", "--archive", filled, "-o", tmp_path / "a.csv").code == 2
    tmp_path.chmod(0o700)


def test_output_through_a_link_keeps_the_link(run, filled, tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    assert run("fetch", "SA_INT", "--archive", filled, "-o", tmp_path / "link.csv").code == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("msid,time")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes")
def test_output_into_a_pipe_does_not_replace_it(run, filled, tmp_path):
    """A device such as /dev/null, likewise, must stay what it is even for the superuser."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    assert run("fetch", "SA_INT", "--archive", filled, "-o", path).code == 0
    assert os.read(reader, 100).startswith(b"msid,time")
    os.close(reader)
    assert path.is_fifo()


def test_archive_in_cxcsec(run, tmp_path, rows):
    """Numbers are seconds since 1998 there, and dates mean the same instants."""
    archive = create_archive(tmp_path / "axaf", time_system="cxcsec")
    update.append("TEPHIN", ["2010:001", "2010:002"], [1.5, 2.5], archive=archive)
    common = ["fetch", "TEPHIN", "--archive", archive.root]
    assert [line[1] for line in rows(run(*common).out)] == ["2010:001:00:00:00.000", "2010:002:00:00:00.000"]
    by_number = run(*common, "--start", "378691266.184", "--stop", "378691266.185", "--time-format", "secs").out
    assert rows(by_number) == [["TEPHIN", "378691266.184", "1.5", "0"]]
    assert rows(
        run(*common, "--start", "2010:001", "--stop", "2010:001:00:00:01", "--time-format", "secs").out
    ) == rows(by_number)
