"""Contract 4.4: how large a fetch is, another archive for a block of code, and several roots joined (issue, "Samples")."""

from __future__ import annotations

import os

import numpy as np
import pytest
from astropy import units as u

from conformance.small import describe, put
from jeta import fetch, utils
from jeta.archive import create_archive
from jeta.errors import ArchiveNotFoundError, StatError, UnknownMsidError
from jeta.tdb import Entry

DAY = 86400.0


@pytest.fixture
def often(archive):
    """40 days of a float64 and of an int16, each 100 s: 34560 samples of 8 + 8 + 1 and 2 + 8 + 1 bytes."""
    seconds = np.arange(0, 40 * DAY, 100.0)
    put("often", seconds, seconds)
    put("small", seconds, (seconds / 100 % 100).astype(np.int16))
    return archive


@pytest.fixture
def two_roots(tmp_path, archive):
    """X is in the archive in use only, Y in both with other values, Z in the other only."""
    other = create_archive(tmp_path / "other")
    put("x", [0, 10], [1, 2])
    put("y", [0, 10], [3, 4])
    put("y", [0, 10, 20], [30, 40, 50], archive=other)
    put("z", [5, 15], [60, 70], archive=other)
    return archive.root, other.root


def test_size_is_of_all_columns_in_1e6_bytes_rounded_to_two_decimals(often):
    assert fetch.get_fetch_size("often", 0.0, 40 * DAY) == (0.59, 0.59)
    assert fetch.get_fetch_size(["often", "small"], 0.0, 40 * DAY) == (0.97, 0.97)
    assert utils.get_fetch_size is fetch.get_fetch_size


def test_size_after_interpolation_is_that_of_the_grid(often):
    assert fetch.get_fetch_size(["often", "small"], 0.0, 40 * DAY, interpolate_dt=1000.0) == (0.97, 0.10)


@pytest.mark.parametrize(
    "kwargs", [{"stop": 29.9 * DAY}, {"stop": 40 * DAY, "stat": "5min"}, {"stop": 5.0, "stat": "daily"}]
)
def test_fast_gives_no_figures_for_what_is_surely_small(often, kwargs):
    assert fetch.get_fetch_size("often", 0.0, **kwargs) == (-1, -1)
    assert min(fetch.get_fetch_size("often", 0.0, **kwargs, fast=False)) >= 0


def test_size_of_statistics_is_that_of_their_bins(often):
    fetch_mb, out_mb = fetch.get_fetch_size("often", 0.0, 40 * DAY, stat="5min", fast=False)
    dat = fetch.MSID("often", 0.0, 40 * DAY, stat="5min")
    arrays = {id(getattr(dat, name)): getattr(dat, name).nbytes for name in dat.colnames}
    assert (fetch_mb, out_mb) == (pytest.approx(sum(arrays.values()) / 1e6, rel=0.05), fetch_mb)


def test_size_of_a_span_without_samples_is_zero_where_the_ancestor_divided_by_zero(often):
    assert fetch.get_fetch_size("often", 100 * DAY, 200 * DAY) == (0, 0)
    assert fetch.get_fetch_size("often", 200 * DAY, 100 * DAY, fast=False) == (0, 0)


def test_size_of_computed_msids_is_not_nothing(often):
    """Else the memory limits of `get_telem` would not hold for them."""
    assert fetch.get_fetch_size("mean__often__300s", 0.0, 40 * DAY)[0] >= 0.5


def test_size_of_patterns_and_of_what_is_not_there(often):
    assert fetch.get_fetch_size("oft*", 0.0, 40 * DAY) == (0.59, 0.59)
    with pytest.raises(UnknownMsidError):
        fetch.get_fetch_size("nope", 0.0, 40 * DAY)
    with pytest.raises(StatError):
        fetch.get_fetch_size("often", 0.0, 40 * DAY, stat="hourly")


@pytest.mark.parametrize("pad", [900.0, 15 * u.min, 900 * u.s])
def test_table_takes_a_pad_as_seconds_or_quantity(archive, pad):
    put("a", [1000, 1010], [0, 1])
    put("b", [200, 1900], [5, 6])
    assert utils.get_telem_table(["a", "b"], 1000.0, 1020.0, pad)["b"].tolist() == [5, 5]


