"""Every reader is fed with damaged files; ``JETA_FUZZ_INPUTS`` says with how many, by default some hundred each.

The inputs are the same at each run. Processes of their own read them, so that a crash of a library written in C is seen.
"""

from __future__ import annotations

import gzip
import json
import os
import signal
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formats import fuzz_run
from formats.fuzz import damaged
from formats.fuzz_seeds import MAPPED, targets
from jeta.errors import FormatError
from jeta.formats.table import Table, read_mapping
from jeta.testing.formats import check_delivery

INPUTS = int(os.environ.get("JETA_FUZZ_INPUTS", "250"))
NAMES = [
    *(
        "fos_hdf5",
        "edb_csv",
        "edb_json",
        "fof_csv",
        "fits_table",
        "table_csv",
        "table_parquet",
        "table_feather",
        "table_mapping",
    ),
    *("edb_csv_gzip", "edb_json_gzip", "fof_csv_gzip", "fits_table_gzip", "table_csv_gzip"),
]
FOUND = {
    "fos_hdf5": [1_416_976],
    "fof_csv": [2145, 11167, 11396],
    "table_csv": [818, 1_800_000],
    "table_mapping": [47, 1752, 10467],
    "table_feather": [10428, 1_013_229],
}
"""Inputs of which each was a fault once."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    pytest.importorskip("pyarrow")
    return targets(tmp_path_factory.mktemp("seeds"))


def test_every_reader_is_tried(made):
    assert list(made) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_seeds_are_valid(made, name, tmp_path):
    for seed in made[name].seeds:
        assert fuzz_run.tried(made[name], seed, tmp_path) == "read"


@pytest.mark.parametrize("name", NAMES)
def test_damage_is_read_or_refused(name):
    """No crash, no hang of 10 s, no 400 MB, no error but `FormatError`; and the damage is of both kinds."""
    pytest.importorskip("pyarrow")
    outcome = fuzz_run.run(name, 0, INPUTS)
    assert outcome.faults == []
    assert outcome.counts.total() == INPUTS
    assert min(outcome.counts["read"], outcome.counts["refused"]) > INPUTS // 20


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in FOUND for number in FOUND[name]])
def test_what_was_a_fault_is_none_any_more(made, name, number, tmp_path):
    assert fuzz_run.tried(made[name], damaged(made[name], number), tmp_path, number) in {"read", "refused"}


@pytest.mark.parametrize("name", NAMES)
def test_damage_is_the_same_at_each_run(made, name):
    assert [damaged(made[name], number) for number in range(20)] == [
        damaged(made[name], number) for number in range(20)
    ]
    assert len({damaged(made[name], number) for number in range(20)}) > 15


@pytest.mark.parametrize("name", [name for name in NAMES if name != "table_mapping"])
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_bytes_of_any_kind_behind_a_good_beginning(made, name, tmp_path, data):
    """What begins as the format does, and goes on as it likes."""
    target = made[name]
    seed = data.draw(st.sampled_from(target.seeds))
    packed = target.suffix.endswith(".gz")
    whole = gzip.decompress(seed) if packed else seed
    start = data.draw(st.integers(0, len(whole)))
    made_of = whole[:start] + data.draw(st.binary(max_size=200)) + whole[start + data.draw(st.integers(0, 200)) :]
    fuzz_run.tried(target, gzip.compress(made_of, mtime=0) if packed else made_of, tmp_path)


@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(
                st.sampled_from(["time", "columns", "msid", "value", "column", "format", "names", "missing", "x"]),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=12,
    )
)
def test_a_mapping_of_any_shape_is_taken_or_refused(tmp_path, text):
    """JSON is YAML too."""
    (tmp_path / "x.csv").write_bytes(MAPPED)
    (tmp_path / "x.csv.yaml").write_text(json.dumps(text))
    with suppress(FormatError):
        read_mapping(tmp_path / "x.csv.yaml")
        check_delivery(Table().read(tmp_path / "x.csv"))


# The driver itself: it must see what it is there for.


class Faulty:
    """A reader with a fault that one input in three meets."""

    name = "faulty"

    def __init__(self, fault):
        self.fault = fault

    def identify(self, path):
        return True

    def describe(self, path):
        raise FormatError(f"{path}: no")

    def read(self, path):
        return self.fault(path)


def wrong_error(path):
    raise KeyError("lost")


def wrong_message(path):
    raise FormatError("something is wrong")


def novel(path):
    raise FormatError(f"{path}: {'x' * 5000}")


@pytest.mark.parametrize(
    ("fault", "error"), [(wrong_error, KeyError), (wrong_message, AssertionError), (novel, AssertionError)]
)
def test_the_driver_sees_errors_that_are_not_announced(made, tmp_path, fault, error):
    with pytest.raises(error):
        fuzz_run.tried(replace(made["edb_csv"], reader=lambda: Faulty(fault)), b"x", tmp_path)


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A folder with a reader that fails as it is told, which child processes import before the right one."""

    def install(body):
        script = "from formats import fuzz_run\nfrom jeta.errors import FormatError\nimport os, signal, sys, time\n"
        script += "before = fuzz_run.tried\n"
        script += f"def tried(target, data, folder, number=0):\n    if number == 7:\n        {body}\n"
        script += "    return before(target, data, folder, number)\n"
        script += "fuzz_run.tried = tried\nsys.exit(fuzz_run.main(sys.argv[1:]))\n"
        (tmp_path / "broken.py").write_text(script)
        monkeypatch.setattr(fuzz_run, "_PROGRAM", [str(tmp_path / "broken.py")])
        monkeypatch.setenv("PYTHONPATH", str(fuzz_run._TESTS))

    return install


def test_the_driver_sees_a_crash_and_goes_on(broken):
    broken("os.kill(os.getpid(), signal.SIGSEGV)")
    outcome = fuzz_run.run("edb_csv", 0, 12)
    assert [number for number, _ in outcome.faults] == [7]
    assert "SIGSEGV" in outcome.faults[0][1]
    assert outcome.counts["ended the process"] == 1
    assert outcome.counts.total() == 12


def test_the_driver_stops_where_nothing_can_be_tried(broken):
    """Else each of its inputs would be a process that ends at once."""
    broken("pass\n    raise KeyError('all of them')")
    with pytest.raises(RuntimeError, match=r"(?s)a good file of edb_csv cannot be read: .*all of them"):
        fuzz_run.run("edb_csv", 0, 12)


def test_the_driver_sees_a_hang(broken, monkeypatch):
    broken("fuzz_run.signal.setitimer(signal.ITIMER_REAL, 0.2); time.sleep(60)")
    outcome = fuzz_run.run("edb_csv", 0, 9)
    assert [(number, signal.SIGALRM.name in text) for number, text in outcome.faults] == [(7, True)]


def test_the_driver_sees_memory_that_is_taken(broken):
    broken("bytearray(600 << 20)")
    outcome = fuzz_run.run("edb_csv", 0, 9)
    assert [number for number, _ in outcome.faults] == [7]
    assert "took 6" in outcome.faults[0][1]


def test_the_driver_tells_and_keeps_what_it_found(broken, monkeypatch, tmp_path, capsys):
    broken("raise KeyError('lost')")
    monkeypatch.setenv("JETA_FUZZ_INPUTS", "9")
    monkeypatch.setenv("JETA_FUZZ_KEEP", str(tmp_path))
    assert fuzz_run.main(["edb_csv"]) == 1
    told = capsys.readouterr().out
    assert "edb_csv: 9 inputs" in told
    assert "KeyError: 'lost'" in told
    assert (tmp_path / "edb_csv-7.csv").exists()
