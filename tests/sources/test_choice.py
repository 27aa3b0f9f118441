"""`data_source`: contract 4.5."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from jeta.errors import SourceError, SourceSpecError
from jeta.sources import Source, data_source, register, rows_of, set_local
from jeta.sources.mast import MastSource


class Bench(Source):
    name = "bench"

    def __init__(self, *, only="A"):
        self.only = only

    def names(self):
        return {self.only}

    def read(self, msid, start_s, stop_s, system, *, bracket=False):
        return rows_of([], [])


class Archive:
    def names(self):
        return ["AAINT", "AAMODE"]


def in_thread(action):
    """What a new thread gets."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(action).result()


def test_default_is_the_local_archive():
    assert (data_source.sources(), data_source.options()) == (("archive",), {"archive": {}})


def test_set_with_options():
    data_source.set("cxc", "mast timeout=5", "test-drop-half")
    assert data_source.sources() == ("archive", "mast", "test-drop-half")
    assert data_source.sources(include_test=False) == ("archive", "mast")
    assert data_source.options() == {"archive": {}, "mast": {"timeout": 5}, "test-drop-half": {}}


def test_options_are_copies():
    data_source.set("mast timeout=5")
    data_source.options()["mast"]["timeout"] = 6
    assert data_source.options() == {"mast": {"timeout": 5}}


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ((), "must select at least"),
        (("maude",), "not in allowed set"),
        (("archive", "mast wrong=1"), "no option 'wrong'"),
        (("mast timeout=0",), "option timeout must be a number of seconds above 0, but is 0"),
        (("archive", "cxc"), "'archive' is selected more than once"),
        ((None,), "chosen by its name"),
    ],
)
def test_wrong_choices_change_nothing(names, why):
    with pytest.raises(ValueError, match=why):
        data_source.set(*names)
    assert data_source.sources() == ("archive",)


def test_block_sets_and_restores():
    with data_source("mast") as target:
        assert target is None
        assert data_source.sources() == ("mast",)
        with data_source("archive", "mast timeout=9"):
            assert data_source.options()["mast"] == {"timeout": 9}
        assert data_source.options() == {"mast": {}}
    assert data_source.sources() == ("archive",)


def test_block_restores_after_an_exception():
    with pytest.raises(KeyError), data_source("mast"):
        raise KeyError("x")
    assert data_source.sources() == ("archive",)


def test_validation_happens_on_entering():
    wrong, none = data_source("maude"), data_source()
    with pytest.raises(ValueError, match="not in allowed set"), wrong:
        pass
    with pytest.raises(ValueError, match="must select at least"), none:
        pass
    assert data_source.sources() == ("archive",)


def test_one_object_may_be_entered_again_and_within_itself():
    block = data_source("mast")
    for _ in range(2):
        with block, data_source("archive"), block:
            assert data_source.sources() == ("mast",)
        assert data_source.sources() == ("archive",)


def test_set_within_a_block_ends_with_it():
    with data_source("mast"):
        with data_source("mast timeout=5"):
            data_source.set("archive")
            assert data_source.sources() == ("archive",)
            assert in_thread(data_source.sources) == ("archive",)
        assert data_source.sources() == ("mast",)
    assert data_source.sources() == ("archive",)


def test_set_outside_holds_for_all_threads():
    data_source.set("mast")
    assert in_thread(data_source.sources) == ("mast",)


def test_block_holds_for_its_thread_only():
    inside, looked = threading.Event(), threading.Event()

    def other():
        with data_source("mast timeout=7"):
            inside.set()
            looked.wait(5)
            return data_source.options()

    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(other)
        inside.wait(5)
        assert data_source.sources() == ("archive",)
        looked.set()
        assert found.result() == {"mast": {"timeout": 7}}


def test_a_copied_context_takes_the_block_along():
    with data_source("mast"):
        context = contextvars.copy_context()
    assert in_thread(lambda: context.run(data_source.sources)) == ("mast",)


def test_shown_with_options_but_without_secrets():
    assert repr(data_source("archive", "mast timeout=5")) == "<data_source: archive, mast timeout=5>"
    data_source.set("mast token='abc'")
    assert repr(data_source) == "<data_source: mast token=***>"


def test_selected_gives_the_objects_that_read():
    data_source.set("archive", "mast timeout=5", "test-drop-half")
    (archive, none), (mast, source), (_, nothing) = data_source.selected()
    assert (archive, none, mast, nothing) == ("archive", None, "mast", None)
    assert isinstance(source, MastSource)
    assert source is in_thread(lambda: data_source.selected()[1].source)


@pytest.mark.parametrize("name", ["archive", "ARCHIVE", "cxc", "CXC"])
def test_names_of_the_archive(name):
    set_local(Archive)
    assert data_source.get_msids(name) == {"AAINT", "AAMODE"}


def test_names_of_the_archive_need_fetch():
    with pytest.raises(SourceError, match=r"before jeta\.fetch is imported"):
        data_source.get_msids("archive")


def test_names_are_asked_for_with_the_options_in_use():
    register("bench", Bench)
    assert data_source.get_msids("Bench") == {"A"}
    with data_source("bench only='B'"):
        assert data_source.get_msids("BENCH") == {"B"}
        assert data_source.get_msids("bench only='C'") == {"C"}


@pytest.mark.parametrize("name", ["maude", "test-drop-half", "", None])
def test_names_of_other_sources_are_refused(name):
    with pytest.raises(SourceSpecError):
        data_source.get_msids(name)
