"""The event sets of an archive, by name."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from jeta.archive.event_rules import LogicalEvents
from jeta.archive.event_sets import load_event_sets
from jeta.archive.event_tables import TableEvents
from jeta.archive.layout import Layout
from jeta.errors import EventSetError, ExpressionError, UnknownEventError
from jeta.intervals import Intervals
from jeta.times import show, to_seconds


@pytest.fixture
def folder(tmp_path):
    """Two tables, two rules, and files that are neither."""
    (tmp_path / "manvrs.csv").write_text("tstart,tstop,n\n10,20,1\n40,60,2\n", encoding="utf-8")
    (tmp_path / "dumps.csv").write_text("tstart,tstop\n50,55\n-30,-5\n", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text("hot: A > 1\nsafe: {where: B == 'ON', pad: 5}\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("Who keeps these.", encoding="utf-8")
    (tmp_path / ".manvrs.csv").write_text("an editor's", encoding="utf-8")
    (tmp_path / "old.csv").mkdir()
    return tmp_path


@pytest.fixture
def sets(folder):
    return load_event_sets(folder, "unix")


def evaluated(sets, expression, spans=()):
    """Where an expression is true between 0 and 100 s, and the spans for which logical expressions were evaluated."""
    asked = []

    def spans_where(definition, start_s, stop_s):
        asked.append((definition.name, start_s, stop_s))
        return Intervals([row[0] for row in spans], [row[1] for row in spans])

    return list(sets.evaluate(expression, 0.0, 100.0, spans_where)), asked


def test_the_folder_of_an_archive(tmp_path):
    assert Layout(tmp_path).events == tmp_path / "events"


def test_names_are_sorted(sets):
    assert sets.names() == ["dumps", "hot", "manvrs", "safe"]


def test_without_a_folder_there_are_none(tmp_path):
    assert load_event_sets(tmp_path / "events", "unix").names() == []


def test_get_gives_a_table_or_a_definition(sets):
    assert isinstance(sets.get("manvrs"), TableEvents)
    assert isinstance(sets.get("hot"), LogicalEvents)


def test_a_table_is_read_once(sets, folder):
    first = sets.get("manvrs")
    (folder / "manvrs.csv").unlink()
    assert sets.get("manvrs") is first


def test_a_wrong_table_does_not_keep_from_the_others(sets, folder):
    """It is read when it is asked for."""
    (folder / "dumps.csv").write_text("nothing of the kind\n", encoding="utf-8")
    assert len(sets.get("manvrs").intervals) == 2
    with pytest.raises(EventSetError, match=r"dumps\.csv: expected columns"):
        sets.get("dumps")


def test_unknown_name_near_to_one(sets, folder):
    with pytest.raises(UnknownEventError) as caught:
        sets.get("manvr")
    assert "no event set named 'manvr' (did you mean manvrs?)" in str(caught.value)
    assert f"manvr.ecsv or manvr.csv, or an entry manvr in a .yaml file, into {folder}" in str(caught.value)


def test_unknown_name_far_from_all(sets, tmp_path):
    with pytest.raises(UnknownEventError, match="there are 4, such as dumps, hot, manvrs, safe"):
        sets.get("xyz")
    with pytest.raises(KeyError, match="the archive defines none yet"):
        load_event_sets(tmp_path / "none", "unix").get("xyz")


@pytest.mark.parametrize("name", ["my-events.csv", "2022.csv", "True.csv", "a b.ecsv"])
def test_names_must_be_usable_in_expressions(folder, name):
    (folder / name).touch()
    with pytest.raises(
        EventSetError, match="expected a name of letters, digits and _ that does not start with a digit"
    ):
        load_event_sets(folder, "unix")


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        (
            "manvrs.ecsv",
            "",
            r"manvrs\.ecsv: event set 'manvrs': expected each name once, but it is also in manvrs\.csv",
        ),
        ("z.yml", "\nmanvrs: A\n", r"z\.yml:2: event set 'manvrs': .* also in manvrs\.csv"),
        ("z.yaml", "z: A\nz: B\n", r"z\.yaml:2: event set 'z': .* also in z\.yaml:1"),
    ],
)
def test_a_name_stands_for_one_event_set(folder, name, text, places):
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(EventSetError, match=places):
        load_event_sets(folder, "unix")


def test_fresh_is_the_same_while_files_are(sets):
    assert sets.fresh() is sets


@pytest.mark.parametrize("change", ["come", "go", "grow", "touch"])
def test_fresh_loads_again_when_a_file_has_changed(sets, folder, change):
    path = folder / "dumps.csv"
    status = path.stat()
    if change == "come":
        (folder / "more.yaml").write_text("more: A\n", encoding="utf-8")
    elif change == "go":
        path.unlink()
    elif change == "grow":
        path.write_text("tstart,tstop\n50,55\n-30,-5\n70,71\n", encoding="utf-8")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    else:
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1000))
    again = sets.fresh()
    assert again is not sets
    assert again.fresh() is again


def test_evaluate_over_tables(sets):
    assert evaluated(sets, "manvrs[pad=-2] & ~dumps") == ([(12, 18), (42, 50), (55, 58)], [])
    assert evaluated(sets, "manvrs[n=2] | dumps[pad=10]") == ([(0, 5), (40, 65)], [])


def test_evaluate_asks_where_a_logical_expression_is_true(sets):
    """Once, for the span of the request and as much more as pads need."""
    assert evaluated(sets, "hot & ~hot[pad=-1]", [(10, 20)]) == ([(10, 11), (19, 20)], [("hot", -1.0, 101.0)])


def test_the_pad_of_a_definition_comes_before_that_of_the_expression(sets):
    found = evaluated(sets, "safe[pad=-2] | manvrs[n=9]", [(-20, -4), (50, 51)])
    assert found == ([(47, 54)], [("safe", -7.0, 107.0)])


def test_evaluate_refuses_filters_of_a_logical_expression(sets):
    with pytest.raises(
        ExpressionError, match="'hot' is a logical expression without columns; expected no argument but pad, got n"
    ):
        evaluated(sets, "hot[n=5]")


def test_evaluate_refuses_unknown_names_before_anything_is_evaluated(sets):
    asked = []
    with pytest.raises(UnknownEventError, match="did you mean dumps"):
        sets.evaluate("hot | dump", 0.0, 1.0, lambda *of: asked.append(of))
    assert asked == []


def test_several_threads_get_the_same_table(sets):
    with ThreadPoolExecutor(8) as pool:
        tables = list(pool.map(lambda _: sets.get("manvrs"), range(32)))
    assert {tuple(table.intervals) for table in tables} == {((10.0, 20.0), (40.0, 60.0))}
    assert all(table is sets.get("manvrs") for table in tables)


def test_real_tables_of_states_in_one_expression(shared_data, tmp_path):
    """Minutes of observation 30702 in format 2, which the tables say to the ms."""
    for name in ("obsid", "format"):
        (path,) = (shared_data / "chandra_kadi").glob(f"{name}-*.ecsv")
        (tmp_path / f"{name}.ecsv").write_bytes(path.read_bytes())
    sets = load_event_sets(tmp_path, "unix")
    start_s, stop_s = to_seconds(["2024:360", "2025:030"])
    found = sets.evaluate("obsid[obsid=30702, pad=-60] & format[format='FMT2']", start_s, stop_s, None)
    assert show(found.tstart, "date").tolist() == ["2024:360:06:42:17.939"]
    assert show(found.tstop, "date").tolist() == ["2024:360:09:50:24.865"]
