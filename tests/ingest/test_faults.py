"""Faults of the world around an ingest: disks that fill up, files that grow, folders that may not be written, clocks, catalogs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from archive.test_full_disk import small_disk  # noqa: F401 - a fixture
from ingest.deliveries import held, make_archive, truth, write_file
from jeta import ingest
from jeta.archive import open_archive
from jeta.catalog import Catalog, FileRecord, RecordLog
from jeta.errors import ArchiveNotFoundError
from jeta.operations import verify


@pytest.fixture
def archive(tmp_path):
    return make_archive(tmp_path / "archive")


def stage(archive, number, name=None):
    path = write_file(archive.layout.staging / (name or f"E{number:04d}.h5"), number)
    os.utime(path, (1e9, 1e9))
    return path


def agrees(archive, numbers):
    for msid, expected in truth(numbers).items():
        found = held(open_archive(archive.root), msid)
        np.testing.assert_array_equal(found[0], expected[0])
        np.testing.assert_array_equal(found[1], expected[1])
    return True


def records(archive):
    return [each for each in RecordLog(archive.layout.records).after(0) if isinstance(each, FileRecord)]


def test_a_disk_that_fills_up_loses_nothing_and_there_is_room_again_all_goes_on(small_disk, tmp_path):  # noqa: F811
    archive = make_archive(small_disk / "archive")
    paths = []
    for number in range(6):
        path = write_file(tmp_path / f"E{number:04d}.h5", number)
        paths.append(shutil.copy2(path, archive.layout.staging))
        os.utime(paths[-1], (1e9, 1e9))
    filler = small_disk / "filler"
    free = shutil.disk_usage(small_disk).free
    filler.write_bytes(bytes(max(free - 90_000, 0)))
    failed = 0
    for room in (20_000, 60_000, 150_000):
        try:
            ingest.run(archive=archive.root, fold="always")
        except OSError:
            failed += 1
            assert [each for each in verify(archive.root) if each.severity == "error"] == []
        filler.write_bytes(bytes(max(filler.stat().st_size - room, 0)))
    assert failed
    filler.unlink()
    ingest.run(archive=archive.root, fold="always")
    assert agrees(archive, range(6))
    assert sum(each.stored for each in records(archive)) == sum(len(times) for times, _ in truth(range(6)).values())


def test_a_file_that_grows_while_it_is_read_is_left_until_it_is_whole(archive, monkeypatch):
    path = stage(archive, 0)
    from jeta.formats.fos_hdf5 import FosHdf5

    read = FosHdf5.read

    def read_and_grow(self, path):
        delivery = read(self, path)
        with path.open("ab") as file:
            file.write(b"more")
        return delivery

    monkeypatch.setattr(FosHdf5, "read", read_and_grow)
    report = ingest.run(archive=archive.root, workers=1)
    assert "changed while it was read" in report.left[path]
    assert (archive.names(), path.exists(), records(archive)) == ([], True, [])
    monkeypatch.undo()
    write_file(path, 0)
    os.utime(path, (1e9, 1e9))
    ingest.run(archive=archive.root)
    assert agrees(archive, [0])


def test_files_that_arrive_slowly_are_taken_when_they_are_whole(archive, tmp_path):
    """A real copy in small pieces, while runs go on: no half file is committed, rejected or lost."""
    settings = archive.layout.settings
    settings.write_text(settings.read_text() + "ingest: {settle_s: 0.4}\n")
    content = {number: write_file(tmp_path / f"{number}.h5", number).read_bytes() for number in range(3)}

    def copy():
        for number, data in content.items():
            with (archive.layout.staging / f"E{number:04d}.h5").open("wb") as file:
                for start in range(0, len(data), -(-len(data) // 12)):
                    file.write(data[start : start + -(-len(data) // 12)])
                    file.flush()
                    time.sleep(0.02)

    thread = threading.Thread(target=copy)
    thread.start()
    while thread.is_alive() or os.listdir(archive.layout.staging):
        report = ingest.run(archive=archive.root)
        assert (report.errors, report.refused) == ({}, {})
    thread.join()
    assert agrees(archive, range(3))


@pytest.fixture
def open_folder():
    """A folder that other users may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs users")
