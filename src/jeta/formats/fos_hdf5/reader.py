"""The reader of the ingest file."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import settings
from jeta.formats import rejection
from jeta.formats.appearance import is_hdf5
from jeta.formats.batch import Delivery, Description
from jeta.formats.fos_hdf5.blocks import BLOCK_ROWS, plan
from jeta.formats.fos_hdf5.choice import Choice
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
from jeta.formats.fos_hdf5.unpacking import plain
from jeta.formats.shares import check_share, shares_for
from jeta.formats.unpacked import is_packed, unpacked_head
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

_LOOK_BYTES = 4096
_MOST_THREADS = 4
_MOST_BYTES_IN_WORK = 1 << 29


class FosHdf5:
    """Reader of the ingest file of the flight operations system, gzip or not.

    Rows are left out for these reasons: padding (identifier 0, or room in the file that was never written), a foreign
    data origin (then all of them), an excluded packet type, a time that is no number or does not fit into 64 bits.

    Parameters
    ----------
    excluded_apids : iterable of int
        Packet types (application process identifiers) whose rows are left out, counted; empty to keep all.
    threads : int, optional
        How many threads decode; by default as many as ``JETA_WORKERS`` says, at most 4. Each holds 15 to 60 MB.
    keep_foreign : bool, optional
        True to read the rows of a foreign data origin like any others, and count them in the delivery's notes.
    noted_apids : iterable of int, optional
        Packet types whose rows are kept, and counted in the delivery's notes; those that are excluded as well are excluded.
    own_origin : str, optional
        A data origin that contains this, in the same case, is not foreign; nor is one that is not told.

    Examples
    --------
    >>> FosHdf5(excluded_apids=(), noted_apids=(712,)).name
    'fos_hdf5'
    """

    name = "fos_hdf5"

    def __init__(
        self,
        excluded_apids: Iterable[int] = EXCLUDED_APIDS,
        threads: int | None = None,
        keep_foreign: bool = False,
        noted_apids: Iterable[int] = (),
        own_origin: str = OWN_ORIGIN,
    ) -> None:
        self.excluded_apids = tuple(excluded_apids)
        self.threads = threads
        self.keep_foreign = keep_foreign
        self.noted_apids = tuple(noted_apids)
        self.own_origin = own_origin

    def identify(self, path: AnyPath) -> bool:
        """Tell whether a file is HDF5 with rows of telemetry in ``/samples/data1``; see `Format.identify`.

        Parameters
        ----------
        path : str or path-like
            The file, of which a few thousand bytes are read; of a gzip file only that it holds HDF5 is told.
        """
        path = Path(path)
        # Of a file that is compressed as a whole only the beginning can be told without unpacking it.
        return is_hdf5(unpacked_head(path, _LOOK_BYTES)) if is_packed(path) else is_telemetry(path)

    def describe(self, path: AnyPath) -> Description:
        """Tell the number of rows, padding included, and the first and last instant; see `Format.describe`.

        Parameters
        ----------
        path : str or path-like
            The file.

        Returns
        -------
        Description
            Times in ms since 1970 UTC, as the attributes of the datasets tell them; the data origin; no MSIDs.

        Raises
        ------
        FormatError
            If the file is not of this format, or is damaged.
        """
        path = Path(path)
        with plain(path) as readable, opened(readable) as file:
            found = datasets(file, readable)
            origin = origin_of(file, readable)
            spans = [span_ms(dataset, readable) for dataset in found if len(dataset)]
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
            origin=origin or "",
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
        return self._read(Path(path), Choice(self.excluded_apids, self.noted_apids))

    def shares(self, path: AnyPath, rows_at_once: int) -> int:
        """Tell into how many shares to divide a file; see `SharedFormat.shares`.

        Parameters
        ----------
        path : str or path-like
            The file, whose attributes only are read.
        rows_at_once : int
            About how many rows, of 40 bytes in memory, a share may have, at least 1.

        Returns
        -------
        int
            At least 1.

        Raises
        ------
        FormatError
            If the file is not of this format, or is damaged.
        """
        with plain(Path(path)) as readable, opened(readable) as file:
            rows = sum(map(len, datasets(file, readable)))
        return shares_for(rows, rows_at_once)

    def read_share(self, path: AnyPath, share: int, shares: int) -> Delivery:
        """Read the rows of some MSIDs; see `SharedFormat.read_share`. Each share goes through the whole file.

        Parameters
        ----------
        path : str or path-like
            The file.
        share : int
            Which share, from 0 to `shares` - 1.
        shares : int
            Into how many shares the MSIDs are divided.

        Returns
        -------
        Delivery
            As of `read`; padding, and all rows of a foreign file, are in share 0.

        Raises
        ------
        FormatError
            If the file is not of this format, or is damaged.
        ValuesError
            If there is no such share.
        """
        check_share(share, shares)
        return self._read(Path(path), Choice(self.excluded_apids, self.noted_apids, share, shares))

    def _read(self, path: Path, choice: Choice) -> Delivery:
        """Read the rows that are wanted."""
        rejected: Rejected = Counter()
        notes: Counter[str] = Counter()
        with plain(path) as readable, opened(readable) as file:
            found = datasets(file, readable)
            origin = origin_of(file, readable)
            is_foreign = origin is not None and self.own_origin not in origin
            if origin is None:
                _LOG.info("%s does not tell its data origin; taken as sent by the spacecraft", path)
            elif is_foreign and not self.keep_foreign:
                rows = sum(map(len, found)) if choice.has_strays else 0
                rejected = Counter({(None, rejection.foreign_origin(origin)): rows} if rows else {})
                return Delivery(path, self.name, rows, (), rejected)
            pieces, unwritten = self._pieces(found, readable, choice)
        if unwritten and choice.has_strays:
            rejected[None, rejection.PADDING] = unwritten
        kept = 0
        for piece in pieces:
            kept += len(piece.times_ms)
            rejected.update(piece.rejected)
            notes.update(piece.notes)
        if kept and is_foreign:
            notes[rejection.kept_origin(str(origin))] = kept
        return Delivery(path, self.name, kept + rejected.total(), assemble(pieces), rejected, notes)

    def _pieces(self, found: Iterable[h5py.Dataset], path: Path, choice: Choice) -> tuple[list[Piece], int]:
        """Read and decode all rows, in the order of the file; and count those that were never written."""
        tasks = []
        unwritten = largest = 0
        for dataset in found:
            layout = layout_of(dataset, path)
            with damage_reported(path, f"looking for the rows of {dataset.name}"):
                planned = plan(dataset, path)
            unwritten += planned.unwritten
            largest = max(largest, planned.largest_bytes)
            tasks += [partial(_decoded, load, layout, path, choice) for load in planned.loads]
        threads = min(self.threads or min(settings.from_environment().workers, _MOST_THREADS), len(tasks))
        threads = min(threads, _MOST_BYTES_IN_WORK // max(1, largest))
        if threads <= 1:
            return [piece for task in tasks for piece in task()], unwritten
        with ThreadPoolExecutor(threads) as pool:
            return [piece for future in [pool.submit(task) for task in tasks] for piece in future.result()], unwritten


def _decoded(load: Load, layout: Layout, path: Path, choice: Choice) -> list[Piece]:
    """Read and decode the rows of one block; a large chunk makes several pieces."""
    with damage_reported(path, "reading rows"):
        block = load()
    return [decode(block[start : start + BLOCK_ROWS], layout, choice) for start in range(0, len(block), BLOCK_ROWS)]
