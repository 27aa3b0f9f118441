"""`verify` of stored statistics: damage and wrong numbers are errors, what is lacking is a note, and nothing is changed."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import replace

import numpy as np
import pytest

from archive.products import commit_and_fold, files, numbers, use_small_files, words
from jeta import operations, update
from jeta.archive import Writer, create_archive, product, product_check, product_file, product_fold
from jeta.operations.verify import verify
from jeta.statistics.binned import Binned, joined

MSIDS = ("A", "T", "W")


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    use_small_files(monkeypatch)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An archive of numbers, texts and whole numbers, with statistics in several files."""
    root = create_archive(tmp_path_factory.mktemp("verify") / "a").root
    with pytest.MonkeyPatch.context() as patch:
        use_small_files(patch)
        whole_numbers = replace(numbers(range(300)), values=np.arange(1200, dtype="i2"))
        commit_and_fold(root, {"A": numbers(range(300)), "T": words(range(300)), "W": whole_numbers})
    return root


@pytest.fixture
def root(whole, tmp_path):
    """A copy of it to spoil."""
    return shutil.copytree(whole, tmp_path / "a")


def found(root, *, full=True):
    """Severity, path and message of each finding."""
    return [(one.severity, one.path.relative_to(root).as_posix(), one.message) for one in verify(root, full=full)]


def content(root):
    return {path: path.read_bytes() if path.is_file() else None for path in root.rglob("*")}


def change(root, msid, change_of, stat="5min"):
    """Give a product another manifest."""
    folder = root / "columns" / msid / stat
    (folder / "manifest").write_bytes(product.to_bytes(change_of(product.load(folder))))


def rewrite(root, msid, number, columns_of):
    """Write one file of a product anew with other columns, under a checksum that is right."""
    folder = root / "columns" / msid / "5min"
    stored = product.load(folder)
    old = stored.files[number]
    binned = product_file.read(folder, [old], old.first, old.last + 1)
    (folder / old.name).unlink()
    new = product_file.write(folder / old.name, msid, "5min", columns_of(binned))
    change(root, msid, lambda known: replace(known, files=(*known.files[:number], new, *known.files[number + 1 :])))


def with_column(name, values_of):
    return lambda binned: Binned(binned.columns | {name: values_of(binned.columns[name])}, binned.counts, binned.texts)


@pytest.mark.parametrize("full", [True, False])
def test_whole_statistics_have_no_findings(whole, full):
    assert operations.verify(whole, full=full) == []
    assert len(files(whole, "T")) == 4


def test_nothing_is_changed_by_looking(root):
    files(root, "A")[1].write_bytes(b"garbage")
    (root / "columns" / "T" / "5min" / "manifest").write_bytes(b"garbage")
    (root / "columns" / "W" / "5min" / ".aside-1-a").touch()
    with Writer(root) as writer:
        writer.commit({"W": replace(numbers([5]), values=np.arange(4, dtype="i2"))})
    before = content(root)
    assert len(verify(root)) == 3
    assert content(root) == before


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("msid", MSIDS)
def test_a_flipped_bit_of_what_is_stored_is_an_error(root, msid, full):
    path, chance = files(root, msid)[1], random.Random(msid)
    (record,) = [file for file in product.load(path.parent).files if file.name == path.name]
    with path.open("rb") as opened:
        (chunk, *_) = product_file._tables(opened.fileno(), record)["data"]
    good = path.read_bytes()
    for _ in range(5):
        bad = bytearray(good)
        bad[int(chunk["offset"]) + chance.randrange(int(chunk["bytes"]))] ^= 16
        path.write_bytes(bad)
        ((severity, where, message),) = found(root, full=full)
        assert (severity, where) == ("error", path.relative_to(root).as_posix())
        assert message == "chunk 0 of data does not agree with its checksum; run  jeta statistics --rebuild"


@pytest.mark.parametrize("full", [True, False])
def test_a_file_that_is_gone_or_cut_short_is_an_error(root, full):
    gone, short = files(root, "A")[2], files(root, "T")[3]
    gone.unlink()
    short.write_bytes(short.read_bytes()[:99])
    told = found(root, full=full)
    assert [(severity, where) for severity, where, _ in told] == [
        ("error", path.relative_to(root).as_posix()) for path in (gone, short)
    ]
    assert told[0][2] == "is listed but not there; run  jeta statistics --rebuild"
    assert told[1][2].startswith("it is 99 bytes long instead of ")


