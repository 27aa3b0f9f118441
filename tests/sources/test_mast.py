"""The public engineering database as a source, against a service on this machine."""

from __future__ import annotations

import logging
import math
import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jeta.errors import MsidNameError, SourceError, SourceSpecError, UnknownMsidError, ValuesError
from jeta.sources import Source, data_source
from jeta.sources.answers import Answers
from jeta.sources.mast import MastSource
from jeta.times import to_seconds
from sources.service import HEADER, Answer, Series, csv

MSID = "SA_ZATTEST2"
DAY = 86_400
T0 = 1_643_760_000  # 2022-02-02, and a multiple of a day
SECOND = (to_seconds("2022:033:22:24:58", "unix"), to_seconds("2022:033:22:24:59", "unix"))


def decoded(rows):
    """Values as users see them."""
    return (rows.values if rows.texts is None else rows.texts[rows.values]).tolist()


def record(name, **said):
    """A record of the list of mnemonics."""
    return {"tlmMnemonic": name, "sqlDataType": "real", **said}


@pytest.fixture
def recorded(service, shared_data):
    """The service with the bodies that the real one gave."""
    service.recorded = {path.name: path.read_bytes() for path in (shared_data / "jwst_edb" / "mast_csv").glob("*.csv")}
    return service


@pytest.fixture
def steady(service):
    """The service with one row every 100 s for 30 days, its value the number of the row."""
    times = [(T0 + 100 * k) * 1000 for k in range(30 * 864)]
    service.series[MSID] = Series(times, [str(k) for k in range(len(times))], "int")
    return service


@pytest.mark.parametrize("system", ["unix", "cxcsec"])
def test_recorded_answer_without_the_bracketing_samples(recorded, mast, system):
    """What ``MSID('SA_ZATTEST2', '2022:033:22:24:58', '2022:033:22:24:59')`` gives."""
    start, stop = (to_seconds(f"2022:033:22:24:{s}", system) for s in (58, 59))
    rows = mast().read(MSID, start, stop, system)
    expected = to_seconds([f"2022:033:22:24:58.{ms}" for ms in ("053", "309", "565", "821")], system)
    np.testing.assert_array_equal(rows.times, expected)
    assert decoded(rows) == [-0.7914494276, -0.7914494276, -0.7914494276, -0.7914493680]
    assert recorded.downloads == ["SA_ZATTEST2-20220202T222458-20220202T222459.csv"]


def test_bracketing_samples_are_kept_on_demand(recorded, mast):
    rows = mast().read(MSID, *SECOND, "unix", bracket=True)
    assert (len(rows.times), rows.times[0], rows.times[-1]) == (6, 1643840697.797, 1643840699.077)


def test_the_other_recorded_answer(recorded, mast):
    start, stop = (to_seconds(f"2021:142:00:00:0{s}", "unix") for s in (0, 1))
    assert decoded(mast().read(MSID, start, stop, "unix")) == [0.4641213417, 0.4641213417, 0.4641213119, 0.4641213119]


def test_fractions_of_a_second_are_cut_after_the_answer(recorded, mast):
    """The address holds whole seconds, rounded outward; the range is exact all the same."""
    source = mast()
    rows = source.read(MSID, SECOND[0] + 0.309, SECOND[0] + 0.821, "unix")
    assert rows.times.tolist() == [1643840698.309, 1643840698.565]
    around = source.read(MSID, SECOND[0] + 0.1, SECOND[0] + 0.2, "unix", bracket=True)
    assert around.times.tolist() == [1643840698.053, 1643840698.309]
    assert set(recorded.downloads) == {"SA_ZATTEST2-20220202T222458-20220202T222459.csv"}


def test_rounding_of_seconds_does_not_shift_the_address(recorded, mast):
    """A whole second may come back from the other time system as the float64 before or after it."""
    start, stop = math.nextafter(SECOND[0], 0), math.nextafter(SECOND[1], math.inf)
    assert len(mast().read(MSID, start, stop, "unix").times) == 4
    assert recorded.downloads == ["SA_ZATTEST2-20220202T222458-20220202T222459.csv"]


