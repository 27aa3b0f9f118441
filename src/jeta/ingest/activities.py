"""A staging folder, and the activities in it: sub-folders that hold files aside, so that no ingest takes them."""

from __future__ import annotations

import errno
import json
import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeta.errors import ArchiveCorruptError, FormatError
from jeta.files import make_folder, printable, replace_bytes, sync_folder
from jeta.ingest.discover import discover
from jeta.ingest.disposal import check_name, move
from jeta.ingest.staged import Staged, coverage, described, is_data, size_of
from jeta.ingest.words import date_of
from jeta.logs import logger
from jeta.times import to_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

BACKLOG = "backlog"
"""The activity for files that wait for nothing in particular."""

NOTES_NAME = ".activity.json"
"""The file in an activity's folder that holds its description and its flags."""

_LONGEST_ACTIVITY = 100
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Activity:
    """Files that are held aside.

    Attributes
    ----------
    name : str
        Its name, which is that of its folder.
    files : tuple of str
        Names of its files, sorted.
    description : str
        What it is for.
    created : str
        When it was made, UTC; empty if its folder was made by hand.
    flags : dict of str to str
        A note for each file that has one.
    """

    name: str
    files: tuple[str, ...] = ()
    description: str = ""
    created: str = ""
    flags: dict[str, str] = field(default_factory=dict)


