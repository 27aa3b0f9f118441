"""What is done for many MSIDs, some at a time, in whatever process: folding, working out statistics, cutting off.

A task is called with the archive's root and some names, and returns what is ready to be published. It can be pickled, for any
executor, and told in JSON, for the workers of `jeta.archive.workers`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jeta.archive import cut, fold, product_fold
from jeta.archive.pending import find_pending
from jeta.archive.reader import JetaReader
from jeta.files import sync_each

if TYPE_CHECKING:
    from jeta.archive.publish import Folded


class Task(Protocol):
    """Work on some MSIDs."""

    def __call__(self, root: Path, names: Sequence[str]) -> list[Folded]:
        """Do the work up to publishing, and return what is to be published; its files need not be on the disk yet."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Move rows of the journal into columns, and bring statistics into step.

    Attributes
    ----------
    statistics : bool
        Whether statistics are kept; if not, those that the rows touch are noted as stale.
    """

    statistics: bool = True

    def __call__(self, root: Path, names: Sequence[str]) -> list[Folded]:
        """Fold some MSIDs: exact upper-case names."""
        reader = JetaReader(Path(root))
        ready: list[Folded] = []
        unchanged: list[Path] = []
        for name in names:
            commits = reader.journal_files()
            column, segments = fold.fold_column(reader, name)
            if column is None:
                unchanged.append(reader.layout.column(name))
            else:
                ready.append(column)
            this = product_fold.Column(reader, name, segments)
            pending = find_pending(commits, name, None, after=0)
            last_commit = commits[-1].number if commits else segments.folded
            ready += product_fold.update(this, pending, last_commit, keep=self.statistics)
        # A fold that was killed just after a rename may not have waited for it to get to the disk.
        sync_each(folder for folder in unchanged if folder.is_dir())
        return ready


@dataclass(frozen=True, slots=True)
class Refresh:
    """Work out the statistics that are lacking of a span; the journal is empty.

    Attributes
    ----------
    start_s, stop_s : float
        The bins that touch ``[start_s, stop_s)``, seconds; may be infinite.
    """

    start_s: float = -math.inf
    stop_s: float = math.inf

    def __call__(self, root: Path, names: Sequence[str]) -> list[Folded]:
        """Bring the statistics of some MSIDs up to date: exact upper-case names."""
        reader = JetaReader(Path(root))
        columns = [product_fold.Column(reader, name, reader.manifest(name)) for name in names]
        span_s = self.start_s, self.stop_s
        done = (
            product_fold.refresh(column, product, span_s) for column in columns for product in product_fold.PRODUCTS
        )
        return [ready for ready in done if ready is not None]


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut off what is at or after an instant; the journal is empty.

    Attributes
    ----------
    start_s : float
        The instant, seconds.
    """

    start_s: float

    def __call__(self, root: Path, names: Sequence[str]) -> list[Folded]:
        """Cut some MSIDs: exact upper-case names."""
        reader = JetaReader(Path(root))
        statistics = [ready for name in names for ready in cut.cut_statistics(reader, name, self.start_s)]
        columns = (cut.cut_column(reader, name, self.start_s) for name in names)
        return [*statistics, *(ready for ready in columns if ready is not None)]


_KINDS: dict[str, type[Fold | Refresh | Cut]] = {"fold": Fold, "refresh": Refresh, "cut": Cut}


def to_dict(task: Task) -> dict[str, Any]:
    """Return a task as what JSON can hold.

    Raises
    ------
    TypeError
        If it is none of those here.
    """
    for name, kind in _KINDS.items():
        if isinstance(task, kind):
            return {"kind": name, **asdict(task)}
    raise TypeError(f"expected a task of {', '.join(_KINDS)}, got {task!r}")


def from_dict(told: dict[str, Any]) -> Task:
    """Return the task that `to_dict` was given."""
    options = dict(told)
    return _KINDS[options.pop("kind")](**options)
