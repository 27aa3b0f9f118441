"""What is found in a staging folder, and what a file is before it is read."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

from jeta.formats.table import Table, TableMapping
from jeta.ingest.discover import discover, is_unfinished, look_at
from jeta.testing.fos_writer import fos_rows, write_fos_file

NOW_NS = 1_700_000_000_000_000_000
S = 1_000_000_000


@pytest.fixture
def staging(tmp_path):
    folder = tmp_path / "staging"
    folder.mkdir()
    return folder


def put(folder, name, age_s=60.0, content="x"):
    path = folder / name
    path.write_text(content)
    os.utime(path, ns=(0, NOW_NS - int(age_s * S)))
    return path


def states(found):
    return {left.path.name: left.state for left in found.left}


def not_called(seconds):
    raise AssertionError(seconds)


def look(folder, settle_s=5.0, pause=not_called):
    return discover(folder, settle_s=settle_s, now_ns=NOW_NS, pause=pause)


def test_files_are_sorted_and_sub_folders_not_entered(staging):
    for name in ("b.h5", "a.csv", "C.h5", "notes"):
        put(staging, name)
    (staging / "backlog").mkdir()
    put(staging / "backlog", "held.h5")
    found = look(staging)
    assert [path.name for path in found.files] == ["C.h5", "a.csv", "b.h5", "notes"]
    assert found.left == ()


def test_a_file_that_changed_just_now_is_arriving(staging):
    put(staging, "old.h5", 5.0)
    put(staging, "new.h5", 4.999)
    found = look(staging)
    assert [path.name for path in found.files] == ["old.h5"]
    assert [left.path.name for left in found.arriving] == ["new.h5"]
    assert "changed 5 s ago; taken when it has not changed for 5 s" in found.arriving[0].reason


def test_without_settling_everything_is_taken_at_once(staging):
    put(staging, "new.h5", 0.0)
    put(staging, "future.h5", -3600)
    assert len(look(staging, settle_s=0).files) == 2


@pytest.mark.parametrize(
    "name",
    [
        ".E1.h5.a1b2",
        ".hidden",
        "E1.h5.part",
        "E1.h5.PART",
        "E1.partial",
        "E1.h5.tmp",
        "a.filepart",
        "a.h5~",
        "a.h5.reason.txt",
    ],
)
def test_unfinished_names_are_ignored(staging, name):
    put(staging, name)
    assert states(look(staging)) == {name: "ignored"}


@pytest.mark.parametrize("name", ["E1.h5", "tmp", "part.h5", "partial", "a.tmp.h5", "x.csv.gz"])
def test_finished_names(name):
    assert not is_unfinished(name)


def test_links_pipes_and_sockets_are_refused(staging, monkeypatch):
    """A link might lead anywhere, a pipe would never end."""
    target = put(staging, "a.h5")
    (staging / "link.h5").symlink_to(target)
    (staging / "broken.h5").symlink_to(staging / "nothing")
    (staging / "folder.h5").symlink_to(staging)
    os.mkfifo(staging / "pipe.h5")
    monkeypatch.chdir(staging)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket.h5")
        found = look(staging)
    assert states(found) == dict.fromkeys(["broken.h5", "folder.h5", "link.h5", "pipe.h5", "socket.h5"], "refused")
    assert [path.name for path in found.files] == ["a.h5"]


def test_names_that_are_no_text(staging):
    for name in (b"\xff\xfe.h5", b"two\nlines.h5", b"-rf", b"a b.h5", "é.h5".encode()):
        put(staging, os.fsdecode(name))
    assert len(look(staging).files) == 5


def test_after_a_clock_was_set_back_files_are_looked_at_twice(staging):
    """What does not change meanwhile is taken; what does is still arriving. One pause is enough for all."""
    put(staging, "still.h5", -3600)
    growing = put(staging, "growing.h5", -3600)
    gone = put(staging, "gone.h5", -3600)
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        growing.write_text("longer")
        gone.unlink()
        gone.symlink_to(growing)

    found = look(staging, pause=pause)
    assert pauses == [5.0]
    assert [path.name for path in found.files] == ["still.h5"]
    assert states(found) == {"growing.h5": "arriving", "gone.h5": "refused"}


def test_a_file_that_vanishes_meanwhile_is_no_error(staging):
    path = put(staging, "a.h5", -3600)
    found = look(staging, pause=lambda seconds: path.unlink())
    assert (found.files, found.left) == ((), ())


def test_an_empty_folder(staging):
    assert look(staging) == type(look(staging))()


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        discover(tmp_path / "no")
    put(tmp_path, "file")
    with pytest.raises(NotADirectoryError):
        discover(tmp_path / "file")


@pytest.fixture
def fos(tmp_path):
    path = tmp_path / "E1.h5"
    write_fos_file(path, fos_rows(7, 1_650_000_000_000 + np.arange(100) * 1000, 1.5), origin="SIM", padding_rows=5)
    return path


def test_what_a_file_tells(fos):
    seen = look_at(fos)
    assert (seen.format, seen.rows, seen.first_s, seen.last_s) == ("fos_hdf5", 105, 1_650_000_000.0, 1_650_000_099.0)
    assert (seen.origin, seen.error, seen.is_transient, seen.has_span) == ("SIM", "", False, True)
    assert (seen.size, seen.name) == (fos.stat().st_size, "E1.h5")


def test_a_table_tells_no_span(tmp_path):
    path = put(tmp_path, "a.csv", content="time,A\n2022-01-01T00:00:00,1\n")
    seen = look_at(path)
    assert (seen.format, seen.has_span, seen.error) == ("table", False, "")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"hello"),
        ("a.h5", b"\x89HDF\r\n\x1a\n" + bytes(100)),
        ("empty.h5", b""),
        ("a.csv.gz", gzip.compress(b"x", mtime=0)[:-9]),
        ("a.fits", b"SIMPLE  = T" + bytes(5000)),
    ],
)
def test_wrong_content_is_an_error_that_stays(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    seen = look_at(path)
    assert seen.error
    assert not seen.is_transient
    assert (seen.size, seen.format) == (len(content), "")


def test_a_damaged_file_never_raises(fos):
    """Cut anywhere, a file is described or has an error."""
    content = fos.read_bytes()
    for size in range(0, len(content), 97):
        fos.write_bytes(content[:size])
        seen = look_at(fos)
        assert seen.error or seen.format == "fos_hdf5"


def test_what_may_pass_is_told_from_what_stays(tmp_path):
    assert look_at(tmp_path / "gone.h5").is_transient
    assert look_at(tmp_path / "nul\0.h5").is_transient
    folder = look_at(tmp_path)
    assert (folder.is_transient, "is not a file" in folder.error) == (False, True)


def test_lost_permission_may_come_back(tmp_path):
    """Seen with the eyes of another user, as root may read anything."""
    path = put(tmp_path, "a.csv", content="time,A\n2022-01-01T00:00:00,1\n")
    path.chmod(0)
    seen = [
        "import os, sys",
        "from jeta.ingest.discover import look_at",
        "from jeta import formats; formats.formats()",
        "if os.getuid() == 0: os.seteuid(65534)",
        "from pathlib import Path",
        "seen = look_at(Path(sys.argv[1])); print(seen.is_transient, seen.error)",
    ]
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(folder.stat().st_mode | 0o005)
    ran = subprocess.run(
        [sys.executable, "-c", "\n".join(seen), path], capture_output=True, text=True, check=True, env=_environment()
    )
    assert ran.stdout.startswith("True [Errno 13] Permission denied")


def _environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_errors_can_be_printed_whatever_the_name(tmp_path):
    path = put(tmp_path, os.fsdecode(b"\xff\n\x1b[31m.txt"))
    seen = look_at(path)
    seen.error.encode()
    assert (seen.error.isprintable(), seen.name) == (True, r"\xff\n\x1b[31m.txt")


def test_a_span_that_runs_backwards_is_not_known(fos):
    import h5py

    with h5py.File(fos, "r+") as file:
        file["samples/data1"].attrs["dataStopTime"] = np.array([0])
    seen = look_at(fos)
    assert (seen.has_span, seen.format, seen.error) == (False, "fos_hdf5", "")


def test_a_format_may_be_given(tmp_path):
    path = put(tmp_path, "a.csv", content="Zeit,A\n2022-01-01T00:00:00,1\n")
    assert look_at(path).error
    assert look_at(path, lambda _: Table(TableMapping())).error


def test_whether_a_file_has_changed(fos):
    seen = look_at(fos)
    assert seen.is_unchanged()
    with fos.open("ab") as file:
        file.write(b"x")
    assert not seen.is_unchanged()
    fos.unlink()
    assert not seen.is_unchanged()


def test_real_files(shared_data):
    """The files of the first jeta tell what they hold; the one of a simulator says so."""
    seen = [look_at(path) for path in sorted((shared_data / "legacy_jeta1" / "fos_input" / "h5").iterdir())]
    assert len(seen) == 33
    assert not any(candidate.error for candidate in seen)
    assert [candidate.name for candidate in seen if "OBSERVATORY" not in candidate.origin] == ["E2022060090000_sim.h5"]
    assert all(candidate.has_span and candidate.rows for candidate in seen)
