"""The manifest of a statistics product of one MSID: which bins are stored, in which files, and which are to be worked out anew.

Replaced as a whole, as that of a column. Whatever it does not vouch for is worked out from the samples, so that a product may be
deleted, lost or behind, and the statistics that a fetch gives are the same.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jeta.archive import product_file
from jeta.archive.layout import MANIFEST_NAME
from jeta.errors import ArchiveCorruptError
from jeta.statistics.binned import Range, cut, lacking, united

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from jeta.archive.product_file import ProductFile
    from jeta.statistics.binned import Binned

_MAGIC = "jeta statistics 1"


@dataclass(frozen=True, slots=True)
class Product:
    """What is stored of one product of an MSID.

    Attributes
    ----------
    recipe : str
        `jeta.archive.recipe.Recipe.signature` of what made it.
    until : int
        Every bin below it that has statistics is stored, but those of `stale`.
    stale : tuple of (int, int)
        Ranges of bins below `until` that are to be worked out anew; sorted and disjoint.
    folded : int
        Commits up to this number have been looked through for rows in bins below `until`; so have later ones that are no longer
        in the journal.
    column_rows : int
        Rows of the MSID when the product had every bin that was over, which says how far behind it is.
    generation : int
        Number of the last change.
    files : tuple of ProductFile
        In the order of their bins, of which they share none.
    """

    recipe: str
    until: int
    stale: tuple[Range, ...]
    folded: int
    column_rows: int
    generation: int
    files: tuple[ProductFile, ...]

    @property
    def rows(self) -> int:
        """Number of bins that are stored, stale ones included."""
        return sum(file.rows for file in self.files)

    def valid(self, first: int, stop: int, touched: Iterable[Range] = ()) -> tuple[list[Range], list[Range]]:
        """Tell which of some bins can be taken from here, and which are to be worked out.

        Parameters
        ----------
        first, stop : int
            The bins ``[first, stop)``.
        touched : iterable of (int, int)
            Bins that are not to be taken from here besides the stale ones.

        Returns
        -------
        stored, missing : list of (int, int)
            Sorted and disjoint; together they are ``[first, stop)``.
        """
        missing = united(
            cut(self.stale, first, stop), cut(touched, first, stop), cut([(self.until, stop)], first, stop)
        )
        return lacking([(first, stop)], missing), missing


def to_bytes(product: Product) -> bytes:
    """Return the content of a manifest file: two lines of JSON, the first with the checksum of the second."""
    told = {
        "recipe": product.recipe,
        "until": product.until,
        "stale": product.stale,
        "folded": product.folded,
        "column_rows": product.column_rows,
        "generation": product.generation,
        "files": [product_file.to_dict(file) for file in product.files],
    }
    body = json.dumps(told).encode()
    return json.dumps({"file": _MAGIC, "crc32": zlib.crc32(body)}).encode() + b"\n" + body


def from_bytes(content: bytes, path: Path) -> Product:
    """Read the content of a manifest file.

    Raises
    ------
    ArchiveCorruptError
        If it is not what `to_bytes` makes.
    """
    line, _, body = content.partition(b"\n")
    try:
        head = json.loads(line)
        if head["file"] == _MAGIC and head["crc32"] == zlib.crc32(body):
            told: dict[str, Any] = json.loads(body)
            stale = tuple((int(first), int(stop)) for first, stop in told.pop("stale"))
            files = tuple(product_file.from_dict(each) for each in told.pop("files"))
            return Product(stale=stale, files=files, **told)
    except (ValueError, KeyError, TypeError) as err:
        raise ArchiveCorruptError(f"manifest of statistics {path} is damaged ({err}); run  jeta statistics") from err
    raise ArchiveCorruptError(f"manifest of statistics {path} is damaged or of a later version; run  jeta statistics")


def load(folder: Path) -> Product | None:
    """Read the manifest of a product; None if there is none.

    Raises
    ------
    ArchiveCorruptError
        If it is damaged.
    """
    path = folder / MANIFEST_NAME
    try:
        return from_bytes(path.read_bytes(), path)
    except FileNotFoundError:
        return None


def read(folder: Path, files: Iterable[ProductFile], ranges: Sequence[Range]) -> Binned | None:
    """Read what some files have of some ranges of bins, None if that is nothing.

    Parameters
    ----------
    folder : Path
        Where they lie.
    files : iterable of ProductFile
        In the order of their bins.
    ranges : sequence of (int, int)
        Sorted and disjoint.
    """
    touched = [file for file in files if cut(ranges, file.first, file.last + 1)]
    if not touched:
        return None
    found = product_file.read(folder, touched, ranges[0][0], ranges[-1][1])
    return found if len(ranges) == 1 else found.within(ranges)


def read_all(folder: Path, files: Sequence[ProductFile]) -> Binned | None:
    """Read everything in some files, None if there are none.

    They are compared with their checksums first: what is read will be written anew, under a checksum that is right.

    Raises
    ------
    FileNotFoundError, ArchiveCorruptError
        If a file is gone or damaged.
    """
    for file in files:
        for fault in product_file.faults(folder, file):
            raise ArchiveCorruptError(f"{folder / file.name} is damaged ({fault}); run  jeta statistics --rebuild")
    return product_file.read(folder, files, files[0].first, files[-1].last + 1) if files else None
