"""Ways to fill archives with statistics in the tests, to look at what is stored, and to compare with the samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from archive.test_products_model import COLUMNS, SPAN_S, contents, of_samples
from jeta import fetch
from jeta.archive import JetaReader, Writer, product_file, product_fold
from jeta.samples import Samples
from jeta.statistics import BIN_WIDTHS_S
from jeta.statistics.binned import Binned

WIDTH_MS = BIN_WIDTHS_S["5min"] * 1000
OFFSETS_MS = np.array([0, 50_000, 100_000, 327_999])


def ticks_of(bins: Any, offsets_ms: Any = OFFSETS_MS) -> np.ndarray:
    """Instants of some samples in each of some bins of 328 s, ms."""
    return (np.array(list(bins), np.int64)[:, None] * WIDTH_MS + np.asarray(offsets_ms)).ravel()


def numbers(bins: Any, value: float | None = None, *, offsets_ms: Any = OFFSETS_MS, **more: Any) -> Samples:
    """Samples in each of some bins: all of one value, or of values that differ."""
    ticks = ticks_of(bins, offsets_ms)
    return Samples(ticks, "ms", np.sin(ticks / 7e4) if value is None else np.full(len(ticks), value), **more)


def words(bins: Any, names: Any = ("ON", "OFF", "Ünï")) -> Samples:
    """Samples of texts in each of some bins."""
    ticks = ticks_of(bins)
    return Samples.from_texts(ticks, "ms", np.array(names)[np.arange(len(ticks)) * 7 % 5 % len(names)])


def use_small_files(monkeypatch: Any, *, file_bins: int = 80, chunk_bins: int = 32) -> None:
    """Have a few rows stored, in files so small that a day of bins makes several."""
    monkeypatch.setattr(product_fold, "ROWS_WORTH_STORING", 5)
    monkeypatch.setattr(product_fold, "FILE_BINS", file_bins)
    monkeypatch.setattr(product_file, "CHUNK_BINS", chunk_bins)


def commit_and_fold(root: Any, delivery: dict[str, Samples], *, statistics: bool | None = None) -> None:
    """Commit one delivery, flags included, and fold it."""
    with Writer(root) as writer:
        writer.commit(delivery, quality_counts=True)
        writer.fold(statistics=statistics)


def stored(root: Any, msid: str, stat: str = "5min") -> dict[int, str]:
    """The bins of a product that may be used, each as a text of all that is stored of it."""
    return contents(root, msid, stat)


def files(root: Any, msid: str, stat: str = "5min") -> list[Any]:
    """The paths of the files of a product, in the order of their bins."""
    folder = JetaReader(root).layout.column(msid, stat)
    known = JetaReader(root).product(msid, stat)
    return [] if known is None else [folder / file.name for file in known.files]


def check_statistics(root: Any) -> None:
    """Assert that what a fetch gives of each MSID is what its samples give, types and all."""
    with fetch.set_archive(root):
        for msid in JetaReader(root).names():
            for stat in BIN_WIDTHS_S:
                dat, expected = fetch.MSID(msid, 0, SPAN_S * 2, stat=stat), of_samples(msid, stat)
                for name in (name for name in expected if name in COLUMNS or name.startswith("n_")):
                    found = getattr(dat, name)
                    found = np.zeros(len(dat), np.int32) if name == "nans" and found is None else found
                    is_text = found.dtype.kind == "U"
                    assert is_text or found.dtype == expected[name].dtype, (msid, stat, name)
                    assert found.tobytes() == expected[name].astype(found.dtype).tobytes(), (msid, stat, name)


def spy_on(monkeypatch: Any) -> list[tuple[str, str, list[tuple[int, int]]]]:
    """Return a list that is told which bins are worked out from now on by folds and calls on demand: MSID, product, ranges."""
    told: list[tuple[str, str, list[tuple[int, int]]]] = []
    original = product_fold.Column.statistics

    def statistics(self: Any, name: str, ranges: Any) -> Any:
        told.append((self.msid, name, list(ranges)))
        return original(self, name, ranges)

    monkeypatch.setattr(product_fold.Column, "statistics", statistics)
    return told


def spelled(binned):
    """Statistics with the texts themselves in place of their codes."""
    if binned.texts is None:
        return binned
    columns = binned.columns | {"val": binned.texts[binned.columns["val"]]}
    return Binned(columns, binned.counts | {"text": binned.texts[binned.counts["text"]]})
