"""The public MAST Engineering Database, a service on the web, as a source.

::

    GET <base>/<api>/Download/file?uri=mast:jwstedb/<MNEMONIC>-<YYYYMMDDThhmmss>-<YYYYMMDDThhmmss>.csv
    GET <base>/viz/api/v0.1/info/mnemonics[?name=<MNEMONIC>]

Times are UTC, in whole seconds: a range is asked for from the second in which it begins to the second in which it ends, and cut
afterwards. The service adds the row before the range and the row after it; the latter also tells where the next rows are, so
that long gaps need not be asked for piece by piece. Long ranges are asked for in pieces that end at the same instants whatever
the range is, so that answers that were kept serve other ranges too.
"""

from __future__ import annotations

import math
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import FormatError, MsidNameError, SourceError, UnknownMsidError
from jeta.formats import rejection
from jeta.formats.edb_csv import EdbCsv
from jeta.formats.files import head, tail
from jeta.logs import logger
from jeta.samples import concatenate
from jeta.sources.answers import Answers
from jeta.sources.mast_options import mast_options
from jeta.sources.metadata import Metadata
from jeta.sources.protocol import Source
from jeta.sources.rows import cut, no_rows, rows_of_samples
from jeta.sources.web import Client, Outcome
from jeta.tdb import check_name
from jeta.times import TICKS_PER_SECOND, cxcsec_to_unix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeta.archive.output import Rows
    from jeta.formats.batch import Delivery
    from jeta.samples import Samples
    from jeta.tdb import Entry

_LOG = logger(__name__)

_DAY_S = 86_400
_SHORTEST_S = 60
_MOST_DOUBLINGS = 6
_TOKEN_FROM = "the environment variable MAST_API_TOKEN, or the option token,"  # noqa: S105 - where it is, not what