@pytest.mark.parametrize(
    ("options", "path"),
    [({}, "/api/v0.1/Download/file"), ({"api": "jwst/api/v0.1"}, "/jwst/api/v0.1/Download/file")],
)
def test_both_forms_of_the_address(recorded, mast, options, path):
    mast(**options).read(MSID, *SECOND, "unix")
    asked = f"{path}?uri=mast:jwstedb/SA_ZATTEST2-20220202T222458-20220202T222459.csv"
    assert [each for each, _ in recorded.requests] == [asked]


def test_token_of_the_environment_is_sent(recorded, mast, monkeypatch):
    source = mast()
    source.read(MSID, *SECOND, "unix")
    monkeypatch.setenv("MAST_API_TOKEN", "abc")
    source.read(MSID, *SECOND, "unix")
    mast(token="def").read(MSID, *SECOND, "unix")
    assert [headers.get("Authorization") for _, headers in recorded.requests] == [None, "token abc", "token def"]


def test_refused_token_names_the_variable(service, mast):
    service.script = [Answer(b"", 401)]
    with pytest.raises(SourceError, match="MAST_API_TOKEN"):
        mast().read(MSID, *SECOND, "unix")


def test_as_chosen_by_data_source(recorded):
    with data_source(f"mast base={recorded.base!r} cache=None"):
        ((name, source),) = data_source.selected()
        assert len(source.read(MSID, *SECOND, "unix").times) == 4
    assert name == source.name == "mast"


def test_texts(service, mast):
    service.script = [Answer(csv([T0 * 1000, T0 * 1000 + 500], ["ON ", '"OFF, ""really"""'], "varchar(50)"))]
    assert decoded(mast().read(MSID, T0, T0 + 1, "unix")) == ["ON", 'OFF, "really"']


@pytest.mark.parametrize(
    ("sql_type", "dtype"), [("real", "f8"), ("float", "f8"), ("int", "i8"), ("bigint", "i8"), ("tinyint", "i8")]
)
def test_numbers(service, mast, sql_type, dtype):
    service.script = [Answer(csv([T0 * 1000], ["7"], sql_type))]
    assert mast().read(MSID, T0, T0 + 1, "unix").values.dtype == dtype


def test_microseconds_are_exact(service, mast):
    service.script = [Answer(f"{HEADER}\r\n2022-02-02 00:00:00.000001,0,1,real\r\n".encode())]
    assert mast().read(MSID, T0, T0 + 1, "unix").times.tolist() == [1643760000.000001]


@pytest.mark.parametrize(("start", "stop"), [(2.0, 2.0), (2.0, 1.0), (math.nan, 1.0), (math.inf, math.inf)])
def test_empty_ranges_are_not_asked_for(service, mast, start, stop):
    assert len(mast().read(MSID, start, stop, "unix").times) == 0
    assert service.requests == []


def test_the_future_is_not_asked_for(service, mast):
    assert len(mast().read(MSID, time.time() + 10 * DAY, math.inf, "unix").times) == 0
    assert service.requests == []


# ---- unknown, or no data


@pytest.mark.parametrize("answer", [Answer(b"", 404), Answer(b""), Answer(b"\r\n"), Answer(f"{HEADER}\r\n".encode())])
def test_no_rows_of_a_known_mnemonic(service, mast, answer):
    """404, an empty answer and a header alone mean the same; the list of mnemonics tells what."""
    service.script, service.mnemonics = [answer], [record(MSID)]
    assert len(mast().read(MSID, T0, T0 + 1, "unix").times) == 0
    assert service.requests[-1][0] == "/viz/api/v0.1/info/mnemonics?name=SA_ZATTEST2"


def test_no_rows_of_an_unknown_mnemonic(service, mast):
    with pytest.raises(
        UnknownMsidError, match=r"'SA_ZATTEST2' is unknown or has no data there: the service http.* does not list it"
    ):
        mast().read(MSID, T0, T0 + 1, "unix")


