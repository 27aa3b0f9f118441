"""Statistics that folds keep: which bins they work out, what they write, and what a fetch makes of whatever is stored."""

from __future__ import annotations

import logging
import math
import shutil
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

from archive.products import check_statistics, commit_and_fold, files, numbers, spy_on, stored, ticks_of, words
from archive.rows import use_small_pieces
from archive.test_products_model import small_files
from jeta import fetch, update
from jeta.archive import JetaReader, Writer, create_archive, product, product_fold, sampled_bins
from jeta.archive.sampled_bins import samples_of_bins
from jeta.operations.verify import verify
from jeta.samples import Samples

SHORT = [0, 1000]


@pytest.fixture
def root(tmp_path, monkeypatch):
    """An archive of small files, whose statistics are stored from five new rows on."""
    small_files(monkeypatch)
    return create_archive(tmp_path / "a").root


def bins(root, msid="A", stat="5min"):
    return sorted(stored(root, msid, stat))


def errors(root):
    return [str(finding) for finding in verify(root) if finding.severity == "error"]


def write_tdb(root, text):
    (root / "tdb" / "msids.yaml").write_text(text)


def test_every_bin_that_is_over_is_stored_at_once(root):
    """One large fold, no look-back: the last bin alone is not over."""
    commit_and_fold(root, {"A": numbers(range(3, 1000))})
    assert bins(root) == list(range(3, 999))
    assert bins(root, stat="daily") == [0, 1, 2]
    check_statistics(root)


@pytest.mark.parametrize("now", ["1969:001", "1970:002", "2500:001"])
def test_what_is_stored_does_not_depend_on_the_time_of_day(root, monkeypatch, now):
    monkeypatch.setenv("CXOTIME_NOW", now)
    commit_and_fold(root, {"A": numbers(range(40)), "T": words(range(40))})
    commit_and_fold(root, {"A": numbers(range(35, 80)), "T": words(range(35, 80))})
    assert bins(root) == bins(root, "T") == list(range(79))
    check_statistics(root)


def test_a_late_row_has_exactly_its_bins_worked_out(root, monkeypatch):
    commit_and_fold(root, {"A": numbers(range(30))})
    told = spy_on(monkeypatch)
    commit_and_fold(root, {"A": numbers([7, 8, 20], offsets_ms=[33])})
    assert told == [("A", "5min", [(7, 9), (20, 21)])]
    check_statistics(root)


def test_only_the_files_that_late_rows_fall_into_are_written_anew(root):
    commit_and_fold(root, {"A": numbers(range(31))})
    before = files(root, "A")
    assert len(before) == 5
    commit_and_fold(root, {"A": numbers([13], offsets_ms=[33])})
    after = files(root, "A")
    assert [path in before for path in after] == [True, True, False, True, True]
    assert sorted(before[0].parent.glob("*.h5")) == sorted(after)


def test_rows_in_order_have_no_bin_worked_out_that_was_over_before(root, monkeypatch):
    told = spy_on(monkeypatch)
    for start in range(0, 40, 10):
        commit_and_fold(root, {"A": numbers(range(start, start + 10))})
    assert [ranges for _, name, ranges in told if name == "5min"] == [[(0, 9)], [(9, 19)], [(19, 29)], [(29, 39)]]


def test_rows_in_order_leave_full_files_as_they_are(root):
    commit_and_fold(root, {"A": numbers(range(13))})
    before = files(root, "A")
    commit_and_fold(root, {"A": numbers(range(13, 26))})
    assert files(root, "A")[: len(before)] == before


def test_few_new_rows_wait_until_there_are_more_and_a_fetch_works_them_out(root, monkeypatch):
    monkeypatch.setattr(product_fold, "ROWS_WORTH_STORING", 100)
    commit_and_fold(root, {"A": numbers(range(20))})
    assert not (root / "columns" / "A" / "5min").exists()
    check_statistics(root)
    commit_and_fold(root, {"A": numbers(range(20, 50))})
    assert bins(root) == list(range(49))
    check_statistics(root)


