"""The staging folder and its activities, and the first jeta's names of functions."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from jeta import fetch
from jeta.archive import create_archive
from jeta.errors import ArchiveCorruptError, ArchiveNotFoundError, FormatError
from jeta.ingest import staging as manage
from jeta.ingest.activities import BACKLOG, NOTES_NAME, Staging
from jeta.ingest.staged import coverage
from jeta.testing.fos_writer import fos_rows, write_fos_file

T0 = 1_650_000_000


def put_fos(path, first_s, last_s):
    write_fos_file(path, fos_rows(7, np.arange(first_s, last_s + 1) * 1000, 1.5), padding_rows=0)
    return path


def put_table(path, *seconds):
    lines = [f"{np.datetime64(second, 's')},1" for second in seconds]
    path.write_text("\n".join(["time,A", *lines, ""]))
    return path


@pytest.fixture
def archive(tmp_path):
    """An archive in use, with three hours of files and one table in its staging folder."""
    archive = create_archive(tmp_path / "archive")
    folder = archive.root / "staging"
    folder.mkdir()
    for hour in range(3):
        put_fos(folder / f"E{hour}.h5", T0 + hour * 3600, T0 + hour * 3600 + 3599)
    put_table(folder / "late.csv", T0 + 7200, T0 + 100, T0 + 200)
    with fetch.set_archive(archive.root):
        yield archive


@pytest.fixture
def folder(archive):
    return archive.root / "staging"


@pytest.fixture
def staging(folder):
    return Staging(folder)


def names(paths):
    return [Path(path).name for path in paths]


def inside(folder):
    return sorted(name for name in os.listdir(folder) if not name.startswith("."))


# What is staged


def test_any_readable_format_is_staged(folder):
    """Whatever a file is called; what is named like data counts though it is broken, a licence does not."""
    (folder / "broken.h5").write_bytes(b"x")
    (folder / "LICENCE").write_text("free")
    (folder / "E9.h5.part").write_text("half")
    (folder / ".hidden.h5").write_text("half")
    shutil.copy(folder / "E0.h5", folder / "delivery")
    (folder / "link.h5").symlink_to(folder / "E0.h5")
    (folder / "aside").mkdir()
    expected = ["E0.h5", "E1.h5", "E2.h5", "broken.h5", "delivery", "late.csv"]
    found = manage.get_staged_files()
    assert names(found) == expected
    assert found == [str(folder / name) for name in expected]
    assert manage.get_activity_file_count() == manage.get_activity_file_count("") == 6


@pytest.mark.parametrize(
    ("kind", "count"), [("h5", 3), (".H5", 3), ("csv", 1), ("fos_hdf5", 3), ("table", 1), ("json", 0)]
)
def test_files_of_one_format(archive, kind, count):
    assert len(manage.get_staged_files(format=kind)) == count


def test_another_folder_needs_no_archive(tmp_path):
    put_fos(tmp_path / "E1.h5", T0, T0 + 1)
    with fetch.set_archive(None):
        assert names(manage.get_staged_files(tmp_path)) == ["E1.h5"]
        assert names(manage.get_staged_files_by_date(T0, T0, tmp_path)) == ["E1.h5"]


def test_an_archive_without_staging_folder_has_no_files(tmp_path):
    """The folder comes with the first file; looking does not make it."""
    archive = create_archive(tmp_path / "archive")
    assert manage.get_staged_files(archive=archive) == manage.get_list_of_activities(archive=archive) == []
    assert manage.get_activity_count(archive=archive) == 0
    assert manage.staging_of(archive).entries() == []
    assert not (archive.root / "staging").exists()
    manage.add_activity("new", archive=archive)
    assert manage.get_list_of_activities(archive=archive) == ["new"]


def test_a_folder_elsewhere_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        manage.get_staged_files(tmp_path / "no")
    archive = create_archive(tmp_path / "archive")
    with (archive.root / "archive.yaml").open("a") as file:
        file.write(f"ingest: {{staging: {tmp_path}/disk}}\n")
    with pytest.raises(FileNotFoundError):
        manage.get_staged_files(archive=archive.root)


def test_no_archive(tmp_path):
    with pytest.raises(ArchiveNotFoundError):
        manage.get_staged_files(archive=tmp_path)


# Times


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (T0, T0 + 99, ["E0.h5"]),
        (T0 + 3599, T0 + 3600, ["E0.h5", "E1.h5", "late.csv"]),
        (T0 + 3599, T0 + 3599, ["E0.h5", "late.csv"]),
        (T0 + 7201, T0 + 1e6, ["E2.h5"]),
        (T0 - 10, T0 - 1, []),
        (T0 + 10_800, T0 + 1e6, []),
        ("2022:105:05:20:00", "2022-04-15T05:20:00", ["E0.h5"]),
        (None, T0 + 50, ["E0.h5"]),
        (T0 + 7201, None, ["E2.h5"]),
        (None, None, ["E0.h5", "E1.h5", "E2.h5", "late.csv"]),
    ],
)
def test_by_date(archive, start, stop, expected):
    """Files that begin at or before the end of the span, and end at or after its beginning; both ends are inside."""
    assert names(manage.get_staged_files_by_date(start, stop)) == expected


def test_by_date_and_format(archive):
    assert names(manage.get_staged_files_by_date(T0, T0 + 1e6, format="csv")) == ["late.csv"]


def test_files_that_cannot_be_read_are_told_and_left_out(folder, caplog):
    (folder / "broken.h5").write_bytes(b"x")
    assert len(manage.get_staged_files_by_date(None, None)) == 4
    assert "broken.h5" in caplog.text


def test_coverage(folder, tmp_path):
    assert manage.get_file_coverage(folder / "E1.h5") == (T0 + 3600, T0 + 7199)
    assert manage.get_file_coverage("E1.h5") == (T0 + 3600, T0 + 7199)
    assert manage.get_file_coverage(str(folder / "late.csv")) == (T0 + 100, T0 + 7200)


def test_coverage_that_cannot_be_told(folder, tmp_path):
    (folder / "broken.h5").write_bytes(b"x")
    with pytest.raises(FormatError):
        manage.get_file_coverage("broken.h5")
    with pytest.raises(FileNotFoundError):
        manage.get_file_coverage("no.h5")
    (folder / "empty.csv").write_text("time,A\n")
    with pytest.raises(FormatError, match="has no rows"):
        manage.get_file_coverage("empty.csv")


def test_coverage_of_every_kind_of_real_file(shared_data):
    """What a file tells of itself is, to the ms, what its rows have."""
    real = [
        *sorted((shared_data / "legacy_jeta1" / "fos_input" / "h5").iterdir())[:3],
        *(shared_data / "legacy_jeta1" / "fos_input" / "csv").iterdir(),
        *(shared_data / "jwst_edb" / "mast_csv").iterdir(),
        *sorted((shared_data / "jwst_edb" / "flight_jw01029").glob("*.json"))[:3],
        *(shared_data / "chandra_aca_l0").glob("*.fits.gz"),
    ]
    from jeta import formats
    from jeta.ingest.staged import _spans

    for path in real:
        first_s, last_s = coverage(path)
        spans = list(_spans(formats.read(path)))
        assert first_s == pytest.approx(min(first for first, _ in spans), abs=0.001), path
        assert last_s == pytest.approx(max(last for _, last in spans), abs=0.001), path


# Activities


def test_add_activity(folder):
    made = manage.add_activity("rehearsal", ["E1.h5", "late.csv"], "clock was wrong")
    assert made == {
        "activity": "rehearsal",
        "ingest_files": ["E1.h5", "late.csv"],
        "added_files": ["E1.h5", "late.csv"],
        "src": str(folder),
        "timestamp": made["timestamp"],
    }
    assert inside(folder / "rehearsal") == manage.get_files_for_activity("rehearsal") == ["E1.h5", "late.csv"]
    assert names(manage.get_staged_files()) == ["E0.h5", "E2.h5"]
    assert manage.get_activity_file_count("rehearsal") == 2
    assert (manage.get_activity_count(), manage.get_list_of_activities()) == (1, ["rehearsal"])
    activity = Staging(folder).activity("rehearsal")
    assert (activity.description, activity.created) == ("clock was wrong", made["timestamp"])


def test_an_activity_without_files(folder):
    assert manage.add_activity("empty") is None
    assert manage.get_files_for_activity("empty") == []


def test_an_activity_there_is_already(folder):
    manage.add_activity("one")
    with pytest.raises(FileExistsError, match="exists already"):
        manage.add_activity("one", ["E0.h5"])
    with pytest.raises(OSError):
        manage.add_activity("E0.h5")
    assert len(manage.get_staged_files()) == 4


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../out",
        "a/b",
        "/etc",
        ".hidden",
        "-rf",
        "a\nb",
        "a\0b",
        " a",
        "a ",
        "x" * 101,
        "~2",
        "a\\b",
        "\x1b[31m",
    ],
)
def test_names_that_no_activity_can_have(folder, name):
    before = inside(folder)
    with pytest.raises(ValueError, match="cannot be the name of an activity"):
        manage.add_activity(name)
    assert inside(folder) == before


@pytest.mark.parametrize("name", ["a", "OTE-12", "cycle 1.2+3_b", "Übung", "2022"])
def test_names_that_an_activity_can_have(folder, name):
    manage.add_activity(name, ["E0.h5"])
    assert manage.get_list_of_activities() == [name]


@pytest.mark.parametrize("name", ["no", "..", "E0.h5", "link", ".hidden"])
def test_an_activity_that_there_is_not(folder, tmp_path, name):
    """Nor is a file, a hidden folder, or a link that leads out of the staging folder."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "private").write_text("x")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / ".hidden").mkdir()
    assert manage.get_list_of_activities() == []
    for call in (
        manage.get_files_for_activity,
        manage.get_activity_file_count,
        manage.restore_activity_to_staging,
        manage.remove_activity,
    ):
        with pytest.raises((FileNotFoundError, ValueError)):
            call(name)
    assert (tmp_path / "outside" / "private").exists()


