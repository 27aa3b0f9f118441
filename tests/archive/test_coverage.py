"""Where samples are in time: every answer is that which reading all of them would give, whatever is folded."""

from __future__ import annotations

import math
import re
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.reader_conformance import check_gaps, check_reader
from archive.rows import archive_with, rows, use_small_pieces
from jeta.archive import JetaReader, SeveralReaders, Writer, coverage, create_archive
from jeta.archive.column import Decoder
from jeta.archive.spacing import ChunkSpacings
from jeta.operations.verify import verify
from jeta.samples import Samples
from samples.series_model import NS_PER_TICK, SeriesModel, as_rows

INF = math.inf
NOW_S = 1_650_000_000


def instants(model):
    return [instant for instant, _ in model.rows()]


@st.composite
def commits(draw):
    """Some deliveries, in ticks of their own, of which later ones fill, repeat, correct and go on."""
    start = draw(st.sampled_from([0, NOW_S, -NOW_S]))
    result = []
    for _ in range(draw(st.integers(1, 5))):
        resolution = draw(st.sampled_from(["ms", "ms", "us", "ns"]))
        unit = draw(st.sampled_from([1_000_000, 500_000, 1_000_000_000, 1_001]))
        unit = max(unit, NS_PER_TICK[resolution]) // NS_PER_TICK[resolution]
        steps = draw(st.lists(st.sampled_from([0, 1, 1, 1, 1, 2, 40]), min_size=1, max_size=18))
        first = start * 10**9 // NS_PER_TICK[resolution] + draw(st.integers(-30, 60)) * unit
        ticks = first + np.cumsum(steps) * unit
        values = draw(st.lists(st.integers(0, 3), min_size=len(ticks), max_size=len(ticks)))
        result.append((Samples(ticks, resolution, np.array(values, float)), draw(st.booleans())))
    return result


def some_spans(draw, times):
    """Spans that begin and end at rows, beside them, and between them."""
    edges = [edge for t in times for edge in (t, math.nextafter(t, INF), math.nextafter(t, -INF), t + 0.3)]
    return [tuple(draw(st.tuples(*[st.sampled_from(edges)] * 2))) for _ in range(3)]


@settings(max_examples=50, deadline=None)
@given(data=st.data(), deliveries=commits())
def test_every_answer_is_that_of_all_rows_folded_or_not(data, deliveries):
    """Ticks of several resolutions, late and corrected rows, in segments of 7 rows and chunks of 3."""
    model = SeriesModel()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        use_small_pieces(patch)
        root = create_archive(folder + "/a").root
        with Writer(root) as writer:
            for samples, fold in deliveries:
                writer.commit({"A": samples})
                model.deliver(as_rows(samples))
                if fold:
                    writer.fold()
                times = sorted({instant / 1e9 for instant in instants(model)})
                check_reader(JetaReader(root), "A", instants(model), some_spans(data.draw, times))
            writer.fold()
        check_reader(JetaReader(root), "A", instants(model), some_spans(data.draw, times))
        assert [finding for finding in verify(root) if finding.severity == "error"] == []


@settings(max_examples=40, deadline=None)
@given(deliveries=commits(), window=st.integers(1, 4))
def test_rows_of_the_journal_are_taken_in_windows(deliveries, window):
    """As they are when there are a million."""
    model = SeriesModel()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        use_small_pieces(patch)
        patch.setattr(coverage, "_WINDOW_ROWS", window)
        root = create_archive(folder + "/a").root
        with Writer(root) as writer:
            for number, (samples, _) in enumerate(deliveries):
                writer.commit({"A": samples})
                model.deliver(as_rows(samples))
                if number == 0:
                    writer.fold()
        check_reader(JetaReader(root), "A", instants(model), [(NOW_S - 0.01, NOW_S + 0.02)])


SPANS = [(0, 5.5), (2, 9), (2.0005, 8.999999999), (3, 100), (9.5, 20), (50, 40), (-1, 0)]


def mixed_readers(folder):
    """The same rows folded, in the journal, and half and half; and behind other archives."""
    second = np.arange(20) * 1000
    second[12:] += 30_000
    deliveries = [
        {"A": rows(second, second * 1.0)},
        {"A": rows([2_000_500, 4_000_000, 9_000_000, 30_000_000], [0.0, 0.0, 1.0, 2.0], "us")},
        {"A": rows([5_000_000_001, 9_000_000_000, 9_000_000_000, 90 * 10**9], [5.0, 6.0, 7.0, 8.0], "ns")},
    ]
    model = SeriesModel()
    for delivery in deliveries:
        model.deliver(as_rows(delivery["A"]))
    readers = [JetaReader(archive_with(folder / str(folded), *deliveries, folded=folded)) for folded in (True, False)]
    half = archive_with(folder / "half", *deliveries[:2])
    with Writer(half) as writer:
        writer.commit(deliveries[2])
    readers.append(JetaReader(half))
    other = JetaReader(archive_with(folder / "other", {"B": rows([1], [1.0])}))
    hidden = JetaReader(archive_with(folder / "hidden", {"A": rows([7_500], [1.0])}))
    return [*readers, SeveralReaders([other, readers[2], hidden]), SeveralReaders([readers[0], hidden])], instants(
        model
    )


