"""`append`: times in every accepted form, in any order, and the ones that are none."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta import update
from jeta.archive import create_archive
from jeta.errors import TimeFormatError, ValuesError
from update.deliveries import everything

S = 1_600_000_000.0  # 2020-09-13T12:26:40, day 257
TEXT_FORMS = ["2020:257:12:26:40", "2020257.122640", "2020-09-13 12:26:40", "2020-09-13T12:26:40", b"2020:257:12:26:40"]


def stored_times(archive, times, vals=None):
    count = 1 if vals is None else len(vals)
    report = update.append("x", times, 1.0 if vals is None else vals, archive=archive)
    assert report.read == count
    return everything(archive, "X").times.tolist()


@pytest.mark.parametrize("form", TEXT_FORMS)
def test_text_is_an_instant(archive, form):
    assert stored_times(archive, form) == [S]


@pytest.mark.parametrize("form", TEXT_FORMS)
def test_list_of_texts_is_instants(archive, form):
    assert stored_times(archive, [form, form], [1, 2]) == [S, S]


@pytest.mark.parametrize(
    "form",
    [
        S,
        int(S),
        np.float64(S),
        np.int32(S),
        np.array(S),
        np.datetime64("2020-09-13T12:26:40"),
        dt.datetime(2020, 9, 13, 12, 26, 40, tzinfo=dt.UTC),
        dt.datetime(2020, 9, 13, 12, 26, 40),  # noqa: DTZ001 - naive ones are UTC
    ],
    ids=lambda form: type(form).__name__,
)
def test_one_instant_may_be_given_alone(archive, form):
    assert stored_times(archive, form) == [S]


@pytest.mark.parametrize(
    "form",
    [
        [S, S + 1],
        (S, S + 1),
        range(int(S), int(S) + 2),
        np.array([S, S + 1]),
        np.array([S, S + 1], ">f8"),
        np.array(["2020-09-13T12:26:40", "2020-09-13T12:26:41"], "M8[s]"),
        np.array([S, S + 1], object),
        [S, "2020:257:12:26:41"],
    ],
    ids=str,
)
def test_several_instants(archive, form):
    assert stored_times(archive, form, [1, 2]) == [S, S + 1]


def test_generator_of_times(archive):
    assert stored_times(archive, (S + i for i in range(2)), [1, 2]) == [S, S + 1]


def test_astropy_times(archive):
    time = pytest.importorskip("astropy.time").Time
    assert stored_times(archive, time(["2020-09-13T12:26:40", "2020-09-13T12:26:41.5"]), [1, 2]) == [S, S + 1.5]


def test_one_astropy_time(archive):
    time = pytest.importorskip("astropy.time").Time
    assert stored_times(archive, time("2020-09-13T12:26:40")) == [S]


def test_pandas_series_of_any_index_and_time_zone(archive):
    pd = pytest.importorskip("pandas")
    series = pd.Series(pd.to_datetime(["2020-09-13T14:26:40+02:00", "2020-09-13T14:26:41+02:00"]), index=[7, 5])
    assert stored_times(archive, series, [1, 2]) == [S, S + 1]


def test_pandas_timestamp_to_the_nanosecond(archive):
    pd = pytest.importorskip("pandas")
    stamp = pd.Timestamp("2020-09-13T12:26:40.123456789")
    assert stored_times(archive, stamp) == [stamp.value / 1e9]


def test_unsorted_times_come_back_sorted_with_their_values(archive):
    update.append("x", [S + 2, S, S + 1], [2, 0, 1], archive=archive)
    assert everything(archive, "X").values.tolist() == [0, 1, 2]


def test_missing_times_are_rejected_and_counted(archive):
    times = [np.nan, np.inf, -np.inf, 1e300, S]
    report = update.append("x", times, [1, 2, 3, 4, 5], archive=archive)
    assert (report.stored, report.rejected.total()) == (1, 4)
    assert everything(archive, "X").values.tolist() == [5]


def test_nat_is_rejected(archive):
    report = update.append("x", np.array(["NaT", "2020"], "M8[s]"), [1, 2], archive=archive)
    assert (report.stored, dict(report.rejected)) == (1, {"time is not a number": 1})


def test_masked_time_is_rejected(archive):
    report = update.append("x", np.ma.array([S, S + 1], mask=[False, True]), [1, 2], archive=archive)
    assert (report.stored, report.rejected.total()) == (1, 1)


@pytest.mark.parametrize("far_s", [-1e11, -8.1e9, 9.1e9, 1e11])
def test_times_beyond_what_is_stored_are_rejected_and_the_archive_stays_usable(archive, far_s):
    report = update.append("x", [far_s, S], [1.0, 2.0], archive=archive)
    assert (report.stored, report.rejected.total()) == (1, 1)
    update.append("x", [0.123456789], [3.0], archive=archive)
    update.fold(archive)
    assert everything(archive, "X").times.tolist() == [0.123456789, S]


@pytest.mark.parametrize("wrong", ["yesterday", {S: 1}, {S}, [True], [S, "nonsense"], [object()], [1j]])
def test_what_is_no_time_is_refused(archive, wrong):
    with pytest.raises(TimeFormatError):
        update.append("x", wrong, [1] * max(1, len(wrong) if not isinstance(wrong, str) else 1), archive=archive)
    assert archive.names() == []


@pytest.mark.parametrize("times", [[S], [S, S, S], np.full((2, 2), S), np.full((2, 1), S), []])
def test_times_of_another_shape_than_values_are_refused(archive, times):
    with pytest.raises(ValuesError, match="as many values as times"):
        update.append("x", times, [1, 2], archive=archive)


def test_finer_times_join_coarser_ones(archive):
    update.append("x", [S, S + 0.001], [1, 2], archive=archive)
    update.append("x", [S + 0.1234567], [3], archive=archive)
    update.append("x", np.datetime64("2020-09-13T12:26:40.000000001"), [4], archive=archive)
    assert everything(archive, "X").values.tolist() == [1, 4, 2, 3]


# An instant has no sign: -0.0 comes back as 0.0. Nearer to zero than 100 days a float64 is finer than 1 ns.
SECONDS = st.floats(-7.9e9, 8.9e9).map(lambda s: s + 0.0).filter(lambda s: s == 0 or abs(s) > 9e6)


@settings(max_examples=60, deadline=None)
@given(st.lists(SECONDS, min_size=1, max_size=12, unique=True), st.sampled_from(["unix", "cxcsec"]), st.booleans())
def test_float_seconds_come_back_bit_for_bit(tmp_path_factory, seconds, system, folded):
    archive = create_archive(tmp_path_factory.mktemp("a") / "archive", time_system=system)
    half = len(seconds) // 2
    for part in (seconds[:half], seconds[half:]):
        update.append("x", part, np.zeros(len(part)), archive=archive)
    if folded:
        update.fold(archive)
    assert everything(archive, "X").times.tobytes() == np.sort(np.array(seconds)).tobytes()
