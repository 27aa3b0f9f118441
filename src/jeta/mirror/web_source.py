"""An archive that a server of static files hands out, as the source of a mirror; see `jeta.mirror.index`."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from jeta.archive.state import State
from jeta.errors import ArchiveCorruptError, ArchiveNotFoundError, SourceSpecError
from jeta.mirror.index import INDEX_KIND, column_of
from jeta.mirror.layout import INDEX_PATH, list_path
from jeta.mirror.look import ChangedError, Column, Digest, Look, Tokens, sha256_of, token
from jeta.mirror.names import PRODUCTS, checked_msid, checked_plain
from jeta.mirror.packed import unpack
from jeta.sources.web import Client, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAUSE_S = 0.5
"""How long to wait before the first retry, seconds; twice as long before each further one."""

_LARGEST_INDEX_BYTES = 2**27
_LARGEST_PLAIN_BYTES = 2**28


def is_url(source: str | os.PathLike[str]) -> bool:
    """Tell whether a source is given as a URL, and not as a folder."""
    return isinstance(source, str) and "://" in source


class WebSource:
    """See `jeta.mirror.look.Source`.

    Parameters
    ----------
    url : str
        Of the archive's folder: ``http://`` or ``https://``.
    timeout_s : float
        How long to wait for a connection, and for each further part of an answer; seconds, above 0.
    retries : int
        How often to ask again after a failure that may pass.

    Raises
    ------
    SourceSpecError
        If the URL is none, or has more than an address in it.
    """

    settles = False

    def __init__(self, url: str, *, timeout_s: float = 30.0, retries: int = 4) -> None:
        parts = urlsplit(url)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise SourceSpecError(
                f"{url!r} is no address to mirror from: expected http://HOST/PATH or https://HOST/PATH"
            )
        self.address = url.rstrip("/")
        self._client = Client(
            timeout_s,
            retries,
            PAUSE_S,
            "",
            way_out="a mirror wants files that anybody may read: check address and server",
        )
        self._msids: dict[str, Tokens] = {}

    def _url(self, path: str) -> str:
        """The address of a file."""
        return f"{self.address}/{quote(path)}"

    def _ask(
        self, path: str, target: Path, max_bytes: int, damage: Callable[[Path], str | None] = lambda _: None
    ) -> bool:
        """Put a file of the source into one of ours; return whether it was there."""
        outcome = self._client.ask(self._url(path), target, token=None, max_bytes=max_bytes, damage=damage)
        if outcome is Outcome.TOO_LARGE:
            raise ArchiveCorruptError(
                f"{self._url(path)} has more than the {max_bytes:,} bytes that it should; not taken"
            )
        return outcome is Outcome.ANSWERED

    def _content(
        self, path: str, max_bytes: int, damage: Callable[[Path], str | None] = lambda _: None
    ) -> bytes | None:
        """The content of a file of the source, None if it is not there."""
        with tempfile.TemporaryDirectory(prefix="jeta-mirror-") as folder:
            target = Path(folder) / "answer"
            return target.read_bytes() if self._ask(path, target, max_bytes, damage) else None

    def look(self) -> Look:
        """Read the index."""
        where = self._url(INDEX_PATH)

        def damage(path: Path) -> str | None:
            try:
                self._look_of(unpack(path.read_bytes(), where, INDEX_KIND), where)
            except ArchiveCorruptError as err:
                return str(err)
            return None

        content = self._content(INDEX_PATH, _LARGEST_INDEX_BYTES, damage)
        if content is None:
            raise ArchiveNotFoundError(
                f"no index at {where}: run  jeta mirror --index ROOT  where the archive is, after each fold; or check the address"
            )
        look, self._msids = self._look_of(unpack(content, where, INDEX_KIND), where)
        return look

    @staticmethod
    def _look_of(told: dict[str, Any], where: str) -> tuple[Look, dict[str, Tokens]]:
        """What an index says, checked."""
        try:
            msids = {checked_msid(name, where): tuple(map(str, tokens)) for name, tokens in told["msids"].items()}
            plain = {checked_plain(path, where): str(digest) for path, digest in told["plain"].items()}
            first_ns = told["state"]["first_ns"]
            state = State(int(told["state"]["folded"]), None if first_ns is None else int(first_ns))
            if any(len(tokens) != len(PRODUCTS) for tokens in msids.values()):
                raise ValueError(f"expected {len(PRODUCTS)} products of each MSID")  # noqa: TRY301 - told below
            return Look(dict(told["settings"]), state, sorted(msids), plain), msids
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as err:
            raise ArchiveCorruptError(f"{where} is damaged or of another version of jeta ({err!r})") from err

    def tokens_of(self, msids: Sequence[str]) -> dict[str, Tokens]:
        """Return the tokens of MSIDs in the index."""
        return {msid: self._msids[msid] for msid in msids}

    def column(self, msid: str) -> Column:
        """Return what is published of an MSID, if it is what the index says."""
        path = list_path(msid)

        def damage(answer: Path) -> str | None:
            try:
                column_of(answer.read_bytes(), self._url(path), msid)
            except ArchiveCorruptError as err:
                return str(err)
            return None

        content = self._content(path, _LARGEST_INDEX_BYTES, damage)
        if content is None:
            raise ChangedError(path)
        column = column_of(content, self._url(path), msid)
        if tuple(token(column.manifests.get(product)) for product in PRODUCTS) != self._msids[msid]:
            raise ChangedError(path)
        return column

    def size_of(self, path: str) -> int:
        """Refuse: sizes are published."""
        raise ArchiveCorruptError(
            f"{self._url(path)} is listed without a digest; run  jeta mirror --index  there again"
        )

    def take(self, path: str, target: Path, digest: Digest | None) -> None:
        """Get a sealed file, and compare it with its digest, again and again if need be."""
        if digest is None:
            self.size_of(path)
            return

        def damage(answer: Path) -> str | None:
            size = answer.stat().st_size
            if size != digest.size:
                return f"it came with {size:,} bytes instead of {digest.size:,}"
            return None if sha256_of(answer) == digest.sha256 else "what came is not what its digest says"

        if not self._ask(path, target, digest.size, damage):
            raise ChangedError(path)

    def read_plain(self, path: str, sha256: str) -> bytes:
        """Return the content of a small file."""
        content = self._content(path, _LARGEST_PLAIN_BYTES)
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            raise ChangedError(path)
        return content