def test_a_bin_that_loses_all_its_samples_vanishes(root):
    commit_and_fold(root, {"A": numbers(range(20)), "T": words(range(20))})
    flags = np.full(8, 1, np.uint8)
    commit_and_fold(root, {"A": numbers([4, 5], quality=flags), "T": replace(words([4, 5]), quality=flags)})
    assert bins(root) == bins(root, "T") == [*range(4), *range(6, 19)]
    check_statistics(root)


def test_a_file_that_loses_all_its_bins_is_removed(root):
    commit_and_fold(root, {"A": numbers(range(19))})
    commit_and_fold(root, {"A": numbers(range(19), quality=np.full(4 * 19, 1, np.uint8))})
    assert list((root / "columns" / "A" / "5min").iterdir()) == [root / "columns" / "A" / "5min" / "manifest"]
    assert bins(root) == []
    check_statistics(root)


def test_a_bin_whose_samples_are_good_again_comes_back(root):
    commit_and_fold(root, {"A": numbers(range(20), quality=np.full(80, 1, np.uint8))})
    assert bins(root) == []
    commit_and_fold(root, {"A": numbers([3, 4], quality=np.zeros(8, np.uint8))})
    assert bins(root) == [3, 4]
    check_statistics(root)


@pytest.mark.parametrize(("first", "second"), [("i2", "f8"), ("f4", "f8"), ("?", "i4"), ("i8", "f8"), ("u1", "i8")])
def test_values_of_a_wider_type_leave_what_is_stored_and_a_fetch_gives_that_type(root, first, second):
    """Of integers beyond 2**53 too, whose doubles are others."""
    narrow = (np.arange(80) % 2 == 0) if first == "?" else (np.arange(80) * 3).astype(first)
    if first == "i8":
        narrow = 2**53 + 1 + 2 * np.arange(80)
    commit_and_fold(root, {"A": Samples(ticks_of(range(20)), "ms", narrow)})
    before = files(root, "A")
    commit_and_fold(root, {"A": Samples(ticks_of(range(19, 30)), "ms", np.arange(44).astype(second))})
    assert files(root, "A")[:2] == before[:2]
    with fetch.set_archive(root):
        assert fetch.MSID("A", 0, 3000, stat="5min").mins.dtype == second
    check_statistics(root)
    assert errors(root) == []


def test_states_that_appear_later_are_counted_in_all_bins(root):
    commit_and_fold(root, {"T": words(range(20))})
    commit_and_fold(root, {"T": words(range(15, 40), ["OFF", "A STATE LONGER THAN THOSE BEFORE", "ON"])})
    check_statistics(root)
    with fetch.set_archive(root):
        assert set(fetch.MSID("T", 0, 1e5, stat="5min").vals) == {
            "ON",
            "OFF",
            "Ünï",
            "A STATE LONGER THAN THOSE BEFORE",
        }


