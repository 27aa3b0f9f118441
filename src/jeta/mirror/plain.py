"""The small files that travel with every mirror: telemetry database, events, flags, bad times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jeta.errors import ArchiveExistsError
from jeta.files import make_folder, replace_bytes, sync_folder
from jeta.mirror.look import sha256_of
from jeta.mirror.names import check_no_links

if TYPE_CHECKING:
    from jeta.archive.layout import Layout
    from jeta.mirror.look import Look, Source


class _Remembers(Protocol):
    """What keeps in mind which files came from the source."""

    @property
    def files(self) -> list[str]:
        """Their paths."""

    def remember(self, **what: object) -> None:
        """Keep something in mind, durably."""

    def note_plain(self, paths: set[str]) -> None:
        """Report files that were changed."""


class PlainFiles:
    """Brings the small files of a source into a mirror.

    Parameters
    ----------
    layout : Layout
        The mirror.
    source : Source
        Where from.
    """

    def __init__(self, layout: Layout, source: Source) -> None:
        self._root, self._source = layout.root, source
        self._known: dict[str, str] = {}

    def differing(self, look: Look, ours: list[str]) -> set[str]:
        """Return the paths of files that are not as they are at the source, and of those that are gone there."""
        return {path for path, digest in look.plain.items() if self._digest(path) != digest} | (
            {path for path in ours if path not in look.plain}
        )

    def _digest(self, path: str) -> str:
        """Digest of a file of the mirror; empty if it is not there."""
        if path not in self._known:
            try:
                self._known[path] = sha256_of(self._root / path)
            except (FileNotFoundError, NotADirectoryError):
                return ""
        return self._known[path]

    def bring(self, look: Look, remembers: _Remembers) -> bool:
        """Make the files those of the source; return whether any was not.

        Raises
        ------
        ArchiveExistsError
            If the mirror has a file of its own where the source now has another.
        ChangedError
            If the source was written to meanwhile.
        """
        ours = remembers.files
        differing = self.differing(look, ours)
        for path in sorted(differing - set(ours)):
            if (self._root / path).exists():
                raise ArchiveExistsError(
                    f"{self._root / path} was made here, and the source now has another file of this name; move it out, and what"
                    " it says to the source"
                )
        if differing or set(ours) != set(look.plain):
            remembers.remember(files=sorted({*ours, *look.plain}))
        for path in sorted(differing):
            self._put(path, look.plain.get(path))
        remembers.remember(files=sorted(look.plain))
        remembers.note_plain(differing)
        return bool(differing)

    def _put(self, path: str, digest: str | None) -> None:
        """Write a file as the source has it, or remove one that is gone there."""
        target = self._root / path
        check_no_links(target.parent, self._root)
        self._known.pop(path, None)
        if digest is None:
            if target.parent.is_dir():
                target.unlink(missing_ok=True)
                sync_folder(target.parent)
            return
        content = self._source.read_plain(path, digest)
        make_folder(target.parent)
        replace_bytes(target, content)
        self._known[path] = digest
