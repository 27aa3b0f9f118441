"""`verify`: every kind of damage is an error, leftovers are notes, and nothing is changed."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import jeta
from jeta import fetch, operations, update
from jeta.archive import Writer, create_archive, open_archive
from jeta.archive.manifest import load
from jeta.archive.segment import COLUMNS, SegmentFile

S = 1_600_000_000.0


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """An archive with a column of each kind, of several segments; and three commits in the journal."""
    archive = create_archive(tmp_path_factory.mktemp("verify") / "archive")
    ramp = np.arange(3000)
    values = {
        "FLOAT": np.random.default_rng(0).normal(size=3000),
        "LEVEL": (ramp % 7) * 0.5,
        "FLAG": ramp % 2 == 0,
        "TEXT": np.array(["ON", "OFF", "é,\n"])[ramp % 3],
    }
    with Writer(archive.root) as writer:
        for part in (slice(0, 2000), slice(2000, 3000)):
            for name, vals in values.items():
                update.append(name, S + ramp[part], vals[part], ramp[part] % 50 == 0, archive=writer)
            writer.fold()
        update.append("FLOAT", S + ramp[:500] + 0.5, values["FLOAT"][:500], archive=writer)
        update.append("TEXT", S + ramp[:500] + 0.5, values["TEXT"][:500], archive=writer)
        update.append("NEW", S + ramp[:5], ramp[:5], archive=writer)
    (archive.layout.tdb / "msids.yaml").write_text("FLOAT: {unit: V}\n")
    return archive.root


@pytest.fixture
def own(whole, tmp_path):
    """A copy of that archive to spoil, open."""
    return open_archive(shutil.copytree(whole, tmp_path / "own"))


def found(archive, *, full=True):
    """Severity and path within the archive of each finding."""
    return [
        (one.severity, one.path.relative_to(archive.root).as_posix())
        for one in operations.verify(archive.root, full=full)
    ]


def content(root):
    """All there is under a folder."""
    return {path: path.read_bytes() if path.is_file() else None for path in root.rglob("*")}


def flipped(path, position):
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[position] ^= 1 << position % 8
    path.write_bytes(data)


def segments(archive, name):
    return sorted(archive.layout.column(name).glob("*.h5"))


@pytest.mark.parametrize("full", [True, False])
def test_whole_archive_has_no_findings(whole, full):
    assert operations.verify(whole, full=full) == []


def test_empty_archive_has_no_findings(tmp_path):
    assert operations.verify(create_archive(tmp_path / "a").root) == []


def test_nothing_is_changed(own):
    before = content(own.root)
    operations.verify(own.root)
    assert content(own.root) == before


def test_nothing_is_changed_where_there_is_damage(own):
    own.layout.manifest("FLOAT").unlink()
    segments(own, "TEXT")[0].write_bytes(b"garbage")
    own.layout.state.write_text("garbage")
    (own.layout.journal / ".aside-1-x").touch()
    before = content(own.root)
    assert operations.verify(own.root)
    assert content(own.root) == before


def test_progress_counts_msids(whole):
    calls = []
    operations.verify(whole, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_finding_reads_as_a_line(own):
    (path,) = segments(own, "FLAG")[:1]
    path.unlink()
    (finding,) = operations.verify(own.root)
    assert str(finding) == f"error: {path}: is listed in the manifest but not there; restore the file from a backup"


@pytest.mark.parametrize("name", ["FLOAT", "LEVEL", "FLAG", "TEXT"])
def test_every_flipped_bit_of_the_data_is_found(own, name):
    """Forty bits at random in the chunks and tables of each kind of column; what else is in the file is HDF5's."""
    chance = random.Random(name)
    (record, *_), folder = load(own.layout.column(name)).segments, own.layout.column(name)
    with SegmentFile(folder, record) as file:
        spans = [(int(c[f"{k}_offset"]), int(c[f"{k}_bytes"])) for c in file.chunks for k in COLUMNS]
        spans += [
            (int(record["chunks_offset"]), file.chunks.nbytes),
            (int(record["levels_offset"]), int(record["levels"])),
        ]
    path, good = file.path, file.path.read_bytes()
    places = [start + at for start, size in spans for at in range(size)]
    for place in chance.sample(places, 40):
        flipped(path, place)
        assert found(own)[:1] == [("error", path.relative_to(own.root).as_posix())], place
        path.write_bytes(good)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("full", [True, False])