@pytest.mark.parametrize("resolution", ["us", "ns"])
def test_samples_whose_seconds_round_to_an_edge_are_late_in_the_bin_that_the_seconds_are_in(root, resolution):
    """At 1.6e9 s a double has steps of 0.24 us, so that ticks just before an edge are seconds at the edge."""
    scale = {"us": 10**6, "ns": 10**9}[resolution]
    first = 4_878_048
    edges = (np.arange(first, first + 12) * 328 * scale)[:, None] + np.array([-200, -1, 0, 1, 100 * scale])
    commit_and_fold(root, {"A": Samples(edges.ravel(), resolution, np.arange(60.0))})
    commit_and_fold(root, {"A": Samples(edges.ravel()[10:40:2] + 50, resolution, np.arange(15.0))})
    with fetch.set_archive(root):
        dat = fetch.MSID("A", stat="5min", start=0, stop=2e9)
        samples = fetch.MSID("A", 0, 2e9)
    counted = np.unique(samples.times // 328, return_counts=True)
    assert dat.indexes.tolist() == counted[0][:-1].tolist()
    assert dat.samples.tolist() == counted[1][:-1].tolist()
    assert errors(root) == []


def test_values_that_hold_until_the_next_have_no_product(root):
    write_tdb(root, "A: {on_change: true}\n")
    commit_and_fold(root, {"A": numbers(range(40))})
    update.statistics(archive=root, workers=1)
    assert [path.name for path in (root / "columns" / "A").iterdir()] == ["full"]


def test_statistics_may_be_turned_off_for_an_archive(root):
    settings = root / "archive.yaml"
    settings.write_text(settings.read_text().replace("statistics: true", "statistics: false"))
    commit_and_fold(root, {"A": numbers(range(40))})
    assert [path.name for path in (root / "columns" / "A").iterdir()] == ["full"]
    check_statistics(root)
    update.statistics(archive=root, workers=1)
    commit_and_fold(root, {"A": numbers([5], offsets_ms=[33])})
    assert bins(root) == [*range(5), *range(6, 39)]
    check_statistics(root)


def test_a_fold_without_statistics_notes_what_is_stale(root, monkeypatch):
    commit_and_fold(root, {"A": numbers(range(20))})
    told = spy_on(monkeypatch)
    commit_and_fold(root, {"A": numbers([7, *range(20, 30)], offsets_ms=[33])}, statistics=False)
    assert told == []
    assert bins(root) == [*range(7), *range(8, 19)]
    check_statistics(root)


def test_with_other_calibrations_nothing_stored_is_used_or_changed_until_it_is_asked_for(root, monkeypatch):
    commit_and_fold(root, {"A": numbers(range(20))})
    write_tdb(root, "A: {calibrations: {polynomial: [1.0, 2.0]}}\n")
    before = files(root, "A")
    commit_and_fold(root, {"A": numbers(range(20, 40))})
    assert files(root, "A") == before
    check_statistics(root)
    update.statistics(archive=root, workers=1)
    told = spy_on(monkeypatch)
    assert bins(root) == list(range(39))
    check_statistics(root)
    assert told == []
    assert errors(root) == []


@pytest.mark.parametrize("meanwhile", ["A: {calibrations: {polynomial: [1.0, 2.0]}}\n", "A: {on_change: true}\n"])
def test_late_rows_of_a_time_with_another_database_are_known_when_the_first_one_is_back(root, meanwhile):
    commit_and_fold(root, {"A": numbers(range(20))})
    write_tdb(root, meanwhile)
    commit_and_fold(root, {"A": numbers([7], 99.0)})
    write_tdb(root, "A: {unit: V}\n")
    check_statistics(root)
    with fetch.set_archive(root):
        assert fetch.MSID("A", 328 * 7, 328 * 8, stat="5min").vals.tolist() == [99.0]
    assert errors(root) == []


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:100])


def damage_garbage(path):
    path.write_bytes(bytes(path.stat().st_size))


def damage_deleted(path):
    path.unlink()


DAMAGES = [damage_cut, damage_garbage, damage_deleted]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("what", ["file", "manifest"])
def test_a_damaged_product_costs_time_only(root, caplog, damage, what):
    commit_and_fold(root, {"A": numbers(range(20)), "T": words(range(20))})
    for msid in "AT":
        damage(files(root, msid)[1] if what == "file" else root / "columns" / msid / "5min" / "manifest")
    with caplog.at_level(logging.WARNING, "jeta"):
        check_statistics(root)
    told = {record.getMessage().partition(" are worked out")[0] for record in caplog.records}
    assert told == (set() if (what, damage) == ("manifest", damage_deleted) else {"statistics of A", "statistics of T"})


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("what", ["file", "manifest"])
def test_a_fold_goes_on_over_a_damaged_product_and_a_rebuild_mends_it(root, damage, what):
    commit_and_fold(root, {"A": numbers(range(20)), "T": words(range(20))})
    for msid in "AT":
        damage(files(root, msid)[1] if what == "file" else root / "columns" / msid / "5min" / "manifest")
    commit_and_fold(root, {"A": numbers([8, 22], offsets_ms=[33]), "T": words([8, 22])})
    check_statistics(root)
    update.statistics(archive=root, rebuild=True, workers=1)
    assert bins(root) == [*range(20)]
    check_statistics(root)
    assert verify(root) == []


