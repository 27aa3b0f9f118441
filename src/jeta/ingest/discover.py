"""What lies in a staging folder, and what each file is, before it is read."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import formats
from jeta.errors import FormatError
from jeta.files import printable
from jeta.ingest.words import spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.formats import Format

PARTIAL_SUFFIXES = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".swp", "~")
"""How programs call files that they have not finished."""

REASON_SUFFIX = ".reason.txt"
"""How the file is called that says why another was rejected."""


@dataclass(frozen=True, slots=True)
class Left:
    """Something in a staging folder that is not taken.

    Attributes
    ----------
    path : Path
        Where it is.
    reason : str
        Why, and what to do.
    state : {'arriving', 'ignored', 'refused', 'unreadable'}
        ``arriving`` will be taken later; ``ignored`` is called like a file that is not finished, or hidden; ``refused`` is a
        link, a pipe or a device; ``unreadable`` cannot even be looked at.
    """

    path: Path
    reason: str
    state: str


@dataclass(frozen=True, slots=True)
class Found:
    """What lies directly in a staging folder.

    Attributes
    ----------
    files : tuple of Path
        Files to take, sorted by name.
    left : tuple of Left
        Everything else but sub-folders, sorted by name.
    """

    files: tuple[Path, ...] = ()
    left: tuple[Left, ...] = ()

    @property
    def arriving(self) -> tuple[Left, ...]:
        """Files that will be taken once they stop changing."""
        return tuple(left for left in self.left if left.state == "arriving")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be ingested, as far as it can be known without reading its rows.

    Attributes
    ----------
    path : Path
        The file.
    size : int
        In bytes.
    modified_ns : int
        When it changed last, Unix ns.
    format : str
        Name of its format; empty if it is of none.
    rows : int or None
        Number of rows, padding included, where the file tells it.
    first_s, last_s : float or None
        First and last instant, Unix seconds, where the file tells them.
    origin : str
        Data origin; empty where the file tells none.
    error : str
        Why it cannot be read; empty if it seems good.
    is_transient : bool
        Whether the error may pass: permission, a disk, a file that is gone. The content is not judged then.
    """

    path: Path
    size: int = 0
    modified_ns: int = 0
    format: str = ""
    rows: int | None = None
    first_s: float | None = None
    last_s: float | None = None
    origin: str = ""
    error: str = ""
    is_transient: bool = False

    @property
    def name(self) -> str:
        """The file's name as it can be printed."""
        return printable(self.path.name)

    @property
    def has_span(self) -> bool:
        """Whether first and last instant are known."""
        return self.first_s is not None and self.last_s is not None

    def is_unchanged(self) -> bool:
        """Tell whether the file is still there with the same size and time of change."""
        try:
            now = self.path.stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.modified_ns)


def discover(
    staging: Path, *, settle_s: float = 5.0, now_ns: int | None = None, pause: Callable[[float], object] = time.sleep
) -> Found:
    """List the files of a staging folder. Sub-folders, which are activities, are not entered.

    Parameters
    ----------
    staging : Path
        The folder.
    settle_s : float
        A file that changed less than this before now is still arriving.
    now_ns : int, optional
        The time now, Unix ns; by default the clock's.
    pause : callable, optional
        Waits for a number of seconds. It is called once if files are from the future, which happens when a clock was set back:
        these are taken if they do not change within `settle_s`.

    Returns
    -------
    Found
        Files to take, and what is left and why.

    Raises
    ------
    FileNotFoundError, NotADirectoryError, PermissionError
        If the folder is missing, is none, or may not be listed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.csv").write_text("time,A"), Path(folder, "b.csv.part").write_text("time,B")
    ...     found = discover(Path(folder), settle_s=0)
    >>> [path.name for path in found.files], [left.path.name for left in found.left]
    (['a.csv'], ['b.csv.part'])
    """
    now_ns = time.time_ns() if now_ns is None else now_ns
    files: list[Path] = []
    left: list[Left] = []
    ahead: dict[Path, os.stat_result] = {}
    for path in (staging / name for name in os.listdir(staging)):
        judged = _judged(path)
        if isinstance(judged, Left):
            left.append(judged)
        elif judged is not None:
            age_s = (now_ns - judged.st_mtime_ns) / 1e9
            if settle_s <= 0 or age_s >= settle_s:
                files.append(path)
            elif age_s >= 0:
                left.append(_arriving(path, age_s, settle_s))
            else:
                ahead[path] = judged
    if ahead:
        pause(settle_s)
    again = {path: _judged_again(path, before, settle_s) for path, before in ahead.items()}
    left += [judged for judged in again.values() if isinstance(judged, Left)]
    files += [path for path, judged in again.items() if judged is True]
    return Found(tuple(sorted(files)), tuple(sorted(left, key=lambda one: one.path)))


