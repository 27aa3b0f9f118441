"""Rows from disk in blocks, several at a time.

HDF5 reads under one lock. Rows that lie in the file as they are, or in chunks that are deflated, are therefore read past
it: threads then read, inflate and decode side by side. All other storage goes through h5py.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import h5py
import numpy as np

from jeta.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Load: TypeAlias = Callable[[], NDArray[np.void]]

BLOCK_ROWS = 131_072
"""A block of 15 MB: large enough that the cost of each call does not count, small enough to stay near the processor."""

_DEFLATE_LIMIT = 1_100  # deflate cannot make data smaller than by this factor
_SMALLEST_CHUNK_BYTES = 8  # no filter makes a row smaller, and HDF5's own filters do not expect it
_TRUSTING = {
    h5py.h5z.FILTER_SZIP: "szip",
    h5py.h5z.FILTER_NBIT: "nbit",
    h5py.h5z.FILTER_SCALEOFFSET: "scaleoffset",
}
_DIRECT: tuple[list[int], ...] = ([], [h5py.h5z.FILTER_DEFLATE], [h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE])
_LARGEST_CHUNK_BYTES = 1 << 29


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read a dataset.

    Attributes
    ----------
    loads : list of callable
        Each returns the next rows: a structured array of about `BLOCK_ROWS` rows, or of one chunk if that is larger.
        They may be called in any thread while the file is open.
    unwritten : int
        Number of rows that the dataset has room for, but that were never written.
    largest_bytes : int
        Memory that the largest block takes.
    """

    loads: list[Load]
    unwritten: int
    largest_bytes: int = 0


def plan(dataset: h5py.Dataset, path: Path) -> Plan:
    """Find out how to read a dataset.

    Parameters
    ----------
    dataset : h5py.Dataset
        One-dimensional, of any structured type.
    path : Path
        Its file.

    Returns
    -------
    Plan
        Which gives all rows that were written, in order: arrays of shape (rows,) and of the dataset's dtype.

    Raises
    ------
    FormatError
        If the dataset says of itself what cannot be.
    """
    settings = dataset.id.get_create_plist()
    kind = settings.get_layout()
    if kind == h5py.h5d.CHUNKED:
        return _chunked(dataset, path, _filters(settings, path))
    if kind == h5py.h5d.COMPACT:
        return Plan([partial(_through_hdf5, dataset, 0, len(dataset))], 0, len(dataset) * dataset.dtype.itemsize)
    return _contiguous(dataset, path)


def _contiguous(dataset: h5py.Dataset, path: Path) -> Plan:
    """Plan to read rows that lie one after the other."""
    offset = dataset.id.get_offset()
    if offset is None:
        return Plan([], len(dataset))
    itemsize = dataset.dtype.itemsize
    end, size = offset + len(dataset) * itemsize, path.stat().st_size
    if end > size:
        raise FormatError(
            f"{path}: {dataset.name} should end at byte {end}, but the file has only {size} bytes: transfer it again"
        )
    edges = [*range(0, len(dataset), BLOCK_ROWS), len(dataset)]
    largest = min(len(dataset), BLOCK_ROWS) * itemsize
    if not _as_in_memory(dataset):
        return Plan([partial(_through_hdf5, dataset, start, stop) for start, stop in pairwise(edges)], 0, largest)
    return Plan(
        [
            partial(_span, path, dataset.dtype, offset + start * itemsize, stop - start)
            for start, stop in pairwise(edges)
        ],
        0,
        largest,
    )


def _chunked(dataset: h5py.Dataset, path: Path, filters: Sequence[int]) -> Plan:
    """Plan to read the chunks that exist; those never written are not in the file."""
    chunks: list[Any] = []
    dataset.id.chunk_iter(chunks.append)
    chunks = sorted(
        (chunk for chunk in chunks if chunk.chunk_offset[0] < len(dataset)), key=lambda c: c.chunk_offset[0]
    )
    chunk_rows = dataset.chunks[0]
    _check_chunks(dataset, path, chunks)
    direct = filters in _DIRECT and _as_in_memory(dataset)
    loads: list[Load] = []
    for group in _grouped(chunks, chunk_rows):
        start = group[0].chunk_offset[0]
        stop = min(group[-1].chunk_offset[0] + chunk_rows, len(dataset))
        if direct:
            loads.append(_Chunks(path, dataset.dtype, tuple(group), chunk_rows, stop - start, tuple(filters)))
        else:
            loads.append(partial(_through_hdf5, dataset, start, stop))
    written = sum(min(chunk_rows, len(dataset) - chunk.chunk_offset[0]) for chunk in chunks)
    largest = max(BLOCK_ROWS + chunk_rows, 2 * chunk_rows) * dataset.dtype.itemsize if loads else 0
    return Plan(loads, len(dataset) - written, largest)


def _check_chunks(dataset: h5py.Dataset, path: Path, chunks: Sequence[Any]) -> None:
    """Refuse chunks that overlap, leave the file, or that no memory could hold."""
    chunk_rows, size = dataset.chunks[0], path.stat().st_size
    if chunk_rows * dataset.dtype.itemsize > _LARGEST_CHUNK_BYTES:
        raise FormatError(
            f"{path}: {dataset.name} has chunks of {chunk_rows} rows; expected chunks of at most 512 MB: write the file"
            " in smaller ones"
        )
    offsets = [chunk.chunk_offset[0] for chunk in chunks]
    if len(set(offsets)) < len(offsets) or any(offset % chunk_rows for offset in offsets):
        raise FormatError(
            f"{path}: the {len(chunks)} chunks of {dataset.name} overlap; the file is damaged: transfer it again"
        )
    for chunk in chunks:
        if chunk.size < _SMALLEST_CHUNK_BYTES or chunk.byte_offset + chunk.size > size:
            raise FormatError(
                f"{path}: a chunk of {dataset.name} is said to take {chunk.size} bytes at {chunk.byte_offset}, but the file"
                f" has {size} bytes: transfer it again"
            )


