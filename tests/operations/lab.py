"""An archive of several kinds of columns, with statistics, segments of few rows and a journal; and ways to look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from archive.rows import contents, use_small_pieces
from archive.test_products_model import SPAN_S
from jeta.archive import JetaReader, Writer, create_archive
from jeta.samples import Samples

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

MSIDS = ("COUNTS", "FINE", "MODE", "TEMP")
DAYS = 3
SPAN_MS = DAYS * 86_400_000


def delivery(
    rng: np.random.Generator, count: int = 60, start_ms: int = 0, stop_ms: int = SPAN_MS
) -> dict[str, Samples]:
    """Rows of each MSID at random instants of a span."""
    ticks = np.sort(rng.integers(start_ms, stop_ms, count))
    fine = ticks * 1_000_000 + rng.integers(0, 1_000_000, count)
    return {
        "COUNTS": Samples(ticks, "ms", rng.integers(0, 5, count, dtype=np.int32)),
        "FINE": Samples(fine, "ns", rng.normal(size=count)),
        "MODE": Samples.from_texts(ticks, "ms", rng.choice(["ON", "OFF", "Ünï"], count), raws=rng.choice([1.0], count)),
        "TEMP": Samples(ticks, "ms", rng.choice([1.5, np.nan, -0.0], count)),
    }


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many segments, and files of statistics, out of few rows."""
    from archive.products import use_small_files

    use_small_pieces(monkeypatch, segment_rows=40, chunk_rows=16)
    use_small_files(monkeypatch)


def filled(root: Path, seed: int = 0, *, folds: int = 3, pending: int = 1) -> Path:
    """A new archive: some deliveries folded, statistics worked out, some more in the journal."""
    rng = np.random.default_rng(seed)
    create_archive(root)
    with Writer(root) as writer:
        for _ in range(folds):
            writer.commit(delivery(rng))
            writer.fold()
        writer.refresh_statistics(writer.reader.names())
        for _ in range(pending):
            writer.commit(delivery(rng, 20))
    return root


def all_rows(root: Path) -> dict[str, list[tuple[int, Any]]]:
    """Every row of every MSID, as a reader opened now sees it."""
    return {name: contents(root, name) for name in JetaReader(root).names()}


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder, but for locks and caches."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name not in ("writer.lock", ".cache.jsonl")
    }


assert SPAN_S * 2 > DAYS * 86_400, "statistics of all days are compared"
