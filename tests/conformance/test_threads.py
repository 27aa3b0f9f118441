"""Fetching from eight threads at once gives the same as fetching one after the other."""

from __future__ import annotations

import functools
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from jeta import fetch, fetch_eng, fetch_sci, utils
from jeta.archive import open_archive

pytestmark = pytest.mark.usefixtures("scenario")

THREADS = 8
DAY = ("2010:001", "2010:002")
DAYS = ("2009:365", "2010:004")


def content(dat):
    """Everything of an object that users see."""
    arrays = {name: getattr(dat, name) for name in dat.colnames if getattr(dat, name) is not None}
    arrays["raw_vals"] = dat.raw_vals
    lists = {name: None if array is None else (str(array.dtype), array.tolist()) for name, array in arrays.items()}
    return repr(dat), dat.data_source, dat.state_codes, dat.units["system"], lists


def contents(dats):
    """The same of each member of a set."""
    return [(name, content(dat)) for name, dat in dats.items()]


def interpolated(names, **kwargs):
    dats = fetch.MSIDset(names, *DAY)
    dats.interpolate(dt=100.0, **kwargs)
    return contents(dats)


def half(job):
    """A job with the second half of all samples dropped."""
    with fetch.data_source("archive", "test-drop-half"):
        return job()


JOBS = {
    "numbers": lambda: content(fetch.MSID("tephin", *DAY)),
    "good": lambda: content(fetch.Msid("TepHin", *DAYS)),
    "engineering": lambda: content(fetch_eng.MSID("tephin", *DAY)),
    "scientific": lambda: content(fetch_sci.Msid("tephin", *DAY)),
    "states": lambda: content(fetch.MSID("aamode", *DAY)),
    "5min": lambda: content(fetch_eng.MSID("tephin", *DAY, stat="5min")),
    "daily": lambda: content(fetch.MSID("tephin", *DAYS, stat="daily")),
    "daily_states": lambda: content(fetch.MSID("aamode", *DAYS, stat="daily")),
    "computed": lambda: content(fetch_sci.MSID("diff__tephin__xyz", *DAY)),
    "set": lambda: contents(fetch.MSIDset(["te*", "aa*", "xyz"], *DAY)),
    "interpolated": lambda: interpolated(["tephin", "aamode"]),
    "united": lambda: interpolated(["tephin", "xyz"], bad_union=True),
    "intervals": lambda: content(fetch.MSID("aamode", [DAY, ("2010:003", "2010:004")])),
    "bracketed": lambda: content(fetch.MSID("tephin", "2010:003:01:00", "2010:003:02:00", bracket=True)),
    "telem_eng": lambda: contents(fetch.get_telem(["tephin"], *DAY, unit_system="eng", quiet=True)),
    "telem_sci": lambda: contents(fetch.get_telem(["tephin"], *DAY, unit_system="sci", interpolate_dt=328, quiet=True)),
    "table": lambda: [str(row) for row in utils.get_telem_table(["tephin", "aamode"], *DAY, unit_system="cxc")],
    "runs": lambda: list(fetch.MSID("aamode", *DAYS).state_intervals()["tstart"]),
    "half": lambda: half(JOBS["numbers"]),
    "half_states": lambda: half(JOBS["states"]),
    "half_daily": lambda: half(JOBS["daily"]),
    "half_set": lambda: half(JOBS["set"]),
    "range": lambda: fetch.get_time_range("tephin", "date"),
    "last_known": lambda: str(fetch.last_known("tephin", "2010:002")),
}


def at_once(call, of):
    """Results of a call for each of some things, begun by all threads at the same moment."""
    barrier = threading.Barrier(THREADS)

    def run(each):
        barrier.wait(30)
        return call(each)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, of))


def test_every_kind_of_fetch_at_once_is_that_of_one_after_the_other(scenario_archive):
    """Each thread does all jobs, in an order of its own, on an archive that nobody has read yet."""
    expected = {name: job() for name, job in JOBS.items()}
    orders = [np.random.default_rng(seed).permutation(list(JOBS)) for seed in range(THREADS)]
    with fetch.set_archive(open_archive(scenario_archive)):
        found = at_once(lambda order: {name: JOBS[name]() for name in order}, orders)
    wrong = [name for result in found for name in JOBS if result[name] != expected[name]]
    assert wrong == []


