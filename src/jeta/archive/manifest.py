"""The list of a column's segments: one small file, replaced as a whole, that says which segments count.

A segment belongs to the archive from the moment the manifest names it, and no longer once the manifest does not. So one
rename exchanges any number of segments, and a file that a killed fold left behind is never read. The manifest can be made
again from the segments alone (`rebuild`), should it be lost.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.archive.layout import MANIFEST_NAME, SEGMENT_SUFFIX
from jeta.archive.spacing import UNKNOWN_WIDTH
from jeta.errors import ArchiveCorruptError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

RESOLUTIONS = ("ms", "us", "ns")
RECORD = np.dtype(
    [
        ("first", "<i8"),
        ("last", "<i8"),
        ("rows", "<i8"),
        ("resolution", "<i4"),
        ("chunk_rows", "<i4"),
        ("chunks", "<i8"),
        ("chunks_offset", "<i8"),
        ("levels", "<i8"),
        ("levels_offset", "<i8"),
        ("raws_offset", "<i8"),
        ("text_bytes", "<i8"),
        ("dtype", "S8"),
        ("stored_dtype", "S8"),
        ("times_dtype", "S8"),
        ("tables_crc32", "<u4"),
        ("fold", "S8"),
        ("part", "<i4"),
        ("parts", "<i4"),
        ("generation", "<i8"),
        ("folded", "<i8"),
        ("column_rows", "<i8"),
        ("widest", "<u8"),
    ]
)
"""One segment: first and last tick, rows, what a tick is (index into `RESOLUTIONS`), where its tables lie, and its origin:
the fold that wrote it, how many parts that wrote, its number, the last commit it moved, and the rows of the column after it;
and its widest spacing in ticks, `UNKNOWN_WIDTH` where an earlier version wrote it."""

_MAGIC = "jeta manifest 2"
_RECORDS = {_MAGIC: RECORD, "jeta manifest 1": np.dtype(RECORD.descr[:-1])}
"""The type of a record in each version of the file."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The segments of a column, in order of time.

    Attributes
    ----------
    segments : structured array of dtype `RECORD`, shape (segments,)
        They share no instant.
    folded : int
        Number of the last commit whose rows the segments hold; 0 for none.
    generation : int
        Number of the fold that changed the column last.
    """

    segments: NDArray[np.void]
    folded: int
    generation: int

    @property
    def rows(self) -> int:
        """Number of rows of all segments."""
        return int(self.segments["rows"].sum())


EMPTY = Manifest(np.zeros(0, RECORD), 0, 0)


def segment_name(record: np.void) -> str:
    """Return the file name of a segment: its first instant, so that a directory listing is a time index, and its origin.

    The fold's random name is in it, so that a process that outlives its killed writer cannot write over another's segment.
    """
    instant = f"{int(record['first'])}{RESOLUTIONS[int(record['resolution'])]}"
    return f"{instant}-{int(record['generation'])}-{record['fold'].decode()}-{int(record['part'])}{SEGMENT_SUFFIX}"


def to_bytes(manifest: Manifest) -> bytes:
    """Return the content of a manifest file: one line of JSON and the records."""
    records = manifest.segments.tobytes()
    head = {
        "file": _MAGIC,
        "folded": manifest.folded,
        "generation": manifest.generation,
        "segments": len(manifest.segments),
        "crc32": zlib.crc32(records),
    }
    return json.dumps(head).encode() + b"\n" + records


def from_bytes(content: bytes, path: Path) -> Manifest:
    """Read the content of a manifest file.

    Raises
    ------
    ArchiveCorruptError
        If it is not what `to_bytes` makes.
    """
    line, _, records = content.partition(b"\n")
    try:
        head: dict[str, Any] = json.loads(line)
        kind = _RECORDS.get(head["file"])
        ok = (
            kind is not None
            and zlib.crc32(records) == head["crc32"]
            and len(records) == head["segments"] * kind.itemsize
        )
        if ok:
            return Manifest(as_records(np.frombuffer(records, kind)), int(head["folded"]), int(head["generation"]))
    except (ValueError, KeyError, TypeError) as err:
        raise ArchiveCorruptError(
            f"{path} is not a manifest ({err}); delete it and it is made again from the segments"
        ) from err
    raise ArchiveCorruptError(
        f"{path} is damaged or of a later format; delete it and it is made again from the segments"
    )


def as_records(found: NDArray[np.void]) -> NDArray[np.void]:
    """Return what segments say of themselves in the form of this version.

    Parameters
    ----------
    found : structured array, any shape
        Records as this version or an earlier one wrote them.

    Returns
    -------
    structured array of dtype `RECORD`, same shape
        With `UNKNOWN_WIDTH` where the widest spacing was not noted.

    Raises
    ------
    ValueError
        If a field is missing that every version has.
    """
    there, wanted = set(found.dtype.names or ()), set(RECORD.names or ())
    if missing := wanted - there - {"widest"}:
        raise ValueError(f"a segment must say its {', '.join(sorted(missing))}, but says {sorted(there)}")
    records = np.zeros(found.shape, RECORD)
    records["widest"] = UNKNOWN_WIDTH
    for name in wanted & there:
        records[name] = found[name]
    return records


def rebuild(folder: Path) -> Manifest:
    """Make a column's manifest from its segments alone.

    A fold reads every segment that its rows fall into and writes their rows again. So where two segments overlap in time, the
    one of the later fold holds all that counts, and the other only waits to be removed. The latest fold counts if all its
    parts are there; else it was killed, and what it read is still there.

    Parameters
    ----------
    folder : Path
        The column's folder; one that does not exist has no segments.

    Raises
    ------
    ArchiveCorruptError
        If the segments do not add up to the rows that the column had after its latest fold.
    """
    found = _segments_on_disk(folder)
    if not len(found):
        return EMPTY
    while len(found) and len(killed := _killed_latest(found)):
        found = found[~np.isin(found["fold"], killed)]
    chosen: list[np.void] = []
    for record in found[np.lexsort((found["fold"], found["folded"], found["generation"]))[::-1]]:
        first, last = _in_nanoseconds(record)
        if all(last < other_first or first > other_last for other_first, other_last in map(_in_nanoseconds, chosen)):
            chosen.append(record)
    if not chosen:
        return EMPTY
    segments = in_order(np.array(chosen, RECORD))
    expected, rows = int(chosen[0]["column_rows"]), int(segments["rows"].sum())
    if rows != expected:
        raise ArchiveCorruptError(
            f"{folder}: {MANIFEST_NAME} is lost, and the segments hold {rows} rows instead of {expected}; "
            "restore the column from a backup"
        )
    return Manifest(segments, int(chosen[0]["folded"]), int(chosen[0]["generation"]))


def _killed_latest(found: NDArray[np.void]) -> list[bytes]:
    """Names of the folds with the highest number that lack a part."""
    latest = found[found["generation"] == found["generation"].max()]
    folds = {name: latest[latest["fold"] == name] for name in latest["fold"].tolist()}
    return [name for name, parts in folds.items() if len(parts) < int(parts["parts"][0])]


def latest_generation(names: Iterable[str]) -> int:
    """Return the largest number of a fold in the names of segments, those that killed folds have left included; 0 for none."""
    parts = [name.removesuffix(SEGMENT_SUFFIX).rsplit("-", 3) for name in names if name.endswith(SEGMENT_SUFFIX)]
    return max((int(words[1]) for words in parts if len(words) == 4 and words[1].isdecimal()), default=0)


def in_order(segments: NDArray[np.void]) -> NDArray[np.void]:
    """Return segments in order of time, whatever their resolutions."""
    return segments[sorted(range(len(segments)), key=lambda number: _in_nanoseconds(segments[int(number)])[0])]


def _segments_on_disk(folder: Path) -> NDArray[np.void]:
    """What each readable segment in a folder says of itself."""
    if not folder.is_dir():
        return np.zeros(0, RECORD)
    import h5py  # noqa: PLC0415 - only needed when a manifest is lost

    found = []
    for path in sorted(folder.glob(f"*{SEGMENT_SUFFIX}")):
        try:
            # Without a lock: a fold that is just writing the file must not meet ours.
            with h5py.File(path, "r", locking=False) as file:
                found.append(as_records(np.asarray(file.attrs["about"])).reshape(1))
        except (OSError, KeyError, ValueError):
            continue  # unfinished or damaged: then its fold is not whole, or the rows do not add up
    return np.concatenate(found) if found else np.zeros(0, RECORD)


def _in_nanoseconds(record: np.void) -> tuple[int, int]:
    """First and last instant of a segment, comparable across resolutions."""
    factor = 10 ** (9 - 3 * (1 + int(record["resolution"])))
    return int(record["first"]) * factor, int(record["last"]) * factor


def load(folder: Path) -> Manifest:
    """Read a column's manifest; an MSID that has no column yet has an empty one.

    Raises
    ------
    ArchiveCorruptError
        If the manifest is damaged, or lost and not to be made again.
    """
    path = folder / MANIFEST_NAME
    try:
        return from_bytes(path.read_bytes(), path)
    except FileNotFoundError:
        return rebuild(folder)
