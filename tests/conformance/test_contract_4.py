"""Section 4 of the contract: `get_time_range` (4.1), small things of `fetch` (4.3), `utils` (4.4), gaps on order (4.6).

Units (4.2) are in `test_contract_4_2_units`. Of the table 4.4, what is Chandra's own (``get_ofp_states``, ``ss_vector``) has no
test, and ``FETCH_SIZES`` is not there: sizes come from the index of the archive and need no memory.
"""

from __future__ import annotations

import io
import logging

import astropy.units as u
import numpy as np
import pytest

from jeta import fetch, fetch_eng, update, utils
from jeta.archive import create_archive

pytestmark = pytest.mark.usefixtures("small")

T0 = 1_262_304_000.0  # 2010:001


# ---------------------------------------------------------------- 4.1 get_time_range


def test_4_1_first_and_last_time_in_seconds():
    first, last = fetch.get_time_range("temp")
    assert (first, last) == (T0, T0 + 90)
    assert isinstance(first, float)


@pytest.mark.parametrize(
    ("format", "first"), [("date", "2010:001:00:00:00.000"), ("greta", "2010001.000000000"), ("secs", T0)]
)
def test_4_1_as_the_time_attribute_named_by_format(format, first):  # noqa: A002 - the API's name
    assert fetch.get_time_range("temp", format)[0] == fetch.get_time_range("temp", format=format)[0] == first


def test_4_1_unknown_format_is_refused():
    with pytest.raises(ValueError, match="'nope'"):
        fetch.get_time_range("temp", "nope")


def test_4_1_unknown_name_is_a_key_error():
    with pytest.raises(KeyError, match="NOPE"):
        fetch.get_time_range("NOPE")


@pytest.mark.parametrize("name", ["temp", "TEMP", "te*", "power", "calc_power"])
def test_4_1_names_are_resolved_as_in_a_fetch(name):
    """Upper-case names only in cheta; as advised here."""
    assert fetch.get_time_range(name) == (T0, T0 + 90)


def test_4_1_growth_is_seen(archive):
    """Cached for the life of the process in cheta; never stale as advised."""
    update.append("x", T0, 1, archive=archive)
    assert fetch.get_time_range("x") == (T0, T0)
    update.append("x", T0 + 7, 1, archive=archive)
    assert fetch.get_time_range("x") == (T0, T0 + 7)


def test_4_1_bad_samples_count():
    """As in cheta, where the range is that of all time stamps."""
    assert fetch.get_time_range("count")[1] == fetch.MSID("count").times[-1]


@pytest.mark.parametrize("format", [None, "date", "secs", "maude", "datetime"])
def test_4_1_computed_msids_have_none_and_are_a_key_error(format):  # noqa: A002 - the API's name
    """As in cheta, and the same for every format."""
    with pytest.raises(KeyError):
        fetch.get_time_range("diff__temp__count", format)


# ---------------------------------------------------------------- 4.3 small things of fetch


def test_4_3_max_glob_matches_is_read_from_fetch(monkeypatch):
    assert fetch.MAX_GLOB_MATCHES == 10
    monkeypatch.setattr(fetch, "MAX_GLOB_MATCHES", 2)
    for module in (fetch, fetch_eng):
        with pytest.raises(ValueError):
            module.msid_glob("*o*")


@pytest.fixture
def logger():
    """The log of jeta, as it was before afterwards."""
    found = logging.getLogger("jeta")
    handlers, level = list(found.handlers), found.level
    yield found
    found.handlers[:] = handlers
    found.setLevel(level)


def test_4_3_add_logging_handler_sets_level_format_and_handler(logger):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    fetch.add_logging_handler(handler=handler)
    assert (logger.level, handler in logger.handlers) == (logging.INFO, True)
    logging.getLogger("jeta.fetch").info("a message")
    assert stream.getvalue() == "test_4_3_add_logging_handler_sets_level_format_and_handler: a message\n"


def test_4_3_add_logging_handler_takes_a_formatter(logger):
    handler = logging.StreamHandler(stream := io.StringIO())
    fetch.add_logging_handler(logging.DEBUG, logging.Formatter("%(levelname)s %(message)s"), handler)
    logging.getLogger("jeta.fetch").debug("fine")
    assert stream.getvalue() == "DEBUG fine\n"


