"""Flags in an archive: numbered without a clash, seen at once, whole or not there, never changed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import jeta
from archive.rows import archive_with, rows, texts
from jeta.archive import flags as flags_module
from jeta.archive import open_archive, open_roots
from jeta.archive.flags import LOCK_NAME, FlagFiles, check_flags, strange_files
from jeta.archive.lock import WriterLock
from jeta.errors import ArchiveCorruptError, ArchiveLockedError, ValuesError
from jeta.files import ASIDE_PREFIX
from jeta.quality import Flag, Undo
from jeta.quality.flags import to_bytes
from jeta.samples import FLAGGED_BY_PERSON, FLAGGED_BY_SOURCE

ABOUT = ("ann", "2026-01-01T00:00:00Z", "heater failed", "0.1.0")


def set_flag(files, start=2.0, stop=4.0, msids=("AA",)):
    """Add a flag, and return it."""
    return files.append(lambda number, _: Flag(number, msids, start, stop, "x", "y", *ABOUT))


def undo(files, flag_id):
    """Undo a flag."""
    return files.append(lambda number, _: Undo(number, flag_id, *ABOUT))


@pytest.fixture
def root(tmp_path):
    """An archive with samples each second from 0 to 9; the one at 3 is bad by its source."""
    quality = np.where(np.arange(10) == 3, np.uint8(FLAGGED_BY_SOURCE), np.uint8(0))
    ticks = np.arange(10) * 1000
    delivery = {"AA": rows(ticks, ticks * 0.5, quality=quality), "BB": texts(ticks, ["ON", "OFF"] * 5)}
    return archive_with(tmp_path / "a", delivery)


@pytest.fixture
def files(root):
    return FlagFiles(root / "flags")


def flagged(reader, msid="AA"):
    """Seconds of the samples that a person flagged."""
    found = reader.read(msid, -np.inf, np.inf)
    quality = np.zeros(len(found.times), np.uint8) if found.quality is None else found.quality
    return found.times[(quality & FLAGGED_BY_PERSON) != 0].tolist()


def test_an_archive_without_flags_has_no_folder_of_them(root):
    reader = open_archive(root)
    assert (reader.flags(), reader.flagged_spans("AA"), flagged(reader)) == ([], None, [])
    assert not (root / "flags").exists()
    assert list(check_flags(root / "flags")) == strange_files(root / "flags") == []


def test_a_read_marks_what_is_flagged_and_keeps_what_the_source_said(root, files):
    reader = open_archive(root)
    set_flag(files)
    found = reader.read("AA", -np.inf, np.inf)
    assert found.quality.tolist() == [0, 0, 2, 3, 0, 0, 0, 0, 0, 0]
    assert flagged(reader, "BB") == []
    assert reader.read("BB", 0, 10).quality is None


def test_what_is_stored_is_not_touched(root, files):
    """Those who fold and merge see the source's quality only."""
    reader = open_archive(root)
    set_flag(files)
    assert reader.read_samples("AA", -(2**62), 2**62).quality.tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]


def test_open_readers_see_flags_and_undos_at_once(root, files):
    """However quickly they follow on each other."""
    reader = open_archive(root)
    for start in range(8):
        flag = set_flag(files, float(start), start + 2.0)
        assert flagged(reader) == [start, start + 1]
        undo(files, flag.id)
        assert flagged(reader) == []
    assert [(each.flag.id, each.undo.id) for each in reader.flags()] == [(2 * n + 1, 2 * n + 2) for n in range(8)]


def test_a_settled_folder_is_not_listed_again(root, files, monkeypatch):
    reader = open_archive(root)
    set_flag(files)
    os.utime(root / "flags", (1e9, 1e9))
    assert flagged(reader) == [2, 3]
    listed = []
    monkeypatch.setattr(flags_module, "_numbered", lambda folder: listed.append(folder) or {})
    assert flagged(reader) == [2, 3]
    assert listed == []


def test_a_folder_that_just_changed_is_listed_again(root, files):
    """Though its time of change is the same: file times are coarse."""
    reader = open_archive(root)
    set_flag(files)
    flagged(reader)
    status = (root / "flags").stat()
    set_flag(files, 7.0, 8.0)
    os.utime(root / "flags", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert flagged(reader) == [2, 3, 7]


def test_a_restored_folder_counts(root, files, tmp_path):
    """Other records under the same numbers are read."""
    reader = open_archive(root)
    set_flag(files)
    shutil.copytree(root / "flags", tmp_path / "backup")
    shutil.rmtree(root / "flags")
    assert flagged(reader) == []
    set_flag(files, 5.0, 6.0)
    assert flagged(reader) == [5]
    shutil.rmtree(root / "flags")
    shutil.copytree(tmp_path / "backup", root / "flags")
    assert flagged(reader) == [2, 3]


def test_a_copied_archive_has_the_flags(root, files, tmp_path):
    set_flag(files)
    assert flagged(open_archive(shutil.copytree(root, tmp_path / "copy"))) == [2, 3]


def test_of_several_archives_each_has_its_own_flags(root, files, tmp_path):
    """Those of an archive that does not answer for an MSID do not count."""
    other = archive_with(tmp_path / "b", {"AA": rows([0, 9000], [1.0, 2.0]), "CC": rows([0, 9000], [1.0, 2.0])})
    set_flag(files)
    set_flag(FlagFiles(other / "flags"), 0.0, 100.0, ("AA", "CC"))
    both = open_roots([root, other])
    assert (flagged(both, "AA"), flagged(both, "CC")) == ([2, 3], [0, 9])
    assert [each.flag.msids for each in both.flags()] == [("AA",), ("AA", "CC")]


def test_what_make_raises_leaves_nothing(root, files):
    with pytest.raises(ValuesError):
        files.append(lambda number, _: Undo(number, number, *ABOUT))
    assert os.listdir(root / "flags") == [LOCK_NAME]
    assert set_flag(files).id == 1


def test_a_damaged_record_is_an_error_until_it_is_mended(root, files):
    """A fetch without it could serve what is known to be bad."""
    reader = open_archive(root)
    set_flag(files)
    path = root / "flags" / "00000001.json"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"heater", b"heeter"))
    with pytest.raises(ArchiveCorruptError, match=r"00000001.json is damaged .*checksum.*restore it"):
        reader.read("AA", 0, 10)
    with pytest.raises(ArchiveCorruptError):
        set_flag(files)
    path.write_bytes(whole)
    assert flagged(reader) == [2, 3]


