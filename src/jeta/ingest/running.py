"""One run of the ingest: from the files of a staging folder, or files that are named, to rows that are committed."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeta import settings as environment
from jeta.archive import open_archive
from jeta.errors import ValuesError
from jeta.files import printable
from jeta.formats.table import read_mapping
from jeta.ingest.dealing import Dealing
from jeta.ingest.listing import Listing, Looker
from jeta.ingest.plan import Plan, plan
from jeta.ingest.policies import RULES
from jeta.ingest.reader_processes import ReaderProcesses
from jeta.ingest.reading import Expected, read_ahead, read_delivery
from jeta.ingest.report import RunReport
from jeta.ingest.settings import FOLD, KEEP, IngestSettings, load_settings
from jeta.ingest.standing import Standing, standing_of
from jeta.progress import telling
from jeta.times import now
from jeta.update.fit import Epoch
from jeta.update.intake import ROWS_AT_ONCE, opened_intake
from jeta.update.target import fold_if_due, root_of, writer_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from jeta.formats.table import TableMapping
    from jeta.ingest.plan import Step
    from jeta.ingest.reading import Submit
    from jeta.update.target import ArchiveLike

    AnyPath = str | os.PathLike[str]

_WORTH_PROCESSES_BYTES = 32_000_000
"""Starting a process takes half a second, in which this one reads some ten million bytes."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a run does otherwise than the archive's settings say.

    Attributes
    ----------
    accept : sequence of str
        Names of rules whose files are taken all the same, and reported.
    keep : {'move', 'compress', 'leave', None}
        What becomes of source files of the staging folder.
    fold : {'auto', 'always', 'never', None}
        Whether the journal is folded at the end.
    """

    accept: Sequence[str] = ()
    keep: str | None = None
    fold: str | None = None

    def applied_to(self, settings: IngestSettings) -> IngestSettings:
        """Return settings with these choices.

        Raises
        ------
        ValuesError
            If one is none that there is.
        """
        names = (self.accept,) if isinstance(self.accept, str) else self.accept
        rules = {name: replace(getattr(settings.policies, name), action="accept") for name in map(_rule, names)}
        return replace(
            settings,
            policies=replace(settings.policies, **rules),
            keep=_one_of("keep", self.keep, KEEP, settings.keep),
            fold=_one_of("fold", self.fold, FOLD, settings.fold),
        )


def _rule(name: str) -> str:
    """A rule's name, checked."""
    return _one_of("accept", name, RULES, "")


def _one_of(what: str, value: str | None, allowed: Sequence[str], default: str) -> str:
    """A word, checked."""
    if value is not None and value not in allowed:
        raise ValuesError(f"{what} is {value!r}; expected one of {', '.join(allowed)}")
    return default if value is None else value


def run(  # noqa: PLR0913 - all but the paths by keyword
    *paths: AnyPath,
    archive: ArchiveLike | None = None,
    mapping: AnyPath | TableMapping | None = None,
    accept: Sequence[str] = (),
    keep: str | None = None,
    fold: str | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    wait_s: float = 0.0,
    progress: bool | Callable[[int, int, Path | None], None] | None = None,
) -> RunReport:
    """Ingest what lies in the staging folder, or files that are named.

    Every file ends in one of these ways, and is told in the report: its rows are committed and it is moved to ``processed/``; a
    rule or damage rejects it, and it is moved to ``rejected/`` with a text that says why; a rule holds it back; or it is left for
    a later run, as it is still arriving. Killed anywhere, run it again.

    Parameters
    ----------
    *paths : path
        Files, and folders with their sub-folders, in the order in which they are to be ingested; they stay where they are. By
        default the staging folder, whose files are ingested in the order in which they end.
    archive : open archive or path, optional
        Which archive; by default the one in use.
    mapping : path or TableMapping, optional
        What the columns of all files are, see `jeta.update.ingest`.
    accept : sequence of str, optional
        Rules that files may break this time: ``origin``, ``duration``, ``future``, ``gap``, ``apid``, ``epoch``.
    keep : {'move', 'compress', 'leave'}, optional
        What becomes of the files of the staging folder; by default as ``archive.yaml`` says.
    fold : {'auto', 'always', 'never'}, optional
        Whether the journal is folded at the end; by default as ``archive.yaml`` says.
    workers : int, optional
        Number of processes that read files ahead, and that fold; by default as ``JETA_WORKERS`` says, or all cores.
    executor : concurrent.futures.Executor, optional
        Reads files and folds instead of processes of our own; it must see the same files.
    wait_s : float, optional
        How long to wait for another writer to end.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called with the number of files done, the number
        in all, and the next one.

    Returns
    -------
    RunReport
        What became of files and rows.

    Raises
    ------
    FileNotFoundError
        If a path does not exist, or the staging folder does not; then nothing is ingested.
    ArchiveNotFoundError, ArchiveLockedError, ArchiveCorruptError
        If there is no archive, another process writes to it, or its settings are wrong.
    FormatError, ValuesError
        If `mapping` is wrong, or an option is none that there is.
    OSError
        If the archive's disk is full or fails. What was committed before stays; run it again when there is room.

    Examples
    --------
    ::

        from jeta import ingest
        print(ingest.run(archive="/data/jwst"))
    """
    if isinstance(mapping, str | os.PathLike):
        mapping = read_mapping(Path(mapping).expanduser())
    choices, looker = Choices(accept, keep, fold), Looker(mapping)
    means = Means(checked_workers(workers), executor, wait_s, progress)
    return run_once(paths, archive, mapping, choices, looker, means, waits_for_settling=True)


