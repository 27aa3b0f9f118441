"""The reader of the ingest file."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import settings
from jeta.formats import rejection
from jeta.formats.batch import Delivery, Description
from jeta.formats.fos_hdf5.blocks import BLOCK_ROWS, plan
from jeta.formats.fos_hdf5.layout import (
    damage_reported,
    datasets,
    is_telemetry,
    layout_of,
    opened,
    origin_of,
    span_ms,
)
from jeta.formats.fos_hdf5.pieces import Piece, assemble, decode
from jeta.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterable

    import h5py

    from jeta.formats.fos_hdf5.blocks import Load
    from jeta.formats.fos_hdf5.layout import Layout
    from jeta.formats.fos_hdf5.pieces import Rejected
    from jeta.formats.protocol import AnyPath

_LOG = logger(__name__)

OWN_ORIGIN = "OBSERVATORY"
"""What the data origin contains if the spacecraft sent the rows; simulators and tests have others."""

EXCLUDED_APIDS = (712,)
"""Packet types whose rows repeat telemetry with times of their own, and which are never archived."""

_MOST_THREADS = 4


class FosHdf5:
    """Reader of the ingest file of the flight operations system.

    Rows are left out for these reasons: padding (identifier 0, or room in the file that was never written), a foreign
    data origin (then all of them), an excluded packet type, a time that is no number or does not fit into 64 bits.

    Parameters
    ----------
    excluded_apids : iterable of int
        Packet types (application process identifiers) whose rows are left out, counted; empty to keep all.
    threads : int, optional
        How many threads decode; by default as many as ``JETA_WORKERS`` says, at most 4. Each holds 15 to 60 MB.
    """

    name = "fos_hdf5"

    def __init__(self, excluded_apids: Iterable[int] = EXCLUDED_APIDS, threads: int | None = None) -> None:
        self.excluded_apids = tuple(excluded_apids)
        self.threads = threads

    def identify(self, path: AnyPath) -> bool:
        """Tell whether a file is HDF5 with rows of telemetry in ``/samples/data1``; see `Format.identify`.

        Parameters
        ----------
        path : str or path-like
            The file, of which a few thousand bytes are read.
        """
        return is_telemetry(Path(path))

    def describe(self, path: AnyPath) -> Description:
        """Tell the number of rows, padding included, and the first and last instant; see `Format.describe`.

        Parameters
        ----------
        path : str or path-like
            The file.

        Returns
        -------
        Description
            Times in ms since 1970 UTC, as the attributes of the datasets tell them; no MSIDs.

        Raises
        ------
        FormatError
            If the file is not of this format, or is damaged.
        """
        path = Path(path)
        with opened(path) as file:
            found = datasets(file, path)
            origin = origin_of(file, path)
            spans = [span_ms(dataset, path) for dataset in found if len(dataset)]
            rows = sum(map(len, found))
        firsts, lasts = (
            [first for first, _ in spans if first is not None],
            [last for _, last in spans if last is not None],
        )
        return Description(
            path,
            self.name,
            rows,
            min(firsts) if firsts and len(firsts) == len(spans) else None,
            max(lasts) if lasts and len(lasts) == len(spans) else None,
            note=f"{len(found)} datasets of origin {origin or 'not told'}; rows include padding",
        )

    def read(self, path: AnyPath) -> Delivery:
        """Read all rows of a file; see `Format.read`.

        Parameters
        ----------
        path : str or path-like
            The file.

        Returns
        -------
        Delivery
            With one batch per MSID, sorted by identifier. Times are in ms; values are float64, or text with the numbers
            behind it for an MSID that has a text in any row; the alarm status is kept where it is not 0 throughout.

        Raises
        ------
        FormatError
            If the file is not of this format, or is damaged.
        """
        path = Path(path)
        with opened(path) as file:
            found = datasets(file, path)
            rows = sum(map(len, found))
            origin = origin_of(file, path)
            if origin is None:
                _LOG.info("%s does not tell its data origin; taken as sent by the spacecraft", path)
            elif OWN_ORIGIN not in origin:
                return Delivery(path, self.name, rows, (), Counter({(None, rejection.foreign_origin(origin)): rows}))
            pieces, unwritten = self._pieces(found, path)
        rejected: Rejected = Counter({(None, rejection.PADDING): unwritten} if unwritten else {})
        for piece in pieces:
            rejected.update(piece.rejected)
        return Delivery(path, self.name, rows, assemble(pieces), rejected)

    def _pieces(self, found: Iterable[h5py.Dataset], path: Path) -> tuple[list[Piece], int]:
        """Read and decode all rows, in the order of the file; and count those that were never written."""
        tasks = []
        unwritten = 0
        for dataset in found:
            layout = layout_of(dataset, path)
            with damage_reported(path, f"looking for the rows of {dataset.name}"):
                planned = plan(dataset, path)
            unwritten += planned.unwritten
            tasks += [partial(self._decoded, load, layout, path) for load in planned.loads]
        threads = min(self.threads or min(settings.from_environment().workers, _MOST_THREADS), len(tasks))
        if threads <= 1:
            return [piece for task in tasks for piece in task()], unwritten
        with ThreadPoolExecutor(threads) as pool:
            return [piece for future in [pool.submit(task) for task in tasks] for piece in future.result()], unwritten

    def _decoded(self, load: Load, layout: Layout, path: Path) -> list[Piece]:
        """Read and decode the rows of one block; a large chunk makes several pieces."""
        with damage_reported(path, "reading rows"):
            block = load()
        return [
            decode(block[start : start + BLOCK_ROWS], layout, self.excluded_apids)
            for start in range(0, len(block), BLOCK_ROWS)
        ]
