"""The files of an archive as they were at one instant, while it may be written to.

Manifests are replaced by renames, and what they name is never changed. So the files of each manifest are taken one after another,
and all manifests looked at again, until none has changed from one look to the next: then all that was taken was there together,
at the moment when that look began. The journal is listed at that moment, and taken last. Whoever writes is neither asked nor
waits; only where folds follow one another without a pause, the writer's lock is taken for the last look.

Records of what was ingested are sealed files too. Each is written just before its commit: so those that were there just before the
journal was listed, and one more, are all that belong to what the snapshot holds.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive import manifest, product
from jeta.archive.layout import JOURNAL_SUFFIX, MANIFEST_NAME, SEGMENT_SUFFIX, Layout
from jeta.archive.lock import WriterLock
from jeta.archive.manifest import segment_name
from jeta.catalog import RecordLog
from jeta.catalog.record_log import IDENTITY_NAME
from jeta.errors import ArchiveCorruptError, ArchiveLockedError
from jeta.files import ASIDE_PREFIX
from jeta.logs import logger
from jeta.operations.own_names import CATALOG_FILES, PRODUCTS
from jeta.operations.source_folders import is_below

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Take = Callable[[str, bool], bool]
    Signature = tuple[int, int, int] | None

_log = logger(__name__)

_LOOKS = 60
_LOOKS_ALONE = 8
"""So often what goes on is looked at; then the writer's lock is waited for."""
_LONGEST_WAIT_S = 5.0
_THREADS = 8
_NOT_TAKEN = (
    *("writer.lock", "backup.json", "tdb/.cache.jsonl", "flags/.lock"),
    *("mirror/index.json.gz", "mirror/index.lock", *CATALOG_FILES),
)
"""What is made anew, or means something only where it is."""
_FOLDERS_NOT_TAKEN = ("mirror/columns", "mirror/arriving")
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
    sources : tuple of str
        Folders of source files, by their paths below the root; see `jeta.operations.source_folders`.
    with_sources : bool
        Take source files too.

    Attributes
    ----------
    lacking : set of str
        Files that a manifest names and that are not there.
    left_out : set of str
        What is in the archive's folder and is neither file nor folder, or leads elsewhere.
    """

    def __init__(
        self,
        root: Path,
        take: Take,
        tell: Callable[[int, int], None],
        sources: tuple[str, ...] = (),
        *,
        with_sources: bool = False,
    ) -> None:
        self._layout = Layout(root)
        self._log = RecordLog(self._layout.records)
        self._lock = WriterLock(self._layout.lock)
        self._take, self._tell = take, tell
        self._sources, self._with_sources = sources, with_sources
        self._is_alone = False
        self._taken: dict[str, tuple[Signature, set[str]]] = {}
        self.lacking: set[str] = set()
        self.left_out: set[str] = set()

    def collect(self) -> set[str]:
        """Take everything, and return the paths that count.

        Raises
        ------
        ArchiveLockedError
            If the archive is folded without a pause for minutes by a writer that never gives its lock away.
        """
        with ExitStack() as held, ThreadPoolExecutor(_THREADS) as threads:
            for look in range(_LOOKS):
                last_record = self._log.last_number()
                commits = self._commits()
                changed = self._changed()
                if not changed and all(threads.map(lambda path: self._take(path, False), commits)):
                    counting = {path for _, paths in self._taken.values() for path in paths}
                    records = self._records(last_record + 1)
                    there = threads.map(lambda path: self._take(path, True), records)
                    counting.update(path for path, is_there in zip(records, there, strict=True) if is_there)
                    return counting | set(commits) | set(self._others())
                if look > 1 and not self._is_alone:
                    self._wait(look, held)
                for done, _ in enumerate(threads.map(self._take_one, changed), 1):
                    self._tell(done, len(changed))
        raise ArchiveLockedError(
            f"{self._layout.root} is folded all the time by a process that holds its lock; back it up when that has ended"
        )

    def _wait(self, look: int, held: ExitStack) -> None:
        """Give the writer time; after some looks, try to become the writer, so that nothing changes any more."""
        end_s = time.monotonic() + min(0.05 * 2**look, _LONGEST_WAIT_S)
        while look >= _LOOKS_ALONE and time.monotonic() < end_s:
            try:
                self._lock.acquire()
            except ArchiveLockedError:
                continue  # it has waited a little
            except OSError:
                break  # who may only read the archive cannot take its lock
            else:
                held.callback(self._lock.release)
                self._is_alone = True
                _log.info("%s is folded all the time; nobody writes to it until it is backed up", self._layout.root)
                return
        time.sleep(max(0.0, end_s - time.monotonic()))

    def _records(self, last: int) -> list[str]:
        """Paths of the records up to a number."""
        root = self._layout.root
        return [self._log.path(n).relative_to(root).as_posix() for n in self._log.numbers_after(0) if n <= last]

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
            if top in ("columns", "journal", "records", "state.json") or top.startswith(ASIDE_PREFIX):
                continue
            if is_below(top, self._sources):
                continue
            if not (root / top).is_dir():
                files.append(top)
            elif (root / top).is_symlink() and top not in _MAY_BE_LINKS:
                self.left_out.add(top)
            else:
                yield from self._take_below(root / top)
        if (self._layout.records / IDENTITY_NAME).is_file():
            files.append(f"{self._layout.records.name}/{IDENTITY_NAME}")
        yield from self._take_others(files)
        for folder in self._sources if self._with_sources else ():
            if (root / folder).is_dir():
                yield from self._take_below(root / folder, is_source=True)

    def _take_below(self, top: Path, *, is_source: bool = False) -> Iterator[str]:
        """Take all files below a folder; links to folders are left out."""
        passed = _FOLDERS_NOT_TAKEN if is_source else (*_FOLDERS_NOT_TAKEN, *self._sources)
        for folder, folders, names in os.walk(top):
            inside = os.path.relpath(folder, self._layout.root).replace(os.sep, "/")
            folders[:] = [name for name in folders if not is_below(f"{inside}/{name}", passed)]
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
