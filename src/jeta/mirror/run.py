"""Making a mirror of an archive, and bringing it up to date."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive.layout import Layout
from jeta.archive.lock import WriterLock
from jeta.errors import ArchiveExistsError, UnknownMsidError
from jeta.files import make_folder
from jeta.logs import logger
from jeta.mirror import memory
from jeta.mirror.folder_source import FolderSource, json_settings
from jeta.mirror.index import write_index
from jeta.mirror.layout import INDEX_PATH, arriving
from jeta.mirror.memory import Memory
from jeta.mirror.names import PRODUCTS
from jeta.mirror.passes import Passes
from jeta.mirror.target import check_target, make_target, put_settings
from jeta.mirror.web_source import WebSource, is_url
from jeta.progress import telling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jeta.mirror.look import Look, Source
    from jeta.mirror.report import MirrorReport

_log = logger(__name__)


def mirror(  # noqa: PLR0913 - each option stands for itself
    source: str | os.PathLike[str] | None,
    dest: str | os.PathLike[str],
    *,
    msids: str | Iterable[str] | None = None,
    products: str | Iterable[str] | None = None,
    prune: bool = False,
    check: bool = False,
    moved: bool = False,
    dry_run: bool = False,
    threads: int = 8,
    timeout_s: float = 30.0,
    retries: int = 4,
    progress: bool | Callable[[int, int], None] | None = None,
) -> MirrorReport:
    """Make a mirror of an archive, or of some of its MSIDs, or bring one up to date.

    A mirror is itself an archive, which `jeta.fetch` reads and of which other mirrors can be made. Only what is new or changed
    travels: new samples, late ones, corrections, what was cut off, flags, the telemetry database, bad times and events; what
    is gone at the source goes. It can be read all the while.

    Parameters
    ----------
    source : path, str or None
        An archive's folder, or the ``http://`` or ``https://`` address at which one is served that `write_index` has published;
        None for the source that the mirror remembers.
    dest : path
        The mirror: a folder that is empty or does not exist, or a mirror of the same source.
    msids : str or iterable of str, optional
        Names, or patterns with ``*``, ``?`` or ``[...]``, in any case. They come to those chosen before; by default those, and of
        a new mirror all.
    products : str or iterable of str, optional
        Of ``full``, ``5min``, ``daily``, or patterns; likewise. Without ``full``, a mirror has statistics only.
    prune : bool
        Have only what is given here, and remove what else was chosen before.
    check : bool
        Look at every file of the mirror, and get those again that are damaged.
    moved : bool
        The source of this mirror has a new address, which is given.
    dry_run : bool
        Only tell what would be done.
    threads : int
        How many MSIDs are brought at once, 1 or more.
    timeout_s : float
        Of a URL: how long to wait for a connection, and for each further part of an answer; seconds.
    retries : int
        Of a URL: how often to ask again after a failure that may pass, with growing pauses.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called with the number of MSIDs done and in all.

    Returns
    -------
    MirrorReport
        What was done.

    Raises
    ------
    ArchiveNotFoundError
        If there is no archive at the source, or no index of it.
    UnknownMsidError, StatError
        If a name or pattern given chooses no MSID, or no product.
    ArchiveExistsError
        If `dest` is something else than a mirror, has been written to, or lies in the source.
    ArchiveMismatchError
        If it is a mirror of another source.
    ArchiveCorruptError
        If files of the source are damaged, come damaged again and again, or bear names that there cannot be. All else is
        mirrored first, and MSIDs that they are of stay as they were.
    SourceError
        If a URL cannot be reached.
    ArchiveLockedError
        If another process writes to the mirror, or the source is written to without pause.
    OSError
        If the disk is full or fails. As after a kill, run it again: it goes on where it was.

    Examples
    --------
    ::

        mirror("https://archive.example.org/jwst", "/home/ann/jwst", msids="SA_*")
    """
    root = Path(dest).expanduser().absolute()
    address = None if source is None else source if is_url(source) else str(Path(source).expanduser().absolute())
    known = check_target(root, None if address is None else str(address).rstrip("/") or "/", moved=moved)
    place = _opened(known.source if address is None and known is not None else str(address), timeout_s, retries)
    _check_apart(place.address, root)
    look = place.look()
    plan = _planned(known, place.address, look, msids, products, prune=prune)
    grown = known is None or plan.products != known.products
    passes = partial(Passes, Layout(root), place, threads=max(1, threads), check=check, anew=grown)
    with telling(progress, "MSID", "mirror") as tell:
        if dry_run:
            return passes(plan).would(look, tell)
        settings = json_settings(look.settings)
        make_folder(root)
        with WriterLock(Layout(root).lock):
            # Another run may have come before.
            known = check_target(root, place.address, moved=moved)
            plan = _planned(known, place.address, look, msids, products, prune=prune)
            shutil.rmtree(arriving(root), ignore_errors=True)
            make_target(root, plan)
            put_settings(root, settings)
            try:
                report = passes(plan).run(look, tell)
            finally:
                shutil.rmtree(arriving(root), ignore_errors=True)
    if (root / INDEX_PATH).exists():
        write_index(root, threads=threads)
    _log.info("%s", report)
    return report


def _opened(address: str, timeout_s: float, retries: int) -> Source:
    """The source at an address."""
    if is_url(address):
        return WebSource(address, timeout_s=timeout_s, retries=retries)
    return FolderSource(Path(address))


def _check_apart(address: str, root: Path) -> None:
    """Refuse a mirror in its source, or the other way round."""
    if is_url(address):
        return
    one, two = Path(address).resolve(), root.resolve()
    if one == two or one in two.parents or two in one.parents:
        raise ArchiveExistsError(f"{root} and {address} lie in each other; name a folder outside for the mirror")


def _planned(
    known: Memory | None,
    address: str,
    look: Look,
    msids: str | Iterable[str] | None,
    products: str | Iterable[str] | None,
    *,
    prune: bool,
) -> Memory:
    """What the mirror is to remember."""
    names = memory.chosen_msids(msids, look.msids, address)
    chosen = memory.chosen_products(products)
    if names == ():
        raise UnknownMsidError("no MSIDs were named; leave them out to mirror all, or name some")
    if known is None:
        return Memory(address, names, chosen or PRODUCTS)
    names, chosen = memory.joined(known, names, chosen, prune=prune)
    return Memory(address, names, chosen, known.folded, known.journal, known.files)


__all__ = ["mirror"]
