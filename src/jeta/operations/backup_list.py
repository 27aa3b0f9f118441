"""``backup.json``: the files of a backup, with sizes and digests; and which backups a folder holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeta.errors import ArchiveCorruptError, ArchiveNotFoundError
from jeta.files import ASIDE_PREFIX, replace_bytes

if TYPE_CHECKING:
    import os
    from typing import BinaryIO

LIST_NAME = "backup.json"
_KIND = "jeta backup 1"
_BLOCK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One file of a backup.

    Attributes
    ----------
    size : int
        Bytes.
    sha256 : str
        Digest of its content, hexadecimal.
    """

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupList:
    """What a backup consists of.

    Attributes
    ----------
    archive : str
        Name of the archive.
    number : int
        Counts the backups of a folder: later ones have higher numbers, whatever the clock said.
    created : str
        When it was made, UTC, as ``2026-01-01T00:00:00Z``.
    lacking : tuple of str
        Files that the archive should have had, and had not.
    files : dict of str to BackupFile
        By path below the backup, with ``/``; this list itself is not among them.
    """

    archive: str
    number: int
    created: str
    lacking: tuple[str, ...]
    files: dict[str, BackupFile]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())


def save(folder: Path, listed: BackupList) -> None:
    """Write the list of a backup, durably."""
    content = asdict(listed)
    content["files"] = {path: [file.size, file.sha256] for path, file in sorted(listed.files.items())}
    told = {"file": _KIND, "sha256": _digest_of(content), "backup": content}
    replace_bytes(folder / LIST_NAME, json.dumps(told, indent=0).encode())


def load(folder: Path) -> BackupList:
    """Read the list of a backup.

    Raises
    ------
    ArchiveNotFoundError
        If the folder is no backup.
    ArchiveCorruptError
        If the list is damaged, or names a path outside the backup.
    """
    path = folder / LIST_NAME
    try:
        told = json.loads(path.read_bytes())
        content: dict[str, Any] = told["backup"]
        if told["file"] != _KIND or told["sha256"] != _digest_of(content):
            raise ArchiveCorruptError(f"{path} is damaged or of a later version; use another backup")
        files = {name: BackupFile(int(size), str(digest)) for name, (size, digest) in content.pop("files").items()}
        listed = BackupList(**{**content, "lacking": tuple(content["lacking"]), "files": files})
    except (FileNotFoundError, NotADirectoryError) as err:
        raise ArchiveNotFoundError(
            f"no backup at {folder} (no file {LIST_NAME} there); make one with  jeta backup FOLDER"
        ) from err
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise ArchiveCorruptError(f"{path} cannot be read ({err!r}); use another backup") from err
    for name in listed.files:
        parts = Path(name).parts
        if not parts or ".." in parts or Path(name).is_absolute() or "\\" in name or ":" in name:
            raise ArchiveCorruptError(f"{path} names {name!r}, which is no path below a backup; do not use it")
    return listed


def _digest_of(content: dict[str, Any]) -> str:
    """Digest of a list, as text that is always the same."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def backups_in(folder: Path) -> list[Path]:
    """Return the whole backups of a folder, oldest first; one whose list is damaged is left out."""
    if not folder.is_dir():
        return []
    found = []
    for path in folder.iterdir():
        if path.name.startswith(ASIDE_PREFIX) or not (path / LIST_NAME).is_file():
            continue
        try:
            found.append((load(path).number, path.name, path))
        except ArchiveCorruptError:
            continue
    return [path for *_, path in sorted(found)]


def backup_at(path: str | os.PathLike[str]) -> Path:
    """Return the backup that a path means: itself, or the latest of a folder of backups.

    Raises
    ------
    ArchiveNotFoundError
        If there is none.
    """
    folder = Path(path).expanduser().absolute()
    if (folder / LIST_NAME).is_file():
        return folder
    found = backups_in(folder)
    if not found:
        raise ArchiveNotFoundError(f"no backup at {folder}, nor in it; make one with  jeta backup {folder}")
    return found[-1]


def digest_file(path: Path) -> BackupFile:
    """Read a file for its size and digest."""
    with path.open("rb") as source:
        return copy_hashed(source, None)


def copy_hashed(source: BinaryIO, target: BinaryIO | None) -> BackupFile:
    """Copy what is left of a file, if there is somewhere to copy it to, and return size and digest of it."""
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK_BYTES):
        digest.update(block)
        size += len(block)
        if target is not None:
            target.write(block)
    return BackupFile(size, digest.hexdigest())
