"""`derived`: derived parameters worked out and stored."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta import fetch, update
from jeta.archive import Writer, create_archive
from jeta.computed import DerivedParameter
from jeta.computed.registry import DERIVED
from jeta.errors import ArchiveLockedError, UnknownMsidError, ValuesError
from update.deliveries import everything

S = 1_600_000_000.0


@pytest.fixture(autouse=True)
def _classes_forgotten():
    before = list(DERIVED.classes)
    DERIVED.classes.clear()
    yield
    DERIVED.classes[:] = before


def make(name="DP_SUM", **attributes):
    """A derived parameter that is the sum of A and B."""
    body = {"rootparams": ["a", "b"], "time_step": 2.0, "calc": lambda self, data: data["a"].vals + data["b"].vals}
    return type(name, (DerivedParameter,), {**body, **attributes})


@pytest.fixture
def filled(archive):
    """A of 0 to 99, each second; B of 10 times that, from 10 on."""
    second = np.arange(100.0)
    update.append("a", S + second, second, second == 50, archive=archive)
    update.append("b", S + second[10:91], 10 * second[10:91], archive=archive)
    return archive


def stored(archive, name="DP_SUM"):
    rows = everything(archive, name)
    quality = np.zeros(len(rows.times), bool) if rows.quality is None else rows.quality != 0
    return rows.times, rows.values, quality


def test_all_points_that_all_inputs_cover_are_stored(filled):
    make()
    report = update.derived(archive=filled)
    times, values, bads = stored(filled)
    assert (times - S).tolist() == list(range(10, 91, 2))
    assert values[~bads].tolist() == [11.0 * second for second in range(10, 91, 2) if second != 50]
    assert ((times[bads] - S).tolist(), np.isnan(values[bads]).all()) == ([50], True)
    assert (report.stored, report.msids["DP_SUM"].bad, report.errors) == (41, 1, {})
    assert (report.msids["DP_SUM"].first_s, report.msids["DP_SUM"].last_s) == (S + 10, S + 90)


def test_run_twice_adds_nothing(filled):
    make()
    update.derived(archive=filled)
    report = update.derived(archive=filled)
    assert (report.read, len(stored(filled)[0])) == (0, 41)


def test_goes_on_after_the_last_point(filled):
    make()
    update.derived(archive=filled)
    update.append("b", S + np.arange(91.0, 97.0), np.zeros(6), archive=filled)
    report = update.derived(archive=filled)
    assert (report.read, report.stored, (stored(filled)[0][-1] - S)) == (3, 3, 96)


@pytest.mark.parametrize("step", [0.25625, 1.025, 0.1, 1 / 3, 7])
def test_times_are_exact_multiples(filled, step):
    make(time_step=step)
    update.derived(archive=filled)
    times = stored(filled)[0]
    indexes = np.round(times / step)
    assert times.tobytes() == (indexes * step).tobytes()
    assert set(np.diff(indexes)) == {1.0}
    assert (times[0] - step < S + 10 <= times[0], times[-1] <= S + 90 < times[-1] + step) == (True, True)
    assert update.derived(archive=filled).read == 0


@pytest.fixture
def small_pieces(monkeypatch):
    """Three points a piece."""
    monkeypatch.setattr(import_module("jeta.update.derived"), "PIECE_POINTS", 3)


def test_pieces_give_what_one_piece_gives(filled, small_pieces, monkeypatch):
    """`calc` sees beyond its piece, so that it may look at neighbours."""
    make(calc=lambda self, data: np.gradient(data["a"].vals))
    update.derived(archive=filled)
    in_pieces = stored(filled)
    monkeypatch.undo()
    report = update.derived(archive=filled, start=S)
    assert (report.read, report.duplicate, report.replaced) == (len(in_pieces[0]), len(in_pieces[0]), 0)


def test_killed_between_pieces_the_next_run_goes_on(filled, small_pieces):
    make()

    def stop_after_five(done, total, msid):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update.derived(archive=filled, progress=stop_after_five)
    assert len(stored(filled)[0]) == 15
    assert update.derived(archive=filled).stored == 26
    assert (stored(filled)[0] - S).tolist() == list(range(10, 91, 2))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4), st.integers(1, 9))
def test_in_any_number_of_runs_the_same_is_stored(tmp_path_factory, deliveries, max_gap):
    """As data come in order, nothing is decided before it can be."""
    make(max_gap=float(max_gap))
    kept = np.flatnonzero(np.sin(np.arange(61)) > -0.3)
    one, many = (create_archive(tmp_path_factory.mktemp("a") / name) for name in ("one", "many"))
    done_a = done_b = -1
    for upto_a, upto_b in [*sorted(deliveries), (60, 60)]:
        for name, done, upto in (("a", done_a, upto_a), ("b", done_b, upto_b)):
            new = kept[(kept > done) & (kept <= upto)]
            update.append(name, S + new, 1.0 * new, archive=many)
        done_a, done_b = max(done_a, upto_a), max(done_b, upto_b)
        if "A" in many and "B" in many:
            update.derived(archive=many)
    for name in ("a", "b"):
        update.append(name, S + kept, 1.0 * kept, archive=one)
    update.derived(archive=one)
    assert [column.tobytes() for column in stored(one)] == [column.tobytes() for column in stored(many)]


def test_late_data_are_picked_up_from_start_on(filled):
    make(max_gap=1.0)
    update.append("b", S + np.array([120.0, 122.0]), np.zeros(2), archive=filled)
    update.append("a", S + np.array([120.0, 122.0]), np.ones(2), archive=filled)
    update.derived(archive=filled)
    assert stored(filled)[2].sum() == 1 + 14  # a bad sample, and the gap from 92 to 118
    late = np.arange(91.0, 119.0)
    update.append("b", S + late, np.zeros(28), archive=filled)
    update.append("a", S + late, late, archive=filled)
    assert update.derived(archive=filled).read == 0
    report = update.derived(archive=filled, start=S + 60)
    assert (report.read, report.replaced, stored(filled)[2].sum()) == (32, 14, 1)


def test_start_is_inside_and_stop_outside(filled):
    make()
    report = update.derived(archive=filled, start=S + 20, stop=S + 30)
    assert (stored(filled)[0] - S).tolist() == [20, 22, 24, 26, 28]
    assert (report.msids["DP_SUM"].first_s, report.msids["DP_SUM"].last_s) == (S + 20, S + 28)


def test_start_may_be_a_date(filled):
    make()
    assert update.derived(archive=filled, start="2020:257:12:28:00").read == 6


@pytest.mark.parametrize(("names", "expected"), [("dp_o*", ["DP_ONE"]), (["one", "CALC_two"], ["DP_ONE", "DP_TWO"])])
def test_names_and_patterns(filled, names, expected):
    make("DP_ONE")
    make("DP_TWO")
    assert list(update.derived(names, archive=filled).msids) == expected


def test_unknown_name_is_refused(filled):
    make()
    with pytest.raises(UnknownMsidError, match="no derived parameter is called 'x'; known are DP_SUM"):
        update.derived("x", archive=filled)


def test_parameters_may_be_made_of_each_other(filled):
    make("DP_A2", rootparams=["dp_z", "b"], calc=lambda self, data: data["dp_z"].vals * 2)
    make("DP_Z")
    report = update.derived(archive=filled)
    assert list(report.msids) == ["DP_Z", "DP_A2"]
    assert stored(filled, "DP_A2")[1][:3].tolist() == [220, 264, 308]


def test_circle_is_refused(filled):
    make("DP_P", rootparams=["dp_q"])
    make("DP_Q", rootparams=["dp_p"])
    with pytest.raises(ValuesError, match=r"made of each other: DP_. of DP_. of DP_."):
        update.derived(archive=filled)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rootparams": ["a", "nothing"]}, "nothing"),
        ({"rootparams": ["diff__a__b"]}, "has no stored samples"),
        ({"calc": lambda self, data: 1 / 0}, "ZeroDivisionError"),
        ({"calc": lambda self, data: data["c"]}, "KeyError"),
        ({"calc": lambda self, data: data["a"].vals.astype(complex)}, "complex128"),
    ],
)
def test_one_that_fails_does_not_stop_the_others(filled, wrong, message):
    make("DP_BROKEN", **wrong)
    make("DP_SUM")
    report = update.derived(archive=filled)
    assert message in report.errors["DP_BROKEN"]
    assert (report.stored, list(report.errors)) == (41, ["DP_BROKEN"])


@pytest.mark.parametrize("dtype", [np.float32, np.int16, bool])
def test_result_has_its_type(filled, dtype):
    make(dtype=dtype, max_gap=10.0)
    update.derived(archive=filled)
    assert stored(filled)[1].dtype == dtype


def test_result_may_be_texts(filled):
    make(calc=lambda self, data: np.where(data["a"].vals > 49, "HIGH", "LOW"))
    update.derived(archive=filled)
    with fetch.set_archive(filled):
        dat = fetch.Msid("sum", S, S + 200)  # DP_ may be left out
    assert (dat.MSID, set(dat.vals[:15]), set(dat.vals[25:])) == ("DP_SUM", {"LOW"}, {"HIGH"})


def test_inputs_that_never_overlap_give_nothing(archive):
    make()
    update.append("a", S + np.arange(10.0), np.zeros(10), archive=archive)
    update.append("b", S + 100 + np.arange(10.0), np.zeros(10), archive=archive)
    report = update.derived(archive=archive)
    assert (report.read, report.errors, report.msids["DP_SUM"].first_s) == (0, {}, None)


def test_steps_longer_than_a_piece(archive):
    day = 86_400.0
    make(time_step=5 * day, max_gap=day)
    for name in ("a", "b"):
        update.append(name, S + day * np.arange(30.0), np.ones(30), archive=archive)
    update.derived(archive=archive)
    assert stored(archive)[1].tolist() == [2.0] * 6


def test_archive_in_use_is_the_default(filled):
    make()
    with fetch.set_archive(filled):
        assert update.derived().stored == 41


def test_two_runs_at_once_are_refused(filled):
    make()
    with Writer(filled.root), pytest.raises(ArchiveLockedError):
        update.derived(archive=filled)


def test_report_reads_as_text(filled):
    make()
    report = update.derived(archive=filled)
    assert str(report).splitlines() == [
        "1 derived parameter: 41 points, 41 stored",
        "  DP_SUM: 41 points, 41 stored, 0 replaced, 1 bad",
    ]
    assert repr(report) == "<DerivedReport 1 derived parameter: 41 points, 41 stored>"
    assert (report.duplicate, report.replaced) == (0, 0)


def test_progress_is_told_by_pieces(filled, small_pieces):
    make()
    told = []
    update.derived(archive=filled, stop=S + 20, progress=lambda *args: told.append(args))
    assert told == [(0, 2, "DP_SUM"), (1, 2, "DP_SUM"), (2, 2, "DP_SUM")]


def test_progress_bar(filled, capsys):
    make()
    update.derived(archive=filled, progress=True)
    assert "DP_SUM: 100%" in capsys.readouterr().err
    update.derived(archive=filled)
    assert capsys.readouterr() == ("", "")
