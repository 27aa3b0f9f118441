"""One writer at a time. Readers take no lock."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from jeta.errors import ArchiveLockedError
from jeta.files import MAY_NOT_WRITE

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

if sys.platform == "win32":
    import msvcrt

    # Windows locks bytes of a file; one beyond the holder's note leaves that readable.
    _LOCKED_BYTE = 1 << 20

    def _try_lock(descriptor: int, *, shared: bool = False) -> None:
        del shared  # Windows knows one kind
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int, *, shared: bool = False) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


_LOOK_AGAIN_S = 0.05
_OTHERS_LOOK_S = 0.01
"""Who asks for the holder has the lock for an instant: it is tried for so long at least."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, as far as its file tells.

    Attributes
    ----------
    pid : int or None
        The process.
    command, host, since_utc : str
        What was typed, on which machine, and since when, ISO, UTC; empty where the file does not tell.
    """

    pid: int | None = None
    command: str = ""
    host: str = ""
    since_utc: str = ""

    def __str__(self) -> str:
        if self.pid is None:
            return "another process"
        return f"process {self.pid} ({self.command}) on {self.host} since {self.since_utc} UTC"


def holder_of(path: Path) -> Holder | None:
    """Tell who holds a lock now, None if nobody does; writes nothing.

    Parameters
    ----------
    path : Path
        The lock file; one that is not there is held by nobody.

    Raises
    ------
    OSError
        If the file may not be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        _try_lock(descriptor, shared=True)
    except OSError:
        return _holder_in(path)
    finally:
        os.close(descriptor)
    return None


def _holder_in(path: Path) -> Holder:
    """The holder that a lock file tells of."""
    try:
        told = json.loads(path.read_text())
        return Holder(int(told["pid"]), str(told["command"]), str(told["host"]), str(told["since_utc"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder()


class WriterLock:
    """The right to write to an archive, held from ``with`` to its end and given up by the system if the process dies.

    Parameters
    ----------
    path : Path
        The lock file; it is created if need be and stays.

    Attributes
    ----------
    wait_s : float
        How long to wait while another writer holds it; 0 at first.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder, WriterLock(pathlib.Path(folder) / "lock"):
    ...     pass
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self.wait_s = 0.0

    def acquire(self) -> None:
        """Take the lock, waiting for `wait_s` seconds at most while another writer holds it.

        Raises
        ------
        ArchiveLockedError
            If another writer holds it; the message says who and since when.
        """
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        except PermissionError as err:
            raise PermissionError(err.errno, MAY_NOT_WRITE, str(self._path)) from err
        try:
            self._lock(descriptor)
        except OSError as err:
            os.close(descriptor)
            raise ArchiveLockedError(
                f"{self._path.parent} is being written to by {_holder_in(self._path)}; "
                "wait for it to end, or stop it, and try again"
            ) from err
        try:
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, json.dumps(_this_process()).encode())
        except OSError:
            # The note only serves the message above: a full disk must not keep a fold from freeing space.
            os.ftruncate(descriptor, 0)
        self._descriptor = descriptor

    def _lock(self, descriptor: int) -> None:
        """Lock, trying again until the time is over: the system's own waiting knows no end."""
        until_s = time.monotonic() + max(self.wait_s, _OTHERS_LOOK_S)
        pause_s = _OTHERS_LOOK_S / 4
        while True:
            try:
                return _try_lock(descriptor)
            except OSError:
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    raise
                time.sleep(min(pause_s, left_s))
                pause_s = min(2 * pause_s, _LOOK_AGAIN_S)

    def release(self) -> None:
        """Give the lock up; harmless if it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def require(self) -> None:
        """Refuse to go on without the lock.

        Raises
        ------
        ArchiveLockedError
            If it is not held.
        """
        if self._descriptor is None:
            raise ArchiveLockedError(
                f"{self._path.parent} may not be written to by this writer now; use it inside  with"
            )

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


def _this_process() -> dict[str, str | int]:
    """What a second writer is told about this one."""
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": " ".join(sys.argv)[:200] or "python",
        "since_utc": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()),
    }