@pytest.mark.parametrize("place", ["data", "counts"])
def test_a_flipped_bit_is_not_carried_into_a_new_file(root, place):
    """It would be there under a checksum that is right."""
    commit_and_fold(root, {"T": words(range(20))})
    path = files(root, "T")[1]
    (record,) = [file for file in JetaReader(root).product("T", "5min").files if file.name == path.name]
    content = bytearray(path.read_bytes())
    before = bytes(content)
    offset = _first_chunk(path, record, place)
    for at in range(offset + 16, offset + 40):
        content[at] ^= 1
    path.write_bytes(content)
    assert before != bytes(content)
    commit_and_fold(root, {"T": words([8])})
    update.statistics(archive=root, workers=1)
    check_statistics(root)
    assert errors(root) == []


def _first_chunk(path, record, place):
    from jeta.archive import product_file

    with path.open("rb") as opened:
        return int(product_file._tables(opened.fileno(), record)[place]["offset"][0])


def test_a_product_that_lacks_much_waits_for_a_call_on_demand(root, monkeypatch):
    monkeypatch.setattr(product_fold, "ROWS_AT_MOST", 100)
    commit_and_fold(root, {"A": numbers(range(40))}, statistics=False)
    told = spy_on(monkeypatch)
    commit_and_fold(root, {"A": numbers(range(40, 45))})
    assert told == []
    update.statistics(archive=root, workers=1)
    commit_and_fold(root, {"A": numbers(range(45, 50))})
    assert told[-1] == ("A", "5min", [(44, 49)])
    check_statistics(root)


def test_a_fold_after_statistics_of_an_early_span_does_not_work_out_all_the_rest(root, monkeypatch):
    monkeypatch.setattr(product_fold, "ROWS_AT_MOST", 100)
    commit_and_fold(root, {"A": numbers(range(100))}, statistics=False)
    update.statistics("A", 328 * 10, 328 * 20, archive=root, workers=1)
    told = spy_on(monkeypatch)
    commit_and_fold(root, {"A": numbers(range(100, 105))})
    assert told == []
    check_statistics(root)


@pytest.mark.parametrize("segment_rows", [7, 30, 10_000])
def test_a_rebuild_reads_few_rows_at_once(root, monkeypatch, segment_rows):
    """Of a span that is folded into segments of any size, and whose bins hold four rows each."""
    use_small_pieces(monkeypatch, segment_rows=segment_rows)
    monkeypatch.setattr(sampled_bins, "PORTION_ROWS", 50)
    commit_and_fold(root, {"A": numbers(range(300))})
    sizes = []

    def spied(segments, folder, types, dt_s, ranges):
        for rows in samples_of_bins(segments, folder, types, dt_s, ranges):
            sizes.append((dt_s, len(rows.times)))
            yield rows

    monkeypatch.setattr(product_fold, "samples_of_bins", spied)
    update.statistics(archive=root, rebuild=True, workers=1)
    found = [size for dt_s, size in sizes if dt_s == 328]
    assert sum(found) == 299 * 4
    assert max(found) <= 50 + 2 * min(segment_rows, 50)
    check_statistics(root)