def checked_workers(workers: int | None) -> int:
    """Return a number of processes; by default as ``JETA_WORKERS`` says, or all cores.

    Raises
    ------
    ValuesError
        If it is none.
    """
    if workers is None:
        return environment.from_environment().workers
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise ValuesError(f"workers is {workers!r}; expected a whole number of at least 1")
    return workers


@dataclass(frozen=True, slots=True)
class Means:
    """By what a run is done.

    Attributes
    ----------
    workers : int
        Number of processes.
    executor : Executor or None
        Does the work instead.
    wait_s : float
        How long to wait for another writer.
    progress : bool, callable, or None
        See `run`.
    """

    workers: int = 1
    executor: Executor | None = None
    wait_s: float = 0.0
    progress: bool | Callable[[int, int, Path | None], None] | None = None


def run_once(
    paths: Sequence[AnyPath],
    archive: ArchiveLike | None,
    mapping: TableMapping | None,
    choices: Choices,
    looker: Looker,
    means: Means,
    *,
    waits_for_settling: bool,
) -> RunReport:
    """Do one run; see `run`."""
    if paths:
        looker.named(paths)  # says what does not exist before anything is done
    with telling(means.progress, "file") as tell, writer_for(archive, wait_s=means.wait_s) as writer:
        settings = choices.applied_to(load_settings(writer.reader.config, writer.layout))
        policies = settings.policies
        epoch = Epoch(*policies.limits(), *policies.noted_limits())
        with standing_of(writer) as standing, opened_intake(writer, mapping, epoch) as intake:
            dealing = Dealing(intake, settings, RunReport(), standing, is_staging=not paths)
            if not paths:
                settings.make_folders(writer.layout.root)
                dealing.finish_moves()
            listing = looker.named(paths) if paths else looker.staging(settings, waits=waits_for_settling)
            todo = _planned(listing, settings, standing.last_s())
            if todo.of("ingest") or todo.of("reject"):
                dealing.report.run = intake.accounts.run
                standing.begin(intake.accounts.run)
            dealing.put_aside(todo, listing)
            _ingest(dealing, todo, means, tell)
            _fold(dealing, means)
            if not paths:
                standing.held(dealing.report.held)
            if not intake.accounts.files:
                dealing.report.run = ""
                standing.forget()
        return dealing.report


def preview(
    *paths: AnyPath,
    archive: ArchiveLike | None = None,
    mapping: AnyPath | TableMapping | None = None,
    accept: Sequence[str] = (),
) -> Preview:
    """Tell what `run` would do, and do nothing.

    Parameters
    ----------
    *paths, archive, mapping, accept
        As for `run`.

    Returns
    -------
    Preview
        The plan, and what is left in the staging folder.

    Raises
    ------
    FileNotFoundError, ArchiveNotFoundError, ArchiveCorruptError, FormatError, ValuesError
        As from `run`.
    """
    if isinstance(mapping, str | os.PathLike):
        mapping = read_mapping(Path(mapping).expanduser())
    return look(archive, Choices(accept), Looker(mapping), paths)