@pytest.mark.parametrize(
    ("file", "error"),
    [
        ("no.h5", FileNotFoundError),
        ("../archive.yaml", ValueError),
        ("/etc/passwd", ValueError),
        ("link.h5", OSError),
        ("backlog", OSError),
        (".hidden", ValueError),
        ("", ValueError),
        ("a\0b", ValueError),
    ],
)
def test_files_that_are_not_staged(folder, file, error):
    """Then nothing is moved, and no activity is made."""
    (folder / "link.h5").symlink_to(folder / "E0.h5")
    (folder / "backlog").mkdir()
    (folder / ".hidden").write_text("x")
    with pytest.raises(error):
        manage.add_activity("new", ["E0.h5", file])
    assert manage.get_list_of_activities() == ["backlog"]
    assert (folder / "E0.h5").exists()


def test_files_may_be_given_by_path(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    manage.add_activity("new", [folder / "E0.h5", "staging/E1.h5", "E2.h5"])
    assert inside(folder / "new") == ["E0.h5", "E1.h5", "E2.h5"]


def test_add_a_file_to_an_activity(folder, tmp_path):
    manage.add_activity("one")
    assert manage.add_ingest_file_to_activity("E0.h5", None, "one") == str(folder / "one" / "E0.h5")
    assert manage.add_ingest_file_to_activity("E1.h5", folder, str(folder / "one")) == str(folder / "one" / "E1.h5")
    for wrong in ("two", str(tmp_path), str(folder / "two")):
        with pytest.raises((FileNotFoundError, ValueError)):
            manage.add_ingest_file_to_activity("E2.h5", folder, wrong)
    assert (folder / "E2.h5").exists()


def test_restore_an_activity(folder):
    manage.add_activity("one", ["E0.h5", "E1.h5"])
    assert manage.restore_activity_to_staging("one") == ["E0.h5", "E1.h5"]
    assert len(manage.get_staged_files()) == 4
    assert manage.get_list_of_activities() == ["one"]


def test_nothing_is_moved_over_another_file(folder, staging):
    """What can be moved is; what cannot stays, and is named."""
    manage.add_activity("one", ["E0.h5", "E1.h5"])
    put_fos(folder / "E0.h5", T0, T0 + 1)
    with pytest.raises(FileExistsError, match=r"other files of these names: E0\.h5; they stay in .*, and 1 of 2 moved"):
        staging.release("one")
    assert manage.get_files_for_activity("one") == ["E0.h5"]
    assert coverage(folder / "E0.h5") == (T0, T0 + 1)
    assert coverage(folder / "one" / "E0.h5") == (T0, T0 + 3599)
    with pytest.raises(FileExistsError):
        staging.hold(["E0.h5"], "one")


def test_remove_an_activity(folder):
    manage.add_activity("one", ["E0.h5"], "why")
    (folder / "one" / "sub").mkdir()
    with pytest.raises(FileExistsError, match=r"holds E0.h5, sub: release these files first"):
        manage.remove_activity("one")
    assert inside(folder / "one") == ["E0.h5", "sub"]
    (folder / "one" / "sub").rmdir()
    manage.remove_activity("one", restore=True)
    assert len(manage.get_staged_files()) == 4
    assert not (folder / "one").exists()


def test_an_empty_activity_is_removed_at_once(folder):
    manage.add_activity("one")
    (folder / "by hand").mkdir()
    for name in ("one", "by hand"):
        manage.remove_activity(name)
    assert inside(folder) == ["E0.h5", "E1.h5", "E2.h5", "late.csv"]


def test_an_activity_with_hidden_files_is_not_removed(folder):
    manage.add_activity("one")
    (folder / "one" / ".precious").write_text("x")
    with pytest.raises(FileExistsError, match=r"\.precious"):
        manage.remove_activity("one", restore=True)
    assert (folder / "one" / ".precious").exists()


# The backlog


def test_the_backlog(folder):
    assert manage.move_staged_files_to_activity() == ["E0.h5", "E1.h5", "E2.h5", "late.csv"]
    assert manage.get_staged_files() == []
    assert manage.get_list_of_activities() == [BACKLOG]
    assert manage.restore_from_backlog_by_date(T0 + 3600, T0 + 3700) == ["E1.h5", "late.csv"]
    assert manage.restore_from_backlog_by_list(["E0.h5"]) == ["E0.h5"]
    assert manage.get_files_for_activity(BACKLOG) == ["E2.h5"]
    with pytest.raises(FileNotFoundError):
        manage.restore_from_backlog_by_list(["E1.h5"])
    assert manage.move_staged_files_to_activity(BACKLOG) == ["E0.h5", "E1.h5", "late.csv"]


def test_staged_files_into_another_activity(folder):
    assert len(manage.move_staged_files_to_activity("quarantine")) == 4
    assert manage.get_list_of_activities() == ["quarantine"]


# Flags


def test_flags_are_notes_beside_files(folder, staging):
    manage.add_activity("one", ["E0.h5", "E1.h5", "late.csv"])
    assert manage.flag_activity_files_by_list("one", ["E0.h5"], "bad clock") == ["E0.h5"]
    assert manage.flag_activity_files_by_date("one", T0 + 4000, T0 + 4001, "see log") == ["E1.h5", "late.csv"]
    flags = {"E0.h5": "bad clock", "E1.h5": "see log", "late.csv": "see log"}
    assert staging.activity("one").flags == flags
    assert {one.path.name: one.note for one in staging.entries("one")} == flags
    assert manage.get_files_for_activity("one") == ["E0.h5", "E1.h5", "late.csv"]
    staging.flag("one", ["E0.h5"], "")
    staging.release("one", ["E1.h5"])
    assert staging.activity("one").flags == {"late.csv": "see log"}


def test_only_files_of_the_activity_can_be_flagged(folder):
    manage.add_activity("one", ["E0.h5"])
    with pytest.raises(FileNotFoundError):
        manage.flag_activity_files_by_list("one", ["E1.h5"])
    with pytest.raises(FileNotFoundError):
        manage.flag_activity_files_by_list("two", ["E1.h5"])


def test_notes_of_names_of_any_bytes(folder, staging):
    name = os.fsdecode(b"\xff\n.h5")
    (folder / "E0.h5").rename(folder / name)
    staging.hold([name], "one")
    staging.flag("one", [name], "odd")
    assert staging.activity("one").flags == {name: "odd"}
    assert [path.name for path in staging.release("one")] == [name]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '"x"', "\xff"])
