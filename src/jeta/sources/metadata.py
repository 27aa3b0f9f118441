"""What the public engineering database says of its mnemonics, kept so that it need not be asked each time."""

from __future__ import annotations

import math
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.errors import SourceError
from jeta.logs import logger
from jeta.sources.answers import Answers
from jeta.sources.mnemonics import read_mnemonics
from jeta.sources.web import Client, Outcome

if TYPE_CHECKING:
    from jeta.sources.mast_options import MastOptions
    from jeta.tdb import Entry

_LOG = logger(__name__)

_PATH = "viz/api/v0.1/info/mnemonics"
_MAX_BYTES = 256 << 20
_WORDS = "mnemonic"
_FRESH_S = 86_400
"""How long an answer that was kept is as good as a new one."""
_PATIENCE_S = 10.0
"""Longest time-out of a question whose answer can be done without."""
_SILENT_S = 300.0
"""How long such a question is not asked again after it failed."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why the service could not tell, until when it is not asked again, and with which token it was asked."""

    why: str
    until_s: float
    token: str | None


class Metadata:
    """What the service says of mnemonics; safe in threads.

    Parameters
    ----------
    options : MastOptions
        How to ask.
    client : Client
        What asks when the answer is wanted in any case.
    """

    def __init__(self, options: MastOptions, client: Client) -> None:
        self._options = options
        self._client = client
        self._hasty_client = replace(client, timeout_s=min(client.timeout_s, _PATIENCE_S), retries=0)
        self._url = f"{options.base.rstrip('/')}/{_PATH}"
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._all_names: frozenset[str] | None = None
        self._failure: _Failure | None = None

    def names(self) -> frozenset[str]:
        """Return all mnemonics; the service is asked once, with all retries.

        Raises
        ------
        SourceError
            If the service cannot be reached, or answers with something else.
        """
        with self._lock:
            known = self._all_names
        if known is None:
            with tempfile.TemporaryDirectory(prefix="jeta-") as scratch:
                entries = self._ask(self._client, self._url, Path(scratch) / "mnemonics.json")
            if entries is None:
                raise SourceError(f"{self._url}: there is no list of mnemonics at this address; check the option base")
            with self._lock:
                self._entries.update(entries)
                self._all_names = known = frozenset(entries)
        return known

    def may_have(self, name: str) -> bool:
        """Tell whether the service may list a mnemonic; it is not asked."""
        with self._lock:
            return self._all_names is None or name in self._all_names

    def entry(self, name: str, *, hasty: bool) -> Entry | None:
        """Return what the service, or an answer that was kept, says of a mnemonic; None if it does not list it.

        Parameters
        ----------
        name : str
            Checked upper-case name.
        hasty : bool
            Whether the answer can be done without: then there are no retries, the time-out is short, and after a failure
            the service is not asked for some minutes.

        Raises
        ------
        SourceError
            If the service cannot be reached, or answers with something else, and no answer was kept, however old.
        """
        with self._lock:
            if name in self._entries or self._all_names is not None:
                return self._entries.get(name)
        entry = self._kept(name, _FRESH_S)
        if entry is None:
            try:
                entry = self._asked(name, hasty=hasty)
            except SourceError as err:
                entry = self._kept(name)
                if entry is None:
                    raise
                _LOG.info("what is said of %s may be out of date: %s", name, err)
        if entry is not None:
            with self._lock:
                self._entries[name] = entry
        return entry

    def _asked(self, name: str, *, hasty: bool) -> Entry | None:
        """Ask for one mnemonic, and keep the answer; remember a failure."""
        token = self._options.current_token
        if hasty:
            self._raise_remembered(token)
        url, answers = self._question(name)
        with tempfile.TemporaryDirectory(prefix="jeta-") as scratch:
            path = Path(scratch) / "mnemonics.json"
            try:
                entry = (self._ask(self._hasty_client if hasty else self._client, url, path) or {}).get(name)
            except SourceError as err:
                with self._lock:
                    self._failure = _Failure(str(err), time.monotonic() + _SILENT_S, token)
                raise
            if entry is not None and answers is not None:
                answers.keep(name, _WORDS, url, path)
        return entry

    def _raise_remembered(self, token: str | None) -> None:
        """Raise the last failure again if it was a short time ago; another token may change it."""
        with self._lock:
            failure = self._failure
        if failure is None or failure.token != token:
            return
        left_s = failure.until_s - time.monotonic()
        if left_s > 0:
            raise SourceError(f"{failure.why} (remembered: this is not asked again for {left_s:.0f} s)")

    def _kept(self, name: str, max_age_s: float = math.inf) -> Entry | None:
        """What an answer that was kept says; None if there is none."""
        url, answers = self._question(name)
        if answers is None:
            return None
        path = answers.find(name, _WORDS, url, max_age_s)
        try:
            return None if path is None else read_mnemonics(path, url).get(name)
        except FileNotFoundError:
            _LOG.info("%s was removed while it was to be read; its content is asked for again", path)
            return None

    def _question(self, name: str) -> tuple[str, Answers | None]:
        """The address that tells of one mnemonic, and where answers are kept, as the environment is now."""
        folder = self._options.cache_folder
        return f"{self._url}?name={name}", None if folder is None else Answers(folder, ".json")

    def _ask(self, client: Client, url: str, path: Path) -> dict[str, Entry] | None:
        """Ask for the list of mnemonics, or for one of them; None if there is nothing at the address."""
        outcome = client.ask(url, path, token=self._options.current_token, max_bytes=_MAX_BYTES)
        if outcome is Outcome.TOO_LARGE:
            raise SourceError(f"{url} answered with more than {_MAX_BYTES} bytes; check the option base")
        return None if outcome is Outcome.ABSENT else read_mnemonics(path, url)
