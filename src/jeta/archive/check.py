"""Whether what lies on the disk is whole and agrees with itself: checksums, order, counts."""

from __future__ import annotations

import struct
import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.archive import column, manifest, segment, spacing
from jeta.archive.journal import JournalFile
from jeta.archive.layout import MANIFEST_NAME
from jeta.archive.segment import SegmentFile
from jeta.errors import ArchiveCorruptError
from jeta.files import read_exactly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from jeta.samples import Samples

_RESTORE = "restore the file from a backup"
_SIGNATURE = b"\x89HDF\r\n\x1a\n\x03\x08\x08"
"""How the files begin that we write: HDF5's mark, its version, and the bytes of a place and of a length."""
_LENGTH_BYTES = struct.Struct("<17xQ")
"""Where its length stands after that: behind the flags and two places."""
_UNREADABLE = (OSError, ValueError, OverflowError)
"""What reading a file raises that is damaged, or that the disk does not give back; `ArchiveCorruptError` is an `OSError`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a file that holds samples.

    Attributes
    ----------
    path : Path
        The file.
    message : str
        What is wrong, and what to do.
    """

    path: Path
    message: str


def check_commit(path: Path, *, full: bool) -> list[Problem]:
    """Check one file of the journal.

    Parameters
    ----------
    path : Path
        The file; one that a fold removes meanwhile is fine.
    full : bool
        Read every row; else only the table of MSIDs is looked at.

    Returns
    -------
    list of Problem
        Empty if it is whole.
    """
    try:
        commit = JournalFile(path)
        if not full:
            return []
        return [
            Problem(path, f"{name}: {fault}; {_RESTORE}")
            for name, entry in zip(commit.names(), commit.entries, strict=True)
            for fault in _faults(commit.read(entry))
        ]
    except FileNotFoundError:
        return []
    except _UNREADABLE as err:
        return [_unreadable(path, err)]


def check_column(folder: Path, *, full: bool) -> tuple[set[str], list[Problem]]:
    """Check one column.

    Parameters
    ----------
    folder : Path
        The column's folder.
    full : bool
        Decode every row; else only the manifest and the segments' sizes are looked at.

    Returns
    -------
    named : set of str
        Names of the segments that the column consists of.
    problems : list of Problem
        Empty if it is whole.
    """
    try:
        listed = manifest.load(folder)
    except _UNREADABLE as err:
        return {path.name for path in folder.iterdir()}, [_unreadable(folder / MANIFEST_NAME, err)]
    segments = listed.segments
    problems = [Problem(folder, f"{fault}; {_RESTORE}") for fault in _order_faults(segments)]
    if len(segments) and (listed.folded, listed.generation) != (segments["folded"].max(), segments["generation"].max()):
        # Rows of the journal up to the commit `folded` are taken to be in the column.
        message = f"its first line says commit {listed.folded}, fold {listed.generation}, but its segments do not; "
        problems.append(Problem(folder / MANIFEST_NAME, message + "delete it and it is made again from the segments"))
    for record in segments:
        problems.extend(check_segment(folder, record, full=full))
    return {manifest.segment_name(record) for record in segments}, problems


def _order_faults(segments: np.ndarray[tuple[int], np.dtype[np.void]]) -> Iterator[str]:
    """What is wrong with the order of segments."""
    for before, after in zip(segments, segments[1:], strict=False):
        scale = [10 ** (9 - 3 * (1 + int(record["resolution"]))) for record in (before, after)]
        if int(before["last"]) * scale[0] >= int(after["first"]) * scale[1]:
            yield f"segments {manifest.segment_name(before)} and {manifest.segment_name(after)} overlap"


def check_segment(folder: Path, record: np.void, *, full: bool) -> list[Problem]:
    """Check one segment against its line in the manifest.

    Parameters
    ----------
    folder : Path
        The column's folder.
    record : structured scalar of dtype `jeta.archive.manifest.RECORD`
        Its line in the manifest.
    full : bool
        Decode every row; else only tables and sizes are looked at.

    Returns
    -------
    list of Problem
        Empty if it is whole.
    """
    path = folder / manifest.segment_name(record)
    try:
        with ExitStack() as stack:
            file = stack.enter_context(SegmentFile(folder, record))
            faults = [*_table_faults(file), *(_file_faults(file) if full else _length_faults(file))]
            if full and not faults:
                faults = list(_chunk_faults(file)) or list(_row_faults(file))
        return [Problem(path, f"{fault}; {_RESTORE}") for fault in faults]
    except FileNotFoundError:
        # A fold may have gone by since the manifest was read; then the new manifest does not name the file.
        live = {manifest.segment_name(other) for other in manifest.load(folder).segments}
        return [Problem(path, f"is listed in the manifest but not there; {_RESTORE}")] if path.name in live else []
    except _UNREADABLE as err:
        return [_unreadable(path, err)]


def check_content(folder: Path, record: np.void) -> list[Problem]:
    """Compare what reading a segment gives with its checksums: enough for who writes its rows anew, and faster.

    Parameters
    ----------
    folder, record
        As for `check_segment`.

    Returns
    -------
    list of Problem
        Empty if it is whole.
    """
    path = folder / manifest.segment_name(record)
    try:
        with SegmentFile(folder, record) as file:
            faults = list(_table_faults(file)) or list(_chunk_faults(file))
        return [Problem(path, f"{fault}; {_RESTORE}") for fault in faults]
    except _UNREADABLE as err:
        return [_unreadable(path, err)]


