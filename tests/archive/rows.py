"""Rows for the tests of the archive, and ways to look at what an archive holds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.archive import JetaReader, Writer, create_archive, fold, segment
from jeta.samples import Samples
from samples.series_model import as_rows

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ALL_NS = (-(2**63), 2**63 - 1)


def rows(ticks: Any, values: Any, resolution: str = "ms", **more: Any) -> Samples:
    """Numbers."""
    return Samples(np.array(ticks, np.int64), resolution, np.array(values), **more)


def texts(ticks: Any, words: Any, raws: Any = None) -> Samples:
    """Texts."""
    return Samples.from_texts(np.array(ticks, np.int64), "ms", words, raws=raws)


def contents(root: Path, msid: str) -> list[tuple[int, Any]]:
    """Every row of an MSID, as a reader opened now sees it."""
    return as_rows(JetaReader(root).read_samples(msid, *ALL_NS))


def archive_with(root: Path, *deliveries: dict[str, Samples], folded: bool = True) -> Path:
    """A new archive that holds some deliveries, each folded on its own."""
    create_archive(root)
    with Writer(root) as writer:
        for delivery in deliveries:
            writer.commit(delivery)
            if folded:
                writer.fold()
    return root


def use_small_pieces(monkeypatch: pytest.MonkeyPatch, *, segment_rows: int = 7, chunk_rows: int = 3) -> None:
    """Make segments and chunks so small that a few rows cross their boundaries."""
    monkeypatch.setattr(segment, "CHUNK_ROWS", chunk_rows)
    monkeypatch.setattr(fold, "fold_column", partial(fold.fold_column, segment_rows=segment_rows))
