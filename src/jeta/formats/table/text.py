"""From the rows of a text table to samples of each MSID."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from jeta.errors import FormatError
from jeta.formats import rejection
from jeta.formats.batch import Delivery
from jeta.formats.files import encodable
from jeta.formats.shares import Share
from jeta.formats.table.layout import Layout, layout_of
from jeta.formats.table.rules import NUMBER_FORMATS
from jeta.formats.table.series import TextSeries
from jeta.formats.table.text_file import TextTable, opened
from jeta.formats.table.times import TimeColumn
from jeta.formats.unpacked import is_packed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from jeta.formats.batch import Batch
    from jeta.formats.table.mapping import TableMapping
    from jeta.formats.table.rules import Known, Lookup

_CHUNK_ROWS = 8_192  # rows as Python objects are fastest while they fit into the cache of the processor
_LONG_CHUNK_ROWS = 65_536  # so that each MSID has some rows of a piece


ALL = Share()
_BYTES_A_ROW = 30  # of a long table: a short name, a date, a number
_BYTES_A_CELL = 6
_FOLD = 20  # what gzip makes of text that repeats itself


def rows_estimated(path: Path, *, is_long: bool) -> int:
    """Return about how many rows a text table has, one for each value of an MSID, by its size.

    Parameters
    ----------
    path : Path
        The file.
    is_long : bool
        Whether a line is one row.
    """
    size = path.stat().st_size * (_FOLD if is_packed(path) else 1)
    return size // (_BYTES_A_ROW if is_long else _BYTES_A_CELL)


def read_text(path: Path, name: str, mapping: TableMapping, lookup: Lookup | None, share: Share = ALL) -> Delivery:
    """Read a text table.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        Name of the format.
    mapping : TableMapping
        What is known of it.
    lookup : callable or None
        What an archive knows of MSIDs.
    share : Share, optional
        Which MSIDs to read; all by default.

    Returns
    -------
    Delivery
        A row is a value of an MSID: in a wide table a line has several.

    Raises
    ------
    FormatError
        If it is not clear what the columns are, or the file is damaged.
    OSError
        If it is not there or may not be read.
    """
    texts: set[str] = set()
    while True:
        with opened(path, mapping) as table:
            layout = layout_of(table.header, mapping, path.name.partition(".")[0], table.units)
            _check_name_of_file(layout, lookup)
            if layout.long is None:
                layout = replace(layout, wide=tuple(each for each in layout.wide if share.has(each[1].msid)))
            gathered = _Gathered(table, layout, mapping, lookup, texts, share)
        again = {series.key for series in gathered.series.values() if series.is_text_after_all()}
        if not again:
            return gathered.delivery(path, name)
        # What most cells say an MSID is, is known at the end only; its numbers were not kept as they are written.
        texts |= again


def _check_name_of_file(layout: Layout, lookup: Lookup | None) -> None:
    """Refuse to make a new MSID of the name that somebody gave a file."""
    if not layout.is_named_by_file or lookup is None:
        return
    name = layout.wide[0][1].msid
    if lookup(name) is None:
        raise FormatError(
            f"only the file's name says which MSID it is, and {name!r} is none that the archive or the telemetry database knows;"
            " name the file as the MSID is named, or give a mapping with columns: {vals: NAME}"
        )


def _nothing(_msid: str) -> Known | None:
    """Know nothing of any MSID."""
    return None


class _Gathered:
    """All rows of a table, by MSID."""

    def __init__(
        self,
        table: TextTable,
        layout: Layout,
        mapping: TableMapping,
        lookup: Lookup | None,
        texts: set[str],
        share: Share,
    ) -> None:
        self.series: dict[str, TextSeries] = {}
        self.rejected: Counter[tuple[str | int | None, str]] = Counter()
        self._layout, self._mapping, self._texts = layout, mapping, texts
        self._lookup, self._share = lookup or _nothing, share
        self._decimal = table.decimal
        self._units = dict(enumerate(table.units))
        self._times = TimeColumn(layout.time)
        self._rows = 0
        size = _LONG_CHUNK_ROWS if layout.long else _CHUNK_ROWS
        while records := list(islice(table.records, size)):
            self._add(records, len(table.header))

    def delivery(self, path: Path, name: str) -> Delivery:
        """Make a batch of each MSID."""
        times, system = self._times.instants()
        batches: list[Batch] = []
        rejected = Counter(self.rejected)
        for key, series in self.series.items():
            batch = series.batch(times, system)
            if batch is not None and self._is_calibrated(key):
                series.rejected[rejection.CALIBRATED] += len(batch.samples)
                batch = None
            rejected.update({(key, reason): rows for reason, rows in series.rejected.items()})
            batches += [] if batch is None else [batch]
        rows = sum(len(batch.samples) for batch in batches) + rejected.total()
        return Delivery(path, name, rows, tuple(batches), rejected)

    def _is_single(self, msid: str) -> bool:
        """Whether the archive has float32 of an MSID."""
        known = self._lookup(msid)
        return known is not None and known.is_single

    def _is_calibrated(self, key: str) -> bool:
        """Whether what jeta wrote here are not the raw counts that are stored."""
        known = self._lookup(key)
        return self._layout.is_own and self._layout.raw is None and known is not None and known.is_calibrated

    def _add(self, records: Sequence[list[str]], width: int) -> None:
        """Take some rows in."""
        # A blank line, as many programs leave at the end, is no row.
        filled = [record for record in records if record]
        whole = [record for record in filled if len(record) == width]
        if len(filled) > len(whole) and self._share.has_strays:
            self.rejected[None, rejection.WRONG_FIELDS] += len(filled) - len(whole)
        if self._layout.long is not None and self._share.of > 1:
            whole = self._mine(whole, self._layout.long[0])
        if not whole:
            return
        fields = list(zip(*whole, strict=True))
        self._times.add(self._moments(fields))
        rows = np.arange(self._rows, self._rows + len(whole), dtype=np.intp)
        self._rows += len(whole)
        if self._layout.long is not None:
            self._add_long(fields, rows, *self._layout.long)
            return
        for at, rule, quality in self._layout.wide:
            series = self._wide_series(at, rule.msid, rule.type, rule.unit)
            series.add(
                rows,
                self._with_points(fields[self._column(at, rule.msid)]),
                None if quality is None else fields[quality],
            )

    def _mine(self, records: Sequence[list[str]], name: int) -> list[list[str]]:
        """The rows whose MSIDs are in the share."""
        mine = {text: self._share.has(encodable(text.strip())) for text in {record[name] for record in records}}
        return [record for record in records if mine[record[name]]]

    def _moments(self, fields: Sequence[Sequence[str]]) -> Sequence[str]:
        """The times as written, in one text where several columns hold them."""
        moments = [fields[at] for at in self._layout.times]
        times = moments[0] if len(moments) == 1 else list(map(" ".join, zip(*moments, strict=True)))
        may_be_numbers = self._layout.time.format in (*NUMBER_FORMATS, "auto")
        return self._with_points(times) if may_be_numbers else times

    def _column(self, at: int, msid: str) -> int:
        """The column of values, or that of raw counts where these are stored."""
        known = self._lookup(msid)
        return at if self._layout.raw is None or known is None or not known.is_calibrated else self._layout.raw

    def _wide_series(self, at: int, msid: str, kind: str | None, unit: str | None) -> TextSeries:
        """The series of a column."""
        if msid not in self.series:
            unit = unit or self._units.get(at) or None
            if self._column(at, msid) != at:
                unit = None
            self.series[msid] = TextSeries(
                msid, self._kind(msid, kind), self._mapping.missing, unit, is_single=self._is_single(msid)
            )
        return self.series[msid]

    def _kind(self, msid: str, kind: str | None) -> str | None:
        """What the values of an MSID are: what the mapping says, else what the archive knows."""
        if kind is not None:
            return kind
        known: Known | None = self._lookup(msid)
        if msid in self._texts or (known is not None and known.is_text):
            return "text"
        return None

    def _add_long(
        self, fields: Sequence[Sequence[str]], rows: NDArray[np.intp], name: int, value: int, quality: int | None
    ) -> None:
        """Take rows of a long table in, MSID by MSID."""
        names = fields[name]
        clean = {text: encodable(text.strip()) for text in dict.fromkeys(names)}
        codes = {text: code for code, text in enumerate(dict.fromkeys(clean.values()))}
        code_of = {text: codes[cleaned] for text, cleaned in clean.items()}
        code = np.fromiter(map(code_of.__getitem__, names), np.intp, len(names))
        order = np.argsort(code, kind="stable")
        ends = np.cumsum(np.bincount(code, minlength=len(codes)))
        for text, places in zip(codes, np.split(order, ends[:-1]), strict=True):
            if not text:
                self.rejected[None, rejection.NO_NAME] += len(places)
                continue
            if text not in self.series:
                kind = self._kind(text, None)
                unit = self._units.get(value) or None
                self.series[text] = TextSeries(
                    text, kind, self._mapping.missing, unit, counts_blanks=True, is_single=self._is_single(text)
                )
            chosen = places.tolist()
            flags = None if quality is None else [fields[quality][place] for place in chosen]
            cells = self._with_points([fields[value][place] for place in chosen])
            self.series[text].add(rows[places], cells, flags)

    def _with_points(self, texts: Sequence[str]) -> Sequence[str]:
        """Cells with a point for the decimal sign of the table; in texts it stays."""
        if self._decimal == "." or self._decimal not in "".join(texts):
            return texts
        return [_with_point(text) if "," in text else text for text in texts]


def _with_point(text: str) -> str:
    """A number with a point before its decimals instead of a comma; any other text as it is."""
    changed = text.replace(",", ".", 1)
    try:
        float(changed)
    except ValueError:
        return text
    return changed
