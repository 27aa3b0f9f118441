"""Sources by name, and those of other packages."""

from __future__ import annotations

import logging
from importlib.metadata import EntryPoint

import pytest

from jeta.errors import SourceSpecError
from jeta.sources import Source, known, register, registry, rows_of, unregister
from jeta.sources.mast import MastSource
from jeta.sources.options import parse_spec


class Bench(Source):
    name = "bench"

    def __init__(self, *, rate=1):
        self.rate = rate
        if rate == 0:
            raise ZeroDivisionError("no rate")

    def names(self):
        return {"A", "B"}

    def read(self, msid, start_s, stop_s, system, *, bracket=False):
        return rows_of([start_s], [self.rate])


class Half:
    name = "half"


@pytest.fixture
def plugins(monkeypatch):
    """Return a function that installs entry points: names, each with the object of this module that it names."""

    def install(**named):
        points = [EntryPoint(name, f"{__name__}:{found}", registry.GROUP) for name, found in named.items()]
        monkeypatch.setattr(EntryPoint, "load", lambda self: globals()[self.attr])
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points if group == registry.GROUP else [])
        registry._plugins.cache_clear()

    yield install
    registry._plugins.cache_clear()


def test_own_sources_come_first(plugins):
    plugins(bench="Bench")
    register("here", Bench)
    assert known() == ("archive", "mast", "test-drop-half", "here", "bench")


def test_cxc_is_another_name_of_the_archive():
    assert registry.checked("cxc").name == "archive"


@pytest.mark.parametrize("text", ["maude", "MAST", "cx", "archives", "mast2 timeout=5"])
def test_unknown_name_is_refused_with_the_names_that_are_known(text):
    """Contract 4.5: unknown name, ValueError containing 'not in allowed set'."""
    with pytest.raises(ValueError, match=f"{text.split()[0]}.* not in allowed set: archive, mast, test-drop-half"):
        registry.checked(text)


def test_a_near_name_is_suggested():
    with pytest.raises(SourceSpecError, match="did you mean 'archive'"):
        registry.checked("archve")


@pytest.mark.parametrize("text", ["archive timeout=5", "cxc a=1", "test-drop-half x=1"])
def test_what_takes_no_options_says_so(text):
    with pytest.raises(SourceSpecError, match="takes none; leave them out"):
        registry.checked(text)


def test_entry_point_is_made_with_its_options(plugins):
    plugins(bench="Bench")
    made = registry.source(registry.checked("bench rate=3"))
    assert (made.rate, made.knows("A"), made.knows("C"), made.entry("A"), made.time_range("A", "unix")) == (
        3, True, False, None, None,
    )  # fmt: skip


def test_rows_are_engineering_values_unless_a_source_says_otherwise():
    class Counts(Bench):
        gives_counts = True

    assert (Bench().gives_counts, MastSource().gives_counts, Counts().gives_counts) == (False, False, True)


def test_one_object_for_the_same_options():
    register("bench", Bench)
    one, same, other = (registry.source(registry.checked(text)) for text in ("bench", "bench", "bench rate=2"))
    assert one is same is not other
    assert isinstance(registry.source(parse_spec("mast")), MastSource)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("bench rates=3", "'bench rates=3' cannot be made: TypeError: .*rates"),
        ("bench rate=0", "cannot be made: ZeroDivisionError: no rate"),
        ("half", "has not all of name, names, read"),
        ("absent", "'absent' of .* does not load: KeyError"),
        ("text", "is 'no class'; expected a class or function"),
    ],
)
def test_source_that_cannot_be_made_says_why(plugins, text, why):
    plugins(bench="Bench", half="Half", absent="NotThere", text="TEXT")
    with pytest.raises(SourceSpecError, match=why):
        registry.checked(text)


TEXT = "no class"


def test_entry_points_cannot_take_names_that_are_jetas(plugins, caplog):
    with caplog.at_level(logging.WARNING, "jeta"):
        plugins(mast="Bench", Upper="Bench", bench="Bench")
        assert known() == ("archive", "mast", "test-drop-half", "bench")
    assert "mast of" in caplog.text
    assert "the name is not a lower-case word" in caplog.text


@pytest.mark.parametrize("name", ["mast", "archive", "cxc", "test-drop-half", "Upper", "two words", "", None])
def test_names_that_cannot_be_registered(name):
    with pytest.raises(SourceSpecError, match="cannot be registered as"):
        register(name, Bench)


def test_only_what_can_be_called_can_be_registered():
    with pytest.raises(SourceSpecError, match="expected a class or function"):
        register("bench", "Bench")


def test_registering_again_replaces():
    register("bench", Bench)
    first = registry.source(parse_spec("bench"))
    register("bench", lambda: Bench(rate=9))
    assert registry.source(parse_spec("bench")).rate == 9 != first.rate
    unregister("bench")
    assert "bench" not in known()
