"""Source files put away for good: moved, compressed or rejected.

A file never takes the place of another, and its bytes are on the disk at the new place before the old one goes: whatever
kills the process, a file is in one place or, briefly, in two, and doing it again finishes it.
"""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import time
import zlib
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING

from jeta.files import ASIDE_PREFIX, aside_name, make_folder, printable, replace_bytes, sync_folder
from jeta.ingest.discover import REASON_SUFFIX
from jeta.ingest.words import date_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Put = Callable[[Path, Path], Path]

_BLOCK_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_LEVEL = 6
_LONGEST_NAME_BYTES = 255
_ROOM_BYTES = 24
"""Kept free in a name for ``~12345``, ``.gz`` and ``.reason.txt``."""
_NO_LINKS = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_STALE_S = 86_400.0
WHAT_TO_DO = "Mend it or have it sent again, and put it into the staging folder. What lies here is not needed by jeta."


def place_for(folder: Path, name: str, day: date) -> Path:
    """Return a free place for a file: ``folder/YYYY/DDD/name``, or with ``~2``, ``~3`` ... before the suffix.

    Parameters
    ----------
    folder : Path
        Such as the folder of processed files.
    name : str
        The file's name, without a folder.
    day : date
        Under which day; the second folder is the day of the year.

    Returns
    -------
    Path
        Where there is nothing. The name is shortened if it is too long to take a suffix more.

    Raises
    ------
    ValueError
        If `name` is not a plain name of a file.

    Examples
    --------
    >>> place_for(Path("processed"), "E2022.h5", date(2022, 3, 1)).parts[1:]
    ('2022', '060', 'E2022.h5')
    """
    return next(path for path in _places(_day_folder(folder, day), name) if not os.path.lexists(path))


def put_away(path: Path, folder: Path, day: date, *, compressed: bool = False) -> Path:
    """Move a file to its place below a folder; one that is there already with the same content counts as this one.

    Parameters
    ----------
    path : Path
        The file.
    folder : Path
        Such as the folder of processed files; it is created if need be.
    day : date
        Under which day.
    compressed : bool
        Compress it with gzip, unless it is.

    Returns
    -------
    Path
        Where it is now.

    Raises
    ------
    OSError
        If it cannot be done, or the file changes meanwhile; then it is still where it was.
    """
    into = _day_folder(folder, day)
    make_folder(into)
    _remove_stale(into)
    return _first_that_takes(path, _places(into, path.name), compress if compressed else move)


def move(path: Path, target: Path) -> Path:
    """Move a file, also to another disk, never over another one, and durably.

    Parameters
    ----------
    path : Path
        The file.
    target : Path
        Its new place, in a folder that exists.

    Returns
    -------
    Path
        The new place. If a file of the same content was there, which is what a killed move leaves, the old one is removed.

    Raises
    ------
    FileExistsError
        If another file is at `target`.
    OSError
        If it cannot be done, or the file changes meanwhile; then it is still at `path`.
    """
    _check_is_file(path)
    if not _has_arrived(path, target):
        _sync(path)
        try:
            os.link(path, target, follow_symlinks=False)
        except FileExistsError:
            _refuse_other(path, target)
        except OSError as err:
            if err.errno not in _NO_LINKS:
                raise
            with _made_beside(path, target) as (source, aside):
                shutil.copyfileobj(source, aside, _BLOCK_BYTES)
        sync_folder(target.parent)
    _remove(path)
    return target


def compress(path: Path, target: Path) -> Path:
    """Move a file into one that is compressed with gzip, never over another one, and durably.

    Parameters
    ----------
    path : Path
        The file. If it is gzip already, it is moved as it is.
    target : Path
        Its new place without the suffix ``.gz``, in a folder that exists.

    Returns
    -------
    Path
        The new place. What is in it was read back and compared before the old file went.

    Raises
    ------
    FileExistsError
        If another file is there.
    OSError
        If it cannot be done, or the file changes meanwhile; then it is still at `path`.
    """
    _check_is_file(path)
    with path.open("rb") as source:
        if source.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC:
            return move(path, target)
    packed = target.with_name(f"{target.name}.gz")
    if os.path.lexists(packed):
        if not _is_packed(path, packed):
            _refuse_other(path, packed)
        _sync(packed)
    else:
        # Without a time in its head, the same file compresses to the same bytes.
        with (
            _made_beside(path, packed, check=_is_packed) as (source, aside),
            gzip.GzipFile(path.name, "wb", _GZIP_LEVEL, aside, mtime=0) as packer,
        ):
            shutil.copyfileobj(source, packer, _BLOCK_BYTES)
    sync_folder(packed.parent)
    _remove(path)
    return packed