def test_basedir_is_another_archive_within_a_block_also_after_an_exception(two_roots):
    first, second = two_roots
    assert fetch.MSID("y", 0.0, 99.0).vals.tolist() == [3, 4]
    for basedir in (second, str(second)):
        with utils.set_fetch_basedir(basedir):
            assert fetch.MSID("y", 0.0, 99.0).vals.tolist() == [30, 40, 50]
    with pytest.raises(KeyError), utils.set_fetch_basedir(second):
        raise KeyError
    assert fetch.MSID("y", 0.0, 99.0).vals.tolist() == [3, 4]
    with pytest.raises(ArchiveNotFoundError), utils.set_fetch_basedir(first / "nowhere"):
        pass


def several(roots):
    """The ways to name several roots."""
    return [list(roots), tuple(map(str, roots)), os.pathsep.join(map(str, roots))]


def test_first_root_that_has_an_msid_answers_for_it(two_roots):
    for roots in several(two_roots):
        with fetch.set_archive(roots):
            dats = fetch.MSIDset(["x", "y", "z"], 0.0, 99.0)
            assert [dat.vals.tolist() for dat in dats.values()] == [[1, 2], [3, 4], [60, 70]]
            assert fetch.msid_glob("?")[1] == ["X", "Y", "Z"]


def test_order_of_roots_counts(two_roots):
    with fetch.set_archive(list(reversed(two_roots))):
        assert fetch.MSID("y", 0.0, 99.0).vals.tolist() == [30, 40, 50]
        assert fetch.get_time_range("y") == (0, 20)


def test_roots_of_the_environment_are_joined_by_the_path_separator(two_roots, monkeypatch):
    monkeypatch.setenv("ENG_ARCHIVE", os.pathsep.join(map(str, two_roots)))
    with fetch.set_archive(None):
        assert [fetch.MSID(name, 0.0, 99.0).vals.tolist() for name in "xyz"] == [[1, 2], [3, 4], [60, 70]]
        assert sorted(fetch.search().names) == ["X", "Y", "Z"]


def test_all_that_fetch_does_works_on_several_roots(two_roots):
    with fetch.set_archive(list(two_roots)):
        assert fetch.MSID("z", 8.0, 12.0, bracket=True).vals.tolist() == [60, 70]
        assert fetch.last_known("z", 12.0).val == 60
        assert fetch.coverage("z").rows == 2
        assert fetch.MSID("z", 0.0, 328.0, stat="5min").stat == "5min"
        assert fetch.get_fetch_size("z", 0.0, 40 * DAY) == (0, 0)
        assert len(fetch.MSID("z")) == len(fetch.MSID("x")) == 2


def test_telemetry_databases_of_all_roots_count(two_roots):
    for root, unit in zip(two_roots, ("V", "A"), strict=True):
        describe(fetch.session.archive_of(str(root)), Entry("Y", unit=unit), Entry(f"ONLY{unit}", unit=unit))
    put("z", [30], [80], archive=two_roots[1])
    with fetch.set_archive(list(two_roots)):
        assert fetch.MSID("y").unit == "V"
        assert set(fetch.search("only").names) == {"ONLYV", "ONLYA"}


def test_a_root_that_is_no_archive_is_named(two_roots, tmp_path):
    with pytest.raises(ArchiveNotFoundError, match="nowhere"):
        fetch.set_archive([two_roots[0], tmp_path / "nowhere"])


def test_writing_needs_one_root(two_roots):
    with fetch.set_archive(list(two_roots)), pytest.raises(ArchiveNotFoundError, match="2 archives"):
        put("x", [20], [3])


def test_bad_times_of_all_roots_count(two_roots):
    (two_roots[1] / "bad_times.txt").write_text("X 0 5\n")
    with fetch.set_archive(list(two_roots)):
        dat = fetch.MSID("x", 0.0, 99.0)
        dat.filter_bad_times()
    assert dat.times.tolist() == [10]
