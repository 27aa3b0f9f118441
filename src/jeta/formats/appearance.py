"""What a file looks like to somebody who has to find out why it was not taken. For messages only."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.formats.files import head

if TYPE_CHECKING:
    from jeta.formats.protocol import AnyPath

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"

_HEAD_BYTES = 4096
_SHOWN_CHARACTERS = 60
_SHOWN_NAMES = 5
_SIGNATURES = {
    gzip.compress(b"")[:2]: "a gzip file",
    b"SIMPLE  =": "a FITS file",
    b"PK\x03\x04": "a zip file",
    b"PAR1": "a Parquet file",
}


def is_hdf5(start: bytes) -> bool:
    """Tell whether a file begins as HDF5 does: at its first byte, or after a user block of 512, 1024, 2048 ... bytes.

    Parameters
    ----------
    start : bytes
        The first bytes of the file, some thousand.

    Examples
    --------
    >>> is_hdf5(bytes(512) + HDF5_SIGNATURE), is_hdf5(b"theTime,MJD")
    (True, False)
    """
    places = [0, *(512 << doubling for doubling in range(len(start).bit_length()))]
    return any(start.startswith(HDF5_SIGNATURE, place) for place in places)


def looks_like(path: AnyPath) -> str:
    """Say in a few words what a file looks like.

    Parameters
    ----------
    path : str or path-like
        The file; 4096 bytes of it are read.

    Returns
    -------
    str
        Such as ``"an empty file"`` or ``"text that begins with 'time,value'"``.

    Raises
    ------
    OSError
        If the file is not there or may not be read.
    """
    path = Path(path)
    if path.is_dir():
        return "a directory"
    start = head(path, _HEAD_BYTES)
    if not start:
        return "an empty file"
    if is_hdf5(start):
        return _hdf5_looks_like(path)
    for signature, words in _SIGNATURES.items():
        if start.startswith(signature):
            return words
    return _bytes_look_like(start)


def _hdf5_looks_like(path: Path) -> str:
    """Tell what is at the root of an HDF5 file, or why it cannot be opened."""
    import h5py  # noqa: PLC0415 -- slow to import, and only needed for this message

    try:
        with h5py.File(path, "r") as file:
            # Names that are not UTF-8 come as bytes.
            names = sorted(name if isinstance(name, str) else repr(name) for name in file)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as err:
        return f"a damaged HDF5 file ({err}); if it was cut short, transfer it again"
    if "samples" in names:
        return "an HDF5 file whose group 'samples' has no dataset 'data1' with the fields of telemetry"
    shown = ", ".join(names[:_SHOWN_NAMES]) or "nothing"
    return f"an HDF5 file without the group 'samples' (it holds {shown})"


def _bytes_look_like(start: bytes) -> str:
    """Tell text by its first line from binary data by its first bytes."""
    try:
        # A character may be cut in two at the end of what was read.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(start, final=len(start) < _HEAD_BYTES)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return f"binary data that begins with {start[:8]!r}"
    is_json = text.lstrip()[:1] in {"{", "["}
    kind = ("JSON" if "TlmMnemonic" in text else "JSON without 'TlmMnemonic'") if is_json else "text"
    first_line = (text.strip().splitlines() or [""])[0]
    return f"{kind} that begins with {first_line[:_SHOWN_CHARACTERS]!r}"