def reject(
    path: Path,
    rejected: Path,
    reason: str,
    *,
    now_s: float | None = None,
    details: Mapping[str, str] | None = None,
    what_to_do: str = WHAT_TO_DO,
) -> Path:
    """Move a file that cannot be ingested out of the way, and say why in a text beside it.

    Parameters
    ----------
    path : Path
        The file.
    rejected : Path
        The folder of rejected files; it is created if need be.
    reason : str
        Why.
    now_s : float, optional
        The time now, Unix seconds; by default the clock's.
    details : mapping of str to str, optional
        Further lines, such as the digest.
    what_to_do : str, optional
        The way out.

    Returns
    -------
    Path
        Where the file is now. The text has the same name with ``.reason.txt``; it is there before the file. A file of the same
        content that was rejected before counts as this one, and the text says that it came again.

    Raises
    ------
    OSError
        If it cannot be done; then the file is still where it was.
    """
    make_folder(rejected)
    _remove_stale(rejected)
    _check_is_file(path)
    lines = {
        "rejected": f"{date_of(time.time() if now_s is None else now_s)} UTC",
        "file": printable(str(path)),
        "size": f"{path.stat().st_size} bytes",
        **(details or {}),
        "reason": reason,
    }
    text = "".join(f"{name}: {printable(value)}\n" for name, value in lines.items()) + f"{what_to_do}\n"

    def with_reason(path: Path, target: Path) -> Path:
        is_again = os.path.lexists(target)
        if is_again and not _has_arrived(path, target):
            _refuse_other(path, target)
        beside = target.with_name(target.name + REASON_SUFFIX)
        before = beside.read_bytes() + b"\n" if is_again and beside.is_file() else b""
        replace_bytes(beside, before + text.encode())
        return move(path, target)

    return _first_that_takes(path, _places(rejected, path.name), with_reason)


def check_name(name: str) -> str:
    """Check that a text names a file in a folder, and nothing elsewhere.

    Parameters
    ----------
    name : str
        The name. Blanks, line breaks and bytes that are no UTF-8 are allowed: files do have them.

    Returns
    -------
    str
        The same.

    Raises
    ------
    ValueError
        If it is empty, ``.``, ``..``, or has a separator or a NUL in it.

    Examples
    --------
    >>> check_name("E2022.h5")
    'E2022.h5'
    """
    separators = {"/", "\0", os.sep, os.altsep or "/"}
    if name in {"", ".", ".."} or any(separator in name for separator in separators):
        raise ValueError(
            f"{printable(name)!r} is not the name of a file; expected one without folders, such as 'E2022.h5'"
        )
    return name


def _day_folder(folder: Path, day: date) -> Path:
    """The folder of a day."""
    return folder / f"{day.year:04d}" / f"{day.timetuple().tm_yday:03d}"


def _places(folder: Path, name: str) -> Iterator[Path]:
    """Names for a file, the best one first; endless."""
    name = _shortened(check_name(name))
    # A file that is called like a reason would pass for one.
    if not name.lower().endswith(REASON_SUFFIX):
        yield folder / name
    stem, suffix = _parted(name)
    for number in count(2):
        yield folder / f"{stem}~{number}{suffix}"