@pytest.mark.parametrize(
    "record",
    [
        Flag(2, ("AA",), 1.0, 2.0, "x", "y", *ABOUT),
        Flag(1, ("../AA",), 1.0, 2.0, "x", "y", *ABOUT),
        Flag(1, ("aa",), 1.0, 2.0, "x", "y", *ABOUT),
    ],
    ids=["other-number", "path", "lower-case"],
)
def test_a_record_that_cannot_be_is_damaged(files, record):
    files.folder.mkdir()
    (files.folder / "00000001.json").write_bytes(to_bytes(record))
    with pytest.raises(ArchiveCorruptError, match="is damaged"):
        files.flags()
    assert len(list(check_flags(files.folder))) == 1


def test_check_tells_damaged_lost_and_wrong_records(files):
    for _ in range(3):
        set_flag(files)
    undo(files, 1)
    undo(files, 3)
    assert list(check_flags(files.folder)) == []
    (files.folder / "00000002.json").unlink()
    (files.folder / "00000003.json").write_bytes(b"{")
    (files.folder / "00000006.json").write_bytes(to_bytes(Undo(6, 4, *ABOUT)))
    told = {problem.path.name: problem.message for problem in check_flags(files.folder)}
    assert sorted(told) == ["00000002.json", "00000003.json", "00000006.json"]
    assert "is lost" in told["00000002.json"]
    assert told["00000003.json"].startswith("is damaged")
    assert "undoes number 4, which is no flag" in told["00000006.json"]


def test_a_flag_after_a_lost_one_does_not_take_its_number(files):
    set_flag(files)
    set_flag(files)
    (files.folder / "00000001.json").unlink()
    assert set_flag(files).id == 3


def test_leftovers_are_told_and_go_with_the_next_flag(files):
    set_flag(files)
    aside, other = files.folder / f"{ASIDE_PREFIX}1-2", files.folder / "notes.txt"
    for path in (aside, other):
        path.write_bytes(b"x")
    assert strange_files(files.folder) == [aside, other]
    assert len(files.flags()) == 1
    set_flag(files)
    assert strange_files(files.folder) == [other]


def test_who_waits_too_long_is_told(files, monkeypatch):
    set_flag(files)
    monkeypatch.setattr(flags_module, "WAIT_S", 0.05)
    with WriterLock(files.folder / LOCK_NAME), pytest.raises(ArchiveLockedError, match="is being written to by"):
        set_flag(files)
    assert set_flag(files).id == 2


def test_a_flag_does_not_wait_for_an_ingest(root, files):
    with WriterLock(root / "writer.lock"):
        assert set_flag(files).id == 1


def test_threads_that_flag_and_read(root, files):
    """Each flag gets a number of its own, and is seen by a read that begins after it."""
    reader = open_archive(root)

    def one(number):
        flag = set_flag(files, 1.0, 2.0 + number)
        assert flag.id in [each.flag.id for each in reader.flags()]
        assert set(flagged(reader)) >= set(range(1, min(2 + number, 10)))
        return flag.id

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(40))) == list(range(1, 41))


FLAGS_FOR_EVER = """
import sys
from pathlib import Path
from jeta.archive.flags import FlagFiles
from jeta.quality import Flag
files = FlagFiles(Path(sys.argv[1]))
names = tuple(f"M{number}" for number in range(int(sys.argv[2])))
for _ in range(int(sys.argv[3])):
    flag = files.append(lambda number, _: Flag(number, names, 1.0, 2.0, "x", "y", "ann", "now", "why", "0"))
    print(flag.id, flush=True)
"""


def start(folder, names, times):
    """A process that sets flags, and prints the number of each once it is set."""
    environment = {**os.environ, "PYTHONPATH": str(Path(jeta.__file__).parents[1])}
    command = [sys.executable, "-c", FLAGS_FOR_EVER, str(folder), str(names), str(times)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_processes_get_numbers_of_their_own(files):
    processes = [start(files.folder, 1, 15) for _ in range(4)]
    told = [int(line) for process in processes for line in process.communicate(timeout=60)[0].split()]
    assert sorted(told) == list(range(1, 61))
    assert [each.flag.id for each in files.flags()] == list(range(1, 61))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_process_leaves_whole_flags(files):
    """SIGKILL at 25 random moments: what was told is there, nothing is half there, and the next one goes on."""
    chance, told = random.Random(6), set()
    for _ in range(25):
        with start(files.folder, 2000, 10**6) as process:
            told.add(int(process.stdout.readline()))
            time.sleep(chance.uniform(0, 0.03))
            process.kill()
            told.update(int(line) for line in process.stdout.read().splitlines() if line)
        there = [each.flag for each in files.flags()]
        assert [flag.id for flag in there] == list(range(1, len(there) + 1))
        assert all(len(flag.msids) == 2000 for flag in there)
        assert told <= {flag.id for flag in there}
        assert list(check_flags(files.folder)) == []
