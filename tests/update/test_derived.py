"""`derived`: derived parameters worked out and stored."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta import fetch, fetch_eng, update
from jeta.archive import Writer, create_archive
from jeta.computed import DerivedParameter
from jeta.computed.registry import DERIVED
from jeta.errors import ArchiveLockedError, UnknownMsidError, ValuesError
from jeta.tdb import Entry, write_yaml
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
    assert (report.stored, report.replaced, len(stored(filled)[0])) == (0, 0, 41)


def test_goes_on_after_the_last_point(filled):
    make()
    update.derived(archive=filled)
    update.append("b", S + np.arange(91.0, 97.0), np.zeros(6), archive=filled)
    report = update.derived(archive=filled)
    assert (report.stored, report.replaced, (stored(filled)[0][-1] - S)) == (3, 0, 96)


@pytest.mark.parametrize("step", [0.25625, 1.025, 0.1, 1 / 3, 7])
def test_times_are_exact_multiples(filled, step):
    make(time_step=step)
    update.derived(archive=filled)
    times = stored(filled)[0]
    indexes = np.round(times / step)
    assert times.tobytes() == (indexes * step).tobytes()
    assert set(np.diff(indexes)) == {1.0}
    assert (times[0] - step < S + 10 <= times[0], times[-1] <= S + 90 < times[-1] + step) == (True, True)
    assert update.derived(archive=filled).stored == 0


@pytest.fixture
def short_context(monkeypatch):
    """One point of 2 s before and after is what a formula may look at."""
    monkeypatch.setattr(import_module("jeta.update.derived"), "CONTEXT_S", 2.0)


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


def test_late_data_are_picked_up_from_start_on(filled, short_context):
    make(max_gap=1.0)
    update.append("b", S + np.array([120.0, 122.0]), np.zeros(2), archive=filled)
    update.append("a", S + np.array([120.0, 122.0]), np.ones(2), archive=filled)
    update.derived(archive=filled)
    assert stored(filled)[2].sum() == 1 + 14  # a bad sample, and the gap from 92 to 118
    late = np.arange(91.0, 119.0)
    update.append("b", S + late, np.zeros(28), archive=filled)
    update.append("a", S + late, late, archive=filled)
    assert update.derived(archive=filled).stored == 0
    report = update.derived(archive=filled, start=S + 60)
    assert (report.read, report.replaced, stored(filled)[2].sum()) == (32, 14, 1)


def test_of_what_is_stored_only_the_context_is_worked_out_again(filled, short_context):
    """Nothing but the last point may change as inputs grow."""
    make()
    update.derived(archive=filled)
    report = update.derived(archive=filled)
    assert (report.read, report.duplicate, report.msids["DP_SUM"].first_s) == (1, 1, S + 90)


SLOPES = {
    "DP_SLOPE": {"rootparams": ["a", "b"], "calc": lambda self, data: np.gradient(data["a"].vals, data.times)},
    "DP_CURVE": {"rootparams": ["dp_slope"], "calc": lambda self, data: np.gradient(data["dp_slope"].vals, data.times)},
}


@pytest.mark.parametrize("ends", [[(60, 60), (70, 70)], [(n, n) for n in range(20, 99, 3)], [(100, 40)], [(30, 99)]])
def test_neighbours_that_came_later_count(tmp_path, short_context, ends):
    """Six runs store what one stores: also of slopes of slopes, and if one input comes before the other."""
    for name, body in SLOPES.items():
        make(name, **body)
    second = np.arange(100.0)
    one, many = (create_archive(tmp_path / name) for name in ("one", "many"))
    done = {"a": 0, "b": 0}
    for end in [*ends, (100, 100)]:
        for name, upto in zip("ab", end, strict=True):
            update.append(name, S + second[done[name] : upto], second[done[name] : upto] ** 2, archive=many)
            done[name] = upto
        update.derived(archive=many)
    for name in ("a", "b"):
        update.append(name, S + second, second**2, archive=one)
    update.derived(archive=one)
    for name in SLOPES:
        assert [each.tobytes() for each in stored(many, name)] == [each.tobytes() for each in stored(one, name)]


def test_an_input_that_goes_on_alone_counts_as_a_neighbour(archive, short_context):
    """B has ended, and A goes on: what the last point is made of is known then."""
    make("DP_SLOPE", **SLOPES["DP_SLOPE"])
    second = np.arange(101.0)
    update.append("b", S + second[:51], second[:51], archive=archive)
    slopes = []
    for begin, end in ((0, 51), (51, 101)):
        update.append("a", S + second[begin:end], second[begin:end], archive=archive)
        update.derived(archive=archive)
        slopes.append(stored(archive, "DP_SLOPE")[1][-1])
    assert slopes == [0.5, 1.0]


@pytest.mark.parametrize(
    "calc", [lambda self, data: data["a"].vals.astype("i4") * 0, lambda self, data: np.full(len(data.times), "X")]
)
def test_flags_of_points_whose_values_stay_follow_the_inputs(filled, calc):
    """A gap is filled late; then what filled it turns out to be bad."""
    make(calc=calc, max_gap=3.0)
    for name in ("a", "b"):
        update.append(name, S + 200.0, 1.0, archive=filled)
    update.derived(archive=filled)
    late = np.arange(100.0, 200.0)
    for flag, bads in ((False, 1), (True, 1 + 50)):
        for name in ("a", "b"):
            update.append(name, S + np.arange(91.0, 200), np.zeros(109), archive=filled)
            update.append(name, S + late, np.full(100, 1.0 + flag), np.full(100, flag), archive=filled)
        report = update.derived(archive=filled, start=S)
        assert (stored(filled)[2].sum(), report.stored == report.replaced > 40) == (bads, True)


def test_points_that_are_no_values_are_bad(filled):
    make("DP_M", calc=lambda self, data: np.ma.masked_greater(data["a"].vals, 80))
    make("DP_I", dtype="i1", calc=lambda self, data: data["a"].vals * 2)
    report = update.derived(archive=filled)
    assert (report.msids["DP_M"].bad, report.msids["DP_I"].bad, report.errors) == (1 + 5, 1 + 14, {})
    assert np.isnan(stored(filled, "DP_M")[1][-5:]).all()
    assert stored(filled, "DP_I")[1][-14:].tolist() == [0] * 14


# ------------------------------------------------------------------ inputs that are sent on change


@pytest.fixture
def setting(filled):
    """MODE changes at 20 and 40 s only, and holds; A and B go on to 90 s."""
    write_yaml([Entry("MODE", on_change=True), Entry("KIND", on_change=True)], filled.layout.tdb / "modes.yaml")
    update.append("mode", S + np.array([20.0, 39.0]), [1.0, 2.0], archive=filled)
    update.append("kind", S + np.array([0.0, 60.0]), [1.0, 2.0], archive=filled)
    return filled


def test_input_sent_on_change_is_known_until_the_others_end(setting, small_pieces):
    make(rootparams=["a", "mode", "b"], calc=lambda self, data: data["mode"].vals, max_gap=3.0)
    update.derived(archive=setting)
    times, values, bads = stored(setting)
    assert (times - S).tolist() == list(range(20, 91, 2))
    assert np.flatnonzero(bads).tolist() == [15]  # A is bad then
    assert values[~bads].tolist() == [1.0] * 10 + [2.0] * 25


def test_inputs_all_sent_on_change_are_known_until_the_last_sample(setting):
    make(rootparams=["mode", "kind"], calc=lambda self, data: data["mode"].vals + data["kind"].vals)
    update.derived(archive=setting)
    times, values, bads = stored(setting)
    assert ((times - S)[[0, -1]].tolist(), bads.any()) == ([20, 60], False)
    assert values.tolist() == [2.0] * 10 + [3.0] * 10 + [4.0]


# ------------------------------------------------------------------ the telemetry database


def test_what_the_class_says_reaches_a_fetch(filled):
    make(unit="K", unit_system="cxc", description="sum of both")
    update.derived(archive=filled)
    with fetch.set_archive(filled):
        dat = fetch.MSID("dp_sum", S, S + 20)
        assert (dat.unit, dat.tdb.description, dat.tdb.cadence_s) == ("K", "sum of both", 2.0)
        assert (fetch_eng.MSID("dp_sum").unit, fetch_eng.MSID("dp_sum").vals[0]) == ("DEGF", pytest.approx(-261.67))


def test_derived_parameters_of_others_have_their_unit_at_once(filled):
    make("DP_A2", rootparams=["dp_z"], calc=lambda self, data: data["dp_z"].vals)
    make("DP_Z", unit="K")
    update.derived(archive=filled)
    assert stored(filled, "DP_A2")[1][0] == pytest.approx(110 * 1.8 - 459.67)


def test_entry_of_another_file_is_left_alone(filled):
    write_yaml([Entry("DP_SUM", unit="V")], filled.layout.tdb / "ours.yaml")
    make(unit="K")
    update.derived(archive=filled)
    assert (filled.tdb()["DP_SUM"].unit, (filled.layout.tdb / "derived.yaml").exists()) == ("V", False)


def test_entry_follows_the_class_and_keeps_what_people_added(filled):
    path = filled.layout.tdb / "derived.yaml"
    make(unit="K")
    update.derived(archive=filled)
    write_yaml([Entry("DP_OLD", unit="A"), Entry("DP_SUM", unit="K", subsystem="EPS")], path)
    make(unit="V", description="sum")
    update.derived(archive=filled)
    entry = filled.tdb()["DP_SUM"]
    assert (entry.unit, entry.description, entry.subsystem) == ("V", "sum", "EPS")
    assert filled.tdb()["DP_OLD"].unit == "A"


def test_entry_that_says_the_same_is_not_written_again(filled):
    make(unit="K")
    update.derived(archive=filled)
    path = filled.layout.tdb / "derived.yaml"
    path.write_text("# ours\n" + path.read_text())
    update.derived(archive=filled)
    assert path.read_text().startswith("# ours\n")


def test_parameter_without_points_gets_no_entry(filled):
    make("DP_BROKEN", calc=lambda self, data: 1 / 0)
    make("DP_LATER", rootparams=["a", "c"])
    update.append("c", S + 500.0, 1.0, archive=filled)
    update.derived(archive=filled)
    assert not (filled.layout.tdb / "derived.yaml").exists()


def test_unit_that_no_entry_can_have_is_reported(filled):
    make(unit=5)
    report = update.derived(archive=filled)
    assert "unit" in report.errors["DP_SUM"]


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