def look(archive: ArchiveLike | None, choices: Choices, looker: Looker, paths: Sequence[AnyPath] = ()) -> Preview:
    """Tell what a run would do; see `preview`."""
    reader = open_archive(root_of(archive))
    settings = choices.applied_to(load_settings(reader.config, reader.layout))
    if not paths and settings.staging == reader.layout.staging and not settings.staging.exists():
        return Preview(Plan())  # the first run makes it
    listing = looker.named(paths) if paths else looker.staging(settings, waits=False)
    standing = Standing(reader)
    try:
        return Preview(_planned(listing, settings, standing.last_s()), listing.left)
    finally:
        standing.close()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do.

    Attributes
    ----------
    plan : Plan
        What is to be done with each file, in order.
    left : dict of Path to str
        Files of the staging folder that would not be looked at, and why.
    """

    plan: Plan
    left: dict[Path, str] = field(default_factory=dict)

    @property
    def held(self) -> dict[Path, str]:
        """Files that a rule holds back, and why."""
        return {step.candidate.path: step.reason for step in self.plan.of("hold")}

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain dictionaries, lists, texts and numbers, for JSON."""
        return {**self.plan.to_dict(), "left": {printable(str(path)): reason for path, reason in self.left.items()}}

    def _repr_html_(self) -> str:
        return self.plan._repr_html_()

    def __str__(self) -> str:
        return "\n".join(
            [str(self.plan), *(f"left: {printable(path.name)}: {reason}" for path, reason in self.left.items())]
        )


def _planned(listing: Listing, settings: IngestSettings, last_s: float | None) -> Plan:
    """What is to be done with the files that were found."""
    return plan(
        listing.candidates,
        settings.policies,
        now_s=now(),
        last_s=last_s,
        most_files=settings.most_files,
        settle_s=settings.settle_s if listing.is_staging else 0.0,
        is_ordered=not listing.is_staging,
    )


def _ingest(dealing: Dealing, todo: Plan, means: Means, tell: Callable[[int, int, Path | None], None]) -> None:
    """Ingest the files that are to be ingested, folding in between when the journal has grown."""
    steps = todo.of("ingest")
    done = 0
    with ExitStack() as stack:
        submit = _submit(stack, steps, means)
        for chunk in todo.chunks():
            expected = [_expected(step, is_mapped=dealing.intake.is_mapped) for step in chunk]
            coming = read_ahead(
                expected, submit, dealing.settings.policies.reader_options(), most=max(means.workers, 2)
            )
            dealing.standing.state("processing")
            for step, future in zip(chunk, coming, strict=True):
                tell(done, len(steps), step.candidate.path)
                dealing.ingest(step, future)
                done += 1
                if dealing.settings.fold != "never":
                    # Each commit is compared with the whole journal: thousands of small files must not heap up in it.
                    fold_if_due(dealing.intake.writer, workers=means.workers, executor=means.executor)
        tell(len(steps), len(steps), None)


def _submit(stack: ExitStack, steps: Sequence[Step], means: Means) -> Submit | None:
    """What has files read ahead; None where that is not worth it."""
    executor = means.executor
    if executor is not None:
        return lambda request: executor.submit(read_delivery, request)
    size = sum(step.candidate.size for step in steps)
    if means.workers < 2 or len(steps) < 2 or size < _WORTH_PROCESSES_BYTES:
        return None
    return stack.enter_context(ReaderProcesses(min(means.workers, len(steps)))).submit


def _expected(step: Step, *, is_mapped: bool) -> Expected:
    """A file, as far as it matters for reading it ahead."""
    file = step.candidate
    rows = file.size // 20 if file.rows is None else file.rows
    return Expected(file.path, rows, is_ahead=not is_mapped and file.format != "table" and rows <= ROWS_AT_ONCE)


def _fold(dealing: Dealing, means: Means) -> None:
    """Fold at the end, if that is wanted."""
    dealing.standing.state("postprocessing")
    if dealing.settings.fold == "always":
        dealing.report.folded += dealing.intake.writer.fold(workers=means.workers, executor=means.executor)