def test_a_flipped_bit_of_a_manifest_is_an_error(root):
    path = root / "columns" / "A" / "daily" / "manifest"
    good = path.read_bytes()
    for place in range(0, len(good), len(good) // 12):
        bad = bytearray(good)
        bad[place] ^= 1 << place % 8
        path.write_bytes(bad)
        ((severity, where, _),) = found(root, full=False)
        assert (severity, where) == ("error", "columns/A/daily/manifest"), place


def test_files_that_overlap_are_an_error(root):
    change(root, "A", lambda known: replace(known, files=(*known.files[:2], replace(known.files[1], name="x.h5"))))
    shutil.copy(files(root, "A")[1], root / "columns" / "A" / "5min" / "x.h5")
    ((_, where, message), *_) = [one for one in found(root, full=False) if one[0] == "error"]
    assert where == "columns/A/5min/x.h5"
    assert message.startswith(f"overlaps {files(root, 'A')[1].name}; run  jeta statistics --rebuild")


CHANGES = {
    "mean": ("A", with_column("mean", lambda column: np.nextafter(column, 9))),
    "n": ("A", with_column("n", lambda column: column + 1)),
    "min": ("W", with_column("min", lambda column: column - 1)),
    "val": ("T", with_column("val", lambda column: 2 - column)),
    "nan": ("A", with_column("nan", lambda column: column + 1)),
    "a bin too many": (
        "A",
        lambda binned: joined(
            [binned, Binned({k: c[:1] for k, c in binned.columns.items()} | {"index": binned.index[-1:] + 400})]
        ),
    ),
    "a bin too few": ("T", lambda binned: binned.within([(0, int(binned.index[-1]))])),
    "a count": (
        "T",
        lambda binned: Binned(binned.columns, binned.counts | {"n": binned.counts["n"] + 1}, binned.texts),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_wrong_number_under_a_right_checksum_is_an_error_if_all_is_compared(root, what):
    msid, columns_of = CHANGES[what]
    if what == "a bin too many":
        change(root, msid, lambda known: replace(known, until=900))
        number = -1
    else:
        number = 1
    stored = product.load(root / "columns" / msid / "5min")
    rewrite(root, msid, number % len(stored.files), columns_of)
    assert [one for one in found(root, full=False) if one[0] == "error"] == []
    ((severity, where, message),) = found(root)
    assert (severity, where) == ("error", f"columns/{msid}/5min")
    assert message.endswith(f"are not those of the samples; run  jeta statistics --rebuild {msid}")


def test_wrong_numbers_are_told_with_how_many_and_where(root):
    rewrite(root, "A", 1, with_column("mean", lambda column: column + 1))
    ((_, _, message),) = found(root)
    file = product.load(root / "columns" / "A" / "5min").files[1]
    assert message.startswith(f"{file.rows} bins from {file.first} to {file.last} are not those of the samples")


def test_what_is_compared_in_portions_is_compared_to_the_end(root, monkeypatch):
    monkeypatch.setattr(product_check, "_BINS_AT_ONCE", 17)
    assert found(root) == []
    rewrite(root, "A", len(files(root, "A")) - 1, with_column("mean", lambda column: column + 1))
    assert [one[1] for one in found(root)] == ["columns/A/5min"]


def test_what_is_said_to_do_mends_all_that_is_wrong(root):
    rewrite(root, "A", 1, with_column("mean", lambda column: column + 1))
    files(root, "T")[3].unlink()
    files(root, "W")[3].write_bytes(b"")
    (root / "columns" / "W" / "daily" / "manifest").write_bytes(b"")
    assert len(found(root)) == 4
    update.statistics(archive=root, rebuild=True, workers=1)
    assert found(root) == []


@pytest.mark.parametrize("full", [True, False])
def test_stale_bins_are_a_note_until_they_are_worked_out(root, full):
    commit_and_fold(root, {"A": numbers([7, 8], 5.0)}, statistics=False)
    five, daily = found(root, full=full)
    assert five == (
        "note",
        "columns/A/5min",
        "statistics of up to 2 bins are lacking or stale, and worked out at each fetch; run  jeta statistics",
    )
    assert daily[:2] == ("note", "columns/A/daily")
    update.statistics(archive=root, workers=1)
    assert found(root) == []


def test_many_rows_without_statistics_are_a_note_and_few_are_none(tmp_path, monkeypatch):
    monkeypatch.setattr(product_fold, "ROWS_WORTH_STORING", 100)
    root = create_archive(tmp_path / "new").root
    commit_and_fold(root, {"A": numbers(range(49))}, statistics=False)
    assert found(root) == []
    commit_and_fold(root, {"A": numbers(range(49, 51))}, statistics=False)
    assert [(severity, where) for severity, where, _ in found(root)] == [("note", "columns/A/5min")]


def test_statistics_of_other_calibrations_are_a_note(root):
    (root / "tdb" / "msids.yaml").write_text("A: {calibrations: {polynomial: [1.0, 2.0]}}\n")
    five, _ = found(root)
    assert five[:2] == ("note", "columns/A/5min")
    assert five[2].startswith("statistics of up to 299 bins are of other calibrations or stale")
    update.statistics(archive=root, workers=1)
    assert found(root) == []


def test_rows_in_the_journal_make_no_difference(root):
    with Writer(root) as writer:
        writer.commit({"A": numbers([0, 7, 250], 5.0), "T": words([7], ["NEW"])})
        assert found(root) == []
        writer.fold()
    assert found(root) == []


@pytest.mark.parametrize("name", [".aside-1-a", "6bin-9-abcd-0.h5", "notes.txt"])
def test_leftovers_are_notes(root, name):
    (root / "columns" / "A" / "5min" / name).write_bytes(b"unfinished")
    ((severity, where, message),) = found(root)
    assert (severity, where) == ("note", f"columns/A/5min/{name}")
    assert "as a killed process leaves it" in message


def test_a_product_that_is_lost_is_a_note(root):
    shutil.rmtree(root / "columns" / "A" / "5min")
    ((severity, where, _),) = found(root)
    assert (severity, where) == ("note", "columns/A/5min")


def test_without_its_samples_statistics_are_not_looked_at(root):
    """The samples are what is to be restored first."""
    next((root / "columns" / "A" / "full").glob("*.h5")).unlink()
    files(root, "A")[1].unlink()
    assert {where.rpartition("/")[0] for _, where, _ in found(root)} == {"columns/A/full"}


def test_a_fold_that_goes_by_meanwhile_is_no_error(root, monkeypatch):
    """Each look finds the files of the list that it has just read gone, since yet another fold has replaced them."""
    original, number = product_check._faults, iter(range(100))

    def folds_meanwhile(folder, stored):
        if folder.parts[-2:] == ("A", "5min"):
            commit_and_fold(root, {"A": numbers([7], float(next(number)))})
        return original(folder, stored)

    monkeypatch.setattr(product_check, "_faults", folds_meanwhile)
    assert found(root) == []
    assert next(number) >= 3


def test_a_manifest_that_cannot_be_read_is_an_error(root):
    path = root / "columns" / "A" / "5min" / "manifest"
    path.unlink()
    path.mkdir()
    told = [one for one in found(root) if one[0] == "error"]
    assert [where for _, where, _ in told] == ["columns/A/5min/manifest"]


def test_statistics_of_values_of_several_types_are_compared_in_the_widest(root):
    """What is stored of whole numbers stays as it is when the first fraction comes."""
    before = files(root, "W")
    commit_and_fold(root, {"W": numbers(range(299, 304), 0.5)})
    assert files(root, "W")[:2] == before[:2]
    kinds = [file.data.dtype["val"] for file in product.load(root / "columns" / "W" / "5min").files]
    assert (kinds[0], kinds[-1]) == ("<i2", "<f8")
    assert found(root) == []


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_an_error(root):
    files(root, "A")[1].chmod(0)
    assert [severity for severity, _, _ in found(root)] == ["error"]