def test_no_rows_and_nobody_to_tell_why(service, mast):
    service.script = [Answer(b"", 404), *[Answer(b"", 500)] * 3]
    with pytest.raises(
        UnknownMsidError, match=r"unknown or has no data there: .* the list that would tell cannot be had"
    ):
        mast().read(MSID, T0, T0 + 1, "unix")


def test_bracketing_samples_alone_tell_that_a_mnemonic_is_known(steady, mast):
    assert len(mast().read(MSID, T0 + 10, T0 + 20, "unix").times) == 0
    assert mast().read(MSID, T0 + 10, T0 + 20, "unix", bracket=True).values.tolist() == [0, 1]
    assert not [path for path, _ in steady.requests if "mnemonics" in path]


@pytest.mark.parametrize("name", ["../../etc", "A B", "A&x=1", "", "A-20220101T000000/../B", "A%2e"])
def test_only_names_of_msids_come_into_an_address(service, mast, name):
    source = mast()
    assert not source.knows(name)
    for ask in (source.entry, lambda msid: source.read(msid, T0, T0 + 1, "unix")):
        with pytest.raises(MsidNameError):
            ask(name)
    assert service.requests == []


# ---- answers that are wrong


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"<!DOCTYPE html><html>We are down", "text that begins with '<!DOCTYPE html>"),
        (b'{"status": "error"}', "JSON without"),
        (b"\x00\x01garbage", "binary data"),
        (b"time,value\r\n1,2\r\n", "text that begins with 'time,value'"),
    ],
)
def test_something_else_than_csv(service, mast, body, found):
    service.script = [Answer(body)] * 3
    with pytest.raises(SourceError, match=f"something else than telemetry: .*{found}.*try again later"):
        mast().read(MSID, T0, T0 + 1, "unix")
    assert len(service.requests) == 1


@pytest.mark.parametrize("cut", [3, 6, 20, 30])
def test_answer_that_breaks_off_is_asked_for_again(service, mast, cut):
    """The connection ends within the last row, and the service had not said how many bytes there are."""
    whole = csv([T0 * 1000, T0 * 1000 + 500], ["1", "2"])
    service.script = [Answer(whole[:-cut], sized=False), Answer(whole, sized=False)]
    assert mast().read(MSID, T0, T0 + 1, "unix").values.tolist() == [1, 2]
    assert len(service.requests) == 2


def test_answer_that_breaks_off_within_quotes_is_asked_for_again(service, mast):
    whole = csv([T0 * 1000], ['"ON"'], "varchar")
    service.script = [Answer(whole[: whole.rindex(b"ON") + 1], sized=False), Answer(whole)]
    assert decoded(mast().read(MSID, T0, T0 + 1, "unix")) == ["ON"]


def test_answer_that_always_breaks_off_is_an_error(service, mast):
    service.script = [Answer(csv([T0 * 1000], ["1"])[:-4])] * 3
    with pytest.raises(SourceError, match="after 3 attempts: the answer breaks off within a row"):
        mast().read(MSID, T0, T0 + 1, "unix")


def test_last_line_need_not_be_ended(service, mast):
    service.script = [Answer(csv([T0 * 1000], ["1"]).rstrip())]
    assert mast().read(MSID, T0, T0 + 1, "unix").values.tolist() == [1]


def test_rows_that_are_left_out_are_logged(service, mast, caplog):
    service.script = [Answer(csv([T0 * 1000, T0 * 1000 + 1], ["oops", "2"]))]
    with caplog.at_level(logging.WARNING, "jeta"):
        assert mast().read(MSID, T0, T0 + 1, "unix").values.tolist() == [2]
    assert "1 of 2 rows left out (value is not a float: 1)" in caplog.text


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", HEADER.encode() + b'\r\n2022-01-01 00:00:00,1,"7'])
def test_errors_name_the_address_and_no_temporary_file(service, mast, body):
    service.script = [Answer(body)] * 3
    with pytest.raises(SourceError) as caught:
        mast().read(MSID, T0, T0 + 1, "unix")
    assert f"{service.base}/api/v0.1/Download/file?uri=mast:jwstedb/{MSID}-" in str(caught.value)
    assert tempfile.gettempdir() not in str(caught.value)


