"""Whatever rows are written, in whatever storage, come back grouped or are counted: against a list of rows."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.fos_example import rows, write
from jeta.formats.fos_hdf5 import FosHdf5
from jeta.testing.formats import check_delivery

ROW = st.tuples(
    st.sampled_from([0, 0, 1, 2, 3, 2**33]),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.sampled_from([b"", b"", b"ON", "µ".encode(), b"a text that is longer than one word"]),
    st.sampled_from([100, 100, 100, 712]),
    st.integers(-(2**15), 2**15 - 1) | st.just(0),
)
STORAGE = st.sampled_from(
    [{}, {"chunks": (3,), "maxshape": (None,)}, {"chunks": (3,), "maxshape": (None,), "compression": "gzip"}]
)


def columns_of(table):
    return [list(column) for column in zip(*table, strict=True)] if table else [[] for _ in range(6)]


def expected_of(tables):
    """Sort rows by hand: those of each MSID, and the counts of the others."""
    kept: dict[int, list[object]] = {}
    counts: Counter[object] = Counter()
    for key, time, value, text, apid, alarm in (row for table in tables for row in table):
        if key == 0:
            counts[None, "padding"] += 1
        elif apid == 712:
            counts[key, "apid 712 is excluded"] += 1
        else:
            kept.setdefault(key, []).append((time, value, text.decode(), alarm))
    return kept, counts


def rows_of(samples):
    numbers = samples.raws[samples.values] if samples.is_text else samples.values
    texts = samples.decoded().tolist() if samples.is_text else [""] * len(samples)
    alarm = [0] * len(samples) if samples.alarm is None else samples.alarm.tolist()
    return list(zip(samples.ticks.tolist(), numbers.tolist(), texts, alarm, strict=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(ROW, max_size=12), min_size=1, max_size=12), STORAGE)
def test_rows_come_back(tmp_path_factory, tables, storage):
    path = tmp_path_factory.mktemp("fos") / "E.h5"
    delivery = FosHdf5().read(write(path, *(rows(*columns_of(table)) for table in tables), **storage))
    check_delivery(delivery)
    kept, counts = expected_of(tables)
    assert {batch.key: rows_of(batch.samples) for batch in delivery.batches} == kept
    assert delivery.rejected == counts


def test_more_identifiers_than_rows_of_each(tmp_path):
    ids = np.random.default_rng(5).permutation(20_000) + 1
    delivery = FosHdf5().read(write(tmp_path / "E.h5", rows(ids, values=ids * 0.5)))
    assert [batch.key for batch in delivery.batches] == list(range(1, 20_001))
    assert all(batch.samples.values.tolist() == [batch.key * 0.5] for batch in delivery.batches)
