"""Flags, undos, late rows and folds in any order: a fetch and every statistic are those of the samples without flagged ones."""

from __future__ import annotations

import shutil
import tempfile

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from archive.rows import rows
from archive.test_products_model import SPAN_S, deliveries, small_files
from jeta import fetch, operations, update
from jeta.archive import Writer, create_archive
from jeta.operations.verify import verify
from jeta.samples import FLAGGED_BY_SOURCE
from jeta.statistics import as_attributes, held_columns, statistics
from jeta.statistics.widths import width_of
from jeta.times import ticks_to_seconds

STEP_S = 41
"""Samples are at multiples of it, and so are the edges of bins of 5 min."""

STATS = ("5min", "daily", "1h")
NOT_COMPARED = {"indexes", "times"}
INSTANTS = st.builds(
    lambda step, more: step * STEP_S + more,
    st.integers(0, SPAN_S // STEP_S),
    st.sampled_from([0.0, 0.0, -0.001, 0.001]),
)
STARTS_AND_STOPS = st.one_of(
    st.tuples(INSTANTS, INSTANTS),
    # Whole bins, to the edge.
    st.tuples(st.integers(0, SPAN_S // 328), st.integers(0, SPAN_S // 328)).map(
        lambda pair: (pair[0] * 328.0, pair[1] * 328.0)
    ),
    st.tuples(st.integers(0, 4), st.integers(0, 5)).map(lambda pair: (pair[0] * 86400.0, pair[1] * 86400.0)),
)


class FlagsMachine(RuleBasedStateMachine):
    """Whatever is done, flagged samples are bad and nothing else changes."""

    @initialize()
    def create(self):
        self.folder = tempfile.mkdtemp()
        self.patch = pytest.MonkeyPatch()
        small_files(self.patch)
        archive = create_archive(self.folder + "/a")
        (archive.layout.tdb / "held.yaml").write_text("HELD: {on_change: true}\n")
        self.chosen = fetch.set_archive(archive)
        self.writer = Writer(archive.root).__enter__()
        self.flags = {}

    def teardown(self):
        self.writer.__exit__(None, None, None)
        self.chosen.__exit__(None, None, None)
        self.patch.undo()
        shutil.rmtree(self.folder)

    @rule(delivery=deliveries(), fold=st.booleans())
    def deliver(self, delivery, fold):
        self.writer.commit(delivery, source="model", quality_counts=True)
        if fold:
            self.writer.fold()

    @rule(
        changes=st.lists(
            st.tuples(st.integers(0, SPAN_S // STEP_S), st.integers(0, 3), st.booleans()), min_size=1, max_size=8
        )
    )
    def deliver_changes(self, changes):
        ticks = np.array([change[0] for change in changes], np.int64) * STEP_S * 1000
        quality = np.array([change[2] * FLAGGED_BY_SOURCE for change in changes], np.uint8)
        delivery = {"HELD": rows(ticks, [float(change[1]) for change in changes], quality=quality)}
        self.writer.commit(delivery, source="model", quality_counts=True)

    @rule()
    def store_statistics(self):
        update.statistics(archive=self.writer, workers=1)

    @rule(span=STARTS_AND_STOPS, which=st.sets(st.sampled_from(["NUM", "WHOLE", "WORD", "HELD"]), min_size=1))
    def flag(self, span, which):
        which &= set(self.writer.reader.names())
        start, stop = sorted(span)
        if which and start < stop:
            done = operations.flag(sorted(which), start, stop, "model", archive=self.writer)
            self.flags[done.flag.id] = (which, start, stop)

    @rule(data=st.data())
    def undo(self, data):
        if self.flags:
            number = data.draw(st.sampled_from(sorted(self.flags)))
            operations.unflag(number, "model", archive=self.writer)
            del self.flags[number]

    def samples(self, msid):
        """Times, values, and which are bad: by what is stored, and by the flags as this model remembers them."""
        found = self.writer.reader.read_samples(msid, -(2**62), 2**62)
        times = ticks_to_seconds(found.ticks, found.resolution)
        bads = np.zeros(len(times), bool) if found.quality is None else (found.quality & FLAGGED_BY_SOURCE) != 0
        for which, start, stop in self.flags.values():
            if msid in which:
                bads |= (start <= times) & (times < stop)
        values = found.values if found.texts is None else found.texts[found.values]
        return times, values, bads

    def expected(self, msid, stat, states):
        """Statistics of the samples without the bad ones."""
        times, values, bads = self.samples(msid)
        width = width_of(stat)
        times, good, last_s = times[~bads], values[~bads], times[-1]
        if msid == "HELD":
            until_s = -(-2 * SPAN_S // width.dt_s) * float(width.dt_s)
            made = as_attributes(held_columns(times, good, width.dt_s, until_s=until_s, daily=width.spread), width.dt_s)
            asked = made["times"] < 2 * SPAN_S
            return {name: array[asked] for name, array in made.items()}
        made = statistics(times, good, width.dt_s, daily=width.spread, state_codes=states)
        over = (made["indexes"] + 1) * width.dt_s <= last_s
        return {name: array[over] for name, array in made.items()}

    @invariant()
    def samples_are_bad_if_flagged(self):
        for msid in self.writer.reader.names():
            times, values, bads = self.samples(msid)
            dat = fetch.MSID(msid, 0, SPAN_S * 2)
            assert np.array_equal(dat.times, times)
            assert np.array_equal(dat.bads, bads)
            good = fetch.Msid(msid, 0, SPAN_S * 2)
            assert np.array_equal(good.times, times[~bads])
            assert good.vals.astype(values.dtype).tobytes() == values[~bads].tobytes()

    @invariant()
    def statistics_are_of_the_others(self):
        for msid in self.writer.reader.names():
            for stat in STATS:
                dat = fetch.MSID(msid, 0, SPAN_S * 2, stat=stat)
                expected = self.expected(msid, stat, dat.state_codes if dat.vals.dtype.kind == "U" else None)
                assert dat.times.tolist() == expected["times"].tolist(), (msid, stat)
                for name in set(expected) - NOT_COMPARED:
                    found = getattr(dat, name, None)
                    found = np.zeros(len(dat), np.int32) if found is None and name == "nans" else found
                    assert found.tobytes() == expected[name].astype(found.dtype).tobytes(), (msid, stat, name)

    @rule()
    def listed(self):
        known = fetch.flags()
        assert {each.flag.id for each in known if each.undo is None} == set(self.flags)
        assert len(known) >= len(self.flags)

    @rule()
    def verified(self):
        """What is stored has no flags in it: statistics compare with all samples."""
        assert [finding for finding in verify(self.writer.reader.root) if finding.severity == "error"] == []


TestFlags = FlagsMachine.TestCase
TestFlags.settings = settings(
    max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
