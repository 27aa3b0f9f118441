"""`ingest`: files and folders, good ones beside broken ones."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from formats import fos_example
from jeta import update
from jeta.archive import create_archive
from jeta.errors import ArchiveLockedError, ArchiveNotFoundError
from jeta.samples import Samples
from jeta.tdb import Entry, write_yaml
from jeta.update.conform import TEXT_NOT_KEPT, conform
from update.deliveries import START_MS, START_S, balanced, everything, ramp, texts, write_json


def snapshot(folder):
    return {p: (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_mode) for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def test_rows_of_a_file_are_stored_under_the_names_it_gives(archive, folder):
    report = update.ingest(write_json(folder / "a.json", {"b": ramp(3), "A": [(START_MS, "on")]}), archive=archive)
    assert (report.read, report.stored, list(report.msids)) == (4, 4, ["A", "B"])
    assert report.files[0].format == "edb_json"
    assert everything(archive, "B").times.tolist() == [START_S, START_S + 1, START_S + 2]
    assert texts(everything(archive, "A")) == ["on"]


def test_same_file_again_changes_nothing(archive, folder):
    path = write_json(folder / "a.json", {"b": ramp(3)})
    update.ingest(path, archive=archive)
    before = snapshot(archive.root)
    report = update.ingest(path, path, archive=archive)
    assert (report.read, report.stored, report.duplicate) == (6, 0, 6)
    assert _without_accounts(snapshot(archive.root)) == _without_accounts(before)


def _without_accounts(files):
    """What is in an archive but for the records of what was ingested, and the note of who writes."""
    return {p: c[0] for p, c in files.items() if p.name != "writer.lock" and "records" not in p.parts}


def test_folder_is_taken_in_order_of_names_with_subfolders_and_without_hidden_files(archive, folder):
    (folder / "sub").mkdir()
    (folder / ".hidden").mkdir()
    for name in ("b.json", "a.json", "sub/c.json", ".d.json", ".hidden/e.json"):
        write_json(folder / name, {"x": ramp(1)})
    report = update.ingest(folder, archive=archive)
    assert [file.path.relative_to(folder).as_posix() for file in report.files] == ["a.json", "b.json", "sub/c.json"]


@pytest.mark.parametrize("name", ["empty.json", "E1.h5", "a.csv"])
def test_files_named_like_data_that_are_none_are_errors_in_a_folder_too(archive, folder, name):
    (folder / name).write_text("")
    write_json(folder / "z.json", {"x": ramp(2)})
    report = update.ingest(folder, archive=archive)
    assert (list(report.errors), report.stored) == ([folder / name], 2)


def test_text_beside_the_number_of_a_numeric_msid_is_noted(archive):
    conformed = conform(Samples.from_texts(np.arange(3), "ms", ["ON", "", "2"], raws=[1.0, 5.0, 2.0]), None, {"<f8"})
    assert conformed.samples.values.tolist() == [1.0, 5.0, 2.0]
    assert dict(conformed.notes) == {TEXT_NOT_KEPT: 1}


def test_unknown_files_of_a_folder_are_skipped_and_of_the_call_are_errors(archive, folder):
    (folder / "notes.txt").write_text("hello")
    write_json(folder / "z.json", {"x": ramp(2)})
    inside = update.ingest(folder, archive=archive)
    assert ([file.skipped for file in inside.files], inside.errors, inside.stored) == ([True, False], {}, 2)
    assert "notes.txt" in str(inside)
    given = update.ingest(folder / "notes.txt", archive=archive)
    assert list(given.errors) == [folder / "notes.txt"]
    assert not given.files[0].skipped


def test_empty_folder_and_no_path_at_all(archive, folder):
    assert update.ingest(folder, archive=archive).files == []
    assert update.ingest(archive=archive).files == []


def test_missing_path_stops_before_anything_is_ingested(archive, folder):
    good = write_json(folder / "a.json", {"x": ramp(2)})
    with pytest.raises(FileNotFoundError, match=r"nope\.json"):
        update.ingest(good, folder / "nope.json", archive=archive)
    assert archive.names() == []


def test_no_archive_or_a_locked_one_is_said_before_anything_is_read(archive, folder):
    good = write_json(folder / "a.json", {"x": ramp(2)})
    with pytest.raises(ArchiveNotFoundError):
        update.ingest(good)
    from jeta.archive import Writer

    with Writer(archive.root), pytest.raises(ArchiveLockedError, match="being written to"):
        update.ingest(good, archive=archive)


BAD_ROW = fos_example.rows([101] * 5)


def break_hdf5(path):
    fos_example.write(path, fos_example.rows([101] * 2000))
    path.write_bytes(path.read_bytes()[:5000])


def break_columns(path):
    fos_example.write(path, BAD_ROW[["id", "apid"]].copy())


def break_to_not_fos(path):
    with h5py.File(path, "w") as file:
        file["other"] = np.arange(5)


BROKEN = {
    "truncated.h5": break_hdf5,
    "columns.h5": break_columns,
    "other.h5": break_to_not_fos,
    "head.h5": lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n" + b"\0" * 100),
    "empty.json": lambda path: path.write_bytes(b""),
    "cut.json": lambda path: path.write_text('{"TlmMnemonic": "X", "Data": [{"ObsTi'),
    "form.json": lambda path: path.write_text('{"TlmMnemonic": "X", "Data": 5}'),
    "zeros.json": lambda path: path.write_bytes(b"\0" * 1000),
    "quote.csv": lambda path: path.write_text('theTime,MJD,euvalue,sqldataType\r\n2022-01-01 00:00:00,1,"0.5,real\r\n'),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file_is_an_error_and_the_others_are_ingested(archive, folder, name):
    BROKEN[name](folder / name)
    good = [write_json(folder / f"{k}.json", {"x": ramp(2, START_MS + k * 10_000)}) for k in range(2)]
    before = snapshot(folder)
    report = update.ingest(good[0], folder / name, good[1], archive=archive)
    assert list(report.errors) == [folder / name]
    assert name in report.errors[folder / name]
    assert (report.stored, balanced(report)) == (4, True)
    assert snapshot(folder) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_unreadable_file_is_an_error(archive, folder):
    path = write_json(folder / "a.json", {"x": ramp(2)})
    path.chmod(0)
    assert list(update.ingest(folder, archive=archive).errors) == [path]


def test_special_files_of_a_folder_do_no_harm(archive, folder):
    os.mkfifo(folder / "pipe")
    (folder / "dangling.json").symlink_to(folder / "gone.json")
    (folder / "folder.json").mkdir()
    write_json(folder / "good.json", {"x": ramp(2)})
    report = update.ingest(folder, archive=archive)
    assert (report.stored, list(report.errors)) == (2, [folder / "dangling.json"])


def test_name_of_a_file_may_be_any_bytes(archive, folder):
    path = Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xe9.json"))
    try:
        write_json(path, {"x": ramp(2)})
    except OSError:
        pytest.skip("the file system refuses names that are not UTF-8")
    assert update.ingest(path, archive=archive).stored == 2


def test_source_files_stay_byte_for_byte(archive, folder):
    write_json(folder / "a.json", {"x": ramp(3)})
    fos_example.write(folder / "b.h5", BAD_ROW)
    before = snapshot(folder)
    update.ingest(folder, archive=archive)
    update.fold(archive)
    assert snapshot(folder) == before


def test_impossible_rows_are_rejected_with_reasons_and_the_others_kept(archive, folder):
    rows = [(START_MS, 1), (-1, 2), (4_102_444_800_000, 3), (10**17, 4), (START_MS + 1, "abc"), (START_MS + 2, None)]
    report = update.ingest(write_json(folder / "a.json", {"x": rows, "../y": ramp(2)}), archive=archive)
    assert (report.stored, balanced(report)) == (1, True)
    assert report.msids["X"].rejected == {
        "time before the earliest of the archive": 1,
        "time after the latest of the archive": 2,
        "text among numbers": 1,
        "no value": 1,
    }
    assert report.msids["../y"].rejected == {"name cannot be that of an MSID": 2}


def test_limits_of_time_are_the_archives_own(tmp_path, folder):
    archive = create_archive(tmp_path / "old", earliest="1960-01-01", latest="2500-01-01")
    path = write_json(folder / "a.json", {"x": [(-1, 1), (10**13, 2)]})
    report = update.ingest(path, archive=archive)
    assert (report.stored, dict(report.rejected)) == (1, {"time after the latest of the archive": 1})


def test_time_that_is_no_number_is_rejected(archive, folder):
    content = [{"TlmMnemonic": "x", "Data": [{"ObsTime": "/Date(NaN)/", "EUValue": 1}, {"EUValue": 2}]}]
    (folder / "a.json").write_text(json.dumps(content))
    report = update.ingest(folder, archive=archive)
    assert (report.read, report.stored, report.rejected.total()) == (2, 0, 2)


def test_unknown_ids_are_rejected_and_counted_and_known_ones_stored(archive, folder):
    write_yaml([Entry("x", id=101)], archive.layout.tdb / "x.yaml")
    fos_example.write(folder / "a.h5", fos_example.rows([101, 9901, 101, 9901, 9901], values=[1, 2, 3, 4, 5]))
    report = update.ingest(folder, archive=archive)
    assert report.msids["id 9901"].rejected == {"identifier not in the telemetry database": 3}
    assert (everything(archive, "X").values.tolist(), balanced(report)) == ([1, 3], True)


def test_id_that_becomes_known_is_stored_when_the_file_comes_again(archive, folder):
    path = fos_example.write(folder / "a.h5", fos_example.rows([101, 102]))
    assert update.ingest(path, archive=archive).stored == 0
    write_yaml([Entry("x", id=101)], archive.layout.tdb / "x.yaml")
    assert update.ingest(path, archive=archive).stored == 1


def test_entry_that_appears_later_does_not_stop_a_batch(archive, folder):
    update.ingest(write_json(folder / "a.json", {"x": ramp(2), "y": ramp(2)}), archive=archive)
    write_yaml([Entry("x", state_codes={0: "OFF"}), Entry("y", type="text")], archive.layout.tdb / "x.yaml")
    report = update.ingest(write_json(folder / "b.json", {"x": ramp(3), "y": ramp(3)}), archive=archive)
    assert (report.stored, report.duplicate, report.errors) == (2, 4, {})


def test_names_that_differ_in_case_only_are_one_msid(archive, folder):
    rows = {"x": ramp(2), "X": ramp(2, START_MS + 5000)}
    report = update.ingest(write_json(folder / "a.json", rows), archive=archive)
    assert (report.stored, list(report.msids), archive.rows("X")) == (4, ["X"], 4)


def test_kinds_that_change_between_files(archive, folder):
    """What the MSID was first decides; a text that is no number is rejected, a number among texts written out."""
    update.ingest(write_json(folder / "a.json", {"n": ramp(1), "t": [(START_MS, "on")]}), archive=archive)
    later = {"n": [(START_MS + 1, "7"), (START_MS + 2, "on")], "t": [(START_MS + 1, 7)]}
    report = update.ingest(write_json(folder / "b.json", later), archive=archive)
    assert report.rejected == {"text for a numeric MSID": 1}
    assert everything(archive, "N").values.tolist() == [0, 7]
    assert texts(everything(archive, "T")) == ["on", "7"]


def test_later_file_corrects_an_earlier_one(archive, folder):
    update.ingest(write_json(folder / "a.json", {"x": ramp(3)}), archive=archive)
    report = update.ingest(write_json(folder / "b.json", {"x": [(START_MS + 1000, 99.0)]}), archive=archive)
    assert (report.stored, report.replaced) == (1, 1)
    assert everything(archive, "X").values.tolist() == [0, 99, 2]


def test_instants_of_a_file_are_utc_also_in_an_archive_of_cxcsec(tmp_path, folder):
    """2010:001:00:00:00 UTC is 378691266.184 there, leap seconds counted."""
    archive = create_archive(tmp_path / "cxc", time_system="cxcsec")
    update.ingest(write_json(folder / "a.json", {"x": [(1_262_304_000_000, 1)]}), archive=archive)
    update.append("x", ["2010:001:00:00:01", 378691268.184], [2, 3], archive=archive)
    assert everything(archive, "X").times.tolist() == [378691266.184, 378691267.184, 378691268.184]


def test_progress_is_told_before_each_file_and_at_the_end(archive, folder):
    paths = [write_json(folder / f"{k}.json", {"x": ramp(1)}) for k in range(2)]
    seen = []
    update.ingest(*paths, archive=archive, progress=lambda *args: seen.append(args))
    assert seen == [(0, 2, paths[0]), (1, 2, paths[1]), (2, 2, None)]


def test_file_that_vanishes_meanwhile_is_an_error(archive, folder):
    paths = [write_json(folder / f"{k}.json", {"x": ramp(1, START_MS + k)}) for k in range(3)]
    report = update.ingest(
        *paths, archive=archive, progress=lambda done, total, path: paths[1].unlink() if done == 1 else None
    )
    assert (list(report.errors), report.stored) == ([paths[1]], 2)


def test_archive_moved_after_ingest_still_holds_its_rows(archive, folder, tmp_path):
    update.ingest(write_json(folder / "a.json", {"x": ramp(3)}), archive=archive)
    shutil.move(archive.root, tmp_path / "moved")
    report = update.ingest(folder, archive=tmp_path / "moved")
    assert report.duplicate == 3
