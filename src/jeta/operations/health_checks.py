"""The checks of `jeta.operations.health`: each looks at one thing, and says what to do if it is not well."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from jeta.archive.layout import JOURNAL_SUFFIX
from jeta.errors import ArchiveCorruptError
from jeta.files import printable
from jeta.ingest.discover import is_unfinished
from jeta.ingest.settings import load_settings
from jeta.ingest.words import spoken
from jeta.operations.areas import spoken_bytes
from jeta.operations.catalog_access import is_kept
from jeta.operations.health_look import CRITICAL, OK, WARNING, Check, Looked, seconds_of

_CLOCK_S = 60.0
"""Clocks of machines that share an archive may differ by so much."""
_SHOWN = 3


def check_archive(looked: Looked) -> Iterator[Check]:
    """The folders without which there is no archive."""
    layout = looked.reader.layout
    for folder in (layout.columns, layout.journal):
        try:
            with os.scandir(folder) as entries:
                next(entries, None)
        except OSError as err:
            yield Check("archive", CRITICAL, f"{folder} cannot be read ({err.strerror}); restore it from a backup")
            return
    yield Check("archive", OK, f"{layout.root} can be opened")


def check_lock(looked: Looked) -> Iterator[Check]:
    """Who writes, and for how long."""
    try:
        holder = looked.holder
    except OSError as err:
        yield Check(
            "lock", WARNING, f"{looked.reader.layout.lock} cannot be read ({err.strerror}); mend its permissions"
        )
        return
    if holder is None:
        yield Check("lock", OK, "nobody writes")
        return
    since_s = seconds_of(holder.since_utc)
    age_s = 0.0 if since_s is None else looked.now_s - since_s
    if age_s > looked.limits.max_lock_age_s:
        yield Check("lock", WARNING, f"{holder} has written for {spoken(age_s)}; see whether it hangs")
    else:
        yield Check("lock", OK, f"{holder} writes")


def check_run(looked: Looked) -> Iterator[Check]:
    """How the last ingest ended."""
    run = looked.told.run
    if run is None:
        yield Check("run", OK, "no ingest is known")
    elif run.state == "failed":
        killed = not run.ended_utc
        what = "was killed" if killed else f"failed at {run.ended_utc}"
        level = WARNING if killed else CRITICAL
        yield Check("run", level, f"the last ingest, {run.run}, {what}: {run.message}; run  jeta ingest  again")
    else:
        yield Check("run", OK, f"the last ingest, {run.run}, is {run.state}")


def check_age(looked: Looked) -> Iterator[Check]:
    """When a file was ingested last."""
    limit_s = looked.limits.max_age_s
    try:
        last_s = looked.last_record_s
    except (ArchiveCorruptError, FileNotFoundError):
        yield Check("age", WARNING, "the last record cannot be read; run  jeta verify  and  jeta repair")
        return
    if last_s is None:
        level = OK if limit_s is None else CRITICAL
        yield Check("age", level, "no file was ever ingested")
        return
    age_s = looked.now_s - last_s
    if limit_s is not None and age_s > limit_s:
        message = f"no file was ingested for {spoken(age_s)}; see whether deliveries arrive and  jeta ingest  is run"
        yield Check("age", CRITICAL, message)
    else:
        yield Check("age", OK, f"a file was dealt with {spoken(max(age_s, 0.0))} ago")


def check_clock(looked: Looked) -> Iterator[Check]:
    """Whether the clock was set back."""
    marks: list[float] = []
    with suppress(ArchiveCorruptError, FileNotFoundError):  # told of by another check
        marks += [] if looked.last_record_s is None else [looked.last_record_s]
    run = looked.told.run
    started_s = None if run is None else seconds_of(run.started_utc)
    marks += [] if started_s is None else [started_s]
    ahead_s = max(marks, default=looked.now_s) - looked.now_s
    if ahead_s > _CLOCK_S:
        message = (
            f"the last ingest is {spoken(ahead_s)} ahead of this machine's clock; set the clock, or see who set it back"
        )
        yield Check("clock", WARNING, message)
    else:
        yield Check("clock", OK, "not behind the last ingest")


def check_held(looked: Looked) -> Iterator[Check]:
    """Files that a rule holds back."""
    held, limit_s = looked.told.held, looked.limits.max_held_age_s
    ages = {each.path: looked.now_s - since for each in held if (since := seconds_of(each.since_utc)) is not None}
    old = [each for each in held if ages.get(each.path, 0.0) > limit_s]
    if old:
        some = ", ".join(f"{Path(each.path).name} ({each.reason})" for each in old[:_SHOWN])
        more = f"{_files(len(old))} held back for more than {spoken(limit_s)}: {some}"
        yield Check("held", WARNING, f"{more}; see  jeta ingest --dry-run,  and --accept or  jeta staging hold")
    else:
        yield Check("held", OK, f"{_files(len(held))} held back")


def check_rejected(looked: Looked) -> Iterator[Check]:
    """Files that were rejected of late."""
    rejected, within = looked.told.rejected, spoken(looked.limits.rejected_s)
    if rejected:
        some = ", ".join(f"{Path(each.path).name} ({each.message})" for each in rejected[-_SHOWN:])
        message = f"{_files(len(rejected))} rejected in the last {within}: {some}; see the .reason.txt beside each"
        yield Check("rejected", WARNING, message)
    else:
        yield Check("rejected", OK, f"no file rejected in the last {within}")


def check_staging(looked: Looked) -> Iterator[Check]:
    """Files that wait in the staging folder, and whether it can be read."""
    layout, limit_s = looked.reader.layout, looked.limits.max_held_age_s
    try:
        folder = load_settings(looked.reader.config, layout).staging
    except ArchiveCorruptError as err:
        yield Check("staging", CRITICAL, f"{err}; mend archive.yaml, no ingest runs until then")
        return
    try:
        with os.scandir(folder) as entries:
            found = [
                (entry.stat().st_mtime, entry.name)
                for entry in entries
                if entry.is_file(follow_symlinks=False) and not is_unfinished(entry.name)
            ]
    except FileNotFoundError:
        is_own = folder.is_relative_to(layout.root)
        message = "comes with the first ingest" if is_own else "is not there; mount its disk, or create it"
        yield Check("staging", OK if is_own else CRITICAL, f"{folder} {message}")
        return
    except OSError as err:
        yield Check("staging", CRITICAL, f"{folder} cannot be read ({err.strerror}); mend its permissions or its disk")
        return
    held = {Path(each.path).name for each in looked.told.held}
    waiting = sorted((mtime_s, name) for mtime_s, name in found if printable(name) not in held)
    age_s = looked.now_s - waiting[0][0] if waiting else 0.0
    if age_s > limit_s:
        message = (
            f"{printable(waiting[0][1])} has waited in {folder} for {spoken(age_s)}; see whether  jeta ingest  is run"
        )
        yield Check("staging", WARNING, message)
    else:
        yield Check("staging", OK, f"{_files(len(waiting))} waiting in {folder}")


def check_journal(looked: Looked) -> Iterator[Check]:
    """What waits to be folded."""
    limits = looked.limits
    try:
        with os.scandir(looked.reader.layout.journal) as entries:
            times = [entry.stat().st_mtime for entry in entries if entry.name.endswith(JOURNAL_SUFFIX)]
    except FileNotFoundError:
        yield Check("journal", OK, "is being folded")
        return
    except OSError as err:
        yield Check("journal", CRITICAL, f"{looked.reader.layout.journal} cannot be read ({err.strerror})")
        return
    age_s = looked.now_s - min(times, default=looked.now_s)
    told = f"{_count(len(times), 'commit')} to be folded, the oldest for {spoken(max(age_s, 0.0))}"
    if len(times) > limits.max_pending or age_s > limits.max_pending_age_s:
        yield Check("journal", WARNING, f"{told}; run  jeta fold")
    else:
        yield Check("journal", OK, told if times else "empty")


def check_disk(looked: Looked) -> Iterator[Check]:
    """Room on the archive's disk."""
    free, least = shutil.disk_usage(looked.reader.root).free, looked.limits.min_free_bytes
    told = f"{spoken_bytes(free)} free"
    if free >= least:
        yield Check("disk", OK, told)
    else:
        level = CRITICAL if free < least / 5 else WARNING
        yield Check(
            "disk", level, f"{told}, less than {spoken_bytes(least)}; make room before an ingest fails for want of it"
        )