def test_failures_that_pass_are_not_noticed(recorded, mast):
    recorded.script = [Answer(b"", 500), Answer(b"", 503)]
    assert len(mast().read(MSID, *SECOND, "unix").times) == 4


def test_texts_and_numbers_in_one_range_are_refused(service, mast):
    service.script = [Answer(csv([T0 * 1000], ["ON"], "varchar")), Answer(csv([(T0 + DAY) * 1000], ["1"]))]
    with pytest.raises(ValuesError, match="mix texts and numbers"):
        mast(chunk_days=1).read(MSID, T0, T0 + 2 * DAY, "unix")


# ---- long ranges


@pytest.mark.parametrize("chunk_days", [0.3, 1, 7, 100])
@pytest.mark.parametrize("bracket", [False, True])
def test_pieces_make_the_whole(steady, mast, chunk_days, bracket):
    rows = mast(chunk_days=chunk_days).read(MSID, T0 + 50, T0 + 10 * DAY + 50, "unix", bracket=bracket)
    first, last = (0, 8641) if bracket else (1, 8640)
    assert rows.values.tolist() == list(range(first, last + 1))
    assert rows.times.tolist() == [T0 + 100.0 * k for k in range(first, last + 1)]


def test_pieces_end_at_the_same_instants_whatever_the_range(steady, mast):
    mast(chunk_days=1).read(MSID, T0 + 5 * 3600, T0 + 2 * DAY + 60, "unix")
    assert [name.removeprefix(f"{MSID}-") for name in steady.downloads] == [
        "20220202T050000-20220203T000000.csv", "20220203T000000-20220204T000000.csv", "20220204T000000-20220204T000100.csv",
    ]  # fmt: skip


def test_gaps_are_skipped_by_the_sample_that_follows(service, mast):
    """The service adds the next sample, wherever it is: nothing lies between."""
    times = [(T0 + k) * 1000 for k in (0, 1, 500 * DAY, 500 * DAY + 1)]
    service.series[MSID] = Series(times, ["1", "2", "3", "4"])
    rows = mast(chunk_days=1).read(MSID, -math.inf, T0 + 501 * DAY, "unix")
    assert rows.values.tolist() == [1, 2, 3, 4]
    assert len(service.requests) == 3


def test_pieces_grow_where_nothing_is_found(service, mast):
    service.mnemonics = [record(MSID)]
    assert len(mast(chunk_days=1).read(MSID, T0, T0 + 365 * DAY, "unix").times) == 0
    assert 6 <= len(service.downloads) <= 14


def test_what_is_too_large_is_asked_for_in_smaller_pieces(steady, mast, tmp_path):
    """One day has about 40 kB."""
    source = mast(chunk_days=16, max_bytes=100_000)
    for _ in range(2):
        assert source.read(MSID, T0, T0 + 4 * DAY, "unix").values.tolist() == list(range(4 * 864))
    assert len(steady.requests) <= 8


def test_what_cannot_be_made_smaller_is_an_error(steady, mast):
    with pytest.raises(SourceError, match="s of SA_ZATTEST2 are more than 40 bytes; raise the option max_bytes"):
        mast(max_bytes=40).read(MSID, T0, T0 + DAY, "unix")


SIMULATED = st.lists(st.integers(0, 40_000), min_size=1, max_size=25).map(sorted)  # in units of 10 s


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SIMULATED, st.integers(-100, 41_000), st.integers(1, 40_000), st.sampled_from([0.05, 0.5, 3]))
def test_any_range_gives_what_a_filter_gives(service, mast, tens, start, length, chunk_days):
    """Bracketing included: the row before and the row after, wherever they are."""
    service.series[MSID] = Series([(T0 + 10 * t) * 1000 for t in tens], [str(k) for k in range(len(tens))], "int")
    low, high = T0 + 10.0 * start, T0 + 10.0 * (start + length)
    source = mast(chunk_days=chunk_days)
    times = np.array([T0 + 10.0 * t for t in tens])
    first, after = np.searchsorted(times, [low, high])
    plain = source.read(MSID, low, high, "unix")
    assert plain.values.tolist() == list(range(first, after))
    around = source.read(MSID, low, high, "unix", bracket=True)
    assert around.times.tolist() == times[max(first - 1, 0) : after + 1].tolist()


