"""Stored statistics through whatever a writer, an operator or a crash may do: a fetch gives what the samples give, to the last bit.

And what is stored is, byte for byte, what a rebuild from the samples would store: nothing depends on the order of updates.
"""

from __future__ import annotations

import shutil
import tempfile

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from archive.rows import use_small_pieces
from archive.test_model import killed_at
from jeta import fetch, update
from jeta.archive import Writer, create_archive, product, product_file, product_fold, sampled_bins
from jeta.operations.verify import verify
from jeta.samples import Samples
from jeta.statistics import BIN_WIDTHS_S, statistics

NUMBERS = st.sampled_from([0.0, 1.5, -2.25, 1e6 / 3, np.nan])
WORDS = st.sampled_from(["ON", "OFF", "Ünï"])
COLUMNS = (
    "times",
    "indexes",
    "samples",
    "vals",
    "mins",
    "maxes",
    "means",
    "stds",
    "p01s",
    "p50s",
    "p99s",
    "midvals",
    "nans",
)
SPAN_S = 4 * 86_400


def small_files(patch):
    """Make files and chunks so small, and rows worth storing so few, that a handful of rows crosses all boundaries."""
    use_small_pieces(patch)
    patch.setattr(product_fold, "ROWS_WORTH_STORING", 5)
    patch.setattr(product_fold, "FILE_BINS", 6)
    patch.setattr(product_file, "CHUNK_BINS", 2)
    patch.setattr(sampled_bins, "PORTION_ROWS", 9)