class Staging:
    """A staging folder: what lies in it, and what is held aside in its activities.

    No call deletes data, and none moves a file over another.

    Parameters
    ----------
    folder : path
        The folder.
    is_own : bool
        Whether it is created when it is first used; a folder that is missing is then empty.
    settle_s : float
        Files that changed more recently than this are still arriving.

    Examples
    --------
    ::

        staging = Staging("/data/jwst/staging")
        staging.hold(["E2022060000000_00.h5"], "rehearsal", description="data of the rehearsal")
        staging.release("rehearsal")
    """

    def __init__(self, folder: str | os.PathLike[str], *, is_own: bool = False, settle_s: float = 0.0) -> None:
        self.folder = Path(folder).expanduser().absolute()
        self.is_own = is_own
        self.settle_s = settle_s

    def __repr__(self) -> str:
        return f"Staging({str(self.folder)!r})"

    def files(self, format: str | None = None) -> list[Path]:  # noqa: A002 - the first jeta's name
        """Return the files of telemetry that are staged.

        Parameters
        ----------
        format : str, optional
            Only those whose names end so, as ``"h5"`` in any case, or that are of this format, as ``"fos_hdf5"``.

        Returns
        -------
        list of Path
            Sorted by name: files of any format that can be read, and those that are named like data but broken. Files that are
            hidden or not finished, and links, are left out, also those in activities.

        Raises
        ------
        FileNotFoundError
            If there is no such folder.
        """
        if self.is_own and not self.folder.exists():
            return []
        return [path for path in discover(self.folder, settle_s=0).files if is_data(path, format)]

    def by_date(self, start: Any, stop: Any, activity: str | None = None) -> list[Path]:
        """Return the files that have a sample in a span, as far as their first and last instant tell.

        Parameters
        ----------
        start, stop : time
            First and last instant of the span, both inside; numbers are Unix seconds, None is no limit.
        activity : str, optional
            Look into this activity instead of at what is staged.

        Returns
        -------
        list of Path
            Sorted by name. A file that cannot be read is left out, with a warning in the log.
        """
        start_s, stop_s = _seconds(start, -float("inf")), _seconds(stop, float("inf"))
        result = []
        for path in self.files() if activity is None else self.activity_files(activity):
            try:
                first_s, last_s = coverage(path)
            except (FormatError, OSError) as err:
                _log.warning("not looked for by date: %s", printable(str(err)))
                continue
            if first_s <= stop_s and last_s >= start_s:
                result.append(path)
        return result

    def entries(self, activity: str | None = None) -> list[Staged]:
        """Describe every file that is staged, or every one of an activity.

        Parameters
        ----------
        activity : str, optional
            The activity.

        Raises
        ------
        FileNotFoundError
            If there is no such folder or activity.
        """
        if activity is not None:
            flags = self.activity(activity).flags
            return [described(path, "held", flags.get(path.name, "")) for path in self.activity_files(activity)]
        if self.is_own and not self.folder.exists():
            return []
        found = discover(self.folder, settle_s=self.settle_s)
        left = [Staged(one.path, size_of(one.path), one.state, note=one.reason) for one in found.left]
        return sorted([*(described(path, "ready") for path in found.files), *left], key=lambda one: one.path)

    def activities(self) -> list[str]:
        """Return the names of the activities, sorted; hidden folders and links are none."""
        if self.is_own and not self.folder.exists():
            return []
        return sorted(
            name
            for name in os.listdir(self.folder)
            if not name.startswith(".") and stat.S_ISDIR((self.folder / name).lstat().st_mode)
        )

    def activity(self, name: str) -> Activity:
        """Describe an activity.

        Raises
        ------
        FileNotFoundError
            If there is none of that name; the message lists those there are.
        """
        notes = self._notes(name)
        return Activity(
            name,
            tuple(path.name for path in self.activity_files(name)),
            notes["description"],
            notes["created"],
            {file: flag["note"] for file, flag in notes["flags"].items()},
        )

    def activity_files(self, name: str) -> list[Path]:
        """Return the files of an activity, sorted by name; hidden ones, links and sub-folders are left out."""
        folder = self._folder_of(name)
        paths = (folder / file for file in sorted(os.listdir(folder)) if not file.startswith("."))
        return [path for path in paths if stat.S_ISREG(path.lstat().st_mode)]

    def create(self, name: str, description: str = "") -> Path:
        """Make an activity without files.

        Parameters
        ----------
        name : str
            Its name: letters, digits, blanks and ``_ . + -``, at most 100, beginning with a letter or digit.
        description : str, optional
            What it is for.

        Returns
        -------
        Path
            Its folder.

        Raises
        ------
        ValueError
            If the name cannot be one.
        FileExistsError
            If there is something of that name.
        """
        folder = self.folder / _checked_activity(name)
        if self.is_own:
            make_folder(self.folder)
        try:
            folder.mkdir()
        except FileExistsError as err:
            raise FileExistsError(f"{folder} exists already; hold files in it, or choose another name") from err
        sync_folder(self.folder)
        self._write_notes(name, {"description": description, "created": f"{date_of(time.time())}", "flags": {}})
        return folder

    def name_of(self, folder: str | os.PathLike[str]) -> str:
        """Return the name of the activity whose folder this is.

        Raises
        ------
        ValueError
            If it is the folder of none.
        """
        path = Path(folder).expanduser().absolute()
        if not (path.parent.is_dir() and path.parent.samefile(self.folder)):
            raise ValueError(f"{printable(str(folder))} is not the folder of an activity: it is not in {self.folder}")
        return path.name

    def check(self, files: Iterable[str | os.PathLike[str]]) -> list[Path]:
        """Return the paths of staged files, given by their names or paths.

        Raises
        ------
        FileNotFoundError, ValueError, OSError
            If one is not there, lies elsewhere, or is no plain file.
        """
        return [_file_in(self.folder, file) for file in _each(files)]

    def hold(
        self, files: Iterable[str | os.PathLike[str]], activity: str = BACKLOG, *, description: str = ""
    ) -> list[Path]:
        """Put staged files aside into an activity, which is made if there is none.

        Parameters
        ----------
        files : iterable of path
            Names of files in the staging folder, or their paths.
        activity : str, optional
            The activity.
        description : str, optional
            What a new activity is for.

        Returns
        -------
        list of Path
            Where they are now.

        Raises
        ------
        FileNotFoundError, ValueError
            If one is not there, or lies elsewhere; then none is moved.
        FileExistsError
            If another file of a name is in the activity already. The rest is moved.
        """
        paths = self.check(files)
        if activity not in self.activities():
            self.create(activity, description)
        return _all_moved(paths, self._folder_of(activity))

    def release(
        self,
        activity: str,
        files: Iterable[str | os.PathLike[str]] | None = None,
        *,
        start: Any = None,
        stop: Any = None,
    ) -> list[Path]:
        """Move files of an activity back, so that the next ingest takes them. Their flags go.

        Parameters
        ----------
        activity : str
            The activity; it stays, even without files.
        files : iterable of path, optional
            Only these.
        start, stop : time, optional
            Only files that have a sample in this span, see `by_date`.

        Returns
        -------
        list of Path
            Where they are now.

        Raises
        ------
        FileNotFoundError, ValueError
            If there is no such activity, or one of the files is not there or lies elsewhere; then none is moved.
        FileExistsError
            If another file of a name is staged. The rest is moved.
        """
        folder = self._folder_of(activity)
        paths = self.activity_files(activity) if files is None else [_file_in(folder, file) for file in _each(files)]
        if start is not None or stop is not None:
            timely = set(self.by_date(start, stop, activity))
            paths = [path for path in paths if path in timely]
        try:
            return _all_moved(paths, self.folder)
        finally:
            self._drop_flags(activity)

    def remove(self, activity: str, *, restore: bool = False) -> None:
        """Remove an activity, never its files.

        Parameters
        ----------
        activity : str
            The activity.
        restore : bool
            Move its files back to the staging folder first.

        Raises
        ------
        FileExistsError
            If it holds anything, which is listed; or, with `restore`, what cannot be moved back.
        FileNotFoundError
            If there is no such activity.
        """
        folder = self._folder_of(activity)
        if restore:
            self.release(activity)
        inside = [printable(name) for name in sorted(os.listdir(folder)) if name != NOTES_NAME]
        if inside:
            told = ", ".join(inside[:10]) + (" ..." if len(inside) > 10 else "")
            raise FileExistsError(f"{folder} holds {told}: release these files first, or move them elsewhere")
        (folder / NOTES_NAME).unlink(missing_ok=True)
        folder.rmdir()
        sync_folder(self.folder)

    def flag(self, activity: str, files: Iterable[str | os.PathLike[str]], note: str) -> list[str]:
        """Note something beside files of an activity; an earlier note gives way.

        Parameters
        ----------
        activity : str
            The activity.
        files : iterable of path
            Which files.
        note : str
            What is to be known of them; empty to take a note away.

        Returns
        -------
        list of str
            The names of the files.
        """
        folder = self._folder_of(activity)
        names = [_file_in(folder, file).name for file in _each(files)]
        notes = self._notes(activity)
        for name in names:
            notes["flags"].pop(name, None)
            if note:
                notes["flags"][name] = {"note": note, "time": date_of(time.time())}
        self._write_notes(activity, notes)
        return names

    def _folder_of(self, activity: str) -> Path:
        """The folder of an activity that is there."""
        folder = self.folder / check_name(activity)
        if activity.startswith(".") or not folder.is_dir() or folder.is_symlink():
            there = ", ".join(map(printable, self.activities())) or "none"
            raise FileNotFoundError(f"{self.folder} has no activity {printable(activity)!r}; there are: {there}")
        return folder

    def _notes(self, activity: str) -> dict[str, Any]:
        """What is noted about an activity."""
        path = self._folder_of(activity) / NOTES_NAME
        notes: dict[str, Any] = {"description": "", "created": "", "flags": {}}
        if not path.exists():
            return notes
        try:
            read = json.loads(path.read_bytes())
            return {key: read[key] for key in notes}
        except (ValueError, TypeError, KeyError) as err:
            raise ArchiveCorruptError(
                f"{path} cannot be read: {err}; remove it: only the description and flags of the activity are lost"
            ) from err

    def _write_notes(self, activity: str, notes: dict[str, Any]) -> None:
        """Note something about an activity."""
        replace_bytes(self._folder_of(activity) / NOTES_NAME, json.dumps(notes, indent=1).encode())

    def _drop_flags(self, activity: str) -> None:
        """Forget the flags of files that are gone."""
        notes = self._notes(activity)
        kept = {name: flag for name, flag in notes["flags"].items() if os.path.lexists(self.folder / activity / name)}
        if kept != notes["flags"]:
            self._write_notes(activity, {**notes, "flags": kept})


