"""What an archive publishes so that mirrors can be made of it from any server of static files, and keeping that up to date.

``mirror/index.json.gz`` has the settings, the small files with their digests, and for each MSID the tokens of its manifests;
``mirror/columns/<MSID>.json.gz`` its manifests, and size and sha256 of each sealed file that they name.
"""

from __future__ import annotations

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeta.archive.lock import WriterLock
from jeta.errors import ArchiveCorruptError, ArchiveLockedError
from jeta.files import ASIDE_PREFIX, make_folder, remove_leftovers, replace_bytes
from jeta.mirror.folder_source import FolderSource
from jeta.mirror.layout import FOLDER, INDEX_PATH, list_path
from jeta.mirror.look import ChangedError, Column, Digest, sha256_of, token
from jeta.mirror.names import PRODUCTS
from jeta.mirror.packed import pack, unpack
from jeta.mirror.sealed import folded_of
from jeta.progress import telling

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.mirror.look import Look, Tokens

INDEX_KIND = "jeta mirror index 1"
LIST_KIND = "jeta mirror list 1"
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What `write_index` did.

    Attributes
    ----------
    path : Path
        The index.
    msids : int
        How many MSIDs are in it.
    changed : int
        How many of them have changed since the index before.
    """

    path: Path
    msids: int
    changed: int

    def __str__(self) -> str:
        return f"{self.path}: {self.msids:,} MSIDs, {self.changed:,} of them new or changed"


def write_index(
    root: str | os.PathLike[str], *, threads: int = 8, progress: bool | Callable[[int, int], None] | None = None
) -> IndexReport:
    """Publish an archive for mirrors by http, or bring what is published up to date.

    Parameters
    ----------
    root : path
        The archive's folder. It may be written to meanwhile.
    threads : int
        How many files are read at once.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called with the number of MSIDs done and in all.

    Returns
    -------
    IndexReport
        What it holds.

    Raises
    ------
    ArchiveNotFoundError, ArchiveCorruptError
        If there is no archive, or a file of it is damaged or missing.
    ArchiveLockedError
        If another index of it is being written, or an MSID is folded without pause.
    OSError
        If the disk is full.

    Notes
    -----
    The digest of a sealed file is worked out once: it never changes. What waits in the journal is not published: fold first.
    """
    folder = Path(root).expanduser().absolute()
    source = FolderSource(folder)
    for each in (folder / FOLDER, (folder / list_path("X")).parent):
        make_folder(each)
    with telling(progress, "MSID", "index") as tell, WriterLock(folder / FOLDER / "index.lock"):
        for each in (folder / FOLDER, (folder / list_path("X")).parent):
            remove_leftovers(each)
        return _Indexer(folder, source, source.look()).write(threads, tell)


class _Indexer:
    """Writes the index of one look at an archive."""

    def __init__(self, root: Path, source: FolderSource, look: Look) -> None:
        self._root, self._source, self._look = root, source, look
        self._known = _known_tokens(root)

    def write(self, threads: int, tell: Callable[[int, int], None]) -> IndexReport:
        """Write the lists of MSIDs that have changed, then the index, then remove the lists of those that are gone."""
        found: dict[str, list[str]] = {}
        changed = 0
        with ThreadPoolExecutor(threads) as pool:
            for done, (msid, (tokens, is_new)) in enumerate(
                zip(self._look.msids, pool.map(self._one, self._look.msids), strict=True), 1
            ):
                tell(done, len(self._look.msids))
                changed += is_new
                if any(tokens):
                    found[msid] = list(tokens)
        told = {
            "file": INDEX_KIND,
            "settings": self._look.settings,
            "state": asdict(self._look.state),
            "plain": self._look.plain,
            "msids": found,
        }
        replace_bytes(self._root / INDEX_PATH, pack(told))
        for name in os.listdir(self._root / FOLDER / "columns"):
            if name.partition(".json.gz")[0] not in found and not name.startswith(ASIDE_PREFIX):
                (self._root / FOLDER / "columns" / name).unlink()
        return IndexReport(self._root / INDEX_PATH, len(found), changed)

    def _one(self, msid: str) -> tuple[Tokens, bool]:
        """The tokens of an MSID, once its list is written; and whether that was new."""
        for _ in range(_ATTEMPTS):
            known, path = self._known.get(msid), self._root / list_path(msid)
            if (
                known is not None
                and known == self._source.tokens(msid)
                and path.exists()
                and not self._look.touching(msid)
            ):
                return known, False
            with suppress(ChangedError):
                column = self._settled(msid, self._source.column(msid))
                tokens = tuple(token(column.manifests.get(product)) for product in PRODUCTS)
                if tokens == known and path.exists():
                    return tokens, False
                if column.manifests:
                    replace_bytes(path, pack(_list_of(msid, self._digested(msid, column))))
                return tokens, True
        missing = self._missing(msid)
        if missing is not None:
            raise ArchiveCorruptError(
                f"{missing} is listed but not there; run  jeta verify  and restore it from a backup"
            )
        raise ArchiveLockedError(f"{msid} is folded all the time; index {self._root} when less is written to it")

    def _settled(self, msid: str, column: Column) -> Column:
        """The column without statistics that a fold has not brought into step yet: the commits that it needs are not published."""
        where = self._root / "columns" / msid
        if "full" not in column.manifests:
            return Column({})
        folded = folded_of(column.manifests["full"], "full", where)
        waiting = [number for number in self._look.touching(msid) if number <= folded]
        behind = {
            product
            for product, content in column.manifests.items()
            if product != "full" and any(number > folded_of(content, product, where) for number in waiting)
        }
        return Column({name: content for name, content in column.manifests.items() if name not in behind})

    def _digested(self, msid: str, column: Column) -> Column:
        """The column with the digests of its files: those that the list before has are not worked out again."""
        known: dict[tuple[str, str], Digest] = {}
        path = self._root / list_path(msid)
        with suppress(FileNotFoundError, ArchiveCorruptError):
            known = column_of(path.read_bytes(), str(path), msid).digests
        digests = {}
        for product, name in self._source.files_of(msid, column):
            file = self._root / "columns" / msid / product / name
            try:
                digests[product, name] = known.get((product, name)) or Digest(file.stat().st_size, sha256_of(file))
            except FileNotFoundError as err:
                raise ChangedError(name) from err
        return Column(column.manifests, digests)

    def _missing(self, msid: str) -> Path | None:
        """A file that the manifests of an MSID name and that is not there."""
        for product, name in self._source.files_of(msid, self._source.column(msid)):
            path = self._root / "columns" / msid / product / name
            if not path.exists():
                return path
        return None


def _known_tokens(root: Path) -> dict[str, Tokens]:
    """The tokens of the index before; none if there is none, or it is damaged."""
    path = root / INDEX_PATH
    try:
        return {
            name: tuple(tokens) for name, tokens in unpack(path.read_bytes(), str(path), INDEX_KIND)["msids"].items()
        }
    except (FileNotFoundError, ArchiveCorruptError):
        return {}


def _list_of(msid: str, column: Column) -> dict[str, Any]:
    """What is published of one MSID."""
    return {
        "file": LIST_KIND,
        "msid": msid,
        "manifests": {name: base64.b64encode(content).decode() for name, content in column.manifests.items()},
        "sealed": [[*key, digest.size, digest.sha256] for key, digest in sorted(column.digests.items())],
    }


def column_of(data: bytes, where: str, msid: str) -> Column:
    """Read what is published of one MSID.

    Parameters
    ----------
    data : bytes
        The file.
    where : str
        Its address, for messages.
    msid : str
        Of which MSID it must be.

    Raises
    ------
    ArchiveCorruptError
        If it is damaged, or of another MSID.
    """
    told = unpack(data, where, LIST_KIND)
    try:
        if told["msid"] != msid:
            raise ValueError(f"it is of {told['msid']!r}")  # noqa: TRY301 - told below
        manifests = {
            name: base64.b64decode(told["manifests"][name], validate=True)
            for name in PRODUCTS
            if name in told["manifests"]
        }
        digests = {
            (str(product), str(name)): Digest(int(size), str(sha256)) for product, name, size, sha256 in told["sealed"]
        }
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as err:
        raise ArchiveCorruptError(f"{where} is damaged or of another version of jeta ({err!r})") from err
    return Column(manifests, digests)
