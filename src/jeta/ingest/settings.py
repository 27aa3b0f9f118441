"""How an archive ingests: the mapping ``ingest:`` of its ``archive.yaml``, checked.

::

    ingest:
      staging: /data/incoming       # where deliveries arrive; below the archive's folder if relative
      processed: processed          # where source files go once they are in the archive
      rejected: rejected            # where those go that cannot be ingested, each with a .reason.txt
      keep: move                    # what becomes of a source file: move, compress or leave
      settle_s: 5                   # a file is taken when it has not changed for so long
      fold: auto                    # after a run: auto, always or never
      most_files: null              # of one run
      preset: open                  # the rules to begin with: open or jeta1
      policies:                     # the rules that differ
        origin: hold
        duration: {action: reject, longest_s: 86400}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from jeta.errors import ArchiveCorruptError, TimeFormatError
from jeta.files import make_folder
from jeta.ingest.policies import ACTIONS, PRESET_MOST_FILES, PRESETS, Policies
from jeta.times import show, to_seconds

if TYPE_CHECKING:
    from jeta.archive.config import ArchiveConfig
    from jeta.archive.layout import Layout

KEEP = ("move", "compress", "leave")
FOLD = ("auto", "always", "never")

_FOLDERS = ("staging", "processed", "rejected")
_RULES = tuple(rule.name for rule in fields(Policies))
_KEYS = (*_FOLDERS, "keep", "settle_s", "fold", "most_files", "preset", "policies")
_LARGEST_APID = 2**15


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """How an archive ingests.

    Attributes
    ----------
    staging, processed, rejected : Path
        The folders, absolute.
    keep : {'move', 'compress', 'leave'}
        What becomes of a source file once its commit is durable.
    settle_s : float
        Files of the staging folder that changed more recently than this are not yet taken.
    fold : {'auto', 'always', 'never'}
        Whether the journal is folded after a run: if it has grown, in any case, or not.
    most_files : int or None
        The most files of one run.
    policies : Policies
        The rules.
    """

    staging: Path
    processed: Path
    rejected: Path
    keep: str = "move"
    settle_s: float = 5.0
    fold: str = "auto"
    most_files: int | None = None
    policies: Policies = field(default_factory=Policies)

    def make_folders(self, root: Path) -> None:
        """Create those of the three folders that are below the archive's root.

        Parameters
        ----------
        root : Path
            The archive's folder.

        Raises
        ------
        FileNotFoundError
            If a folder elsewhere is missing: it may be a disk that is not mounted, over which no new folder must be laid.
        """
        for name in _FOLDERS:
            folder: Path = getattr(self, name)
            if folder.is_relative_to(root):
                make_folder(folder)
            elif not folder.is_dir():
                raise FileNotFoundError(
                    f"the folder {folder}, which {root / 'archive.yaml'} names as ingest: {name}, does not exist;"
                    " mount its disk, create it, or name another"
                )


def load_settings(config: ArchiveConfig, layout: Layout) -> IngestSettings:
    """Check and complete what an archive's settings say about ingesting.

    Parameters
    ----------
    config : ArchiveConfig
        The archive's settings, whose `ingest` is the mapping as it stands in the file.
    layout : Layout
        Where the archive lies.

    Returns
    -------
    IngestSettings
        Complete; nothing is created.

    Raises
    ------
    ArchiveCorruptError
        If a key is unknown or a value is wrong; the message gives file, key, value, and what is allowed.
    """
    said = _Said(layout.settings, "ingest", config.ingest, _KEYS)
    preset = said.choice("preset", tuple(PRESETS), "open")
    settings = IngestSettings(
        **{name: said.folder(name, layout.root, getattr(layout, name)) for name in _FOLDERS},
        keep=said.choice("keep", KEEP, "move"),
        settle_s=said.number("settle_s", 5.0),
        fold=said.choice("fold", FOLD, "auto"),
        most_files=said.count("most_files", PRESET_MOST_FILES[preset]),
        policies=_policies(said, PRESETS[preset]),
    )
    _check_folders(settings, layout)
    return settings


def _policies(said: _Said, preset: Policies) -> Policies:
    """The rules of a preset, with what is said differently."""
    given = said.content.get("policies") or {}
    changes: dict[str, Any] = {}
    inside = _Said(said.path, f"{said.where}: policies", given, _RULES)
    for name, content in inside.content.items():
        rule = getattr(preset, name)
        options = {"action": content} if isinstance(content, str) else content
        keys = tuple(option.name for option in fields(rule))
        option_of = _Said(said.path, f"{inside.where}: {name}", options, keys)
        changes[name] = replace(rule, **{key: option_of.value(key) for key in option_of.content})
    policies = replace(preset, **changes)
    epoch = policies.epoch
    if epoch.earliest and epoch.latest and not to_seconds(epoch.earliest) < to_seconds(epoch.latest):
        inside.refuse("epoch", f"{epoch.earliest} to {epoch.latest}", "an earliest before the latest")
    return policies


class _Said:
    """A mapping of a settings file, whose values are checked as they are taken."""

    def __init__(self, path: Path, where: str, content: Any, keys: tuple[str, ...]) -> None:
        self.path, self.where = path, where
        if not isinstance(content, Mapping):
            raise ArchiveCorruptError(f"{path}: {where} is {content!r}; expected a mapping of {', '.join(keys)}")
        self.content = content
        for key in content:
            if key not in keys:
                raise ArchiveCorruptError(f"{path}: {where} has the key {key!r}; expected only {', '.join(keys)}")

    def refuse(self, key: str, value: Any, expected: str) -> NoReturn:
        """Say which value is wrong."""
        raise ArchiveCorruptError(f"{self.path}: {self.where}: {key} is {value!r}; expected {expected}")

    def value(self, key: str) -> Any:
        """Take the option of a rule."""
        if key == "action":
            return self.choice(key, ACTIONS, "")
        if key in ("longest_s", "ahead_s"):
            return self.number(key, 0.0)
        if key == "excluded":
            return self.apids(key)
        if key == "least":
            return self.apid(key, self.content[key]) if self.content[key] is not None else None
        return self.word(key) if key == "expected" else self.instant(key)

    def choice(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        """Take one of some words."""
        value = self.content.get(key, default)
        if not isinstance(value, str) or value not in allowed:
            self.refuse(key, value, f"one of {', '.join(allowed)}")
        return value

    def number(self, key: str, default: float) -> float:
        """Take a number of seconds."""
        value = self.content.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not (math.isfinite(value) and value >= 0):
            self.refuse(key, value, "a number of seconds that is not negative, such as 3600 or 0.5")
        return float(value)

    def count(self, key: str, default: int | None) -> int | None:
        """Take a number of files."""
        value = self.content.get(key, default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.refuse(key, value, "a whole number of at least 1, or null for no limit")
        return value

    def apids(self, key: str) -> tuple[int, ...]:
        """Take a list of packet types."""
        value = self.content[key]
        if not isinstance(value, list | tuple):
            self.refuse(key, value, "a list of packet types, such as [712]")
        return tuple(self.apid(key, apid) for apid in value)

    def apid(self, key: str, value: Any) -> int:
        """Check a packet type."""
        if isinstance(value, bool) or not isinstance(value, int) or not -_LARGEST_APID <= value < _LARGEST_APID:
            self.refuse(key, value, "packet types: whole numbers of 16 bits")
        return value

    def word(self, key: str) -> str:
        """Take a text that is not empty."""
        value = self.content[key]
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, value, "a word, such as OBSERVATORY")
        return value

    def instant(self, key: str) -> str | None:
        """Take a time, which YAML may have read as a date."""
        value = self.content[key]
        if value is None:
            return None
        if not isinstance(value, str | date):
            self.refuse(key, value, "a time in UTC such as '2021:358', in quotes, or null for the archive's own")
        try:
            seconds = float(to_seconds(value))
            return value if isinstance(value, str) else str(show(seconds, "isot"))
        except TimeFormatError as err:
            self.refuse(key, value, f"a time in UTC such as '2021:358', or null for the archive's own ({err})")

    def folder(self, key: str, root: Path, default: Path) -> Path:
        """Take a folder, which need not exist."""
        if key not in self.content:
            return default.absolute()
        value = self.content[key]
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            self.refuse(key, value, "the path of a folder, below the archive's own if it is relative")
        return _plain(root.absolute() / Path(value).expanduser())


def _plain(path: Path) -> Path:
    """A path without ``..``, whether or not it exists; links stay."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != "..":
            parts.append(part)
    return Path(*parts)


def _check_folders(settings: IngestSettings, layout: Layout) -> None:
    """Refuse folders that would make source files out of archive files, or activities out of processed files."""
    root = layout.root.absolute()
    own = (layout.columns, layout.journal, layout.tdb, layout.events, layout.flags, layout.records)
    places = {name: getattr(settings, name) for name in _FOLDERS}
    for name, folder in places.items():
        if root.is_relative_to(folder) or any(folder.is_relative_to(path.absolute()) for path in own):
            _refuse_folder(layout, name, folder, "a folder that holds nothing of the archive itself")
        for other, path in places.items():
            if other != name and folder.is_relative_to(path):
                _refuse_folder(layout, name, folder, f"a folder that is not in that of {other}, {path}")


def _refuse_folder(layout: Layout, name: str, folder: Path, expected: str) -> NoReturn:
    """Say which folder is wrong."""
    raise ArchiveCorruptError(f"{layout.settings}: ingest: {name} is {folder}; expected {expected}")