@pytest.mark.parametrize("chunk_days", [1, 3, 30])
def test_service_that_adds_no_bracketing_samples(service, mast, chunk_days):
    """Nothing relies on them: gaps then cost more questions, that is all."""
    times = [(T0 + s) * 1000 for s in (0, 50, DAY, 12 * DAY, 12 * DAY + 1)]

    class Bare(Series):
        def csv(self, start_ms, stop_ms):
            inside = [k for k, t in enumerate(self.times_ms) if start_ms <= t <= stop_ms]
            return csv([self.times_ms[k] for k in inside], [self.values[k] for k in inside], self.sql_type)

    service.series[MSID] = Bare(times, ["1", "2", "3", "4", "5"])
    rows = mast(chunk_days=chunk_days).read(MSID, T0 - 5 * DAY, T0 + 20 * DAY, "unix", bracket=True)
    assert rows.values.tolist() == [1, 2, 3, 4, 5]


def test_texts_of_several_pieces_share_their_levels(service, mast):
    times = [(T0 + k * DAY // 2) * 1000 for k in range(6)]
    service.series[MSID] = Series(times, ["ON", "OFF", "OFF", "STBY", "ON", "ON"], "varchar")
    rows = mast(chunk_days=1).read(MSID, T0, T0 + 3 * DAY, "unix")
    assert decoded(rows) == ["ON", "OFF", "OFF", "STBY", "ON", "ON"]
    assert rows.texts.tolist() == ["OFF", "ON", "STBY"]


def test_integers_beside_floats_become_floats(service, mast):
    service.script = [Answer(csv([T0 * 1000], ["7"], "int")), Answer(csv([(T0 + DAY) * 1000], ["0.5"]))]
    rows = mast(chunk_days=1).read(MSID, T0, T0 + 2 * DAY, "unix")
    assert (rows.values.dtype, rows.values.tolist()) == ("f8", [7.0, 0.5])


def test_rows_in_disorder_and_twice(service, mast):
    """Sorted; of identical rows one; of different rows at one instant both."""
    ms = [T0 * 1000 + each for each in (500, 100, 500, 500)]
    service.script = [Answer(csv(ms, ["5", "1", "5", "6"]))]
    assert mast().read(MSID, T0, T0 + 1, "unix").values.tolist() == [1, 5, 6]


@pytest.mark.parametrize("system", ["unix", "cxcsec"])
def test_range_across_a_leap_second(service, mast, system):
    """2016-12-31 has a second 23:59:60."""
    end = 1_483_228_800
    service.series[MSID] = Series([(end + s) * 1000 for s in range(-3, 3)], ["1", "2", "3", "4", "5", "6"])
    start, stop = (to_seconds(date, system) for date in ("2016-12-31 23:59:58", "2017-01-01 00:00:02"))
    rows = mast().read(MSID, start, stop, system)
    assert rows.values.tolist() == [2, 3, 4, 5]
    assert np.diff(rows.times).tolist() == pytest.approx([1, 1 if system == "unix" else 2, 1])


@pytest.mark.parametrize("system", ["unix", "cxcsec"])
def test_range_without_bounds(service, mast, system):
    service.series[MSID] = Series([T0 * 1000, (T0 + 5) * 1000], ["1", "2"])
    assert mast(chunk_days=100).read(MSID, -math.inf, math.inf, system).values.tolist() == [1, 2]


# ---- answers that are kept


def test_second_fetch_asks_nobody(recorded, mast, tmp_path):
    before = mast(cache=str(tmp_path)).read(MSID, *SECOND, "unix")
    again = mast(cache=str(tmp_path)).read(MSID, *SECOND, "unix")
    assert again.times.tolist() == before.times.tolist()
    assert again.values.tolist() == before.values.tolist()
    assert len(recorded.requests) == 1


def test_cache_is_in_the_folder_of_the_environment_unless_switched_off(recorded, mast, tmp_path):
    mast(cache=None).read(MSID, *SECOND, "unix")
    mast(cache=False).read(MSID, *SECOND, "unix")
    assert not (tmp_path / "cache").exists()
    mast(cache=True).read(MSID, *SECOND, "unix")
    assert len(list((tmp_path / "cache" / "mast" / MSID).iterdir())) == 1


def test_answers_of_inner_pieces_serve_other_ranges(steady, mast, tmp_path):
    source = mast(cache=str(tmp_path), chunk_days=1)
    source.read(MSID, T0 + 60, T0 + 3 * DAY - 60, "unix")
    asked = len(steady.requests)
    source.read(MSID, T0 + DAY, T0 + 2 * DAY, "unix")
    assert (asked, len(steady.requests)) == (3, 3)


def test_damaged_answer_is_asked_for_anew(recorded, mast, tmp_path):
    source = mast(cache=str(tmp_path))
    source.read(MSID, *SECOND, "unix")
    (kept,) = (tmp_path / MSID).iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    assert len(source.read(MSID, *SECOND, "unix").times) == 4
    assert len(source.read(MSID, *SECOND, "unix").times) == 4
    assert len(recorded.requests) == 2


@pytest.mark.parametrize(("age_days", "asked"), [(8, 1), (6, 2)])
def test_recent_answers_are_not_kept(service, mast, tmp_path, age_days, asked):
    """What a spacecraft recorded comes down late: a range is complete only some days after its end."""
    start = int(time.time()) - age_days * DAY
    service.series[MSID] = Series([start * 1000, (start + 1) * 1000], ["1", "2"])
    source = mast(cache=str(tmp_path))
    for _ in range(2):
        assert len(source.read(MSID, start, start + 10, "unix").times) == 2
    assert len(service.requests) == asked


def test_answer_is_not_kept_while_the_sample_that_follows_is_recent(service, mast, tmp_path):
    """Rows may still come between."""
    service.series[MSID] = Series([T0 * 1000, int(time.time() - DAY) * 1000], ["1", "2"])
    source = mast(cache=str(tmp_path))
    for _ in range(2):
        source.read(MSID, T0, T0 + 10, "unix")
    assert len(service.requests) == 2


@pytest.mark.parametrize("answer", [Answer(b"", 404), Answer(b""), Answer(f"{HEADER}\r\n".encode())])
def test_answers_without_rows_are_not_kept(service, mast, tmp_path, answer):
    service.mnemonics, service.script = [record(MSID)], [answer]
    source = mast(cache=str(tmp_path))
    source.read(MSID, T0, T0 + 1, "unix")
    assert list(tmp_path.rglob("*.csv")) == []


def test_threads_get_the_same(steady, mast, tmp_path):
    source = mast(cache=str(tmp_path), chunk_days=2)
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda k: source.read(MSID, T0, T0 + (1 + k % 4) * DAY, "unix").values.tolist(), range(24))
        )
    assert found == [list(range((1 + k % 4) * 864)) for k in range(24)]


