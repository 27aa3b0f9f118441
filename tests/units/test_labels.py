"""Labels of units in each system (contract 4.2, point "systems")."""

from __future__ import annotations

import json

import pytest

from jeta.errors import UnitSystemError
from jeta.units import SYSTEMS, LabelTable, label_in


def test_there_are_three_systems():
    assert set(SYSTEMS) == {"cxc", "sci", "eng"}


@pytest.mark.parametrize(
    ("stored", "sci", "eng"),
    [
        ("K", "DEGC", "DEGF"),
        ("DEGF", "DEGC", "DEGF"),
        ("degF", "DEGC", "degF"),
        ("DEGC", "DEGC", "DEGF"),
        ("C", "C", "DEGF"),
        ("deltaK", "DEGC", "DEGF"),
        ("kPa", "kPa", "PSIA"),
        ("J", "J", "FTLB"),
        ("J*s", "J*s", "FTLBSEC"),
        ("V", "V", "V"),
        ("rad/s", "rad/s", "rad/s"),
        (None, None, None),
    ],
)
def test_rules_from_the_stored_label(stored, sci, eng):
    """'cxc' is as stored, 'sci' has temperatures in DEGC, 'eng' has DEGF, PSIA, FTLB."""
    assert [label_in(system, stored, {}) for system in ("cxc", "sci", "eng")] == [stored, sci, eng]


def test_a_label_of_its_own_goes_before_the_rule():
    own = {"eng": "TORR"}
    assert [label_in(system, "kPa", own) for system in ("cxc", "sci", "eng")] == ["kPa", "kPa", "TORR"]


def test_values_in_cxc_are_those_stored_whatever_the_label():
    assert label_in("cxc", "DEGC", {"cxc": "K"}) == "DEGC"
    assert label_in("cxc", None, {"cxc": "K"}) == "K"
    assert label_in("eng", None, {"cxc": "K"}) == "DEGF"


def test_empty_labels_are_none_at_all():
    assert label_in("cxc", "", {}) is None
    assert label_in("eng", "K", {"eng": ""}) == "DEGF"


def test_an_unknown_system_names_those_that_there_are():
    with pytest.raises(UnitSystemError, match=r"unit_system must be in \{'cxc', 'sci', 'eng'\}, got 'metric'"):
        label_in("metric", "K", {})


def test_a_table_of_labels_knows_its_names_and_nothing_else():
    table = LabelTable({"tephin": {"cxc": "K", "sci": None}})
    assert table.names() == ("TEPHIN",)
    assert table.labels("TEPHIN") == ("K", {"cxc": "K"})
    assert table.labels("AORATE1") == (None, {})


def test_a_table_with_an_unknown_system_is_refused():
    with pytest.raises(UnitSystemError, match="'si'"):
        LabelTable({"TEPHIN": {"si": "K"}})


def test_the_rules_give_the_ancestors_labels_of_an_archive(shared_data):
    labels = json.loads((shared_data / "legacy_cheta" / "units.json").read_text())
    for row in labels.values():
        assert {system: label_in(system, row["cxc"], {}) for system in row} == row
