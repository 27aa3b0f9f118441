"""The archive against a list of rows, through whatever a writer, an operator or a crash may do.

The model is plain Python (`samples.series_model`). A crash is raised from within a call to the file system, and what it interrupts
must then have happened wholly, for all MSIDs, or not at all.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import tempfile
from contextlib import contextmanager, suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from archive.rows import contents, use_small_pieces
from jeta.archive import JetaReader, Writer, create_archive
from jeta.operations.verify import verify
from jeta.samples import Samples
from jeta.times import TICKS_PER_SECOND
from samples.series_model import SeriesModel, as_rows

NUMERIC, TEXTUAL = ("NUM_A", "NUM_B"), ("TXT_A",)
MSIDS = NUMERIC + TEXTUAL
NUMBERS = st.sampled_from([0.0, 1.0, 2.0, -0.0, np.nan, 1e300])
WORDS = st.sampled_from(["ON", "OFF", "", "Ünï"])
RAWS = st.sampled_from([1.0, np.nan])


class Kill(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(call: int):
    """Raise `Kill` in place of the n-th call that changes something on the disk."""
    left = call

    def deadly(original):
        def do(*args, **kwargs):
            nonlocal left
            left -= 1
            if left == 0:
                raise Kill
            if left < 0:  # a dead process does nothing more, such as tidying up
                return None
            return original(*args, **kwargs)

        return do

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in [
            (os, "fsync"),
            (pathlib.Path, "replace"),
            (pathlib.Path, "unlink"),
            (pathlib.Path, "write_bytes"),
        ]:
            patch.setattr(owner, name, deadly(getattr(owner, name)))
        with suppress(Kill):
            yield


@st.composite
def deliveries(draw, start=-40, stop=40, rows=8):
    """Rows of some MSIDs, not sorted, some instants twice."""
    result = {}
    for msid in draw(st.lists(st.sampled_from(MSIDS), min_size=1, max_size=3, unique=True)):
        ticks = draw(st.lists(st.integers(start, stop), min_size=1, max_size=rows))
        size = {"min_size": len(ticks), "max_size": len(ticks)}
        resolution = draw(st.sampled_from(["ms", "ms", "ms", "us"]))
        instants = np.array(ticks, np.int64) * (500 if resolution == "us" else 1)
        if msid in TEXTUAL:
            words, raws = draw(st.lists(WORDS, **size)), draw(st.lists(RAWS, **size))
            result[msid] = Samples.from_texts(instants, resolution, words, raws=raws)
        else:
            values = np.array(draw(st.lists(NUMBERS, **size)))
            if draw(st.booleans()):
                values = (np.nan_to_num(values) == 1).astype(draw(st.sampled_from(["i2", "?", "f4"])))
            result[msid] = Samples(instants, resolution, values)
    return result


class ArchiveMachine(RuleBasedStateMachine):
    """Whatever is done, a read gives the rows of the model."""

    @initialize()
    def create(self):
        self.folder = tempfile.mkdtemp()
        self.patch = pytest.MonkeyPatch()
        use_small_pieces(self.patch)
        self.root = create_archive(self.folder + "/a").root
        self.reader = JetaReader(self.root)
        self.writer = Writer(self.root).__enter__()
        self.model = {msid: SeriesModel() for msid in MSIDS}
        self.now = 50
        self.last = None

    def teardown(self):
        self.writer.__exit__(None, None, None)
        self.patch.undo()
        shutil.rmtree(self.folder)

    def deliver(self, delivery):
        counts = self.writer.commit(delivery, source="model")
        for msid, rows in delivery.items():
            expected = self.model[msid].deliver(as_rows(rows))
            assert (counts[msid].stored, counts[msid].duplicate, counts[msid].replaced) == expected
        self.last = delivery

    @rule(delivery=deliveries(start=0, stop=30, rows=20))
    def in_order(self, delivery):
        ms = {"ms": 1, "us": 1000}
        self.deliver(
            {
                msid: Samples(
                    rows.ticks + self.now * ms[rows.resolution], rows.resolution, rows.values, rows.texts, rows.raws
                )
                for msid, rows in delivery.items()
            }
        )
        self.now += 31

    @rule(delivery=deliveries())
    def late_or_corrected(self, delivery):
        self.deliver(delivery)

    @precondition(lambda self: self.last is not None)
    @rule()
    def duplicate(self):
        """Some delivery again, though others may have come since."""
        self.deliver(self.last)

    @rule()
    def fold(self):
        self.writer.fold()
        assert self.writer.fold() == 0
        assert self.writer.pending() == (0, 0)

    @rule()
    def reopen(self):
        self.writer.__exit__(None, None, None)
        self.reader = JetaReader(self.root)
        self.writer = Writer(self.root).__enter__()

    @rule(msid=st.sampled_from(MSIDS))
    def lose_a_manifest(self, msid):
        self.reader.layout.manifest(msid).unlink(missing_ok=True)

    @rule()
    def lose_the_state(self):
        self.reader.layout.state.unlink(missing_ok=True)
        self.reopen()

    @rule(call=st.integers(1, 40))
    def killed_in_fold(self, call):
        with killed_at(call):
            self.writer.fold()
        self.reopen()

    @rule(call=st.integers(1, 8), delivery=deliveries(start=-40, stop=200))
    def killed_in_commit(self, call, delivery):
        """All of it is there, or none of it."""
        with killed_at(call):
            self.writer.commit(delivery, source="killed")
        self.reopen()
        after = {msid: SeriesModel({k: list(v) for k, v in m.instants.items()}) for msid, m in self.model.items()}
        for msid, rows in delivery.items():
            after[msid].deliver(as_rows(rows))
        if any(contents(self.root, msid) != self.model[msid].rows() for msid in MSIDS):
            self.model = after

    @invariant()
    def a_read_gives_the_model(self):
        for msid, model in self.model.items():
            assert as_rows(self.reader.read_samples(msid, -(2**63), 2**63 - 1)) == model.rows()
            assert contents(self.root, msid) == model.rows()

    @rule(msid=st.sampled_from(MSIDS), start=st.integers(-90, 200), length=st.integers(0, 120))
    def part_of_the_time(self, msid, start, length):
        """Bounds are half-open, and at half ticks as well as on ticks."""
        start_s, stop_s = start / 2000, (start + length) / 2000
        rows = self.reader.read(msid, start_s, stop_s)
        wanted = self.model[msid].rows(start * 500_000, (start + length) * 500_000)
        assert rows.times.tolist() == [instant / TICKS_PER_SECOND["ns"] for instant, _ in wanted]
        samples = Samples(
            np.array([instant for instant, _ in wanted], np.int64), "ns", rows.values, rows.texts, rows.raws
        )
        assert as_rows(samples) == wanted

    @rule()
    def verified(self):
        assert [finding for finding in verify(self.root) if finding.severity == "error"] == []

    @rule()
    def what_it_says_of_itself(self):
        spans = {msid: [rows[0][0], rows[-1][0]] for msid, m in self.model.items() if (rows := m.rows())}
        assert {msid: list(self.reader.span_ns(msid)) for msid in spans} == spans
        assert set(self.reader.names()) == set(spans)
        # Where a first commit was killed it may tell of an instant that never came.
        assert not spans or self.reader.first_instant() <= min(span[0] for span in spans.values()) / 1e9


TestArchive = ArchiveMachine.TestCase
TestArchive.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