def _read_in_process(base, folder):
    """Read as another process does."""
    return MastSource(base=base, cache=folder, chunk_days=2).read(MSID, T0, T0 + 4 * DAY, "unix").values.tolist()


def test_processes_share_a_folder(steady, tmp_path):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(_read_in_process, [steady.base] * 4, [str(tmp_path)] * 4))
    assert found == [list(range(4 * 864))] * 4
    assert {path.suffix for path in (tmp_path / MSID).iterdir()} == {".csv"}


def test_answer_that_is_removed_meanwhile_is_asked_for_again(recorded, mast, tmp_path, monkeypatch):
    monkeypatch.setattr(Answers, "find", lambda self, *asked: tmp_path / "gone.csv")
    assert len(mast(cache=str(tmp_path)).read(MSID, *SECOND, "unix").times) == 4


# ---- the list of mnemonics


def test_names_are_asked_for_once(service, mast):
    service.mnemonics = [record("SA_ZATTEST2"), record("lower_case"), record("../bad")]
    source = mast()
    assert source.names() == source.names() == {"SA_ZATTEST2", "LOWER_CASE"}
    assert (source.knows("SA_ZATTEST2"), source.knows("OTHER")) == (True, False)
    assert [path for path, _ in service.requests] == ["/viz/api/v0.1/info/mnemonics"]


