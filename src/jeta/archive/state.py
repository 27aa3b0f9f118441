"""The little that an archive remembers as a whole: how far it is folded, and when its first sample was.

``state.json`` is replaced atomically, and can be lost: it is then made again from the columns and the journal.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from jeta.errors import ArchiveCorruptError
from jeta.files import replace_bytes

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class State:
    """What an archive remembers.

    Attributes
    ----------
    folded : int
        Number of the last commit that is folded into every column; 0 for none.
    first_ns : int or None
        An instant, in ns of the archive's time system, at or before the first sample; None while there is none.
    """

    folded: int = 0
    first_ns: int | None = None


def load(path: Path) -> State | None:
    """Read the state, or None if the file is not there.

    Raises
    ------
    ArchiveCorruptError
        If the file is not what `save` writes.
    """
    try:
        content = json.loads(path.read_bytes())
        return State(int(content["folded"]), None if content["first_ns"] is None else int(content["first_ns"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as err:
        raise ArchiveCorruptError(
            f"{path} is damaged ({err!r}); delete it and it is made again from the columns"
        ) from err


def save(path: Path, state: State) -> None:
    """Replace the state, atomically and durably."""
    replace_bytes(path, json.dumps(asdict(state)).encode())
