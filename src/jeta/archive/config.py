"""``archive.yaml``: what makes a folder an archive; written once, by hand thereafter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from jeta.archive.layout import Layout
from jeta.errors import ArchiveCorruptError, ArchiveExistsError, ArchiveNotFoundError
from jeta.files import make_folder, replace_bytes
from jeta.times import SYSTEMS, to_seconds

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1


@dataclass(frozen=True, slots=True)
class ArchiveConfig:
    """The settings of one archive, checked when made.

    Attributes
    ----------
    name : str
        What the archive is called in tables and messages.
    time_system : {'unix', 'cxcsec'}
        What the numbers in ``times`` count, see `jeta.times`.
    earliest, latest : str
        Rows of files whose instant is not in ``[earliest, latest)`` are rejected as impossible. UTC, in any form that
        `jeta.times` accepts.
    statistics : bool
        Whether a fold keeps statistics.
    catalog : str
        URL of the database that holds the catalog, as SQLAlchemy takes it; empty for a file in the archive.
    ingest : mapping
        How files are ingested, see `jeta.ingest`; empty for what is usual.
    format : int
        Version of the layout on disk.

    Raises
    ------
    ValueError
        If a setting is not one of the values it may have.
    """

    name: str
    time_system: str = "unix"
    earliest: str = "1990-01-01"
    latest: str = "2090-01-01"
    statistics: bool = True
    catalog: str = ""
    ingest: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def __post_init__(self) -> None:
        if self.time_system not in SYSTEMS:
            raise ValueError(f"time_system must be one of {', '.join(SYSTEMS)}, but is {self.time_system!r}")
        if self.format != FORMAT:
            raise ValueError(
                f"format {self.format!r} is not the format {FORMAT} that this version of jeta reads; upgrade jeta"
            )
        if not isinstance(self.statistics, bool):
            raise ValueError(  # noqa: TRY004 - as for every other setting that is wrong
                f"statistics must be true or false, but is {self.statistics!r}"
            )
        if not isinstance(self.ingest, Mapping):
            raise ValueError(f"ingest must be a mapping of settings, but is {self.ingest!r}")  # noqa: TRY004 - as above
        if not to_seconds(self.earliest) < to_seconds(self.latest):
            raise ValueError(f"earliest ({self.earliest}) must come before latest ({self.latest})")


def create(root: Path, config: ArchiveConfig) -> Layout:
    """Make a new, empty archive.

    Parameters
    ----------
    root : Path
        A folder that does not exist or is empty.
    config : ArchiveConfig
        Its settings.

    Returns
    -------
    Layout
        Where everything lies.

    Raises
    ------
    ArchiveExistsError
        If there is something at `root` already.
    """
    import yaml  # noqa: PLC0415 - not needed to import fetch

    layout = Layout(root)
    if layout.settings.exists():
        raise ArchiveExistsError(f"{root} already holds an archive; use it as it is, or name another folder")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ArchiveExistsError(f"{root} is not an empty folder; name one that is empty or does not exist")
    for folder in (root, layout.columns, layout.journal, layout.tdb):
        make_folder(folder)
    # The settings come last: a folder is an archive once they are there.
    said = {key: value for key, value in asdict(config).items() if value not in ("", {})}
    replace_bytes(layout.settings, yaml.safe_dump(said, sort_keys=False).encode())
    return layout


def load(root: Path) -> ArchiveConfig:
    """Read the settings of an archive.

    Raises
    ------
    ArchiveNotFoundError
        If `root` is no archive; the message says how to make one.
    ArchiveCorruptError
        If the settings are not right; the message says which.
    """
    import yaml  # noqa: PLC0415 - not needed to import fetch

    path = Layout(root).settings
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as err:
        raise ArchiveNotFoundError(
            f"no jeta archive at {root} (no file {path.name} there); create one with  jeta create {root}"
        ) from err
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        raise ArchiveCorruptError(
            f"{path} is not readable as YAML: {err}; mend it by hand or restore it from a backup"
        ) from err
    known = {field.name for field in fields(ArchiveConfig)}
    if not isinstance(content, dict) or "name" not in content or not known.issuperset(content):
        raise ArchiveCorruptError(f"{path} must be a mapping of {', '.join(sorted(known))}, but holds {content!r}")
    try:
        settings: dict[str, Any] = {
            key: value if key in ("format", "statistics", "ingest") else str(value) for key, value in content.items()
        }
        return ArchiveConfig(**settings)
    except ValueError as err:
        raise ArchiveCorruptError(f"{path}: {err}") from err
