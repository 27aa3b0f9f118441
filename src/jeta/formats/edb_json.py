r"""The JSON of the JWST engineering database: one MSID in one object, or several in a list of objects.

::

    {"TlmMnemonic": "SA_ZFGDETID", "AllPoints": 1, "Count": 1,
     "Data": [{"ObsTime": "/Date(1653264753232+0000)/", "EUValue": 1}]}

The number in ``ObsTime`` is milliseconds since 1970 UTC, whatever offset follows: that is for display only.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import FormatError
from jeta.formats import rejection
from jeta.formats.appearance import looks_like
from jeta.formats.batch import Batch, Delivery, Description
from jeta.formats.cells import cells_of_objects, column, leave_out_longest, settle
from jeta.formats.files import encodable, tail
from jeta.formats.levels import Vocabulary
from jeta.formats.rejection import Sieve
from jeta.formats.unpacked import is_packed, opened_bytes, unpacked_head
from jeta.logs import logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.formats.protocol import AnyPath

_LOG = logger(__name__)

_LOOK_BYTES = 8192
_PIECE_BYTES = 1 << 20
_MOST_BYTES = 1 << 29  # as objects of Python ten times as much
_BOM = b"\xef\xbb\xbf"
_MNEMONIC = re.compile(rb'"TlmMnemonic"\s*:\s*("(?:[^"\\]|\\.)*")')
_COUNT = re.compile(rb'"Count"\s*:\s*(\d{1,18})\b')
# A slash may be written as \/ in JSON, and this database's services do so.
_DATE = re.compile(rb"\\?/Date\((-?\d{1,18})(?:[+-]\d{4})?\)")
_OBS_TIME = re.compile(r"/Date\((-?[0-9]{1,18})(?:[+-][0-9]{4})?\)/")


class EdbJson:
    """Reader of the engineering database's JSON.

    Rows are left out for these reasons: no valid time, no value, a value that is no number, text or boolean, an integer
    that does not fit into 64 bits, and values of another kind than most values of the MSID.
    """

    name = "edb_json"

    def identify(self, path: AnyPath) -> bool:
        """Tell whether a file is JSON that names a mnemonic near its start; see `Format.identify`.

        Parameters
        ----------
        path : str or path-like
            The file, of which 8192 bytes are read.
        """
        start = unpacked_head(path, _LOOK_BYTES).removeprefix(_BOM).lstrip()
        return start[:1] in {b"{", b"["} and _MNEMONIC.search(start) is not None

    def describe(self, path: AnyPath) -> Description:
        """Tell the MSID, the number of rows, and the times of the first and the last row; see `Format.describe`.

        Parameters
        ----------
        path : str or path-like
            The file, of which 8192 bytes at either end are read. Of a list of objects only that it is one is told.

        Returns
        -------
        Description
            With the number of rows that the file says it has; times in ms since 1970 UTC.

        Raises
        ------
        FormatError
            If the file is not of this format.
        """
        path = Path(path)
        if not self.identify(path):
            raise FormatError(
                f"{path}: expected JSON with 'TlmMnemonic' near its start, found {looks_like(path)}; fetch the file again"
            )
        start = unpacked_head(path, _LOOK_BYTES).removeprefix(_BOM).lstrip()
        if start.startswith(b"["):
            return Description(path, self.name, note="a list of series, one for each MSID")
        mnemonic, count = _MNEMONIC.search(start), _COUNT.search(start)
        first = _DATE.search(start)
        last = (_DATE.findall(b"" if is_packed(path) else tail(path, _LOOK_BYTES)) or [None])[-1]
        return Description(
            path,
            self.name,
            int(count[1]) if count else None,
            int(first[1]) if first else None,
            int(last) if last else None,
            (_text_of(mnemonic[1]),) if mnemonic else (),
            "rows is what the file says; first and last are the times of the first and the last row",
        )

    def read(self, path: AnyPath) -> Delivery:
        """Read all rows of a file; see `Format.read`.

        Parameters
        ----------
        path : str or path-like
            The file, gzip or not: UTF-8, UTF-16 or UTF-32 JSON of at most 512 MB.

        Returns
        -------
        Delivery
            With one batch per MSID that has a valid row. Times are in ms; values are int64 (if all are integers),
            float64, bool or text.

        Raises
        ------
        FormatError
            If the file is not JSON, or not of this form; a file that was cut short is not JSON.
        """
        path = Path(path)
        series = _series(_parsed(path), path)
        batches = []
        rejected: Counter[tuple[str | int | None, str]] = Counter()
        for mnemonic, rows in series.items():
            batch, counts = _batch(mnemonic, rows)
            batches += [batch] if batch else []
            rejected += counts
        return Delivery(path, self.name, sum(map(len, series.values())), tuple(batches), rejected)


def _parsed(path: Path) -> Any:
    """Parse a file as JSON."""
    with opened_bytes(path) as stream:
        # In pieces: one call would take all the memory that it may need.
        content = bytearray()
        while len(content) <= _MOST_BYTES and (piece := stream.read(_PIECE_BYTES)):
            content += piece
    if len(content) > _MOST_BYTES:
        raise FormatError(
            f"{path}: JSON is read as a whole, and this has more than {_MOST_BYTES:,} bytes; fetch it in spans that are shorter, or"
            " as CSV"
        )
    try:
        return json.loads(content)
    except json.JSONDecodeError as err:
        raise FormatError(
            f"{path}: expected JSON, but at character {err.pos} of {len(err.doc)} (line {err.lineno}): {err.msg}; the"
            f" file is {looks_like(path)}: if it was cut short, fetch it again"
        ) from err
    except (ValueError, RecursionError) as err:
        raise FormatError(
            f"{path}: expected JSON of the engineering database, but {err}; fetch the file again"
        ) from err


def _series(content: Any, path: Path) -> dict[str, list[Any]]:
    """Check the form, and return the rows of each MSID, in order of first appearance."""
    found: dict[str, list[Any]] = {}
    for place, item in enumerate(content if isinstance(content, list) else [content]):
        mnemonic = item.get("TlmMnemonic") if isinstance(item, dict) else None
        rows = item.get("Data") if isinstance(item, dict) else None
        if not isinstance(mnemonic, str) or not mnemonic.strip() or not isinstance(rows, list):
            raise FormatError(
                f"{path}: object {place} has TlmMnemonic {str(mnemonic)[:60]!r} and Data of type {type(rows).__name__};"
                " expected a name and a list: fetch the file again"
            )
        count = item.get("Count")
        if count is not None and count != len(rows):
            _LOG.warning("%s: Count of %s is %s, but there are %d rows; all are read", path, mnemonic, count, len(rows))
        found.setdefault(encodable(mnemonic.strip()), []).extend(rows)
    return found


def _batch(mnemonic: str, rows: Sequence[Any]) -> tuple[Batch | None, Counter[tuple[str | int | None, str]]]:
    """Make one series of the rows of one MSID, and count the rows that are left out."""
    sieve = Sieve(len(rows))
    vocabulary = Vocabulary()
    whole = [row if isinstance(row, dict) else {} for row in rows]
    ticks, valid = _ticks([row.get("ObsTime") for row in whole])
    sieve.reject(~valid, rejection.NOT_A_TIME)
    cells = cells_of_objects([row.get("EUValue") for row in whole], vocabulary, sieve)
    settle(cells, sieve)
    leave_out_longest(cells, vocabulary, sieve)
    rejected: Counter[tuple[str | int | None, str]] = Counter(
        {(mnemonic, reason): number for reason, number in sieve.counts.items()}
    )
    if not sieve.kept.any():
        return None, rejected
    return Batch(mnemonic, column(ticks[sieve.kept], "ms", cells.take(sieve.kept), vocabulary)), rejected


def _ticks(times: Sequence[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Parse times to ms, and tell which are valid."""
    matches = [_OBS_TIME.fullmatch(time) if isinstance(time, str) else None for time in times]
    valid = np.array([match is not None for match in matches], dtype=np.bool_)
    return np.array([int(match[1]) if match else 0 for match in matches], dtype=np.int64), valid


def _text_of(literal: bytes) -> str:
    """Return the text that a JSON string stands for; as it is, if it is not valid."""
    try:
        return str(json.loads(literal)).strip()
    except ValueError:
        return literal.strip(b'"').decode("utf-8", "replace").strip()