@pytest.mark.parametrize("lost", ["file", "processed", "staging"])
def test_permission_that_is_lost_loses_nothing(open_folder, lost):
    """In a process that is not root's: what may not be read or moved stays, is told, and is dealt with when it may be again."""
    folder = open_folder
    archive = make_archive(folder / "archive")
    path = stage(archive, 0)
    archive.layout.processed.mkdir()
    target = {"file": path, "processed": archive.layout.processed, "staging": archive.layout.staging}[lost]
    if os.geteuid() == 0:
        for each in [folder, *folder.rglob("*")]:
            os.chown(each, 65534, 65534)
    target.chmod(0o000 if lost == "file" else 0o500)
    warm = make_archive(folder / "warm")
    program = (  # what is imported late is imported before the user changes, who may not be allowed to read the library
        "import os, sys\nfrom jeta import ingest\ningest.run(archive=sys.argv[2])\n"
        "if os.geteuid() == 0: os.setgid(65534), os.setuid(65534)\n"
        "report = ingest.run(archive=sys.argv[1], workers=1)\nprint(report.stored, list(report.left.values()))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    def run():
        stage(warm, 0)
        ran = subprocess.run(
            [sys.executable, "-c", program, archive.root, warm.root],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    told = run()
    assert path.exists()
    assert "cannot be" in told
    assert told.startswith("0 " if lost == "file" else "8")
    target.chmod(0o700 if lost != "file" else 0o600)
    run()
    assert not path.exists()
    assert agrees(archive, [0])
    assert sum(each.stored for each in records(archive)) == sum(len(times) for times, _ in truth([0]).values())


def test_a_clock_that_is_set_back_changes_nothing(archive, monkeypatch):
    """Files from the future and records older than those before: order is that of numbers, not of clocks."""
    settings = archive.layout.settings
    settings.write_text(settings.read_text() + "ingest: {settle_s: 0.1}\n")
    stage(archive, 0)
    ingest.run(archive=archive.root)
    path = write_file(archive.layout.staging / "E0001.h5", 1)
    os.utime(path, (time.time() + 86_400, time.time() + 86_400))
    monkeypatch.setattr("jeta.update.accounts.now_utc", lambda: "2001-01-01T00:00:00.000Z")
    ingest.run(archive=archive.root, fold="always")
    assert agrees(archive, [0, 1])
    assert [each.recorded_utc[:4] for each in records(archive)][1] == "2001"
    assert [each.number for each in records(archive)] == [1, 3]


@pytest.mark.parametrize("damage", ["deleted", "damaged", "empty", "a folder"])
def test_a_catalog_that_is_lost_is_no_obstacle_and_comes_again(archive, damage):
    stage(archive, 0)
    ingest.run(archive=archive.root)
    database = archive.layout.catalog
    database.unlink()
    if damage == "damaged":
        database.write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)
    elif damage == "empty":
        database.touch()
    elif damage == "a folder":
        database.mkdir()
    stage(archive, 1)
    ingest.run(archive=archive.root)
    assert agrees(archive, [0, 1])
    assert len(records(archive)) == 2
    if damage == "a folder":
        database.rmdir()
    with Catalog.open(database, RecordLog(archive.layout.records)) as catalog:
        catalog.sync()
        assert catalog.check(full=True) == []
        assert catalog.totals()["ingested"].files == 2


def test_a_catalog_on_a_server_that_is_away_is_no_obstacle(archive, caplog):
    settings = archive.layout.settings
    settings.write_text(settings.read_text() + "catalog: postgresql+psycopg://nobody@127.0.0.1:9/none\n")
    stage(archive, 0)
    ingest.run(archive=archive.root)
    assert agrees(archive, [0])
    assert "goes on without its catalog" in caplog.text


def test_an_archive_that_is_away_is_told(tmp_path):
    with pytest.raises(ArchiveNotFoundError, match="no jeta archive"):
        ingest.run(archive=tmp_path / "none")


def test_a_staging_folder_that_is_not_mounted_is_told_and_not_made(archive, tmp_path):
    settings = archive.layout.settings
    settings.write_text(settings.read_text() + f"ingest: {{staging: '{tmp_path / 'mnt' / 'incoming'}'}}\n")
    with pytest.raises(FileNotFoundError, match="mount its disk"):
        ingest.run(archive=archive.root)
    assert not (tmp_path / "mnt").exists()


def test_a_reading_process_that_is_killed_leaves_its_file_for_the_next_run(archive, monkeypatch):
    """As the system kills what takes too much memory."""
    monkeypatch.setattr("jeta.ingest.running._WORTH_PROCESSES_BYTES", 1)
    for number in range(2):
        stage(archive, number)
    monkeypatch.setattr(
        "jeta.ingest.reader_processes._PROGRAM", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    report = ingest.run(archive=archive.root, workers=2)
    assert len(report.left) == 2
    assert all("was killed" in reason for reason in report.left.values())
    monkeypatch.undo()
    ingest.run(archive=archive.root)
    assert agrees(archive, [0, 1])


def test_a_damaged_record_stops_no_ingest(archive, caplog):
    stage(archive, 0)
    ingest.run(archive=archive.root)
    log = RecordLog(archive.layout.records)
    last = log.path(log.last_number())
    last.write_bytes(last.read_bytes()[:50])
    stage(archive, 1)
    ingest.run(archive=archive.root)
    assert agrees(archive, [0, 1])
    assert "goes on without it" in caplog.text