def test_one_mnemonic_is_asked_for_alone_and_once(service, mast):
    service.mnemonics = [record("SA_ZATTEST2", unit="V", description="a voltage", tlmIdentifier=5, subsystem="ACS")]
    source = mast()
    entry = source.entry("SA_ZATTEST2")
    assert (entry.unit, entry.description, entry.id, entry.type, entry.subsystem) == (
        "V",
        "a voltage",
        5,
        "float64",
        "ACS",
    )
    assert source.knows("SA_ZATTEST2")
    assert source.time_range("SA_ZATTEST2", "unix") is None
    assert [path for path, _ in service.requests] == ["/viz/api/v0.1/info/mnemonics?name=SA_ZATTEST2"]


# ---- what is said of one mnemonic, kept and remembered


@pytest.fixture
def kept(service, mast, tmp_path):
    """Return a function that makes sources which share a folder, in which what is said of MSID is kept."""
    service.mnemonics = [record(MSID, unit="V")]
    mast(cache=str(tmp_path)).entry(MSID)
    service.requests.clear()
    return lambda **options: mast(cache=str(tmp_path), **options)


def age(tmp_path, seconds):
    """Make what was kept older."""
    (path,) = (tmp_path / MSID).glob("mnemonic-*.json")
    os.utime(path, (time.time() - seconds,) * 2)


def test_what_is_said_is_kept_for_other_processes(service, kept):
    assert kept().entry(MSID).unit == "V"
    assert service.requests == []


def test_what_was_kept_is_of_one_service(kept, mast):
    with pytest.raises(SourceError, match="ConnectionRefusedError"):
        kept(base="http://127.0.0.1:9").entry(MSID)


def test_after_a_day_it_is_asked_for_again_and_the_new_answer_counts(service, kept, tmp_path):
    service.mnemonics = [record(MSID, unit="mV")]
    age(tmp_path, DAY + 1)
    assert [kept().entry(MSID).unit, kept().entry(MSID).unit] == ["mV", "mV"]
    assert len(service.requests) == 1


def test_old_answer_serves_where_the_service_does_not_answer(service, kept, tmp_path):
    age(tmp_path, 1000 * DAY)
    service.script = [Answer(b"", 500)] * 9
    assert kept().entry(MSID).unit == "V"
    assert len(service.requests) == 1


def test_kept_answer_that_is_removed_meanwhile_is_asked_for_again(service, kept, tmp_path, monkeypatch):
    monkeypatch.setattr(Answers, "find", lambda self, *asked: tmp_path / "gone.json")
    assert kept().entry(MSID).unit == "V"
    assert len(service.requests) == 1


@pytest.mark.parametrize("mnemonics", [None, []])
def test_that_a_mnemonic_is_not_listed_is_not_kept(service, mast, tmp_path, mnemonics):
    service.mnemonics = mnemonics
    assert mast(cache=str(tmp_path)).entry(MSID) is None
    assert list(tmp_path.rglob("*.json")) == []


def test_failure_costs_one_question_for_all_mnemonics(service, mast):
    """Offline, a fetch of many MSIDs must not wait for the unit of each."""
    service.script = [Answer(b"", 503)] * 9
    source = mast(retries=5, pause=100)
    with pytest.raises(SourceError, match=r"name=A gave no answer after 1 attempt: status 503"):
        source.entry("A")
    with pytest.raises(SourceError, match=r"name=A gave no answer .*remembered: .*not asked again for (300|299) s"):
        source.entry("B")
    assert len(service.requests) == 1


