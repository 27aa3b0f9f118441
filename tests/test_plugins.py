"""What other packages add by entry points."""

from __future__ import annotations

import logging
from importlib.metadata import EntryPoint

import pytest

from jeta import plugins

GROUP = "jeta.examples"


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """Return a function that installs entry points of GROUP: names, each with what it names."""
    (tmp_path / "module_that_divides.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)

    def install(**values):
        found = [EntryPoint(name, value, GROUP) for name, value in values.items()]
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: found if group == GROUP else [])

    return install


def test_points_are_sorted_and_not_loaded(installed):
    installed(b="no_such_module", a="math:pi")
    assert [point.name for point in plugins.points(GROUP)] == ["a", "b"]
    assert plugins.points("jeta.others") == []


def test_what_was_loaded_is_made_into_what_is_wanted(installed):
    installed(one="math:floor", two="math:ceil")
    assert [(point.name, found) for point, found in plugins.load(GROUP, "example", lambda found: found(1.5))] == [
        ("one", 1), ("two", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("math:no_such_name", "AttributeError: "),
        ("module_that_divides", "ZeroDivisionError: division by zero"),
        ("math:sqrt", "ValueError: "),  # which fails when called
    ],
)
def test_plugin_that_fails_is_a_warning_and_the_others_are_loaded(installed, caplog, value, why):
    installed(bad=value, good="math:fabs")
    with caplog.at_level(logging.WARNING, "jeta"):
        loaded = list(plugins.load(GROUP, "example", lambda found: found(-4.0)))
    assert [(point.name, found) for point, found in loaded] == [("good", 4.0)]
    assert f"example bad of {value} set aside: {why}" in caplog.text


def test_what_nobody_foresaw_is_not_swallowed(installed):
    def make(found):
        raise KeyboardInterrupt

    installed(one="math:pi")
    with pytest.raises(KeyboardInterrupt):
        list(plugins.load(GROUP, "example", make))
