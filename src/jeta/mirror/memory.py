"""What a mirror remembers: of what it is a mirror, which MSIDs and products were chosen, and what in it came from there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from jeta.errors import ArchiveCorruptError, StatError
from jeta.files import make_folder, replace_bytes
from jeta.mirror.layout import memory_file
from jeta.mirror.names import PRODUCTS
from jeta.update.chosen import chosen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_KIND = "jeta mirror 1"


@dataclass(frozen=True, slots=True)
class Memory:
    """What a mirror remembers; written before what it tells of is done.

    Attributes
    ----------
    source : str
        Folder or URL.
    msids : tuple of str or None
        Names and patterns; None for all.
    products : tuple of str
        In the order of `PRODUCTS`.
    folded : int
        The highest number of a commit that the mirror was ever given.
    journal : dict of str to str
        Commits of the source that wait in the mirror's journal: what tells the rows of each from others; empty while it is written.
    files : list of str
        Small files that came from the source, by path below the root.
    """

    source: str
    msids: tuple[str, ...] | None
    products: tuple[str, ...]
    folded: int = 0
    journal: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def choose(self, known: Sequence[str]) -> list[str]:
        """Return the MSIDs that are chosen of those there are; what matches none any more is passed over."""
        if self.msids is None:
            return sorted(known)
        patterns = [name for name in self.msids if any(sign in name for sign in "*?[")]
        exact = set(self.msids)
        return sorted(name for name in known if name in exact or any(fnmatchcase(name, each) for each in patterns))


def load(root: Path) -> Memory | None:
    """Read what a mirror remembers; None if the folder is no mirror.

    Raises
    ------
    ArchiveCorruptError
        If the file is not what `save` writes.
    """
    path = memory_file(root)
    try:
        told = json.loads(path.read_bytes())
        if told.pop("file") != _KIND:
            raise ValueError(f"expected a file {_KIND!r}")  # noqa: TRY301 - told below, as whatever else is wrong
        told["msids"] = None if told["msids"] is None else tuple(map(str, told["msids"]))
        told["products"] = tuple(name for name in PRODUCTS if name in told["products"])
        told["journal"] = {str(int(number)): str(digest) for number, digest in told["journal"].items()}
        return Memory(**told)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise ArchiveCorruptError(
            f"{path} is damaged ({err!r}), so that nobody knows what this is a mirror of; make a new mirror elsewhere"
        ) from err


def save(root: Path, memory: Memory) -> None:
    """Write what a mirror remembers, durably."""
    make_folder(memory_file(root).parent)
    replace_bytes(memory_file(root), json.dumps({"file": _KIND, **asdict(memory)}, indent=1).encode())


def chosen_products(typed: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the products that names and patterns choose, None for none given.

    Raises
    ------
    StatError
        If one chooses none.

    Examples
    --------
    >>> chosen_products(["FULL", "d*"])
    ('full', 'daily')
    """
    if typed is None:
        return None
    found: set[str] = set()
    for name in [typed] if isinstance(typed, str) else typed:
        matches = {each for each in PRODUCTS if fnmatchcase(each, str(name).lower())}
        if not matches:
            raise StatError(f"there is no product {name!r}; expected some of {', '.join(PRODUCTS)}")
        found |= matches
    if not found:
        raise StatError(f"no product was chosen; expected some of {', '.join(PRODUCTS)}")
    return tuple(name for name in PRODUCTS if name in found)


def chosen_msids(typed: str | Iterable[str] | None, known: Sequence[str], where: str) -> tuple[str, ...] | None:
    """Return names and patterns as they are remembered, None for none given.

    Raises
    ------
    UnknownMsidError
        If one is that of no MSID.
    """
    if typed is None:
        return None
    names = [typed] if isinstance(typed, str) else list(typed)
    chosen(known, names, where)
    return tuple(dict.fromkeys(name.upper() for name in names))


def joined(
    known: Memory, msids: tuple[str, ...] | None, products: tuple[str, ...] | None, *, prune: bool
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Return the MSIDs and products that are chosen from now on.

    Parameters
    ----------
    known : Memory
        What was chosen until now.
    msids, products
        What is given, None for nothing.
    prune : bool
        Whether that is all that is wanted; by default it comes to what was chosen.
    """
    if prune:
        return known.msids if msids is None else msids, known.products if products is None else products
    both = None if msids is None or known.msids is None else tuple(dict.fromkeys([*known.msids, *msids]))
    names = known.msids if msids is None else both
    return names, tuple(name for name in PRODUCTS if name in known.products or name in (products or ()))
