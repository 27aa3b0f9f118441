"""`status`, and the first jeta's functions: each number is that of what is there."""

from __future__ import annotations

import json
import math
import os
import shutil
from pathlib import Path

import pytest

from ingest.deliveries import FILE_MS, IDS, START_MS, held
from jeta import fetch, ingest, operations, update
from jeta.archive import JetaReader, Writer, create_archive
from jeta.archive import status as first_status
from jeta.catalog import ENDED, RecordLog
from jeta.errors import ArchiveNotFoundError, IntervalError, TimeFormatError, ValuesError
from jeta.ingest import staging
from jeta.operations import status
from jeta.operations.areas import AREAS, PARTS
from operations.delivered import delivered, set_ingest, stage, stage_broken
from operations.lab import all_rows, filled, tree


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return delivered(tmp_path_factory.mktemp("status") / "a").root


@pytest.fixture
def archive(model, tmp_path):
    return JetaReader(Path(shutil.copytree(model, tmp_path / "a")))


def bytes_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_numbers_are_those_of_the_samples(tmp_path):
    """Of columns and journal together, rows that take the place of others once."""
    root = filled(tmp_path / "a", pending=2)
    rows = all_rows(root)
    found = status(root)
    assert (found.msids, found.rows) == (len(rows), sum(map(len, rows.values())))
    instants = [ns for each in rows.values() for ns, _ in each]
    assert (found.first, found.last) == (pytest.approx(min(instants) / 1e9), pytest.approx(max(instants) / 1e9))
    assert (found.pending_commits, found.pending_rows) == (2, 160)
    assert 0 <= found.pending_age_s < 600
    assert found.problems == ()


def test_an_ingest_is_accounted_for(archive):
    found = status(archive)
    assert (found.files["ingested"].files, found.files["rejected"].files) == (3, 1)
    assert found.files["ingested"].stored == sum(len(held(archive, msid)[0]) for msid in IDS) == found.rows
    assert found.records == RecordLog(archive.layout.records).last_number() == 5
    assert [run.state for run in found.runs] == ["complete"]
    assert found.writer == ""
    text = str(found)
    assert "apid 712 is excluded" in text
    assert f"{found.rows:,} of 4 MSIDs" in text
    assert found.name in found._repr_html_()
    told = json.loads(json.dumps(found.to_dict()))
    assert told["files"]["ingested"]["stored"] == found.rows
    assert told["runs"][0]["state"] == "complete"


def test_held_files_are_told_with_the_reason(archive):
    set_ingest(archive, "ingest: {policies: {gap: {action: hold, longest_s: 1}}}\n")
    stage(archive, 9)
    ingest.run(archive=archive.root, workers=1)
    (each,) = status(archive.root).held
    assert Path(each.path).name == "E0009.h5"
    assert each.reason in str(status(archive.root))


def test_nothing_is_changed_and_a_writer_is_told_of(archive):
    stage(archive, 5)
    archive.layout.catalog.unlink()
    files = tree(archive.root)
    with Writer(archive.root):
        assert f"process {os.getpid()} " in status(archive).writer
    assert tree(archive.root) == files


def test_sizes(archive):
    """All areas together are all files; source folders count by themselves."""
    stage(archive, 5)
    update.fold(archive.root)
    update.statistics(archive=archive.root)
    found = status(archive).sizes
    for area in ("staging", "processed", "rejected", "journal", "records"):
        assert found.get(area) == bytes_of(archive.root / area), area
    assert found["samples"] == sum(map(bytes_of, archive.layout.columns.glob("*/full")))
    assert found["statistics"] == sum(
        bytes_of(path) for name in ("5min", "daily") for path in archive.layout.columns.glob(f"*/{name}")
    )
    assert sum(found.values()) == bytes_of(archive.root)
    assert status(archive, sizes=False).sizes == {}


def test_areas_by_name(archive):
    sizes = {area: operations.get_total_archive_area_size(area, archive) for area in AREAS}
    assert sizes["archive"] == sum(sizes[part] for part in PARTS) > 0
    assert operations.get_total_archive_area_size(archive=archive) == sizes["archive"]
    with pytest.raises(ValuesError, match="expected one of archive"):
        operations.get_total_archive_area_size("tlm", archive)


def test_damage_is_a_problem_and_no_end(archive):
    update.fold(archive.root)
    archive.layout.manifest("SA_TEMP").write_bytes(b"x")
    archive.layout.catalog.write_bytes(b"nonsense" * 999)
    found = status(JetaReader(archive.root))
    assert found.rows == sum(len(held(archive, msid)[0]) for msid in IDS if msid != "SA_TEMP")
    assert any("SA_TEMP" in problem for problem in found.problems)
    assert found.files["ingested"].files == 3  # from the records


def test_an_empty_archive(tmp_path):
    found = status(create_archive(tmp_path / "a"))
    assert (found.msids, found.rows, found.first, found.runs, found.held) == (0, 0, None, (), ())
    assert "none yet" in str(found)
    assert "<table>" in found._repr_html_()


def test_no_archive(tmp_path):
    with pytest.raises(ArchiveNotFoundError):
        status(tmp_path)


# ------------------------------------------------------------------ the first jeta's functions


