"""Plain tables for people, and the same as CSV for programs."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def add_csv(command: argparse.ArgumentParser) -> None:
    """Add ``--csv``."""
    command.add_argument("--csv", action="store_true", help="print CSV, for programs")


def print_rows(head: Sequence[str], rows: Sequence[Sequence[str]], *, as_csv: bool) -> None:
    """Print rows, laid out in columns, or as CSV.

    Parameters
    ----------
    head : sequence of str
        Names of the columns.
    rows : sequence of sequences of str
        The cells; a column of numbers alone is flush right.
    as_csv : bool
        Print CSV.
    """
    if as_csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows([head, *rows])
        return
    right = [name for at, name in enumerate(head) if rows and all(_is_number(row[at]) for row in rows)]
    print(table(head, rows, right=right))


def _is_number(cell: str) -> bool:
    """Whether a cell is a number, or empty."""
    return not cell or cell.strip("%").lstrip("-").replace(".", "", 1).replace("e+", "").replace("e-", "").isdecimal()


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
