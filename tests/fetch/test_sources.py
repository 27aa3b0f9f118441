"""Fetching from other sources than the archive, against a service on this machine that gives the recorded answers."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from jeta import fetch, update
from jeta.errors import SourceError, UnknownMsidError
from jeta.tdb import Calibration, Entry, Polynomial, write_yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))
from service import Answer, Series, running

T0 = 1_600_000_000.0
SPAN = "2022:033:22:24:58", "2022:033:22:24:59"


@pytest.fixture
def service(monkeypatch, tmp_path):
    """A service that has 100 samples of X_NUM, 1 s apart from T0."""
    monkeypatch.setenv("JETA_CACHE", str(tmp_path / "cache"))
    with running() as made:
        times_ms = [int(T0 * 1000) + 1000 * number for number in range(100)]
        made.series["X_NUM"] = Series(times_ms, [str(number / 2) for number in range(100)])
        yield made


@pytest.fixture
def spec(service):
    """How to choose it as a source."""
    return f'mast base="{service.base}" pause=0.01 retries=1'


@pytest.fixture
def recorded(service, shared_data):
    """The service with what the real one answered."""
    for path in (shared_data / "jwst_edb" / "mast_csv").glob("*.csv"):
        service.recorded[path.name] = path.read_bytes()
    return service


@pytest.fixture
def part_archived(own):
    """An archive that holds twenty of the samples, in use."""
    update.append("X_NUM", T0 + np.arange(40, 60), np.arange(40, 60) / 2, archive=own)


def test_the_recorded_answer_comes_without_an_archive(recorded, spec):
    """And without the samples that the service adds on both sides."""
    with fetch.data_source(spec):
        dat = fetch.MSID("sa_zattest2", *SPAN)
    assert (dat.msid, dat.MSID, len(dat), dat.tdb if dat.entry else None) == ("sa_zattest2", "SA_ZATTEST2", 4, None)
    assert dat.tstart <= dat.times[0]
    assert dat.times[-1] < dat.tstop
    assert dat.data_source == {"mast": {"start": "2022:033:22:24:58.053", "stop": "2022:033:22:24:58.821"}}
    np.testing.assert_allclose(dat.vals, -0.791449, atol=1e-4)


def test_bracket_keeps_the_samples_that_the_service_adds(recorded, spec):
    with fetch.data_source(spec):
        dat = fetch.MSID("SA_ZATTEST2", *SPAN, bracket=True)
    assert len(dat) == 6
    assert dat.times[0] < dat.tstart
    assert dat.times[-1] >= dat.tstop


def test_no_list_of_mnemonics_is_needed(recorded, spec):
    recorded.mnemonics = None
    with fetch.data_source(spec):
        assert len(fetch.MSID("SA_ZATTEST2", *SPAN)) == 4


def test_unit_comes_from_the_service(service, spec):
    service.mnemonics = [{"tlmMnemonic": "X_NUM", "unit": "V", "description": "a voltage"}]
    with fetch.data_source(spec):
        dat = fetch.MSID("X_NUM", T0, T0 + 10)
    assert (dat.unit, dat.tdb.description, len(dat)) == ("V", "a voltage", 10)


def test_what_the_archive_lacks_is_filled(service, spec, part_archived):
    with fetch.data_source("archive", spec):
        dat = fetch.MSID("X_NUM", T0, T0 + 100)
    np.testing.assert_array_equal(dat.vals, np.arange(100) / 2)
    assert dat.data_source["archive"] == dat.data_source["cxc"]
    assert dat.data_source["archive"]["start"] == "2020:257:12:27:20.000"
    assert dat.data_source["mast"]["stop"] == "2020:257:12:28:19.000"


def test_nobody_is_asked_where_nothing_is_lacking(service, spec, part_archived):
    with fetch.data_source("archive", spec):
        dat = fetch.MSID("X_NUM", T0 + 41, T0 + 59)
    assert len(dat) == 18
    assert service.downloads == []


def test_msid_of_one_source_uses_that_one(service, spec, own):
    update.append("ONLY", T0 + np.arange(3), np.arange(3.0), archive=own)
    with fetch.data_source("archive", spec):
        assert fetch.MSID("ONLY", T0, T0 + 100).vals.tolist() == [0, 1, 2]
        assert len(fetch.MSID("X_NUM", T0, T0 + 100)) == 100


def test_unknown_msid_says_so(service, spec):
    with fetch.data_source(spec), pytest.raises(UnknownMsidError, match="unknown or has no data"):
        fetch.MSID("NO_SUCH", T0, T0 + 10)


def test_service_that_fails_is_a_source_error(service, spec):
    service.script = [Answer(b"", 500)] * 5
    with fetch.data_source(spec), pytest.raises(SourceError, match="X_NUM"):
        fetch.MSID("X_NUM", T0, T0 + 10)


def test_archive_is_needed_where_it_is_a_source(service, spec, monkeypatch):
    from jeta.errors import ArchiveNotFoundError

    with fetch.data_source("archive", spec), pytest.raises(ArchiveNotFoundError, match="no archive is in use"):
        fetch.MSID("X_NUM", T0, T0 + 10)


def test_sets_statistics_and_globs_work_on_a_source(service, spec):
    service.mnemonics = [{"tlmMnemonic": "X_NUM"}]
    with fetch.data_source(spec):
        dats = fetch.MSIDset(["x_*"], T0, T0 + 100)
        dats.interpolate(10)
        stats = fetch.MSID("X_NUM", T0 - 1000, T0 + 1000, stat="5min")
    assert list(dats) == ["x_num"]
    assert len(dats.times) == 10
    assert stats.samples.sum() == 100


def test_drop_half_leaves_the_rest_to_the_next_source(service, spec, part_archived):
    with fetch.data_source("archive", "test-drop-half", spec):
        dat = fetch.MSID("X_NUM", T0 + 40, T0 + 60)
    assert len(dat) == 20
    assert dat.data_source["archive"]["stop"] == "2020:257:12:27:29.000"
    assert dat.data_source["mast"]["start"] == "2020:257:12:27:30.000"


def test_choice_in_one_thread_is_not_seen_by_others(service, spec, part_archived):
    """Eight threads, every second one with the service, get what each asked for."""

    def fetched(number):
        if number % 2:
            with fetch.data_source("archive", spec):
                return len(fetch.MSID("X_NUM", T0, T0 + 100))
        return len(fetch.MSID("X_NUM", T0, T0 + 100))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(fetched, range(32))) == [20, 100] * 16


def test_msids_of_the_archive_are_listed(own):
    update.append("ONLY", [T0], [1.0], archive=own)
    assert fetch.data_source.get_msids("CXC") == {"ONLY"}


def test_values_of_a_source_are_not_calibrated_again(service, spec, own):
    """The archive holds raw counts, the service engineering values."""
    curve = Calibration(Polynomial((0.0, 0.5)))
    write_yaml([Entry("x_num", type="int32", calibrations=curve)], own.layout.tdb / "x.yaml")
    update.append("X_NUM", T0 + np.arange(40, 60), np.arange(40, 60, dtype=np.int32), archive=own)
    with fetch.data_source("archive", spec):
        dat = fetch.MSID("X_NUM", T0, T0 + 100)
    np.testing.assert_array_equal(dat.vals, np.arange(100) / 2)
    with fetch.data_source(spec):
        np.testing.assert_array_equal(fetch.MSID("X_NUM", T0, T0 + 100).vals, np.arange(100) / 2)
    assert fetch.MSID("X_NUM", T0, T0 + 100).raw_vals.tolist() == list(range(40, 60))


def test_values_of_a_source_come_in_the_unit_of_the_archive(service, spec, own):
    service.mnemonics = [{"tlmMnemonic": "X_NUM", "unit": "mV"}]
    write_yaml([Entry("x_num", unit="V")], own.layout.tdb / "x.yaml")
    update.append("X_NUM", T0 + np.arange(40, 60), np.arange(40, 60) / 2000, archive=own)
    with fetch.data_source("archive", spec):
        dat = fetch.MSID("X_NUM", T0, T0 + 100)
    np.testing.assert_allclose(dat.vals, np.arange(100) / 2000)
    assert dat.unit == "V"


def test_bracket_takes_the_nearest_samples_that_any_source_has(service, spec, own):
    update.append("X_NUM", T0 + np.array([-500.0, 20, 21, 22, 23, 24, 1000]), np.full(7, 9.0), archive=own)
    with fetch.data_source("archive", spec):
        dat = fetch.MSID("X_NUM", T0 + 20, T0 + 30, bracket=True)
    assert (dat.times - T0).tolist() == list(range(19, 31))
    assert dat.vals.tolist() == [9.5, 9, 9, 9, 9, 9, 12.5, 13, 13.5, 14, 14.5, 15]


def test_last_known_asks_the_source(service, spec):
    with fetch.data_source(spec):
        found = fetch.last_known("X_NUM", T0 + 150)
    assert (found.val, found.age_s) == (49.5, 51)


def test_a_source_needs_a_start(service, spec):
    with fetch.data_source(spec), pytest.raises(ValueError, match="give a start"):
        fetch.MSID("X_NUM")


def test_size_of_a_source_is_told_by_a_sample(service, spec):
    service.series["LONG"] = Series(
        [int(T0 * 1000) + 60_000 * n for n in range(60 * 24 * 40)], ["1.5"] * (60 * 24 * 40)
    )
    with fetch.data_source(spec), pytest.raises(MemoryError):
        fetch.get_telem("LONG", T0, T0 + 40 * 86400, max_fetch_Mb=0.5)