@st.composite
def deliveries(draw):
    """Rows of some MSIDs, not sorted, some instants twice, some flagged."""
    result = {}
    for msid in draw(st.lists(st.sampled_from(["NUM", "WHOLE", "WORD"]), min_size=1, unique=True)):
        seconds = draw(st.lists(st.integers(0, SPAN_S // 41), min_size=1, max_size=12))
        ticks = np.array(seconds, np.int64) * 41_000
        size = {"min_size": len(ticks), "max_size": len(ticks)}
        quality = np.array(draw(st.lists(st.sampled_from([0, 0, 0, 1, 4]), **size)), np.uint8)
        if msid == "WORD":
            result[msid] = Samples.from_texts(ticks, "ms", draw(st.lists(WORDS, **size)), quality=quality)
        elif msid == "WHOLE":
            values = np.array(draw(st.lists(st.integers(-5, 5), **size)), draw(st.sampled_from(["i2", "i4", "f8"])))
            result[msid] = Samples(ticks, "ms", values, quality=quality)
        else:
            result[msid] = Samples(ticks, "ms", np.array(draw(st.lists(NUMBERS, **size))), quality=quality)
    return result


def of_samples(msid, stat):
    """Statistics worked out from all samples, of the bins that are over."""
    dat = fetch.Msid(msid, 0, SPAN_S * 2)
    last_s = fetch.get_time_range(msid)[1]
    dt_s = BIN_WIDTHS_S[stat]
    states = dat.state_codes if dat.dtype.kind == "U" else None
    made = statistics(dat.times, dat.vals, dt_s, daily=stat == "daily", state_codes=states)
    over = (made["indexes"] + 1) * dt_s <= last_s
    return {name: array[over] for name, array in made.items()}


def contents(root, msid, stat):
    """All columns that a product stores, as bytes by bin."""
    folder = root / "columns" / msid / stat
    known = product.load(folder)
    if known is None:
        return {}
    found = product.read(folder, known.files, known.valid(-(2**40), known.until)[0])
    return {} if found is None else as_bytes(found)


def as_bytes(binned):
    """Each bin's numbers, types aside: what is stored of whole numbers may be older than the first that is not."""
    columns = (
        dict(binned.columns) if binned.texts is None else binned.columns | {"val": binned.texts[binned.columns["val"]]}
    )
    rows = zip(*(column.tolist() for name, column in columns.items() if name != "nan"), strict=True)
    found = {row[0]: repr(row) for row in rows}
    if binned.counts is not None:
        for index, text, n in zip(*(binned.counts[name].tolist() for name in ("index", "text", "n")), strict=True):
            found[index] += f" {binned.texts[text]}={n}"
    return found


class ProductsMachine(RuleBasedStateMachine):
    """Whatever is done, statistics are those of the samples."""

    @initialize()
    def create(self):
        self.folder = tempfile.mkdtemp()
        self.patch = pytest.MonkeyPatch()
        small_files(self.patch)
        self.root = create_archive(self.folder + "/a").root
        self.chosen = fetch.set_archive(self.root)
        self.writer = Writer(self.root).__enter__()
        self.reference = True

    def teardown(self):
        self.writer.__exit__(None, None, None)
        self.chosen.__exit__(None, None, None)
        self.patch.undo()
        shutil.rmtree(self.folder)

    def reopen(self):
        self.writer.__exit__(None, None, None)
        self.writer = Writer(self.root).__enter__()

    @rule(delivery=deliveries())
    def deliver(self, delivery):
        self.writer.commit(delivery, source="model", quality_counts=True)

    @rule(delivery=deliveries(), keep=st.sampled_from([True, True, False]))
    def deliver_and_fold(self, delivery, keep):
        self.writer.commit(delivery, source="model", quality_counts=True)
        self.writer.fold(statistics=keep)

    @rule()
    def fold(self):
        self.writer.fold()

    @rule(call=st.integers(1, 60))
    def killed_in_fold(self, call):
        with killed_at(call):
            self.writer.fold()
        self.reopen()

    @rule(call=st.integers(1, 40), rebuild=st.booleans())
    def killed_in_statistics(self, call, rebuild):
        with killed_at(call):
            update.statistics(archive=self.writer, rebuild=rebuild, workers=1)
        self.reopen()

    @rule(start=st.integers(0, SPAN_S), length=st.integers(0, SPAN_S), rebuild=st.booleans())
    def statistics_of_a_span(self, start, length, rebuild):
        update.statistics(None, start, start + length, archive=self.writer, rebuild=rebuild, workers=1)

    @rule(
        curve=st.sampled_from(
            ["", "NUM: {calibrations: {polynomial: [1, 2]}}", "WHOLE: {calibrations: {polynomial: [0, 0.5]}}"]
        )
    )
    def other_calibrations(self, curve):
        """The telemetry database changes, and maybe back again: what is stored of other values is not used."""
        (self.writer.layout.tdb / "curves.yaml").write_text(curve)

    @rule(msid=st.sampled_from(["NUM", "WORD"]), stat=st.sampled_from(["5min", "daily"]))
    def lose_a_product(self, msid, stat):
        shutil.rmtree(self.writer.layout.column(msid, stat), ignore_errors=True)

    @rule()
    def statistics_of_all(self):
        """Then nothing is left to be worked out, and a rebuild changes not a byte."""
        update.statistics(archive=self.writer, workers=1)
        names = self.writer.reader.names()
        before = {(msid, stat): contents(self.root, msid, stat) for msid in names for stat in BIN_WIDTHS_S}
        with tempfile.TemporaryDirectory() as other:
            shutil.copytree(self.root, other + "/b")
            for msid in names:
                for stat in BIN_WIDTHS_S:
                    shutil.rmtree(f"{other}/b/columns/{msid}/{stat}", ignore_errors=True)
            (self.root.parent / other / "b" / "writer.lock").unlink(missing_ok=True)
            update.statistics(archive=other + "/b", workers=1)
            for (msid, stat), stored in before.items():
                assert stored == contents(self.root.parent / other / "b", msid, stat)

    @invariant()
    def a_fetch_gives_what_the_samples_give(self):
        for msid in self.writer.reader.names():
            for stat in BIN_WIDTHS_S:
                dat = fetch.MSID(msid, 0, SPAN_S * 2, stat=stat)
                expected = of_samples(msid, stat)
                names = [name for name in expected if name in COLUMNS or name.startswith("n_")]
                for name in names:
                    found = getattr(dat, name, None)
                    if name == "nans" and found is None:
                        found = np.zeros(len(dat), np.int32)
                    assert found.dtype == expected[name].dtype or found.dtype.kind == "U", (msid, stat, name)
                    assert found.tobytes() == expected[name].astype(found.dtype).tobytes(), (msid, stat, name)

    @rule()
    def verified(self):
        assert [finding for finding in verify(self.root) if finding.severity == "error"] == []


TestProducts = ProductsMachine.TestCase
TestProducts.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
