"""Options that say which telemetry, of what time, in which units."""

from __future__ import annotations

import argparse
import math
import sys
from typing import TYPE_CHECKING

from jeta.computed import find
from jeta.fetch import session
from jeta.fetch.names import resolve
from jeta.fetch.query import span_of

if TYPE_CHECKING:
    from jeta.fetch.query import Span

_DATE_DIGITS = (len("2022143"), len("2022143003607888"))

START_STOP = """\
START is inside the span, STOP is not; both in any form such as 2022:143, 2022:143:00:36:07.888, 2022-05-23T00:36:07,
2022143.003607888, a number of seconds in the archive's time system, or the time from now with its sign, behind an equals sign
as in --start=-2d.
"""
"""What the help of each command says of times."""


def add_msids(command: argparse.ArgumentParser) -> None:
    """Add the names."""
    command.add_argument("msids", metavar="MSID", nargs="+", help="names or patterns, in any case")


def add_span(command: argparse.ArgumentParser) -> None:
    """Add ``--start`` and ``--stop``."""
    command.add_argument("--start", metavar="TIME", help="start of the span (default: the archive's first sample)")
    command.add_argument("--stop", metavar="TIME", help="stop of the span (default: now)")


def add_sampling(command: argparse.ArgumentParser, default: str = "full") -> None:
    """Add ``--sampling``."""
    command.add_argument(
        "--sampling",
        default=default,
        metavar="WHICH",
        help="samples as they are (full), or statistics of bins: 5min, daily, or a width such as 1h (default: %(default)s)",
    )


def add_units(command: argparse.ArgumentParser) -> None:
    """Add ``--unit-system``."""
    command.add_argument(
        "--unit-system",
        choices=("cxc", "sci", "eng"),
        default="cxc",
        help="as stored, temperatures in degC, or engineering units (default: %(default)s)",
    )


def typed_time(text: str | None) -> str | float | None:
    """Return a time as typed: a plain number is seconds, anything else is text."""
    if text is None or text[:1] in {"+", "-"}:
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    # GRETA and MAUDE times such as 2022143.003607888 look like numbers; as text they are what an operator means.
    looks_like_date = len(text.partition(".")[0]) in _DATE_DIGITS and text[:2] in {"19", "20"}
    return number if math.isfinite(number) and not looks_like_date else text


def span_typed(options: argparse.Namespace) -> Span:
    """Return the span, after one look at the clock."""
    return span_of(typed_time(options.start), typed_time(options.stop), session.archive_for_fetch())


def names_typed(options: argparse.Namespace) -> list[str]:
    """Return the names, each once, those that are no patterns as they were typed; a pattern may match any number."""
    archive = session.archive_for_fetch()
    found: dict[str, str] = {}
    for typed in options.msids:
        named = ([typed], [typed.upper()]) if find(typed) is not None else resolve(typed, archive, sys.maxsize)
        for name, upper in zip(*named, strict=True):
            found.setdefault(upper, name)
    return list(found.values())
