"""Repair of lists, journal, statistics, and of what killed processes left among the samples."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from jeta.archive import manifest, state
from jeta.archive.flags import LOCK_NAME
from jeta.archive.layout import MANIFEST_NAME, SEGMENT_SUFFIX
from jeta.archive.lock import WriterLock
from jeta.errors import ArchiveCorruptError
from jeta.files import ASIDE_PREFIX, remove_leftovers, replace_bytes, sync_folder
from jeta.operations.repair_step import Step
from jeta.statistics import BIN_WIDTHS_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jeta.archive import JetaReader, Writer
    from jeta.operations.finding import Finding


def lists(reader: JetaReader, findings: list[Finding]) -> Iterator[Step]:
    """Make manifests and the state anew; the writer's lock is held."""
    wrong = {finding.path for finding in findings if finding.severity == "error"}
    for folder in sorted(reader.layout.columns.glob("*/full")):
        path = folder / MANIFEST_NAME
        is_lost = not path.exists() and any(folder.glob(f"*{SEGMENT_SUFFIX}"))
        if (path in wrong or is_lost) and _can_be_rebuilt(folder):
            yield Step(f"make the list of segments of {folder.parent.name} anew", partial(_rebuild, folder), (path,))
    there = reader.layout.state.exists()
    if reader.layout.state in wrong or (not there and (any(reader.layout.columns.iterdir()) or _commits(reader))):
        yield Step("make state.json anew", partial(_remake_state, reader), (reader.layout.state,))


def _can_be_rebuilt(folder: Path) -> bool:
    """Whether the segments that are there add up."""
    try:
        return len(manifest.rebuild(folder).segments) > 0
    except ArchiveCorruptError:
        return False


def _rebuild(folder: Path) -> None:
    """Write a list that is made from the segments alone."""
    replace_bytes(folder / MANIFEST_NAME, manifest.to_bytes(manifest.rebuild(folder)))


def _remake_state(reader: JetaReader) -> None:
    """Write what the columns and the journal say of the archive as a whole."""
    folded = max((reader.manifest(name).folded for name in reader.names()), default=0)
    state.save(reader.layout.state, state.State(folded, reader.find_first_ns()))


def _commits(reader: JetaReader) -> int:
    """How many commits wait; 0 if one of them is damaged, which is told of elsewhere."""
    try:
        return len(reader.journal_files())
    except ArchiveCorruptError:
        return 0


def rows(reader: JetaReader, findings: list[Finding], writer: Writer | None, workers: int) -> Iterator[Step]:
    """Fold the journal, unless samples are damaged: a fold must not go by that."""
    commits = _commits(reader)
    layout = reader.layout
    damaged = [
        finding.path
        for finding in findings
        if finding.severity == "error" and _product(finding.path, layout.columns) in ("full", "")
    ]
    damaged += [
        each.path for each in findings if each.severity == "error" and layout.journal in (each.path, each.path.parent)
    ]
    if commits and not damaged:
        yield Step(
            f"fold {commits} {'commit' if commits == 1 else 'commits'}",
            partial(_fold, writer, workers),
            tuple(commit.path for commit in reader.journal_files()),
        )


def _fold(writer: Writer | None, workers: int) -> None:
    """Fold."""
    if writer is not None:
        writer.fold(workers=workers)


def _product(path: Path, columns: Path) -> str | None:
    """The product that a path is of; empty for an MSID as a whole, None for what is no column."""
    if columns not in path.parents:
        return None
    _, *inside = path.relative_to(columns).parts
    return inside[0] if inside else ""


def statistics(reader: JetaReader, findings: list[Finding], writer: Writer | None, workers: int) -> Iterator[Step]:
    """Work out statistics that are damaged, stale or lacking."""
    columns = reader.layout.columns
    damaged: dict[Path, set[Path]] = {}
    lacking: dict[Path, Path] = {}
    for finding in findings:
        product = _product(finding.path, columns)
        if product not in BIN_WIDTHS_S:
            continue
        folder = columns / finding.path.relative_to(columns).parts[0] / product
        if finding.severity == "error":
            damaged.setdefault(folder, set()).add(finding.path)
        elif finding.path == folder:
            lacking[folder] = finding.path
    for folder, paths in sorted(damaged.items()):
        name = folder.parent.name
        do = partial(_remake_statistics, writer, folder, workers)
        yield Step(f"work out the {folder.name} statistics of {name} anew", do, (*paths, folder))
    names = sorted({folder.parent.name for folder in lacking.keys() - damaged.keys()})
    if names:
        whose = names[0] if len(names) == 1 else f"{len(names):,} MSIDs"
        what = f"work out what is lacking of the statistics of {whose}"
        yield Step(what, partial(_refresh, writer, names, workers), tuple(lacking.values()))


def _remake_statistics(writer: Writer | None, folder: Path, workers: int) -> None:
    """Drop one product of an MSID, and work it out from the samples."""
    (folder / MANIFEST_NAME).unlink(missing_ok=True)
    sync_folder(folder)
    _refresh(writer, [folder.parent.name], workers)


def _refresh(writer: Writer | None, names: list[str], workers: int) -> None:
    """Work out what is lacking, unless rows wait that could not be folded."""
    if writer is None or writer.pending()[0]:
        return
    writer.refresh_statistics([name for name in names if name in writer.reader], workers=workers)


def leftovers(reader: JetaReader, findings: list[Finding]) -> Iterator[Step]:
    """Remove what killed processes left: files under temporary names, and segments that no list names."""
    layout = reader.layout
    for finding in findings:
        path = finding.path
        if finding.severity != "note" or path.is_dir():
            continue
        is_aside = path.name.startswith(ASIDE_PREFIX)
        if path.parent == layout.flags:
            if is_aside:
                yield Step(
                    f"remove {path.relative_to(layout.root)}", partial(_remove_from_flags, layout.flags), (path,)
                )
        elif layout.columns in path.parents or path.parent in (layout.root, layout.journal):
            is_segment = layout.columns in path.parents and path.name.endswith(SEGMENT_SUFFIX)
            if is_aside or is_segment:
                yield Step(f"remove {path.relative_to(layout.root)}", partial(path.unlink, missing_ok=True), (path,))
    for folder in sorted(layout.columns.iterdir()):
        if folder.is_dir() and not any(folder.iterdir()):
            yield Step(
                f"remove {folder.relative_to(layout.root)}, which is empty", partial(_remove_folder, folder), (folder,)
            )


def _remove_from_flags(folder: Path) -> None:
    """Remove what is no flag, while nobody writes one."""
    with WriterLock(folder / LOCK_NAME):
        remove_leftovers(folder)


def _remove_folder(folder: Path) -> None:
    """Remove an empty folder, if it still is."""
    with suppress(OSError):
        folder.rmdir()
