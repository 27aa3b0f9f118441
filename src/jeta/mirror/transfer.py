"""Bringing the files of an MSID into a mirror, and making them count."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING

from jeta.archive import manifest
from jeta.archive.layout import MANIFEST_NAME, Layout
from jeta.errors import ArchiveCorruptError
from jeta.files import make_folder, replace_bytes, sync_folder
from jeta.mirror.durable import settle
from jeta.mirror.layout import arriving
from jeta.mirror.look import ChangedError, Column, Digest, read_quickly, sha256_of, token
from jeta.mirror.names import PRODUCTS, check_no_links
from jeta.mirror.sealed import SealedFile, is_of_texts, sealed_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jeta.mirror.look import Source, Tokens

_ATTEMPTS = 3
_PAUSE_S = 0.2


@dataclass(slots=True)
class Ready:
    """An MSID whose files are in the mirror, but for the manifests.

    Attributes
    ----------
    msid : str
        Which.
    manifests : dict of str to bytes
        The new manifest of each product.
    before : dict of str to bytes
        The manifest that the mirror has of each product.
    live : dict of str to set of str
        The sealed files that count with these.
    files, size : int
        How many sealed files came, and their bytes.
    written : list of Path
        Those, and their folders.
    hide_until : int
        Commits of the mirror's journal up to this number hold rows of the MSID that do not count with the new manifest.
    later : set of str
        Statistics that are right only with commits that are yet to come.
    """

    msid: str
    manifests: dict[str, bytes]
    before: dict[str, bytes] = field(default_factory=dict)
    live: dict[str, set[str]] = field(default_factory=dict)
    files: int = 0
    size: int = 0
    written: list[Path] = field(default_factory=list)
    hide_until: int = 0
    later: set[str] = field(default_factory=set)


class Transfer:
    """Brings files into a mirror.

    Parameters
    ----------
    layout : Layout
        The mirror.
    source : Source
        Where from.
    products : sequence of str
        Which products are wanted. Without ``full``, the manifest of samples comes all the same: it says when they were.
    check : bool
        Whether files that are there already are looked at too.
    """

    def __init__(self, layout: Layout, source: Source, products: Sequence[str], *, check: bool) -> None:
        self._layout, self._source = layout, source
        self._products, self._check = products, check
        self._columns = str(layout.columns)

    def is_wanted(self, product: str) -> bool:
        """Whether the manifest of a product travels."""
        return product == "full" or product in self._products

    def tokens(self, msid: str, wanted: Tokens) -> Tokens:
        """Return the tokens of an MSID in the mirror; none if they are as wanted but a file is missing or, if asked to, damaged."""
        column = self._column_here(msid)
        found = tuple(token(column.manifests.get(product)) for product in PRODUCTS)
        return () if found == wanted and self._lacks(msid, column) else found

    def wanted(self, tokens: Tokens) -> Tokens:
        """Return the tokens that a mirror of these products should have."""
        return tuple(each if self.is_wanted(product) else "" for product, each in zip(PRODUCTS, tokens, strict=True))

    def _manifest(self, msid: str, product: str) -> bytes | None:
        """A manifest of the mirror."""
        return read_quickly(f"{self._columns}/{msid}/{product}/{MANIFEST_NAME}")

    def _lacks(self, msid: str, column: Column) -> bool:
        """Whether a file is missing that the mirror's own manifests name; if asked to, whether one is damaged."""
        for product in column.manifests:
            there = set(os.listdir(f"{self._columns}/{msid}/{product}"))
            files = self._files(msid, product, column)
            if any(file.name not in there for file in files):
                return True
            if self._check and any(file.fault(self._layout.column(msid, product)) for file in files):
                return True
        return False

    def _column_here(self, msid: str) -> Column:
        """The manifests that the mirror has of an MSID."""
        found = {product: self._manifest(msid, product) for product in PRODUCTS}
        return Column({product: content for product, content in found.items() if content is not None})

    def _files(self, msid: str, product: str, column: Column) -> list[SealedFile]:
        """The sealed files of a product that travel.

        Segments do even where only statistics are wanted, if these are not stored, or if they are of texts: their codes are there.
        """
        files = sealed_files(column.manifests[product], product, self._layout.manifest(msid, product))
        if product in self._products or not all(name in column.manifests for name in self._products):
            return files
        return files if any(is_of_texts(file) for file in files) else []

    def lacking(self, msid: str, column: Column) -> Iterator[tuple[str, SealedFile, Digest | None]]:
        """Give product, file and digest of each sealed file of an MSID that the mirror lacks; nothing is changed."""
        for product in column.manifests:
            if self.is_wanted(product):
                for file in self._files(msid, product, column):
                    digest = column.digests.get((product, file.name))
                    if not (self._layout.column(msid, product) / file.name).exists():
                        yield product, file, digest

    def size_of(self, msid: str, product: str, file: SealedFile, digest: Digest | None) -> int:
        """Return how many bytes a sealed file of the source has."""
        return self._source.size_of(f"columns/{msid}/{product}/{file.name}") if digest is None else digest.size

    def bring(self, msid: str) -> Ready:
        """Bring the sealed files of an MSID that the mirror lacks, each checked before it gets its name.

        Raises
        ------
        ChangedError
            If the source was written to meanwhile.
        ArchiveCorruptError
            If a file of the source is damaged, or came damaged each time.
        """
        column = self._source.column(msid)
        wanted = {name: content for name, content in column.manifests.items() if self.is_wanted(name)}
        if "full" not in wanted:
            raise ChangedError(msid)
        ready = Ready(msid, wanted, self._column_here(msid).manifests)
        check_no_links(self._layout.columns / msid, self._layout.root)
        for product in wanted:
            folder = self._layout.column(msid, product)
            if folder.is_symlink():
                check_no_links(folder, self._layout.root)
            files = self._files(msid, product, column)
            ready.live[product] = {file.name for file in files}
            known = self._known_here(ready, product)
            folder.mkdir(parents=True, exist_ok=True)  # waited for together with what is in it
            for file in files:
                digest = column.digests.get((product, file.name))
                if not self._has(folder, file, digest, is_known=file.name in known):
                    self._take(msid, product, file, digest, ready)
            ready.written += [folder, folder.parent]
        return ready

    def _known_here(self, ready: Ready, product: str) -> set[str]:
        """Sealed files that a manifest of the mirror names: they were checked when they came."""
        content = ready.before.get(product)
        try:
            where = self._layout.manifest(ready.msid, product)
            return set() if content is None else {file.name for file in sealed_files(content, product, where)}
        except ArchiveCorruptError:
            return set()

    def _has(self, folder: Path, file: SealedFile, digest: Digest | None, *, is_known: bool) -> bool:
        """Whether a file is there, and whole: one that no manifest names may be what a killed mirror has left."""
        try:
            if is_known and not self._check:
                return (folder / file.name).is_file()
            if digest is not None:
                return sha256_of(folder / file.name) == digest.sha256
            return file.fault(folder) is None
        except FileNotFoundError:
            return False

    def _take(self, msid: str, product: str, file: SealedFile, digest: Digest | None, ready: Ready) -> None:
        """Bring one sealed file, again if it is damaged when it comes."""
        path = f"columns/{msid}/{product}/{file.name}"
        folder = arriving(self._layout.root) / str(get_ident())
        folder.mkdir(parents=True, exist_ok=True)
        fault: str | None = None
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE_S * attempt)
            self._source.take(path, folder / file.name, digest)
            fault = file.fault(folder)
            if fault is None:
                break
        else:
            raise ArchiveCorruptError(
                f"{self._source.address}/{path} is damaged ({fault}); run  jeta verify  there and restore it from a backup"
            )
        target = self._layout.column(msid, product) / file.name
        ready.size += (folder / file.name).stat().st_size
        ready.files += 1
        (folder / file.name).replace(target)
        ready.written.append(target)

    def publish(self, batch: Sequence[Ready]) -> None:
        """Make the new manifests of some MSIDs count; at each moment, what the mirror has of each is as it once was at the source.

        Statistics that are about to change are dropped first, so that no fetch takes them for those of the new samples, and come
        back after these.
        """
        root = self._layout.root
        settle([path for ready in batch for path in ready.written], root)
        dropped = []
        for ready in batch:
            for product in _to_drop(ready):
                dropped.append(self._layout.manifest(ready.msid, product))
                dropped[-1].unlink(missing_ok=True)
                ready.before.pop(product)
        settle([path.parent for path in dropped], root)
        self._put(batch, lambda ready: {"full": _hiding(ready)})
        self._put(
            batch, lambda ready: {n: c for n, c in ready.manifests.items() if n != "full" and n not in ready.later}
        )

    def finish(self, batch: Sequence[Ready]) -> None:
        """Publish what had to wait for the journal."""
        self._put(batch, lambda ready: {"full": ready.manifests["full"]} if ready.hide_until else {})
        self._put(batch, lambda ready: {name: ready.manifests[name] for name in ready.later})

    def _put(self, batch: Sequence[Ready], which: Callable[[Ready], dict[str, bytes]]) -> None:
        """Write manifests aside, wait until they are on the disk, and rename them."""
        asides: list[tuple[Path, Path]] = []
        folder = arriving(self._layout.root)
        folder.mkdir(parents=True, exist_ok=True)
        for ready in batch:
            for product, content in which(ready).items():
                if ready.before.get(product) != content:
                    aside = folder / f"{ready.msid}.{product}"
                    aside.write_bytes(content)
                    asides.append((aside, self._layout.manifest(ready.msid, product)))
                    ready.before[product] = content
        settle([aside for aside, _ in asides], self._layout.root)
        for aside, target in asides:
            aside.replace(target)
        settle([target.parent for _, target in asides], self._layout.root)

    def tidy(self, ready: Ready) -> None:
        """Remove the files of an MSID that do not count any more."""
        for product in PRODUCTS:
            folder = self._layout.column(ready.msid, product)
            if folder.is_dir() and not folder.is_symlink():
                live = {*ready.live.get(product, ()), *((MANIFEST_NAME,) if product in ready.manifests else ())}
                _remove_but(folder, live)

    def hide(self, msid: str, folded: int) -> None:
        """Make an MSID have no samples, those of the journal up to a commit included, in one step after its statistics."""
        folder = self._layout.column(msid)
        check_no_links(folder, self._layout.root)
        for product in PRODUCTS[1:]:
            path = self._layout.manifest(msid, product)
            if path.exists():
                path.unlink()
                sync_folder(path.parent)
        make_folder(folder)
        replace_bytes(folder / MANIFEST_NAME, manifest.to_bytes(replace(manifest.EMPTY, folded=folded)))

    def remove(self, msid: str) -> None:
        """Remove the folder of an MSID that is hidden: its manifest of samples last, since segments without one count."""
        for product in reversed(PRODUCTS):
            folder = self._layout.column(msid, product)
            if folder.is_dir():
                _remove_but(folder, {MANIFEST_NAME})
                _remove_but(folder, set())
        with suppress(OSError):  # somebody keeps something else there
            (self._layout.columns / msid).rmdir()


def _to_drop(ready: Ready) -> list[str]:
    """Statistics that the mirror has of an MSID, and that change with its samples or are no longer wanted."""
    is_same = ready.before.get("full") == ready.manifests["full"]
    return [name for name in PRODUCTS[1:] if name in ready.before and not (is_same and name in ready.manifests)]


def _hiding(ready: Ready) -> bytes:
    """The manifest of samples; as long as the journal holds rows that do not count with it, one that has seen them."""
    content = ready.manifests["full"]
    if not ready.hide_until:
        return content
    known = manifest.from_bytes(content, Path(ready.msid))
    return manifest.to_bytes(replace(known, folded=max(known.folded, ready.hide_until)))


def _remove_but(folder: Path, live: set[str]) -> None:
    """Remove the files of a folder that do not count, and the folder once it is empty."""
    for name in os.listdir(folder):
        if name not in live and not (folder / name).is_dir():
            (folder / name).unlink(missing_ok=True)
    if not live:
        with suppress(OSError):
            folder.rmdir()