def test_4_3_each_call_adds_one_more_handler_on_standard_error_by_default(logger, capsys):
    before = len(logger.handlers)
    fetch.add_logging_handler(logging.WARNING)
    fetch.add_logging_handler(logging.WARNING)
    logging.getLogger("jeta.fetch").warning("twice")
    assert len(logger.handlers) == before + 2
    assert capsys.readouterr().err.count("twice") == 2


def test_4_3_logger_has_a_null_handler_by_default():
    """Without a handler of the user's nothing appears."""
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("jeta").handlers)


def test_4_3_memoized_caches_by_positional_arguments():
    calls = []

    @fetch.memoized
    def double(x):
        """Twice x."""
        calls.append(x)
        return 2 * x

    assert [double(2), double(2), double(3), calls] == [4, 4, 6, [2, 3]]
    assert double.cache == {(2,): 4, (3,): 6}
    assert repr(double) == "Twice x."


def test_4_3_memoized_bypasses_the_cache_where_arguments_cannot_be_hashed():
    counted = fetch.memoized(len)
    assert [counted([1, 2]), counted.cache] == [2, {}]


def test_4_3_memoized_refuses_keywords():
    with pytest.raises(TypeError):
        fetch.memoized(int)(x=1)


def test_4_3_repeated_fetches_do_not_share_arrays():
    """As with cheta's ``CACHE = False``, which is its default; jeta has no such switch."""
    assert not np.shares_memory(fetch.MSID("temp").vals, fetch.MSID("temp").vals)


# ---------------------------------------------------------------- 4.4 utils, one test a row at least


def test_4_4_get_fetch_size_is_in_megabytes_of_two_decimals(archive):
    """100,000 rows of float64 values, times and flags are 17 bytes each; a grid of 328 s has 305 points a day."""
    update.append("x", T0 + 86.4 * np.arange(100_000), np.arange(100_000.0), archive=archive)
    span = (T0, T0 + 100 * 86400)
    assert fetch.get_fetch_size(["x"], *span) == (1.7, 1.7)
    assert fetch.get_fetch_size(["x"], *span, interpolate_dt=8640) == (1.7, 0.02)
    assert fetch.get_fetch_size(["x", "X"], *span) == (3.4, 3.4)


@pytest.mark.parametrize(("days", "stat"), [(29, None), (400, "5min"), (400, "daily")])
def test_4_4_get_fetch_size_gives_no_figures_for_what_is_small(days, stat):
    assert utils.get_fetch_size("temp", T0, T0 + days * 86400, stat) == (-1, -1)
    assert utils.get_fetch_size("temp", T0, T0 + days * 86400, stat, fast=False) == (0.0, 0.0)


def test_4_4_get_fetch_size_of_an_msid_without_samples_there():
    """A division by zero in cheta."""
    assert utils.get_fetch_size(["temp"], 0, 100 * 86400.0) == (0.0, 0.0)


def test_4_4_get_telem_table_has_the_samples_of_the_first_as_times():
    table = utils.get_telem_table(["temp", "flag"], T0 + 10, T0 + 40)
    assert table.colnames == ["time", "temp", "flag"]
    assert (table["time"].tolist(), table["time"].info.format) == ([T0 + 10, T0 + 20], ".3f")
    assert table["flag"].tolist() == [True, False]


def test_4_4_get_telem_table_leaves_out_times_that_are_bad_in_any():
    assert utils.get_telem_table(["flag", "temp", "count"], T0, T0 + 100)["time"].tolist() == [
        T0 + 10 * k for k in (0, 1, 2, 5, 6, 8, 9)
    ]


def test_4_4_get_telem_table_pads_so_that_neighbours_are_near(archive):
    update.append("a", [T0, T0 + 100], [1, 2], archive=archive)
    update.append("b", [T0 - 60, T0 + 130], [5.0, 6.0], archive=archive)
    assert utils.get_telem_table(["a", "b"], T0, T0 + 101, 120 * u.s)["b"].tolist() == [5.0, 6.0]
    assert len(utils.get_telem_table(["a", "b"], T0, T0 + 101, 10)) == 0


def test_4_4_get_telem_table_is_in_engineering_units_by_default():
    eng, cxc = (utils.get_telem_table(["temp"], T0, T0 + 5, **more) for more in ({}, {"unit_system": "cxc"}))
    assert (eng["temp"].tolist(), cxc["temp"].tolist()) == (pytest.approx([44.33], abs=1e-4), [280.0])


