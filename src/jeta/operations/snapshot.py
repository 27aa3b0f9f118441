"""The files of an archive as they were at one instant, while it may be written to.

Manifests are replaced by renames, and what they name is never changed. So the files of each manifest are taken one after another,
and all manifests looked at again, until none has changed from one look to the next: then all that was taken was there together,
at the moment when that look began. The journal is listed at that moment, and taken last. Whoever writes is neither asked nor
waits.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive import manifest, product
from jeta.archive.layout import JOURNAL_SUFFIX, MANIFEST_NAME, SEGMENT_SUFFIX, Layout
from jeta.archive.manifest import segment_name
from jeta.errors import ArchiveCorruptError, ArchiveLockedError
from jeta.files import ASIDE_PREFIX
from jeta.statistics import BIN_WIDTHS_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Take = Callable[[str, bool], bool]
    Signature = tuple[int, int, int] | None

PRODUCTS = ("full", *BIN_WIDTHS_S)
_LOOKS = 60
_LONGEST_WAIT_S = 5.0
_THREADS = 8
_NOT_TAKEN = ("writer.lock", "backup.json", "tdb/.cache.jsonl", "flags/.lock")
_MAY_BE_LINKS = ("tdb", "events", "flags")
"""Folders that may lie elsewhere; any other link may lead anywhere, even into the backup that is being made."""
_BESIDE_SQLITE = ("-wal", "-shm", "-journal")


class Snapshot:
    """Takes the files of an archive.

    Parameters
    ----------
    root : Path
        The archive's folder.
    take : callable
        Is called with a path below the root, with ``/``, and whether the file is sealed: never changed, and known by its name.
        Takes it, anew if it was taken before and is not sealed; returns False if it is not there. By several threads at once.
    tell : callable
        Is called with the number of MSIDs taken and in all.

    Attributes
    ----------
    lacking : set of str
        Files that a manifest names and that are not there.
    left_out : set of str
        What is in the archive's folder and is neither file nor folder, or leads elsewhere.
    """

    def __init__(self, root: Path, take: Take, tell: Callable[[int, int], None]) -> None:
        self._layout = Layout(root)
        self._take, self._tell = take, tell
        self._taken: dict[str, tuple[Signature, set[str]]] = {}
        self.lacking: set[str] = set()
        self.left_out: set[str] = set()

    def collect(self) -> set[str]:
        """Take everything, and return the paths that count.

        Raises
        ------
        ArchiveLockedError
            If the archive is folded without a pause for minutes.
        """
        with ThreadPoolExecutor(_THREADS) as threads:
            for look in range(_LOOKS):
                commits = self._commits()
                changed = self._changed()
                if not changed and all(threads.map(lambda path: self._take(path, False), commits)):
                    counting = {path for _, paths in self._taken.values() for path in paths}
                    return counting | set(commits) | set(self._others())
                if look > 1:
                    time.sleep(min(0.05 * 2**look, _LONGEST_WAIT_S))
                for done, _ in enumerate(threads.map(self._take_one, changed), 1):
                    self._tell(done, len(changed))
        raise ArchiveLockedError(f"{self._layout.root} is folded all the time; back it up when less is written to it")

    def _commits(self) -> list[str]:
        """Paths of the commits in the journal now."""
        folder = self._layout.journal
        names = sorted(os.listdir(folder)) if folder.is_dir() else []
        return [
            f"journal/{name}" for name in names if name.endswith(JOURNAL_SUFFIX) and not name.startswith(ASIDE_PREFIX)
        ]

    def _changed(self) -> list[str]:
        """Which of the files that are replaced as a whole are not as they were taken: manifests and the state."""
        columns = self._layout.columns
        msids = sorted(name for name in os.listdir(columns) if not name.startswith(".")) if columns.is_dir() else []
        folders = [f"columns/{msid}/{name}" for msid in msids for name in PRODUCTS]
        now = {key: _signature(self._file_of(key)) for key in ("state.json", *folders)}
        for gone in self._taken.keys() - now.keys():
            del self._taken[gone]
        return [key for key, signature in now.items() if key not in self._taken or self._taken[key][0] != signature]

    def _file_of(self, key: str) -> Path:
        """The file that is replaced as a whole."""
        path = self._layout.root / key
        return path if key == "state.json" else path / MANIFEST_NAME

    def _take_one(self, key: str) -> None:
        """Take a manifest and what it names, or the state."""
        before = _signature(self._file_of(key))
        paths: set[str] = set()
        own = key if key == "state.json" else f"{key}/{MANIFEST_NAME}"
        if before is not None and self._take(own, False):
            paths.add(own)
        names = [] if key == "state.json" else _sealed(self._layout.root / key, key)
        missing = {f"{key}/{name}" for name in names if not self._take(f"{key}/{name}", True)}
        paths.update(f"{key}/{name}" for name in names)
        if _signature(self._file_of(key)) == before:
            self.lacking = {path for path in self.lacking if not path.startswith(f"{key}/")} | missing
            self._taken[key] = before, paths - missing

    def _others(self) -> Iterator[str]:
        """Take what is neither column nor journal nor state, and is written by people or on its own."""
        root = self._layout.root
        files = []
        for top in sorted(os.listdir(root)):
            if top in ("columns", "journal", "state.json") or top.startswith(ASIDE_PREFIX):
                continue
            if not (root / top).is_dir():
                files.append(top)
            elif (root / top).is_symlink() and top not in _MAY_BE_LINKS:
                self.left_out.add(top)
            else:
                yield from self._take_below(root / top)
        yield from self._take_others(files)

    def _take_below(self, top: Path) -> Iterator[str]:
        """Take all files below a folder; links to folders are left out."""
        for folder, folders, names in os.walk(top):
            inside = os.path.relpath(folder, self._layout.root).replace(os.sep, "/")
            self.left_out.update(f"{inside}/{name}" for name in folders if Path(folder, name).is_symlink())
            yield from self._take_others([f"{inside}/{name}" for name in sorted(names)])

    def _take_others(self, paths: list[str]) -> Iterator[str]:
        """Take some files, but those that are made again."""
        for path in paths:
            name = path.rpartition("/")[2]
            if path in _NOT_TAKEN or name.startswith(ASIDE_PREFIX):
                continue
            if any(name.endswith(end) and path.removesuffix(end) in paths for end in _BESIDE_SQLITE):
                continue
            if not (self._layout.root / path).is_file():
                self.left_out.add(path)
            elif self._take(path, False):
                yield path


def _signature(path: Path) -> Signature:
    """What tells a file from the one that takes its place."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _sealed(folder: Path, key: str) -> list[str]:
    """Names of the sealed files that count; where no manifest can tell, all of them, from which it can be made again."""
    try:
        content = (folder / MANIFEST_NAME).read_bytes()
        if key.endswith("/full"):
            listed = manifest.from_bytes(content, folder / MANIFEST_NAME)
            return [segment_name(record) for record in listed.segments]
        return [file.name for file in product.from_bytes(content, folder / MANIFEST_NAME).files]
    except (FileNotFoundError, NotADirectoryError, ArchiveCorruptError):
        return sorted(path.name for path in folder.glob(f"*{SEGMENT_SUFFIX}"))
