"""`truncate`: exactly the rows from an instant on go, of columns, journal and statistics, and they can come again."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from archive.products import check_statistics
from archive.rows import contents
from jeta import fetch, operations, update
from jeta.archive import JetaReader, Writer, create_archive, manifest
from jeta.errors import (
    ArchiveCorruptError,
    ArchiveLockedError,
    ArchiveNotFoundError,
    TimeFormatError,
    UnknownMsidError,
)
from jeta.operations import truncate, verify
from jeta.samples import Samples
from jeta.times import ticks_to_seconds
from operations.lab import DAYS, MSIDS, all_rows, delivery, filled, small, tree


def before(rows, start_s):
    """The rows that a fetch up to an instant gives."""
    return [(ns, value) for ns, value in rows if float(ticks_to_seconds(np.array([ns]), "ns")[0]) < start_s]


@pytest.mark.parametrize("seed", range(4))
def test_rows_before_stay_and_statistics_are_those_of_what_is_left(tmp_path, monkeypatch, seed):
    """At random instants, on samples and off: rows, statistics, manifests and what verify says."""
    small(monkeypatch)
    rng = np.random.default_rng(seed)
    root = filled(tmp_path / "a", seed)
    for _ in range(2):
        there = all_rows(root)
        instants = [ns / 1e9 for rows in there.values() for ns, _ in rows]
        start_s = float(rng.choice([rng.choice(instants), rng.uniform(0, DAYS * 86_400), 86_400.0, 328.0 * 100]))
        expected = {name: left for name, rows in there.items() if (left := before(rows, start_s))}
        would = truncate(root, start_s, dry_run=True)
        report = truncate(root, start_s)
        assert all_rows(root) == expected
        gone = {name: len(rows) - len(expected.get(name, [])) for name, rows in there.items()}
        assert report.rows == would.rows == {name: count for name, count in gone.items() if count}
        assert verify(root) == []
        check_statistics(root)
        with Writer(root) as writer:
            writer.commit(delivery(rng, 30))
            if rng.random() < 0.5:
                writer.fold()
        check_statistics(root)
    assert verify(root) == []


def test_the_instant_itself_goes_and_the_tick_before_stays(tmp_path):
    root = create_archive(tmp_path / "a").root
    update.append(
        "volt", ["2026:001:00:00:00.999", "2026:001:00:00:01", "2026:001:00:00:01.001"], [1, 2, 3], archive=root
    )
    report = truncate(root, "2026:001:00:00:01")
    assert str(report) == "removed 2 samples of 1 of 1 MSID, from 2026:001:00:00:01.000 on"
    with fetch.set_archive(root):
        assert fetch.MSID("volt").vals.tolist() == [1]


def test_a_dry_run_changes_nothing_and_needs_no_lock(tmp_path):
    root = filled(tmp_path / "a")
    files = tree(root)
    with Writer(root):
        report = truncate(root, 86_400.0, dry_run=True)
    assert report.dry_run
    assert report.total > 0
    assert str(report).startswith("would remove")
    assert tree(root) == files


def test_only_some_msids(tmp_path):
    root = filled(tmp_path / "a")
    there = all_rows(root)
    report = truncate(root, 86_400.0, msids=["temp", "M*"])
    found = all_rows(root)
    assert sorted(report.rows) == ["MODE", "TEMP"]
    assert found["COUNTS"] == there["COUNTS"]
    assert found["TEMP"] == before(there["TEMP"], 86_400.0)


def test_what_was_removed_can_be_stored_again(tmp_path, monkeypatch):
    """Late rows are new, not duplicates; the archive is then as it was."""
    small(monkeypatch)
    rows = delivery(np.random.default_rng(1), 200)
    root = create_archive(tmp_path / "a").root
    with Writer(root) as writer:
        writer.commit(rows)
        writer.fold()
        writer.refresh_statistics(list(MSIDS))
    there = all_rows(root)
    gone = truncate(root, 100_000.0).rows
    with Writer(root) as writer:
        counts = writer.commit(rows)
        writer.fold()
    assert {name: count.stored for name, count in counts.items()} == gone
    assert all_rows(root) == there
    check_statistics(root)


def test_an_msid_without_samples_is_gone_and_may_come_back(tmp_path):
    root = filled(tmp_path / "a")
    truncate(root, -1.0)
    assert JetaReader(root).names() == []
    assert list(JetaReader(root).layout.columns.iterdir()) == []
    assert verify(root) == []
    with Writer(root) as writer:
        writer.commit(delivery(np.random.default_rng(5)))
        writer.fold()
    assert JetaReader(root).names() == sorted(MSIDS)
    assert verify(root) == []


def test_what_people_keep_beside_an_msid_stays(tmp_path):
    root = filled(tmp_path / "a")
    notes = JetaReader(root).layout.columns / "TEMP" / "notes.txt"
    notes.write_text("mine")
    truncate(root, -1.0)
    assert notes.read_text() == "mine"


def test_a_lost_manifest_is_made_again_after_a_cut(tmp_path, monkeypatch):
    """The last segment says how many rows the column has now, also where the cut falls between two segments."""
    small(monkeypatch)
    root = filled(tmp_path / "a", pending=0)
    layout = JetaReader(root).layout
    listed = manifest.load(layout.column("TEMP"))
    assert len(listed.segments) > 2
    truncate(root, int(listed.segments["first"][-1]) / 1000)
    there = contents(root, "TEMP")
    assert len(there) == int(listed.segments["rows"][:-1].sum())
    layout.manifest("TEMP").unlink()
    assert contents(root, "TEMP") == there
    assert verify(root) == []


def test_leftovers_of_a_killed_cut_go_with_the_next(tmp_path):
    """A file that no manifest names does no harm, and is removed though nothing is left to cut off."""
    root = filled(tmp_path / "a")
    truncate(root, 86_400.0)
    folder = JetaReader(root).layout.column("TEMP")
    segment = next(folder.glob("*.h5"))
    shutil.copy(segment, folder / "100ms-99-abcdefgh-0.h5")
    (folder / ".aside-1-a").touch()
    assert truncate(root, 86_400.0).rows == {}
    assert verify(root) == []


def test_a_damaged_segment_is_not_written_anew(tmp_path):
    """Under a new checksum nobody would find the damage any more; nothing of the MSID changes."""
    root = create_archive(tmp_path / "a").root
    with Writer(root) as writer:
        writer.commit({"NOISE": Samples(np.arange(5000) * 1000, "ms", np.random.default_rng(0).normal(size=5000))})
        writer.fold()
    folder = JetaReader(root).layout.column("NOISE")
    (segment,) = folder.glob("*.h5")
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 8
    segment.write_bytes(content)
    files = tree(folder)
    with pytest.raises(ArchiveCorruptError, match="nothing was cut off"):
        truncate(root, 2000.0)
    assert tree(folder) == files


def test_damaged_statistics_do_not_keep_samples_from_going(tmp_path, monkeypatch):
    small(monkeypatch)
    root = filled(tmp_path / "a")
    for path in (root / "columns" / "TEMP" / "5min").glob("*.h5"):
        path.write_bytes(path.read_bytes()[:-700])
    (root / "columns" / "MODE" / "daily" / "manifest").write_bytes(b"{")
    there = all_rows(root)
    truncate(root, 100_000.0)
    assert all_rows(root) == {name: before(rows, 100_000.0) for name, rows in there.items()}
    check_statistics(root)


def test_several_processes_do_the_same(tmp_path):
    roots = [filled(tmp_path / name) for name in ("one", "two")]
    truncate(roots[0], 100_000.0, workers=1)
    truncate(roots[1], 100_000.0, workers=2)
    assert all_rows(roots[0]) == all_rows(roots[1])
    assert verify(roots[1]) == []


def test_a_reader_that_was_there_before_sees_what_is_left(tmp_path):
    root = filled(tmp_path / "a")
    reader = JetaReader(root)
    rows = reader.rows("TEMP")
    truncate(root, 100_000.0)
    assert 0 < reader.rows("TEMP") < rows


@pytest.mark.parametrize(
    ("time", "more", "error"),
    [
        ("yesterdayish", {}, TimeFormatError),
        (float("nan"), {}, TimeFormatError),
        (float("inf"), {}, TimeFormatError),
        (1.0, {"msids": "nosuch"}, UnknownMsidError),
        (1.0, {"msids": [3]}, UnknownMsidError),
    ],
    ids=["no time", "nan", "inf", "unknown", "no name"],
)
def test_what_cannot_be_meant_changes_nothing(tmp_path, time, more, error):
    root = filled(tmp_path / "a")
    files = tree(root)
    with pytest.raises(error):
        truncate(root, time, **more)
    assert tree(root) == files


def test_two_writers(tmp_path):
    root = filled(tmp_path / "a")
    with Writer(root), pytest.raises(ArchiveLockedError):
        truncate(root, 1.0)


def test_no_archive(tmp_path):
    with pytest.raises(ArchiveNotFoundError):
        operations.truncate(tmp_path, 1.0)
