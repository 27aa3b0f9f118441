"""What a fold has made ready, and making it count."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive.layout import MANIFEST_NAME
from jeta.files import sync_each

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Folded:
    """A column that is ready to be published once its new files are on the disk.

    Attributes
    ----------
    folder : Path
        The column's folder.
    aside : Path
        Its new manifest under a temporary name.
    written : tuple of Path
        Its new segments.
    obsolete : tuple of Path
        Files that no manifest names once it is published.
    is_new : bool
        Whether the folder may be new too.
    leads : bool
        Whether it has to count, on the disk, before others that are published with it may.
    """

    folder: Path
    aside: Path
    written: tuple[Path, ...]
    obsolete: tuple[Path, ...]
    is_new: bool
    leads: bool = False


def publish(columns: Sequence[Folded]) -> None:
    """Make new manifests count, and remove what they supersede, each when what it rests on is on the disk."""
    sync_each(path for ready in columns for path in (ready.aside, *ready.written))
    for some in ([ready for ready in columns if ready.leads], [ready for ready in columns if not ready.leads]):
        for ready in some:
            ready.aside.replace(ready.folder / MANIFEST_NAME)
        sync_each(path for ready in some for path in ((ready.folder, ready.folder.parent)[: 1 + ready.is_new]))
    for ready in columns:
        for path in ready.obsolete:
            path.unlink(missing_ok=True)
