"""The few HDF5 calls that writing a sealed file takes.

They go through h5py's low level: its high level takes twice as long (2.0 instead of 1.0 ms for a small segment), and a fold
of 20,000 MSIDs writes 20,000 files. HDF5 makes the file in memory and we write it: HDF5 does not get over a disk that is full, but
keeps the file open for ever and raises errors of any kind.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_BLOSC_FILTER = 32001
_GROWTH_BYTES = 2**18
_CODEC, _LEVEL, _BYTE_SHUFFLE, _BIT_SHUFFLE = b"lz4", 5, 1, 2


@dataclass(frozen=True, slots=True)
class ChunkPlaces:
    """Where the chunks of a dataset lie in its file; arrays of shape (chunks,).

    Attributes
    ----------
    offset, size_bytes : int64 array
        First byte, and number of bytes.
    crc32 : int64 array
        Checksum of those bytes.
    """

    offset: NDArray[np.int64]
    size_bytes: NDArray[np.int64]
    crc32: NDArray[np.int64]


@lru_cache(maxsize=1)
def _in_memory() -> Any:
    """How a file is opened: in memory, and of a version that programs with HDF5 1.14 can read."""
    from h5py import h5f, h5p  # noqa: PLC0415 - as below

    access = h5p.create(h5p.FILE_ACCESS)
    access.set_libver_bounds(h5f.LIBVER_V110, h5f.LIBVER_V110)
    access.set_fclose_degree(h5f.CLOSE_STRONG)
    access.set_fapl_core(_GROWTH_BYTES, backing_store=False)
    return access


@lru_cache(maxsize=64)
def _hdf5_type(dtype: np.dtype[Any]) -> Any:
    """HDF5's type for one of numpy's; made once, since that takes longer than writing a small table of it."""
    from h5py import h5t  # noqa: PLC0415 - as below

    return h5t.py_create(dtype, logical=True)


class SealedFile:
    """A new HDF5 file, open for writing until the end of a ``with`` block and never again.

    It is made in memory and written in one piece at the end of the block, if that ends well. So a full disk is an `OSError`
    of that one write; within the HDF5 library it would leave a file that cannot be closed.

    Parameters
    ----------
    path : Path
        Its name; there must be no such file.
    """

    def __init__(self, path: Path) -> None:
        import hdf5plugin  # noqa: F401, PLC0415 - its import makes the Blosc filter known to HDF5
        from h5py import h5f  # noqa: PLC0415 - readers do without h5py, and it takes 45 ms to import

        self._path = path
        self._file = h5f.create(bytes(path), h5f.ACC_EXCL, fapl=_in_memory())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        from h5py import h5f  # noqa: PLC0415 - as above

        h5f.flush(self._file)
        content = self._file.get_file_image()
        self._file.close()
        if kind is None:
            with self._path.open("xb") as file:
                file.write(content)

    def write_chunked(self, name: str, column: NDArray[Any], chunk_rows: int) -> ChunkPlaces:
        """Write a column as Blosc chunks.

        Parameters
        ----------
        name : str
            Name of the dataset.
        column : array, shape (rows,)
            At least one row.
        chunk_rows : int
            Rows of a chunk, at most as many as there are.

        Returns
        -------
        ChunkPlaces
            Where the chunks lie.
        """
        from h5py import h5d, h5p, h5s, h5t  # noqa: PLC0415 - as above
        from numcodecs import blosc  # noqa: PLC0415 - loaded when first needed

        blosc.use_threads = False
        item = column.dtype.itemsize
        layout = h5p.create(h5p.DATASET_CREATE)
        layout.set_chunk((chunk_rows,))
        layout.set_fill_time(h5d.FILL_TIME_NEVER)
        # Of records, one shuffle of bytes puts each field's together; one of bits would take them for a single number.
        shuffle = _BIT_SHUFFLE if column.dtype.names is None else _BYTE_SHUFFLE
        # The arguments as the Blosc plug-in writes them: two versions, item and chunk size, level, shuffle, codec (1 is LZ4).
        layout.set_filter(_BLOSC_FILTER, 0, (2, 2, item, chunk_rows * item, _LEVEL, shuffle, 1))
        dataset = h5d.create(
            self._file, name.encode(), h5t.py_create(column.dtype), h5s.create_simple(column.shape), layout
        )
        starts = range(0, len(column), chunk_rows)
        sizes, checksums, offsets = (np.zeros(len(starts), np.int64) for _ in range(3))
        for number, start in enumerate(starts):
            piece = column[start : start + chunk_rows]
            if len(piece) < chunk_rows:  # HDF5 stores whole chunks; the rows beyond the end are never read
                piece = np.concatenate([piece, np.zeros(chunk_rows - len(piece), column.dtype)])
            data = blosc.compress(np.ascontiguousarray(piece), _CODEC, _LEVEL, shuffle)
            dataset.write_direct_chunk((start,), data)
            sizes[number], checksums[number] = len(data), zlib.crc32(data)

        def note(info: Any) -> None:
            offsets[info.chunk_offset[0] // chunk_rows] = info.byte_offset

        dataset.chunk_iter(note)
        return ChunkPlaces(offsets, sizes, checksums)

    def write_table(self, name: str, table: NDArray[Any]) -> int:
        """Write a small array in one piece, and return the byte of the file at which it begins."""
        from h5py import h5d, h5s  # noqa: PLC0415 - as above

        kind = _hdf5_type(table.dtype)
        dataset = h5d.create(self._file, name.encode(), kind, h5s.create_simple(table.shape))
        dataset.write(h5s.ALL, h5s.ALL, np.ascontiguousarray(table), mtype=kind)
        return int(dataset.get_offset())

    def write_attribute(self, name: str, value: Any) -> None:
        """Write a scalar: a number, a record, or a text."""
        from h5py import h5a, h5s, h5t  # noqa: PLC0415 - as above

        array = np.asarray(value.encode() if isinstance(value, str) else value)
        kind = _hdf5_type(array.dtype)
        if isinstance(value, str):
            kind = kind.copy()
            kind.set_cset(h5t.CSET_UTF8)
        h5a.create(self._file, name.encode(), kind, h5s.create(h5s.SCALAR)).write(array, mtype=kind)