def _judged_again(path: Path, before: os.stat_result, settle_s: float) -> Left | bool:
    """Whether a file has not changed since; or why it is left. False if it is gone."""
    judged = _judged(path)
    if isinstance(judged, Left) or judged is None:
        return judged or False
    return _mark(judged) == _mark(before) or _arriving(path, 0.0, settle_s)


def _judged(path: Path) -> os.stat_result | Left | None:
    """The state of a file that may be taken; or why something is left; None for a folder or what is gone."""
    try:
        state = path.lstat()
    except FileNotFoundError:
        return None
    except OSError as err:
        return Left(path, f"cannot be looked at: {err.strerror}", "unreadable")
    if stat.S_ISDIR(state.st_mode):
        return None
    return _left_by_kind(path, state.st_mode) or state


def _left_by_kind(path: Path, mode: int) -> Left | None:
    """Why something is left that is never taken, however old it is."""
    if is_unfinished(path.name):
        return Left(path, "named like a file that is hidden or not finished; rename it when it is whole", "ignored")
    if stat.S_ISLNK(mode):
        return Left(path, "a link; put the file itself here, or name it to jeta ingest", "refused")
    if not stat.S_ISREG(mode):
        return Left(path, "a pipe or a device, no file; remove it", "refused")
    return None


def _mark(state: os.stat_result) -> tuple[int, int]:
    """What changes when a file is written to."""
    return state.st_size, state.st_mtime_ns


def _arriving(path: Path, age_s: float, settle_s: float) -> Left:
    """A file that changed just now."""
    reason = f"changed {spoken(age_s)} ago; taken when it has not changed for {spoken(settle_s)}"
    return Left(path, reason, "arriving")


def is_unfinished(name: str) -> bool:
    """Tell whether a name is that of a hidden file, one that a program has not finished, or a note of jeta's own.

    Parameters
    ----------
    name : str
        The file's name.

    Examples
    --------
    >>> is_unfinished("E2022.h5.part"), is_unfinished(".E2022.h5.x7Gh2"), is_unfinished("E2022.h5")
    (True, True, False)
    """
    return name.startswith(".") or name.lower().endswith((*PARTIAL_SUFFIXES, REASON_SUFFIX))


def look_at(path: Path, identify: Callable[[Path], Format] = formats.identify) -> Candidate:
    """Find out what a file is, without reading its rows. Never raises for a file that is bad, unreadable or gone.

    Parameters
    ----------
    path : Path
        The file.
    identify : callable, optional
        Returns the format of a file, or raises `FormatError`; by default `jeta.formats.identify`.

    Returns
    -------
    Candidate
        With `error` set if it cannot be read.
    """
    try:
        state = path.stat()
    except (OSError, ValueError) as err:  # ValueError: a NUL in the name
        return Candidate(path, error=_told(err), is_transient=True)
    size, modified_ns = _mark(state)
    if not stat.S_ISREG(state.st_mode):
        return Candidate(path, size, modified_ns, error=f"{printable(str(path))} is not a file; give files")
    try:
        seen = identify(path).describe(path)
    except FormatError as err:
        return Candidate(path, size, modified_ns, error=_told(err))
    except OSError as err:
        return Candidate(path, size, modified_ns, error=_told(err), is_transient=True)
    first_s, last_s = (None if ms is None else ms / 1000 for ms in (seen.first, seen.last))
    if first_s is None or last_s is None or first_s > last_s:  # what is told wrong is not known
        first_s = last_s = None
    return Candidate(path, size, modified_ns, seen.format, seen.rows, first_s, last_s, seen.origin)


def _told(err: Exception) -> str:
    """An error in one line, whatever bytes the name of the file has."""
    return printable(" ".join(str(err).split()))
