"""Look through an archive and say what is wrong with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive import open_archive, product_fold, state
from jeta.archive.check import Problem, check_column, check_commit
from jeta.archive.flags import check_flags, strange_files
from jeta.archive.layout import JOURNAL_SUFFIX, MANIFEST_NAME
from jeta.archive.product_check import check_product
from jeta.errors import ArchiveCorruptError, JetaError
from jeta.files import ASIDE_PREFIX
from jeta.operations.finding import Finding
from jeta.operations.verify_records import catalog_findings, record_findings
from jeta.progress import telling
from jeta.tdb import check_name
from jeta.tdb.loader import Loader
from jeta.tdb.sources import list_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jeta.archive import JetaReader

_FULL = "full"
_DELETE = "delete the file and it is made again"


def verify(
    root: str | os.PathLike[str], *, full: bool = True, progress: bool | Callable[[int, int], None] | None = None
) -> list[Finding]:
    """Check an archive; nothing is changed, and it may be written to meanwhile.

    Parameters
    ----------
    root : path
        The archive's folder.
    full : bool
        Decode every sample, compare checksums, work out statistics to compare them with those stored, read every record of what
        was ingested and sum them up to compare that with the catalog; else only lists, sizes and tables are looked at.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called with the number of MSIDs done and in all.

    Returns
    -------
    list of Finding
        Empty if all is well.

    Raises
    ------
    ArchiveNotFoundError, ArchiveCorruptError
        If there is no archive at `root`, or its settings cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from jeta.archive import create_archive
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     verify(create_archive(folder + "/a").root)
    []
    """
    reader = open_archive(Path(root))
    missing = [path for path in (reader.layout.columns, reader.layout.journal) if not path.is_dir()]
    if missing:
        return [Finding("error", path, "is not there; restore it from a backup") for path in missing]
    findings = [_leftover(path) for path in sorted(reader.layout.root.glob(f"{ASIDE_PREFIX}*"))]
    findings.extend(_told(reader.layout.journal, _journal(reader, full=full)))
    findings.extend(_told(reader.layout.flags, _flags(reader)))
    findings.extend(record_findings(reader, full=full))
    findings.extend(catalog_findings(reader, full=full))
    tdb = list(_tdb(reader))
    with telling(progress, "MSID", "verify") as tell:
        # Without a telemetry database nobody can tell what statistics should be.
        columns = _columns(reader, full=full, statistics=not tdb, tell=tell)
        findings.extend(_told(reader.layout.columns, columns))
    findings.extend(tdb)
    findings.extend(_state(reader))
    return findings


def _columns(
    reader: JetaReader, *, full: bool, statistics: bool, tell: Callable[[int, int], None]
) -> Iterator[Finding]:
    """Findings on the columns of each MSID, and on its statistics where the samples are whole."""
    folders = sorted(path for path in reader.layout.columns.iterdir() if not path.name.startswith(ASIDE_PREFIX))
    for done, folder in enumerate(folders):
        tell(done, len(folders))
        yield from _told(folder, _msid(reader, folder, full=full, statistics=statistics))
    tell(len(folders), len(folders))


def _told(folder: Path, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Findings on a folder; that it cannot be read is one."""
    try:
        yield from findings
    except OSError as err:
        yield Finding("error", folder, f"cannot be read ({err}); mend its permissions or restore it from a backup")


def _msid(reader: JetaReader, folder: Path, *, full: bool, statistics: bool) -> Iterator[Finding]:
    """Findings on one MSID, and on its statistics where the samples are whole."""
    found = list(_column(folder, full=full))
    yield from found
    if statistics and not any(finding.severity == "error" for finding in found):
        yield from _statistics(reader, folder, full=full)


def _journal(reader: JetaReader, *, full: bool) -> Iterator[Finding]:
    """Findings on the commits that are not folded yet."""
    for path in sorted(reader.layout.journal.iterdir()):
        if path.suffix != JOURNAL_SUFFIX or not path.stem.isdecimal():
            yield _leftover(path)
        else:
            yield from (_finding(problem) for problem in check_commit(path, full=full))


