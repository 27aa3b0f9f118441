"""What is found in an archive that is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes
    ----------
    severity : {'error', 'note'}
        An error means that samples cannot be read, or may be wrong, or that nobody knows any more where they came from. A note
        does no harm: mostly what a killed process left.
    path : Path
        The file or folder.
    message : str
        What is wrong, and what to do.
    """

    severity: str
    path: Path
    message: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.path}: {self.message}"