def test_every_kind_of_reader_answers_alike(tmp_path, monkeypatch):
    use_small_pieces(monkeypatch)
    readers, everything = mixed_readers(tmp_path)
    assert len(everything) == 25
    for reader in readers:
        check_reader(reader, "A", everything, SPANS)


def test_segments_of_several_resolutions_in_one_column(tmp_path, monkeypatch):
    """Gaps within segments, between them, and from one resolution to the next."""
    use_small_pieces(monkeypatch)
    ms, us = np.arange(10) * 1000, (20 + np.arange(10)) * 1_000_000 + 1
    ns = (40 + np.arange(10)) * 10**9 + 7
    parts = [rows(ms, ms * 1.0), rows(us, us * 1.0, "us"), rows(ns, ns * 1.0, "ns")]
    root = archive_with(tmp_path / "a", *({"A": part} for part in parts))
    reader = JetaReader(root)
    assert set(reader.manifest("A").segments["resolution"].tolist()) == {0, 1, 2}
    assert [x.tolist() for x in reader.gaps_longer_than("A", -INF, INF, 5)] == [
        [9, 29.000001],
        [20.000001, 40.000000007],
    ]
    everything = [*(ms * 10**6), *(us * 1000), *ns]
    check_reader(
        reader, "A", everything, [(3, 45.5), (9, 20.000001), (9.5, 20), (29, 40.000000007), (100, 200), (6, 5)]
    )


def test_only_chunks_with_several_gaps_are_decoded(tmp_path, monkeypatch):
    use_small_pieces(monkeypatch, segment_rows=1000, chunk_rows=10)
    steps = np.full(200, 1000)
    steps[[15, 20, 55, 75, 77]] = 9000  # one each in chunks 1 and 5, one between two chunks, two in chunk 7
    root = archive_with(tmp_path / "a", {"A": rows(np.cumsum(steps), np.arange(200.0))})
    decoded, ticks = [], Decoder.ticks
    monkeypatch.setattr(Decoder, "ticks", lambda self, chunk: decoded.append(chunk) or ticks(self, chunk))
    before, after = JetaReader(root).gaps_longer_than("A", -INF, INF, 2)
    assert ((after - before).tolist(), decoded) == ([9.0] * 5, [7])


def test_a_row_of_the_journal_leaves_other_chunks_as_they_are(tmp_path, monkeypatch):
    use_small_pieces(monkeypatch, segment_rows=100, chunk_rows=10)
    root = archive_with(tmp_path / "a", {"A": rows(np.arange(200) * 1000, np.arange(200.0))})
    with Writer(root) as writer:
        writer.commit({"A": rows([55_500, 900_000], [1.0, 2.0])})
    decoded, ticks = [], Decoder.ticks
    monkeypatch.setattr(Decoder, "ticks", lambda self, chunk: decoded.append(chunk) or ticks(self, chunk))
    before, after = JetaReader(root).gaps_longer_than("A", -INF, INF, 1.5)
    assert (before.tolist(), after.tolist(), decoded) == ([199.0], [900.0], [5])


def test_a_gap_at_the_edge_of_a_span_is_none(tmp_path):
    """Both samples beside it must be inside."""
    reader = JetaReader(archive_with(tmp_path / "a", {"A": rows([0, 1000, 5000, 6000], [0.0] * 4)}))
    for start_s, stop_s, gaps in [(0, 6, 1), (1, 5.001, 1), (1.001, 9, 0), (0, 5, 0), (2, 4, 0)]:
        assert len(reader.gaps_longer_than("A", start_s, stop_s, 1)[0]) == gaps


@pytest.mark.parametrize("folded", [True, False])
def test_an_msid_that_is_not_there_has_no_coverage(tmp_path, folded):
    reader = JetaReader(archive_with(tmp_path / "a", {"A": rows([0], [0.0])}, folded=folded))
    check_reader(reader, "NONE", [], [(0, 1)])
    check_reader(reader, "A", [0], [(0, 1), (0.5, 1)])


def test_spacings_wider_than_int64_holds(tmp_path):
    ticks = [-(2**63) + 1, 0, 2**63 - 2]
    reader = JetaReader(archive_with(tmp_path / "a", {"A": rows([ticks[0], ticks[2]], [1.0, 3.0], "ns")}))
    check_gaps(reader, "A", np.array([ticks[0], ticks[2]]) / 1e9, -INF, INF)


