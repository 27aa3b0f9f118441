"""The column QUALITY of a FITS table: one flag a row, or one for each column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.formats.fits_table.columns import Column

NAME = "QUALITY"


class Quality:
    """Which samples a table says are bad.

    Parameters
    ----------
    column : Column
        The column that says it.
    values : array, shape (rows, elements)
        Its values; what is not zero is bad. One element is of the whole row; as many as the table has columns are of each of these,
        in their order.
    columns : sequence of Column
        All columns of the table.
    time : Column
        Its column of times; where that is bad, so is all of the row.

    Raises
    ------
    FormatError
        If there are neither one nor as many elements as columns.
    """

    def __init__(self, column: Column, values: NDArray[Any], columns: Sequence[Column], time: Column) -> None:
        if column.code == "A" or values.shape[1] not in {1, len(columns)}:
            raise FormatError(
                f"the column {column.name} has {values.shape[1]} values a row, but the table has {len(columns)} columns; expected"
                " numbers or bits, one for the row or one for each column"
            )
        self._bad: NDArray[np.bool_] = np.asarray(values != 0)
        self._place = {each.name: at for at, each in enumerate(columns)}
        self._of_time = self._bad[:, self._place[time.name] if self.is_by_column else 0]

    @property
    def is_by_column(self) -> bool:
        """Whether each column has a flag of its own."""
        return int(self._bad.shape[1]) != 1

    def of(self, column: Column) -> NDArray[np.bool_]:
        """Return which rows of a column are bad, shape (rows,)."""
        if not self.is_by_column:
            return self._of_time
        return np.asarray(self._bad[:, self._place[column.name]] | self._of_time)
