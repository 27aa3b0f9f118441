"""Whether an archive is well: quick checks for a monitoring system, which change nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeta.archive import open_archive
from jeta.errors import ArchiveCorruptError, ArchiveNotFoundError
from jeta.operations.health_checks import CHECKS
from jeta.operations.health_look import CRITICAL, LEVELS, OK, Check, Limits, Looked
from jeta.operations.verify import verify as verify_archive
from jeta.update.target import root_of

if TYPE_CHECKING:
    from jeta.operations.health_checks import Look
    from jeta.update.target import ArchiveLike

__all__ = ["LEVELS", "Check", "Health", "Limits", "health"]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Health:
    """What the checks of `health` gave.

    Attributes
    ----------
    archive : str
        Name of the archive, or its folder if it cannot be opened.
    checks : tuple of Check
        Each with name, level, and message.
    """

    archive: str
    checks: tuple[Check, ...]

    @property
    def level(self) -> str:
        """The worst level of all: ``ok``, ``warning`` or ``critical``."""
        return LEVELS[self.code]

    @property
    def code(self) -> int:
        """0 for ``ok``, 1 for ``warning``, 2 for ``critical``, as monitoring systems understand it."""
        return max(LEVELS.index(check.level) for check in self.checks)

    @property
    def headline(self) -> str:
        """All in one line: the level, and what is not well. It has no ``|``, which would begin figures for Nagios."""
        wrong = sorted((check for check in self.checks if check.level != OK), key=lambda c: -LEVELS.index(c.level))
        told = "; ".join(f"{check.name}: {check.message}" for check in wrong) or f"{len(self.checks)} checks passed"
        return " ".join(f"JETA {self.level.upper()} - {self.archive}: {told}".replace("|", "/").split())

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain dictionaries, lists, texts and numbers, for JSON."""
        checks = [{"name": check.name, "level": check.level, "message": check.message} for check in self.checks]
        return {
            "archive": self.archive,
            "level": self.level,
            "code": self.code,
            "headline": self.headline,
            "checks": checks,
        }

    def __str__(self) -> str:
        width = max(len(check.name) for check in self.checks)
        lines = [f"{check.level:<8}  {check.name:<{width}}  {check.message}" for check in self.checks]
        return "\n".join([self.headline, *lines])

    def __repr__(self) -> str:
        return f"<Health {self.headline}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{check.level}</td><th>{escape(check.name)}</th><td>{escape(check.message)}</td></tr>"
            for check in self.checks
        )
        return f"<div><strong>{escape(self.headline)}</strong><table>{rows}</table></div>"


def health(archive: ArchiveLike | None = None, *, limits: Limits | None = None, verify: bool = False) -> Health:
    """Tell whether an archive is well. Nothing is changed, no lock is taken, and it may be written to meanwhile.

    Parameters
    ----------
    archive : open archive or path, optional
        Which archive; by default the one in use.
    limits : Limits, optional
        From where on something is not well; see `Limits` for what is usual.
    verify : bool
        Look through the lists and sizes of all files too, as `jeta.operations.verify` does with ``full=False``; this takes longer.

    Returns
    -------
    Health
        Never an error that the archive is the cause of: that it cannot be opened is ``critical``.

    Raises
    ------
    ArchiveNotFoundError
        If none is named.

    Examples
    --------
    >>> import tempfile
    >>> from jeta.archive import create_archive
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     health(create_archive(folder + "/lab"), limits=Limits(min_free_bytes=0)).level
    'ok'
    """
    root = root_of(archive)
    try:
        reader = open_archive(root)
    except (ArchiveNotFoundError, ArchiveCorruptError, OSError) as err:
        return Health(str(root), (Check("archive", CRITICAL, str(err)),))
    looked = Looked(reader, limits or Limits(), time.time())
    checks = [check for name, look in CHECKS for check in _checked(name, look, looked)]
    if verify:
        checks.append(_verified(reader.root))
    return Health(reader.config.name, tuple(checks))


def _checked(name: str, look: Look, looked: Looked) -> list[Check]:
    """What one check gives; what cannot be looked at is not well, and keeps no other check from being made."""
    try:
        return list(look(looked))
    except OSError as err:  # as of who may not read a file, or of a disk that fails
        return [Check(name, CRITICAL, f"cannot be looked at ({err}); mend its permissions or its disk, or restore it")]


def _verified(root: Path) -> Check:
    """What `verify` finds at a glance."""
    try:
        findings = verify_archive(root, full=False, progress=False)
    except OSError as err:
        return Check("verify", CRITICAL, f"{err}; run  jeta verify")
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        some = "; ".join(f"{each.path}: {each.message}" for each in errors[:_SHOWN])
        return Check("verify", CRITICAL, f"{len(errors):,} {'error' if len(errors) == 1 else 'errors'}: {some}")
    if findings:
        return Check("verify", OK, f"no error, {len(findings)} notes; see them with  jeta verify --fast")
    return Check("verify", OK, "no error")
