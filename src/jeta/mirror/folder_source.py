"""An archive's folder as the source of a mirror: read past every lock, never written to."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from jeta.archive import JetaReader, config, manifest, state
from jeta.archive.layout import MANIFEST_NAME
from jeta.errors import ArchiveCorruptError, MsidNameError
from jeta.logs import logger
from jeta.mirror.look import ChangedError, Column, Digest, Look, Tokens, read_quickly, token
from jeta.mirror.names import BAD_TIMES, PLAIN_FOLDERS, PRODUCTS, checked_msid, is_plain
from jeta.mirror.sealed import sealed_files
from jeta.tdb import check_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_log = logger(__name__)

OWN_SETTINGS = ("catalog", "ingest")
"""Settings that concern who writes to an archive; the first may hold a password."""

_LARGEST_PLAIN_BYTES = 2**28
_THREADS = 8
_SETTLED_NS = 2 * 10**9
"""A manifest younger than this is read again each time: file times are too coarse to tell two quick folds apart."""

Signature = tuple[int, int, int]


class FolderSource:
    """See `jeta.mirror.look.Source`.

    Parameters
    ----------
    root : Path
        The archive's folder.

    Raises
    ------
    ArchiveNotFoundError, ArchiveCorruptError
        If there is no archive.
    """

    settles = True

    def __init__(self, root: Path) -> None:
        self.address = str(root)
        self._reader = JetaReader(root)
        self._layout = self._reader.layout
        self._columns = str(self._layout.columns)
        self._seen: dict[str, tuple[tuple[Signature | None, ...], Tokens]] = {}
        self._plain: dict[str, tuple[Signature, str]] = {}

    def look(self) -> Look:
        """Look at the journal first: what a fold removes from it later is in the columns when these are read."""
        settings = {
            key: value for key, value in asdict(config.load(self._layout.root)).items() if key not in OWN_SETTINGS
        }
        commits = self._reader.journal_files()
        msids = {checked_msid(name, str(commit.path)) for commit in commits for name in commit.names()}
        msids.update(self._folders())
        known = state.load(self._layout.state)
        if known is None:
            folded = max((self._reader.manifest(name).folded for name in msids), default=0)
            known = state.State(folded, self._reader.find_first_ns())
        return Look(settings, known, sorted(msids), dict(self._plain_files()), commits)

    def _folders(self) -> Iterator[str]:
        """MSIDs that have a folder."""
        with os.scandir(self._layout.columns) as entries:
            for entry in entries:
                try:
                    if check_name(entry.name) == entry.name and entry.is_dir():
                        yield entry.name
                except MsidNameError:
                    if not entry.name.startswith("."):
                        _log.warning("%s is no MSID and is not mirrored", entry.path)

    def _plain_files(self) -> Iterator[tuple[str, str]]:
        """The small files, and the digest of each; one that has not changed since the last look is not read again."""
        names = [BAD_TIMES]
        for folder in PLAIN_FOLDERS:
            inside = self._layout.root / folder
            names += [f"{folder}/{name}" for name in sorted(os.listdir(inside))] if inside.is_dir() else []
        for path in names:
            if not is_plain(path):
                continue
            try:
                signature = _signature((self._layout.root / path).stat())
                if self._plain.get(path, (None, ""))[0] != signature:
                    self._plain[path] = signature, hashlib.sha256(self._read(path)).hexdigest()
            except FileNotFoundError:
                continue
            yield path, self._plain[path][1]

    def _read(self, path: str) -> bytes:
        """The content of a small file."""
        full = self._layout.root / path
        status = full.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST_PLAIN_BYTES:
            raise ArchiveCorruptError(
                f"{full} is no file, or larger than {_LARGEST_PLAIN_BYTES:,} bytes, which is no file of an archive; move it out"
            )
        return full.read_bytes()

    def read_plain(self, path: str, sha256: str) -> bytes:
        """Return the content of a small file."""
        try:
            content = self._read(path)
        except FileNotFoundError as err:
            raise ChangedError(path) from err
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ChangedError(path)
        return content

    def tokens(self, msid: str) -> Tokens:
        """Return the tokens of an MSID; manifests that have not changed since they were last asked for are not read again."""
        signatures = tuple(self._manifest_signature(msid, product) for product in PRODUCTS)
        known = self._seen.get(msid)
        if known is not None and known[0] == signatures:
            return known[1]
        found = tuple(token(self._manifest(msid, product)) for product in PRODUCTS)
        newest_ns = max((each[1] for each in signatures if each is not None), default=0)
        if time.time_ns() - newest_ns > _SETTLED_NS:
            self._seen[msid] = signatures, found
        return found

    def tokens_of(self, msids: Sequence[str]) -> dict[str, Tokens]:
        """Return the tokens of many MSIDs."""
        with ThreadPoolExecutor(_THREADS) as threads:
            return dict(zip(msids, threads.map(self.tokens, msids), strict=True))

    def _path(self, msid: str, product: str) -> str:
        """Where a manifest lies."""
        return f"{self._columns}/{msid}/{product}/{MANIFEST_NAME}"

    def _manifest_signature(self, msid: str, product: str) -> Signature | None:
        """What tells a manifest from the one that takes its place."""
        try:
            return _signature(os.stat(self._path(msid, product)))  # noqa: PTH116 - tens of thousands
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _manifest(self, msid: str, product: str) -> bytes | None:
        """A manifest; one of samples that is lost is made again from the segments."""
        content = read_quickly(self._path(msid, product))
        if content is not None or product != "full" or not self._layout.column(msid).is_dir():
            return content
        found = manifest.load(self._layout.column(msid))
        return manifest.to_bytes(found) if len(found.segments) else None

    def column(self, msid: str) -> Column:
        """Return the manifests of an MSID: that of samples was the same before and after the others were read."""
        first = self._manifest(msid, PRODUCTS[0])
        found = {product: self._manifest(msid, product) for product in PRODUCTS[1:]}
        if self._manifest(msid, PRODUCTS[0]) != first:
            raise ChangedError(msid)
        return Column(
            {name: content for name, content in ((PRODUCTS[0], first), *found.items()) if content is not None}
        )

    def size_of(self, path: str) -> int:
        """Return how many bytes a sealed file has."""
        try:
            return (self._layout.root / path).stat().st_size
        except (FileNotFoundError, NotADirectoryError) as err:
            raise ChangedError(path) from err

    def take(self, path: str, target: Path, digest: Digest | None) -> None:
        """Copy a sealed file; what is in it is compared with its checksums by the caller."""
        del digest
        full = self._layout.root / path
        try:
            if not stat.S_ISREG(full.stat().st_mode):
                raise ArchiveCorruptError(f"{full} is no file; move it out of the archive")
            shutil.copyfile(full, target)
        except (FileNotFoundError, NotADirectoryError) as err:
            raise ChangedError(path) from err

    def files_of(self, msid: str, column: Column) -> Iterator[tuple[str, str]]:
        """Product and name of each sealed file of an MSID."""
        for product, content in column.manifests.items():
            for file in sealed_files(content, product, self._layout.manifest(msid, product)):
                yield product, file.name


def _signature(status: os.stat_result) -> Signature:
    """What tells a file from another state of it."""
    return status.st_ino, status.st_mtime_ns, status.st_size


def json_settings(settings: dict[str, Any]) -> config.ArchiveConfig:
    """Return settings that a source has told, checked.

    Raises
    ------
    ArchiveCorruptError
        If they are not those of an archive that this version of jeta reads.
    """
    known = set(config.ArchiveConfig.__dataclass_fields__) - set(OWN_SETTINGS)
    try:
        if not known.issuperset(settings) or not isinstance(settings["name"], str):
            raise ValueError(f"expected {', '.join(sorted(known))}")  # noqa: TRY301 - told below
        return config.ArchiveConfig(**settings)
    except (ValueError, TypeError, KeyError, AttributeError) as err:
        raise ArchiveCorruptError(
            f"the source has settings {settings!r} that cannot be those of an archive ({err}); upgrade jeta, or look at the source"
        ) from err