def _grouped(chunks: Sequence[Any], chunk_rows: int) -> list[list[Any]]:
    """Put chunks that follow each other into groups of about one block."""
    groups: list[list[Any]] = []
    for chunk in chunks:
        follows = groups and chunk.chunk_offset[0] == groups[-1][-1].chunk_offset[0] + chunk_rows
        if follows and len(groups[-1]) * chunk_rows < BLOCK_ROWS:
            groups[-1].append(chunk)
        else:
            groups.append([chunk])
    return groups


def _filters(settings: Any, path: Path) -> list[int]:
    """Return what is done to chunks when they are written, in order.

    Raises
    ------
    FormatError
        If it is undone by a library that takes damaged data for good ones, and writes past its memory.
    """
    found = [settings.get_filter(place)[0] for place in range(settings.get_nfilters())]
    for code in found:
        if code in _TRUSTING:
            raise FormatError(
                f"{path}: the rows are packed by {_TRUSTING[code]}, which is not safe to read from a file that may be damaged;"
                " repack it: h5repack -f GZIP=1 OLD NEW"
            )
    return found


def _as_in_memory(dataset: h5py.Dataset) -> bool:
    """Tell whether the bytes of a row in the file are those of numpy's row."""
    stored = dataset.id.get_type()
    if dataset.file.userblock_size or stored.get_size() != dataset.dtype.itemsize:
        return False
    for place, name in enumerate(dataset.dtype.names):
        field, offset = dataset.dtype.fields[name][:2]
        member = stored.get_member_type(place)
        same = member.get_size() == field.itemsize if field.kind == "S" else h5py.h5t.py_create(field).equal(member)
        if not same or stored.get_member_offset(place) != offset:
            return False
    return True


def _through_hdf5(dataset: h5py.Dataset, start: int, stop: int) -> NDArray[np.void]:
    """Read rows with h5py."""
    rows: NDArray[np.void] = dataset[start:stop]
    return rows


def _span(path: Path, dtype: np.dtype[Any], offset: int, rows: int) -> NDArray[np.void]:
    """Read rows that lie in the file as they are."""
    block = np.empty(rows, dtype)
    with path.open("rb", buffering=0) as handle:
        handle.seek(offset)
        _read_into(handle, memoryview(block.view(np.uint8).data), path)
    return block


@dataclass(frozen=True, slots=True)
class _Chunks:
    """Some chunks that follow each other, through none or all of shuffle and deflate; calling it reads their rows."""

    path: Path
    dtype: np.dtype[Any]
    chunks: tuple[Any, ...]
    chunk_rows: int
    rows: int
    filters: tuple[int, ...]

    def __call__(self) -> NDArray[np.void]:
        """Read the rows."""
        size = self.chunk_rows * self.dtype.itemsize
        block = np.empty(len(self.chunks) * self.chunk_rows, self.dtype)
        room = block.view(np.uint8).reshape(len(self.chunks), size)
        with self.path.open("rb", buffering=0) as handle:
            for target, chunk in zip(room, self.chunks, strict=True):
                handle.seek(chunk.byte_offset)
                self._fill(target, handle, chunk)
        return block[: self.rows]

    def _fill(self, target: NDArray[np.uint8], handle: Any, chunk: Any) -> None:
        """Read one chunk, undoing what its filters did; a bit of its mask says that a filter was left out."""
        applied = {code for place, code in enumerate(self.filters) if not chunk.filter_mask >> place & 1}
        if h5py.h5z.FILTER_DEFLATE in applied:
            target[:] = np.frombuffer(self._inflated(handle, chunk, len(target)), np.uint8)
        else:
            self._check_size(chunk, chunk.size, len(target))
            _read_into(handle, target.data, self.path)
        if h5py.h5z.FILTER_SHUFFLE in applied:
            # Shuffled, the first bytes of all rows come first, then all the second bytes.
            target[:] = target.reshape(self.dtype.itemsize, self.chunk_rows).T.ravel()

    def _inflated(self, handle: Any, chunk: Any, size: int) -> bytes:
        """Read and inflate one chunk."""
        if size > chunk.size * _DEFLATE_LIMIT:
            raise FormatError(
                f"{self.path}: {chunk.size} bytes at {chunk.byte_offset} cannot hold a chunk of {size} bytes:"
                " transfer the file again"
            )
        packed = bytearray(chunk.size)
        _read_into(handle, memoryview(packed), self.path)
        try:
            # One byte more than needed, so that the end is reached and the checksum verified.
            data = zlib.decompressobj().decompress(packed, size + 1)
        except zlib.error as err:
            raise FormatError(
                f"{self.path}: the chunk at byte {chunk.byte_offset} is damaged ({err}): transfer the file again"
            ) from err
        self._check_size(chunk, len(data), size)
        return data

    def _check_size(self, chunk: Any, found: int, expected: int) -> None:
        """Refuse a chunk that has not the number of bytes that it should have."""
        if found != expected:
            raise FormatError(
                f"{self.path}: the chunk at byte {chunk.byte_offset} has {found} bytes, expected {expected}:"
                " transfer the file again"
            )


def _read_into(handle: Any, target: memoryview, path: Path) -> None:
    """Fill memory from a file; one call may give less than was asked for."""
    done = 0
    while done < len(target):
        count = handle.readinto(target[done:])
        if not count:
            raise FormatError(f"{path}: the file ends {len(target) - done} bytes too early: transfer it again")
        done += count