def _seconds(time_given: Any, default: float) -> float:
    """A limit of a span in Unix seconds."""
    return default if time_given is None else float(to_seconds(time_given, "unix"))


def _checked_activity(name: str) -> str:
    """Check the name of a new activity."""
    allowed = "".join(character for character in name if character not in " _.+-")
    if not (allowed.isalnum() and name[0].isalnum() and name == name.strip() and len(name) <= _LONGEST_ACTIVITY):
        raise ValueError(
            f"{printable(name)!r} cannot be the name of an activity: expected letters, digits, blanks and _ . + -, at most"
            f" {_LONGEST_ACTIVITY}, beginning with a letter or digit"
        )
    return check_name(name)


def _each(files: Iterable[str | os.PathLike[str]]) -> Iterable[str | os.PathLike[str]]:
    """The files that are named; a text is the name of one, not of as many as it has letters."""
    return (files,) if isinstance(files, str | os.PathLike) else files


def _file_in(folder: Path, file: str | os.PathLike[str]) -> Path:
    """Return the path of a file of a folder, given by its name or its path.

    Raises
    ------
    ValueError
        If it lies elsewhere, or has a name that no file can have.
    FileNotFoundError, OSError
        If it is not there, or is no plain file.
    """
    text = os.fspath(file)
    parent, name = os.path.split(text)
    path = folder / check_name(name)
    if parent and not (Path(parent).is_dir() and Path(parent).samefile(folder)):
        raise ValueError(f"{printable(text)} is not in {folder}; give names of files that are there")
    if name.startswith("."):
        raise ValueError(f"{printable(name)} is hidden; give files that are not")
    if not os.path.lexists(path):
        raise FileNotFoundError(errno.ENOENT, "no such file; give names of files that are there", str(path))
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(errno.EINVAL, "a link, a folder or a device; only plain files are held or released", str(path))
    return path


def _all_moved(paths: Iterable[Path], folder: Path) -> list[Path]:
    """Move files into a folder, as many as can be; then say which could not, as their names are taken."""
    moved, taken = [], []
    for path in dict.fromkeys(paths):
        try:
            moved.append(move(path, folder / path.name))
        except FileExistsError:
            taken.append(path)
    if taken:
        names = ", ".join(printable(path.name) for path in taken)
        raise FileExistsError(
            f"{folder} has other files of these names: {names}; they stay in {taken[0].parent}, and {len(moved)} of"
            f" {len(moved) + len(taken)} moved: rename one of each"
        )
    return moved