def test_the_first_import_path_has_them_all_but_the_connection():
    wanted = {
        "get_msid_count", "get_msid_names", "get_list_of_staged_files", "get_list_of_files_in_range", "get_current_ingest_id",
        "get_ingest_state", "get_ingest_history", "get_ingest_files", "get_total_archive_area_size", "is_in_archive",
    }  # fmt: skip
    assert set(first_status.__all__) == wanted
    assert all(getattr(operations, name) is getattr(first_status, name) for name in wanted)


def test_msids_of_the_archive_in_use(archive):
    with fetch.set_archive(archive.root):
        assert first_status.get_msid_names() == sorted(IDS)
        assert first_status.get_msid_count() == 4
        assert first_status.is_in_archive("sa_temp")
    assert not first_status.is_in_archive("SA_NONE", archive)
    assert not first_status.is_in_archive("../columns/SA_TEMP", archive)
    assert not first_status.is_in_archive("", archive)
    assert not first_status.is_in_archive(3, archive)


def test_staged_files(archive):
    path, broken = stage(archive, 5), stage_broken(archive, "again.h5")
    stage(archive, 6, "hidden.h5.part")
    assert operations.get_list_of_staged_files(archive=archive) == [
        (path.name, path.stat().st_size, path.stat().st_ctime, *staging.get_file_coverage(path)),
        (broken.name, broken.stat().st_size, broken.stat().st_ctime, None, None),
    ]
    assert [row[0] for row in operations.get_list_of_staged_files(True, archive)] == [str(path), str(broken)]


def test_staged_files_of_a_folder_that_comes_later(tmp_path):
    assert operations.get_list_of_staged_files(archive=create_archive(tmp_path / "a")) == []


def test_files_in_range(archive, tmp_path):
    """Both ends are inside, in the staging folder, the processed ones with their sub-folders, or any."""
    for number in (5, 6, 7):
        stage(archive, number)
    found = operations.get_list_of_files_in_range

    def numbers(*arguments):
        return [Path(row[0]).stem for row in found(*arguments, archive=archive)]

    def start_s(number):
        return (START_MS + number * FILE_MS) / 1000

    assert numbers(None, None) == ["E0005", "E0006", "E0007"]
    assert numbers(start_s(6) + 60, start_s(6) + 61) == ["E0006"]
    assert numbers(start_s(7) + 1, None, "staging") == ["E0007"]
    assert numbers(None, "2026:001:00:05:00", "processed") == ["E0000"]
    assert numbers(None, None, "rejected") == []
    shutil.copytree(archive.layout.staging, tmp_path / "deep" / "er")
    assert numbers(None, None, tmp_path / "deep") == ["E0005", "E0006", "E0007"]
    last_s = found(start_s(7), None, archive=archive)[-1][4]
    assert numbers(last_s, last_s) == ["E0007"]
    assert numbers(math.nextafter(last_s, math.inf), None) == []


def test_ranges_that_cannot_be_meant(archive, tmp_path):
    with pytest.raises(IntervalError):
        operations.get_list_of_files_in_range(2.0, 1.0, archive=archive)
    with pytest.raises(TimeFormatError):
        operations.get_list_of_files_in_range("never", None, archive=archive)
    with pytest.raises(FileNotFoundError, match="staging"):
        operations.get_list_of_files_in_range(None, None, tmp_path / "no", archive=archive)


def test_runs_and_their_files(archive):
    (run,) = operations.get_ingest_history(archive)
    assert operations.get_ingest_state(archive) == run.state == "complete"
    assert run.state in ENDED
    assert operations.get_current_ingest_id(archive) is None
    files = operations.get_ingest_files(run.run, archive)
    assert [Path(each.path).name for each in files if each.outcome == "ingested"] == [
        "E0000.h5",
        "E0001.h5",
        "E0002.h5",
    ]
    assert sum(each.stored for each in files) == status(archive).rows
    stage(archive, 5)
    ingest.run(archive=archive, workers=1)
    history = operations.get_ingest_history(archive)
    assert [each.run for each in history][1:] == [run.run]
    assert operations.get_ingest_history(archive, limit=1) == history[:1]


@pytest.mark.parametrize("name", ["no", "'; drop table files; --", "", None, 3])
def test_a_run_that_there_is_not(archive, name):
    with pytest.raises(ValuesError, match="the last ones are 2"):
        operations.get_ingest_files(name, archive)


def test_before_any_ingest(tmp_path):
    archive = create_archive(tmp_path / "a")
    assert operations.get_ingest_history(archive) == []
    assert operations.get_ingest_state(archive) is None
    assert operations.get_current_ingest_id(archive) is None


def test_while_an_ingest_is_at_work(archive, monkeypatch):
    """Its name and state are known to others, and not any more when it was killed."""
    from jeta.ingest import dealing

    seen = []
    put_away = dealing.Dealing._put_away

    def look(self, *arguments):
        seen.append((operations.get_current_ingest_id(archive), operations.get_ingest_state(archive)))
        put_away(self, *arguments)

    monkeypatch.setattr(dealing.Dealing, "_put_away", look)
    stage(archive, 5)
    report = ingest.run(archive=archive, workers=1)
    assert seen == [(report.run, "processing")]
    assert operations.get_current_ingest_id(archive) is None
