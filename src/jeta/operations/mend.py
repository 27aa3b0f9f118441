"""Put back what is damaged in an archive, and only that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jeta.archive import JetaReader, Writer, config, manifest, state
from jeta.archive.check import check_column, check_commit, check_segment
from jeta.archive.layout import JOURNAL_SUFFIX, MANIFEST_NAME, SEGMENT_SUFFIX, Layout
from jeta.archive.lock import WriterLock
from jeta.catalog import RecordLog
from jeta.errors import ArchiveCorruptError, ArchiveNotFoundError
from jeta.files import make_folder, replace_bytes, sync_folder, written_aside
from jeta.logs import logger
from jeta.operations.backup_list import copy_hashed
from jeta.operations.finding import Finding
from jeta.operations.verify import verify
from jeta.operations.verify_records import record_findings
from jeta.statistics import BIN_WIDTHS_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from jeta.operations.backup_list import BackupList

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Mended:
    """What `mend` did.

    Attributes
    ----------
    paths : tuple of Path
        Files that are whole again.
    remaining : tuple of Finding
        Errors that are still there.
    absent : tuple of str
        MSIDs of the backup that the archive does not have.
    """

    paths: tuple[Path, ...]
    remaining: tuple[Finding, ...]
    absent: tuple[str, ...]


def mend(source: Path, listed: BackupList, root: Path, tell: Callable[[int, int], None]) -> Mended:
    """Find what is damaged or missing, and put it back.

    Parameters
    ----------
    source : Path
        The backup.
    listed : BackupList
        Its files.
    root : Path
        The archive.
    tell : callable
        Is called with the number of MSIDs looked at and in all.

    Returns
    -------
    Mended
        What was done. Segments of the same name are the same, so that any backup serves; whatever is not damaged stays.

    Raises
    ------
    ArchiveLockedError
        If another process writes to the archive.
    """
    with WriterLock(Layout(root).lock):
        this = _Mender(source, listed, Layout(root))
        this.settings()
        this.state()
        errors = [finding.path for finding in verify(root, progress=tell) if finding.severity == "error"]
        if Layout(root).state in errors:
            this.remade(Layout(root).state)
        this.journal()
        this.flags(errors)
        this.records(errors)
        columns, statistics = _msids(Layout(root), errors)
        for name in columns:
            this.column(name)
        for name, product in statistics:
            this.statistics(name, product)
        remaining = _remaining(Layout(root), columns, errors)
    absent = _absent(JetaReader(source), JetaReader(root))
    whole = this.mended - {finding.path for finding in remaining}
    if statistics and not remaining:
        with Writer(root) as writer:
            writer.fold()
            writer.refresh_statistics(sorted({name for name, _ in statistics}))
    return Mended(tuple(sorted(whole)), remaining, absent)


class _Mender:
    """Puts files of a backup back into an archive whose writer's lock is held."""

    def __init__(self, source: Path, listed: BackupList, layout: Layout) -> None:
        self._source, self._listed, self._layout = source, listed, layout
        self.mended: set[Path] = set()

    def _put_back(self, path: str) -> bool:
        """Put a file back, if the backup has it and it is what it was; the one that is there stays until then."""
        if path not in self._listed.files:
            return False
        target = self._layout.root / path
        make_folder(target.parent)
        try:
            with written_aside(target) as aside:
                self._copy(path, aside)
        except (ArchiveCorruptError, FileNotFoundError) as err:
            _log.warning("%s is not put back: %s", target, err)
            return False
        self.mended.add(target)
        return True

    def _copy(self, path: str, aside: Path) -> None:
        """Copy a file of the backup, and compare its digest."""
        with aside.open("xb") as new, (self._source / path).open("rb") as old:
            found = copy_hashed(old, new)
        if found != self._listed.files[path]:
            raise ArchiveCorruptError(f"{self._source / path} is not what it was when the backup was made")

    def remade(self, path: Path) -> None:
        """Remove a file that is made again from the rest."""
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
        self.mended.add(path)

    def settings(self) -> None:
        """Put back what makes the folder an archive."""
        try:
            config.load(self._layout.root)
        except (ArchiveNotFoundError, ArchiveCorruptError):
            self._put_back(self._layout.settings.name)
        for folder in (self._layout.columns, self._layout.journal):
            make_folder(folder)

    def state(self) -> None:
        """Have the state made again if it cannot be read."""
        try:
            state.load(self._layout.state)
        except ArchiveCorruptError:
            self.remade(self._layout.state)

    def journal(self) -> None:
        """Put back commits that are damaged, and those that are lost: the ones that no fold has moved."""
        known = state.load(self._layout.state)
        folded = _folded(self._layout) if known is None else known.folded
        for path in self._listed.files:
            folder, _, name = path.rpartition("/")
            if folder != "journal" or not name.endswith(JOURNAL_SUFFIX):
                continue
            number, there = int(name.removesuffix(JOURNAL_SUFFIX)), self._layout.root / path
            if check_commit(there, full=True) if there.exists() else number > folded:
                self._put_back(path)

    def flags(self, paths: Iterable[Path]) -> None:
        """Put back damaged records of flags: they never change either."""
        for path in paths:
            if path.parent == self._layout.flags:
                self._put_back(f"{path.parent.name}/{path.name}")

    def records(self, paths: Iterable[Path]) -> None:
        """Put back damaged and lost records of what was ingested; they never change either, once another follows."""
        saved = RecordLog(Layout(self._source).records)
        doubtful = None if saved.unsettled() is None else saved.path(saved.last_number())
        for path in paths:
            if self._layout.records in path.parents:
                relative = path.relative_to(self._layout.root)
                # Its commit may never have been: then another record has got its number since.
                if self._source / relative != doubtful:
                    self._put_back(relative.as_posix())

    def column(self, name: str) -> None:
        """Put back segments that are damaged or missing; make the manifest again if it is damaged."""
        folder = self._layout.column(name)
        own = f"columns/{name}/full"
        if any(problem.path.name == MANIFEST_NAME for problem in check_column(folder, full=False)[1]):
            self._manifest(folder, own)
        try:
            segments = manifest.load(folder).segments
        except ArchiveCorruptError:
            return
        for record in segments:
            path = folder / manifest.segment_name(record)
            if not path.exists() or check_segment(folder, record, full=True):
                self._put_back(f"{own}/{path.name}")

    def _manifest(self, folder: Path, own: str) -> None:
        """Make a manifest again from the segments, with those that only the backup has if need be."""
        added: list[Path] = []
        missing = [
            path
            for path in self._listed.files
            if path.startswith(f"{own}/") and path.endswith(SEGMENT_SUFFIX) and not (self._layout.root / path).exists()
        ]
        for attempt in range(2):
            try:
                replace_bytes(folder / MANIFEST_NAME, manifest.to_bytes(_rebuilt(folder)))
            except ArchiveCorruptError as err:
                if not attempt:
                    added = [self._layout.root / path for path in missing if self._put_back(path)]
                    continue
                _log.warning("%s", err)
                for path in added:
                    path.unlink()
                self.mended -= set(added)
            else:
                self.mended.add(folder / MANIFEST_NAME)
                return

    def statistics(self, name: str, product: str) -> None:
        """Have the statistics of an MSID worked out from its samples again."""
        self.remade(self._layout.manifest(name, product))