def test_truncated_segment(own, share, full):
    for name in ("FLOAT", "TEXT"):
        path = segments(own, name)[0]
        data = path.read_bytes()
        path.write_bytes(data[: int(share * len(data))])
    assert [severity for severity, _ in found(own, full=full)] == ["error", "error"]


@pytest.mark.parametrize("full", [True, False])
def test_deleted_segment(own, full):
    path = segments(own, "LEVEL")[-1]
    path.unlink()
    assert found(own, full=full) == [("error", path.relative_to(own.root).as_posix())]


def test_segments_that_were_exchanged(own):
    """Each is whole, but not what the manifest says of the name that it bears."""
    one, two = segments(own, "FLOAT")[0], segments(own, "LEVEL")[0]
    one_data = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(one_data)
    assert {path for _, path in found(own)} >= {p.relative_to(own.root).as_posix() for p in (one, two)}


def test_segment_that_is_a_folder(own):
    """What reading it raises is no error of ours, and becomes a finding all the same."""
    path = segments(own, "FLAG")[0]
    path.unlink()
    path.mkdir()
    assert found(own) == [("error", path.relative_to(own.root).as_posix())]


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"\xff\x00" * 300, b"{}\n", b"[1]\nabc", b"null"])
def test_garbage_for_a_manifest(own, garbage):
    own.layout.manifest("FLAG").write_bytes(garbage)
    assert found(own) == [("error", "columns/FLAG/full/manifest")]


def test_every_flipped_bit_of_a_manifest_is_found(own):
    path = own.layout.manifest("FLOAT")
    good = path.read_bytes()
    for place in range(0, len(good), 3):
        flipped(path, place)
        assert ("error", "columns/FLOAT/full/manifest") in found(own, full=False), place
        path.write_bytes(good)


def test_deleted_manifest_is_no_error(own):
    """It is made again from the segments."""
    own.layout.manifest("FLOAT").unlink()
    assert found(own) == []
    with fetch.set_archive(own.root):
        assert len(fetch.MSID("FLOAT")) == 3500


def test_deleted_manifest_and_segment(own):
    own.layout.manifest("FLOAT").unlink()
    segments(own, "FLOAT")[0].unlink()
    assert found(own) == [("error", "columns/FLOAT/full/manifest")]


@pytest.mark.parametrize(
    "data", [b"", b"garbage", b"\xff" * 600, b"{}".ljust(600), b'{"file": "jeta journal 1"}'.ljust(600)]
)
@pytest.mark.parametrize("full", [True, False])
def test_garbage_for_a_commit(own, data, full):
    path = own.layout.commit(10)
    path.write_bytes(data)
    assert ("error", "journal/000000000010.h5") in found(own, full=full)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5])
def test_truncated_commit(own, share):
    path = own.layout.commit(9)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    assert ("error", "journal/000000000009.h5") in found(own)


def test_commit_with_a_text_that_is_none(own):
    """Bytes that are not UTF-8 are a finding, not a crash."""
    path = own.layout.commit(10)
    data = path.read_bytes()
    assert data.count("é,".encode()) == 1
    path.write_bytes(data.replace("é,".encode(), b"\xff,."))
    assert ("error", "journal/000000000010.h5") in found(own)


def test_commit_that_got_lost(own):
    """Commits are numbered without gaps, so one that is missing between others is noticed."""
    own.layout.commit(10).unlink()
    (finding,) = operations.verify(own.root)
    assert (finding.severity, finding.path) == ("error", own.layout.journal)
    assert "has lost the commits 10;" in finding.message


