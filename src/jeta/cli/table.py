"""Plain tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[str] = ()) -> str:
    """Lay out rows in columns.

    Parameters
    ----------
    head : sequence of str
        Names of the columns.
    rows : sequence of sequences of str
        The cells.
    right : sequence of str
        Names of the columns that are flush right, as numbers are.

    Returns
    -------
    str
        Lines without a last line break.

    Examples
    --------
    >>> print(table(["msid", "rows"], [["A", "10"], ["BCDEF", "9"]], right=["rows"]))
    msid   rows
    A        10
    BCDEF     9
    """
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if name in right else cell.ljust(width)
            for cell, width, name in zip(line, widths, head, strict=True)
        ).rstrip()
        for line in lines
    )
