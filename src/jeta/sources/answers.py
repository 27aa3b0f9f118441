"""Answers of a service kept on the disk, so that they need not be asked for again.

A file's name tells what was asked in words, then by a digest of the address, and ends with a digest of its content: a file
that is damaged, or was written by halves, does not bear its own digest and is taken for absent. Files come to their names at
once (`jeta.files`), so that any number of processes may share a folder. Nothing is ever removed but what is damaged; the whole
folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import math
import shutil
import time
from typing import TYPE_CHECKING

from jeta.files import written_aside
from jeta.logs import logger

if TYPE_CHECKING:
    from pathlib import Path

_LOG = logger(__name__)


class Answers:
    """Answers kept in a folder; safe in threads and processes.

    Parameters
    ----------
    folder : Path
        Where; made when the first answer is kept.
    suffix : str
        How names of files end.
    """

    def __init__(self, folder: Path, suffix: str = ".csv") -> None:
        self.folder = folder
        self._suffix = suffix

    def find(self, msid: str, words: str, url: str, max_age_s: float = math.inf) -> Path | None:
        """Return the file with an answer, if there is one and it is whole; the latest one if it was kept several times.

        Parameters
        ----------
        msid : str
            Name of the MSID, which is a file name too.
        words : str
            What was asked, in characters that file names may have.
        url : str
            The whole address.
        max_age_s : float
            Seconds since it was kept from which on an answer counts for nothing; none by default.
        """
        prefix = _prefix(words, url)
        found: list[tuple[float, Path]] = []
        for path in (self.folder / msid).glob(f"{prefix}-*{self._suffix}"):
            try:
                if path.name == f"{prefix}-{_digest_of(path)}{self._suffix}":
                    found.append((path.stat().st_mtime, path))
                    continue
                _LOG.warning("%s is damaged and is removed; its content will be asked for again", path)
                path.unlink(missing_ok=True)
            except OSError as err:
                _LOG.warning("%s cannot be used: %s; its content will be asked for again", path, err)
        if not found:
            return None
        kept_s, latest = max(found)
        return latest if time.time() - kept_s < max_age_s else None

    def keep(self, msid: str, words: str, url: str, answer: Path) -> None:
        """Keep an answer. If that fails, a warning is logged: the answer itself is at hand.

        Parameters
        ----------
        msid, words, url : str
            As for `find`.
        answer : Path
            A file with the answer, which is copied.
        """
        folder = self.folder / msid
        path = folder / f"{_prefix(words, url)}-{_digest_of(answer)}{self._suffix}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with written_aside(path) as aside:
                shutil.copyfile(answer, aside)
        except OSError as err:
            _LOG.warning(
                "an answer cannot be kept as %s: %s; set JETA_CACHE to a folder that can be written to", path, err
            )


def _prefix(words: str, url: str) -> str:
    """How the name of a file begins."""
    return f"{words}-{hashlib.blake2b(url.encode(), digest_size=8).hexdigest()}"


def _digest_of(path: Path) -> str:
    """Digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8)).hexdigest()