def test_damaged_notes_are_told(folder, staging, text):
    manage.add_activity("one", ["E0.h5"])
    (folder / "one" / NOTES_NAME).write_bytes(text.encode("latin-1"))
    with pytest.raises(ArchiveCorruptError, match="only the description and flags"):
        staging.activity("one")
    assert manage.get_files_for_activity("one") == ["E0.h5"]


def test_notes_are_json_that_others_can_read(folder):
    manage.add_activity("one", ["E0.h5"], "why")
    assert json.loads((folder / "one" / NOTES_NAME).read_text())["description"] == "why"


# States


def test_entries(folder, staging):
    staging = Staging(folder, settle_s=3600)
    for name in ("E0.h5", "late.csv", "broken.h5", "LICENCE"):
        if not (folder / name).exists():
            (folder / name).write_text("x")
        os.utime(folder / name, (0, T0))
    (folder / "E9.h5.part").write_text("half")
    (folder / "link.h5").symlink_to(folder / "E0.h5")
    staging.create("aside")
    found = {one.path.name: one.state for one in staging.entries()}
    assert found == {
        "E0.h5": "ready",
        "E1.h5": "arriving",
        "E2.h5": "arriving",
        "E9.h5.part": "ignored",
        "LICENCE": "other",
        "broken.h5": "broken",
        "late.csv": "ready",
        "link.h5": "refused",
    }
    first = staging.entries()[0]
    assert (first.first_s, first.last_s, first.format) == (T0, T0 + 3599, "fos_hdf5")
    staging.hold(["E0.h5"], "aside")
    assert [one.state for one in staging.entries("aside")] == ["held"]


def test_it_shows_its_folder(folder, staging):
    assert repr(staging) == f"Staging('{folder}')"


def test_real_files(shared_data, tmp_path):
    """A day of the first jeta's files put aside by date, and back."""
    real = tmp_path / "staging"
    shutil.copytree(shared_data / "legacy_jeta1" / "fos_input" / "h5", real)
    staging = Staging(real)
    assert len(staging.files()) == 33
    day = staging.by_date("2022:061:00:00:00", "2022:061:23:59:59.999")
    assert [path.name[:8] for path in day].count("E2022061") == 8
    staging.hold(day, "day 61")
    assert len(staging.files()) == 33 - len(day)
    assert sorted(path.name for path in staging.release("day 61")) == [path.name for path in day]


def test_a_text_names_one_file_not_as_many_as_it_has_letters(tmp_path):
    (tmp_path / "a.csv").write_text("time,SA_TEMP\n2026-01-01,1\n")
    staging = Staging(tmp_path)
    assert [path.name for path in staging.hold("a.csv", "one")] == ["a.csv"]
    assert staging.flag("one", "a.csv", "odd") == ["a.csv"]
    assert [path.name for path in staging.release("one", "a.csv")] == ["a.csv"]
