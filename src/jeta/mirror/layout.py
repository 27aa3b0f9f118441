"""Where a mirror, and an archive that is published for mirrors, keep what concerns mirrors: the folder ``mirror``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "mirror"
INDEX_PATH = f"{FOLDER}/index.json.gz"


def list_path(msid: str) -> str:
    """Return the path, below an archive, of what is published of one MSID."""
    return f"{FOLDER}/columns/{msid}.json.gz"


def memory_file(root: Path) -> Path:
    """Return the file in which a mirror remembers what it is a mirror of."""
    return root / FOLDER / "source.json"


def arriving(root: Path) -> Path:
    """Return the folder in which files wait until they are found whole; whatever a killed mirror leaves there is removed."""
    return root / FOLDER / "arriving"
