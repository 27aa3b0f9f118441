"""A simulated delivery: the files hold what the plan says, and the truth is what an ingest must arrive at.

The files are read back with plain h5py, and the rules of the archive are written out once more below, so that no
mistake of jeta's own readers can hide here.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import h5py
import numpy as np
import pytest

from jeta.errors import UnknownMsidError, ValuesError
from jeta.testing.delivery import (
    BAD_APID,
    PAIR_MSID,
    SEAM_MS,
    START_MS,
    UNKNOWN_ID,
    SimulatedDelivery,
    file_rows,
    plan_delivery,
    write_delivery,
)
from jeta.testing.fos_writer import FOS_DTYPE
from jeta.testing.spacecraft import spacecraft

HOUR = 3_600_000
CHANNELS = {channel.name: channel for channel in spacecraft()}
each_name = pytest.mark.parametrize("name", sorted(CHANNELS))


def rows_of(path):
    """All rows of a file, dataset after dataset."""
    with h5py.File(path) as file:
        return np.concatenate([file["samples"][name][()] for name in sorted(file["samples"])])


@pytest.fixture(scope="module")
def delivery(tmp_path_factory):
    """Five files of half an hour."""
    return write_delivery(tmp_path_factory.mktemp("delivery"), hours=2.5, file_hours=0.5, seed=9)


@pytest.fixture(scope="module")
def contents(delivery):
    """Rows of each file, in order of delivery."""
    return [rows_of(path) for path in delivery.files]


@pytest.fixture(scope="module")
def archived(delivery, contents):
    """What the rules leave of all files, by identifier: sorted by time, in order of delivery at one instant."""
    genuine = [rows for planned, rows in zip(delivery.plan.files, contents, strict=True) if not planned.is_foreign]
    rows = np.concatenate(genuine)
    rows = rows[(rows["id"] != 0) & (rows["id"] != UNKNOWN_ID) & (rows["apid"] != BAD_APID)]
    _, first = np.unique(rows, return_index=True)
    rows = rows[np.sort(first)]
    rows = rows[np.argsort(rows["observatoryTime"], kind="stable")]
    return {int(id_): rows[rows["id"] == id_] for id_ in np.unique(rows["id"])}


@each_name
def test_truth_is_what_the_rules_leave_of_the_files(delivery, archived, name):
    truth = delivery.truth(name)
    rows = archived.get(CHANNELS[name].id, np.empty(0, FOS_DTYPE))
    assert truth.times_ms.tolist() == rows["observatoryTime"].tolist()
    assert truth.values.tolist() == rows["engineeringNumericValue"].tolist()
    assert truth.alarms.tolist() == rows["alarmStatus"].tolist()


@pytest.mark.parametrize("name", sorted(name for name, channel in CHANNELS.items() if channel.type == "state"))
def test_truth_of_a_state_has_the_texts_of_the_files(delivery, archived, name):
    texts = archived[CHANNELS[name].id]["engineeringTextValue"].astype(str)
    assert delivery.truth(name).texts.tolist() == texts.tolist()


def test_every_dataset_has_the_big_endian_layout(delivery):
    for path in delivery.files:
        with h5py.File(path) as file:
            assert {dataset.dtype for dataset in file["samples"].values()} == {FOS_DTYPE}


def test_rows_are_counted_by_kind(delivery, contents):
    assert delivery.rows.total() == sum(len(rows) for rows in contents)
    assert delivery.rows["kept"] == sum(len(delivery.truth(name)) for name in delivery.names)
    assert delivery.rows["padding"] == sum(int((rows["id"] == 0).sum()) for rows in contents)
    assert delivery.rows["unknown_id"] == sum(int((rows["id"] == UNKNOWN_ID).sum()) for rows in contents) == 300
    assert delivery.rows["bad_apid"] == sum(int((rows["apid"] == BAD_APID).sum()) for rows in contents) == 800


def test_rows_that_come_twice_are_seams_and_duplicates(delivery, contents):
    genuine = [rows for planned, rows in zip(delivery.plan.files, contents, strict=True) if not planned.is_foreign]
    rows = np.concatenate(genuine)
    rows = rows[rows["id"] != 0]
    assert len(rows) - len(np.unique(rows)) == delivery.rows["seam"] + delivery.rows["duplicate"]
    assert delivery.rows["duplicate"] == 60


def test_duplicates_lie_inside_one_file(delivery, contents):
    repeated = [len(rows) - len(np.unique(rows)) for rows in (rows[rows["id"] != 0] for rows in contents)]
    assert repeated == [planned.duplicate_rows for planned in delivery.plan.files]


def test_each_seam_repeats_identical_rows(delivery, contents):
    in_time = sorted(
        (pair for pair in zip(delivery.plan.files, contents, strict=True) if not pair[0].is_foreign),
        key=lambda pair: pair[0].stop_ms,
    )
    seams = 0
    for (before, earlier), (after, later) in pairwise(in_time):
        shared = range(after.start_ms, before.stop_ms)
        pieces = [rows[np.isin(rows["observatoryTime"], shared)] for rows in (earlier, later)]
        assert pieces[0].tobytes() == pieces[1].tobytes()
        assert len(shared) == after.repeats_ms
        seams += len(pieces[0])
    assert seams == delivery.rows["seam"] > 0


def test_gap_is_in_no_file_of_the_observatory(delivery, contents):
    start_ms, stop_ms = delivery.plan.gap_ms
    assert stop_ms - start_ms == 0.5 * HOUR / 6
    for rows in contents:
        assert not np.any((rows["observatoryTime"] >= start_ms) & (rows["observatoryTime"] < stop_ms))


def test_late_file_comes_last_and_fills_a_hole(delivery):
    late = delivery.files[-1].name
    assert late == delivery.plan.late.name
    assert late < max(path.name for path in delivery.files)
    assert [path.name for path in delivery.files[:-1]] != sorted(path.name for path in delivery.files)[:-1]


def test_foreign_file_is_of_a_simulator(delivery, contents):
    (foreign,) = [n for n, planned in enumerate(delivery.plan.files) if planned.is_foreign]
    rows = contents[foreign][contents[foreign]["id"] != 0]
    with h5py.File(delivery.files[foreign]) as file:
        assert file.attrs["/dataOrigin"].tolist() == [b"SIMULATOR"]
    assert set(rows["engineeringNumericValue"].tolist()) == {-777.0}
    assert len(rows) == delivery.rows["foreign_origin"]


def test_bad_packets_bear_a_known_identifier_and_a_wrong_value(contents):
    rows = np.concatenate(contents)
    rows = rows[rows["apid"] == BAD_APID]
    assert set(rows["id"].tolist()) == {CHANNELS["SE_BUS_VOLT"].id}
    assert set(rows["engineeringNumericValue"].tolist()) == {-9999.0}


def test_one_msid_has_two_values_at_one_instant(delivery):
    truth = delivery.truth(PAIR_MSID)
    (row,) = np.flatnonzero(np.diff(truth.times_ms) == 0)
    assert truth.values[row + 1] == truth.values[row] + 1


@each_name
def test_truth_of_the_others_increases_strictly(delivery, name):
    steps = np.diff(delivery.truth(name).times_ms)
    assert np.count_nonzero(steps <= 0) == (name == PAIR_MSID)


def test_rows_of_a_file_are_in_time_order_and_interleave_the_channels(contents):
    for rows in contents:
        real = rows[rows["id"] != 0]
        assert np.diff(real["observatoryTime"]).min() >= 0
        assert np.mean(np.diff(real["id"]) != 0) > 0.5


def test_files_have_one_to_four_datasets_with_correct_spans(delivery):
    for planned, path in zip(delivery.plan.files, delivery.files, strict=True):
        with h5py.File(path) as file:
            assert len(file["samples"]) == planned.datasets
            for dataset in file["samples"].values():
                times_ms = dataset["observatoryTime"][dataset["id"] != 0]
                assert dataset.attrs["dataStartTime"].tolist() == [times_ms.min()]
                assert dataset.attrs["dataStopTime"].tolist() == [times_ms.max()]


def test_number_of_points_leaves_padding_out(delivery, contents):
    for path, rows in zip(delivery.files, contents, strict=True):
        with h5py.File(path) as file:
            assert file.attrs["/numPoints"].tolist() == [int((rows["id"] != 0).sum())]


def test_file_names_tell_year_day_and_time(delivery):
    assert sorted(path.name for path in delivery.files)[:2] == ["E2026001000000_00.h5", "E2026001003000_01.h5"]
    assert all(path.is_file() for path in delivery.files)


def test_names_are_those_of_the_spacecraft(delivery):
    assert isinstance(delivery, SimulatedDelivery)
    assert delivery.names == tuple(sorted(CHANNELS))


def test_truth_of_an_unknown_name_is_refused(delivery):
    with pytest.raises(UnknownMsidError, match="'NO_SUCH' is not a simulated MSID"):
        delivery.truth("NO_SUCH")


def test_same_seed_gives_the_same_rows():
    planned = plan_delivery(hours=1.0, file_hours=0.2).files[0]
    first, again, other = (file_rows(planned, seed)[0] for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes() != other.tobytes()


def test_folder_is_made(tmp_path):
    delivery = write_delivery(tmp_path / "new" / "folder", hours=0.5, file_hours=0.1)
    assert {path.parent for path in delivery.files} == {tmp_path / "new" / "folder"}


def test_default_plan_is_two_days_in_twelve_files_and_a_foreign_one():
    plan = plan_delivery()
    assert plan.spans_ms[0][0] == START_MS
    assert plan.spans_ms[1][1] == START_MS + 48 * HOUR
    assert Counter(planned.origin for planned in plan.files) == {"OBSERVATORY": 12, "SIMULATOR": 1}


def test_plan_covers_its_spans_without_a_hole():
    plan = plan_delivery(hours=20, file_hours=2)
    ranges = sorted((f.start_ms + f.repeats_ms, f.stop_ms) for f in plan.files if not f.is_foreign)
    holes = [(stop, start) for (_, stop), (start, _) in pairwise(ranges) if start != stop]
    assert holes == [plan.gap_ms]


@pytest.mark.parametrize(("hours", "file_hours"), [(1.0, 0.2), (0.5, 0.1), (48.0, 4.0), (100.0, 3.0)])
def test_every_plan_has_each_of_the_troubles(hours, file_hours):
    plan = plan_delivery(hours=hours, file_hours=file_hours)
    assert {f.repeats_ms for f in plan.files} == {0, SEAM_MS}
    assert sum(f.unknown_rows for f in plan.files) == 300
    assert sum(f.bad_apid_rows for f in plan.files) == 800
    assert sum(f.duplicate_rows for f in plan.files) == 60
    assert sum(f.pair_from_ms is not None for f in plan.files) == 1
    assert max(f.stop_ms for f in plan.files) > plan.late.stop_ms


@pytest.mark.parametrize(("hours", "file_hours"), [(4.0, 1.0), (1.0, 0.05), (0.0, 1.0), (1.0, 0.0), (1.0, -1.0)])
def test_plan_with_too_few_or_too_short_files_is_refused(hours, file_hours):
    with pytest.raises(ValuesError, match=f"{hours} h in files of {file_hours} h"):
        plan_delivery(hours=hours, file_hours=file_hours)