@pytest.mark.parametrize("garbage", ["", "garbage", "[]", '{"folded": 1}', '{"folded": "x", "first_ns": null}'])
def test_garbage_for_the_state(own, garbage):
    own.layout.state.write_text(garbage)
    assert found(own) == [("error", "state.json")]


def test_state_of_an_older_backup(own):
    """Its numbers would make fetches miss the first samples, and new commits be taken for folded ones."""
    own.layout.state.write_text(json.dumps({"folded": 0, "first_ns": int(S + 7) * 10**9}))
    for path in own.layout.journal.iterdir():
        path.unlink()
    assert found(own) == [("error", "state.json"), ("error", "state.json")]


def test_deleted_state_is_no_error(own):
    own.layout.state.unlink()
    assert found(own) == []


@pytest.mark.parametrize("folder", ["columns", "journal"])
def test_deleted_folder(own, folder):
    shutil.rmtree(own.root / folder)
    assert found(own) == [("error", folder)]


@pytest.mark.parametrize(
    "name",
    [
        ".aside-1-a",
        "journal/.aside-1-a",
        "journal/notes.txt",
        "columns/FLAG/full/.aside-1-a",
        "columns/FLAG/full/1ms-9-x-0.h5",
    ],
)
def test_leftovers_are_notes(own, name):
    (own.root / name).write_bytes(b"unfinished")
    assert found(own) == [("note", name)]


@pytest.mark.parametrize("name", ["no name!", "lower", "UPPER", "FLAG2/half"])
def test_foreign_folders_are_notes(own, name):
    (own.layout.columns / name).mkdir(parents=True)
    assert found(own) == [("note", f"columns/{name.partition('/')[0]}")]


def test_foreign_file_among_the_columns_is_a_note(own):
    (own.layout.columns / "NOTES").touch()
    (finding,) = operations.verify(own.root)
    assert (finding.severity, "move it out of the archive" in finding.message) == ("note", True)


def test_bad_telemetry_database_is_told_with_file_and_line(own):
    (own.layout.tdb / "second.yaml").write_text("A:\n  unit: V\n  unti: V\n")
    (finding,) = operations.verify(own.root)
    assert (finding.severity, finding.path) == ("error", own.layout.tdb)
    assert "second.yaml:3: MSID A: " in finding.message


def test_telemetry_database_that_is_bad_since_it_was_cached(own):
    """The files count, not what was kept of them."""
    own.tdb()
    path = own.layout.tdb / "msids.yaml"
    path.write_text("FLOAT: {unit: V}\nFLOAT: {unit: K}\n")
    assert found(own) == [("error", "tdb")]


def test_several_findings_at_once(own):
    segments(own, "FLOAT")[0].unlink()
    own.layout.manifest("TEXT").write_bytes(b"")
    own.layout.commit(9).write_bytes(b"")
    errors = {path for severity, path in found(own) if severity == "error"}
    assert {"journal/000000000009.h5", "columns/TEXT/full/manifest"} < errors
    assert len(errors) == 3


WRITER = """
import sys, time
sys.path.insert(0, sys.argv[2])
from jeta import update
from jeta.archive import Writer
stop, number = time.monotonic() + 2.0, 0
with Writer(__import__("pathlib").Path(sys.argv[1])) as writer:
    while time.monotonic() < stop:
        start = 1.5e9 - number
        for name, value in (("FLOAT", 1.5), ("TEXT", "NEW"), (f"EXTRA{number % 40}", number)):
            update.append(name, [start, start + 5e8 + 0.25], [value, value], archive=writer)
        number += 1
        if number % 3 == 0:
            writer.fold()
"""


def test_no_error_while_another_process_writes_and_folds(own):
    """It also adds samples before the first, and columns that are new."""
    source = str(Path(jeta.__file__).parents[1])
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(own.root), source])
    runs, errors = 0, []
    while child.poll() is None:
        errors += [str(one) for one in operations.verify(own.root, full=runs % 2 == 0) if one.severity == "error"]
        runs += 1
    assert (child.returncode, errors, runs > 3) == (0, [], True)
    assert operations.verify(own.root) == []
    assert "EXTRA0" in own.names()