def test_portions_of_samples_are_whole_bins_and_together_all_rows(root, monkeypatch):
    monkeypatch.setattr(sampled_bins, "PORTION_ROWS", 9)
    commit_and_fold(root, {"A": numbers(range(50))})
    reader = JetaReader(root)
    found = list(samples_of_bins(reader.manifest("A"), reader.layout.column("A"), ["<f8"], 328, [(2, 30), (40, 45)]))
    inside = chain.from_iterable(np.unique(rows.times // 328).tolist() for rows in found)
    assert list(inside) == [*range(2, 30), *range(40, 45)]
    assert {len(rows.times) % 4 for rows in found} == {0}
    assert len(found) > 5


def test_a_late_row_before_all_others_is_stored_too(root):
    commit_and_fold(root, {"A": numbers(range(20, 40))})
    commit_and_fold(root, {"A": numbers([3], offsets_ms=SHORT)})
    assert bins(root) == [3, *range(20, 39)]
    check_statistics(root)


def test_bins_before_time_zero_have_negative_numbers(root):
    commit_and_fold(root, {"A": numbers(range(-20, -2))})
    commit_and_fold(root, {"A": numbers([-9, -30], offsets_ms=[1, 2])})
    assert bins(root) == [-30, *range(-20, -3)]
    with fetch.set_archive(root):
        assert fetch.MSID("A", -1e5, 0, stat="5min").samples.tolist() == [2, *[4] * 11, 6, *[4] * 5]
    assert errors(root) == []


def test_a_journal_over_stored_bins_counts_at_once(root):
    commit_and_fold(root, {"A": numbers(range(20)), "T": words(range(20))})
    with Writer(root) as writer:
        writer.commit({"A": numbers([3, 25], 5.0), "T": words([3, 25], ["NEW", "ON"])})
        check_statistics(root)
        with fetch.set_archive(root):
            assert fetch.MSID("A", 328 * 3, 328 * 4, stat="5min").vals.tolist() == [5.0]
        writer.fold()
    check_statistics(root)


def test_a_fold_that_ended_before_its_products_is_made_good_by_the_next(root, monkeypatch):
    """The column is published, its product is not: the journal is there still, and tells which bins it touches."""
    commit_and_fold(root, {"A": numbers(range(20))})
    with Writer(root) as writer, monkeypatch.context() as patch:
        writer.commit({"A": numbers([3], 5.0)})
        patch.setattr(product_fold, "update", lambda *_, **__: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(OSError, match="killed"):
            writer.fold()
    check_statistics(root)
    with Writer(root) as writer:
        assert writer.fold() == 4
    assert bins(root) == list(range(19))
    check_statistics(root)


def test_leftovers_in_the_folder_of_a_product_are_removed_when_it_changes(root):
    commit_and_fold(root, {"A": numbers(range(20))})
    folder = root / "columns" / "A" / "5min"
    for name in ("7bin-9-abcd-0.h5", ".aside-1-x"):
        (folder / name).write_bytes(b"unfinished")
    commit_and_fold(root, {"A": numbers([3], offsets_ms=SHORT)})
    assert sorted(path.name for path in folder.iterdir()) == sorted(["manifest", *(p.name for p in files(root, "A"))])


def test_a_product_that_is_lost_is_made_again_by_the_next_fold_of_as_many_rows(root):
    commit_and_fold(root, {"A": numbers(range(20))})
    shutil.rmtree(root / "columns" / "A" / "5min")
    commit_and_fold(root, {"A": numbers(range(20, 40))})
    assert bins(root) == list(range(39))
    check_statistics(root)


def test_several_products_fall_behind_and_catch_up_each_for_itself(root):
    commit_and_fold(root, {"A": numbers(range(600))})
    known = JetaReader(root)
    assert [known.product("A", stat).until for stat in ("5min", "daily")] == [599, 2]
    commit_and_fold(root, {"A": numbers([300], offsets_ms=SHORT)})
    assert product.load(root / "columns" / "A" / "daily").stale == ()
    assert math.isclose(known.product("A", "daily").rows, 2)
    check_statistics(root)