def _column(folder: Path, *, full: bool) -> Iterator[Finding]:
    """Findings on one MSID."""
    try:
        check_name(folder.name)
    except JetaError as err:
        yield Finding("note", folder, f"is no MSID ({err}); move it out of the archive")
        return
    if not folder.is_dir():
        yield Finding("note", folder, "is a file among the folders of MSIDs; move it out of the archive")
        return
    column = folder / _FULL
    if not column.is_dir():
        yield Finding("note", folder, "holds no samples, as a fold leaves it that was killed; the next fold fills it")
        return
    named, problems = check_column(column, full=full)
    yield from (_finding(problem) for problem in problems)
    for each in sorted(_names_in(column) - named - {MANIFEST_NAME}):
        yield _leftover(column / each)


def _names_in(folder: Path) -> set[str]:
    """What is in a folder; nothing if it goes away meanwhile, as when all samples of an MSID are removed, or is a file."""
    try:
        return set(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return set()


def _statistics(reader: JetaReader, folder: Path, *, full: bool) -> Iterator[Finding]:
    """Findings on the statistics of one MSID."""
    there = _names_in(folder)
    if _FULL not in there:
        return
    # Of so few samples none need be stored, so that nothing can be lacking: this spares a quick look half of its time.
    is_small = reader.manifest(folder.name).rows < 2 * product_fold.ROWS_WORTH_STORING
    for product in product_fold.PRODUCTS:
        if is_small and product not in there:
            continue
        found = check_product(reader, folder.name, product, full=full)
        yield from (_finding(problem) for problem in found.wrong)
        if found.lacking is not None:
            yield Finding("note", found.lacking.path, found.lacking.message)
        yield from (_leftover(path) for path in found.leftovers)


def _flags(reader: JetaReader) -> Iterator[Finding]:
    """Findings on the flags set by people."""
    yield from (_finding(problem) for problem in check_flags(reader.layout.flags))
    for path in strange_files(reader.layout.flags):
        message = "is no flag, as a killed process leaves it; the next flag removes it"
        if not path.name.startswith(ASIDE_PREFIX):
            message = "is a file among the flags and none itself; move it out of the archive"
        yield Finding("note", path, message)


def _tdb(reader: JetaReader) -> Iterator[Finding]:
    """Findings on the telemetry database, read past its cache, which reading would write."""
    loader = Loader()
    try:
        for path in list_files(reader.layout.tdb):
            loader.read(path.read_bytes(), path.name)
        loader.finish()
    except (JetaError, OSError) as err:
        yield Finding("error", reader.layout.tdb, str(err))


def _state(reader: JetaReader) -> Iterator[Finding]:
    """Findings on what the archive remembers. A writer brings that up to date before what it tells of: so it is looked at last."""
    path = reader.layout.state
    try:
        columns = max((reader.manifest(name).folded for name in reader.names()), default=0)
        first_ns, commits = reader.find_first_ns(), {commit.number for commit in reader.journal_files()}
    except (OSError, OverflowError):  # damage that the findings tell of already
        columns, first_ns, commits = 0, None, set()
    try:
        known = state.load(path)
    except OSError as err:  # damaged, or no file at all
        yield Finding("error", path, str(err) if isinstance(err, ArchiveCorruptError) else f"{err}; {_DELETE}")
        return
    if known is None:
        return
    lost = set(range(known.folded + 1, max(commits, default=0))) - commits
    if lost:
        which = ", ".join(map(str, sorted(lost)))
        yield Finding("error", reader.layout.journal, f"has lost the commits {which}; restore them from a backup")
    if columns > max(known.folded, *commits, 0):
        yield Finding("error", path, f"knows of {known.folded} commits, but columns hold {columns}; {_DELETE}")
    if first_ns is not None and (known.first_ns is None or known.first_ns > first_ns):
        yield Finding(
            "error", path, f"says the first sample is at {known.first_ns} ns, not at {first_ns} ns; {_DELETE}"
        )


def _finding(problem: Problem) -> Finding:
    """A problem that concerns samples."""
    return Finding("error", problem.path, problem.message)


def _leftover(path: Path) -> Finding:
    """A file that belongs to nothing."""
    return Finding(
        "note", path, "is not part of the archive, as a killed process leaves it; the next write or fold removes it"
    )
