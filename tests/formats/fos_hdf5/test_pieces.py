"""Grouping rows by MSID."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats import fos_example
from jeta.formats.fos_hdf5.choice import Choice
from jeta.formats.fos_hdf5.layout import Layout
from jeta.formats.fos_hdf5.pieces import assemble, decode, stable_order
from jeta.testing.formats import check_samples

LAYOUT = Layout(fos_example.ROW, slice(34, 114), has_apid=True, has_alarm=True)


@pytest.mark.parametrize(
    "ids",
    [
        [],
        [5],
        [3, 1, 2, 1, 3],
        [70_000, 1, 70_000, 65_537, 1],
        [2**40, 1, 2**40, -(2**40)],
        [2**63 - 1, -(2**63), 0, 2**63 - 1],
        [-5, -5, 2**32 - 6, -5],
    ],
)
def test_order_is_that_of_a_stable_sort(ids):
    ids = np.array(ids, np.int64)
    assert stable_order(ids).tolist() == np.argsort(ids, kind="stable").tolist()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1)), st.integers(0, 62))
def test_order_for_any_range(ids, shift):
    ids = np.array(ids, np.int64) >> shift
    assert stable_order(ids).tolist() == np.argsort(ids, kind="stable").tolist()


ROWS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2, 70_000, 2**40]),
        st.sampled_from([0.0, 1.0, 2.5]),
        st.sampled_from([b"", b"ON", b"OFF", b"ON ", b"  "]),
        st.sampled_from([0, 3]),
    ),
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(ROWS, st.integers(1, 40))
def test_pieces_give_what_sorting_all_rows_gives(rows, block_rows):
    """Against a list of rows: the same rows for each MSID in the same order, however the file is cut into blocks."""
    columns = list(zip(*rows, strict=True)) or [[], [], [], []]
    block = fos_example.rows(columns[0], values=columns[1], texts=columns[2], alarms=columns[3])
    pieces = [decode(block[at : at + block_rows], LAYOUT, Choice()) for at in range(0, len(block), block_rows)]
    found = {}
    for batch in assemble(pieces):
        check_samples(batch.samples)
        samples = batch.samples
        alarm = samples.alarm.tolist() if samples.alarm is not None else [0] * len(samples)
        numbers = samples.raws[samples.values] if samples.is_text else samples.values
        texts = samples.decoded().tolist() if samples.is_text else [""] * len(samples)
        found[batch.key] = list(zip(samples.ticks.tolist(), numbers.tolist(), texts, alarm, strict=True))
    expected: dict[int, list[object]] = {}
    for at, (key, number, text, alarm) in enumerate(rows):
        if key:
            row = (fos_example.START_MS + at, number, text.decode().rstrip(), alarm)
            expected.setdefault(key, []).append(row)
    assert found == expected


def test_samples_share_the_memory_of_few_arrays():
    batches = assemble([decode(fos_example.rows([1, 2, 1, 2]), LAYOUT, Choice())])
    assert batches[0].samples.ticks.base is batches[1].samples.ticks.base


def test_nothing_to_assemble():
    assert assemble([]) == ()
    assert assemble([decode(fos_example.rows([0, 0]), LAYOUT, Choice())]) == ()