def test_failure_is_forgotten_after_some_minutes(service, mast, monkeypatch):
    service.script, service.mnemonics = [Answer(b"", 503)], [record(MSID, unit="V")]
    monkeypatch.setattr("jeta.sources.metadata._SILENT_S", 0.0)
    source = mast()
    with pytest.raises(SourceError, match="status 503"):
        source.entry(MSID)
    assert source.entry(MSID).unit == "V"


def test_another_token_is_tried_at_once(service, mast, monkeypatch):
    service.script, service.mnemonics = [Answer(b"", 401)], [record(MSID, unit="V")]
    source = mast()
    with pytest.raises(SourceError, match="wants a token"):
        source.entry(MSID)
    monkeypatch.setenv("MAST_API_TOKEN", "abc")
    assert source.entry(MSID).unit == "V"


def test_names_are_asked_for_with_all_retries_whatever_failed_before(service, mast):
    service.script, service.mnemonics = [Answer(b"", 503)] * 3, [record(MSID)]
    source = mast()
    with pytest.raises(SourceError, match="after 1 attempt: "):
        source.entry(MSID)
    assert source.names() == {MSID}
    assert source.entry(MSID).name == MSID


def test_what_decides_about_a_range_without_rows_is_asked_with_all_retries(service, mast):
    service.script, service.mnemonics = [Answer(b"", 404), Answer(b"", 503), Answer(b"", 503)], [record(MSID)]
    assert len(mast().read(MSID, T0, T0 + 1, "unix").times) == 0


def test_service_without_a_list(service, mast):
    service.mnemonics = None
    assert mast().entry("SA_ZATTEST2") is None
    with pytest.raises(SourceError, match="no list of mnemonics at this address; check the option base"):
        mast().names()


def test_list_with_a_token(service, mast):
    service.script = [Answer(b"", 401)]
    with pytest.raises(SourceError, match=r"refused the token .*MAST_API_TOKEN"):
        mast(token="abc").entry("A")
    assert service.requests[0][1]["Authorization"] == "token abc"


def test_list_that_failed_is_asked_for_again(service, mast):
    service.script, service.mnemonics = [Answer(b"<html>")], [record("A")]
    source = mast()
    with pytest.raises(SourceError, match="something else than JSON"):
        source.names()
    assert source.names() == {"A"}


# ---- options


def test_making_the_source_asks_nobody(service, mast):
    source = mast()
    assert isinstance(source, Source)
    assert (repr(source), service.requests) == (f"<MastSource {service.base}>", [])


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"tiemout": 5}, "no option 'tiemout'; expected some of base, api, timeout"),
        ({"timeout": 0}, "timeout must be a number of seconds above 0, but is 0"),
        ({"timeout": "5"}, "timeout must be"),
        ({"retries": -1}, "retries must be a whole number of at least 0, but is -1"),
        ({"retries": 1.5}, "retries must be a whole number, but is 1.5"),
        ({"pause": math.inf}, "pause must be"),
        ({"chunk_days": 1e-9}, "chunk_days must be a number of days of at least a minute"),
        ({"max_bytes": True}, "max_bytes must be"),
        ({"cache": 5}, "cache must be a folder, True or None"),
        ({"since": "yesterday-ish"}, "since must be a time such as"),
        ({"since": ["2021:001"]}, "since must be one time"),
        ({"api": "../x"}, "api must be a path"),
        ({"api": "/api"}, "api must be a path"),
        *(({"base": base}, "base must be an address") for base in
          ("mast.stsci.edu", "ftp://a", "http://", "http://a?b", "http://a b", "http://a:x", "http://ü", "http://[", 5, None)),
    ],
)  # fmt: skip
def test_options_are_checked_when_the_source_is_made(options, why):
    with pytest.raises(SourceSpecError, match=why):
        MastSource(**options)


@pytest.mark.parametrize("options", [{"base": "http://ann:abc@host"}, {"token": "abc\ndef"}, {"token": "abc ü"}])
def test_secrets_are_not_shown(options):
    with pytest.raises(SourceSpecError) as caught:
        MastSource(**options)
    assert "abc" not in str(caught.value)
