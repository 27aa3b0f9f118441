"""What is to be done with which file, in which order."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.ingest.discover import Candidate, look_at
from jeta.ingest.plan import CHUNK_ROWS, VERDICTS, Plan, plan
from jeta.ingest.policies import PRESETS, Duration, Gap, Policies

NOW_S = 1_700_000_000.0
T0 = 1_650_000_000.0
OPEN, JETA1 = PRESETS["open"], PRESETS["jeta1"]
HOLDING = Policies(gap=Gap("hold", 1.0))


def file(name, first=None, last=None, **options):
    """A good file, its span in seconds after T0."""
    span = (None, None) if first is None else (T0 + first, T0 + last)
    options = {"size": 1000, "format": "fos_hdf5", "rows": 10, "origin": "OBSERVATORY", **options}
    return Candidate(Path("/staging", name), first_s=span[0], last_s=span[1], **options)


def planned(*files, policies=OPEN, last=None, **options):
    return plan(files, policies, now_s=NOW_S, last_s=None if last is None else T0 + last, **options)


def names(steps):
    return [step.candidate.path.name for step in steps]


def verdicts(made):
    return {step.candidate.path.name: step.verdict for step in made.steps}


def reason_of(made, name):
    return next(step.reason for step in made.steps if step.candidate.path.name == name)


def test_order_is_by_last_then_first_then_name_then_the_unknown():
    made = planned(
        file("z"),
        file("a"),
        file("e", 50, 90),
        file("d", 60, 90),
        file("c", 60, 90),
        file("f", 0, 100),
        file("b", 0, 10),
    )
    assert names(made.steps) == ["b", "e", "c", "d", "f", "a", "z"]


def test_files_that_are_named_keep_their_order():
    made = planned(file("b", 10, 20), file("a", 0, 10), is_ordered=True)
    assert names(made.steps) == ["b", "a"]


def test_no_files():
    assert planned() == Plan()
    assert (str(Plan()), Plan().chunks(), Plan().to_dict()["files"]) == ("no files", (), [])


# The rules of the first jeta, one by one


def test_a_foreign_origin_is_held_back():
    made = planned(file("a", 0, 9), file("sim", 0, 9, origin="SIMULATOR"), policies=JETA1)
    assert verdicts(made) == {"a": "ingest", "sim": "hold"}
    assert reason_of(made, "sim") == "foreign origin SIMULATOR: expected one with OBSERVATORY"


def test_a_file_of_4_hours_is_held_back():
    made = planned(file("a", 0, 14_399.999), file("b", 0, 14_400), policies=JETA1)
    assert verdicts(made) == {"a": "ingest", "b": "hold"}


def test_a_file_of_the_future_is_held_back():
    ahead = NOW_S - T0
    made = planned(file("a", ahead - 60, ahead - 1), file("b", ahead - 60, ahead), policies=JETA1)
    assert verdicts(made) == {"a": "ingest", "b": "hold"}


def test_nothing_is_ingested_after_a_gap_to_what_is_there():
    """The first jeta then cancelled the whole ingest, and said so in the log only."""
    made = planned(file("a", 11.001, 20), file("b", 20, 30), policies=JETA1, last=10)
    assert verdicts(made) == {"a": "hold", "b": "hold"}
    assert reason_of(made, "a") == "begins 1 s after 2022:105:05:20:10.000, where data end: at most 1 s expected"
    assert reason_of(made, "b").endswith("; the gap is before a")
    assert [step.gap_s for step in made.steps] == pytest.approx([1.001, 10])


def test_one_second_is_no_gap():
    assert verdicts(planned(file("a", 11, 20), policies=JETA1, last=10)) == {"a": "ingest"}


def test_the_list_is_cut_at_the_first_gap():
    made = planned(file("a", 0, 10), file("b", 11, 20), file("c", 22, 30), file("d", 31, 40), policies=JETA1)
    assert verdicts(made) == {"a": "ingest", "b": "ingest", "c": "hold", "d": "hold"}


def test_120_files_are_taken_those_that_end_first():
    files = [file(f"{at:03d}", at, at + 1) for at in range(130)]
    made = planned(*reversed(files), policies=JETA1, most_files=120)
    assert names(made.of("ingest")) == [f"{at:03d}" for at in range(120)]
    assert {step.reason for step in made.of("skip")} == {"comes in a later run: one run takes 120 files"}


def test_files_that_are_not_ingested_do_not_count_among_the_most():
    made = planned(file("sim", 0, 1, origin="SIM"), file("a", 1, 2), file("b", 2, 3), most_files=1)
    assert verdicts(made) == {"sim": "reject", "a": "ingest", "b": "skip"}


# Gaps


def test_on_a_fresh_archive_the_first_file_has_no_gap():
    assert planned(file("a", 1e6, 1e6 + 1), policies=JETA1).steps[0].gap_s is None


def test_a_file_that_fills_an_earlier_hole_has_no_gap():
    made = planned(file("late", -1e6, -1e6 + 10), file("next", 10.5, 20), policies=HOLDING, last=10)
    assert verdicts(made) == {"late": "ingest", "next": "ingest"}
    assert "late: ends before" in made.steps[0].notes[0]


def test_a_file_that_ends_later_may_close_the_gap():
    """a ends first, but only b, which covers the gap before it, sets it free: both are taken."""
    made = planned(file("a", 20, 25), file("b", 9, 30), policies=HOLDING, last=10)
    assert verdicts(made) == {"a": "ingest", "b": "ingest"}
    assert [step.gap_s for step in made.steps] == [None, None]


def test_a_file_held_back_for_another_reason_leaves_a_gap():
    policies = replace(HOLDING, duration=Duration("hold", 100))
    made = planned(file("a", 0, 10), file("long", 10, 200), file("b", 200, 210), policies=policies)
    assert verdicts(made) == {"a": "ingest", "long": "hold", "b": "hold"}


def test_accepted_gaps_are_told():
    made = planned(file("a", 0, 10), file("b", 70, 80), file("c", 80, 90), last=-3600)
    assert [step.gap_s for step in made.steps] == [3600, 60, None]
    assert made.steps[1].notes == ("begins 1 min after 2022:105:05:20:10.000, where data end: at most 1 s expected",)
    assert len(made.of("ingest")) == 3


def test_rejected_gaps():
    made = planned(file("a", 0, 10), file("b", 70, 80), policies=Policies(gap=Gap("reject", 1.0)))
    assert verdicts(made) == {"a": "ingest", "b": "reject"}
    assert made.steps[1].rule == "gap"


def test_a_file_without_known_span_has_no_gap():
    made = planned(file("a"), policies=JETA1, last=10)
    assert verdicts(made) == {"a": "ingest"}
    assert made.steps[0].notes == ("tells no first and last instant: no gap or overlap looked for",)


# Files that cannot be read


def test_files_of_no_known_format():
    """What is named like data is rejected, a note or a licence stays; both are told why."""
    made = planned(
        file("a.h5", format="", error="damaged"),
        file("b.csv.gz", format="", error="damaged"),
        file("README", format="", error="no telemetry here"),
    )
    assert verdicts(made) == {"a.h5": "reject", "b.csv.gz": "reject", "README": "skip"}
    assert reason_of(made, "a.h5") == "damaged"
    assert reason_of(made, "README") == "no telemetry: no telemetry here"


def test_errors_that_may_pass_reject_nothing():
    made = planned(file("a.h5", error="Permission denied", is_transient=True))
    assert verdicts(made) == {"a.h5": "skip"}
    assert reason_of(made, "a.h5") == "cannot be read now: Permission denied; tried again by the next run"


@pytest.mark.parametrize(("age_s", "verdict"), [(4.9, "skip"), (5.1, "reject"), (-60, "reject")])
def test_what_may_still_be_arriving_is_not_rejected(age_s, verdict):
    broken = file("a.h5", error="cut off", modified_ns=int((NOW_S - age_s) * 1e9))
    assert verdicts(planned(broken, settle_s=5)) == {"a.h5": verdict}


# Overlaps and repeats


def test_overlaps_are_told():
    made = planned(file("a", 0, 10), file("b", 7, 20), file("c", 20, 30), file("d", 40, 50))
    assert [step.overlap_s for step in made.steps] == [None, 3, 0, None]
    assert made.steps[1].notes == ("overlaps a by 3 s",)
    assert made.steps[2].notes == ("begins where b ends",)


def test_a_file_that_comes_twice_is_told():
    made = planned(file("a.h5", 0, 10), file("a_again.h5", 0, 10))
    assert made.steps[1].notes == ("looks like a.h5 once more",)
    assert len(made.of("ingest")) == 2


def test_a_path_that_is_named_twice_is_taken_once():
    made = planned(file("a", 0, 10), file("a", 0, 10))
    assert [step.verdict for step in made.steps] == ["ingest", "skip"]
    assert made.steps[1].reason == "named twice; the other one counts"


def test_the_same_name_in_two_folders_is_told():
    made = planned(file("a", 0, 10), replace(file("a", 0, 10), path=Path("/other/a"), size=7))
    assert any("has the same name as " in note for note in made.steps[1].notes)
    assert len(made.of("ingest")) == 2


# Chunks


def test_chunks_hold_at_most_so_many_rows():
    rows = [CHUNK_ROWS // 2, CHUNK_ROWS // 2, 1, CHUNK_ROWS * 3, 5, 5]
    made = planned(*(file(str(at), at, at + 1, rows=count) for at, count in enumerate(rows)))
    assert [step.chunk for step in made.steps] == [0, 0, 1, 2, 3, 3]
    assert [names(chunk) for chunk in made.chunks()] == [["0", "1"], ["2"], ["3"], ["4", "5"]]


def test_rows_that_are_not_told_are_guessed_from_the_size():
    made = planned(*(file(str(at), at, at + 1, rows=None, size=CHUNK_ROWS * 5) for at in range(3)))
    assert [step.chunk for step in made.steps] == [0, 1, 2]


def test_files_that_are_not_ingested_have_no_chunk():
    made = planned(file("a", 0, 1), file("sim", 1, 2, origin="SIM"), file("b", 2, 3))
    assert [step.chunk for step in made.steps] == [0, None, 0]


# How it is shown


@pytest.fixture
def mixed():
    return planned(
        file("E1.h5", 0, 3600, rows=1_234_567),
        file("E2.h5", 7200, 9000, origin="SIM"),
        file("<b>.csv", format="table", rows=None),
        file("bad.h5", format="", rows=None, error="cut off"),
    )


def test_as_text(mixed):
    foreign = "foreign origin SIM: expected one with OBSERVATORY"
    unknown = "tells no first and last instant: no gap or overlap looked for"
    assert str(mixed).splitlines() == [
        "file     first                  last                   rows       format    to do   why, and notes",
        "E1.h5    2022:105:05:20:00.000  2022:105:06:20:00.000  1,234,567  fos_hdf5  ingest",
        f"E2.h5    2022:105:07:20:00.000  2022:105:07:50:00.000  10         fos_hdf5  reject  {foreign}",
        f"<b>.csv                                                           table     ingest  {unknown}",
        "bad.h5                                                                      reject  cut off",
        "4 files: 2 to ingest, 2 to reject",
    ]


def test_as_html(mixed):
    html = mixed._repr_html_()
    assert "<td>&lt;b&gt;.csv</td>" in html
    assert html.count("<tr>") == 5


def test_as_json(mixed):
    read = json.loads(json.dumps(mixed.to_dict()))
    assert read["counts"] == {"ingest": 2, "hold": 0, "reject": 2, "skip": 0}
    assert read["files"][0]["first"] == "2022:105:05:20:00.000"
    assert read["files"][3] | {"reason": "cut off", "verdict": "reject", "first": None} == read["files"][3]


def test_names_of_any_bytes_can_be_shown():
    made = planned(file("a\udcff\n.h5", 0, 1))
    str(made).encode()
    json.dumps(made.to_dict()).encode()
    assert len(str(made).splitlines()) == 3


# Any files at all

_spans = st.one_of(st.none(), st.tuples(st.integers(-50, 50), st.integers(0, 30)).map(lambda s: (s[0], s[0] + s[1])))
_files = st.builds(
    lambda name, span, origin, error, is_transient, rows: file(
        name, *(span or ()), origin=origin, error=error, is_transient=is_transient and bool(error), rows=rows
    ),
    st.sampled_from(["a.h5", "b.h5", "c", "d.csv", "e.h5", "f.h5", "g"]),
    _spans,
    st.sampled_from(["OBSERVATORY", "", "SIM"]),
    st.sampled_from(["", "", "", "", "broken"]),
    st.booleans(),
    st.sampled_from([None, 1, 10, CHUNK_ROWS]),
)
_policies = st.sampled_from([OPEN, JETA1, HOLDING, Policies(gap=Gap("reject", 5))])
_lasts = st.one_of(st.none(), st.integers(-20, 20))
_most = st.one_of(st.none(), st.integers(1, 5))


@given(st.lists(_files, max_size=12), _policies, _lasts, _most)
def test_every_file_appears_once_and_is_told_why(files, policies, last, most):
    made = planned(*files, policies=policies, last=last, most_files=most)
    assert Counter(step.candidate for step in made.steps) == Counter(files)
    for step in made.steps:
        assert step.verdict in VERDICTS
        assert bool(step.reason) == (step.verdict != "ingest")
        assert (step.chunk is None) == (step.verdict != "ingest")
    assert most is None or len(made.of("ingest")) <= most
    str(made), made._repr_html_(), json.dumps(made.to_dict())


@given(st.lists(_files, max_size=10), st.randoms(use_true_random=False), _policies, _lasts, _most)
def test_the_order_in_which_files_are_found_does_not_matter(files, random, policies, last, most):
    shuffled = list(files)
    random.shuffle(shuffled)
    one, two = (planned(*each, policies=policies, last=last, most_files=most) for each in (files, shuffled))
    assert one == two


@given(st.lists(_files, max_size=12), _policies, _lasts)
def test_chunks_are_the_files_to_ingest_in_order(files, policies, last):
    made = planned(*files, policies=policies, last=last)
    assert [step for chunk in made.chunks() for step in chunk] == list(made.of("ingest"))
    for chunk in made.chunks():
        known = [step.candidate.rows or 125 for step in chunk]
        assert sum(known) <= CHUNK_ROWS or len(chunk) == 1


@given(st.lists(_files, max_size=12), _lasts)
def test_where_gaps_are_held_back_what_is_ingested_has_none(files, last):
    """The union of what is there and what is ingested has no stretch of more than a second without data, from its end on."""
    made = planned(*files, policies=HOLDING, last=last)
    spans = sorted((s.candidate.first_s, s.candidate.last_s) for s in made.of("ingest") if s.candidate.has_span)
    reach = None if last is None else T0 + last
    for first, stop in spans:
        assert reach is None or first - reach <= 1
        reach = stop if reach is None else max(reach, stop)


@given(st.lists(_files, max_size=12), _lasts)
def test_nothing_is_held_back_for_a_gap_that_is_none(files, last):
    """Whatever is held back begins more than a second after everything that is there or ingested ends."""
    made = planned(*files, policies=HOLDING, last=last)
    ends = [s.candidate.last_s for s in made.of("ingest") if s.candidate.has_span]
    ends += [] if last is None else [T0 + last]
    for step in made.of("hold"):
        assert step.candidate.first_s - max(ends) > 1


def test_ten_thousand_files_are_planned_at_once():
    files = [file(f"{at:05d}", at, at + 1) for at in range(10_000)]
    assert len(planned(*files, last=0).of("ingest")) == 10_000


@pytest.fixture
def real(shared_data):
    """What the first jeta's own run was given, and what it left in its staging folder: without the file that came late."""
    cases = json.loads((shared_data / "legacy_jeta1" / "expected" / "cases.json").read_text())
    (late,) = (case["name"] for case in cases["files"] if any("LATE" in told for told in case["content"]))
    candidates = [look_at(path) for path in (shared_data / "legacy_jeta1" / "fos_input" / "h5").iterdir()]
    return candidates, late, cases["original_ingest"][0]["left_in_staging"]


def test_the_first_jetas_rules_stop_where_it_stopped(real):
    """Before the late file came, its own run took the files up to the hole; each that it left is held back, and says why."""
    candidates, late, left = real
    there = [candidate for candidate in candidates if candidate.name != late]
    made = plan(there, JETA1, now_s=NOW_S, last_s=None, most_files=120)
    assert sorted(names(made.of("hold"))) == sorted(left)
    assert len(made.of("ingest")) == len(there) - len(left)
    assert Counter(step.rule for step in made.of("hold")) == {"gap": len(left) - 1, "origin": 1}


def test_the_late_file_sets_the_others_free(real):
    candidates, late, _ = real
    made = plan(candidates, JETA1, now_s=NOW_S, last_s=None, most_files=120)
    assert names(made.of("hold")) == ["E2022060090000_sim.h5"]
    assert late in names(made.of("ingest"))
    assert [step.overlap_s > 19 for step in made.of("ingest")[1:]] == [True] * 31
