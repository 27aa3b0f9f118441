"""The samples of one MSID of a text table: gathered piece by piece, and settled once all are known."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.formats import rejection
from jeta.formats.batch import Batch
from jeta.formats.cells import BOOLEAN, FLOAT, INTEGER, NO_KIND, TEXT, Cells, column, leave_out_longest, settle
from jeta.formats.levels import Vocabulary
from jeta.formats.rejection import Sieve
from jeta.formats.table.values import WORDS_FOR_NOTHING, read_cells, read_flags
from jeta.samples import FLAGGED_BY_SOURCE, Samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.times import Ticks


class TextSeries:
    """The samples of one MSID.

    Parameters
    ----------
    key : str
        The MSID, as the table names it.
    kind : str or None
        What its values are, as `jeta.formats.table.values.read_cells` takes it.
    missing : frozenset of str
        What stands for no value.
    unit : str or None
        The unit's label.
    counts_blanks : bool
        Whether a row without a value counts as a row: in a long table, where it has no other use.
    is_single : bool
        Whether numbers are float32 where their digits are those of one.

    Attributes
    ----------
    rejected : Counter
        Rows left out, by reason.
    """

    def __init__(
        self,
        key: str,
        kind: str | None,
        missing: frozenset[str],
        unit: str | None = None,
        *,
        counts_blanks: bool = False,
        is_single: bool = False,
    ) -> None:
        self.key = key
        self.rejected: Counter[str] = Counter()
        self._kind, self._missing, self._unit, self._counts_blanks = kind, missing, unit, counts_blanks
        self._is_single = is_single
        self._vocabulary = Vocabulary()
        self._rows: list[NDArray[np.intp]] = []
        self._cells: list[Cells] = []
        self._flags: list[NDArray[np.bool_]] = []
        self._big: dict[int, int] = {}

    def add(self, rows: NDArray[np.intp], texts: Sequence[str], flags: Sequence[str] | None) -> None:
        """Read some cells.

        Parameters
        ----------
        rows : intp array, shape (cells,)
            Their rows in the table.
        texts : sequence of str, shape (cells,)
            As written.
        flags : sequence of str, shape (cells,), or None
            What says whether they are bad.
        """
        sieve = Sieve(len(texts))
        cells, big = read_cells(texts, self._kind, self._missing, self._vocabulary, sieve)
        keep = sieve.kept if self._counts_blanks else sieve.kept & (cells.kinds != NO_KIND)
        bad = np.zeros(len(texts), np.bool_)
        if flags is not None:
            flag_sieve = Sieve(len(texts))
            flag_sieve.kept &= keep
            bad = read_flags(flags, flag_sieve)
            self.rejected += flag_sieve.counts
            keep = flag_sieve.kept
        self.rejected += sieve.counts
        self._rows.append(rows[keep])
        self._cells.append(cells.take(keep))
        self._flags.append(bad[keep])
        self._big |= {int(rows[row]): value for row, value in big.items() if keep[row]}

    def is_text_after_all(self) -> bool:
        """Tell whether most cells are texts though some look like numbers, so that all have to be read again as texts.

        Truth values among texts are texts too: a state may be called TRUE.
        """
        if self._kind is not None:
            return False
        counts = np.bincount(self._kinds(), minlength=BOOLEAN + 1)
        numbers, others = counts[FLOAT] + counts[INTEGER], counts[FLOAT] + counts[INTEGER] + counts[BOOLEAN]
        if not counts[TEXT] or not others or self._says_nothing():
            return False
        return bool(counts[TEXT] + counts[BOOLEAN] >= numbers)

    def batch(self, times: Ticks, time_system: str) -> Batch | None:
        """Make a batch of the rows that have a time and a value.

        Parameters
        ----------
        times : Ticks
            Instants of all rows of the table.
        time_system : str
            What they count, as `Batch` has it.

        Returns
        -------
        Batch or None
            None if no row is left. Those left out are in `rejected`.
        """
        cells, rows = Cells.joined(self._cells), _joined(self._rows, np.intp)
        flags = _joined(self._flags, np.bool_)
        sieve = Sieve(len(rows))
        if self._says_nothing():
            sieve.kept &= cells.kinds != TEXT
        sieve.reject(~times.valid[rows], rejection.NOT_A_TIME)
        self._settle_blanks(cells, sieve)
        unsigned = self._unsigned(cells, rows, sieve)
        settle(cells, sieve)
        leave_out_longest(cells, self._vocabulary, sieve)
        self.rejected += sieve.counts
        kept = sieve.kept
        if not kept.any():
            return None
        ticks = times.ticks[rows[kept]]
        if unsigned is not None and not (cells.kinds[kept] == FLOAT).any():
            samples = Samples(ticks, times.resolution, unsigned[kept])
        else:
            samples = column(ticks, times.resolution, cells.take(kept), self._vocabulary)
        return Batch(self.key, self._finished(samples, flags[kept]), self._unit, time_system)

    def _finished(self, samples: Samples, flags: NDArray[np.bool_]) -> Samples:
        """The rows with their quality, and as floats where they are said to be."""
        values: NDArray[Any] = samples.values
        if self._kind == "float" and values.dtype.kind in "iu":
            values = values.astype(np.float64)
        if self._is_single and values.dtype == np.float64:
            values = as_single(values)
        quality = np.where(flags, np.uint8(FLAGGED_BY_SOURCE), np.uint8(0)) if flags.any() else None
        return Samples(samples.ticks, samples.resolution, values, samples.texts, samples.raws, quality, samples.alarm)

    def _kinds(self) -> NDArray[np.uint8]:
        """The kind of each cell."""
        return _joined([cells.kinds for cells in self._cells], np.uint8)

    def _says_nothing(self) -> bool:
        """Whether all texts among other values only say that there is no value."""
        texts = self._vocabulary.texts
        if self._kind is not None or not texts or any(text.strip().lower() not in WORDS_FOR_NOTHING for text in texts):
            return False
        return any(bool(np.isin(cells.kinds, (FLOAT, INTEGER, BOOLEAN)).any()) for cells in self._cells)

    def _settle_blanks(self, cells: Cells, sieve: Sieve) -> None:
        """Take blank cells for empty texts among texts; elsewhere put them out."""
        blank = cells.kinds == NO_KIND
        if not blank.any():
            return
        is_text = self._kind == "text" or (bool((cells.kinds == TEXT).any()) and not self._says_nothing())
        if not is_text:
            sieve.reject(blank, rejection.NO_VALUE)
            return
        cells.codes[blank] = self._vocabulary.codes([""])[0]
        cells.kinds[blank] = TEXT

    def _unsigned(self, cells: Cells, rows: NDArray[np.intp], sieve: Sieve) -> NDArray[np.uint64] | None:
        """Whole numbers of which some need all 64 bits; where others are below zero or floats, the large ones go out."""
        if not self._big:
            return None
        large = np.isin(rows, np.fromiter(self._big, np.intp, len(self._big)))
        whole = cells.kinds == INTEGER
        if bool((cells.integers[sieve.kept & whole] < 0).any()) or bool((cells.kinds[sieve.kept] == FLOAT).any()):
            sieve.reject(large, rejection.INTEGER_TOO_LARGE)
            return None
        numbers = np.where(whole, np.maximum(cells.integers, 0), 0).astype(np.uint64)
        numbers[large] = np.array([self._big[row] for row in rows[large].tolist()], np.uint64)
        return numbers


def _joined(parts: list[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    """Pieces end to end."""
    return np.concatenate(parts) if parts else np.empty(0, dtype)


def as_single(values: NDArray[np.float64]) -> NDArray[Any]:
    """Return numbers as float32 if all are written as float32 are, in full or with the fewest digits; else as they are.

    Parameters
    ----------
    values : float64 array, shape (rows,)
        Numbers as read.

    Returns
    -------
    float32 or float64 array, shape (rows,)
        The numbers.

    Examples
    --------
    >>> as_single(np.array([0.1, 0.5])).dtype, as_single(np.array([0.123456789012])).dtype
    (dtype('float32'), dtype('float64'))
    """
    with np.errstate(over="ignore"):
        singles = values.astype(np.float32)
    other = np.flatnonzero((singles.astype(np.float64) != values) & ~np.isnan(values))
    fewest = singles[other].astype(np.str_).astype(np.float64)
    return singles if np.array_equal(fewest, values[other]) else values