def check_catalog(looked: Looked) -> Iterator[Check]:
    """Whether the catalog can be used, and knows all records."""
    told = looked.told
    if told.fault:
        yield Check("catalog", WARNING, told.fault)
    elif not is_kept(looked.reader):
        yield Check("catalog", OK, "there is none yet; an ingest from the staging folder, or  jeta repair,  makes it")
    elif told.lost:
        message = f"{_count(told.lost, 'record')} that it knows no longer in {looked.reader.layout.records}"
        yield Check("catalog", CRITICAL, f"{message}; restore them from a backup")
    elif told.behind and looked.holder is None:
        message = (
            f"{_count(told.behind, 'record')} not in the catalog; the next ingest, or  jeta repair,  takes them in"
        )
        yield Check("catalog", WARNING, message)
    else:
        yield Check("catalog", OK, "knows all records" if not told.behind else "an ingest is at work")


def _files(count: int) -> str:
    """A number of files."""
    return _count(count, "file")


def _count(count: int, what: str) -> str:
    """A number of things."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


Look = Callable[[Looked], Iterator[Check]]

CHECKS: tuple[tuple[str, Look], ...] = (
    ("archive", check_archive),
    ("lock", check_lock),
    ("run", check_run),
    ("age", check_age),
    ("clock", check_clock),
    ("held", check_held),
    ("rejected", check_rejected),
    ("staging", check_staging),
    ("journal", check_journal),
    ("disk", check_disk),
    ("catalog", check_catalog),
)
"""By name, in the order in which they are told."""