def test_4_4_get_telem_table_where_one_has_no_sample_is_empty_of_floats():
    table = utils.get_telem_table(["temp", "mode"], 0, 1)
    assert (table.colnames, len(table)) == (["time", "temp", "mode"], 0)
    assert {table[name].dtype for name in table.colnames} == {np.dtype(np.float64)}


def test_4_4_set_fetch_basedir_is_undone_also_after_an_error(tmp_path):
    create_archive(tmp_path / "other")
    with pytest.raises(ZeroDivisionError), utils.set_fetch_basedir(tmp_path / "other"):
        with pytest.raises(ValueError):
            fetch.MSID("temp")
        _ = 1 / 0
    assert len(fetch.MSID("temp")) == 10


def test_4_4_stats_dt():
    assert utils.STATS_DT == {"5min": 328, "daily": 86400}


def test_4_4_no_telemetry_error():
    assert issubclass(utils.NoTelemetryError, Exception)


def test_4_4_get_date_id():
    assert utils.get_date_id("2019-02-20 21:09:58") == "2019-02-20T2109z"


def test_4_4_interval_functions_are_in_utils():
    """Their numbers are tested with sections 3.6, 3.7 and 12."""
    assert utils.logical_intervals([0.0, 1, 2], [False, True, False])["duration"].tolist() == [1.0]
    assert utils.state_intervals([0.0, 1], ["A", "B"])["val"].tolist() == ["A", "B"]


# ---------------------------------------------------------------- 4.6 gaps on order

SPEC = "--start 2010:001:00:00:20 --stop 2010:001:00:00:50"


def test_4_6_environment_cuts_every_fetch(monkeypatch):
    monkeypatch.setenv("CHETA_FETCH_DATA_GAP", SPEC)
    assert fetch.MSID("count").vals.tolist() == [0, 1, 5, 6, 7, 8, 9]
    assert [len(dat) for dat in fetch.MSIDset(["temp", "mode"]).values()] == [7, 7]


@pytest.mark.parametrize("name", ["temp", "mode", "flag"])
def test_4_6_create_msid_data_gap_cuts_all_columns_in_place(name):
    dat = fetch.MSID(name)
    assert fetch.create_msid_data_gap(dat, SPEC) is None
    assert {len(getattr(dat, column)) for column in dat.colnames} == {7}
    assert dat.times.tolist() == [T0 + 10 * k for k in (0, 1, 5, 6, 7, 8, 9)]


@pytest.mark.parametrize(
    ("includes", "excludes", "matches"),
    [([], [], True), (["te*"], [], True), (["co*"], [], False), (["*"], ["TE*"], False), (["a", "TEMP"], ["b"], True)],
)
def test_4_6_globs_ignore_case(includes, excludes, matches):
    assert fetch.msid_matches_data_gap_spec("temp", includes, excludes) is matches


def test_4_6_include_and_exclude_are_repeatable():
    spec = fetch.get_data_gap_spec_parser().parse_args(["--include", "a", "--include", "b", "--exclude", "c"])
    assert (spec.include, spec.exclude) == (["a", "b"], ["c"])


def test_4_6_include_and_exclude_decide_which_have_the_gap():
    for spec, rows in (("--include co*", 7), ("--include te*", 10), ("--exclude COUNT", 10)):
        dat = fetch.MSID("count")
        fetch.create_msid_data_gap(dat, f"{spec} {SPEC}")
        assert len(dat) == rows


def test_4_6_numbers_below_zero_are_seconds_before_now(monkeypatch):
    """As the text promises, and by default from 30,000 s to 3,000 s before; cheta takes them for 1997."""
    monkeypatch.setenv("CXOTIME_NOW", "2010:001:00:50:50")
    dat = fetch.MSID("count")
    fetch.create_msid_data_gap(dat, "--start -3025 --stop=-3005")
    assert dat.vals.tolist() == [0, 1, 2, 5, 6, 7, 8, 9]
    fetch.create_msid_data_gap(dat, "")
    assert dat.vals.tolist() == [5, 6, 7, 8, 9]


@pytest.mark.parametrize("spec", ["--start garbage", "--nonsense 5", "--start", "word", "--start '"])
def test_4_6_wrong_specification_is_a_value_error(spec):
    with pytest.raises(ValueError):
        fetch.create_msid_data_gap(fetch.MSID("count"), spec)
