"""What a source says at one look, and what every kind of source can do."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jeta.archive.journal import JournalFile
    from jeta.archive.state import State

Tokens = tuple[str, ...]
"""What tells the states of an MSID apart: for each product, in the order of `PRODUCTS`, the token of its manifest."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file must be.

    Attributes
    ----------
    size : int
        Bytes.
    sha256 : str
        Of its content, hexadecimal.
    """

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Look:
    """A source at one moment.

    Attributes
    ----------
    settings : dict of str to Any
        Those of the archive that concern its readers.
    state : State
        How far it is folded, and when its first sample was.
    msids : list of str
        Exact names, those that have rows in the journal only included; sorted.
    plain : dict of str to str
        The small files that travel, by path below the root: sha256 of each.
    commits : list of JournalFile
        Commits that wait in the journal, oldest first; empty where the source does not hand them out.
    """

    settings: dict[str, Any]
    state: State
    msids: list[str]
    plain: dict[str, str]
    commits: list[JournalFile] = field(default_factory=list)

    def touching(self, msid: str) -> list[int]:
        """Numbers of the waiting commits that have rows of an MSID."""
        return [commit.number for commit in self.commits if commit.find(msid) is not None]


@dataclass(frozen=True, slots=True)
class Column:
    """One MSID at one moment.

    Attributes
    ----------
    manifests : dict of str to bytes
        The manifest of each product that there is.
    digests : dict of (str, str) to Digest
        What the sealed files must be, by product and name; empty where only the checksums in them can tell.
    """

    manifests: dict[str, bytes]
    digests: dict[tuple[str, str], Digest] = field(default_factory=dict)


class ChangedError(Exception):
    """The source has been written to between two questions: look again."""


class Source(Protocol):
    """Where a mirror takes from. All methods but `look` may be called by several threads at once."""

    address: str
    """The folder or URL, as it is remembered."""
    settles: bool
    """Whether one look may miss what another sees, so that looks go on until nothing has changed."""

    def look(self) -> Look:
        """Look at the source."""

    def tokens_of(self, msids: Sequence[str]) -> dict[str, Tokens]:
        """Return the tokens of MSIDs that the last look saw, in the order given."""

    def column(self, msid: str) -> Column:
        """Return the manifests of an MSID, all of one moment.

        Raises
        ------
        ChangedError
            If the source was written to meanwhile.
        """

    def size_of(self, path: str) -> int:
        """Return how many bytes a sealed file has, by its path below the root.

        Raises
        ------
        ChangedError
            If it is not there.
        """

    def take(self, path: str, target: Path, digest: Digest | None) -> None:
        """Copy a sealed file, which is compared with its digest if there is one.

        Raises
        ------
        ChangedError
            If it is not there.
        """

    def read_plain(self, path: str, sha256: str) -> bytes:
        """Return the content of a small file.

        Raises
        ------
        ChangedError
            If it is not what the look saw.
        """


def token(content: bytes | None) -> str:
    """Return what tells a manifest from others: half of its sha256 in hexadecimal; empty for none."""
    return "" if content is None else hashlib.sha256(content).hexdigest()[:32]


def read_quickly(path: str) -> bytes | None:
    """Return the content of a small file, None if it is not there.

    For tens of thousands of manifests, joining paths as objects takes as long as reading them.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123 - of a descriptor
        return file.readall()


def sha256_of(path: Path) -> str:
    """Return the digest of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