def _unreadable(path: Path, err: Exception) -> Problem:
    """What an error says of a file; errors of ours say what to do, those of others do not."""
    if isinstance(err, ArchiveCorruptError):
        return Problem(path, str(err))
    return Problem(path, f"cannot be read ({err}); {_RESTORE}")


def _length_faults(file: SegmentFile) -> Iterator[str]:
    """Whether the file begins as HDF5 does and is as long as it says: opening it takes longer than all else of a quick look."""
    with file.path.open("rb") as raw:
        head = raw.read(len(_SIGNATURE) + _LENGTH_BYTES.size)
    if not head.startswith(_SIGNATURE) or len(head) < len(_SIGNATURE) + _LENGTH_BYTES.size:
        yield "HDF5 cannot read it (it does not begin as its files do)"
        return
    told, size_bytes = _LENGTH_BYTES.unpack(head[len(_SIGNATURE) :])[0], file.path.stat().st_size
    if told != size_bytes:
        yield f"it is {size_bytes} bytes long, but says it has {told}"


def _file_faults(file: SegmentFile) -> Iterator[str]:
    """Whether HDF5 can open the file, and it says of itself what the manifest says: a lost manifest is rebuilt from that."""
    import h5py  # noqa: PLC0415 - only checks need it

    try:
        with h5py.File(file.path, "r", locking=False) as opened:
            about = manifest.as_records(np.asarray(opened.attrs["about"]))
    except FileNotFoundError:
        raise
    except (*_UNREADABLE, KeyError, RuntimeError, TypeError) as err:
        if not file.path.exists():
            # A fold removed it while HDF5 opened it, which HDF5 words in several ways.
            raise FileNotFoundError(f"{file.path} was removed while it was checked; check again") from err
        yield f"HDF5 cannot read it ({err})"
        return
    if about.tobytes() != file.record.tobytes():
        yield "what it says of itself is not what the manifest says of it"


def _table_faults(file: SegmentFile) -> Iterator[str]:
    """Whether the segment's tables agree with their checksum and its size with them."""
    tables: list[NDArray[Any]] = [file.chunks]
    if int(file.record["levels"]):
        tables.append(file.stored_levels())
    if int(file.record["text_bytes"]):
        tables.append(file.raws())
    if segment.tables_crc32(*tables) != int(file.record["tables_crc32"]):
        yield "its tables do not agree with their checksum"
    ends = [file.chunks[f"{name}_offset"] + file.chunks[f"{name}_bytes"] for name in segment.COLUMNS]
    size_bytes = file.path.stat().st_size
    if len(file.chunks) and int(np.max(ends)) > size_bytes:
        yield f"it is {size_bytes} bytes long, but its chunks reach to byte {int(np.max(ends))}"


def _chunk_faults(file: SegmentFile) -> Iterator[str]:
    """Which chunks do not agree with their checksum."""
    with file.path.open("rb") as raw:
        for number, chunk in enumerate(file.chunks):
            for name in segment.COLUMNS:
                size_bytes, offset = int(chunk[f"{name}_bytes"]), int(chunk[f"{name}_offset"])
                if zlib.crc32(read_exactly(raw.fileno(), size_bytes, offset)) != int(chunk[f"{name}_crc32"]):
                    yield f"chunk {number} of {name} does not agree with its checksum"


def _row_faults(file: SegmentFile) -> Iterator[str]:
    """Whether the rows are as many, and of the times, that the manifest says."""
    record = file.record
    piece = column.Piece(file, 0, int(record["rows"]))
    samples = column.to_samples(column.read([piece], ticks_of=file.resolution), file.resolution)
    yield from _faults(samples)
    if samples.ticks[0] != record["first"] or samples.ticks[-1] != record["last"]:
        yield f"its rows go from {samples.ticks[0]} to {samples.ticks[-1]}, not from {record['first']} to {record['last']}"
    if file.has_spacings:
        yield from _spacing_faults(file, samples.ticks)


def _spacing_faults(file: SegmentFile, ticks: NDArray[np.int64]) -> Iterator[str]:
    """Whether the chunks say of their instants what is so: gaps are found by that."""
    told = spacing.chunk_spacings(ticks, int(file.record["chunk_rows"]))
    wrong = [name for name, column in told._asdict().items() if not np.array_equal(file.chunks[name], column)]
    if wrong or int(file.record["widest"]) != spacing.widest_of(file.chunks["first"], told):
        yield f"what it says of its spacings is not so ({', '.join(wrong) or 'widest of all'})"


def _faults(samples: Samples) -> Iterator[str]:
    """What is wrong with decoded rows."""
    if np.any(samples.ticks[1:] < samples.ticks[:-1]):
        yield "its rows are not in order of time"
    if samples.texts is not None and len(samples) and int(samples.values.max()) >= len(samples.texts):
        yield f"it has a code {int(samples.values.max())} but only {len(samples.texts)} texts"