def _rebuilt(folder: Path) -> manifest.Manifest:
    """A manifest made again from segments; that there are none is no finding of where they are."""
    found = manifest.rebuild(folder)
    if not len(found.segments):
        raise ArchiveCorruptError(f"{folder} has lost its manifest and all segments")
    return found


def _folded(layout: Layout) -> int:
    """Up to which commit some column has rows, where the state cannot tell; damaged manifests have no say."""
    found = [0]
    for folder in layout.columns.iterdir():
        try:
            found.append(manifest.load(folder / "full").folded)
        except OSError:
            continue
    return max(found)


def _msids(layout: Layout, paths: Iterable[Path]) -> tuple[list[str], list[tuple[str, str]]]:
    """MSIDs whose columns errors are in, and MSIDs and products whose statistics are."""
    columns, statistics = set(), set()
    for path in paths:
        if layout.columns not in path.parents:
            continue
        name, *inside = path.relative_to(layout.columns).parts
        if inside and inside[0] in BIN_WIDTHS_S:
            statistics.add((name, inside[0]))
        else:
            columns.add(name)
    return sorted(columns), sorted(statistics)


def _remaining(layout: Layout, columns: Iterable[str], before: Iterable[Path]) -> tuple[Finding, ...]:
    """Errors that are there now: of the archive at a glance, and of all that was looked into."""
    found = [finding for finding in verify(layout.root, full=False) if finding.severity == "error"]
    problems = [problem for name in columns for problem in check_column(layout.column(name), full=True)[1]]
    for path in sorted(layout.journal.glob(f"*{JOURNAL_SUFFIX}")):
        problems += check_commit(path, full=True)
    if any(layout.records in path.parents for path in before):
        listed = {finding.path for finding in found}
        records = record_findings(JetaReader(layout.root), full=True)
        found += [each for each in records if each.severity == "error" and each.path not in listed]
    known = {(finding.path, finding.message) for finding in found}
    found += [Finding("error", each.path, each.message) for each in problems if (each.path, each.message) not in known]
    return tuple(found)


def _absent(backup: JetaReader, archive: JetaReader) -> tuple[str, ...]:
    """MSIDs that have samples in a backup, and none in an archive."""
    there = set(archive.names())
    found = []
    for name in backup.names():
        try:
            if backup.span_ns(name) is not None and (name not in there or archive.span_ns(name) is None):
                found.append(name)
        except ArchiveCorruptError:
            continue  # told among the errors
    return tuple(found)
