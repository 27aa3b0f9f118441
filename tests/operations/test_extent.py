"""`extent`: figures of all MSIDs in one pass are those of their rows, whatever lies where, and whoever folds meanwhile."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.archive import JetaReader, Writer, create_archive
from jeta.errors import ArchiveCorruptError
from jeta.operations.extent import extent
from jeta.samples import Samples
from operations.lab import all_rows, delivery, small


def told(root):
    """What the rows themselves say, and which problems there were."""
    rows = all_rows(root)
    instants = [ns for each in rows.values() for ns, _ in each]
    return len(rows), sum(map(len, rows.values())), min(instants, default=None), max(instants, default=None), []


def found(reader):
    """What `extent` says."""
    each = extent(reader)
    return each.msids, each.rows, each.first_ns, each.last_ns, each.problems


def piece(first, last, resolution="ms", value=1.0):
    """A row a tick."""
    ticks = np.arange(first, last)
    return Samples(ticks, resolution, np.full(len(ticks), value))


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_delivered_and_folded(tmp_path, monkeypatch, seed):
    """Late rows, rows that take the place of others, several resolutions, in several commits and segments."""
    small(monkeypatch)
    rng = np.random.default_rng(seed)
    create_archive(tmp_path / "a")
    with Writer(tmp_path / "a") as writer:
        for _ in range(6):
            rows = delivery(rng, int(rng.integers(1, 90)))
            names = rng.permutation(sorted(rows))[: rng.integers(1, 5)].tolist()
            writer.commit({name: rows[name] for name in names})
            if rng.random() < 0.4:
                writer.fold()
        assert found(JetaReader(tmp_path / "a")) == told(tmp_path / "a")


def test_an_archive_of_nothing(tmp_path):
    create_archive(tmp_path / "a")
    assert found(JetaReader(tmp_path / "a")) == (0, 0, None, None, [])


@pytest.mark.parametrize(
    ("commits", "rows"),
    [
        ([(0, 10), (10, 20)], 20), ([(0, 10), (9, 20)], 20), ([(10, 20), (0, 10)], 20), ([(0, 30), (10, 12)], 30),
        ([(0, 10), (0, 10)], 10), ([(0, 5), (20, 25), (5, 20)], 25),
    ],
    ids=str,
)  # fmt: skip
def test_rows_that_take_the_place_of_others_count_once(tmp_path, commits, rows):
    create_archive(tmp_path / "a")
    with Writer(tmp_path / "a") as writer:
        for number, span in enumerate(commits):
            writer.commit({"A": piece(*span, value=float(number)), f"OWN{number}": piece(0, 3)})
    each = extent(JetaReader(tmp_path / "a"))
    assert each.rows == rows + 3 * len(commits)
    assert each.msids == 1 + len(commits)


def test_ticks_of_several_lengths_are_compared_as_instants(tmp_path):
    """A ms is a million ns: the second commit lies behind the first although its numbers are larger a million times."""
    create_archive(tmp_path / "a")
    with Writer(tmp_path / "a") as writer:
        writer.commit({"A": piece(5, 8, "ms")})
        writer.commit({"A": piece(9_000_000, 9_000_003, "ns")})
        writer.commit({"A": piece(1_000, 1_003, "us")})
    each = extent(JetaReader(tmp_path / "a"))
    assert (each.rows, each.first_ns, each.last_ns) == (9, 1_000_000, 9_000_002)


class FoldedMeanwhile(JetaReader):
    """A reader that somebody folds behind, just after the journal was listed."""

    def journal_files(self):
        commits = super().journal_files()
        if commits:
            with Writer(self.root) as writer:
                writer.fold()
        return commits


@pytest.mark.parametrize("was_there", [False, True])
def test_a_fold_goes_by_between_journal_and_columns(tmp_path, was_there):
    """Nothing is counted twice, and nothing left out: of an MSID that is new, and of one that had a column."""
    create_archive(tmp_path / "a")
    with Writer(tmp_path / "a") as writer:
        if was_there:
            writer.commit({"A": piece(0, 10), "B": piece(0, 1)})
            writer.fold()
        writer.commit({"A": piece(10, 20), "C": piece(3, 5)})
    assert found(FoldedMeanwhile(tmp_path / "a")) == told(tmp_path / "a")


def test_nothing_is_read_of_the_samples_where_nothing_overlaps(tmp_path):
    """Lists and tables are enough: segments may be gone."""
    create_archive(tmp_path / "a")
    with Writer(tmp_path / "a") as writer:
        writer.commit({"A": piece(0, 10)})
        writer.fold()
        writer.commit({"A": piece(10, 20)})
    for path in writer.layout.columns.glob("*/*/*.h5"):
        path.unlink()
    assert found(JetaReader(tmp_path / "a")) == (1, 20, 0, 19_000_000, [])


def test_damage_of_one_msid_is_told_and_keeps_no_other_from_counting(tmp_path):
    create_archive(tmp_path / "a")
    with Writer(tmp_path / "a") as writer:
        writer.commit({"A": piece(0, 10), "B": piece(0, 7)})
        writer.fold()
    writer.layout.manifest("A").write_bytes(b"x")
    each = extent(JetaReader(tmp_path / "a"))
    assert (each.msids, each.rows) == (2, 7)
    assert [str(writer.layout.manifest("A")) in problem for problem in each.problems] == [True]


def test_a_damaged_commit_is_an_error(tmp_path):
    create_archive(tmp_path / "a")
    with Writer(tmp_path / "a") as writer:
        writer.commit({"A": piece(0, 10)})
    next(writer.layout.journal.glob("*.h5")).write_bytes(b"x" * 600)
    with pytest.raises(ArchiveCorruptError, match="restore it from a backup"):
        extent(JetaReader(tmp_path / "a"))