def _parted(name: str) -> tuple[str, str]:
    """A name without its suffix, and the suffix, of which ``.gz`` is only a part."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - Path.suffix has no way back for names that end with a dot
    if suffix.lower() != ".gz":
        return stem, suffix
    stem, inner = os.path.splitext(stem)  # noqa: PTH122 - as above
    return stem, inner + suffix


def _shortened(name: str) -> str:
    """A name with room for what is added to it."""
    stem, suffix = _parted(name)
    while stem and len(os.fsencode(stem + suffix)) > _LONGEST_NAME_BYTES - _ROOM_BYTES:
        stem = stem[:-1]
    return stem + suffix if stem else suffix[: (_LONGEST_NAME_BYTES - _ROOM_BYTES) // 4]


def _first_that_takes(path: Path, places: Iterator[Path], put: Put) -> Path:
    """Put a file into the first place that is free, or has it already."""
    for place in places:
        try:
            return put(path, place)
        except FileExistsError:
            continue
    raise AssertionError("there is always another name")  # pragma: no cover


def _check_is_file(path: Path) -> None:
    """Refuse links, folders and devices: their content is not in them."""
    if path.is_symlink() or not path.is_file():
        path.lstat()  # raises if there is nothing
        raise OSError(errno.EINVAL, "not a plain file, so it stays; put the file itself there", str(path))


def _refuse_other(path: Path, target: Path) -> None:
    """Say that a name is taken."""
    raise FileExistsError(errno.EEXIST, "another file has that name", str(path), None, str(target))


def _has_arrived(path: Path, target: Path) -> bool:
    """Whether a file is at its new place, where it is then made durable.

    Raises
    ------
    FileExistsError
        If something else is there.
    """
    if not os.path.lexists(target):
        return False
    if target.is_symlink() or not target.is_file() or not _is_same(path, target):
        _refuse_other(path, target)
    _sync(target)
    sync_folder(target.parent)
    return True


def _is_same(path: Path, other: Path) -> bool:
    """Whether two files are one, or have the same bytes."""
    if path.samefile(other):
        return True
    if path.stat().st_size != other.stat().st_size:
        return False
    with path.open("rb") as one, other.open("rb") as two:
        return _have_same_bytes(one, two)


def _is_packed(path: Path, packed: Path) -> bool:
    """Whether a compressed file holds the bytes of another."""
    if packed.is_symlink() or not packed.is_file():
        return False
    try:
        with path.open("rb") as one, gzip.open(packed, "rb") as two:
            return _have_same_bytes(one, two)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return False


def _have_same_bytes(one: IO[bytes], two: IO[bytes] | gzip.GzipFile) -> bool:
    """Whether two open files have the same bytes."""
    while True:
        block = one.read(_BLOCK_BYTES)
        if block != two.read(_BLOCK_BYTES):
            return False
        if not block:
            return True


@contextmanager
def _made_beside(
    path: Path, target: Path, check: Callable[[Path, Path], bool] = _is_same
) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Hand out a file to read and one to write; the latter gets the name of `target` if it checks out and nothing changed."""
    aside = aside_name(target.parent)
    try:
        with path.open("rb") as source, aside.open("xb") as made:
            before = os.fstat(source.fileno())
            yield source, made
            made.flush()
            shutil.copystat(path, aside)
            os.fsync(made.fileno())
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or not check(path, aside):
            raise BlockingIOError(
                errno.EAGAIN, "changed while it was copied, so it stays; run it again later", str(path)
            )
        _name_it(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def _name_it(aside: Path, target: Path) -> None:
    """Give a finished file its name, unless another has it."""
    try:
        os.link(aside, target)
    except FileExistsError:
        _refuse_other(aside, target)
    except OSError as err:
        if err.errno not in _NO_LINKS:
            raise
        # A file system without links: hold the name with an empty file, then put the real one in its place.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        aside.replace(target)


def _sync(path: Path) -> None:
    """Wait until a file is on the disk; it need not be writable."""
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    """Take away the file at the old place."""
    path.unlink()
    sync_folder(path.parent)


def _remove_stale(folder: Path) -> None:
    """Remove what killed processes left half copied; what is younger may be in the making."""
    oldest_s = time.time() - _STALE_S
    with os.scandir(folder) as entries:
        stale = [entry.path for entry in entries if entry.name.startswith(ASIDE_PREFIX)]
    for path in map(Path, stale):
        if path.stat().st_mtime < oldest_s:
            path.unlink(missing_ok=True)