class MastSource(Source):
    """Reads the public engineering database; safe in threads.

    Parameters
    ----------
    **options
        See `jeta.sources.mast_options.MastOptions`.

    Raises
    ------
    SourceSpecError
        If an option is wrong. No network is asked here.

    Examples
    --------
    >>> MastSource(timeout=5, cache=None)
    <MastSource https://mast.stsci.edu>
    """

    name = "mast"

    def __init__(self, **options: Any) -> None:
        self.options = mast_options(options)
        self._base = self.options.base.rstrip("/")
        self._client = Client(self.options.timeout, self.options.retries, self.options.pause, _TOKEN_FROM)
        self._metadata = Metadata(self.options, self._client)
        self._lock = threading.Lock()
        self._piece_s: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._base}>"

    def names(self) -> frozenset[str]:
        """Return all mnemonics, in upper case; the service is asked once.

        Raises
        ------
        SourceError
            If the service cannot be reached, or answers with something else.
        """
        return self._metadata.names()

    def knows(self, msid: str) -> bool:
        """Tell whether the service may have a mnemonic; no network is asked, since reading tells.

        Parameters
        ----------
        msid : str
            Exact upper-case name.

        Returns
        -------
        bool
            False for what cannot be a name, and, once the list of all mnemonics was asked for, for what is not in it.
        """
        try:
            name = check_name(msid)
        except MsidNameError:
            return False
        return self._metadata.may_have(name)

    def entry(self, msid: str) -> Entry | None:
        """Return what the service says of a mnemonic; None if it does not list it.

        Samples can be had without: the service is asked once, with a time-out of ten seconds at most, and after a failure not
        again for five minutes. An answer is kept in the folder of answers and serves for a day; an older one serves where
        the service does not answer.

        Parameters
        ----------
        msid : str
            Exact upper-case name.

        Returns
        -------
        Entry or None
            Name, identifier, description, unit, type and subsystem, as far as they are given.

        Raises
        ------
        MsidNameError
            If this cannot be a name.
        SourceError
            If the service cannot be reached, or answers with something else, now or some minutes ago, and no answer was kept.
        """
        return self._metadata.entry(check_name(msid), hasty=True)

    def read(self, msid: str, start_s: float, stop_s: float, system: str, *, bracket: bool = False) -> Rows:
        """Return the rows of a mnemonic with ``start_s <= time < stop_s``; see `Source.read`.

        Parameters
        ----------
        msid : str
            Exact upper-case name.
        start_s, stop_s : float
            Seconds of `system`; may be infinite.
        system : {'unix', 'cxcsec'}
            What the seconds count.
        bracket : bool
            Whether to keep one row before the range and one after it, where the service gives them.

        Returns
        -------
        Rows
            float64, int64 or texts; all of them good. Of rows identical in time and value there is one.

        Raises
        ------
        MsidNameError
            If this cannot be a name.
        UnknownMsidError
            If the service gives no rows, and does not list the mnemonic or cannot be asked for its list.
        SourceError
            If the service cannot be reached, refuses, or answers with something else.
        ValuesError
            If it gives texts for one part of the range and numbers for another.
        """
        name = check_name(msid)
        if not start_s < stop_s:
            return no_rows()
        first, last = self._whole_seconds(start_s, stop_s, system)
        if first >= last:
            return no_rows()
        parts = list(self._walk(name, first, last))
        if not parts:
            self._refuse_unknown(name)
            return no_rows()
        return cut(rows_of_samples(concatenate(parts), system), start_s, stop_s, bracket=bracket)

    def _whole_seconds(self, start_s: float, stop_s: float, system: str) -> tuple[int, int]:
        """The range in whole unix seconds, rounded outward, without what no service can have."""
        start, stop = (start_s, stop_s) if system == "unix" else (cxcsec_to_unix(start_s), cxcsec_to_unix(stop_s))
        start, stop = max(start, self.options.since_s), min(stop, time.time() + _DAY_S)
        # The service's times have six decimals: what a float64 is off beyond that must not shift the range by a second.
        return math.floor(round(start, 6)), math.ceil(round(stop, 6))

    def _walk(self, name: str, first: int, last: int) -> Iterator[Samples]:
        """Ask for a range piece by piece; pieces without any row are not returned, and make the next one longer."""
        at, empty = first, 0
        while at < last:
            piece_s = self._length_of_pieces(name) << min(empty, _MOST_DOUBLINGS)
            end = min((at // piece_s + 1) * piece_s, last)
            delivery = self._piece(name, at, end)
            if delivery is None:
                self._shorten(name, end - at)
                empty = 0
                continue
            after = end
            for batch in delivery.batches:
                kept, after = _own_rows(batch.samples, at, end, first, last)
                yield kept
            empty = 0 if delivery.batches else empty + 1
            at = after

    def _length_of_pieces(self, name: str) -> int:
        """How many seconds of a mnemonic to ask for at once."""
        with self._lock:
            return self._piece_s.get(name, round(self.options.chunk_days * _DAY_S))

    def _shorten(self, name: str, asked_s: int) -> None:
        """Ask for less at once from now on."""
        piece_s = self._length_of_pieces(name)
        while piece_s >= asked_s:
            piece_s //= 2
        if piece_s < _SHORTEST_S:
            raise SourceError(
                f"mast: {asked_s} s of {name} are more than {self.options.max_bytes} bytes; raise the option max_bytes"
            )
        with self._lock:
            self._piece_s[name] = piece_s

    def _piece(self, name: str, at: int, end: int) -> Delivery | None:
        """Return what the service, or an answer that was kept, has of a piece; None if that is too large."""
        words = f"{_stamp(at)}-{_stamp(end)}"
        url = f"{self._base}/{self.options.api}/Download/file?uri=mast:jwstedb/{name}-{words}.csv"
        folder = self.options.cache_folder
        answers = None if folder is None else Answers(folder)
        kept = None if answers is None else _kept(answers, name, words, url)
        if kept is not None:
            return kept
        with tempfile.TemporaryDirectory(prefix="jeta-") as scratch:
            path = Path(scratch) / f"{name}-{words}.csv"
            outcome = self._ask(url, path, self.options.max_bytes, damage=_where_cut)
            if outcome is Outcome.TOO_LARGE:
                return None
            if outcome is Outcome.ABSENT or not head(path, _LOOK_BYTES).strip():
                path.write_bytes(_HEADER)
            delivery = _parse(path, url)
            if answers is not None and delivery.batches and self._settled(delivery.batches[0].samples, end):
                answers.keep(name, words, url, path)
        return delivery

    def _settled(self, samples: Samples, end: int) -> bool:
        """Whether all of an answer is so old that no further rows will come between."""
        newest = max(end, int(samples.ticks.max()) / TICKS_PER_SECOND[samples.resolution])
        return newest < time.time() - self.options.settle_days * _DAY_S

    def _refuse_unknown(self, name: str) -> None:
        """Tell a mnemonic that the service lists, and that has no rows in the range, from one that is not known."""
        why = "the service does not list it"
        try:
            if self._metadata.entry(name, hasty=False) is not None:
                return
        except SourceError as err:
            why = f"the list that would tell cannot be had: {err}"
        raise UnknownMsidError(
            f"MSID {name!r} is unknown or has no data there: the service {self._base} gave none, and {why}; "
            "data_source.get_msids('mast') lists what it has"
        )

    def _ask(self, url: str, path: Path, max_bytes: int, **how: Any) -> Outcome:
        """Ask the service."""
        return self._client.ask(url, path, token=self.options.current_token, max_bytes=max_bytes, **how)


_LOOK_BYTES = 4096
_HEADER = b"theTime,MJD,euvalue,sqldataType\r\n"


def _stamp(second: int) -> str:
    """A whole unix second as the service wants it."""
    return str(np.datetime64(second, "s")).replace("-", "").replace(":", "")


def _parse(path: Path, url: str) -> Delivery:
    """Read an answer."""
    try:
        delivery = EdbCsv().read(path)
    except FormatError as err:
        raise SourceError(
            f"{url} answered with something else than telemetry: {_told(err, path)}; the service may be down: try again"
            " later, or check the options base and api"
        ) from None  # its message, which is all in this one, names a file that is gone by now
    if delivery.rejected:
        reasons = ", ".join(f"{reason}: {count}" for (_, reason), count in delivery.rejected.items())
        _LOG.warning("%s: %d of %d rows left out (%s)", url, delivery.rejected.total(), delivery.rows_read, reasons)
    return delivery


def _told(err: FormatError, path: Path) -> str:
    """What is wrong with an answer, without the name of the temporary file, which says nothing to a user."""
    return str(err).replace(f"{path}: ", "").replace(str(path), "the answer")


def _kept(answers: Answers, name: str, words: str, url: str) -> Delivery | None:
    """Return an answer that was kept; None if there is none."""
    path = answers.find(name, words, url)
    if path is None:
        return None
    try:
        return _parse(path, url)
    except FileNotFoundError:
        _LOG.info("%s was removed while it was to be read; its content is asked for again", path)
        return None


def _where_cut(path: Path) -> str | None:
    """Say where an answer breaks off, if it does: the service may end a connection without a word."""
    if tail(path, 1) == b"\n" or not EdbCsv().identify(path):
        return None
    try:
        rejected = EdbCsv().read(path).rejected
    except FormatError as err:
        return _told(err, path)
    reasons = {reason for _, reason in rejected} & {rejection.WRONG_FIELDS, rejection.UNKNOWN_TYPE}
    return f"the answer breaks off within a row ({reasons.pop()})" if reasons else None


def _own_rows(samples: Samples, at: int, end: int, first: int, last: int) -> tuple[Samples, int]:
    """Return what a piece of a range adds to it, and the second in which the next rows are.

    The rows that the service adds before and after a piece belong to other pieces, unless they are outside of the range.
    """
    per_second = TICKS_PER_SECOND[samples.resolution]
    ticks = samples.ticks
    kept = ((ticks >= at * per_second) & (ticks < end * per_second)) | (ticks < first * per_second)
    kept |= ticks >= last * per_second
    later = ticks[ticks >= end * per_second]
    return samples.take(kept), max(end, int(later.min() // per_second)) if len(later) else end
