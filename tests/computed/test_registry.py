"""Classes of other packages, and classes defined from many threads."""

from __future__ import annotations

import logging
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import EntryPoint

import pytest

from jeta.computed import ComputedMsid, derived_parameters, find, registry

PLUGIN = """
from jeta.computed import ComputedMsid, DerivedParameter
class FromPlugin(ComputedMsid):
    msid_match = "from_plugin"
class DP_FROM_PLUGIN(DerivedParameter):
    rootparams, time_step = ["a"], 1.0
    def calc(self, data): return data["a"].vals
"""


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """Says which entry points there are; nothing is loaded yet."""
    (tmp_path / "plugin_module.py").write_text(PLUGIN)
    (tmp_path / "broken_module.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)

    def install(*values):
        points = [EntryPoint(f"p{number}", value, registry.GROUP) for number, value in enumerate(values)]
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points if group == registry.GROUP else [])
        registry.load_plugins.cache_clear()

    yield install
    sys.modules.pop("plugin_module", None)
    registry.load_plugins.cache_clear()


@pytest.mark.parametrize("value", ["plugin_module", "plugin_module:FromPlugin"])
def test_plugin_is_loaded_at_the_first_lookup(installed, value):
    installed(value)
    assert "plugin_module" not in sys.modules
    assert find("FROM_PLUGIN")[0].__name__ == "FromPlugin"


def test_plugin_may_bring_derived_parameters(installed):
    installed("plugin_module")
    assert "DP_FROM_PLUGIN" in derived_parameters()


@pytest.mark.parametrize(
    "value", ["broken_module", "no_such_module", "math:no_such_name", "math:pi", "json:JSONDecoder"]
)
def test_plugin_that_is_none_is_set_aside_with_a_warning(installed, value, caplog):
    installed(value, "plugin_module")
    with caplog.at_level(logging.WARNING):
        assert find("from_plugin") is not None
    assert f"{value} set aside" in caplog.text


def test_classes_defined_in_threads_are_all_known():
    def define(number):
        return type(f"T{number}", (ComputedMsid,), {"msid_match": f"t{number}"})

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(define, range(50)))
    assert [find(f"T{number}")[0] for number in range(50)] == made


def test_classes_of_one_name_in_two_modules_are_two():
    kept = registry.ClassRegistry()
    modules = types.new_class("A", exec_body=lambda body: body.update(__module__="one")), types.new_class("A")
    for cls in (*modules, modules[0]):
        kept.add(cls)
    assert kept.classes == list(modules)