@pytest.mark.parametrize("folded", [True, False])
def test_the_spacing_of_many_rows_is_that_of_places_spread_over_them(tmp_path, monkeypatch, folded):
    use_small_pieces(monkeypatch, segment_rows=200, chunk_rows=20)
    monkeypatch.setattr(coverage, "EXACT_ROWS", 100)
    monkeypatch.setattr(coverage, "_SAMPLED_ROWS", 20)
    ticks = np.arange(1000) * 1024 + np.arange(1000) // 300 * 10**6
    root = archive_with(tmp_path / "a", {"A": rows(ticks, ticks * 1.0)}, folded=folded)
    assert JetaReader(root).spacing("A", -INF, INF) == pytest.approx(1.024)
    with Writer(root) as writer:
        writer.commit({"A": rows(ticks[:-1] + 512, ticks[1:] * 1.0)})
    for _ in range(2):
        assert JetaReader(root).spacing("A", 0.1, 1e6) == pytest.approx(0.512)
        with Writer(root) as writer:
            writer.fold()


def test_the_spacing_of_many_rows_that_share_instants(tmp_path, monkeypatch):
    """Most spacings are 0, and so are the slopes of the chunks; all rows at one instant have no spacing."""
    use_small_pieces(monkeypatch, segment_rows=200, chunk_rows=20)
    monkeypatch.setattr(coverage, "EXACT_ROWS", 100)
    root = archive_with(
        tmp_path / "a",
        {"A": rows(np.arange(600) // 3 * 1000, np.arange(600.0)), "B": rows(np.zeros(150), np.arange(150.0))},
    )
    assert JetaReader(root).spacing("A", -INF, INF) == 1.0
    assert JetaReader(root).spacing("B", -INF, INF) is None


def test_many_commits_that_are_apart_are_counted_without_being_read(tmp_path, monkeypatch):
    root = archive_with(tmp_path / "a", *({"A": rows([n, n + 1], [0.0, 1.0])} for n in range(0, 20, 2)), folded=False)
    monkeypatch.setattr("jeta.archive.pending.PendingRows.ticks", None)
    assert JetaReader(root).rows_between("A", -INF, INF) == (20, 0.0, 0.019)


def test_wrong_notes_of_spacings_are_found_by_verify(tmp_path, monkeypatch):
    def none(ticks, _):
        return ChunkSpacings(ticks[-1:], *np.zeros((3, 1), np.int64))

    with monkeypatch.context() as patch:
        patch.setattr("jeta.archive.spacing.chunk_spacings", none)
        root = archive_with(tmp_path / "a", {"A": rows([1, 2, 9, 12], [0.0] * 4)})
    message = r"its spacings is not so \(widest, widest_from, second\); restore the file from a backup"
    assert [bool(re.search(message, finding.message)) for finding in verify(root)] == [True]


EARLIER_MS = [0, 1000, 2000, 3000, 4000, *range(10_000, 17_000, 1000), *range(77_000, 85_000, 1000)]


@pytest.fixture
def earlier(tmp_path):
    """An archive that a version wrote which did not note spacings: chunks of 3 rows, segments of 7, and a row not folded."""
    with zipfile.ZipFile(Path(__file__).with_name("earlier_version.zip")) as packed:
        packed.extractall(tmp_path)
    return tmp_path / "earlier"


def test_segments_of_an_earlier_version_are_read(earlier):
    everything = [*(tick * 10**6 for tick in EARLIER_MS), 9_000_500_000]
    spans = [(0, 20), (2, 9.0005), (4, 77.001), (9.1, 78), (11, 12), (16, 78)]
    check_reader(JetaReader(earlier), "TEMP", everything, spans)
    assert verify(earlier) == []
    JetaReader(earlier).layout.manifest("TEMP").unlink()
    check_reader(JetaReader(earlier), "TEMP", everything, spans)


def test_segments_of_an_earlier_version_stay_beside_new_ones(earlier):
    everything = [*(tick * 10**6 for tick in EARLIER_MS), 9_000_500_000]
    with Writer(earlier) as writer:
        writer.fold()
    reader = JetaReader(earlier)
    known = [bool(width < 2**64 - 1) for width in reader.manifest("TEMP").segments["widest"].tolist()]
    assert sorted(set(known)) == [False, True]
    for _ in range(2):
        check_reader(reader, "TEMP", everything, [(0, 20), (2, 9.0005), (4, 77.001), (11, 12)])
        assert verify(earlier) == []
        reader.layout.manifest("TEMP").unlink(missing_ok=True)
        reader = JetaReader(earlier)