def test_sources_of_some_threads_are_not_those_of_others():
    """Every second one drops half."""

    def rows(number):
        if number % 2:
            return half(lambda: len(fetch.MSID("tephin", *DAY)))
        return len(fetch.MSID("tephin", *DAY))

    for _ in range(5):
        assert at_once(rows, range(THREADS)) == [2635, 1317] * 4
    assert fetch.data_source.sources() == ("archive",)


def test_unit_systems_of_telemetry_requests_do_not_mix():
    systems = ["eng", "sci", "cxc", "eng"] * 2
    units = {"eng": "DEGF", "sci": "DEGC", "cxc": "K"}

    def unit(system):
        return [fetch.get_telem("tephin", *DAY, unit_system=system, quiet=True)["tephin"].unit for _ in range(5)]

    assert at_once(unit, systems) == [[units[system]] * 5 for system in systems]
    assert [module.get_units() for module in (fetch, fetch_eng, fetch_sci)] == ["cxc", "eng", "sci"]


def look(dat, number):
    """Texts, counts or the texts of a copy."""
    if number % 3 == 1:
        return dat.raw_vals.tolist()
    return (dat.copy() if number % 3 else dat).vals.tolist()


def test_states_of_one_object_are_decoded_once_for_all_threads():
    texts = fetch.MSID("aamode", *DAYS).vals.tolist()
    counts = [0 if text == "OFF" else 1 for text in texts]
    for _ in range(20):
        found = at_once(functools.partial(look, fetch.MSID("aamode", *DAYS)), range(THREADS))
        assert found == [counts if number % 3 == 1 else texts for number in range(THREADS)]


def test_bad_times_are_read_by_some_while_others_apply_them():
    """A table is there as a whole or not at all: no thread fails, and none sees half an interval."""
    full = len(fetch.MSID("tephin", *DAY))

    def work(number):
        if number % 2:
            return [
                fetch.read_bad_times([f"T{number}* 2010:001 2010:002"] * 5 + ["TE* 2010:001 2010:002"])
                for _ in range(20)
            ]
        kept = []
        for _ in range(20):
            dat = fetch.MSID("tephin", *DAY)
            dat.filter_bad_times()
            kept.append(len(dat))
        return kept

    found = at_once(work, range(THREADS))
    assert {rows for number in range(0, THREADS, 2) for rows in found[number]} <= {0, full}


def test_one_set_is_copied_and_pickled_by_all():
    dats = fetch.MSIDset(["tephin", "aamode"], *DAY)
    expected = contents(dats.copy())
    copies = at_once(lambda number: dats.copy() if number % 2 else pickle.loads(pickle.dumps(dats)), range(THREADS))
    assert [contents(new) == expected for new in copies] == [True] * THREADS


def test_first_fetches_of_a_process_can_be_in_threads(small_archive):
    """What is imported when first needed is imported once, and nobody waits for ever."""
    script = """if True:
        import sys, threading
        from jeta import fetch
        fetch.set_archive(sys.argv[1])
        span = "2010:001", "2010:002"
        jobs = [
            lambda: len(fetch.MSID("temp", *span)),
            lambda: len(fetch.MSID("mode", *span).state_intervals()),
            lambda: len(fetch.MSIDset(["*"], *span).interpolate(10.0, copy=True).times),
            lambda: fetch.get_telem(["temp"], *span, quiet=True)["temp"].unit,
            lambda: len(fetch.gaps("temp")),
            lambda: len(fetch.MSID("diff__temp__count", *span)),
            lambda: len(fetch.MSID("temp", *span, stat="daily")),
            lambda: fetch.last_known("temp").val,
        ]
        barrier, found = threading.Barrier(8), [None] * 8
        def run(number):
            barrier.wait()
            found[number] = jobs[number]()
        threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join(60)
        print(found)
    """
    done = subprocess.run(
        [sys.executable, "-c", script, str(small_archive)], capture_output=True, text=True, check=True, timeout=120
    )
    assert (done.stdout, done.stderr) == ("[10, 5, 10, 'DEGF', 0, 10, 0, 289.0]\n", "")
